"""The unit's administration: phrases, hours, roles, texts and times (slide 27, domain.md 2.10)."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from clinic_tui.actions.action import Scope
from clinic_tui.client.errors import ClientError, Rejected
from clinic_tui.domain.roles import SIGNERS, Permission, Role
from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.command import Command
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.unit import StaffRole, UnitSettings
from clinic_tui.protocol.unit_commands import (
    OpenUnit,
    SaveRole,
    SaveSigner,
    UnitAnswer,
)
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.line_list import Column, Line, LineList
from clinic_tui.widgets.modal import show_dialog
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.texts import role_text
from clinic_tui.widgets.unit_form import FIELDS, UnitForm
from clinic_tui.widgets.unit_lines import (
    HOUR_COLUMNS,
    PHRASE_COLUMNS,
    ROLE_COLUMNS,
    hour_lines,
    phrase_lines,
    role_lines,
)
from clinic_tui.widgets.view_tabs import ViewTab, ViewTabs
from clinic_tui.widgets.workplace import Choice, Question, Workplace
from styles import css_paths

LISTS: dict[str, tuple[Callable[[UnitSettings], list[Line]], tuple[Column, ...]]] = {
    "phrases": (phrase_lines, PHRASE_COLUMNS),
    "hours": (hour_lines, HOUR_COLUMNS),
    "roles": (role_lines, ROLE_COLUMNS),
}


class UnitScreen(ClinicScreen):
    """Tabs of lists, and one form; a manager sees the hours alone."""

    CSS_PATH = css_paths("base", "team")
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.UNIT)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.UNIT)
    VIEW: ClassVar[str] = "go.unit"
    AUTO_FOCUS = "LineList"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.tab = "phrases"
        self.settings: UnitSettings | None = None
        """What the unit's settings are; None before they have come."""
        self.lines = LineList(PHRASE_COLUMNS)
        self.form = UnitForm()

    def compose_view(self) -> ComposeResult:
        """Tabs, the list or the form."""
        yield ViewTabs(id="unit-tabs")
        with VerticalScroll(id="unit-list", classes="pane", can_focus=False):
            yield self.lines
            yield Static(id="unit-empty")
        with VerticalScroll(id="unit-texts", classes="pane", can_focus=False):
            yield self.form

    def show_all(self) -> None:
        """Show what is known, and read the unit anew."""
        self._show()
        people = self.place.desk.people
        if people.assignment is not None:
            self._send(OpenUnit(command_id=new_id(), unit_id=people.assignment.unit_id), "")

    def show_changes(self, changes: Changes) -> None:
        """Somebody changed the unit."""
        if changes.everything:
            self.show_all()

    def tabs(self) -> Sequence[ViewTab]:
        """The tabs one may see."""
        hours = ViewTab("hours", _("Hours"))
        if not self.place.desk.people.allowed(Permission.ADMINISTER_UNIT):
            return (hours,)
        return (
            ViewTab("phrases", _("Phrases")),
            hours,
            ViewTab("roles", _("Roles")),
            ViewTab("texts", _("Texts and times")),
        )

    def _show(self) -> None:
        tabs = self.tabs()
        if self.tab not in {tab.id for tab in tabs}:
            self.tab = tabs[0].id
        self.query_one(ViewTabs).show_tabs(tabs, self.tab)
        texts = self.tab == "texts"
        self.query_one("#unit-list").display = not texts
        self.query_one("#unit-texts").display = texts
        if self.settings is not None:
            self.form.show(self.settings)
        if not texts:
            make, columns = LISTS[self.tab]
            shown = make(self.settings) if self.settings is not None else []
            self.lines.show(shown, columns)
            key = self.place.keymap.shown("unit.new")
            empty = _("Nothing here yet. {key} adds the first.").format(key=key)
            if self.settings is None:
                empty = _("Fetching the unit …")
            put(self.query_one("#unit-empty", Static), "" if shown else empty)
        self.show_keys()

    def may(self, action_id: str) -> bool:
        """What the keys do depends on the tab."""
        if not self.is_mounted:
            return False
        listed = self.tab != "texts" and self.settings is not None
        match action_id:
            case "unit.save":
                return self.tab == "texts" and self.settings is not None
            case "unit.new":
                return listed
            case "unit.remove":
                return listed and self.lines.selected is not None
            case "unit.signer":
                return self.tab == "roles" and self._signer() is not None
            case "unit.open":
                return listed and self.tab != "roles" and self.lines.selected is not None
            case "unit.next":
                return len(self.tabs()) > 1
            case _:
                return super().may(action_id)

    @on(ViewTabs.Chosen)
    def _to_tab(self, event: ViewTabs.Chosen) -> None:
        event.stop()
        self.tab = event.id
        self._show()
        if self.tab == "texts":
            self.form.query("LineInput").first().focus()
        else:
            self.lines.focus()

    @on(LineList.Moved)
    def _moved(self) -> None:
        self.show_keys()

    @on(LineList.Opened)
    def _opened(self) -> None:
        if self.may("unit.open"):
            self.do_unit_open()

    def do_unit_next(self) -> None:
        """Show the next tab."""
        self.query_one(ViewTabs).action_step(1)

    def do_unit_save(self) -> None:
        """Save texts and times, once what is written can be."""
        command = self.form.command()
        if command is not None:
            self._send(command, _("The unit's texts and times are saved."))

    def do_unit_open(self) -> None:
        """Change the selected phrase, hours or date."""
        kind, _colon, which = (self.lines.selected or "").partition(":")
        settings = self.settings
        if settings is None:
            return
        from screens.dialogs.unit_forms import UnitPhraseForm, day_form, week_form

        if self.tab == "phrases":
            phrase = next((one for one in settings.phrases if one.id == self.lines.selected), None)
            show_dialog(
                self, UnitPhraseForm(self.place, settings.unit_id, phrase), lambda _done: self.show_all()
            )
        elif kind == "week":
            row = next((one for one in settings.hours if str(one.valid_from) == which), None)
            show_dialog(self, week_form(self.place, settings, row), lambda _done: self.show_all())
        elif kind == "day":
            day = next((one for one in settings.exceptions if str(one.on) == which), None)
            show_dialog(self, day_form(self.place, settings, day), lambda _done: self.show_all())

    def do_unit_new(self) -> None:
        """Add a phrase, hours or a date, or a role."""
        settings = self.settings
        if settings is None:
            return
        from screens.dialogs.unit_forms import UnitPhraseForm, day_form, week_form

        if self.tab == "phrases":
            show_dialog(
                self, UnitPhraseForm(self.place, settings.unit_id, None), lambda _done: self.show_all()
            )
        elif self.tab == "roles":
            self._new_role(settings)
        else:

            def week() -> None:
                show_dialog(self, week_form(self.place, settings, None), lambda _done: self.show_all())

            def day() -> None:
                show_dialog(self, day_form(self.place, settings, None), lambda _done: self.show_all())

            choices = (
                Choice("d", _("A date that differs"), day),
                Choice("w", _("Weekly hours from a date on"), week),
                Choice("escape", _("Cancel")),
            )
            self.place.ask(Question(_("New hours"), _("What do you want to add?"), choices, warning=False))

    def _new_role(self, settings: UnitSettings) -> None:
        """Choose a colleague, then a role."""
        from screens.dialogs.colleague_picker import ColleaguePicker

        def picked(staff: StaffRef | None) -> None:
            if staff is None:
                return
            chosen = staff
            keys = "123456789abc"
            choices = [
                Choice(keys[at], role_text(role), lambda role=role: self._save_role(settings, chosen, role))
                for at, role in enumerate(Role)
            ]
            text = _("The role decides which cases {name} sees here.").format(name=staff.name)
            title = _("Which role?")
            self.place.ask(Question(title, text, (*choices, Choice("escape", _("Cancel"))), warning=False))

        show_dialog(self, ColleaguePicker(self.place, _("Who gets a role at the unit?")), picked)

    def _save_role(self, settings: UnitSettings, staff: StaffRef, role: str) -> None:
        command = SaveRole(command_id=new_id(), unit_id=settings.unit_id, staff_id=staff.id, role=role)
        self._send(command, _("{name} is now {role}.").format(name=staff.name, role=role_text(role)))

    def _signer(self) -> StaffRole | None:
        """Whoever stands under the cursor in a role that signs notes, and has it still."""
        found = self.settings.staff if self.settings is not None else ()
        selected = self.lines.selected
        return next(
            (
                one
                for one in found
                if one.assignment_id == selected and one.ended_at is None and one.role in SIGNERS
            ),
            None,
        )

    def do_unit_signer(self) -> None:
        """Name whoever is under the cursor to see to colleagues' ended visits, or no longer."""
        one, settings = self._signer(), self.settings
        if one is None or settings is None:
            return
        ended = one.signs_for_colleagues
        command = SaveSigner(
            command_id=new_id(),
            unit_id=settings.unit_id,
            staff_id=one.staff.id,
            role=one.role,
            ended=ended,
        )
        said = _("{name} no longer signs for colleagues.") if ended else _("{name} signs for colleagues.")
        self._send(command, said.format(name=one.staff.name))

    def do_unit_remove(self) -> None:
        """Ask, then take the selected phrase, hours, date or role away."""
        if self.settings is None:
            return
        from screens.dialogs.unit_forms import removal

        found = removal(self.settings, self.tab, self.lines.selected or "")
        if found is None:
            return

        def act() -> None:
            self._send(found.command, found.said)

        choices = (Choice("d", _("Take away"), act), Choice("escape", _("Cancel")))
        self.place.ask(Question(_("Take away"), found.text, choices))

    def do_app_back(self) -> None:
        """From a field to the tabs' first, from there to the queue; what is written stays."""
        if self.tab == "texts" and self.form.has_focus_within:
            self.tab = self.tabs()[0].id
            self._show()
            self.lines.focus()
            if self.form.changed:
                self.say(_("What you wrote under texts and times is kept here, not saved."))
        else:
            self.place.app_perform("app.back")

    def _send(self, command: Command, text: str) -> None:
        def done(answer: object) -> None:
            if isinstance(answer, UnitAnswer):
                self.settings = answer.settings
            self._show()
            went = answer.handed_on if isinstance(answer, UnitAnswer) else 0
            more = ngettext(
                "{count} case went back to its queue.", "{count} cases went back to their queues.", went
            )
            if text:
                self.say(f"{text} {more.format(count=went)}" if went else text)

        self.place.submit(command, done, self._refused)

    def _refused(self, error: ClientError) -> None:
        field = error.problem.field if isinstance(error, Rejected) and error.problem else None
        if field in FIELDS and self.tab == "texts":
            self.form.say(field, error.user_text())
        else:
            self.refused(error)
