"""A workstation without a screen for tests: the real link and the real desk, and a bad network between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal, TypeVar

from clinic_tui.client.http import Patience
from clinic_tui.client.keeper import Device
from clinic_tui.client.link import Link
from clinic_tui.client.link_events import (
    Arrived,
    DraftRestored,
    DraftSaved,
    LinkEvent,
    MessageRestored,
    OutboxChanged,
    SnapshotArrived,
)
from clinic_tui.client.live import Rhythm
from clinic_tui.protocol.commands import Command
from clinic_tui.protocol.ids import new_id
from clinic_tui.state.changes import Changes
from clinic_tui.state.desk import Desk
from tests.backend.town import PASSWORD

T = TypeVar("T")
QUICK = Rhythm(beat=0.2, ping=0.3, ping_timeout=0.3, close_timeout=0.2, first_wait=0.02, longest_wait=0.2)
HASTY = Patience(connect=10.0, read=2.0, total=60.0)
PATIENT = Patience(connect=15.0, read=30.0, total=90.0)
CALM = Rhythm(beat=1.0, ping=10.0, ping_timeout=30.0, open_timeout=30.0, first_wait=0.1, longest_wait=1.0)


class Workstation:
    """Folds what the link tells on the test's own loop, as the application does on its."""

    def __init__(
        self, url: str, patience: Patience = HASTY, rhythm: Rhythm = QUICK, device: Device | None = None
    ) -> None:
        self.desk = Desk()
        self.told: list[LinkEvent] = []
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self.link = Link(url, self._on_event, patience=patience, rhythm=rhythm, device=device)

    def _on_event(self, event: LinkEvent) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._take, event)

    def _take(self, event: LinkEvent) -> None:
        self.told.append(event)
        match event:
            case SnapshotArrived():
                self._fetch(self.desk.load(event.snapshot))
            case Arrived():
                self._fetch(self.desk.fold_all(event))
            case OutboxChanged():
                self.desk.outbox(event)
            case MessageRestored() | DraftRestored():
                self._fetch(self.desk.restore(event))
            case DraftSaved():
                self.desk.put_saved_draft(event.draft)
            case _:
                pass
        self._news.set()

    def _fetch(self, changes: Changes) -> None:
        for case_id in changes.wanted:
            future = self.link.fetch_case(case_id)
            future.add_done_callback(
                lambda done: self._loop.call_soon_threadsafe(self._opened, done.result())
            )

    def _opened(self, detail: Any) -> None:
        self.desk.open(detail)
        self._news.set()

    async def until(self, condition: Callable[[], T], seconds: float = 120.0) -> T:
        """Wait until a condition holds; it is looked at after every piece of news."""
        async with asyncio.timeout(seconds):
            while not (value := condition()):
                self._news.clear()
                await self._news.wait()
        return value

    def heard(self, kind: type[T]) -> list[T]:
        return [event for event in self.told if isinstance(event, kind)]

    async def enter(self, name: str) -> None:
        """Sign in and open the desk."""
        await self.call(self.link.sign_in(name, PASSWORD))
        await self.call(self.link.open_desk())
        await self.until(lambda: self.link.status.state == "live" and self.desk.loaded)

    async def call(self, future: Any) -> Any:
        return await asyncio.wrap_future(future)

    async def send(self, command: type[Command], /, **fields: Any) -> Any:
        """Send a command and take its answer in."""
        answer = await self.call(self.link.send(command(command_id=new_id(), **fields)))
        self.desk.absorb(answer)
        return answer


@asynccontextmanager
async def workstation(
    url: str, name: str | None = "nora", device: Device | None = None
) -> AsyncIterator[Workstation]:
    """A workstation, signed in where a name is given; closed at the end. `device` keeps what is unsent."""
    made = Workstation(url, device=device)
    try:
        if name is not None:
            await made.enter(name)
        yield made
    finally:
        await asyncio.to_thread(made.link.close, 0.5)


Mode = Literal["pass", "blackhole", "swallow"]


class BadNetwork:
    """A TCP proxy: passes on, holds back everything (`blackhole`) or the answers (`swallow`), or cuts."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._mode: Mode = "pass"
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.url = ""

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._mode = mode
        if mode == "pass":
            self._open.set()
        else:
            self._open.clear()

    def cut(self) -> None:
        """Break every connection at once."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            back, forth = await asyncio.open_connection("127.0.0.1", self._port)
            self._writers |= {writer, forth}
            try:
                await asyncio.gather(self._pump(reader, forth, out=True), self._pump(back, writer, out=False))
            finally:
                self._writers -= {writer, forth}
                writer.close()
                forth.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, out: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if not (out and self._mode == "swallow"):
                    await self._open.wait()
                writer.write(data)
                await writer.drain()
            writer.write_eof()


@asynccontextmanager
async def bad_network(port: int) -> AsyncIterator[BadNetwork]:
    """A bad network before a port of this machine."""
    network = BadNetwork(port)
    server = await asyncio.start_server(network.serve, "127.0.0.1", 0)
    network.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield network
    finally:
        server.close()
        network.mode = "pass"
        network.cut()
