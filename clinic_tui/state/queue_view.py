"""One work list under the global filter, kept in order and counted case by case."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from clinic_tui.domain.filters import GlobalFilter, Owner, matches
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.changes import Changes
from clinic_tui.state.desk import Desk
from clinic_tui.state.lists import LISTS, ListName, SortKey, waits
from clinic_tui.state.ordered import Ordered


@dataclass(frozen=True, slots=True)
class FilterFacts:
    """A case row as `domain.filters` looks at it."""

    row: CaseRow

    @property
    def unit_id(self) -> str:
        """The unit whose queue it stands in."""
        return self.row.unit_id

    @property
    def queue_role(self) -> str:
        """The role whose queue it stands in."""
        return self.row.queue_role

    @property
    def kind(self) -> str:
        """Drop-in, async or scheduled."""
        return self.row.kind

    @property
    def service_code(self) -> str | None:
        """The service asked for."""
        return self.row.service_code

    @property
    def priority(self) -> int | None:
        """The priority, None when it has none."""
        return self.row.priority

    @property
    def assignee_id(self) -> str | None:
        """Who has it."""
        return self.row.assignee.id if self.row.assignee else None

    @property
    def resident_name(self) -> str:
        """Empty when protected."""
        return self.row.resident.name

    @property
    def reason(self) -> str:
        """What it is about."""
        return self.row.reason


class ViewCounts(NamedTuple):
    """How many cases the view shows, how many there are, and how many the filter hides."""

    shown: int
    total: int
    hidden: int


class _Place(NamedTuple):
    key: SortKey
    shown: bool
    waiting: bool


class QueueView:
    """The ids of one of `state.lists.LISTS` in order.

    Give every `Changes` of the desk to `apply`; each costs in proportion to the rows that changed.
    """

    def __init__(self, desk: Desk, chosen: GlobalFilter | None = None, name: ListName = "drop_in") -> None:
        self.name: ListName = name
        self._rule = LISTS[name]
        self._desk = desk
        self._filter = chosen if chosen is not None else GlobalFilter()
        self._places: dict[str, _Place] = {}
        self._shown: Ordered[SortKey] = Ordered()
        self._waits: Ordered[tuple[datetime, str]] = Ordered()
        self._hidden_waiting = 0
        self._waiting: Counter[int | None] = Counter()
        self._rebuild()

    @property
    def filter(self) -> GlobalFilter:
        """The filter in use."""
        return self._filter

    def set_filter(self, chosen: GlobalFilter) -> None:
        """Use another filter from now on."""
        self._filter = chosen
        self._rebuild()

    def apply(self, changes: Changes) -> bool:
        """Take in what changed on the desk; whether order, membership or counts of this view differ now."""
        if changes.everything:
            self._rebuild()
            return True
        news = [self._update(case_id) for case_id in changes.rows]
        return any(news)

    def __len__(self) -> int:
        return len(self._shown)

    def __contains__(self, case_id: object) -> bool:
        place = self._places.get(case_id) if isinstance(case_id, str) else None
        return place is not None and place.shown

    def ids(self, start: int = 0, stop: int | None = None) -> list[str]:
        """The ids from `start` up to `stop`, in queue order."""
        return [key[3] for key in self._shown[start:stop]]

    def id_at(self, index: int) -> str | None:
        """The id at this place, or None beyond the end."""
        return self._shown[index][3] if 0 <= index < len(self._shown) else None

    def row_at(self, index: int) -> CaseRow | None:
        """The row at this place, or None beyond the end."""
        case_id = self.id_at(index)
        return self._desk.rows.get(case_id) if case_id is not None else None

    def index_of(self, case_id: str) -> int | None:
        """Where the case stands, or None when it is not shown."""
        place = self._places.get(case_id)
        return self._shown.find(place.key) if place is not None and place.shown else None

    def next_after(self, case_id: str) -> str | None:
        """The next shown case that waits, after this one or from the top; None when nobody waits."""
        place = self._places.get(case_id)
        start = self._shown.place(place.key) if place is not None else 0
        for index in (*range(start, len(self._shown)), *range(start)):
            candidate = self._shown[index][3]
            if candidate != case_id and self._places[candidate].waiting:
                return candidate
        return None

    @property
    def counts(self) -> ViewCounts:
        """Shown, total and hidden."""
        shown, total = len(self._shown), len(self._places)
        return ViewCounts(shown, total, total - shown)

    @property
    def hidden_waiting(self) -> int:
        """How many waiting cases the filter hides."""
        return self._hidden_waiting

    @property
    def waiting(self) -> int:
        """How many shown cases wait."""
        return len(self._waits)

    @property
    def waiting_by_priority(self) -> dict[int | None, int]:
        """How many shown cases wait, by priority."""
        return {priority: count for priority, count in self._waiting.items() if count}

    @property
    def oldest_waiting(self) -> CaseRow | None:
        """The shown case that has waited longest."""
        return self._desk.rows.get(self._waits[0][1]) if len(self._waits) else None

    def _rebuild(self) -> None:
        places = {row.id: self._place(row) for row in self._desk.rows if self._belongs(row)}
        self._places = places
        self._shown = Ordered(place.key for place in places.values() if place.shown)
        waiting = [place for place in places.values() if place.waiting]
        self._waits = Ordered((one.key[2], one.key[3]) for one in waiting if one.shown)
        self._waiting = Counter(_priority(one.key) for one in waiting if one.shown)
        self._hidden_waiting = sum(not one.shown for one in waiting)

    def _belongs(self, row: CaseRow) -> bool:
        return self._rule.belongs(self._desk, row)

    def _place(self, row: CaseRow) -> _Place:
        chosen = self._filter
        if self._rule.any_owner and chosen.owner is not Owner.ANYONE:
            chosen = replace(chosen, owner=Owner.ANYONE)
        shown = chosen.is_empty or matches(chosen, FilterFacts(row), self._desk.people.staff_id)
        return _Place(self._rule.key(row), shown, waits(row))

    def _update(self, case_id: str) -> bool:
        row = self._desk.rows.get(case_id)
        old = self._places.pop(case_id, None)
        new = self._place(row) if row is not None and self._belongs(row) else None
        if new is not None:
            self._places[case_id] = new
        if old == new:
            return False
        if old is not None:
            self._count(old, -1)
            if old.shown and (new is None or not new.shown or new.key != old.key):
                self._shown.discard(old.key)
        if new is not None:
            self._count(new, +1)
            if new.shown:
                self._shown.add(new.key)
        return True

    def _count(self, place: _Place, by: int) -> None:
        if not place.waiting:
            return
        if not place.shown:
            self._hidden_waiting += by
            return
        self._waiting[_priority(place.key)] += by
        wait = (place.key[2], place.key[3])
        if by > 0:
            self._waits.add(wait)
        else:
            self._waits.discard(wait)


def _priority(key: SortKey) -> int | None:
    return None if key[0] else key[1]
