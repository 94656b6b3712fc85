"""Closing a staff member's account: what they hold goes on first, so that nobody waits for them."""

from sqlalchemy import bindparam, select, update

from clinic_tui.backend.admin import AdminError
from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.leaving import Held, Holdings
from clinic_tui.backend.shifts import end_shift
from clinic_tui.backend.store import Store
from clinic_tui.backend.store.tables import sessions, staff
from clinic_tui.backend.store.team_tables import shifts
from clinic_tui.backend.targets import Target, target
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.unit_tool import as_administrator, user_id
from clinic_tui.domain.region import RegionProfile

_DISABLE = update(staff).where(staff.c.id == bindparam("who")).values(disabled=True)
_END_SESSIONS = (
    update(sessions)
    .where(sessions.c.staff_id == bindparam("who"), sessions.c.ended_at.is_(None))
    .values(ended_at=bindparam("now", type_=sessions.c.ended_at.type), end_reason="disabled")
)
_SHIFTS = select(shifts.c.unit_id).where(shifts.c.staff_id == bindparam("who"), shifts.c.ended_at.is_(None))


async def held_by(store: Store, region: RegionProfile, username: str, to: str = "") -> tuple[Held, ...]:
    """What a user holds, and where closing their account would bring it. Raises `AdminError`."""

    def work(tx: Tx) -> tuple[Held, ...]:
        return Holdings(tx, user_id(tx, username)).listed(_colleague(tx, username, to))

    return await as_administrator(store, region, work)


async def close_account(store: Store, region: RegionProfile, username: str, to: str = "") -> tuple[Held, ...]:
    """Let a user in no more, and give what they hold to a colleague, else to its queue; what went where.

    What they did stays (domain.md 2.11). A colleague gets what they take; the rest goes to its queue too.
    Raises `AdminError`.
    """

    def work(tx: Tx) -> tuple[Held, ...]:
        who = user_id(tx, username)
        colleague = _colleague(tx, username, to)
        tx.conn.execute(_DISABLE, {"who": who})
        tx.conn.execute(_END_SESSIONS, {"who": who, "now": tx.now})
        went = Holdings(tx, who).hand_on(colleague)
        for unit_id in tx.conn.execute(_SHIFTS, {"who": who}).scalars().all():
            end_shift(tx, who, unit_id, for_good=True)
        entry = AuditEntry(
            action="UPDATE", code="staff_disabled", object_type="staff", object_id=who, unit_id=""
        )
        tx.audit(entry)
        return went

    return await as_administrator(store, region, work)


def _colleague(tx: Tx, username: str, to: str) -> Target | None:
    if not to:
        return None
    if to == username:
        raise AdminError("the colleague must be another than the one whose account is closed")
    return target(tx, user_id(tx, to))
