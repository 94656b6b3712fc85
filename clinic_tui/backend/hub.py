"""Fan-out inside one process: every event encoded once, every stream in its own order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from clinic_tui.backend.access import CaseAccess
from clinic_tui.backend.delivery import Committed, may_receive, withheld_envelope
from clinic_tui.backend.metrics import Metrics
from clinic_tui.backend.subscription import (
    CHANGED,
    GOING_AWAY,
    SESSION_OVER,
    Closing,
    EndReason,
    Subscription,
)
from clinic_tui.protocol import codec
from clinic_tui.protocol.events import Envelope, Event

log = logging.getLogger(__name__)

_HOLE_SECONDS = 0.02
_FILL_BATCH = 500

ReadAfter = Callable[[str, int, int], Awaitable[Sequence[Committed]]]
"""Reads the events of a stream after a number, at most so many."""


class Waker(Protocol):
    """Tells other replicas that streams have news."""

    def tell(self, streams: Iterable[str]) -> None:
        """These streams have events the others may not know of."""
        ...

    def tell_session_ended(self, session_id: str) -> None:
        """A session is over; the others close its connections too."""
        ...


class _Channel:
    """A stream somebody follows: how far it has been delivered, and what came too early."""

    __slots__ = ("again", "early", "filling", "followers", "head", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.head: int | None = None
        self.early: dict[int, Committed] = {}
        self.followers: set[Subscription] = set()
        self.filling: asyncio.Task[None] | None = None
        self.again = False
        """Whether news was told of while the store was being read."""


class Hub:
    """Delivers committed events to those who follow their streams.

    Commits may be told in another order than they were made; a stream's events wait for the ones
    before them, and a hole that stays is read from the store. What a follower may not see reaches it as
    `Withheld` (see `delivery`). Every method runs on the loop's thread.
    """

    def __init__(self, read_after: ReadAfter | None = None, metrics: Metrics | None = None) -> None:
        self.read_after = read_after
        self.metrics = metrics or Metrics()
        self.waker: Waker | None = None
        self.watchers: list[Callable[[Committed], None]] = []
        """Called with every published event, for what follows from events without being stored."""
        self._channels: dict[str, _Channel] = {}
        self._subscriptions: set[Subscription] = set()

    @property
    def subscriptions(self) -> frozenset[Subscription]:
        """Every open connection's subscription."""
        return frozenset(self._subscriptions)

    @property
    def followed(self) -> dict[str, int]:
        """How far each followed stream has been delivered."""
        return {name: channel.head or 0 for name, channel in self._channels.items()}

    def subscribe(self, subscription: Subscription) -> None:
        """Let a connection have what is published from now on; `settle` must follow."""
        self._subscriptions.add(subscription)
        for name in subscription.streams:
            channel = self._channels.setdefault(name, _Channel(name))
            channel.followers.add(subscription)
        self.metrics.connections.set(len(self._subscriptions))

    def settle(self, stream: str, head: int) -> None:
        """The store's head of a stream that is being subscribed to: what came meanwhile goes out after it."""
        channel = self._channels.get(stream)
        if channel is None:
            return
        if channel.head is None:
            channel.head = head
            self._deliver_early(channel)
        elif channel.head < head:
            self._fill_soon(channel, 0.0)

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a connection, and the streams that nobody follows any more."""
        self._subscriptions.discard(subscription)
        for name in subscription.streams:
            channel = self._channels.get(name)
            if channel is None:
                continue
            channel.followers.discard(subscription)
            if not channel.followers:
                if channel.filling is not None:
                    channel.filling.cancel()
                del self._channels[name]
        self.metrics.connections.set(len(self._subscriptions))

    def publish(self, events: Iterable[Committed]) -> None:
        """Deliver committed events here, and wake other replicas."""
        names: set[str] = set()
        for committed in events:
            names.add(committed.envelope.stream)
            channel = self._channels.get(committed.envelope.stream)
            if channel is not None:
                self._arrived(channel, committed)
            for watcher in self.watchers:
                watcher(committed)
        if self.waker is not None and names:
            self.waker.tell(names)

    def pulse(self, stream: str, event: Event, at: datetime, access: CaseAccess) -> None:
        """Deliver an event that is never stored, to those who follow the stream now and may see its case."""
        channel = self._channels.get(stream)
        if channel is not None:
            self._send(channel, Committed(Envelope(stream=stream, seq=0, at=at, event=event), access))

    def woken(self, streams: Iterable[str]) -> None:
        """Another replica has written to these streams: read what is new."""
        for name in streams:
            channel = self._channels.get(name)
            if channel is not None and channel.head is not None:
                self._fill_soon(channel, 0.0)

    def end_session(self, session_id: str, reason: EndReason, *, tell: bool = True) -> None:
        """Close a session's connections at once, each with an `Ended` frame; here and at other replicas."""
        if tell and self.waker is not None:
            self.waker.tell_session_ended(session_id)
        for subscription in self._subscriptions:
            if subscription.session_id == session_id:
                subscription.end(Closing(SESSION_OVER, reason))

    def reconnect(self, token: str) -> None:
        """Close a session's connections because its streams changed; the client connects again."""
        for subscription in self._subscriptions:
            if subscription.token == token:
                subscription.end(Closing(CHANGED))

    def close(self) -> None:
        """Close every connection: the backend stops."""
        for subscription in self._subscriptions:
            subscription.end(Closing(GOING_AWAY))

    def _arrived(self, channel: _Channel, committed: Committed) -> None:
        head, seq = channel.head, committed.envelope.seq
        if head is None or seq > head + 1:
            channel.early[seq] = committed
            if head is not None:
                self._fill_soon(channel)
        elif seq == head + 1:
            self._deliver(channel, committed)
            if channel.early:
                self._deliver_early(channel)

    def _deliver(self, channel: _Channel, committed: Committed) -> None:
        channel.head = committed.envelope.seq
        self._send(channel, committed)

    def _deliver_early(self, channel: _Channel) -> None:
        """Deliver what follows the head without a hole, and drop what lies behind it."""
        head = channel.head or 0
        while (committed := channel.early.pop(head + 1, None)) is not None:
            self._deliver(channel, committed)
            head = committed.envelope.seq
        channel.early = {seq: early for seq, early in channel.early.items() if seq > head}
        if channel.early:
            self._fill_soon(channel)

    def _send(self, channel: _Channel, committed: Committed) -> None:
        """Give every follower the event, or its place without it; each of the two is encoded once."""
        envelope = committed.envelope
        whole = place = ""
        for subscription in channel.followers:
            if may_receive(subscription.viewer, envelope.event, committed.access):
                frame = whole = whole or codec.encode(envelope).decode()
            elif envelope.seq:
                frame = place = place or codec.encode(withheld_envelope(envelope)).decode()
            else:
                continue
            subscription.put(envelope.stream, envelope.seq, frame)
        self.metrics.events.add(amount=len(channel.followers))

    def _fill_soon(self, channel: _Channel, delay: float = _HOLE_SECONDS) -> None:
        if self.read_after is None:
            return
        if channel.filling is not None and not channel.filling.done():
            channel.again = channel.again or not delay
            return
        channel.filling = asyncio.create_task(self._fill(channel, self.read_after, delay))

    async def _fill(self, channel: _Channel, read_after: ReadAfter, delay: float) -> None:
        """Read what is missing; the commit before a hole is often only a moment late."""
        await asyncio.sleep(delay)
        if delay and not channel.early and not channel.again:
            channel.filling = None
            return
        more = True
        while more:
            channel.again = False
            found = await read_after(channel.name, channel.head or 0, _FILL_BATCH)
            for committed in found:
                if committed.envelope.seq > (channel.head or 0):
                    self._deliver(channel, committed)
            more = channel.again or len(found) == _FILL_BATCH
        channel.filling = None
        self._deliver_early(channel)
