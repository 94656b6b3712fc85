"""A list of one day's scheduled visits, and the days before and after it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from textual.widget import Widget

from clinic_tui.client.errors import ClientError
from clinic_tui.domain.cases import FINISHED, CaseState
from clinic_tui.domain.local_time import local_day
from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.resources import CasePage, CaseRow
from clinic_tui.state.changes import Changes
from clinic_tui.state.day_book import DayBook
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.day_lines import DayLines
from clinic_tui.widgets.day_rows import ROOMY, day_columns
from clinic_tui.widgets.queue_screen import QueueScreen
from clinic_tui.widgets.table_list import TableList
from clinic_tui.widgets.visit_deeds import VisitDeeds
from clinic_tui.widgets.visit_texts import date_title, near_text, week_text
from clinic_tui.widgets.work_list import WorkList
from clinic_tui.widgets.work_row import WorkRow
from clinic_tui.widgets.workplace import Workplace


class DayScreen(QueueScreen):
    """Shows a day and fetches how it stands: finished visits are not on the desk."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, place.lists["booked"])
        self.book = DayBook(place.desk, local_day(place.now()))
        self.visit_deeds = VisitDeeds(place, lambda text, warning: self.say(text, warning=warning))
        self.deeds = self.visit_deeds
        self._lines = DayLines(place, self.book, lambda: self.list.size.width < ROOMY)
        self._asked: date | None = None
        """The day that is being fetched."""
        self._settled: tuple[date, bool] | None = None
        """For which day, before or after it was fetched, the cursor was put on its place."""

    def above(self) -> Iterable[Widget]:
        """Which day it is."""
        yield Bar(id="day")

    def make_list(self) -> WorkList:
        """The day's visits."""
        return TableList(day_columns(), now=self.place.now().timestamp(), id="list")

    @property
    def lines(self) -> Mapping[str, WorkRow]:
        """The lines by case id."""
        return self._lines

    @property
    def today(self) -> date:
        """Today's date in Sweden."""
        return local_day(self.place.now())

    def day_rows(self) -> list[CaseRow]:
        """The day's visits under the global filter."""
        return self.book.rows(self.place.drop_in.filter)

    def order(self) -> Sequence[str]:
        """The ids of the day's visits, by time; all of them, or those still to come."""
        return [row.id for row in self.day_rows() if not self.part or row.state == CaseState.BOOKED]

    def holds(self, case_id: str) -> bool:
        """Whether a visit is in the list."""
        return case_id in self.order()

    def row_of(self, case_id: str) -> CaseRow | None:
        """A visit, finished ones too."""
        return self.book.get(case_id)

    def show_all(self) -> None:
        """Show the day, today where another view asked for what is to come, and ask how it stands."""
        if self.place.wanted_tab.get("booked"):
            self.turn_to(self.today)
        super().show_all()
        self.fetch()

    def show_list(self) -> None:
        """Lay the day's visits anew; on a day not seen before the cursor goes to what comes next."""
        super().show_list()
        self.show_day()
        settled = (self.book.day, self.book.fetched)
        if self._settled != settled and self.order():
            first = self._settled is None or self._settled[0] != self.book.day
            self._settled = settled
            if first or self.list.selected == next(iter(self.order())):
                self._select_next()

    def show_changes(self, changes: Changes) -> None:
        """Show what changed; how a visit ended is fetched."""
        super().show_changes(changes)
        self.show_day()
        if not self.reading:
            self.show_reading()
        if changes.everything or self.book.lacks(changes.rows):
            self.fetch()

    def on_resize(self) -> None:
        """Lay the lines anew for the width."""
        self.call_after_refresh(self.show_list)

    def tick(self) -> None:
        """Who is late now, and whether it still is today."""
        super().tick()
        self.show_day()

    def fetch(self) -> None:
        """Ask for the day's visits, finished ones too."""
        day = self.book.day
        if self._asked == day or not self.place.desk.loaded:
            return
        self._asked = day

        def done(page: CasePage) -> None:
            self._asked = None
            self.book.take_in(day, page.cases)
            if self.is_mounted:
                self.show_list()
                self.show_keys()

        def failed(error: ClientError) -> None:
            self._asked = None
            if self.is_mounted and day == self.book.day:
                self.say(error.user_text(), warning=True)

        self.place.fetch_day(day, done, failed)

    def show_day(self) -> None:
        """Show which day it is, and how much of it is left."""
        day, rows = self.book.day, self.day_rows()
        left = sum(row.state not in FINISHED for row in rows)
        hidden = len(self.book.rows()) - len(rows)
        near = near_text(day, self.today)
        pieces = [
            Piece("‹", "$accent bold", "day.previous"),
            Piece(date_title(day), "bold", "day.pick"),
            Piece("›", "$accent bold", "day.next"),
            Piece(week_text(day), "$muted", "day.pick", rank=2, gap=2),
        ]
        if near:
            pieces.append(Piece(f"· {near}", "$accent" if day == self.today else "$muted", rank=1))
        right: list[Piece] = []
        if rows:
            held = sum(row.state != CaseState.CANCELLED for row in rows)
            visits = ngettext("{count} visit", "{count} visits", held).format(count=held)
            right.append(Piece(visits, "$foreground", rank=3))
            right.append(Piece(_("{count} left").format(count=left), "$muted", rank=4))
        if hidden:
            text = ngettext("{count} hidden", "{count} hidden", hidden).format(count=hidden)
            right.append(Piece(text, "$warning bold", "filter.edit", rank=1))
        self.query_one("#day", Bar).show(pieces, right)

    def empty_text(self) -> str:
        """What an empty day says."""
        if not self.place.desk.loaded or (not self.book.fetched and self._asked):
            return _("Fetching the day …")
        if self.book.rows():
            return _("The day's visits are hidden by the filter: {key} changes it.").format(
                key=self.place.keymap.shown("filter.edit")
            )
        return _("No visits are booked this day. {key} books one, {pick} shows the calendar.").format(
            key=self.place.keymap.shown("booking.new"), pick=self.place.keymap.shown("day.pick")
        )

    def turn_to(self, day: date) -> None:
        """Show another day."""
        if day != self.book.day:
            self.close_reading()
            self.part = ""
            self.book.turn_to(day)
            self.show_list()
            self.fetch()
            self.show_keys()

    def do_day_next(self) -> None:
        """Show the next day."""
        self._turn_by(1)

    def do_day_previous(self) -> None:
        """Show the day before."""
        self._turn_by(-1)

    def do_day_today(self) -> None:
        """Show today."""
        self.turn_to(self.today)

    def _turn_by(self, days: int) -> None:
        if 1 < self.book.day.toordinal() + days < date.max.toordinal():
            self.turn_to(self.book.day + timedelta(days=days))

    def _select_next(self) -> None:
        """Put the cursor on the first visit that is not over yet, else on the first."""
        now = self.place.now()
        rows = self.day_rows()
        coming = (r.id for r in rows if r.state not in FINISHED and r.booking and r.booking.ends_at > now)
        self.list.select(next(coming, rows[0].id))
