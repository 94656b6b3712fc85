"""Transactions of the backend itself, with nobody signed in: what happens by itself, and outside reports."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from clinic_tui.backend.context import Backend
from clinic_tui.backend.delivery import Committed
from clinic_tui.backend.tx import Tx


async def in_transaction(backend: Backend, now: datetime, work: Callable[[Tx], None]) -> None:
    """Run work in one transaction, and tell those who follow what it emitted once it is committed."""

    def run(conn: Connection) -> tuple[Committed, ...]:
        tx = Tx(
            conn=conn,
            now=now,
            session=None,
            region=backend.region,
            settings=backend.settings,
            in_chat=backend.in_chat,
            availability=backend.availability,
        )
        work(tx)
        return tx.finish()

    envelopes = await backend.store.write(run)
    if envelopes:
        backend.hub.publish(envelopes)
