"""Wakes other replicas through PostgreSQL's LISTEN and NOTIFY; what was written is read by cursor."""

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from clinic_tui.backend.hub import Hub

log = logging.getLogger(__name__)

CHANNEL = "clinic_tui"
_PAYLOAD_LIMIT = 7_000
_POLL_SECONDS = 5.0
_RETRY_SECONDS = 1.0
_SESSION = "session:"

ReadHeads = Callable[[list[str]], Awaitable[dict[str, int]]]
"""Reads how far each of these streams has come in the store."""


class Bus:
    """One connection of its own to the database, for as long as the backend runs.

    A notification may be lost (security.md 4.15), so the heads of followed streams
    are also looked at every five seconds and after every reconnection.
    """

    def __init__(self, url: str, hub: Hub, read_heads: ReadHeads) -> None:
        self._url = url
        self._hub = hub
        self._read_heads = read_heads
        self._me = secrets.token_hex(4)
        self._told: set[str] = set()
        self._wake = asyncio.Event()

    def tell(self, streams: Iterable[str]) -> None:
        """Tell other replicas of these streams; all that is told in one turn of the loop goes as one."""
        self._told.update(streams)
        self._wake.set()

    def tell_session_ended(self, session_id: str) -> None:
        """Tell other replicas that a session is over, so that they close its connections."""
        self.tell((_SESSION + session_id,))

    async def run(self) -> None:
        """Listen and tell until cancelled, connecting again when the database was away."""
        while True:
            try:
                await self._session()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.warning("the connection for notifications is lost; trying again")
            await asyncio.sleep(_RETRY_SECONDS)

    async def _session(self) -> None:
        connection = await cast("Any", asyncpg).connect(self._url)
        try:
            await connection.add_listener(CHANNEL, self._heard)
            await self.catch_up()
            polled = monotonic()
            while not connection.is_closed():
                with suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):
                        await self._wake.wait()
                await self._send(connection)
                if monotonic() - polled >= _POLL_SECONDS:
                    await self.catch_up()
                    polled = monotonic()
        finally:
            connection.terminate()

    async def _send(self, connection: Any) -> None:
        self._wake.clear()
        told, self._told = sorted(self._told), set()
        for payload in payloads(self._me, told):
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        sender, _, names = str(payload).partition(" ")
        if sender == self._me:
            return
        for name in cast("list[str]", json.loads(names)):
            if name.startswith(_SESSION):
                self._hub.end_session(name.removeprefix(_SESSION), "signed_out", tell=False)
            else:
                self._hub.woken((name,))

    async def catch_up(self) -> None:
        """Read the streams whose heads have moved without anybody telling."""
        followed = self._hub.followed
        if not followed:
            return
        heads = await self._read_heads(list(followed))
        self._hub.woken(name for name, head in heads.items() if head > followed.get(name, head))


def payloads(sender: str, names: list[str]) -> list[str]:
    """The notifications for these names, each within PostgreSQL's limit of 8,000 bytes."""
    out: list[str] = []
    batch: list[str] = []
    size = 0
    for name in names:
        if batch and size + len(name) + 4 > _PAYLOAD_LIMIT:
            out.append(f"{sender} {json.dumps(batch)}")
            batch, size = [], 0
        batch.append(name)
        size += len(name) + 4
    if batch:
        out.append(f"{sender} {json.dumps(batch)}")
    return out


@asynccontextmanager
async def running_bus(url: str, hub: Hub, read_heads: ReadHeads) -> AsyncGenerator[Bus]:
    """A bus that runs within the block and wakes others for this hub."""
    bus = Bus(url, hub, read_heads)
    hub.waker = bus
    task = asyncio.create_task(bus.run())
    try:
        yield bus
    finally:
        hub.waker = None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
