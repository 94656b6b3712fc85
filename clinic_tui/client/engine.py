"""The network side on its own loop: requests, stream, outbox and drafts of one session at a time."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from clinic_tui.client.attempts import Attempts
from clinic_tui.client.drafts import DraftKind, Drafts
from clinic_tui.client.errors import ClientError, Unauthorised
from clinic_tui.client.http import Http, Patience
from clinic_tui.client.link_events import (
    Arrived,
    Connected,
    Disconnected,
    LinkEvent,
    LinkStatus,
    SessionEnded,
    SnapshotArrived,
)
from clinic_tui.client.outbox import Outbox, is_letter
from clinic_tui.protocol.commands import Command
from clinic_tui.protocol.events import Beat, Envelope
from clinic_tui.protocol.resources import Cursor, DeskSnapshot, SignedIn

if TYPE_CHECKING:
    from clinic_tui.client.live import LiveStream, Rhythm

OnEvent = Callable[[LinkEvent], None]


class Engine:
    """What the link's thread runs; make it and call it on its loop only."""

    def __init__(
        self,
        server: str,
        on_event: OnEvent,
        *,
        patience: Patience | None = None,
        rhythm: "Rhythm | None" = None,
        idle: Callable[[], int] = lambda: 0,
    ) -> None:
        self._idle = idle
        self.http = Http(server, patience=patience)
        self.status = LinkStatus()
        self._on_event = on_event
        self._rhythm = rhythm
        self._loop = asyncio.get_running_loop()
        self._news: list[LinkEvent | Envelope] = []
        self._outbox = Outbox(lambda command: self.http.send(command, retry=False), self._tell)
        self._drafts = Drafts(lambda command: self.http.send(command, retry=False), self._tell)
        self._attempts = Attempts(self.http.send)
        self._stream: LiveStream | None = None
        self._following: asyncio.Task[None] | None = None
        self._signed: SignedIn | None = None

    async def sign_in(self, username: str, password: str) -> SignedIn:
        """Start a session; what an earlier person left unsent is given up."""
        signed = await self.http.sign_in(username, password)
        if self._signed is not None and self._signed.staff.id != signed.staff.id:
            self._outbox.give_up(Unauthorised())
            self._drafts.give_up()
            self._attempts.give_up()
        self._signed = signed
        self._outbox.resume()
        return signed

    async def choose_assignment(self, assignment_id: str) -> SignedIn:
        """Work under this assignment."""
        return await self.http.choose_assignment(assignment_id)

    async def adopt(self, token: str) -> None:
        """Use a session that was started before."""
        self.http.token = token
        self._outbox.resume()

    async def open_desk(self) -> DeskSnapshot:
        """Fetch the snapshot, tell it, and follow the stream from there."""
        await self._unfollow()
        from clinic_tui.client.live import LiveStream

        self._set(state="connecting", error=None)
        try:
            snapshot = await self._snapshot()
        except ClientError as error:
            self._set(state="closed", error=error)
            raise
        token = self.http.token or ""
        self._stream = LiveStream(
            self.http.server, token, snapshot.cursors, self, rhythm=self._rhythm, idle=self._idle
        )
        self._following = asyncio.create_task(self._follow(self._stream), name="stream")
        return snapshot

    async def send(self, command: Command) -> Any:
        """Send a command: messages through the outbox, the rest at once with a few more tries."""
        if is_letter(command):
            return await self._outbox.put(command)
        try:
            return await self._attempts.send(command)
        except Unauthorised:
            self._over("expired")
            raise

    async def withdraw(self, command_id: str) -> bool:
        """Take a message back that the backend cannot have; see `Outbox.withdraw`."""
        return self._outbox.withdraw(command_id)

    async def save_draft(self, case_id: str, kind: DraftKind, body: str, revision: int) -> None:
        """Save unsent text soon."""
        self._drafts.put(case_id, kind, body, revision)

    async def show(self, seen: str | None, typing_in: str | None) -> None:
        """Tell the backend what is on screen and where is typed."""
        if self._stream is not None:
            await self._stream.show(Beat(seen=seen, typing_in=typing_in))

    async def flush(self, timeout: float) -> bool:  # noqa: ASYNC109 - a budget over several waits
        """Wait until messages and drafts are with the backend; False when time ran out."""
        try:
            async with asyncio.timeout(timeout):
                await asyncio.gather(self._outbox.drain(), self._drafts.drain())
        except TimeoutError:
            return False
        return True

    async def sign_out(self) -> None:
        """End the session here and there."""
        await self.flush(2.0)
        await self._unfollow()
        await self.http.sign_out()
        self._outbox.give_up(Unauthorised())
        self._drafts.give_up()
        self._attempts.give_up()
        self._set(state="closed", error=None)

    async def close(self, timeout: float) -> bool:  # noqa: ASYNC109 - a budget over several waits
        """Send what is left, up to so many seconds, and let go; False when something was left."""
        flushed = await self.flush(timeout)
        self._outbox.give_up(Unauthorised())
        self._drafts.give_up()
        await self._unfollow()
        await self.http.close()
        self._set(state="closed")
        return flushed

    def live(self, server_time: datetime) -> None:
        """The stream is live."""
        self._set(state="live", since=time.monotonic(), retry_at=None, error=None)
        self._tell(Connected(server_time))
        self._outbox.wake()

    def heard(self, server_time: datetime | None) -> None:
        """The backend showed a sign of life."""
        offset = self.status.clock_offset
        if server_time is not None:
            offset = (server_time - datetime.now(UTC)).total_seconds()
        self._set(contact=time.monotonic(), clock_offset=offset)

    def event(self, envelope: Envelope) -> None:
        """An event came."""
        self._tell(envelope)

    def down(self, error: ClientError, retry_in: float) -> None:
        """The stream broke."""
        now = time.monotonic()
        since = self.status.since if self.status.state == "waiting" else now
        self._set(state="waiting", since=since, retry_at=now + retry_in, error=error)
        self._tell(Disconnected(since, retry_in, error))

    async def missed(self) -> Iterable[Cursor]:
        """The stream needs a new start."""
        return (await self._snapshot()).cursors

    async def _snapshot(self) -> DeskSnapshot:
        snapshot = await self.http.desk()
        self.heard(snapshot.server_time)
        self._tell(SnapshotArrived(snapshot))
        return snapshot

    async def _follow(self, stream: "LiveStream") -> None:
        self._over(await stream.run())

    def _over(self, reason: str) -> None:
        """The session is over: say so once, and keep what is not sent."""
        if self.status.state == "ended":
            return
        self._outbox.pause()
        self._set(state="ended", since=time.monotonic(), retry_at=None)
        self._tell(SessionEnded(reason))

    async def _unfollow(self) -> None:
        task, self._following, self._stream = self._following, None, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _set(self, **changes: Any) -> None:
        self.status = replace(self.status, **changes)

    def _tell(self, news: LinkEvent | Envelope) -> None:
        """Tell it at the end of this turn of the loop, together with whatever else came."""
        self._news.append(news)
        if len(self._news) == 1:
            self._loop.call_soon(self._tell_all)

    def _tell_all(self) -> None:
        news, self._news = self._news, []
        envelopes: list[Envelope] = []
        for one in news:
            if isinstance(one, Envelope):
                envelopes.append(one)
                continue
            if envelopes:
                self._on_event(Arrived(tuple(envelopes)))
                envelopes = []
            self._on_event(one)
        if envelopes:
            self._on_event(Arrived(tuple(envelopes)))
