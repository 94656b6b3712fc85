"""The lines of a day's visits by case id, made when they come into view."""

from collections.abc import Callable, Iterator, Mapping

from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.day_book import DayBook
from clinic_tui.widgets.day_rows import day_row
from clinic_tui.widgets.table_list import TableRow
from clinic_tui.widgets.visit_texts import late_text
from clinic_tui.widgets.workplace import Workplace


class DayLines(Mapping[str, TableRow]):
    """A line is made anew when its visit has changed, is later than it was, or has another width to fit."""

    def __init__(self, place: Workplace, book: DayBook, narrow: Callable[[], bool]) -> None:
        """`narrow` tells whether the list has no room for a column of its own for whom a visit is."""
        self._place = place
        self._book = book
        self._made: dict[str, tuple[CaseRow, str, bool, TableRow]] = {}
        self._narrow = narrow

    def __getitem__(self, case_id: str) -> TableRow:
        known = self._made.get(case_id)
        row = self._book.get(case_id)
        if row is None:
            if known is None:
                raise KeyError(case_id)
            return known[3]
        now, narrow = self._place.now(), self._narrow()
        late = late_text(row, now)
        if known is None or known[:3] != (row, late, narrow):
            line = day_row(self._place, row, now, narrow=narrow)
            known = self._made[case_id] = (row, late, narrow, line)
        return known[3]

    def __iter__(self) -> Iterator[str]:
        return (row.id for row in self._book.rows())

    def __len__(self) -> int:
        return len(self._book.rows())
