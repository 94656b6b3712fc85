"""Workstations that tell their state, each with a backend of its own; run as a program.

It loads all modules once and then forks: a line of JSON on standard input starts a workstation on the
terminal it names, and the answer is its process id. What `StatefulApp` adds changes nothing.
"""

import asyncio
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import termios
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from textual import events
from textual.screen import Screen
from textual.widgets import Input, TextArea

import screens.visit.screen
from clinic_tui.app import ClinicApp
from clinic_tui.backend.app import create_app
from clinic_tui.backend.clock import SettableClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.listening import address_of, listening, tcp_socket
from clinic_tui.backend.seed import seed_store
from clinic_tui.backend.serve import DEMO_PASSWORD, DEMO_SECRET
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import open_store
from clinic_tui.backend.store.opening import create_schema
from clinic_tui.client import engine  # noqa: F401 - loaded before the fork
from clinic_tui.demo.dataset import load
from clinic_tui.demo_host import seed_of
from clinic_tui.domain.region import load_profile
from clinic_tui.i18n import set_language
from clinic_tui.link_messages import Answered
from clinic_tui.navigation import VIEWS
from clinic_tui.options import Options
from clinic_tui.widgets.bar import Bar
from clinic_tui.widgets.clinic_screen import ClinicScreen
from clinic_tui.widgets.line_list import LineList
from clinic_tui.widgets.modal import ClinicDialog
from clinic_tui.widgets.staff_chat import StaffChat
from clinic_tui.widgets.stillness import unfinished
from clinic_tui.widgets.terminal_input import harden_input
from clinic_tui.widgets.work_list import WorkList
from tests.e2e.host import MORNING
from tests.e2e.served import Colleague

STILL_SECONDS = 20.0


class StatefulApp(ClinicApp):
    """The workstation, with what is typed in it, sent from it and in front of it for whoever asks."""

    def __init__(self, options: Options, socket: str, backend: int) -> None:
        super().__init__(options)
        self.backend = backend
        self._socket = socket
        self.read = 0
        """Keys, pastes and clicks that came from the terminal."""
        self.refused: list[int] = []
        """Which of them were not taken, counted from 0."""
        self._numbers: dict[int, int] = {}
        self._kept: list[events.Event] = []
        self._asked = 0

    async def on_event(self, event: events.Event) -> None:
        """Count what comes from the terminal."""
        raw = isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded
        if raw and not isinstance(event, events.MouseMove) and id(event) not in self._numbers:
            self._numbers[id(event)] = self.read
            self._kept.append(event)
            self.read += 1
        await super().on_event(event)

    def refuses(self, event: events.Event) -> bool:
        """Note which were not taken."""
        refused = super().refuses(event)
        if refused and id(event) in self._numbers:
            self.refused.append(self._numbers[id(event)])
        return refused

    def fetch(self, future: "Future[Any]", *how: Any, **more: Any) -> None:
        """Count what is asked of the backend."""
        self._asked += 1
        super().fetch(future, *how, **more)

    def on_mount(self) -> None:
        """As ever; then answer whoever asks."""
        super().on_mount()
        answer(self, asyncio.get_running_loop(), self._socket)

    def on_answered(self, message: Answered) -> None:
        """Count the answers."""
        try:
            super().on_answered(message)
        finally:
            self._asked -= 1

    async def state(self, read: int, *, answered: bool = True) -> dict[str, Any]:
        """All that keys change, once so many were read and all is still; without `answered`, here alone."""
        still = 0
        ends = asyncio.get_running_loop().time() + STILL_SECONDS
        while still < 3:
            if asyncio.get_running_loop().time() > ends:
                raise AssertionError(
                    f"never still: {self.read} of {read}, {self._asked} asked, {self.gate.busy}"
                )
            quiet = self.read >= read and not self.gate.busy and not (answered and self._asked)
            quiet = quiet and not unfinished(self, (), lambda _one: False, inside=False)
            still = still + 1 if quiet else 0
            await asyncio.sleep(0.005)
        return self.seen()

    def seen(self) -> dict[str, Any]:
        """The state as it stands."""
        front = self.screen
        focus = front.focused
        return {
            "mode": self.current_mode,
            "case": self._resident(self.place.current_visit),
            "stack": [type(one).__name__ for one in self.screen_stack],
            "focus": focus and (focus.id or type(focus).__name__),
            "fields": _fields(front),
            "lists": _lists(front),
            "texts": self._texts(),
            "sent": self._sent(),
            "refused": self.refused,
            "notice": _notice(self.clinic_screen),
        }

    def _resident(self, case_id: str | None) -> str | None:
        visit = self.room.desk.visits.get(case_id or "")
        return visit.row.resident.name if visit is not None else case_id

    def _texts(self) -> dict[str, str]:
        """Every draft, note and word to colleagues that is not empty, by resident and kind."""
        found: dict[str, str] = {}
        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, screens.visit.screen.VisitScreen) and screen.is_mounted:
                    screen.keep()
                    for visit in self.room.desk.visits.values():
                        name = visit.row.resident.name
                        found[f"{name}, message"] = screen.drafts.text(visit, "message")
                        found[f"{name}, note"] = screen.drafts.text(visit, "note")
                        chat = screen.query_one("#staff", StaffChat)
                        found[f"{name}, staff"] = chat.draft(visit.case_id)
        return {key: text for key, text in found.items() if text}

    def _sent(self) -> list[str]:
        """Every message of mine, and every word to colleagues, in order."""
        desk, me = self.room.desk, self.room.desk.people.staff_id
        found = []
        for visit in desk.visits.values():
            name = visit.row.resident.name
            written = [one for one in visit.messages if one.author_id == me]
            found += [f"{name}: {one.body}" for one in written]
            known = {one.id for one in written}
            found += [f"{name}: {one.body}" for one in visit.pending if one.id not in known]
        for talk in desk.team.conversations.values():
            found += [f"staff: {one.body}" for one in talk.messages if one.author.id == me]
        return found


