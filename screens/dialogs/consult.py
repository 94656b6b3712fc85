"""A consultation: a question to a colleague or a role, about one of my cases."""

from collections.abc import Iterable, Sequence

from textual import events, on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.limits import LINE_LIMIT, MESSAGE_LIMIT
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.team_commands import ConversationAnswer, StartConversation
from clinic_tui.protocol.text import is_blank, safe_line
from clinic_tui.widgets.check_list import CheckGroup, CheckItem
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import Way, paragraph, show_dialog
from clinic_tui.widgets.plain import plain_line
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.texts import resident_short, role_text
from clinic_tui.widgets.workplace import Workplace
from clinic_tui.widgets.writing_dialog import SendingDialog
from styles import css_paths

_COLLEAGUE = "colleague"


class ConsultDialog(SendingDialog[str]):
    """Asks, and gives the conversation's id; the one who asks keeps the case (domain.md 2.5)."""

    CSS_PATH = css_paths("base", "dialogs", "team_dialogs")

    def __init__(self, place: Workplace, staff: StaffRef | None = None, case: CaseRow | None = None) -> None:
        """`staff` is asked, and `case` what it is about, unless something else is chosen."""
        super().__init__()
        self.place = place
        self.staff = staff
        self._case = case
        self._whom = CheckGroup(_("Whom"), single=True, id="consult-whom")
        self._about = CheckGroup(_("About"), single=True, id="consult-about")
        self._urgency = CheckGroup(_("How soon"), single=True, id="consult-urgent")
        self.subject = LineInput(placeholder=_("In a few words"), limit=LINE_LIMIT, id="consult-subject")
        self.area = WritingArea("", limit=MESSAGE_LIMIT, id="consult-body")

    def heading(self) -> str:
        """What it is."""
        return _("Consultation")

    def compose_body(self) -> Iterable[Widget]:
        """Question, whom, about whom, how soon."""
        yield paragraph(_("You keep the case. Residents never see this."), "$muted")
        with Vertical(id="consult-form"):
            yield self.subject
            yield Static(plain_line(_("The question"), "$muted"))
            yield self.area
            yield self._whom
            yield self._about
            yield self._urgency
            yield Static(id="dialog-problem")

    def first_focus(self) -> Widget | None:
        """The question."""
        return self.subject

    def on_mount(self) -> None:
        """Fill the groups."""
        self._show_whom(_COLLEAGUE if self.staff else "")
        cases = self._cases()
        items = [CheckItem(row.id, resident_short(row.resident), row.reason) for row in cases]
        first = self._case if self._case in cases else cases[0] if len(cases) == 1 else None
        self._about.show(items, {first.id} if first is not None else ())
        soon = [CheckItem("no", _("Within the day")), CheckItem("yes", _("Urgent"))]
        self._urgency.show(soon, {"no"})

    def ways(self) -> Sequence[Way]:
        """Ask, or leave."""
        return (Way("ctrl+s", _("Ask")), Way("escape", _("Cancel")))

    def _cases(self) -> list[CaseRow]:
        desk = self.place.desk
        rows = [row for row in desk.rows if desk.takes_part(row)]
        return sorted(rows, key=lambda row: resident_short(row.resident).casefold())

    def _show_whom(self, chosen: str) -> None:
        people = self.place.desk.people
        unit = people.units.get(people.assignment.unit_id) if people.assignment else None
        name = safe_line(self.staff.name) if self.staff else _("A colleague …")
        items = [CheckItem(_COLLEAGUE, name)]
        items += [
            CheckItem(role, _("Anybody: {role}").format(role=role_text(role)))
            for role in (unit.roles if unit else ())
        ]
        self._whom.show(items, {chosen} if chosen else ())

    def on_key(self, event: events.Key) -> None:
        """Enter chooses the line under the cursor, as Space does."""
        if event.key == "enter" and isinstance(self.focused, CheckGroup):
            event.stop()
            self.focused.action_mark()

    @on(CheckGroup.Changed)
    def _chose(self, event: CheckGroup.Changed) -> None:
        self.tell("")
        if event.group is self._whom and _COLLEAGUE in self._whom.chosen:
            from screens.dialogs.colleague_picker import ColleaguePicker

            show_dialog(self, ColleaguePicker(self.place, _("Whom do you want to ask?")), self._picked)

    def _picked(self, staff: StaffRef | None) -> None:
        if staff is not None:
            self.staff = staff
        self._show_whom(_COLLEAGUE if self.staff else "")

    @property
    def written(self) -> bool:
        """Whether words would be lost."""
        return not is_blank(self.area.text + self.subject.value)

    def tell(self, text: str, style: str = "$warning") -> None:
        """Say what is wrong, in sight."""
        super().tell(text, style)
        if text:
            self.query_one("#dialog-problem").scroll_visible(animate=False)

    def problem(self) -> str:
        """Why it cannot be asked; empty when it can."""
        if is_blank(self.area.text):
            self.area.focus()
            return _("Write the question.")
        if self.area.too_long:
            return self.area.room_text
        if not self._whom.chosen:
            self._whom.focus()
            return _("Choose whom to ask.")
        if not self._about.items:
            return _("You have no case to ask about: write to a colleague directly instead.")
        if not self._about.chosen:
            self._about.focus()
            return _("Choose which case it is about.")
        return ""

    def act(self, _key: str, /) -> None:
        """Ask where that can be done."""
        problem = self.problem()
        if problem:
            self.tell(problem)
        else:
            self._ask()

    def _ask(self) -> None:
        whom = next(iter(self._whom.chosen))
        by_name = whom == _COLLEAGUE and self.staff is not None
        command = StartConversation(
            command_id=new_id(),
            kind="consultation",
            case_id=next(iter(self._about.chosen)),
            staff_ids=(self.staff.id,) if by_name and self.staff else (),
            role=None if by_name else whom,
            subject=safe_line(self.subject.value).strip(),
            urgent="yes" in self._urgency.chosen,
            body=self.area.text.strip(),
        )

        def done(answer: object) -> None:
            self.dismiss(answer.conversation.id if isinstance(answer, ConversationAnswer) else None)

        self.send(command, self.place.submit, done)
