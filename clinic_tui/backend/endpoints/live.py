"""The live stream: hello, replay from each cursor, then events as they happen."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NoReturn, cast

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from clinic_tui.backend.access import Viewer
from clinic_tui.backend.endpoints.answers import refuse
from clinic_tui.backend.endpoints.reading import query_of, token_of
from clinic_tui.backend.endpoints.site import Site
from clinic_tui.backend.limits import RateLimit
from clinic_tui.backend.refused import unauthenticated
from clinic_tui.backend.replay import Replay
from clinic_tui.backend.sessions import Session, session_of, units_elsewhere
from clinic_tui.backend.store import StorageUnavailable
from clinic_tui.backend.streams import heads
from clinic_tui.backend.subscription import (
    BINARY,
    NO_BEAT,
    POLICY,
    TOO_SLOW,
    Closing,
    Subscription,
)
from clinic_tui.domain.region import RegionProfile
from clinic_tui.protocol import codec
from clinic_tui.protocol.events import Beat, ClientFrame, Ended, Envelope, Gap, Hello, Live, Pong
from clinic_tui.protocol.problems import ProtocolError

PATH: Final = "/api/v1/events"
PROTOCOL: Final = 1
_CURSORS: Final = 64
_FRAMES_PER_MINUTE: Final = 600
_FRAMES_AT_ONCE: Final = 60
_CLOSE_SECONDS: Final = 1.0


class _Broken(Exception):  # noqa: N818 - not an error of ours
    """The client broke the protocol; the connection closes with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class LiveEndpoint:
    """Serves live connections."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def upgrade_required(self, request: Request) -> NoReturn:
        """A plain request to the stream's address: it must be a WebSocket."""
        query_of(request)
        raise refuse(426)

    async def events(self, socket: WebSocket) -> None:
        """One connection from upgrade to close."""
        session, token, viewer = await self._admit(socket)
        site, connected = self._site, self._site.connected
        connected[session.id] = connected.get(session.id, 0) + 1
        subscription = Subscription(
            session.id, token, frozenset(session.streams), site.settings.queue_limit, viewer
        )
        try:
            await socket.accept()
            await self._serve(socket, session, subscription)
        except WebSocketDisconnect:
            pass
        except _Broken as broken:
            subscription.end(Closing(broken.code))
        except StorageUnavailable:
            subscription.end(Closing(TOO_SLOW))
        finally:
            site.hub.unsubscribe(subscription)
            connected[session.id] -= 1
            if not connected[session.id]:
                del connected[session.id]
        await self._close(socket, subscription.closing)

    async def _admit(self, socket: WebSocket) -> tuple[Session, str, Viewer]:
        """The session behind an upgrade; refused with an ordinary HTTP answer before it is accepted."""
        query_of(socket)
        if "origin" in socket.headers:
            raise refuse(403, "Browsers are not served here.")
        token = token_of(socket)
        site, now = self._site, self._site.backend.clock.now()
        found = await site.backend.store.read(lambda conn: _connecting(conn, token, now, site.backend.region))
        if found is None:
            raise unauthenticated()
        session, viewer = found
        if site.connected.get(session.id, 0) >= site.settings.connections_per_session:
            raise refuse(429, "The session has too many live connections.", wait=5)
        if len(site.hub.subscriptions) >= site.settings.connections:
            raise refuse(503, "There are too many live connections.", wait=5)
        return session, token, viewer

    async def _serve(self, socket: WebSocket, session: Session, subscription: Subscription) -> None:
        hello = await _frame(socket, self._site.settings.hello_seconds)
        if not isinstance(hello, Hello) or hello.protocol != PROTOCOL or len(hello.cursors) > _CURSORS:
            raise _Broken(POLICY)
        self._site.hub.subscribe(subscription)
        await self._replay(socket, session, subscription, hello)
        try:
            if session.resident_id is not None:
                await self._site.presence.came(session.resident_id)
            await self._both_ways(socket, session, subscription)
        finally:
            if session.resident_id is not None:
                self._site.presence.left(session.resident_id)

    async def _replay(
        self, socket: WebSocket, session: Session, subscription: Subscription, hello: Hello
    ) -> None:
        """Send what each cursor has missed; a cursor that cannot be honoured is told as a gap."""
        store, hub, settings = self._site.backend.store, self._site.hub, self._site.settings
        newest = await store.read(lambda conn: heads(conn, subscription.streams))
        for stream, head in newest.items():
            subscription.replayed(stream, head)
            hub.settle(stream, head)
        asked = {cursor.stream: cursor.seq for cursor in hello.cursors}
        gaps = [stream for stream in asked if stream not in newest]
        replay = Replay(self._site.backend, session, subscription.viewer)
        for stream, head in newest.items():
            since = asked.get(stream, head)
            too_far = not 0 <= since <= head or head - since > settings.replay_limit
            if too_far or not await self._replay_stream(socket, replay, stream, since, head):
                gaps.append(stream)
        if gaps:
            await _send(socket, Gap(streams=tuple(gaps)))
        await _send(socket, Live(server_time=self._site.backend.clock.now()))

    async def _replay_stream(
        self, socket: WebSocket, replay: Replay, stream: str, since: int, head: int
    ) -> bool:
        """Send the events after a cursor in batches; False where some are no longer kept."""
        batch = self._site.settings.replay_batch
        while since < head:
            found = await replay.after(stream, since, min(batch, head - since))
            if not found or found[0].seq != since + 1:
                return False
            for envelope in found:
                await _send(socket, envelope)
            since = found[-1].seq
        return True

    async def _both_ways(self, socket: WebSocket, session: Session, subscription: Subscription) -> None:
        """Send and listen until either side is done."""
        tasks: list[asyncio.Task[Any]] = [
            asyncio.create_task(_send_all(socket, subscription)),
            asyncio.create_task(self._listen(socket, session, subscription)),
            asyncio.create_task(subscription.ended.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _listen(self, socket: WebSocket, session: Session, subscription: Subscription) -> None:
        rate = RateLimit(_FRAMES_PER_MINUTE, _FRAMES_AT_ONCE)
        while True:
            frame = await _frame(socket, self._site.settings.silence_seconds)
            if not isinstance(frame, Beat) or rate.take(""):
                raise _Broken(POLICY)
            await self._beat(session, frame)
            pong = Pong(server_time=self._site.backend.clock.now())
            subscription.put_frame(codec.encode(pong).decode())

    async def _beat(self, session: Session, beat: Beat) -> None:
        presence = self._site.presence
        if session.resident_id is not None:
            await presence.resident_sees(session.resident_id, beat.seen)
            presence.resident_types(session.resident_id, beat.typing_in)
        elif session.staff is not None:
            backend = self._site.backend
            backend.activity.of_session(session, backend.clock.now(), beat.idle)
            if beat.typing_in is not None:
                presence.staff_types(session.staff.id, session.staff.display_name, beat.typing_in)

    async def _close(self, socket: WebSocket, closing: Closing | None) -> None:
        """Say why and close; a peer that takes nothing is left to the protocol, which cuts it."""
        if closing is None:
            return
        if closing.code == TOO_SLOW:
            self._site.metrics.overflows.add()
        with suppress(TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(_CLOSE_SECONDS):
                if closing.reason is not None:
                    await _send(socket, Ended(reason=closing.reason))
                await socket.close(closing.code)


def _connecting(
    conn: Connection, token: str, now: datetime, region: RegionProfile
) -> tuple[Session, Viewer] | None:
    """The session of a token and what it may be shown, or None."""
    session = session_of(conn, token, now, region)
    return None if session is None else (session, Viewer.of(session, units_elsewhere(conn, session, now)))


async def _frame(socket: WebSocket, seconds: float) -> ClientFrame:
    """The next frame of the client, waited for no longer than this."""
    try:
        async with asyncio.timeout(seconds):
            message = await socket.receive()
    except TimeoutError:
        raise _Broken(NO_BEAT) from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if text is None:
        raise _Broken(BINARY)
    try:
        return codec.decode_strict(cast("type[ClientFrame]", ClientFrame), text.encode())
    except ProtocolError:
        raise _Broken(POLICY) from None


async def _send(socket: WebSocket, frame: Envelope | Gap | Live | Ended) -> None:
    await socket.send_text(codec.encode(frame).decode())


async def _send_all(socket: WebSocket, subscription: Subscription) -> None:
    while frames := await subscription.take():
        for frame in frames:
            await socket.send_text(frame)


def routes(site: Site) -> list[BaseRoute]:
    """The stream's routes."""
    endpoint = LiveEndpoint(site)
    return [
        WebSocketRoute(PATH, endpoint.events),
        Route(PATH, endpoint.upgrade_required, methods=["GET"]),
    ]
