"""What is common to every command and query: session, idempotency, access log, events."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from clinic_tui.backend.activity import BY_ITSELF
from clinic_tui.backend.context import Backend
from clinic_tui.backend.delivery import Committed
from clinic_tui.backend.denied import is_denial, log_denial
from clinic_tui.backend.handlers.permissions import check_permission
from clinic_tui.backend.handlers.registry import HANDLERS
from clinic_tui.backend.journal import Answered
from clinic_tui.backend.refused import Refused, forbidden, not_found, refused, unauthenticated
from clinic_tui.backend.repeated import answer_again
from clinic_tui.backend.sessions import Session, Stored, session_and_command, session_of
from clinic_tui.backend.store import StorageUnavailable
from clinic_tui.backend.tx import Tx
from clinic_tui.protocol.codec import decode_strict, encode
from clinic_tui.protocol.commands import COMMANDS, Command
from clinic_tui.protocol.problems import Code

T = TypeVar("T")


async def dispatch(
    backend: Backend, token: str, name: str, body: bytes, request_id: str = ""
) -> tuple[int, bytes]:
    """Carry out one command: the HTTP status and the encoded answer.

    The same command id again gives the first answer (see `repeated`). Raises `Refused`, and `ProtocolError`
    where the body is not that command. Only what succeeded is remembered: a refused command may be sent again
    with its id.
    """
    spec = COMMANDS.get(name)
    if spec is None:
        raise not_found()
    command = decode_strict(spec.struct, body)
    return await run(backend, token, name, command, request_id)


async def run(
    backend: Backend, token: str, name: str, command: Command, request_id: str = ""
) -> tuple[int, bytes]:
    """Carry out one decoded command; see `dispatch`."""
    party, handler = COMMANDS[name].party, HANDLERS[name]
    digest = hashlib.sha256(name.encode() + b"\n" + encode(command)).hexdigest()

    def work(conn: Connection) -> tuple[bytes, tuple[Committed, ...]]:
        now = backend.clock.now()
        session, stored = session_and_command(conn, token, command.command_id, now, backend.region)
        if session is None:
            raise unauthenticated()
        if stored is not None:
            if stored.digest != digest:
                raise refused(Code.IDEMPOTENCY_MISMATCH, "This command id was used for something else.")
            return _again(_tx(backend, conn, session, now, request_id), name, stored)
        if session.party != party:
            raise forbidden(f"session.not_{party}")
        if name not in BY_ITSELF:
            backend.activity.of_session(session, now)
        tx = _tx(backend, conn, session, now, request_id)
        if party == "staff":
            check_permission(tx, name)
        answer = encode(handler(tx, command))
        kept = Answered(subject=session.subject, command_id=command.command_id, digest=digest, answer=answer)
        return answer, tx.finish(kept)

    try:
        answer, envelopes = await _guarded(backend, token, name, request_id, work, command)
    except Refused as no:
        if no.problem.status != 409:
            raise
        found = await _answered_meanwhile(backend, token, name, command, digest, request_id)
        if found is None:
            raise
        answer, envelopes = found
    if envelopes:
        backend.hub.publish(envelopes)
    return 200, answer


def _again(tx: Tx, name: str, stored: Stored) -> tuple[bytes, tuple[Committed, ...]]:
    """The answer of a command that was carried out before, as far as the session may still have it."""
    answer = answer_again(tx, name, stored.answer)
    return answer, tx.finish()


async def _answered_meanwhile(
    backend: Backend, token: str, name: str, command: Command, digest: str, request_id: str
) -> tuple[bytes, tuple[Committed, ...]] | None:
    """The answer of the same command, where it ran on another connection while this one waited for a lock."""

    def look_up(conn: Connection) -> tuple[bytes, tuple[Committed, ...]] | None:
        now = backend.clock.now()
        session, stored = session_and_command(conn, token, command.command_id, now, backend.region)
        if session is None or stored is None or stored.digest != digest:
            return None
        return _again(_tx(backend, conn, session, now, request_id), name, stored)

    return await _guarded(backend, token, name, request_id, look_up, command)


async def query(backend: Backend, token: str, name: str, work: Callable[[Tx], T], request_id: str = "") -> T:
    """Run an audited read for a session, in one transaction with its row in the access log."""

    def read(conn: Connection) -> tuple[T, tuple[Committed, ...]]:
        now = backend.clock.now()
        session = session_of(conn, token, now, backend.region)
        if session is None:
            raise unauthenticated()
        tx = _tx(backend, conn, session, now, request_id)
        value = work(tx)
        return value, tx.finish()

    value, envelopes = await _guarded(backend, token, name, request_id, read)
    if envelopes:
        backend.hub.publish(envelopes)
    return value


def _tx(backend: Backend, conn: Connection, session: Session | None, now: datetime, request_id: str) -> Tx:
    """The transaction as a handler sees it."""
    return Tx(
        conn=conn,
        now=now,
        session=session,
        region=backend.region,
        settings=backend.settings,
        request_id=request_id,
        in_chat=backend.in_chat,
        availability=backend.availability,
    )


async def _guarded(
    backend: Backend,
    token: str,
    name: str,
    request_id: str,
    work: Callable[[Connection], T],
    command: Command | None = None,
) -> T:
    try:
        try:
            return await backend.store.write(work)
        except IntegrityError:
            # The same command at the same moment on another connection: now its answer is there to be found.
            return await backend.store.write(work)
    except IntegrityError:
        raise refused(Code.IDEMPOTENCY_MISMATCH, "This id was used for something else.") from None
    except StorageUnavailable:
        raise refused(
            Code.UNAVAILABLE, "The service cannot store anything right now. Try again.", retry_after=1.0
        ) from None
    except Refused as no:
        if is_denial(no, command):
            await _log_denied(backend, token, name, request_id, no, command)
        raise


async def _log_denied(
    backend: Backend, token: str, name: str, request_id: str, no: Refused, command: Command | None
) -> None:
    """A refused access is written to the access log too, in a transaction of its own (security.md 4.5)."""

    def work(conn: Connection) -> None:
        now = backend.clock.now()
        session = session_of(conn, token, now, backend.region)
        tx = _tx(backend, conn, session, now, request_id)
        log_denial(tx, name, no, command)
        tx.finish()

    try:
        await backend.store.write(work)
    except StorageUnavailable:
        return
