"""Questions the screens ask of the desk and its lists."""

from datetime import datetime, timedelta

from clinic_tui.domain.cases import CaseState
from clinic_tui.protocol.resources import CaseRow, PriorityInfo
from clinic_tui.state.desk import Desk
from clinic_tui.state.queue_view import QueueView, ViewCounts
from clinic_tui.state.visit import Visit


def counts(view: QueueView) -> ViewCounts:
    """Shown, total and hidden cases of a view."""
    return view.counts


def hidden_waiting(view: QueueView) -> int:
    """How many waiting cases the filter hides."""
    return view.hidden_waiting


def next_case_after(view: QueueView, case_id: str) -> CaseRow | None:
    """The case to offer next: the first that waits after this one in the list, else from its top."""
    following = view.next_after(case_id)
    return view.row_at(view.index_of(following) or 0) if following is not None else None


def oldest_wait(view: QueueView, now: datetime) -> timedelta | None:
    """How long the shown case that has waited longest has waited; None when nobody waits."""
    row = view.oldest_waiting
    return waited(row, now) if row is not None else None


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


def unread_visits(desk: Desk) -> list[Visit]:
    """My visits with unread messages, in the order of their tabs."""
    return [visit for visit in tabs(desk) if visit.unread and desk.is_mine(visit.row)]


def other_readers(desk: Desk, row: CaseRow) -> list[str]:
    """Names of the colleagues who read this case right now, not counting me."""
    return [reader.staff.name for reader in row.readers if reader.staff.id != desk.people.staff_id]


def unsent(desk: Desk) -> int:
    """How many outgoing messages the backend does not have yet."""
    return sum(one.state != "sent" for visit in desk.visits.values() for one in visit.pending)


def needs_signing(desk: Desk) -> list[Visit]:
    """My ended visits whose note is not signed (slide 55)."""
    return [
        visit
        for visit in tabs(desk)
        if desk.is_mine(visit.row) and visit.row.state == CaseState.ENDED_UNSIGNED
    ]
