"""Issuing a drop-in ticket (slides 60-63)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.client.errors import ClientError
from clinic_tui.domain.cases import CaseKind
from clinic_tui.domain.roles import Permission, Role, allows
from clinic_tui.i18n import _
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.chat_commands import IssueTicket, TicketAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.limits import REASON_LIMIT
from clinic_tui.protocol.refs import ResidentRef
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.text import safe_line
from clinic_tui.widgets.booking_when import form_line
from clinic_tui.widgets.days_field import DaysField
from clinic_tui.widgets.form_dialog import FormDialog, Problem
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import Way
from clinic_tui.widgets.plain import plain, plain_line, put
from clinic_tui.widgets.texts import clock, day, resident_with_age
from clinic_tui.widgets.unit_role import UnitRole
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths

MOST_DAYS = 90


class TicketDialog(FormDialog[Ticket]):
    """Lets a resident into a unit's drop-in queue for a role; closes with the ticket once it is issued."""

    CSS_PATH = css_paths("base", "dialogs", "forms")

    def __init__(
        self,
        place: Workplace,
        resident: ResidentRef,
        *,
        case: CaseRow | None = None,
        can_be_reached: bool | None = None,
        guardian: ResidentRef | None = None,
    ) -> None:
        """`case` is the one it is issued from; `can_be_reached` None where that is not known here.

        `guardian` is who uses it for a child and gets the SMS.
        """
        super().__init__(place)
        self.resident, self.case, self._told = resident, case, can_be_reached
        self._guardian = guardian
        people = place.desk.people
        anywhere = people.allowed(Permission.ISSUE_TICKET_OTHER_UNIT)
        units = people.all_units if anywhere else people.units
        at = case.unit_id if case is not None and case.unit_id in units else ""
        self.address = UnitRole(
            people,
            list(units.values()),
            unit_id=at,
            role=case.queue_role if case else "",
            takes=takes_drop_in,
            not_first=stands_in(case),
        )
        unit = self.address.unit
        self.days = DaysField(unit.ticket_days if unit else 7, MOST_DAYS, id="ticket-days")
        self.reason_field = LineInput(
            safe_line(case.reason) if case is not None else "",
            placeholder=_("Why; staff see it"),
            limit=REASON_LIMIT,
            id="ticket-reason",
        )

    def heading(self) -> str:
        """For whom."""
        return _("Drop-in ticket for {resident}").format(resident=resident_with_age(self.resident))

    def compose_body(self) -> Iterable[Widget]:
        """To which queue, why, how long; the priority cannot be set."""
        yield self.address
        yield form_line(_("Reason"), self.reason_field)
        yield form_line(_("Days"), self.days, Static(id="ticket-days-note", classes="form-note"))
        fixed = _("3, as for every ticket; it cannot be set")
        yield form_line(_("Priority"), Static(plain_line(fixed), classes="form-text"))
        yield Static(id="form-notes")

    def first_focus(self) -> Widget | None:
        """The reason."""
        return self.reason_field

    def ways(self) -> Sequence[Way]:
        """Issue or leave."""
        return (Way("ctrl+s", _("Issue the ticket")), Way("escape", _("Cancel")))

    def values(self) -> tuple[object, ...]:
        """What would be lost."""
        return (self.reason_field.value,)

    def changed(self) -> None:
        """Say until when it holds, and what the resident is told."""
        days = self.days.days
        text = _("1–{most}; + and − change them").format(most=MOST_DAYS)
        if days:
            until = self.place.now() + timedelta(hours=24 * days)
            text = _("valid until {day} {time}").format(day=day(until).rsplit(" ", 1)[0], time=clock(until))
        put(self.query_one("#ticket-days-note", Static), plain(text, "$muted" if days else "$warning"))
        note = _("The resident may use it within that time, or phone instead. An SMS tells of it.")
        style = "$muted"
        if self._told is False:
            note = _("! No mobile number: no SMS can tell the resident of it. Tell them yourself.")
            style = "$warning"
        if self._guardian is not None:
            text = _("{name} uses it for the child, and gets the SMS.")
            if self._told is False:
                text = _("{name} uses it for the child.")
            note = f"{note} {text.format(name=self._guardian.name)}"
        put(self.query_one("#form-notes", Static), plain(note, style))

    def problem(self) -> Problem | None:
        """What is missing."""
        if not self.address.role:
            return _("No unit here takes drop-in cases."), self.address.field
        if not safe_line(self.reason_field.value).strip():
            return _("Write a short reason."), self.reason_field
        if self.days.days is None:
            return _("Choose 1 to {most} days.").format(most=MOST_DAYS), self.days
        return None

    def made(self) -> IssueTicket:
        """The ticket as filled in."""
        return IssueTicket(
            command_id=new_id(),
            resident_id=self.resident.id,
            unit_id=self.address.unit_id,
            role=self.address.role,
            reason=safe_line(self.reason_field.value).strip(),
            days=self.days.days,
            case_id=self.case.id if self.case is not None else None,
        )

    def refusal(self, error: ClientError) -> str:
        """Of a ticket that stands already, who issued it and when."""
        problem = error.problem
        if problem is None or problem.rule != "ticket.already_issued" or not problem.who or not problem.at:
            return error.user_text()
        text = _("{name} issued a ticket to that queue {day} {time}, and it still holds.")
        return text.format(name=problem.who, day=day(problem.at).rsplit(" ", 1)[0], time=clock(problem.at))

    def arrived(self, answer: TicketAnswer) -> None:
        """Give the ticket."""
        self.dismiss(answer.ticket)


def stands_in(case: CaseRow | None) -> tuple[str, str] | None:
    """The drop-in queue that a case is of already."""
    return (case.unit_id, case.queue_role) if case is not None and case.kind == CaseKind.DROP_IN else None


def takes_drop_in(role: str) -> bool:
    """Whether those of a role take drop-in cases."""
    return role in set(Role) and bool(allows(Role(role), Permission.ACCEPT_DROP_IN))
