"""What the verification view shows, and how much of it waits for me (domain.md 2.9)."""

from collections.abc import Callable

from clinic_tui.domain.cases import CaseState
from clinic_tui.domain.roles import Permission, Role
from clinic_tui.protocol.care import Verification
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.desk import Desk


def unsigned(desk: Desk) -> list[CaseRow]:
    """My ended visits whose note is not signed, the oldest first."""
    rows = (row for row in desk.rows.involved if desk.is_mine(row) and row.state == CaseState.ENDED_UNSIGNED)
    return sorted(rows, key=lambda row: (row.ended_at or row.queued_at, row.id))


def unsigned_of_others(desk: Desk) -> list[CaseRow]:
    """Ended visits of colleagues that I may see to, and those that nobody has; the oldest first.

    A colleague's are for a manager and for whoever the unit names; one that was let go of is for anybody who
    takes such visits.
    """
    signs, me = desk.people.allowed(Permission.SIGN_FOR_COLLEAGUE), desk.people.staff_id

    def mine_to_see(row: CaseRow) -> bool:
        if row.state != CaseState.ENDED_UNSIGNED or desk.is_mine(row):
            return False
        return signs or (row.assignee is None and desk.people.takes(me, row))

    return sorted(filter(mine_to_see, desk.rows), key=lambda row: (row.ended_at or row.queued_at, row.id))


def to_verify(desk: Desk) -> list[Verification]:
    """Open items I may decide: asked of me or of anybody, for a manager of others too. Oldest first.

    Never those one asked for oneself.
    """
    me, may = desk.people.staff_id, desk.people.allowed(Permission.VERIFY)
    assignment = desk.people.assignment
    manager = assignment is not None and assignment.role == Role.MANAGER

    def mine(item: Verification) -> bool:
        if item.kind == "sms_failed" or item.state != "open" or _asked_by(item, me):
            return False
        return may and (item.asked_of is None or item.asked_of.id == me or manager)

    return _by_time(desk, mine)


def failed_texts(desk: Desk) -> list[Verification]:
    """Text messages that did not arrive and that nobody has dealt with, the oldest first."""
    return _by_time(desk, lambda item: item.kind == "sms_failed" and item.state == "open")


def asked_for(desk: Desk) -> list[Verification]:
    """What I asked for: returned first, then what waits, then what was verified; each the newest first."""
    me = desk.people.staff_id
    order = {"returned": 0, "open": 1, "verified": 2}
    items = (one for one in desk.team.verifications.values() if _asked_by(one, me) and one.state in order)
    newest = sorted(items, key=lambda one: one.decided_at or one.asked_at, reverse=True)
    return sorted(newest, key=lambda one: order[one.state])


def returned(desk: Desk) -> int:
    """How many items came back to me."""
    return sum(one.state == "returned" for one in asked_for(desk))


def waiting_for_me(desk: Desk) -> int:
    """How much of the view waits for me: for the menu and the start page."""
    return len(unsigned(desk)) + len(to_verify(desk)) + len(failed_texts(desk)) + returned(desk)


def _asked_by(item: Verification, staff_id: str) -> bool:
    return item.asked_by is not None and item.asked_by.id == staff_id


def _by_time(desk: Desk, wanted: Callable[[Verification], bool]) -> list[Verification]:
    return sorted(filter(wanted, desk.team.verifications.values()), key=lambda one: (one.asked_at, one.id))
