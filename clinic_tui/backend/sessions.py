"""Sessions: who asks, under which assignment, and for how long."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, RowMapping, and_, bindparam, select

from clinic_tui.backend.rules import roles_seen
from clinic_tui.backend.store.prepared import Prepared
from clinic_tui.backend.store.tables import assignments, idempotency, sessions, staff
from clinic_tui.domain.region import RegionProfile
from clinic_tui.domain.roles import Grant, Permission, Role, allows
from clinic_tui.protocol.resources import StaffRef

_texts = msgspec.json.Decoder(tuple[str, ...])


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """The staff member of a session."""

    id: str
    hsa_id: str
    username: str
    display_name: str
    title: str
    mobile: str
    revision: int

    @property
    def ref(self) -> StaffRef:
        """As colleagues and residents see them."""
        return StaffRef(id=self.id, name=self.display_name, title=self.title)


class ActiveAssignment(msgspec.Struct, frozen=True, kw_only=True):
    """The assignment a session works under: one unit, what it covers beside it, and one role."""

    id: str
    unit_id: str
    covers: tuple[str, ...]
    role: Role
    extra: frozenset[Permission] = frozenset()

    @property
    def units(self) -> tuple[str, ...]:
        """The unit and those it covers."""
        return (self.unit_id, *self.covers)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A live session."""

    id: str
    party: Literal["staff", "resident"]
    subject: str
    """`staff:<id>` or `resident:<id>`: whom idempotency and streams belong to."""
    staff: StaffMember | None
    resident_id: str | None
    assignment: ActiveAssignment | None
    roles_seen: tuple[str, ...]
    expires_at: datetime

    def allows(self, permission: Permission) -> Grant:
        """How far a permission reaches; nothing without an assignment."""
        if self.assignment is None:
            return Grant.NONE
        return allows(self.assignment.role, permission, self.assignment.extra)

    @property
    def streams(self) -> tuple[str, ...]:
        """The streams this session may follow; a role that sees no queue follows no unit."""
        if self.party == "resident" or self.assignment is None or not self.roles_seen:
            return (self.subject,)
        return (*(f"unit:{unit}" for unit in self.assignment.units), self.subject)


@dataclass(frozen=True)
class Stored:
    """What an earlier run of the same command left."""

    digest: str
    answer: bytes


_COLUMNS = (
    sessions.c.id,
    sessions.c.subject,
    sessions.c.staff_id,
    sessions.c.resident_id,
    sessions.c.assignment_id,
    sessions.c.expires_at,
    staff.c.hsa_id,
    staff.c.username,
    staff.c.display_name,
    staff.c.title,
    staff.c.mobile,
    staff.c.disabled,
    staff.c.revision,
    assignments.c.unit_id,
    assignments.c.covers,
    assignments.c.role,
    assignments.c.extra,
    assignments.c.valid_from,
    assignments.c.valid_to,
)
_JOINED = sessions.outerjoin(staff, staff.c.id == sessions.c.staff_id).outerjoin(
    assignments, assignments.c.id == sessions.c.assignment_id
)
_LIVE = and_(sessions.c.token_hash == bindparam("token"), sessions.c.ended_at.is_(None))
_WITH_COMMAND = (*_COLUMNS, idempotency.c.digest, idempotency.c.answer)
_REPEATED = and_(
    idempotency.c.subject == sessions.c.subject, idempotency.c.command_id == bindparam("command")
)
_FIND = Prepared(select(*_COLUMNS).select_from(_JOINED).where(_LIVE), _COLUMNS)
_FIND_WITH_COMMAND = Prepared(
    select(*_WITH_COMMAND).select_from(_JOINED.outerjoin(idempotency, _REPEATED)).where(_LIVE), _WITH_COMMAND
)


_ASSIGNED = select(
    assignments.c.unit_id, assignments.c.covers, assignments.c.valid_from, assignments.c.valid_to
).where(assignments.c.staff_id == bindparam("who"))


class _Found(NamedTuple):
    """The columns of a session's look-up, in their order."""

    id: str
    subject: str
    staff_id: str | None
    resident_id: str | None
    assignment_id: str | None
    expires_at: datetime
    hsa_id: str
    username: str
    display_name: str
    title: str
    mobile: str
    disabled: bool
    revision: int
    unit_id: str
    covers: str
    role: str
    extra: str
    valid_from: datetime | None
    valid_to: datetime | None
    digest: str | None = None
    answer: bytes = b""


def token_hash(token: str) -> str:
    """What is stored of a token (security.md 4.2)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def session_of(
    conn: Connection, token: str, now: datetime, region: RegionProfile | None = None
) -> Session | None:
    """The live session of a token, or None. Role and unit are read anew each time."""
    row = _FIND.one(conn, {"token": token_hash(token)})
    return None if row is None else _session(_Found(*row), now, region)


def session_and_command(
    conn: Connection, token: str, command_id: str, now: datetime, region: RegionProfile
) -> tuple[Session | None, Stored | None]:
    """The live session, with what the command with this id answered before, in one look-up."""
    row = _FIND_WITH_COMMAND.one(conn, {"token": token_hash(token), "command": command_id})
    if row is None:
        return None, None
    found = _Found(*row)
    stored = None if found.digest is None else Stored(found.digest, found.answer)
    return _session(found, now, region), stored


def units_elsewhere(conn: Connection, session: Session, now: datetime) -> frozenset[str]:
    """The units of a staff member's assignments that are not those of the one in force."""
    if session.staff is None or session.assignment is None:
        return frozenset()
    found: set[str] = set()
    for row in conn.execute(_ASSIGNED, {"who": session.staff.id}).mappings():
        if is_valid(row, now):
            found |= {row["unit_id"], *_texts.decode(row["covers"])}
    return frozenset(found - set(session.assignment.units))


def _session(row: _Found, now: datetime, region: RegionProfile | None) -> Session | None:
    if row.expires_at <= now or row.disabled:
        return None
    assignment = _assignment(row, now)
    seen = roles_seen(region, assignment.role) if region is not None and assignment is not None else ()
    member = None
    if row.staff_id is not None:
        member = StaffMember(
            id=row.staff_id,
            hsa_id=row.hsa_id,
            username=row.username,
            display_name=row.display_name,
            title=row.title,
            mobile=row.mobile,
            revision=row.revision,
        )
    return Session(
        id=row.id,
        party="resident" if member is None else "staff",
        subject=row.subject,
        staff=member,
        resident_id=row.resident_id,
        assignment=assignment,
        roles_seen=seen,
        expires_at=row.expires_at,
    )


def _assignment(row: _Found, now: datetime) -> ActiveAssignment | None:
    if row.assignment_id is None or not holds(row.valid_from, row.valid_to, now):
        return None
    extra: Any = _texts.decode(row.extra) if row.extra != "[]" else ()
    return ActiveAssignment(
        id=row.assignment_id,
        unit_id=row.unit_id,
        covers=_texts.decode(row.covers) if row.covers != "[]" else (),
        role=Role(row.role),
        extra=frozenset(Permission(name) for name in extra),
    )


def is_valid(row: RowMapping, now: datetime) -> bool:
    """Whether an assignment's row holds at this moment."""
    return holds(row["valid_from"], row["valid_to"], now)


def holds(starts: datetime | None, ends: datetime | None, now: datetime) -> bool:
    """Whether a moment lies between two, where the end is not included and either may be open."""
    return (starts is None or starts <= now) and (ends is None or now < ends)
