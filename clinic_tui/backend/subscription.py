"""One live connection's bounded queue of frames on their way out."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

from clinic_tui.backend.access import Viewer

EndReason = Literal["signed_out", "expired", "replaced", "disabled"]

TOO_SLOW: Final = 1013
"""Close code of a connection that could not keep up: connect again and resume."""
GOING_AWAY: Final = 1001
BINARY: Final = 1003
"""Close code after a binary frame: the stream is text only."""
POLICY: Final = 1008
"""Close code after a frame that is not possible: not JSON, unknown, or too many."""
NO_BEAT: Final = 4408
"""Close code of a connection that said nothing for too long."""
CHANGED: Final = 4409
"""Close code when the session's streams changed: connect again."""
SESSION_OVER: Final = 4401
"""Close code after `Ended`: the session is no longer valid."""


@dataclass(frozen=True, slots=True)
class Closing:
    """Why a connection is to be closed."""

    code: int
    reason: EndReason | None = None
    """Set where an `Ended` frame goes first."""


class Subscription:
    """What a connection follows, and the frames it has not been sent yet.

    Nothing here waits but `take`, so that one slow connection never delays another.
    """

    __slots__ = (
        "_after",
        "_held",
        "_limit",
        "_queue",
        "_ready",
        "closing",
        "ended",
        "session_id",
        "streams",
        "token",
        "viewer",
    )

    def __init__(
        self, session_id: str, token: str, streams: frozenset[str], limit: int, viewer: Viewer
    ) -> None:
        """`viewer` decides of each event of the streams whether it is sent, or its place alone."""
        self.session_id = session_id
        self.viewer = viewer
        self.token = token
        self.streams = streams
        self.closing: Closing | None = None
        self._limit = limit
        self._after: dict[str, int] = {}
        self._held: list[tuple[str, int, str]] = []
        self._queue: deque[str] = deque()
        self._ready = asyncio.Event()
        self.ended = asyncio.Event()

    def replayed(self, stream: str, seq: int) -> None:
        """The replay sends everything up to this number; what came meanwhile goes out after it."""
        self._after[stream] = seq
        held, self._held = self._held, []
        for name, number, frame in held:
            self.put(name, number, frame)

    def put(self, stream: str, seq: int, frame: str) -> None:
        """Queue an event's frame; number 0 is an event that is never stored."""
        after = self._after.get(stream)
        if after is None:
            self._hold(stream, seq, frame)
        elif not seq:
            self.put_frame(frame)
        elif seq > after:
            self._after[stream] = seq
            self.put_frame(frame)

    def _hold(self, stream: str, seq: int, frame: str) -> None:
        """Keep a frame of a stream whose replay has not been settled."""
        if len(self._held) >= self._limit:
            self.end(Closing(TOO_SLOW))
            return
        self._held.append((stream, seq, frame))

    def put_frame(self, frame: str) -> None:
        """Queue a frame that belongs to no stream; a full queue ends the connection."""
        if self.closing is not None:
            return
        if len(self._queue) >= self._limit:
            self.end(Closing(TOO_SLOW))
            return
        self._queue.append(frame)
        self._ready.set()

    def end(self, closing: Closing) -> None:
        """Close the connection; what is queued before a session's end is dropped."""
        if self.closing is None:
            self.closing = closing
            self._queue.clear()
            self._ready.set()
            self.ended.set()

    async def take(self) -> list[str]:
        """The frames queued since last time, in order; none when the connection is to be closed."""
        await self._ready.wait()
        if self.closing is not None:
            return []
        self._ready.clear()
        frames = list(self._queue)
        self._queue.clear()
        return frames
