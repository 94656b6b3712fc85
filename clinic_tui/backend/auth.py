"""Signing in and out, and choosing the assignment to work under."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from clinic_tui.backend.audit import Action, AuditEntry
from clinic_tui.backend.context import Backend
from clinic_tui.backend.delivery import Committed
from clinic_tui.backend.passwords import check_password, hash_password, needs_rehash
from clinic_tui.backend.refused import Refused, forbidden, refused, unauthenticated
from clinic_tui.backend.sessions import Session, is_valid, session_of, token_hash
from clinic_tui.backend.shifts import begin_shift, end_shift
from clinic_tui.backend.store import StorageUnavailable
from clinic_tui.backend.store.tables import assignments, residents, sessions, staff, units
from clinic_tui.backend.tx import Tx
from clinic_tui.protocol.commands import ChooseAssignment, ResidentSignIn, SignIn
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.problems import Code
from clinic_tui.protocol.resources import Assignment, SignedIn, StaffRef

__all__ = [
    "Client",
    "Session",
    "choose_assignment",
    "has_signed_in_from",
    "resident_sign_in",
    "session_of",
    "sign_in",
    "sign_out",
]

T = TypeVar("T")
SESSION_HOURS = 12
"""How long a session lives at most: one shift (security.md 4.2)."""
KNOWN_FOR = timedelta(days=90)
"""How long a sign-in makes its address one that the person is known from."""
_ACCOUNT = select(staff).where(staff.c.username == bindparam("username"))
_ASSIGNMENTS = (
    select(assignments, units.c.name.label("unit_name"))
    .join_from(assignments, units, units.c.id == assignments.c.unit_id)
    .where(assignments.c.staff_id == bindparam("who"))
    .order_by(units.c.name, assignments.c.id)
)
_REHASH = update(staff).where(staff.c.id == bindparam("who")).values(password_hash=bindparam("new_hash"))
_BEGIN = insert(sessions)
_CHOOSE = (
    update(sessions).where(sessions.c.id == bindparam("which")).values(assignment_id=bindparam("chosen"))
)
_FROM_THERE = (
    select(sessions.c.id)
    .join_from(sessions, staff, staff.c.id == sessions.c.staff_id)
    .where(
        staff.c.username == bindparam("username"),
        sessions.c.address == bindparam("from_address"),
        sessions.c.created_at > bindparam("since", type_=sessions.c.created_at.type),
    )
    .limit(1)
)
_END = (
    update(sessions)
    .where(sessions.c.token_hash == bindparam("token"), sessions.c.ended_at.is_(None))
    .values(ended_at=bindparam("now", type_=sessions.c.ended_at.type), end_reason=bindparam("why"))
)


class Client(NamedTuple):
    """Who asks, as far as the request tells."""

    name: str = ""
    """The device, for the access log."""
    address: str = ""
    """The network that the request comes from (see `origin`)."""


_UNNAMED = Client()


def has_signed_in_from(conn: Connection, username: str, address: str, now: datetime) -> bool:
    """Whether this person signed in from this address in the last 90 days."""
    asked = {"username": username, "from_address": address, "since": now - KNOWN_FOR}
    return conn.execute(_FROM_THERE, asked).first() is not None


def _wrong() -> Refused:
    return refused(Code.UNAUTHENTICATED, "The user name or the password is wrong.")


async def sign_in(backend: Backend, command: SignIn, client: Client = _UNNAMED) -> SignedIn:
    """A new session for a staff member.

    The answer to an unknown user and to a wrong password is the same, and takes as long. Where there is one
    assignment it is chosen at once, and the shift begins. Who may try how often is decided before this is
    called.
    """

    def look_up(conn: Connection) -> RowMapping | None:
        return conn.execute(_ACCOUNT, {"username": command.username}).mappings().one_or_none()

    row = await _read(backend, look_up)
    stored = None if row is None else row["password_hash"]
    if not await check_password(stored, command.password) or row is None or row["disabled"]:
        raise _wrong()
    new_hash = hash_password(command.password) if needs_rehash(row["password_hash"]) else None
    token = secrets.token_urlsafe(32)

    def work(conn: Connection) -> tuple[SignedIn, tuple[Committed, ...]]:
        if new_hash is not None:
            conn.execute(_REHASH, {"who": row["id"], "new_hash": new_hash})
        return _begin(backend, conn, row, token, client)

    return await _write_and_tell(backend, work)


def _begin(
    backend: Backend, conn: Connection, account: RowMapping, token: str, client: Client
) -> tuple[SignedIn, tuple[Committed, ...]]:
    now = backend.clock.now()
    found = [
        row for row in conn.execute(_ASSIGNMENTS, {"who": account["id"]}).mappings() if is_valid(row, now)
    ]
    chosen = found[0]["id"] if len(found) == 1 else None
    expires = _insert(conn, token, now, client, staff_id=account["id"], assignment_id=chosen)
    tx = _tx(backend, conn, token, now)
    _log(tx, "SIGN_IN", "signed_in", account["id"])
    if chosen is not None:
        begin_shift(tx)
    answer = SignedIn(
        token=token,
        staff=StaffRef(id=account["id"], name=account["display_name"], title=account["title"]),
        assignments=tuple(_assignment(row) for row in found),
        expires_at=expires,
        assignment_id=chosen,
    )
    return answer, tx.finish()


def _insert(conn: Connection, token: str, now: datetime, client: Client, **whose: str | None) -> datetime:
    expires = now + timedelta(hours=SESSION_HOURS)
    who = whose.get("staff_id")
    row: dict[str, Any] = {
        "id": new_id(int(now.timestamp() * 1000)),
        "token_hash": token_hash(token),
        "subject": f"staff:{who}" if who else f"resident:{whose['resident_id']}",
        "created_at": now,
        "expires_at": expires,
        "client": client.name[:200],
        "address": client.address,
        "staff_id": None,
        "resident_id": None,
        "assignment_id": None,
        **whose,
    }
    conn.execute(_BEGIN, row)
    return expires


def _assignment(row: RowMapping) -> Assignment:
    return Assignment(id=row["id"], unit_id=row["unit_id"], unit_name=row["unit_name"], role=row["role"])


async def choose_assignment(backend: Backend, token: str, command: ChooseAssignment) -> SignedIn:
    """Work under one of one's own valid assignments from now on; refused for any other. The shift begins."""

    def work(conn: Connection) -> tuple[SignedIn, tuple[Committed, ...]]:
        now = backend.clock.now()
        session = session_of(conn, token, now, backend.region)
        if session is None:
            raise unauthenticated()
        if session.staff is None:
            raise forbidden("session.not_staff")
        found = conn.execute(_ASSIGNMENTS, {"who": session.staff.id}).mappings()
        mine = [row for row in found if is_valid(row, now)]
        row = next((row for row in mine if row["id"] == command.assignment_id), None)
        if row is None:
            raise forbidden("session.not_your_assignment")
        conn.execute(_CHOOSE, {"which": session.id, "chosen": row["id"]})
        tx = _tx(backend, conn, token, now)
        _log(tx, "UPDATE", "assignment_chosen", row["id"])
        begin_shift(tx)
        answer = SignedIn(
            token=token,
            staff=session.staff.ref,
            assignments=tuple(_assignment(row) for row in mine),
            expires_at=session.expires_at,
            assignment_id=row["id"],
        )
        return answer, tx.finish()

    return await _write_and_tell(backend, work)


