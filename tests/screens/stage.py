"""A small app that shows one screen with a real desk, and keeps what the screen asks of the application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from textual.app import App
from textual.screen import Screen

from clinic_tui.actions.keymap import NO_KEY, Keymap
from clinic_tui.activity import WatchedApp
from clinic_tui.client.errors import ClientError
from clinic_tui.domain.filters import GlobalFilter
from clinic_tui.protocol.commands import CaseAnswer, Command, VersionedCaseCommand
from clinic_tui.protocol.resources import (
    Assignment,
    CasePage,
    CaseRow,
    DeskSnapshot,
    PriorityInfo,
    Profile,
    Region,
    ResidentRef,
    UnitInfo,
)
from clinic_tui.state.changes import Changes
from clinic_tui.state.desk import Desk
from clinic_tui.state.lists import LISTS
from clinic_tui.state.queue_view import QueueView
from clinic_tui.storage.config import Config, set_value
from clinic_tui.storage.files import UnusableFileError
from clinic_tui.widgets.clinic_screen import ClinicScreen
from clinic_tui.widgets.outcome import Outcome
from clinic_tui.widgets.workplace import Question, Workplace
from styles import css_paths
from styles.themes import VARIABLE_DEFAULTS, register_themes, theme_for
from tests.desks import EBBA, NOW, row, snapshot, taken

NAMES = {1: "Omedelbar", 2: "Skyndsam", 3: "Snart", 4: "Kan vänta", 5: "Egenvård"}


def queue() -> list[CaseRow]:
    """A dozen cases over two units, two roles and four priorities."""
    people = ("Karin Lindström", "Omar Haddad", "Per-Olov Sjö", "Lina Bergqvist", "", "Johan Ström")
    reasons = ("Hosta och feber", "Ont i örat", "Ryggsmärta", "Utslag", "Halsbränna", "Vårtor på foten")
    cases: list[CaseRow] = []
    for number in range(1, 13):
        resident = ResidentRef(
            id=f"r{number}", name=people[number % 6], birth_date=None, age=9 + number * 5, sex="female"
        )
        changes: dict[str, Any] = {
            "resident": resident,
            "reason": reasons[number % 6],
            "priority": 2 + number % 4,
            "unit_id": "backby" if number % 3 else "ekens",
            "queue_role": "nurse" if number % 4 else "doctor",
            "service_code": "seek_care" if number % 5 else "ticket",
        }
        cases.append(taken(number, by=EBBA, **changes) if number == 12 else row(number, **changes))
    return cases


def desk_snapshot(*cases: CaseRow, **changes: Any) -> DeskSnapshot:
    """A snapshot of two units whose region names five priorities."""
    values: dict[str, Any] = {
        "region": Region(
            name="Västmanland",
            contact_type="Skriftlig distanskontakt",
            priorities=tuple(
                PriorityInfo(priority=n, name=name, target_minutes=30) for n, name in NAMES.items()
            ),
        ),
        "profile": Profile(
            staff_id="anna",
            username="anna.ek",
            display_name="Anna Ek",
            title="leg. sjuksköterska",
            mobile="070-174 06 05",
        ),
        "assignment": Assignment(id="a1", unit_id="ekens", unit_name="Ekens vårdcentral", role="nurse"),
        "roles_seen": ("nurse", "doctor"),
        "units": (
            UnitInfo(id="ekens", name="Ekens vårdcentral", kind="health_centre"),
            UnitInfo(id="backby", name="Bäckby vårdcentral", kind="health_centre"),
        ),
    }
    return snapshot(*(cases or queue()), **(values | changes))


@dataclass
class Asked:
    """What the screen asked of the application, in order."""

    commands: list[Command] = field(default_factory=list[Command])
    performed: list[str] = field(default_factory=list[str])
    filters: list[GlobalFilter] = field(default_factory=list[GlobalFilter])
    options: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    questions: list[Question] = field(default_factory=list[Question])
    told: list[Outcome] = field(default_factory=list[Outcome])
    """What actions led to, as it was told."""
    refuse: ClientError | None = None
    """What commands are refused with."""
    answer: Callable[[Command], Any] = lambda _command: None
    """What commands are answered with."""


class StageApp(WatchedApp[None]):
    """Shows one screen; with a workplace whose ports write down what they are asked."""

    CSS_PATH = css_paths("base")
    COMMAND_PALETTE_BINDING = NO_KEY

    def __init__(self, config_file: Any = None, shown: DeskSnapshot | None = None) -> None:
        super().__init__()
        self.asked = Asked()
        self.result: Any = "nothing yet"
        self._config_file = config_file
        self.may_begin: Callable[[str, CaseRow], bool] = lambda _action, _row: False
        self.may_begin_resident: Callable[[str], bool] = lambda _action: True
        self.ended: tuple[CaseRow, ...] = ()
        """What the ended chats are."""
        self.day: tuple[CaseRow, ...] = ()
        """What the day's visits are."""
        self.desk = Desk()
        self.desk.load(shown or desk_snapshot())
        self.place = self._make_place()

    def _make_place(self) -> Workplace:
        asked = self.asked
        return Workplace(
            desk=self.desk,
            lists={name: QueueView(self.desk, name=name) for name in LISTS},
            keymap=Keymap(),
            config=Config(),
            server="https://clinic.region.example",
            now=lambda: NOW,
            submit=self._submit,
            send_message=asked.commands.append,
            discard_message=self.desk.discard_pending,
            send_letter=self._submit,
            save_draft=lambda _case, _kind, _body: None,
            app_may=self._may,
            app_perform=asked.performed.append,
            open_case=lambda case: asked.performed.append("open:" + case),
            arrival=lambda: self.place.open_case,
            begin=lambda action, case: asked.performed.append(f"{action}:{case}"),
            in_visit=lambda action, case: asked.performed.append(f"{action}:{case}"),
            answer=lambda case: self.place.in_visit("visit.write", case),
            may_begin=lambda action, row: self.may_begin(action, row),  # noqa: PLW0108 - set by tests
            begin_resident=lambda action, profile: asked.performed.append(f"{action}:{profile.resident.id}"),
            may_begin_resident=lambda action, _profile: self.may_begin_resident(action),
            open_resident=lambda resident: asked.performed.append("resident:" + resident),
            fetch_ended=lambda done, _failed: done(CasePage(cases=self.ended)),
            fetch_day=lambda _day, done, _failed: done(CasePage(cases=self.day)),
            renew=lambda _case_id: None,
            ask=asked.questions.append,
            tell=self.tell,
            set_filter=asked.filters.append,
            set_option=self.set_option,
            copy=lambda text: text,
            watch=lambda _case, _typing: None,
        )

    def _may(self, action: str) -> bool:
        if action == "go.unit":
            return bool(self.desk.people.permissions & {"administer_unit", "administer_hours"})
        return not action.startswith(("case.", "list.", "filter.clear"))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = theme_for(self.place.config.ui.theme).name

    def _submit(self, command: Command, done: Any, failed: Any) -> None:
        self.asked.commands.append(command)
        if self.asked.refuse is None:
            done(self.asked.answer(command) or self._row_of(command))
        else:
            failed(self.asked.refuse)

    def _row_of(self, command: Command) -> CaseAnswer | None:
        """The answer to a step on a case whose outcome a test does not look at: the case as it was."""
        row = self.desk.rows.get(command.case_id) if isinstance(command, VersionedCaseCommand) else None
        return None if row is None else CaseAnswer(case=row)

    def set_option(self, key: str, value: str) -> str:
        self.asked.options.append((key, value))
        if self._config_file is None:
            return ""
        table, _dot, name = key.partition(".")
        typed: Any = value == "true" if value in {"true", "false"} else value or None
        try:
            config = self.place.config = set_value(self._config_file, (table, name), typed)
        except UnusableFileError as error:
            return str(error)
        self.place.keymap = Keymap(config.keys, config.ui.send_key)
        self.set_keymap(self.place.keymap.as_textual())
        self.theme = theme_for(config.ui.theme).name
        return ""

    def change(self, changes: Changes) -> None:
        """Tell the screens what changed on the desk."""
        for view in self.place.lists.values():
            view.apply(changes)
        for screen in self.screen_stack:
            show = getattr(screen, "show_changes", None)
            if show is not None:
                show(changes)

    def tell(self, outcome: Outcome) -> None:
        """Tell the view in front what came of an action."""
        self.asked.told.append(outcome)
        for screen in reversed(self.screen_stack):
            if isinstance(screen, ClinicScreen):
                screen.tell(outcome)
                return

    async def show(self, screen: Screen[Any]) -> None:
        """Show the screen and keep what it is dismissed with."""
        await self.push_screen(screen, self._keep)

    def _keep(self, result: Any) -> None:
        self.result = result


def text_of(app: App[Any]) -> str:
    """Everything on the screen in front, as one reads it."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage]
    return "\n".join(strip.text.rstrip() for strip in strips[:height])[: (width + 1) * height]
