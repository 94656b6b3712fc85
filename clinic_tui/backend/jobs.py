"""What happens by itself as time passes: readers fade, texts go out, old answers and sessions go."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, update

from clinic_tui.backend.cases import READING_FOR, case_select, change_case, encode_readers, record, tell_case
from clinic_tui.backend.context import Backend
from clinic_tui.backend.expiry import run_expiry
from clinic_tui.backend.reminders import remind
from clinic_tui.backend.rules import closed_dates
from clinic_tui.backend.sms.gateway import Gateway, LogGateway
from clinic_tui.backend.sms.rounds import send_texts
from clinic_tui.backend.store import StorageUnavailable
from clinic_tui.backend.store.tables import cases, drafts, idempotency, sessions
from clinic_tui.backend.system import in_transaction
from clinic_tui.backend.team_rounds import run_team
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.undo import forget_old

KEEP_ANSWERS = timedelta(days=7)
"""How long a command's answer is kept for a repeated command (security.md 4.14)."""
EVERY_SECONDS = 5.0
"""Real seconds between two rounds."""

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
    await run_own(backend, now)
    await send_texts(backend, now, gateway or LogGateway())


async def run_own(backend: Backend, now: datetime) -> None:
    """Everything that is due, but for the sending of texts."""
    await expire_readers(backend, now)
    await run_team(backend, now)
    await remind(backend, now)
    await run_expiry(backend, now)
    await purge(backend, now)


async def run_forever(
    backend: Backend, gateway: Gateway | None = None, *, every: float = EVERY_SECONDS
) -> None:
    """Rounds until cancelled, by the backend's own clock; a database that is away is tried again.

    Texts have rounds of their own, so that a slow gateway holds up nothing else.
    """
    await asyncio.to_thread(closed_dates, backend.region, backend.clock.now())
    way_out = gateway or LogGateway()
    async with asyncio.TaskGroup() as group:
        group.create_task(_repeat(backend, run_own, every))
        group.create_task(_repeat(backend, lambda backend, now: send_texts(backend, now, way_out), every))


async def _repeat(
    backend: Backend, work: Callable[[Backend, datetime], Awaitable[None]], every: float
) -> None:
    while True:
        try:
            await work(backend, backend.clock.now())
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

    await in_transaction(backend, now, work)


async def purge(backend: Backend, now: datetime) -> None:
    """Forget old answers, what can no longer be undone and removed drafts; end sessions whose time is out."""

    def work(conn: Connection) -> None:
        conn.execute(_OLD_ANSWERS, {"before": now - KEEP_ANSWERS})
        conn.execute(_OLD_DRAFTS, {"before": now - KEEP_ANSWERS})
        conn.execute(_EXPIRED, {"moment": now})
        forget_old(conn, now)

    await backend.store.write(work)
