"""Outgoing messages: in order within a case or to staff, sent again with the same id until answered."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from clinic_tui.client.errors import ClientError, Offline, ServerBroken, TooMany, Unauthorised, Withdrawn
from clinic_tui.client.link_events import Letter, OutboxChanged, SendState
from clinic_tui.protocol.commands import Command, PostMessage
from clinic_tui.protocol.team_commands import SayToStaff, StartConversation

Send = Callable[[Letter], Awaitable[Any]]
Notify = Callable[[OutboxChanged], None]

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0


@dataclass(eq=False)
class _Item:
    command: Letter
    done: "asyncio.Future[Any]"
    """Gets the command's own answer."""
    kept: "asyncio.Future[None] | None" = None
    """Ends when it is safe to send it; None where nothing is waited for."""
    maybe_stored: bool = False
    """Whether a byte of it has left and no answer said that it is not stored."""


@dataclass(eq=False)
class _Lane:
    """The messages of one case, or all those to colleagues, one after the other."""

    items: deque[_Item] = field(default_factory=deque[_Item])
    current: _Item | None = None
    """The one whose turn it is; None while a session is waited for."""
    task: "asyncio.Task[None] | None" = None


class Outbox:
    """What is written but not yet acknowledged. A message that is on its way is never cancelled.

    A lost answer leaves the state `unknown`: the same command is sent again, which the backend answers with
    the first answer, so nothing is stored twice. Belongs to one event loop.
    """

    def __init__(self, send: Send, notify: Notify) -> None:
        self._send = send
        self._notify = notify
        self._lanes: dict[str, _Lane] = {}
        self._again = asyncio.Event()
        self._signed_in = asyncio.Event()
        self._signed_in.set()

    @property
    def waiting(self) -> int:
        """How many messages are not acknowledged."""
        return sum(len(lane.items) for lane in self._lanes.values())

    def __contains__(self, command_id: object) -> bool:
        return any(
            item.command.command_id == command_id for lane in self._lanes.values() for item in lane.items
        )

    def put_before(self, commands: Sequence[Letter]) -> None:
        """Take messages of an earlier run, in order; before those written since, while none is under way."""
        first = not self._signed_in.is_set()
        for command in reversed(commands) if first else commands:
            self._add(_Item(command, asyncio.get_running_loop().create_future()), first=first)

    def put(self, command: Letter, kept: "asyncio.Future[None] | None" = None) -> "asyncio.Future[Any]":
        """Take a message; the future holds its answer, or why it was refused for good.

        No byte of it leaves before `kept` is done: by then it survives the end of the program.
        """
        item = _Item(command, asyncio.get_running_loop().create_future(), kept)
        self._add(item)
        return item.done

    def _add(self, item: _Item, *, first: bool = False) -> None:
        name = _lane_of(item.command)
        lane = self._lanes.setdefault(name, _Lane())
        lane.items.insert(0 if first else len(lane.items), item)
        self._tell(item, "queued")
        if lane.task is None:
            self._begin(name, lane)

    def withdraw(self, command_id: str) -> bool:
        """Take a message back; False where the backend may have it, or it is not here any more.

        Its future ends with `Withdrawn`. Those behind it in the case go on at once.
        """
        found = ((lane, item) for lane in self._lanes.values() for item in lane.items)
        lane, item = next(
            ((lane, item) for lane, item in found if item.command.command_id == command_id), (None, None)
        )
        if lane is None or item is None or item.maybe_stored:
            return False
        lane.items.remove(item)
        if lane.current in (None, item) and lane.task is not None:
            lane.task.cancel()  # it waits, for a session or between two tries: nothing is on its way
            self._begin(_lane_of(item.command), lane)
        self._tell(item, "withdrawn")
        if not item.done.done():
            item.done.set_exception(Withdrawn())
        return True

    def wake(self) -> None:
        """The backend can be reached again: do not wait any longer."""
        self._again.set()
        self._again = asyncio.Event()

    def pause(self) -> None:
        """The session is over: keep what is left until somebody signs in."""
        self._signed_in.clear()

    def resume(self) -> None:
        """The same person is signed in again."""
        self._signed_in.set()
        self.wake()

    def let_go(self, error: ClientError) -> None:
        """Let go of everything that is not acknowledged: another person signs in, or the program ends.

        The futures end with the error. It is no outcome: what is kept on the device is sent another time.
        """
        for lane in self._lanes.values():
            if lane.task is not None:
                lane.task.cancel()
            for item in lane.items:
                if not item.done.done():
                    item.done.set_exception(error)
        self._lanes.clear()

    async def drain(self) -> None:
        """Wait until every message is answered."""
        while self._lanes:
            await asyncio.wait([lane.task for lane in self._lanes.values() if lane.task is not None])

    def _begin(self, name: str, lane: _Lane) -> None:
        """Let a lane's messages go, or forget the lane where none is left."""
        if not lane.items:
            del self._lanes[name]
            return
        lane.task = asyncio.create_task(self._run(name, lane), name="outbox")

    async def _run(self, name: str, lane: _Lane) -> None:
        while lane.items:
            await self._signed_in.wait()
            lane.current = item = lane.items[0]
            await self._deliver(item)
            lane.items.remove(item)
            lane.current = None
        del self._lanes[name]

    async def _deliver(self, item: _Item) -> None:
        attempt = 0
        while True:
            if item.kept is not None:
                await asyncio.shield(item.kept)
            await self._signed_in.wait()
            again, before = self._again, item.maybe_stored
            item.maybe_stored = True
            self._tell(item, "sending")
            try:
                answer = await self._send(item.command)
            except Unauthorised:
                item.maybe_stored = before
                self._tell(item, "unknown" if before else "queued")
                self.pause()
                continue
            except (Offline, ServerBroken, TooMany) as error:
                known = isinstance(error, TooMany) or (isinstance(error, Offline) and not error.maybe_done)
                item.maybe_stored = before or not known
                self._tell(item, "unknown" if item.maybe_stored else "queued", error)
                await _wait(again, error, attempt)
                attempt += 1
                continue
            except ClientError as error:
                self._fail(item, error)
                return
            self._tell(item, "sent")
            if not item.done.done():
                item.done.set_result(answer)
            return

    def _fail(self, item: _Item, error: ClientError) -> None:
        self._tell(item, "failed", error)
        if not item.done.done():
            item.done.set_exception(error)

    def _tell(self, item: _Item, state: SendState, error: ClientError | None = None) -> None:
        self._notify(OutboxChanged(item.command, state, error))


def is_letter(command: Command) -> TypeGuard[Letter]:
    """Whether a command goes through the outbox: what one writes to a resident or into a chat with staff.

    A consultation does not: its dialog waits for the answer.
    """
    if isinstance(command, StartConversation):
        return command.kind != "consultation"
    return isinstance(command, PostMessage | SayToStaff)


def _lane_of(command: Letter) -> str:
    """Messages to colleagues share a lane: the one that begins a conversation goes before what follows it."""
    return command.case_id if isinstance(command, PostMessage) else "staff"


async def _wait(again: asyncio.Event, error: ClientError, attempt: int) -> None:
    """Wait as long as the backend asked, else a random time up to the doubled one, or until woken."""
    if isinstance(error, TooMany):
        await asyncio.sleep(error.retry_after)
        return
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt, 16))
    try:
        async with asyncio.timeout(random.uniform(0.05, longest)):  # noqa: S311
            await again.wait()
    except TimeoutError:
        return
