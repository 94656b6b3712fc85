"""The live stream: connects, resumes where it was, beats, and comes back by itself after every break."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast, get_args

import msgspec
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from clinic_tui import __version__
from clinic_tui.client.errors import (
    ClientError,
    Forbidden,
    Offline,
    ProtocolMismatch,
    ServerBroken,
    Unauthorised,
)
from clinic_tui.protocol import codec
from clinic_tui.protocol.address import stream_address
from clinic_tui.protocol.events import Beat, Ended, Envelope, Event, Gap, Hello, Live, Pong, ServerFrame
from clinic_tui.protocol.problems import ProtocolError
from clinic_tui.protocol.resources import Cursor

_FRAME_LIMIT = 1 << 20
"""The largest frame taken, in bytes: a note of 40,000 characters, escaped, is a quarter of it."""


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How often to beat and to ask for signs of life, and how long to wait before coming back; seconds."""

    beat: float = 10.0
    ping: float = 10.0
    ping_timeout: float = 10.0
    open_timeout: float = 5.0
    close_timeout: float = 1.0
    first_wait: float = 0.5
    longest_wait: float = 30.0

    def wait(self, attempt: int) -> float:
        """A random time up to the doubled one, so that a crowd does not come back together."""
        return random.uniform(0, min(self.longest_wait, self.first_wait * 2 ** min(attempt, 16)))  # noqa: S311


class Listener(Protocol):
    """Who is told what comes over the stream. Everything is called on the stream's own loop."""

    def live(self, server_time: datetime) -> None:
        """What was missed has been sent; from here it is live."""
        ...

    def heard(self, server_time: datetime | None) -> None:
        """A sign of life, with the backend's clock where it was sent."""
        ...

    def event(self, envelope: Envelope) -> None:
        """One event, in the order of its stream."""
        ...

    def down(self, error: ClientError, retry_in: float) -> None:
        """The connection is gone; it is tried again in so many seconds."""
        ...

    async def missed(self) -> Iterable[Cursor]:
        """Too much was missed: fetch a snapshot and give its cursors. May raise `ClientError`."""
        ...


class _Hole(Exception):  # noqa: N818 - no error: it asks for a snapshot
    """Events are missing that will not come."""


