"""Picking a date from a calendar."""

from collections.abc import Iterable, Sequence
from datetime import date

from textual import on
from textual.containers import Center
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.widgets.calendar import Calendar
from clinic_tui.widgets.modal import ClinicDialog, Way
from clinic_tui.widgets.plain import plain, put
from clinic_tui.widgets.visit_texts import date_text, near_text, week_text
from styles import css_paths


class CalendarDialog(ClinicDialog[date | None]):
    """Gives the date that was picked, or None."""

    CSS_PATH = css_paths("base", "dialogs", "booking")
    QUIET = 0.0

    def __init__(self, chosen: date, today: date) -> None:
        super().__init__()
        self.calendar = Calendar(chosen, today, id="calendar")

    def heading(self) -> str:
        """What is asked."""
        return _("Pick a date")

    def compose_body(self) -> Iterable[Widget]:
        """The month, and the day under the cursor in words."""
        with Center():
            yield self.calendar
        yield Static(id="calendar-day")

    def on_mount(self) -> None:
        """Say which day it is."""
        self._moved()

    def first_focus(self) -> Widget | None:
        """The month."""
        return self.calendar

    def ways(self) -> Sequence[Way]:
        """Pick it, or leave."""
        return (
            Way("enter", _("Pick"), note=_("PgUp PgDn month · Home today")),
            Way("escape", _("Cancel")),
        )

    @on(Calendar.Moved)
    def _moved(self) -> None:
        day = self.calendar.chosen
        parts = (date_text(day), week_text(day), near_text(day, self.calendar.today))
        put(self.query_one("#calendar-day", Static), plain(" · ".join(filter(None, parts))))

    @on(Calendar.Picked)
    def _picked(self) -> None:
        self.take("enter")

    def take(self, key: str) -> None:
        """Close with the day, or without."""
        self.dismiss(self.calendar.chosen if key == "enter" else None)
