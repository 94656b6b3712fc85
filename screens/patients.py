"""Finding a resident by their number, and their profile."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.registry import ACTIONS
from clinic_tui.i18n import N_, _
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.patient_commands import ProfileOpened
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.state.changes import Changes
from clinic_tui.state.issued import ticket_open
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.line_list import LineList
from clinic_tui.widgets.modal import show_dialog
from clinic_tui.widgets.number_search import NumberSearch
from clinic_tui.widgets.plain import plain, put
from clinic_tui.widgets.profile_lines import (
    COLUMNS,
    earlier_case,
    line_detail,
    profile_lines,
    who,
)
from clinic_tui.widgets.ticket_deeds import call_back
from clinic_tui.widgets.workplace import Workplace
from screens.dialogs.new_resident import NewResidentDialog
from styles import css_paths

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
        self.search = NumberSearch(place)
        self.number_field = self.search.field
        self.list = LineList(COLUMNS, id="patient-lines")
        self._shown: ResidentProfile | None = None
        self._met: ResidentProfile | None = None
        """The profile that the focus was moved to last."""

    def compose_view(self) -> ComposeResult:
        """The search, who it is, and the profile's lines with what the selected one holds."""
        yield self.search
        yield Static(id="patient-who")
        with Vertical(id="patient-panes"):
            with VerticalScroll(id="patient-pane", can_focus=False):
                yield self.list
            with VerticalScroll(id="patient-detail", can_focus=False):
                yield Static(id="patient-detail-text")

    def on_mount(self) -> None:
        """Start where one writes, or with the profile that was opened elsewhere."""
        super().on_mount()
        self.number_field.focus()
        self.show_all()

    @property
    def profile(self) -> ResidentProfile | None:
        """The profile that is shown: nobody's while a number is written, for it is not that person's."""
        return None if self.number_field.value.strip() else self.place.patient

    def show_all(self) -> None:
        """Show the profile, with the focus in it where it is another, or how one is found."""
        profile = self.profile
        if profile is not None and profile is not self._met:
            self.list.focus()
        self._met = profile or self._met
        self._show_person()
        self._take_wanted()

    def _show_person(self) -> None:
        """Show who it is and what there is of them, or how somebody is found."""
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
                self.search.tell("")
                self.query_one("#patient-pane").scroll_home(animate=False)
            put(self.query_one("#patient-who", Static), who(profile))
            self.list.show(profile_lines(self.place, profile))
        self._shown = profile
        self.show_detail()
        self.show_keys()

    @on(LineInput.Changed, "#patient-number")
    def _number_changed(self) -> None:
        self._show_person()

    def _take_wanted(self) -> None:
        """Go to the number or to the profile, as one came for; anything else is a number to look up."""
        wanted = self.place.wanted_tab.pop("patients", "")
        if wanted == "number":
            self.number_field.focus()
        elif wanted:
            self.number_field.value = ""
            self.list.focus()
        if wanted not in {"", "number", "profile"}:
            self.search.find(wanted)

    @property
    def _writes_number(self) -> bool:
        """Whether what is typed goes to the number."""
        return self.focused is self.number_field

    def actions_now(self) -> Iterable[Action]:
        """From the number, the way to the profile below it leads."""
        found = list(super().actions_now())
        if self._writes_number:
            found = [one for one in found if one.id != "patient.find"]
        if self._writes_number and self.place.patient is not None:
            back = ACTIONS["app.back"]
            found.remove(back)
            found.insert(0, replace(back, title=N_("To the profile"), weight=0))
        return found

    def on_key(self, event: events.Key) -> None:
        """From the number down to the profile."""
        if event.key == "down" and self._writes_number and self.place.patient is not None:
            event.stop()
            self._to_profile()

    def _to_profile(self) -> None:
        """To the person below; the number that was begun is another's, and goes."""
        self.number_field.value = ""
        self._show_person()
        self.list.focus()

    def show_changes(self, changes: Changes) -> None:
        """Cases of the resident may have moved on."""
        profile = self.profile
        if profile is not None and (changes.everything or changes.rows & {row.id for row in profile.cases}):
            self.list.show(profile_lines(self.place, profile))
            self.show_keys()

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

    @on(NumberSearch.Found)
    def _searched(self, event: NumberSearch.Found) -> None:
        self.place.patient = event.answer.profile
        self.show_all()
        if event.answer.profile is None:
            show_dialog(self, NewResidentDialog(self.place, event.answer.person_number), self._added)

    def _added(self, answer: ProfileOpened | None) -> None:
        self.number_field.focus()
        if answer is None:
            return
        self.number_field.value = ""
        self.place.patient = answer.profile
        self.show_all()
        if answer.already_there:
            self.say(
                _("The resident was here already; what you wrote was not saved. Logged as a search."),
                warning=True,
            )

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
        if action_id == self.VIEW:
            return self.do_patient_find
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
        ticket = self._ticket
        if ticket is None:
            return

        def told(text: str, warning: bool) -> None:
            self.say(text, warning=warning)
            self.place.open_resident(ticket.resident.id)

        call_back(self.place, ticket, told)

    def do_app_back(self) -> None:
        """From the number back to the profile; from the profile to the app's own way back."""
        if self._writes_number and self.place.patient is not None:
            self._to_profile()
        else:
            self.place.app_perform("app.back")
