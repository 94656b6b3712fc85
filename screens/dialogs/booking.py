"""Booking a visit, or moving one to another time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from textual import events, on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.client.errors import ClientError, Rejected
from clinic_tui.domain.booking import Reminder, needless
from clinic_tui.domain.local_time import STOCKHOLM, local_day, moment
from clinic_tui.i18n import _
from clinic_tui.protocol.command import CaseAnswer, DetailAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import BookVisit, RebookVisit
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.refs import ResidentRef, StaffRef
from clinic_tui.protocol.resources import CasePage, CaseRow
from clinic_tui.state.changes import Changes
from clinic_tui.state.day_book import DayBook, colliding
from clinic_tui.widgets.booking_form import BookingForm, chosen_mode, mode_choice
from clinic_tui.widgets.booking_when import LENGTHS, WhenFields, form_line
from clinic_tui.widgets.line_choice import LineChoice
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import Way, paragraph, show_dialog
from clinic_tui.widgets.plain import plain
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.visit_reading import booking_hint
from clinic_tui.widgets.visit_texts import mode_text, span_text, when_text
from clinic_tui.widgets.workplace import Workplace
from clinic_tui.widgets.writing_dialog import SendingDialog
from screens.dialogs.calendar import CalendarDialog
from screens.dialogs.colleague_picker import ColleaguePicker
from styles import css_paths

_USUAL = 30
"""Minutes of a visit unless one chooses otherwise."""


@dataclass(frozen=True)
class Booked:
    """What came of the dialog."""

    text: str
    """What to tell the user."""
    starts_at: datetime
    row: CaseRow | None = None
    """The visit as the backend has it."""


class BookingDialog(SendingDialog[Booked]):
    """Books a visit for a resident, or moves a booked one; closes once the backend has done it.

    Give either `patient` or `visit`. It says which text messages will go, and whom the time collides with.
    """

    CSS_PATH = css_paths("base", "dialogs", "booking")

    def __init__(
        self,
        place: Workplace,
        *,
        patient: ResidentProfile | None = None,
        visit: CaseRow | None = None,
        day: date | None = None,
    ) -> None:
        super().__init__()
        self.place = place
        self.visit = visit
        self.patient = patient
        booking = visit.booking if visit is not None else None
        start = booking.starts_at if booking is not None else _first_time(day, place.now())
        minutes = int((booking.ends_at - booking.starts_at) / timedelta(minutes=1)) if booking else _USUAL
        self.when = WhenFields(start, minutes, place.now())
        self.form = BookingForm(place, patient) if patient is not None else None
        self._mode = mode_choice(booking.mode if booking is not None else "chat")
        self._book = DayBook(place.desk, local_day(start))
        self._reachable = patient is None or patient.can_be_reached
        """Whether an SMS can tell the resident; for a visit that is moved the backend knows."""
        self._warned = False
        self._before = self._values()

    @property
    def resident(self) -> ResidentRef:
        """Whom the visit is for."""
        if self.patient is not None:
            return self.patient.resident
        assert self.visit is not None  # noqa: S101 - one of the two is given
        return self.visit.resident

    def heading(self) -> str:
        """For whom."""
        name = resident_with_age(self.resident)
        if self.visit is not None:
            return _("Move the visit for {resident}").format(resident=name)
        return _("Book a visit for {resident}").format(resident=name)

    def ways(self) -> Sequence[Way]:
        """Book, calendar, colleague, leave."""
        ways = [Way("ctrl+s", _("Move it") if self.visit else _("Book")), Way("f4", _("Calendar"))]
        if self.form is not None:
            ways.append(Way("f5", _("Colleague")))
        return (*ways, Way("escape", _("Cancel")))

    def compose_body(self) -> Iterable[Widget]:
        """The fields, what they collide with, which messages go."""
        if self.visit is not None:
            yield paragraph(booking_hint(self.place, self.visit, keys=False).plain, "$muted")
        yield self.when
        yield self.form if self.form is not None else form_line(_("How"), self._mode)
        yield Static(id="booking-notes")

    def on_mount(self) -> None:
        """What is wrong stands above the ways, always in sight."""
        self.query_one("#dialog").mount(Static(id="dialog-problem"), before="#dialog-ways")
        self._fetch()
        self.call_after_refresh(self._show_notes)

    def first_focus(self) -> Widget | None:
        """The day."""
        return self.when.first

    @on(WhenFields.Changed)
    @on(BookingForm.Changed)
    @on(LineChoice.Changed)
    def _changed(self) -> None:
        self._leaving = self._warned = False
        self.tell("")
        if self.when.day is not None and self.when.day != self._book.day:
            self._book.turn_to(self.when.day)
            self._fetch()
        self._show_notes()

    def show_changes(self, changes: Changes) -> None:
        """Somebody booked or cancelled meanwhile."""
        if changes.rows or changes.everything:
            self._show_notes()

    def _fetch(self) -> None:
        day = self._book.day

        def done(page: CasePage) -> None:
            self._book.take_in(day, page.cases)
            if self.is_mounted:
                self._show_notes()

        self.place.fetch_day(day, done, lambda _error: None)

    def _show_notes(self) -> None:
        """Warnings in orange, then which messages go."""
        lines: list[tuple[str, str]] = [(text, "$warning") for text in self.warnings()]
        lines.append((self.texts_note(), "$muted"))
        parts = [plain(text, style) for text, style in lines if text]
        self.query_one("#booking-notes", Static).update(Content("\n").join(parts))

    def warnings(self) -> list[str]:
        """What may be wrong with the booking, and does not hinder it."""
        found = [self.when.doubt_text()] if self.when.span is not None else []
        found += self._collisions()
        form = self.form
        mode = form.mode if form is not None else chosen_mode(self._mode)
        if form is not None and mode in {"audio", "video"} and not form.meetings:
            found.append(_("The unit has no meeting address, so the call cannot be opened from here."))
        if not self._reachable:
            found.append(
                _("There is no mobile number, so no text message is sent. Tell the resident yourself.")
            )
        return [text for text in found if text]

    def _collisions(self) -> Iterable[str]:
        span = self.when.span
        if span is None:
            return
        staff_id = self.form.staff_id if self.form is not None else _staff_of(self.visit)
        but = self.visit.id if self.visit is not None else ""
        for row in colliding(self._book.rows(), *span, but=but):
            if row.booking is None:
                continue
            values = {"time": span_text(row.booking), "how": mode_text(row.booking.mode).lower()}
            if row.resident.id == self.resident.id:
                yield _("The resident already has a visit {time}, {how}.").format(**values)
            elif staff_id and _staff_of(row) == staff_id:
                owner = row.assignee or row.booking.staff
                text = _("{name} already has a visit {time}, {how}: {reason}.")
                yield text.format(name=owner.name if owner else "", reason=row.reason, **values)

    def texts_note(self) -> str:
        """Which text messages the resident gets."""
        span = self.when.span
        if not self._reachable:
            return ""
        if span is None or span[0] < self.place.now():
            text = _("Text messages go at booking, the same morning and 15 minutes before.")
        else:
            left_out = needless(span[0], self.place.now(), STOCKHOLM)
            if Reminder.SOON in left_out:
                text = _("A text message goes now.")
            elif Reminder.MORNING in left_out:
                text = _("Text messages go now and 15 minutes before.")
            else:
                text = _("Text messages go now, the same morning and 15 minutes before.")
        known = self.patient is not None
        return text if known else text + "\n" + _("If there is no mobile number, you are told first.")

    def on_key(self, event: events.Key) -> None:
        """Up and down go from line to line where they step nothing."""
        if event.key in {"up", "down"} and isinstance(self.focused, LineChoice | LineInput):
            event.stop()
            event.prevent_default()
            self.focus_next() if event.key == "down" else self.focus_previous()

    @on(WhenFields.Pick)
    def _pick_day(self) -> None:
        def picked(day: date | None) -> None:
            if day is not None:
                self.when.day = day

        show_dialog(self, CalendarDialog(self.when.day or self.when.today, self.when.today), picked)

    def _pick_colleague(self, form: BookingForm) -> None:
        def picked(staff: StaffRef | None) -> None:
            if staff is not None and staff.id:
                known = self.place.desk.team.colleagues.get((staff.id, form.unit_id))
                form.choose_colleague(staff, known.role if known is not None else "")

        show_dialog(self, ColleaguePicker(self.place, _("For whom?"), unit_id=form.unit_id), picked)

    @property
    def written(self) -> bool:
        """Whether something else is chosen than at first."""
        return self._values() != self._before

    def act(self, key: str, /) -> None:
        """Book, or open what helps."""
        if key == "f4":
            self._pick_day()
        elif key == "f5" and self.form is not None:
            self._pick_colleague(self.form)
        elif key == "ctrl+s":
            self._save()

    def _values(self) -> tuple[object, ...]:
        form = self.form
        mine = (
            (form.mode, form.unit_id, form.role, form.staff_id, form.reason, form.guardian_id) if form else ()
        )
        return (*self.when.values, self._mode.value, *mine)

    def _save(self) -> None:
        problem = self.when.problem(self.place.now())
        if problem is None and self.form is not None and not self.form.reason:
            problem = (_("Write in a few words what the visit is about."), self.form.reason_field)
        if problem is not None:
            self.tell(problem[0])
            problem[1].focus()
            return
        if not self._reachable and not self._warned:
            self._warn()
            return
        span = self.when.span
        if span is not None:
            self._book_at(span[0])

    def _warn(self) -> None:
        """Say that nobody tells the resident; the next time it is sent all the same."""
        self._warned = True
        text = _("No text message can be sent. {key} once more books all the same.")
        if self.visit is not None:
            text = _("No text message can be sent. {key} once more moves it all the same.")
        self.tell(text.format(key="Ctrl+S"))

    def _book_at(self, starts_at: datetime) -> None:
        def done(answer: object) -> None:
            row = answer.detail.row if isinstance(answer, DetailAnswer) else None
            row = answer.case if isinstance(answer, CaseAnswer) else row
            text = _("Moved: {resident}, {time}.") if self.visit else _("Booked: {resident}, {time}.")
            text = text.format(resident=resident_with_age(self.resident), time=when_text(starts_at))
            self.dismiss(Booked(text, starts_at, row))

        self.send(self._made(starts_at), self.place.submit, done)

    def refused(self, error: ClientError) -> None:
        """Say why; where no text message can go, booking once more goes on without."""
        if isinstance(error, Rejected) and error.rule == "async.no_channel" and self._reachable:
            self._reachable = False
            self._show_notes()
            self._warn()
        else:
            super().refused(error)

    def _made(self, starts_at: datetime) -> BookVisit | RebookVisit:
        minutes = self.when.minutes or _USUAL
        form = self.form
        if form is None or self.visit is not None:
            assert self.visit is not None  # noqa: S101 - without a patient there is a visit
            return RebookVisit(
                command_id=new_id(),
                case_id=self.visit.id,
                version=self.visit.version,
                starts_at=starts_at,
                minutes=minutes,
                mode=chosen_mode(self._mode),
                without_channel=not self._reachable,
            )
        return BookVisit(
            command_id=new_id(),
            resident_id=self.resident.id,
            unit_id=form.unit_id,
            role=form.role,
            staff_id=form.staff_id,
            starts_at=starts_at,
            minutes=minutes,
            mode=form.mode,
            reason=form.reason,
            guardian_id=form.guardian_id,
            without_channel=not self._reachable,
        )


def _first_time(day: date | None, now: datetime) -> datetime:
    """Nine in the morning of a coming day; today, the first quarter that is well ahead."""
    if day is not None and day > local_day(now):
        return moment(day, time(9)).at
    ahead = now.astimezone(STOCKHOLM) + timedelta(minutes=15)
    return now + timedelta(minutes=15 + (-ahead.minute) % LENGTHS[0], seconds=-now.second)


def _staff_of(row: CaseRow | None) -> str:
    """Id of whoever has the visit, or for whom it is booked."""
    if row is None:
        return ""
    staff = row.assignee or (row.booking.staff if row.booking is not None else None)
    return staff.id if staff is not None else ""
