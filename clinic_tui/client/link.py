"""The workstation's connection to its backend, on its own thread so that a slow terminal does no harm."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from clinic_tui.client.errors import Offline
from clinic_tui.client.link_events import LinkStatus
from clinic_tui.client.unsent import DraftKind, Left
from clinic_tui.protocol.address import check_server
from clinic_tui.protocol.commands import Command
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import CaseDetail, CasePage, DeskSnapshot, MessagePage, SignedIn

if TYPE_CHECKING:
    from clinic_tui.client.engine import Engine, OnEvent
    from clinic_tui.client.http import Patience
    from clinic_tui.client.keeper import Device
    from clinic_tui.client.live import Rhythm

T = TypeVar("T")


class Link:
    """Every method may be called from any thread and returns at once; the futures fail with `ClientError`.

    `on_event` is called on the link's own thread, so it should only hand over. What was submitted is never
    cancelled: a future that nobody waits for any more is still carried out. `asyncio.wrap_future` awaits one.
    """

    def __init__(
        self,
        server: str,
        on_event: "OnEvent",
        *,
        patience: "Patience | None" = None,
        rhythm: "Rhythm | None" = None,
        idle: Callable[[], int] = lambda: 0,
        device: "Device | None" = None,
    ) -> None:
        """`idle` tells how many seconds ago the user last did anything; called on the link's thread.

        `device` keeps there what is unsent; without one it is in memory alone.
        """
        self._device = device
        self._idle = idle
        self.client = new_id()
        """What this workstation calls itself in the drafts it saves, so that it knows its own again."""
        self.server = check_server(server)
        self._on_event = on_event
        self._patience = patience
        self._rhythm = rhythm
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._engine: Engine | None = None
        self._closed = False

    @property
    def status(self) -> LinkStatus:
        """How the stream is doing; `status.age()` is the age of what is shown."""
        return self._engine.status if self._engine is not None else LinkStatus()

    @property
    def token(self) -> str | None:
        """The session's token, to be kept in the keyring; None when nobody is signed in."""
        return self._engine.http.token if self._engine is not None else None

    def sign_in(self, username: str, password: str) -> "Future[SignedIn]":
        """Start a session."""
        return self._submit(lambda engine: engine.sign_in(username, password))

    def choose_assignment(self, assignment_id: str) -> "Future[SignedIn]":
        """Work under this assignment; then `open_desk`."""
        return self._submit(lambda engine: engine.choose_assignment(assignment_id))

    def adopt(self, token: str) -> "Future[None]":
        """Use a session from the keyring; then `open_desk`, which fails with `Unauthorised` if it is over."""
        return self._submit(lambda engine: engine.adopt(token))

    def open_desk(self) -> "Future[DeskSnapshot]":
        """Fetch everything (it also comes as `SnapshotArrived`) and follow the live stream."""
        return self._submit(lambda engine: engine.open_desk())

    def send(self, command: Command) -> "Future[Any]":
        """Send a command; the answer is of `COMMANDS`' type for it.

        What one writes in a chat goes through the outbox: its future waits through breaks, and
        `OutboxChanged` tells.
        """
        return self._submit(lambda engine: engine.send(command))

    def withdraw(self, command_id: str) -> "Future[bool]":
        """Take a message back; False where the backend has it, or may have it."""
        return self._submit(lambda engine: engine.withdraw(command_id))

    def fetch_case(self, case_id: str) -> "Future[CaseDetail]":
        """The whole of one case."""
        return self._submit(lambda engine: engine.http.case(case_id))

    def fetch_messages(self, case_id: str, before: int) -> "Future[MessagePage]":
        """Messages older than number `before`."""
        return self._submit(lambda engine: engine.http.messages(case_id, before))

    def fetch_ended(self) -> "Future[CasePage]":
        """The newest ended asynchronous chats that the session may see, newest first."""
        return self._submit(lambda engine: engine.http.ended_chats())

    def fetch_day(self, day: date) -> "Future[CasePage]":
        """Every scheduled visit of a day (Swedish time), by its start."""
        return self._submit(lambda engine: engine.http.visits_on(day))

    def save_draft(self, case_id: str, kind: DraftKind, body: str, revision: int) -> None:
        """Keep unsent text: saved within a second, the newest only; `DraftSaved` tells.

        Call it at every change with `Visit.draft_revision(kind)`; an empty body removes the draft.
        """
        self._submit(lambda engine: engine.save_draft(case_id, kind, body, revision))

    def discard(self, command_id: str) -> None:
        """A refused message has been seen to: its text is given up, or has been put into a draft before."""
        self._submit(lambda engine: engine.discard(command_id))

    def left(self, timeout: float = 1.0) -> "Future[Left]":
        """What is still unsent after so many seconds at most: asked before one leaves."""
        return self._submit(lambda engine: engine.left(timeout))

    def show(self, seen: str | None = None, typing_in: str | None = None) -> None:
        """Tell the backend which case is on screen and in which one is typed; call it when either changes."""
        self._submit(lambda engine: engine.show(seen, typing_in))

    def flush(self, timeout: float = 2.0) -> "Future[bool]":
        """Send messages and drafts now; False when something is left after so many seconds."""
        return self._submit(lambda engine: engine.flush(timeout))

    def sign_out(self) -> "Future[None]":
        """End the session; what is unsent gets two seconds."""
        return self._submit(lambda engine: engine.sign_out())

    def close(self, timeout: float = 2.0) -> bool:
        """Send what is left for so many seconds, then stop the thread; False when something was left."""
        with self._lock:
            running, closed, self._closed = self._loop, self._closed, True
        if running is None or closed:
            return True
        done = self._submit(lambda engine: engine.close(timeout), last=True)
        try:
            flushed = done.result(timeout + 3.0)
        except (TimeoutError, Offline):
            flushed = False
        running.call_soon_threadsafe(running.stop)
        if self._thread is not None:
            self._thread.join(1.0)
        return flushed

    def _submit(
        self, make: "Callable[[Engine], Coroutine[Any, Any, T]]", *, last: bool = False
    ) -> "Future[T]":
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if self._closed and not last:
                future.set_exception(Offline())
                return future
            loop = self._started()
        loop.call_soon_threadsafe(self._begin, make, future)
        return future

    def _begin(self, make: "Callable[[Engine], Coroutine[Any, Any, T]]", future: "Future[T]") -> None:
        """On the link's thread: run it as a task of its own and hand the outcome over."""
        assert self._engine is not None  # noqa: S101 - made before the loop runs
        task = asyncio.get_running_loop().create_task(make(self._engine))
        _running.add(task)
        task.add_done_callback(_running.discard)
        task.add_done_callback(lambda done: _hand_over(done, future))

    def _started(self) -> asyncio.AbstractEventLoop:
        """The loop; its thread is started at the first call."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run, args=(self._loop,), name="link", daemon=True)
            self._thread.start()
        return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(self._make_engine)
        try:
            loop.run_forever()
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.close()

    def _make_engine(self) -> None:
        from clinic_tui.client.engine import Engine  # with all it needs, off the way to the first frame

        self._engine = Engine(
            self.server,
            self._on_event,
            patience=self._patience,
            rhythm=self._rhythm,
            idle=self._idle,
            device=self._device,
            client=self.client,
        )


_running: set["asyncio.Task[Any]"] = set()
"""Tasks under way; the loop itself holds them weakly only."""


def _hand_over(done: "asyncio.Task[T]", future: "Future[T]") -> None:
    if done.cancelled():
        future.set_exception(Offline(maybe_done=True))
        return
    error = done.exception()
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(done.result())
