"""Questions the screens ask of the desk and its lists."""

from datetime import datetime, timedelta

from clinic_tui.domain.cases import CaseState
from clinic_tui.protocol.resources import CaseRow, PriorityInfo
from clinic_tui.state.desk import Desk
from clinic_tui.state.queue_view import QueueView
from clinic_tui.state.visit import Visit


def next_case_after(view: QueueView, case_id: str) -> CaseRow | None:
    """The case to offer next: the first that waits after this one in the list, else from its top."""
    following = view.next_after(case_id)
    return view.row_at(view.index_of(following) or 0) if following is not None else None


def waited(row: CaseRow, now: datetime) -> timedelta:
    """How long a case has waited: until it was taken, else until now. Never negative, as clocks differ."""
    until = now if row.state == CaseState.WAITING or row.accepted_at is None else row.accepted_at
    return max(until - row.queued_at, timedelta())


def is_overdue(desk: Desk, row: CaseRow, now: datetime) -> bool:
    """Whether a waiting case has waited longer than the region's target for its priority."""
    info: PriorityInfo | None = desk.people.priority(row.priority)
    if info is None or info.target_minutes is None or row.state != CaseState.WAITING:
        return False
    return waited(row, now) > timedelta(minutes=info.target_minutes)


def tabs(desk: Desk) -> list[Visit]:
    """The open visits in the order of their tabs: mine first, as they were taken, then those only read."""

    def place(visit: Visit) -> tuple[bool, datetime, str]:
        taken = visit.row.accepted_at or visit.row.queued_at
        return (not desk.is_mine(visit.row), taken, visit.case_id)

    return sorted(desk.visits.values(), key=place)


def followed(desk: Desk, current: str | None) -> list[Visit]:
    """The open cases I have or was invited into, and the one looked at last while it is not over; as tabs."""
    return [
        visit
        for visit in tabs(desk)
        if desk.takes_part(visit.row) or (visit.case_id == current and visit.row.closed_at is None)
    ]


def other_readers(desk: Desk, row: CaseRow) -> list[str]:
    """Names of the colleagues who read this case right now, not counting me."""
    return [reader.staff.name for reader in row.readers if reader.staff.id != desk.people.staff_id]
