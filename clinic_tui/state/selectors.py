"""Questions the screens ask of the desk and its lists."""

from datetime import datetime, timedelta

from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import CaseKind, CaseState, resident_wrote_last
from clinic_tui.protocol.resources import CaseRow, PriorityInfo
from clinic_tui.state.desk import Desk
from clinic_tui.state.queue_view import QueueView
from clinic_tui.state.visit import Visit


def next_case_after(view: QueueView, case_id: str) -> CaseRow | None:
    """The case to offer next: the first that waits after this one in the list, else from its top."""
    following = view.next_after(case_id)
    return view.row_at(view.index_of(following) or 0) if following is not None else None


def next_waiting(desk: Desk, case_id: str) -> CaseRow | None:
    """Which of my other cases waits most for me: unread, then unanswered, then taken and not started.

    Visits come before chats, and who has waited longest first.
    """

    def place(row: CaseRow) -> tuple[int, bool, datetime, str]:
        rank = 0 if row.unread else 1 if waits_for_answer(row) else 2
        return (rank, row.kind == CaseKind.ASYNC, row.last_resident_at or row.queued_at, row.id)

    mine = (row for row in desk.rows.involved if row.id != case_id and desk.is_mine(row))
    going_on = (row for row in mine if row.state != CaseState.ENDED_UNSIGNED)
    waiting = (
        row for row in going_on if row.unread or waits_for_answer(row) or row.state == CaseState.ACCEPTED
    )
    return min(waiting, key=place, default=None)


def waits_for_answer(row: CaseRow) -> bool:
    """Whether the resident wrote last in a conversation that is open."""
    if row.kind == CaseKind.ASYNC:
        return row.state == AsyncState.AWAITING_STAFF
    wrote_last = resident_wrote_last(row.last_resident_at, row.last_staff_at)
    return row.state == CaseState.IN_PROGRESS and wrote_last


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
