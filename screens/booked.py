"""The scheduled visits, a day at a time: booked, moved, cancelled and taken from here."""

from datetime import date
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from clinic_tui.actions.action import Scope
from clinic_tui.domain.local_time import local_day
from clinic_tui.i18n import _
from clinic_tui.protocol.command import CaseAnswer
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.clinic_screen import bindings
from clinic_tui.widgets.day_screen import DayScreen
from clinic_tui.widgets.modal import Way, show_dialog
from clinic_tui.widgets.plain import joined
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.visit_reading import booking_block, booking_hint
from clinic_tui.widgets.workplace import Choice, Question
from screens.dialogs.booking import Booked, BookingDialog
from screens.dialogs.calendar import CalendarDialog
from screens.dialogs.words import WordsDialog
from styles import css_paths

_DEEDS = frozenset({"booking.move", "booking.cancel", "booking.no_show", "booking.copy_number"})


class BookedScreen(DayScreen):
    """The day's visits by time, with what became of each (domain.md 2.6)."""

    CSS_PATH = css_paths("base", "queue", "booked")
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.BOOKED)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.LIST, Scope.CASE, Scope.BOOKED)
    VIEW: ClassVar[str] = "go.booked"

    def may(self, action_id: str) -> bool:
        """Whether the action can be done with the selected visit."""
        if action_id in _DEEDS:
            return self.visit_deeds.may(action_id, self.selected)
        if action_id == "booking.new":
            return self.visit_deeds.may_book
        if action_id == "day.today":
            return self.book.day != self.today
        return super().may(action_id)

    def reading_text(self, visit: Visit) -> Content:
        """The booking, then what there is to read."""
        block = booking_block(self.place, visit.row, self.visit_deeds.number(visit.row))
        return joined(block, "\n\n", super().reading_text(visit))

    def reading_hint(self) -> Content | str:
        """The selected visit's booking, and how to read up."""
        row = self.selected
        return booking_hint(self.place, row, self.visit_deeds.number(row)) if row is not None else ""

    def do_day_pick(self) -> None:
        """Pick the day from a calendar."""

        def picked(day: date | None) -> None:
            if day is not None:
                self.turn_to(day)

        show_dialog(self, CalendarDialog(self.book.day, self.today), picked)

    def do_booking_new(self) -> None:
        """Book for the resident whose profile was shown, or find one first."""
        patient = self.place.patient
        if patient is None:
            self._find_resident()
            return
        name = resident_with_age(patient.resident)
        text = _("{resident} is the one whose profile you had open.").format(resident=name)
        self.place.ask(
            Question(
                title=_("Book a visit for whom?"),
                text=text,
                choices=(
                    Choice("n", _("Book for {resident}").format(resident=name), lambda: self._book(patient)),
                    Choice("f", _("Find another resident"), self._find_resident),
                    Choice("escape", _("Cancel")),
                ),
                warning=False,
            )
        )

    def _find_resident(self) -> None:
        self.place.app_perform("go.patients")

    def _book(self, patient: ResidentProfile) -> None:
        show_dialog(self, BookingDialog(self.place, patient=patient, day=self.book.day), self._booked)

    def do_booking_move(self) -> None:
        """Move the visit to another time."""
        if self.selected is not None:
            show_dialog(self, BookingDialog(self.place, visit=self.selected), self._booked)

    def _booked(self, booked: Booked | None) -> None:
        """Show the visit where it now stands."""
        if booked is None:
            return
        if booked.row is not None:
            self.book.put(booked.row)
        day = local_day(booked.starts_at)
        if day == self.book.day:
            self.show_list()
        else:
            self.turn_to(day)
        if booked.row is not None:
            self.list.select(booked.row.id)
        self.say(booked.text)

    def do_booking_cancel(self) -> None:
        """Cancel the visit, with a reason."""
        row = self.selected
        if row is None:
            return

        dialog = WordsDialog(
            _("Cancel the visit for {resident}").format(resident=resident_with_age(row.resident)),
            (
                booking_hint(self.place, row, keys=False).plain,
                _(
                    "The resident is told by a text message, if there is a mobile number."
                    " The reason is for staff alone."
                ),
            ),
            ways=(Way("ctrl+s", _("Cancel the visit")),),
            label=_("Why the visit is cancelled"),
            leave=_("Keep the visit"),
            warning=True,
        )
        self.visit_deeds.cancel(row, dialog, self._ended)
        show_dialog(self, dialog, lambda _nothing: None)

    def do_booking_no_show(self) -> None:
        """Note that the resident did not come."""
        if self.selected is not None:
            self.visit_deeds.no_show(self.selected, self._ended)

    def do_booking_copy_number(self) -> None:
        """Copy the number to phone."""
        if self.selected is not None:
            self.visit_deeds.copy_number(self.selected)

    def _ended(self, answer: object) -> None:
        """Show what became of the visit; the desk lets go of a finished one."""
        row: CaseRow | None = answer.case if isinstance(answer, CaseAnswer) else None
        if row is not None:
            self.book.put(row)
        self.show_list()
        self.show_keys()
