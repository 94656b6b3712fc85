"""Case rows as lines of the work list, made when they come into view."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from clinic_tui.domain.cases import CaseState
from clinic_tui.i18n import _
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.selectors import is_overdue, other_readers
from clinic_tui.widgets.texts import priority_text, resident_short, state_text
from clinic_tui.widgets.work_row import Flag, WorkRow
from clinic_tui.widgets.workplace import Workplace


class QueueRows(Mapping[str, WorkRow]):
    """Lines by case id; one is made anew when its case's revision has risen."""

    def __init__(self, place: Workplace, *, owned: bool = False) -> None:
        """`owned` tells that all are the user's own, which no line needs to say."""
        self._place = place
        self._owned = owned
        self._made: dict[str, tuple[CaseRow, bool, WorkRow]] = {}

    def __getitem__(self, case_id: str) -> WorkRow:
        row = self._place.desk.rows.get(case_id)
        if row is None:
            known = self._made.get(case_id)
            if known is None:
                raise KeyError(case_id)
            return known[2]
        overdue = is_overdue(self._place.desk, row, self._place.now())
        known = self._made.get(case_id)
        if known is None or known[0] is not row or known[1] != overdue:
            if len(self._made) > 4_000:
                self._made.clear()
            line = work_row(self._place, row, overdue=overdue)
            if self._owned and self._place.desk.is_mine(row):
                line = replace(line, owner="")
            known = self._made[case_id] = (row, overdue, line)
        return known[2]

    def __iter__(self) -> Iterator[str]:
        return (row.id for row in self._place.desk.rows)

    def __len__(self) -> int:
        return len(self._place.desk.rows)


def work_row(place: Workplace, row: CaseRow, *, overdue: bool) -> WorkRow:
    """One case as a line of the work list."""
    people = place.desk.people
    unit = people.units.get(row.unit_id)
    return WorkRow(
        case_id=row.id,
        resident=resident_short(row.resident),
        reason=row.reason,
        priority=row.priority,
        priority_word=priority_text(people.region, row.priority),
        queued_at=row.queued_at.timestamp(),
        unit=unit.name if unit else row.unit_id,
        state=state_text(row),
        owner=_owner(place, row),
        flags=frozenset(_flags(place, row)),
        unread=row.unread,
        warn=overdue,
    )


def _owner(place: Workplace, row: CaseRow) -> str:
    me = place.desk.people.staff_id
    if row.hand_over is not None and row.hand_over.receiver.id == me:
        return _("{name} · hands over to you").format(name=row.hand_over.sender.name)
    if row.hand_over is not None and row.hand_over.sender.id == me:
        return _("{name} · asked to take over").format(name=row.hand_over.receiver.name)
    if row.assignee is not None and row.assignee.id != me and place.desk.takes_part(row):
        return _("{name} · has invited you").format(name=row.assignee.name)
    if row.assignee is not None:
        name = _("You") if row.assignee.id == place.desk.people.staff_id else row.assignee.name
        return f"{name} · {state_text(row).lower()}"
    readers = other_readers(place.desk, row)
    if readers:
        return _("{name} · reading").format(name=", ".join(readers))
    return ""


def _flags(place: Workplace, row: CaseRow) -> Iterator[Flag]:
    mine = place.desk.is_mine(row)
    if row.child:
        yield "child"
    if row.resident.protected != "none":
        yield "protected"
    if row.from_ticket:
        yield "ticket"
    if row.free_text:
        yield "free_text"
    if row.unread and mine:
        yield "unread"
    if mine:
        yield "mine"
    if row.state == CaseState.ENDED_UNSIGNED:
        yield "unsigned"
