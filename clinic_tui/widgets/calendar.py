"""A month as a grid: Monday first, with the week's number at the left."""

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from clinic_tui.domain.local_time import is_red, week
from clinic_tui.i18n import pgettext
from clinic_tui.widgets.shade import cursor_shade
from clinic_tui.widgets.texts import month
from clinic_tui.widgets.visit_texts import weekday_short

WEEKS = 6
"""Lines of weeks, so that a month changes nothing below it."""
_CELL, _WEEK = 4, 4
WIDTH = _WEEK + 7 * _CELL
_TOP = 3
"""Lines above the first week."""


class Calendar(Widget, can_focus=True):
    """The day under the cursor is `chosen`; arrows move by days and weeks, page keys by months."""

    ALLOW_SELECT = False
    DEFAULT_CSS = f"Calendar {{ width: {WIDTH}; height: {_TOP + WEEKS}; }}"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "days(-1)", show=False),
        Binding("right,l", "days(1)", show=False),
        Binding("up,k", "days(-7)", show=False),
        Binding("down,j", "days(7)", show=False),
        Binding("pageup", "months(-1)", show=False),
        Binding("pagedown", "months(1)", show=False),
        Binding("shift+pageup", "months(-12)", show=False),
        Binding("shift+pagedown", "months(12)", show=False),
        Binding("home,full_stop", "today", show=False),
        Binding("enter", "pick", show=False),
    ]

    class Moved(Message):
        """The cursor is on another day."""

        def __init__(self, day: date) -> None:
            super().__init__()
            self.day = day

    class Picked(Message):
        """A day was picked, with Enter or a click."""

        def __init__(self, day: date) -> None:
            super().__init__()
            self.day = day

    def __init__(self, chosen: date, today: date, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own
        super().__init__(id=id)
        self.chosen = chosen
        """The day under the cursor."""
        self.today = today

    def render(self) -> Content:
        """The month's name, the weekdays, and six weeks."""
        name = f"{month(self.chosen.month).capitalize()} {self.chosen.year}"
        lines = [
            Content.assemble(("‹", "$accent"), (f"{name:^{WIDTH - 2}}", "bold"), ("›", "$accent")),
            Content(""),
            Content.assemble(
                (f"{pgettext('week in short', 'w')[:1]:>{_WEEK - 1}} ", "$muted"),
                *((f"{weekday_short(number)[:2]:>{_CELL - 1}} ", "$muted") for number in range(7)),
            ),
        ]
        lines += [self._week_line(first) for first in self._mondays()]
        return Content("\n").join(lines)

    def _mondays(self) -> list[date]:
        first = self.chosen.replace(day=1)
        back = min(first.weekday(), (first - date.min).days)
        start = first - timedelta(days=back)
        return [start + timedelta(weeks=number) for number in range(WEEKS) if _room(start, 7 * number + 6)]

    def _week_line(self, monday: date) -> Content:
        parts: list[tuple[str, str]] = [(f"{week(monday):>{_WEEK - 1}} ", "$muted")]
        parts += [
            (f" {day.day:>{_CELL - 2}} ", self._style(day))
            for day in (monday + timedelta(days=number) for number in range(7))
        ]
        return Content.assemble(*parts)

    def _style(self, day: date) -> str:
        outside = day.month != self.chosen.month
        style = "$muted" if outside or is_red(day) else "$foreground"
        if day == self.today:
            style = "$accent bold underline"
        if day == self.chosen:
            shade = cursor_shade(self)
            return "bold $on-accent on $accent" if self.has_focus and "$cursor" in shade else "bold" + shade
        return style + (" dim" if outside and day != self.today else "")

    def move_to(self, day: date) -> None:
        """Put the cursor on a day."""
        if day != self.chosen:
            self.chosen = day
            self.refresh()
            self.post_message(self.Moved(day))

    def action_days(self, by: int) -> None:
        """Move by days."""
        if _room(self.chosen, by):
            self.move_to(self.chosen + timedelta(days=by))

    def action_months(self, by: int) -> None:
        """Move by months; from the 31st to the last day of a shorter one."""
        year, number = divmod(self.chosen.year * 12 + self.chosen.month - 1 + by, 12)
        if MINYEAR <= year <= MAXYEAR:
            last = monthrange(year, number + 1)[1]
            self.move_to(date(year, number + 1, min(self.chosen.day, last)))

    def action_today(self) -> None:
        """Move to today."""
        self.move_to(self.today)

    def action_pick(self) -> None:
        """Pick the day under the cursor."""
        self.post_message(self.Picked(self.chosen))

    def on_focus(self) -> None:
        """Show that keys act here."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that keys act elsewhere."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Pick the day under the pointer; the first line's ends turn the month."""
        event.stop()
        if event.y == 0:
            self.action_months(-1 if event.x < WIDTH // 2 else 1)
            return
        row, column = event.y - _TOP, (event.x - _WEEK) // _CELL
        mondays = self._mondays()
        if 0 <= row < len(mondays) and 0 <= column < 7 and event.x >= _WEEK:
            self.move_to(mondays[row] + timedelta(days=column))
            self.action_pick()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The next month."""
        event.stop()
        self.action_months(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The month before."""
        event.stop()
        self.action_months(-1)


def _room(day: date, by: int) -> bool:
    """Whether there is a day so many days on."""
    return 0 <= (day - date.min).days + by <= (date.max - date.min).days