class LiveStream:
    """One session's stream of events. `run` it in a task; cancel the task to stop."""

    def __init__(
        self,
        server: str,
        token: str,
        cursors: Iterable[Cursor],
        listener: Listener,
        *,
        rhythm: Rhythm | None = None,
        idle: Callable[[], int] = lambda: 0,
    ) -> None:
        """`idle` tells how many seconds ago the user last did anything; it goes with every beat."""
        self._idle = idle
        self._address = stream_address(server)
        self._token = token
        self._listener = listener
        self._rhythm = rhythm or Rhythm()
        self._cursors = {cursor.stream: cursor.seq for cursor in cursors}
        self._connection: ClientConnection | None = None
        self._beat = Beat()
        self._attempt = 0
        self._anew = False
        self.unknown = 0
        """Frames and events of a newer backend that were passed over."""

    @property
    def cursors(self) -> tuple[Cursor, ...]:
        """How far each stream has been read."""
        return tuple(Cursor(stream=stream, seq=seq) for stream, seq in sorted(self._cursors.items()))

    async def run(self) -> str:
        """Follow the stream until the session ends; returns the backend's reason for that."""
        while True:
            try:
                return await self._follow()
            except _Hole:
                error = await self._start_anew()
                if error is None and not self._anew:
                    self._anew = True
                    continue
                error = error or Offline()
            except (Unauthorised, Forbidden):
                return "expired"
            except ClientError as caught:
                error = caught
            wait = self._rhythm.wait(self._attempt)
            self._attempt += 1
            self._listener.down(error, wait)
            await asyncio.sleep(wait)

    async def show(self, beat: Beat) -> None:
        """Tell at once what is on screen and where is typed; repeated with every beat."""
        self._beat = beat
        if self._connection is not None:
            with contextlib.suppress(WebSocketException, OSError):
                await self._connection.send(self._encoded())

    def _encoded(self) -> str:
        return codec.encode(replace(self._beat, idle=self._beat.idle or self._idle())).decode()

    async def _start_anew(self) -> ClientError | None:
        """Get a snapshot's cursors; on failure the error to wait for."""
        try:
            cursors = await self._listener.missed()
        except (Unauthorised, Forbidden):
            return Offline()
        except ClientError as error:
            return error
        self._cursors = {cursor.stream: cursor.seq for cursor in cursors}
        return None

    async def _follow(self) -> str:
        try:
            async with self._connect() as connection:
                await connection.send(codec.encode(Hello(cursors=self.cursors)).decode())
                self._connection = connection
                beats = asyncio.create_task(self._beats(connection), name="beats")
                try:
                    return await self._read(connection)
                finally:
                    self._connection = None
                    beats.cancel()
        except InvalidStatus as refused:
            raise _refusal(refused.response.status_code) from None
        except (WebSocketException, OSError, TimeoutError, EOFError):
            raise Offline() from None

    def _connect(self) -> connect:
        rhythm = self._rhythm
        return _Connect(
            self._address,
            additional_headers={"Authorization": f"Bearer {self._token}"},
            user_agent_header=f"clinic-tui/{__version__}",
            compression=None,
            proxy=None,
            open_timeout=rhythm.open_timeout,
            ping_interval=rhythm.ping,
            ping_timeout=rhythm.ping_timeout,
            close_timeout=rhythm.close_timeout,
            max_size=_FRAME_LIMIT,
        )

    async def _read(self, connection: ClientConnection) -> str:
        async for data in connection:
            frame = self._decoded(data.encode() if isinstance(data, str) else data)
            match frame:
                case Envelope():
                    self._take(frame)
                    self._listener.heard(None)
                case Live():
                    self._attempt, self._anew = 0, False
                    self._listener.heard(frame.server_time)
                    self._listener.live(frame.server_time)
                case Pong():
                    self._listener.heard(frame.server_time)
                case Gap():
                    raise _Hole
                case Ended():
                    return frame.reason
                case None:
                    self.unknown += 1
        raise Offline()

    def _take(self, envelope: Envelope) -> None:
        if envelope.seq:
            read = self._cursors.get(envelope.stream)
            if read is not None and envelope.seq <= read:
                return
            if read is not None and envelope.seq > read + 1:
                raise _Hole
            self._cursors[envelope.stream] = envelope.seq
        self._listener.event(envelope)

    def _decoded(self, data: bytes) -> ServerFrame | None:
        """The frame; None for one of a newer backend, whose place in its stream is still counted."""
        try:
            return codec.decode(cast("type[ServerFrame]", ServerFrame), data)
        except ProtocolError:
            stranger = _stranger(data)
        if stranger is None:
            raise ProtocolMismatch()
        stream, seq = stranger
        if seq and self._cursors.get(stream, seq - 1) == seq - 1:
            self._cursors[stream] = seq
        return None

    async def _beats(self, connection: ClientConnection) -> None:
        with contextlib.suppress(WebSocketException, OSError):
            while True:
                await connection.send(self._encoded())
                await asyncio.sleep(self._rhythm.beat)


class _Connect(connect):
    """A connection that follows no redirect: the token goes to the server that was named, only."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Never follow."""
        return exc


def _refusal(status: int) -> ClientError:
    if status == 401:
        return Unauthorised()
    if status == 403:
        return Forbidden()
    return ServerBroken() if status >= 500 or status == 429 else ProtocolMismatch()


_FRAME_TAGS = frozenset({"event", "live", "gap", "pong", "ended"})


_EVENT_TAGS = frozenset(str(one.__struct_config__.tag) for one in get_args(Event))


def _stranger(data: bytes) -> tuple[str, int] | None:
    """Stream and number of a frame with a tag that is not known here; None when the tags are known."""
    try:
        frame: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    if not isinstance(frame, dict):
        return None
    fields = cast("dict[str, Any]", frame)
    if fields.get("type") not in _FRAME_TAGS:
        return ("", 0) if isinstance(fields.get("type"), str) else None
    event = fields.get("event")
    tag = cast("dict[str, Any]", event).get("type") if isinstance(event, dict) else None
    stream, seq = fields.get("stream"), fields.get("seq")
    if isinstance(tag, str) and tag not in _EVENT_TAGS and isinstance(stream, str) and isinstance(seq, int):
        return stream, seq
    return None
