"""Day, time and length of a visit as fields, and what is wrong or doubtful with them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.domain.booking import check_time
from clinic_tui.domain.local_time import (
    STOCKHOLM,
    LocalMoment,
    local_day,
    moment,
    parse_day,
    parse_time,
    step_time,
)
from clinic_tui.domain.refusals import REASONS
from clinic_tui.i18n import _
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.plain import plain_line, put
from clinic_tui.widgets.texts import clock
from clinic_tui.widgets.visit_texts import near_text, week_text, weekday

LENGTHS = (15, 20, 30, 45, 60)
"""Minutes that arrow keys offer."""
SHORTEST, LONGEST = 5, 480
"""Minutes that the command takes."""


class StepInput(LineInput):
    """A short value that the arrow keys step up and down, and what one types takes the place of."""

    class Stepped(Message):
        """An arrow key was pressed."""

        def __init__(self, field: "StepInput", by: int) -> None:
            super().__init__()
            self.field = field
            self.by = by

    def __init__(self, value: str, limit: int, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(value, limit=limit, select=True, id=id)

    def step_to(self, value: str) -> None:
        """Show another value, selected as the first one was."""
        self.value = value
        self.select_all()

    def on_key(self, event: events.Key) -> None:
        """Up and down step."""
        if event.key in {"up", "down"}:
            event.stop()
            event.prevent_default()
            self.post_message(self.Stepped(self, 1 if event.key == "up" else -1))


def form_line(label: str, *fields: Widget) -> Horizontal:
    """A labelled line of a form."""
    return Horizontal(Static(plain_line(label, "$muted"), classes="form-label"), *fields, classes="form-line")


class WhenFields(Vertical):
    """Three lines of the booking form. Local time is Swedish; `start` is the instant."""

    DEFAULT_CSS = "WhenFields { height: auto; }"

    class Changed(Message):
        """Something else stands in a field."""

    class Pick(Message):
        """The user wants the calendar."""

    def __init__(self, start: datetime, minutes: int, now: datetime) -> None:
        super().__init__()
        local = start.astimezone(STOCKHOLM)
        self.today = local_day(now)
        self._clock = StepInput(local.strftime("%H:%M"), 5, id="when-time")
        self._day = StepInput(local.date().isoformat(), 10, id="when-day")
        self._length = StepInput(str(minutes), 3, id="when-minutes")

    def compose(self) -> Iterable[Widget]:
        """Day, time, length; each with its meaning beside it."""
        yield form_line(_("Day"), self._day, Static(id="when-day-note", classes="form-note"))
        yield form_line(_("Time"), self._clock, Static(id="when-time-note", classes="form-note"))
        yield form_line(_("Minutes"), self._length, Static(id="when-length-note", classes="form-note"))

    def on_mount(self) -> None:
        """Say what the values mean."""
        self.show_notes()

    @property
    def values(self) -> tuple[str, str, str]:
        """What stands in the fields."""
        return self._day.value, self._clock.value, self._length.value

    @property
    def first(self) -> Widget:
        """The first field."""
        return self._day

    @property
    def day(self) -> date | None:
        """The date as written; None for none."""
        return parse_day(self._day.value, self.today)

    @day.setter
    def day(self, day: date) -> None:
        self._day.value = day.isoformat()

    @property
    def time(self) -> time | None:
        """The time as written; None for none."""
        return parse_time(self._clock.value)

    @property
    def minutes(self) -> int | None:
        """The length in minutes; None for one that is no length."""
        text = self._length.value.strip()
        minutes = int(text) if text.isascii() and text.isdigit() else 0
        return minutes if SHORTEST <= minutes <= LONGEST else None

    @property
    def moment(self) -> LocalMoment | None:
        """When it starts, with what is doubtful about that; None until day and time are right."""
        return moment(self.day, self.time) if self.day is not None and self.time is not None else None

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """Start and end; None until all is right."""
        start, minutes = self.moment, self.minutes
        if start is None or minutes is None or start.doubt == "gap":
            return None
        return start.at, start.at + timedelta(minutes=minutes)

    def problem(self, now: datetime) -> tuple[str, Widget] | None:
        """What is wrong, and the field it is in; None when nothing is."""
        if self.day is None:
            return _("Write the day as 2026-03-09 or 9/3."), self._day
        if self.time is None:
            return _("Write the time as 09:30."), self._clock
        if self.minutes is None:
            text = _("A visit takes {least} to {most} minutes.")
            return text.format(least=SHORTEST, most=LONGEST), self._length
        found = self.moment
        if found is not None and found.doubt == "gap":
            return self.doubt_text(), self._clock
        span = self.span
        refusal = check_time(span[0], span[1] - span[0], now) if span is not None else None
        if refusal is None:
            return None
        if refusal.rule == "visit.in_past":
            return _("That time has passed."), self._clock
        return _(REASONS.get(refusal.rule, "That cannot be done.")), self._day

    def doubt_text(self) -> str:
        """What a change of the clock does to the time; empty where it does nothing."""
        found = self.moment
        if found is None or not found.doubt:
            return ""
        written = self.time.strftime("%H:%M") if self.time else ""
        if found.doubt == "gap":
            text = _("{time} does not exist that night: the clock is set forward to {next}.")
            return text.format(time=written, next=clock(found.at))
        text = _("{time} comes twice that night. The first one is booked, in summer time.")
        return text.format(time=written)

    @on(LineInput.Changed)
    def _typed(self, event: LineInput.Changed) -> None:
        event.stop()
        self.show_notes()
        self.post_message(self.Changed())

    @on(LineInput.Submitted, "#when-day")
    def _wants_calendar(self, event: LineInput.Submitted) -> None:
        event.stop()
        self.post_message(self.Pick())

    @on(LineInput.Submitted, "#when-time,#when-minutes")
    def _onwards(self, event: LineInput.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

    @on(StepInput.Stepped)
    def _step(self, event: StepInput.Stepped) -> None:
        event.stop()
        if event.field is self._day:
            self._day.step_to(_day_after(self.day or self.today, event.by).isoformat())
        elif event.field is self._clock:
            self._clock.step_to(step_time(self.time or time(9), event.by).strftime("%H:%M"))
        else:
            self._length.step_to(str(_length_after(self.minutes or 0, event.by)))

    def show_notes(self) -> None:
        """Say what the values mean: weekday and week, and when it ends."""
        day, span = self.day, self.span
        parts = (weekday(day), week_text(day), near_text(day, self.today)) if day is not None else ()
        put(self.query_one("#when-day-note", Static), plain_line(", ".join(filter(None, parts)), "$muted"))
        until = _("until {time}").format(time=clock(span[1])) if span is not None else ""
        put(self.query_one("#when-time-note", Static), plain_line(until, "$muted"))
        hint = " ".join(str(minutes) for minutes in LENGTHS)
        put(self.query_one("#when-length-note", Static), plain_line(f"↑↓ {hint}", "$muted"))


def _day_after(day: date, by: int) -> date:
    try:
        return day + timedelta(days=by)
    except OverflowError:
        return day


def _length_after(minutes: int, by: int) -> int:
    if by > 0:
        return next((length for length in LENGTHS if length > minutes), LENGTHS[-1])
    return next((length for length in reversed(LENGTHS) if length < minutes), LENGTHS[0])