async def sign_out(backend: Backend, token: str) -> None:
    """End the session and its shift; the token is worth nothing from then on. Twice changes nothing."""

    def work(conn: Connection) -> tuple[None, tuple[Committed, ...]]:
        now = backend.clock.now()
        tx = _tx(backend, conn, token, now)
        if tx.session is None:
            return None, ()
        conn.execute(_END, {"token": token_hash(token), "now": now, "why": "signed_out"})
        _log(tx, "SIGN_OUT", "signed_out", tx.session.subject.partition(":")[2])
        if tx.session.staff is not None and tx.session.assignment is not None:
            end_shift(tx, tx.session.staff.id, tx.session.assignment.unit_id)
        return None, tx.finish()

    await _write_and_tell(backend, work)


async def resident_sign_in(backend: Backend, command: ResidentSignIn, client: Client = _UNNAMED) -> SignedIn:
    """The simulated e-ID of the demo: any resident, with the demo's secret; only with demo data."""
    right = secrets.compare_digest(command.secret.encode(), backend.resident_secret.encode())
    if not backend.settings.demo_data or not backend.resident_secret or not right:
        raise _wrong()
    token = secrets.token_urlsafe(32)

    def work(conn: Connection) -> SignedIn:
        row = conn.execute(select(residents).where(residents.c.id == command.resident_id)).mappings().first()
        if row is None:
            raise _wrong()
        now = backend.clock.now()
        expires = _insert(conn, token, now, client, resident_id=row["id"])
        tx = _tx(backend, conn, token, now)
        _log(tx, "SIGN_IN", "signed_in", row["id"])
        tx.finish()
        me = StaffRef(id=row["id"], name=row["name"])
        return SignedIn(token=token, staff=me, assignments=(), expires_at=expires)

    return await _write(backend, work)


def _tx(backend: Backend, conn: Connection, token: str, now: datetime) -> Tx:
    return Tx(
        conn=conn,
        now=now,
        session=session_of(conn, token, now, backend.region),
        region=backend.region,
        settings=backend.settings,
    )


def _log(tx: Tx, action: Action, code: str, object_id: str) -> None:
    unit = tx.session.assignment.unit_id if tx.session and tx.session.assignment else ""
    resident = tx.session.resident_id if tx.session else None
    tx.audit(
        AuditEntry(
            action=action,
            code=code,
            object_type="session",
            object_id=object_id,
            unit_id=unit,
            resident_id=resident,
        )
    )


async def _read(backend: Backend, work: Callable[[Connection], T]) -> T:
    try:
        return await backend.store.read(work)
    except StorageUnavailable:
        raise refused(Code.UNAVAILABLE, "Try again in a moment.", retry_after=1.0) from None


async def _write(backend: Backend, work: Callable[[Connection], T]) -> T:
    try:
        return await backend.store.write(work)
    except StorageUnavailable:
        raise refused(Code.UNAVAILABLE, "Try again in a moment.", retry_after=1.0) from None


async def _write_and_tell(
    backend: Backend, work: Callable[[Connection], tuple[T, tuple[Committed, ...]]]
) -> T:
    answer, envelopes = await _write(backend, work)
    if envelopes:
        backend.hub.publish(envelopes)
    return answer
