"""Who has which role at a unit; nobody is deleted, a role ends (domain.md 2.11)."""

import json
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from clinic_tui.backend.leaving import Holdings, takes
from clinic_tui.backend.refused import invalid, not_found
from clinic_tui.backend.store.tables import assignments, sessions, staff
from clinic_tui.backend.targets import find_target
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.unit_changes import log_unit, tell_unit, touch_unit
from clinic_tui.domain.refusals import N_
from clinic_tui.domain.roles import SIGNERS, Permission, Role
from clinic_tui.protocol.ids import new_id

NO_ROLE = N_("There is no such role.")
DISABLED = N_("The account is closed.")
SIGNS_NOTHING = N_("That role signs no notes.")

_STAFF = select(staff.c.id, staff.c.disabled).where(staff.c.id == bindparam("who"))
_VALID = select(assignments.c.id).where(
    assignments.c.staff_id == bindparam("who"),
    assignments.c.unit_id == bindparam("at"),
    assignments.c.role == bindparam("as_role"),
    or_(
        assignments.c.valid_to.is_(None),
        assignments.c.valid_to > bindparam("now", type_=assignments.c.valid_to.type),
    ),
)
_VALID_EXTRA = _VALID.add_columns(assignments.c.extra)
_END_SESSIONS = (
    update(sessions)
    .where(sessions.c.assignment_id == bindparam("under"), sessions.c.ended_at.is_(None))
    .values(
        ended_at=bindparam("now", type_=sessions.c.ended_at.type),
        end_reason="replaced",
    )
)


def give_role(tx: Tx, unit_id: str, staff_id: str, role: str) -> None:
    """Give a staff member a role at the unit, from now on; nothing happens where they have it.

    How many cases that sends back to their queues: none.
    """
    asked = _asked(tx, unit_id, staff_id, role)
    if tx.conn.execute(_VALID, asked).first() is None:
        row: dict[str, Any] = {
            "id": f"a-{new_id(int(tx.now.timestamp() * 1000))}",
            "staff_id": staff_id,
            "unit_id": unit_id,
            "role": role,
            "valid_from": tx.now,
        }
        tx.conn.execute(insert(assignments), row)
        log_unit(tx, unit_id, "role_given", object_type="staff", object_id=staff_id)
        tell_unit(tx, unit_id)


def end_role(tx: Tx, unit_id: str, staff_id: str, role: str) -> int:
    """End a role at the unit now, and every session that works under it. 404 where they do not have it.

    The cases there that no other role of theirs takes go back to their queues; how many that were.
    """
    asked = _asked(tx, unit_id, staff_id, role)
    found = tx.conn.execute(_VALID, asked).scalars().all()
    if not found:
        raise not_found()
    for assignment in found:
        tx.conn.execute(update(assignments).where(assignments.c.id == assignment).values(valid_to=tx.now))
        tx.conn.execute(_END_SESSIONS, {"under": assignment, "now": tx.now})
    log_unit(tx, unit_id, "role_ended", object_type="staff", object_id=staff_id)
    person = find_target(tx, staff_id)
    held = Holdings(tx, staff_id, unit_id)
    went = held.hand_on_cases(lambda case: person is not None and takes(person, case))
    tell_unit(tx, unit_id)
    return went


def set_signer(tx: Tx, unit_id: str, staff_id: str, role: str, *, ended: bool) -> None:
    """Let somebody see to colleagues' ended visits under their role at the unit, or no longer.

    404 where they do not have the role; refused for one that signs no notes of its own.
    """
    asked = _asked(tx, unit_id, staff_id, role)
    if role not in SIGNERS:
        raise invalid("role", "unit.role_signs_nothing", SIGNS_NOTHING)
    found = tx.conn.execute(_VALID_EXTRA, asked).all()
    if not found:
        raise not_found()
    for row in found:
        extra = set(json.loads(row.extra)) - {Permission.SIGN_FOR_COLLEAGUE.value}
        if not ended:
            extra.add(Permission.SIGN_FOR_COLLEAGUE.value)
        changed = update(assignments).where(assignments.c.id == row.id)
        tx.conn.execute(changed.values(extra=json.dumps(sorted(extra))))
    code = "signer_ended" if ended else "signer_named"
    log_unit(tx, unit_id, code, object_type="staff", object_id=staff_id)
    tell_unit(tx, unit_id)


def _asked(tx: Tx, unit_id: str, staff_id: str, role: str) -> dict[str, Any]:
    if role not in set(Role):
        raise invalid("role", "unit.role", NO_ROLE)
    touch_unit(tx, unit_id)
    member = tx.conn.execute(_STAFF, {"who": staff_id}).one_or_none()
    if member is None:
        raise not_found()
    if member.disabled:
        raise invalid("staff_id", "unit.staff_disabled", DISABLED)
    return {"who": staff_id, "at": unit_id, "as_role": role, "now": tx.now}
