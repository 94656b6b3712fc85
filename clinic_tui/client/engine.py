"""The network side on its own loop: requests, stream, outbox and drafts of one session at a time."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import structs

from clinic_tui.client.attempts import Attempts
from clinic_tui.client.drafts import Drafts
from clinic_tui.client.errors import ClientError, Offline, Unauthorised
from clinic_tui.client.http import Http, Patience
from clinic_tui.client.keeper import Keeper
from clinic_tui.client.link_events import (
    Arrived,
    Connected,
    Disconnected,
    DraftRestored,
    Letter,
    LinkEvent,
    LinkStatus,
    MessageRestored,
    OutboxChanged,
    SessionEnded,
    SnapshotArrived,
)
from clinic_tui.client.outbox import Outbox, is_letter
from clinic_tui.client.unsent import Drafted, DraftKind, Left, digest
from clinic_tui.protocol.commands import Command, SignNote
from clinic_tui.protocol.events import Beat, Envelope
from clinic_tui.protocol.resources import Cursor, DeskSnapshot, Draft, SignedIn

if TYPE_CHECKING:
    from clinic_tui.client.keeper import Device
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
        device: "Device | None" = None,
        client: str = "",
    ) -> None:
        """`device` keeps what is unsent; without one it is in memory alone.

        `client` is the name that drafts saved from here are known again by.
        """
        self._idle = idle
        self.http = Http(server, patience=patience)
        self.status = LinkStatus()
        self._on_event = on_event
        self._rhythm = rhythm
        self._loop = asyncio.get_running_loop()
        self._news: list[LinkEvent | Envelope] = []
        self._keeper = Keeper(self.http.server, device, self.http.device_key, self._tell)
        self._outbox = Outbox(lambda command: self.http.send(command, retry=False), self._message_told)
        self._outbox.pause()
        self._drafts = Drafts(
            lambda command: self.http.send(structs.replace(command, client=client), retry=False),
            self._tell,
            self._keeper,
        )
        self._attempts = Attempts(self.http.send)
        self._saved: dict[tuple[str, str], Draft] = {}
        """The drafts as the last snapshot had them."""
        self._stream: LiveStream | None = None
        self._following: asyncio.Task[None] | None = None

    async def sign_in(self, username: str, password: str) -> SignedIn:
        """Start a session; what an earlier person left unsent is let go of, and stays on the device."""
        signed = await self.http.sign_in(username, password)
        if self._keeper.staff_id not in {"", signed.staff.id}:
            await self._let_go()
        return signed

    async def choose_assignment(self, assignment_id: str) -> SignedIn:
        """Work under this assignment."""
        return await self.http.choose_assignment(assignment_id)

    async def adopt(self, token: str) -> None:
        """Use a session that was started before."""
        self.http.token = token

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
        await self._keeper.begin()
        self._take_up()
        return snapshot

    async def _keep_after_all(self) -> None:
        """Try again to open the journal, where that failed when the desk was opened."""
        if await self._keeper.begin():
            self._take_up()

    def _take_up(self) -> None:
        """Go on with what is unsent of this person under this assignment, from earlier runs too."""
        self._keeper.refuse_old(datetime.now(UTC), self._outbox)
        earlier: list[Letter] = []
        for one in self._keeper.messages():
            if one.command.command_id not in self._outbox:
                self._tell(MessageRestored(one.command, one.at, one.error))
                earlier += [one.command] if one.error is None else []
        self._outbox.put_before(earlier)
        for draft in self._keeper.drafts():
            if not self._drafts.is_saving(draft.place):
                self._restore(draft, self._saved.get(draft.place))
        self._outbox.resume()

    def _restore(self, draft: Drafted, stored: Draft | None) -> None:
        """Go on with a draft that an earlier run or session left; `stored` is what the backend has there.

        Where that is a text of the earlier run itself, saved though its answer never came, it is replaced.
        """
        revision = draft.revision
        if stored is not None and (stored.body == draft.body or digest(stored.body) in draft.before):
            revision = stored.revision
        if draft.body == (stored.body if stored is not None else ""):
            self._drafts.drop(*draft.place)
            return
        if draft.place not in self._drafts:
            self._tell(DraftRestored(*draft.place, draft.body, revision))
        self._drafts.put(*draft.place, draft.body, revision)

    async def _let_go(self) -> None:
        """Nothing of this person is sent any more; what is kept on the device stays there."""
        self._outbox.let_go(Offline())
        self._drafts.let_go()
        self._attempts.give_up()
        await self._keeper.end()

    async def send(self, command: Command) -> Any:
        """Send a command: messages through the outbox, the rest at once with a few more tries."""
        if is_letter(command):
            return await self._outbox.put(command, self._keeper.message(command))
        try:
            answer = await self._attempts.send(command)
        except Unauthorised:
            self._over("expired")
            raise
        if isinstance(command, SignNote):
            self._drafts.drop(command.case_id, "note")
        return answer

    async def withdraw(self, command_id: str) -> bool:
        """Take a message back that the backend cannot have; see `Outbox.withdraw`."""
        return self._outbox.withdraw(command_id)

    async def save_draft(self, case_id: str, kind: DraftKind, body: str, revision: int) -> None:
        """Save unsent text soon."""
        self._drafts.put(case_id, kind, body, revision)

    async def discard(self, command_id: str) -> None:
        """A message that was refused has been seen to: its text is given up, or stands in a draft."""
        self._drafts.keep_all()
        self._keeper.settled(command_id)

    async def left(self, timeout: float) -> Left:  # noqa: ASYNC109 - a budget over several waits
        """What is unsent still, after so many seconds at most of sending it."""
        self._drafts.keep_all()
        self._outbox.wake()
        await self.flush(timeout)
        await self._keeper.written()
        drafts = tuple(draft.place for draft in self._keeper.drafts() if draft.body)
        return Left(tuple(self._keeper.messages()), drafts, self._keeper.lasting)

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
        try:
            await self.http.sign_out()
        finally:
            await self._let_go()
            self._set(state="closed", error=None)

    async def close(self, timeout: float) -> bool:  # noqa: ASYNC109 - a budget over several waits
        """Send what is left, up to so many seconds, and let go; False when something was left."""
        self._drafts.keep_all()
        flushed = await self.flush(timeout)
        await self._let_go()
        await self._unfollow()
        await self.http.close()
        self._set(state="closed")
        return flushed

    def live(self, server_time: datetime) -> None:
        """The stream is live."""
        self._set(state="live", since=time.monotonic(), retry_at=None, error=None)
        self._tell(Connected(server_time))
        self._outbox.wake()
        if not self._keeper.lasting:
            self._beginning = asyncio.create_task(self._keep_after_all(), name="keeper")

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
        await self._work_as(snapshot.profile.staff_id, snapshot.assignment.id)
        self._saved = {(draft.case_id, draft.kind): draft for draft in snapshot.drafts}
        self._tell(SnapshotArrived(snapshot))
        return snapshot

    async def _work_as(self, staff_id: str, assignment: str) -> None:
        """What is unsent belongs to one person, and is sent under the assignment it was written under."""
        keeper = self._keeper
        if keeper.staff_id not in {"", staff_id}:
            await self._let_go()
        elif keeper.assignment not in {"", assignment}:
            self._outbox.let_go(Offline())
            self._drafts.let_go()
        keeper.staff_id, keeper.assignment = staff_id, assignment

    def _message_told(self, change: OutboxChanged) -> None:
        """What the outbox tells is kept before it is told on."""
        if change.state == "failed" and change.error is not None:
            self._keeper.refused(change.message_id, change.error)
        elif change.state in {"sent", "withdrawn"}:
            self._drafts.keep_all()
            self._keeper.settled(change.message_id)
        self._tell(change)

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
