"""Finding a resident by their number, and their profile."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from clinic_tui.actions.action import Scope
from clinic_tui.client.errors import ClientError
from clinic_tui.domain.person_id import REGIONAL_FORMATS, InvalidPersonId, parse
from clinic_tui.i18n import _
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.chat_commands import CancelTicket, TicketAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import FindResident, ResidentFound
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.line_list import LineList
from clinic_tui.widgets.modal import show_dialog
from clinic_tui.widgets.plain import plain, plain_line, put
from clinic_tui.widgets.profile_lines import (
    COLUMNS,
    earlier_case,
    line_detail,
    profile_lines,
    ticket_open,
    who,
)
from clinic_tui.widgets.texts import ZONE, resident_with_age, role_text
from clinic_tui.widgets.workplace import Choice, Question, Workplace
from screens.dialogs.new_resident import NewResidentDialog
from styles import css_paths

NUMBER_LIMIT = 20
"""Characters a number is written with at most."""
FOR_RESIDENT = frozenset(
    {"patient.chat", "patient.one_way", "patient.ticket", "patient.book", "patient.mobile"}
)
"""What the app does for the resident who is shown."""


class PatientsScreen(ClinicScreen):
    """The full number and Enter; then the profile, from which chats, tickets and visits begin (slide 30)."""

    CSS_PATH = css_paths("base", "patients")
    VIEW: ClassVar[str] = "go.patients"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.PATIENTS)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.PATIENTS)

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.number_field = LineInput(
            placeholder=_("The whole number, such as 19121212-1212"), limit=NUMBER_LIMIT, id="patient-number"
        )
        self.list = LineList(COLUMNS, id="patient-lines")
        self._shown: ResidentProfile | None = None
        self._finding = False

    def compose_view(self) -> ComposeResult:
        """The search, who it is, and the profile's lines with what the selected one holds."""
        with Horizontal(id="patient-search"):
            yield Static(plain_line(_("Personal number"), "bold"), id="patient-label")
            yield self.number_field
        yield Static(id="patient-problem")
        yield Static(id="patient-who")
        with Vertical(id="patient-panes"):
            with VerticalScroll(id="patient-pane", can_focus=False):
                yield self.list
            with VerticalScroll(id="patient-detail", can_focus=False):
                yield Static(id="patient-detail-text")

    def on_mount(self) -> None:
        """Start where one writes, or with the profile that is open."""
        super().on_mount()
        self.show_all()
        (self.list if self.place.patient is not None else self.number_field).focus()

    @property
    def profile(self) -> ResidentProfile | None:
        """The profile that is shown."""
        return self.place.patient

    def show_all(self) -> None:
        """Show the profile, or how one is found."""
        profile = self.profile
        self.set_class(profile is not None, "-found")
        if profile is None:
            text = _(
                "Write the whole number and press Enter. Names cannot be searched for."
                " Every search is logged."
            )
            put(self.query_one("#patient-who", Static), plain(text, "$muted"))
            self.list.show(())
        else:
            if self._shown is None or self._shown.resident.id != profile.resident.id:
                self.tell("")
                self.query_one("#patient-pane").scroll_home(animate=False)
                self.list.focus()
            put(self.query_one("#patient-who", Static), who(profile))
            self.list.show(profile_lines(self.place, profile))
        self._shown = profile
        self.show_detail()
        self.show_keys()
        wanted = self.place.wanted_tab.pop("patients", "")
        if wanted:
            self.find(wanted)

    def show_changes(self, changes: Changes) -> None:
        """Cases of the resident may have moved on."""
        profile = self.profile
        if profile is not None and (changes.everything or changes.rows & {row.id for row in profile.cases}):
            self.list.show(profile_lines(self.place, profile))
            self.show_keys()

    def tell(self, text: str) -> None:
        """Say in place what is wrong with the number."""
        put(self.query_one("#patient-problem", Static), plain(text, "$warning"))

    @property
    def _selected(self) -> tuple[str, str]:
        """Kind and id of the line under the cursor."""
        kind, _colon, found = (self.list.selected or "").partition(":")
        return kind, found

    @property
    def _ticket(self) -> Ticket | None:
        kind, found = self._selected
        tickets = self.profile.tickets if self.profile is not None and kind == "ticket" else ()
        return next((one for one in tickets if one.id == found), None)

    def show_detail(self) -> None:
        """Show what the selected line holds: an earlier case's note, or a ticket."""
        profile = self.profile
        text = line_detail(self.place, profile, self.list.selected or "") if profile else Content("")
        put(self.query_one("#patient-detail-text", Static), text)

    @on(LineList.Moved)
    def _moved(self) -> None:
        self.show_detail()
        self.show_keys()

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.action_perform("patient.open")

    @on(LineInput.Submitted, "#patient-number")
    def _submitted(self) -> None:
        self.find(self.number_field.value)

    @on(LineInput.Changed, "#patient-number")
    def _typed(self) -> None:
        self.tell("")

    def find(self, number: str) -> None:
        """Look the number up, once it is one; only then is anything sent."""
        if self._finding:
            return
        try:
            today = self.place.now().astimezone(ZONE).date()
            found = parse(number, today=today, regional=tuple(REGIONAL_FORMATS.values()))
        except InvalidPersonId as error:
            self.tell(_(error.reason))
            self.number_field.focus()
            return
        self._finding = True

        def done(answer: ResidentFound) -> None:
            self._finding = False
            if answer.profile is None:
                self.tell(_("Nobody here has that number."))
                show_dialog(self, NewResidentDialog(self.place, answer.person_number), self._found)
            else:
                self._found(answer.profile)

        def refused(error: ClientError) -> None:
            self._finding = False
            self.tell(error.user_text())

        self.place.submit(FindResident(command_id=new_id(), person_number=found.value), done, refused)

    def _found(self, profile: ResidentProfile | None) -> None:
        if profile is None:
            self.number_field.focus()
            return
        self.number_field.value = ""
        self.place.patient = profile
        self.show_all()
        self.list.focus()

    def may(self, action_id: str) -> bool:
        """Whether the action can be performed now."""
        profile = self.profile
        if action_id in FOR_RESIDENT:
            return profile is not None and self.place.may_begin_resident(action_id, profile)
        if action_id == "patient.cancel_ticket":
            ticket = self._ticket
            return ticket is not None and ticket_open(ticket, self.place.now())
        if action_id == "patient.open":
            return self._selected[0] in {"case", "person"} or self._may_read_earlier()
        return super().may(action_id)

    def _may_read_earlier(self) -> bool:
        """Whether the line under the cursor is an earlier case that the session may open."""
        case = earlier_case(self.profile, self.list.selected or "") if self.profile is not None else None
        return case is not None and case.may_read

    def deed(self, action_id: str) -> Callable[[], None] | None:
        """What performs the action; what is begun for a resident is the app's."""
        profile = self.profile
        if action_id in FOR_RESIDENT and profile is not None:
            return lambda: self.place.begin_resident(action_id, profile)
        return super().deed(action_id)

    def do_patient_find(self) -> None:
        """Write another number."""
        self.number_field.focus()

    def do_patient_open(self) -> None:
        """Open the case, an earlier one to be read, or the relative under the cursor."""
        kind, found = self._selected
        if kind in {"case", "earlier"}:
            self.place.open_case(found)
        elif kind == "person":
            self.place.open_resident(found)

    def do_patient_cancel_ticket(self) -> None:
        """Ask, then call the ticket back."""
        ticket, profile = self._ticket, self.profile
        if ticket is None or profile is None:
            return

        def done(answer: TicketAnswer) -> None:
            told = _("An SMS tells the resident of it.")
            if not answer.texted:
                told = _("No SMS was sent: tell the resident yourself.")
            self.say(_("The ticket is called back.") + " " + told, warning=not answer.texted)
            self.place.open_resident(profile.resident.id)

        def go() -> None:
            command = CancelTicket(command_id=new_id(), ticket_id=ticket.id)
            self.place.submit(command, done, lambda error: self.say(error.user_text(), warning=True))

        queue = _("{role}, {unit}").format(role=role_text(ticket.role), unit=ticket.unit_name)
        text = _("{resident} can then no longer enter the queue of {queue} with it.")
        text = text.format(resident=resident_with_age(profile.resident), queue=queue)
        choices = (Choice("x", _("Call the ticket back"), go), Choice("escape", _("Keep it")))
        self.place.ask(Question(_("Call the ticket back?"), text, choices, warning=False))

    def do_app_back(self) -> None:
        """From the number back to the profile; from the profile to the app's own way back."""
        if self.focused is self.number_field and self.profile is not None:
            self.list.focus()
        else:
            self.place.app_perform("app.back")
