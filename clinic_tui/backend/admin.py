"""What `clinic-tui admin` does to a store: units and staff."""

import re
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from clinic_tui.backend.audit import Actor, AuditEntry
from clinic_tui.backend.clock import Clock
from clinic_tui.backend.journal import write_journal
from clinic_tui.backend.passwords import hash_password
from clinic_tui.backend.seed import Seed, SeedAssignment, SeedStaff, SeedUnit, insert_seed
from clinic_tui.backend.store import Store
from clinic_tui.backend.store.tables import assignments, sessions, staff, units
from clinic_tui.domain.roles import Role
from clinic_tui.domain.texts import has_link

_SLUG = re.compile(r"[a-z0-9_.:-]{1,64}")
_SHORTEST = 12
"""Characters of a password at least."""


class AdminError(ValueError):
    """What was asked cannot be done; the text says why."""


class NotThere(AdminError):  # noqa: N818 - shown as it is
    """It names something that is not there."""


class Taken(AdminError):  # noqa: N818 - shown as it is
    """There is already something with that name."""


async def create_unit(store: Store, clock: Clock, unit: SeedUnit) -> None:
    """Add a unit. Raises `AdminError` where the id is taken or not allowed, or its parent is not there."""
    _check_slug(unit.id)
    if has_link(unit.name):
        raise AdminError("a unit's name stands in SMS, which hold no web address")

    def work(conn: Connection) -> None:
        known = set(conn.execute(select(units.c.id)).scalars())
        if unit.id in known:
            raise Taken(f"there is already a unit {unit.id}")
        if unit.parent_id is not None and unit.parent_id not in known:
            raise NotThere(f"there is no unit {unit.parent_id}")
        insert_seed(conn, Seed(units=(unit,)), "")
        _log(conn, clock, "unit", unit.id, unit.id, "unit_created")

    await store.write(work)


async def create_staff(store: Store, clock: Clock, member: SeedStaff, password: str) -> None:
    """Add a staff member with a password and assignments. Raises `AdminError` where something is wrong."""
    _check_slug(member.id)
    _check_assignments(member.assignments)
    password_hash = hash_password(_checked(password))

    def work(conn: Connection) -> None:
        taken = conn.execute(
            select(staff.c.id).where(
                (staff.c.id == member.id)
                | (staff.c.username == member.username)
                | (staff.c.hsa_id == member.hsa_id)
            )
        ).first()
        if taken is not None:
            raise Taken("there is already somebody with that id, user name or HSA id")
        known = set(conn.execute(select(units.c.id)).scalars())
        for given in member.assignments:
            for unit in (given.unit_id, *given.covers):
                if unit not in known:
                    raise NotThere(f"there is no unit {unit}")
        insert_seed(conn, Seed(staff=(member,)), password_hash)
        unit_id = member.assignments[0].unit_id if member.assignments else ""
        _log(conn, clock, "staff", member.id, unit_id, "staff_created")

    await store.write(work)


async def set_password(store: Store, clock: Clock, username: str, password: str) -> None:
    """Give a staff member a new password; their sessions end. Raises `AdminError` for an unknown user."""
    password_hash = hash_password(_checked(password))
    await _change(store, clock, username, "password_set", {"password_hash": password_hash})


async def _change(store: Store, clock: Clock, username: str, code: str, values: dict[str, object]) -> None:
    def work(conn: Connection) -> None:
        found = conn.execute(select(staff.c.id).where(staff.c.username == username)).scalar_one_or_none()
        if found is None:
            raise NotThere(f"there is no user {username}")
        conn.execute(update(staff).where(staff.c.id == bindparam("who")).values(**values), {"who": found})
        conn.execute(
            update(sessions)
            .where(sessions.c.staff_id == found, sessions.c.ended_at.is_(None))
            .values(ended_at=clock.now(), end_reason="disabled")
        )
        _log(conn, clock, "staff", found, "", code)

    await store.write(work)


async def give_assignment(store: Store, clock: Clock, username: str, given: SeedAssignment) -> None:
    """Give a staff member one more assignment. Raises `AdminError`."""
    _check_assignments((given,))

    def work(conn: Connection) -> None:
        who = conn.execute(select(staff.c.id).where(staff.c.username == username)).scalar_one_or_none()
        known = set(conn.execute(select(units.c.id)).scalars())
        if who is None or not {given.unit_id, *given.covers} <= known:
            raise NotThere("there is no such user or unit")
        if conn.execute(select(assignments.c.id).where(assignments.c.id == given.id)).first() is not None:
            raise Taken(f"there is already an assignment {given.id}")
        row = {"id": given.id, "staff_id": who, "unit_id": given.unit_id, "role": given.role}
        conn.execute(insert(assignments), row)
        _log(conn, clock, "staff", who, given.unit_id, "assignment_given")

    await store.write(work)


def _check_slug(value: str) -> None:
    if not _SLUG.fullmatch(value):
        raise AdminError("an id is small letters, digits and _ . : - only")


def _check_assignments(given: Sequence[SeedAssignment]) -> None:
    for assignment in given:
        _check_slug(assignment.id)
        if assignment.role not in set(Role):
            raise AdminError(f"there is no role {assignment.role}; roles are {', '.join(Role)}")


def _checked(password: str) -> str:
    if len(password) < _SHORTEST:
        raise AdminError(f"a password has at least {_SHORTEST} characters")
    return password


def _log(conn: Connection, clock: Clock, kind: str, object_id: str, unit_id: str, code: str) -> None:
    entry = AuditEntry(action="UPDATE", code=code, object_type=kind, object_id=object_id, unit_id=unit_id)
    write_journal(
        conn, clock.now(), emitted=(), audits=(entry,), actor=Actor(party="admin"), correlation_id=""
    )
