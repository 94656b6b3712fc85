"""The demo's own backend: in memory, on a free port of this machine, with residents who answer."""

import argparse
import asyncio
import json
import secrets
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from clinic_tui.backend.app import create_app
from clinic_tui.backend.auth import Client, choose_assignment, sign_in
from clinic_tui.backend.clock import Clock, SettableClock, SystemClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.delivery import Committed
from clinic_tui.backend.hub import Hub
from clinic_tui.backend.jobs import run_forever
from clinic_tui.backend.listening import address_of, listening, tcp_socket
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.seed import DEMO_PASSWORD
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import open_store
from clinic_tui.backend.store.opening import create_schema
from clinic_tui.command_line.exits import Exit
from clinic_tui.demo.crowd import Crowd
from clinic_tui.demo.dataset import Dataset, load
from clinic_tui.demo_host import identifier, seed_from_dataset
from clinic_tui.domain.region import Language, load_profile
from clinic_tui.i18n import _, set_language
from clinic_tui.protocol.commands import ChooseAssignment, SignIn
from clinic_tui.protocol.events import MessageChanged, ResidentCaseChanged, ResidentTicketChanged
from clinic_tui.protocol.text import safe_line

ZONE = ZoneInfo("Europe/Stockholm")
SATURDAY, FIRST_HOUR, LAST_HOUR = 5, 8, 15


class CannotStart(Exception):  # noqa: N818 - shown as it is
    """What was asked for is not there; the text says what, the code is the program's exit code."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; says `{"url", "token"}` on standard output when ready."""
    parser = argparse.ArgumentParser(prog="clinic-tui demo-host")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--now")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--as", dest="staff", default="anna")
    parser.add_argument("--lang", type=Language, default=Language.SWEDISH)
    parser.add_argument("--empty", action="store_true")
    options = parser.parse_args(arguments)
    set_language(options.lang)
    try:
        asyncio.run(_serve(options))
    except CannotStart as error:
        _say({"error": str(error), "code": error.code})
        return error.code
    return 0


def accounts(dataset: Dataset) -> list[str]:
    """One of each role, as user name, title and unit: whom one may sign in as."""
    found: dict[tuple[str, ...], str] = {}
    for member in dataset.staff:
        roles = tuple(one.role for one in member.assignments)
        place = dataset.unit_by_id[member.assignments[0].unit].name
        found.setdefault(roles, f"{member.username} · {member.title}, {place}")
    return list(found.values())


def _say(what: dict[str, str | int | list[str]]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _clock(now: str | None, speed: float) -> Clock:
    real = datetime.now(UTC)
    if now is None and speed == 1 and working_time(real) == real:
        return SystemClock()
    try:
        start = datetime.fromisoformat(now) if now else working_time(real)
    except ValueError:
        raise CannotStart(_("Not a time: {time}").format(time=now), Exit.USAGE) from None
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZONE)
    return SettableClock(start.astimezone(UTC), speed)


def working_time(real: datetime) -> datetime:
    """The time itself where health centres are at work, else 09:12 on the last day they were.

    A demo in the evening or at a weekend would otherwise show closed units and a queue that goes elsewhere.
    """
    local = real.astimezone(ZONE)
    if local.weekday() < SATURDAY and FIRST_HOUR <= local.hour < LAST_HOUR:
        return real
    if local.hour < FIRST_HOUR:
        local -= timedelta(days=1)
    local -= timedelta(days=max(0, local.weekday() - SATURDAY + 1))
    return local.replace(hour=9, minute=12, second=0, microsecond=0).astimezone(UTC)


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    dataset = load().on_another_day(options.seed)
    async with open_backend(options, dataset) as (backend, secret):
        app = create_app(backend)
        hub = cast("Hub", backend.hub)
        async with listening(app, tcp_socket("127.0.0.1", 0)) as server:
            url = address_of(server.servers[0].sockets[0])
            token = await _token(backend, options.staff, dataset)
            _say({"url": url, "token": token, "accounts": accounts(dataset), "password": DEMO_PASSWORD})
            tasks = [asyncio.create_task(run_forever(backend))]
            if not options.empty:
                crowd = Crowd(
                    url,
                    secret,
                    dataset,
                    seed=options.seed,
                    speed=options.speed,
                    password=DEMO_PASSWORD,
                    identifier=identifier,
                )
                hub.watchers.append(partial(wake, crowd))
                tasks.append(asyncio.create_task(crowd.run()))
            await stop.wait()
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)


def wake(crowd: Crowd, committed: Committed) -> None:
    """Bring in the resident for whom something came that an SMS tells of."""
    envelope = committed.envelope
    kind, _colon, resident_id = envelope.stream.partition(":")
    if kind != "resident":
        return
    match envelope.event:
        case MessageChanged(message=message) if message.author == "staff" and message.read_at is None:
            crowd.wake(resident_id)
        case ResidentTicketChanged(ticket=ticket) if ticket.state == "issued":
            crowd.wake(resident_id)
        case ResidentCaseChanged(case=case) if case.kind == "scheduled" and case.state == "in_progress":
            crowd.wake(resident_id)
        case _:
            return


@asynccontextmanager
async def open_backend(options: argparse.Namespace, dataset: Dataset) -> AsyncGenerator[tuple[Backend, str]]:
    """A backend in memory with the data set in it, and the secret of its simulated e-ID."""
    clock = _clock(options.now, options.speed)
    secret = secrets.token_urlsafe(16)
    store = await open_store("sqlite://")
    try:
        await create_schema(store)
        backend = Backend(
            store=store,
            clock=clock,
            region=replace(load_profile(dataset.region.id), language=options.lang),
            settings=Settings(demo_data=True),
            resident_secret=secret,
        )
        shown = dataset.without_cases() if options.empty else dataset
        await seed_from_dataset(store, shown, clock.now(), DEMO_PASSWORD)
        yield backend, secret
    finally:
        await store.close()


async def _token(backend: Backend, username: str, dataset: Dataset) -> str:
    """A session for the staff member, under their usual assignment."""
    try:
        signed_in = await sign_in(backend, SignIn(username=username, password=DEMO_PASSWORD), Client("demo"))
    except Refused:
        text = _("Nobody in the demo is called {name}.").format(name=safe_line(username))
        raise CannotStart(text, Exit.NOT_FOUND) from None
    if signed_in.assignment_id is None:
        usual = next(member.usual for member in dataset.staff if member.username == username)
        chosen = ChooseAssignment(assignment_id=usual)
        signed_in = await choose_assignment(backend, signed_in.token, chosen)
    return signed_in.token
