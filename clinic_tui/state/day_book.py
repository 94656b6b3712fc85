"""One day's scheduled visits: those fetched for the day, and those the desk knows better."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from clinic_tui.domain.cases import FINISHED, CaseKind, CaseState
from clinic_tui.domain.filters import GlobalFilter, matches
from clinic_tui.domain.local_time import local_day
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.desk import Desk
from clinic_tui.state.queue_view import FilterFacts


class _VisitFacts(FilterFacts):
    """A visit that nobody has taken belongs to the one it is booked for."""

    @property
    def assignee_id(self) -> str | None:
        booking = self.row.booking
        return super().assignee_id or (booking.staff.id if booking and booking.staff else None)


_NOT_STARTED = frozenset({CaseState.BOOKED, CaseState.ACCEPTED})


class DayBook:
    """The visits of the day that is shown, by time. Newer news wins, wherever it came from."""

    def __init__(self, desk: Desk, day: date) -> None:
        self._desk = desk
        self.day = day
        """The local date."""
        self.fetched = False
        """Whether the day's finished visits are known too."""
        self._rows: dict[str, CaseRow] = {}

    def turn_to(self, day: date) -> None:
        """Show another day; nothing of it is fetched yet."""
        self.day, self.fetched = day, False
        self._rows.clear()

    def take_in(self, day: date, rows: Iterable[CaseRow]) -> None:
        """Take in the visits that were fetched for a day; those of another day than shown are dropped."""
        if day != self.day:
            return
        before, self._rows, self.fetched = self._rows, {}, True
        for row in rows:
            known = before.get(row.id)
            self._rows[row.id] = known if known is not None and known.revision > row.revision else row

    def put(self, row: CaseRow) -> None:
        """Take in one visit, such as a command's answer."""
        known = self._rows.get(row.id)
        if known is None or row.revision > known.revision:
            self._rows[row.id] = row

    def get(self, case_id: str) -> CaseRow | None:
        """A visit as it is best known; None for one that nobody knows."""
        visit = self._desk.visits.get(case_id)
        known = (self._rows.get(case_id), self._desk.rows.get(case_id), visit.row if visit else None)
        return max((row for row in known if row is not None), key=lambda row: row.revision, default=None)

    def rows(self, chosen: GlobalFilter | None = None) -> list[CaseRow]:
        """The day's visits under the filter, by time."""
        ids = self._rows.keys() | {row.id for row in self._desk.rows if row.kind == CaseKind.SCHEDULED}
        found = [row for row in map(self.get, ids) if row is not None and self._is_of_day(row)]
        if chosen is not None:
            me = self._desk.people.staff_id
            found = [row for row in found if matches(chosen, _VisitFacts(row), me)]
        return sorted(found, key=lambda row: (starts_at(row), row.id))

    def lacks(self, case_ids: Iterable[str]) -> bool:
        """Whether the desk has let go of one of these that the day shows: how it ended must be fetched."""
        known = self._rows
        gone = (one for one in case_ids if one not in self._desk.rows)
        return any(one in known and known[one].state not in FINISHED for one in gone)

    def _is_of_day(self, row: CaseRow) -> bool:
        return row.booking is not None and local_day(row.booking.starts_at) == self.day


def booked_call(row: CaseRow) -> Literal["audio", "video", "phone"] | None:
    """The call that a scheduled visit is booked as; None for one in the chat."""
    mode = row.booking.mode if row.booking is not None and row.kind == CaseKind.SCHEDULED else "chat"
    return mode if mode != "chat" else None


def starts_at(row: CaseRow) -> datetime:
    """When a visit is booked to start."""
    return row.booking.starts_at if row.booking is not None else row.queued_at


def is_late(row: CaseRow, now: datetime) -> bool:
    """Whether the visit should have started and has not."""
    return row.state in _NOT_STARTED and row.booking is not None and row.booking.starts_at < now


def colliding(rows: Iterable[CaseRow], start: datetime, end: datetime, *, but: str = "") -> list[CaseRow]:
    """The unfinished visits that overlap a time; `but` is the id of the visit that is moved."""
    return [
        row
        for row in rows
        if row.booking is not None
        and row.id != but
        and row.state not in FINISHED
        and row.booking.starts_at < end
        and start < row.booking.ends_at
    ]
