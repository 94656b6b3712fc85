"""What happens by itself as time passes: readers fade, texts go out, old answers and sessions go."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, update

from clinic_tui.backend.cases import READING_FOR, case_select, change_case, encode_readers, record, tell_case
from clinic_tui.backend.context import Backend
from clinic_tui.backend.rules import closed_dates
from clinic_tui.backend.sms.gateway import Gateway, LogGateway
from clinic_tui.backend.sms.sending import claim_text, due_texts, hold_texts, settle_stuck, settle_text
from clinic_tui.backend.store import StorageUnavailable
from clinic_tui.backend.store.tables import cases, drafts, idempotency, sessions
from clinic_tui.backend.tx import Tx
from clinic_tui.protocol.events import Envelope

KEEP_ANSWERS = timedelta(days=7)
"""How long a command's answer is kept for a repeated command (security.md 4.14)."""
EVERY_SECONDS = 5.0
"""Real seconds between two rounds."""
_UNANSWERED = 3
"""A round of texts stops after so many that the gateway did not take; the next goes on."""

_WITH_READERS = case_select().where(cases.c.readers != "[]").order_by(cases.c.id).with_for_update(of=cases)
_OLD_ANSWERS = delete(idempotency).where(idempotency.c.at < bindparam("before", type_=idempotency.c.at.type))
_OLD_DRAFTS = delete(drafts).where(
    func.length(drafts.c.body) == 0, drafts.c.saved_at < bindparam("before", type_=drafts.c.saved_at.type)
)
_EXPIRED = (
    update(sessions)
    .where(
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at <= bindparam("moment", type_=sessions.c.expires_at.type),
    )
    .values(ended_at=bindparam("moment", type_=sessions.c.ended_at.type), end_reason="expired")
)
_log = logging.getLogger(__name__)


async def run_due(backend: Backend, now: datetime, gateway: Gateway | None = None) -> None:
    """Everything that is due at this moment; running it twice changes nothing more."""
    await expire_readers(backend, now)
    await send_texts(backend, now, gateway or LogGateway())
    await purge(backend, now)


async def run_forever(
    backend: Backend, gateway: Gateway | None = None, *, every: float = EVERY_SECONDS
) -> None:
    """Rounds until cancelled, by the backend's own clock; a database that is away is tried again."""
    await asyncio.to_thread(closed_dates, backend.region, backend.clock.now())
    while True:
        try:
            await run_due(backend, backend.clock.now(), gateway)
        except StorageUnavailable:
            _log.warning("the jobs could not run: the database is not available")
        await asyncio.sleep(every)


async def expire_readers(backend: Backend, now: datetime) -> None:
    """Nobody is shown as reading longer than ten minutes after they last asked."""

    def work(tx: Tx) -> None:
        for row in tx.conn.execute(_WITH_READERS).mappings().all():
            case = record(row)
            left = tuple(reader for reader in case.reading if now - reader.since < READING_FOR)
            if left != case.reading:
                case = change_case(tx, case, readers=encode_readers(left))
                tell_case(tx, case, "case.readers")

    await _in_transaction(backend, now, work)


async def send_texts(backend: Backend, now: datetime, gateway: Gateway) -> None:
    """Send what is queued. What cannot be sent now is tried later, and becomes a task in the end."""
    await _in_transaction(backend, now, settle_stuck)
    unanswered = 0
    for text in await backend.store.read(lambda conn: due_texts(conn, now)):
        if not await backend.store.write(lambda conn, text=text: claim_text(conn, text, now)):
            continue
        went = await gateway.send(text)
        await _in_transaction(backend, now, lambda tx, text=text, went=went: settle_text(tx, text, went))
        if went.fate == "blocked":
            await backend.store.write(lambda conn: hold_texts(conn, now))
            return
        unanswered += went.fate in {"later", "unknown"}
        if unanswered == _UNANSWERED:
            return


async def purge(backend: Backend, now: datetime) -> None:
    """Forget old answers and the traces of removed drafts, and end sessions whose time is out."""

    def work(conn: Connection) -> None:
        conn.execute(_OLD_ANSWERS, {"before": now - KEEP_ANSWERS})
        conn.execute(_OLD_DRAFTS, {"before": now - KEEP_ANSWERS})
        conn.execute(_EXPIRED, {"moment": now})

    await backend.store.write(work)


async def _in_transaction(backend: Backend, now: datetime, work: Callable[[Tx], None]) -> None:
    def run(conn: Connection) -> tuple[Envelope, ...]:
        tx = Tx(
            conn=conn,
            now=now,
            session=None,
            region=backend.region,
            settings=backend.settings,
            in_chat=backend.in_chat,
        )
        work(tx)
        return tx.finish()

    envelopes = await backend.store.write(run)
    if envelopes:
        backend.hub.publish(envelopes)