def _notice(screen: ClinicScreen | None) -> str:
    """What the notice line says."""
    bar = screen.query_one("#notice", Bar) if screen is not None else None
    return str(bar.render_line(0).text).strip() if bar is not None and bar.display else ""


def _fields(front: Screen[Any]) -> dict[str, list[str]]:
    """Every field of the screen in front, with where the caret stands."""
    found: dict[str, list[str]] = {}
    for number, field in enumerate(front.query("Input, TextArea")):
        name = field.id or f"{type(field).__name__} {number}"
        if isinstance(field, Input):
            found[name] = [field.value, str(field.selection)]
        elif isinstance(field, TextArea) and not field.read_only:
            found[name] = [field.text, str(field.selection)]
    return found


def _lists(front: Screen[Any]) -> list[str]:
    """Which line of each list is selected."""
    return [
        f"{type(one).__name__}: {one.selected}" for one in (*front.query(LineList), *front.query(WorkList))
    ]


def answer(app: StatefulApp, loop: asyncio.AbstractEventLoop, path: str) -> None:
    """Answer every line on a socket: a number of keys, with the state after them.

    `here` before the number does not wait for the backend; `stop` and `go` hold it up and let it go on.
    """
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()

    def serve() -> None:
        connection, _address = listener.accept()
        with connection, connection.makefile("rw") as lines:
            for line in lines:
                order, number = line.split()
                if order in {"stop", "go"}:
                    os.kill(app.backend, signal.SIGSTOP if order == "stop" else signal.SIGCONT)
                try:
                    found = app.state(int(number), answered=order == "all")
                    said: Any = asyncio.run_coroutine_threadsafe(found, loop).result()
                except Exception as error:  # noqa: BLE001 - told to whoever asked
                    said = {"error": f"{type(error).__name__}: {error}"}
                lines.write(json.dumps(said) + "\n")
                lines.flush()

    threading.Thread(target=serve, daemon=True).start()


def token_of(url: str, username: str) -> str:
    """A session of theirs at Ekens vårdcentral."""
    colleague = Colleague(url, username)
    token = colleague.token
    colleague.close()
    return token


async def serve(database: str, ready: Callable[[str], object]) -> None:
    """A backend on this database; says its address."""
    store = await open_store(f"sqlite:///{database}")
    backend = Backend(
        store=store,
        clock=SettableClock(MORNING),
        region=load_profile("vastmanland"),
        settings=replace(Settings(), demo_data=True),
        resident_secret=DEMO_SECRET,
    )
    async with listening(create_app(backend), tcp_socket("127.0.0.1", 0)) as server:
        ready(address_of(server.servers[0].sockets[0]))
        await asyncio.Event().wait()


async def make_template(path: str) -> None:
    """The demo's data in a file that each backend copies."""
    store = await open_store(f"sqlite:///{path}")
    await create_schema(store)
    await seed_store(store, seed_of(load(), MORNING), DEMO_PASSWORD)
    await store.close()


def take_terminal(tty: str) -> None:
    """Make it this process's own."""
    os.setsid()
    handle = os.open(tty, os.O_RDWR)
    fcntl.ioctl(handle, termios.TIOCSCTTY, 0)
    for number in (0, 1, 2):
        os.dup2(handle, number)


def run(order: dict[str, Any], template: str) -> None:
    """A backend and a workstation, until the workstation ends."""
    take_terminal(order["tty"])
    database = f"{order['socket']}.db"
    shutil.copy(template, database)
    reader, writer = os.pipe()
    backend = os.fork()
    if backend == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        asyncio.run(serve(database, lambda url: os.write(writer, f"{url}\n".encode())))
    os.close(writer)
    with os.fdopen(reader) as said:
        url = said.readline().strip()
    token = token_of(url, "anna")
    set_language("sv")
    harden_input()
    if not order["quiet"]:
        for kind in _dialogs(ClinicDialog):
            kind.QUIET = 0.0
    app = StatefulApp(Options(server=url, token=token, private=True), order["socket"], backend)
    code = app.run()
    os.kill(backend, signal.SIGKILL)
    os._exit(1 if app.return_code and not code else (code or 0))


def _dialogs(kind: type[Any]) -> list[type[Any]]:
    return [kind, *(found for one in kind.__subclasses__() for found in _dialogs(one))]


def say(text: str) -> None:
    """To whoever orders."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork for each order."""
    template = sys.argv[1]
    asyncio.run(make_template(template))
    for module, _name in VIEWS.values():
        __import__(module)
    __import__("screens.dialogs.sign")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    say("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run(json.loads(line), template)
        say(str(child))


if __name__ == "__main__":
    main()
