"""The real backend over a SQLite file that goes with it: waiting cases, and a nurse's visits under way."""

import asyncio
import json
import os
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import uvloop

from clinic_tui.backend.app import create_app
from clinic_tui.backend.auth import sign_in
from clinic_tui.backend.clock import SystemClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.jobs import run_forever
from clinic_tui.backend.listening import address_of, listening, tcp_socket
from clinic_tui.backend.seed import (
    Seed,
    SeedAssignment,
    SeedCase,
    SeedMessage,
    SeedResident,
    SeedStaff,
    SeedUnit,
    seed_store,
)
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import create_schema, open_store
from clinic_tui.domain.region import load_profile
from clinic_tui.protocol.commands import SignIn

CASES, VISITS, MESSAGES = map(int, sys.argv[1:])
PASSWORD = SECRET = "a long enough password"  # noqa: S105 - data of the benchmark
REASONS = ("Cough and fever", "Ear ache", "Back pain", "Rash", "Heartburn", "Warts on the foot")
TEXT = "It is fine when I sit. A bit hard on the stairs, but that is how it used to be, and it hurts here. "
NOW = datetime.now(UTC)
NO_LIMIT = 10_000_000


def identifier(kind: int, number: int) -> str:
    """An id as the backend makes them."""
    return f"01890000-0000-7000-8{kind:03d}-{number:012d}"


def resident(kind: str, number: int) -> SeedResident:
    """A resident named after the number."""
    return SeedResident(
        id=f"{kind.lower()}{number}",
        person_number=f"19{number % 90 + 10}01{1 + (kind == 'Visitor'):02d}{number:04d}",
        name=f"{kind} {number:06d}" if kind == "Resident" else f"{kind} {number}",
        birth_date=date(1910 + number % 90, 1, 1),
    )


def message(visit: int, place: int) -> SeedMessage:
    """One of a visit's messages, one to five lines; all are read."""
    staff = place % 2 == 1
    at = NOW - timedelta(seconds=MESSAGES - place)
    return SeedMessage(
        id=identifier(100 + visit, place),
        author="staff" if staff else "resident",
        author_id="anna" if staff else f"visitor{visit}",
        author_name="Anna Ek" if staff else f"Visitor {visit}",
        body=f"Message {visit}-{place} {TEXT * (place % 4 + 1)}",
        sent_at=at,
        delivered_at=at,
        read_at=at,
    )


def visit(number: int) -> SeedCase:
    """A visit under way."""
    began = NOW - timedelta(minutes=10 - number)
    return SeedCase(
        id=identifier(1, number),
        state="in_progress",
        unit_id="u0",
        queue_role="nurse",
        resident_id=f"visitor{number}",
        reason=REASONS[number % len(REASONS)],
        priority=3,
        assignee_id="anna",
        queued_at=began,
        accepted_at=began,
        started_at=began,
        messages=tuple(message(number, place) for place in range(MESSAGES)),
    )


def waiting(number: int) -> SeedCase:
    """A case in the queue; the first ones have waited longest."""
    return SeedCase(
        id=identifier(0, number),
        state="waiting",
        unit_id="u0",
        queue_role="nurse",
        resident_id=f"resident{number}",
        reason=REASONS[number % len(REASONS)],
        priority=3,
        queued_at=NOW - timedelta(minutes=30, seconds=CASES - number),
    )


def seed() -> Seed:
    """One unit, one nurse."""
    given = SeedAssignment(id="a0", unit_id="u0", role="nurse")
    return Seed(
        units=(SeedUnit(id="u0", name="Unit 0", kind="health_centre"),),
        staff=(
            SeedStaff(
                id="anna", hsa_id="SE1-0", username="anna", display_name="Anna Ek", assignments=(given,)
            ),
        ),
        residents=(
            *(resident("Visitor", number) for number in range(VISITS)),
            *(resident("Resident", number) for number in range(CASES)),
        ),
        cases=(*map(visit, range(VISITS)), *map(waiting, range(CASES))),
    )


async def main(folder: Path) -> None:
    """Serve until standard input closes."""
    store = await open_store(f"sqlite:///{folder / 'town.db'}")
    await create_schema(store)
    await seed_store(store, seed(), PASSWORD)
    backend = Backend(
        store=store,
        clock=SystemClock(),
        region=load_profile("vastmanland"),
        settings=Settings(demo_data=True, commands_per_minute=NO_LIMIT, commands_burst=NO_LIMIT),
        resident_secret=SECRET,
    )
    token = (await sign_in(backend, SignIn(username="anna", password=PASSWORD))).token
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), lambda: os.read(0, 1024) or stop.set())
    async with listening(create_app(backend), tcp_socket("127.0.0.1", 0)) as server:
        url = address_of(server.servers[0].sockets[0])
        residents = [(f"visitor{number}", identifier(1, number)) for number in range(VISITS)]
        said = {"url": url, "token": token, "secret": SECRET, "residents": residents}
        print(json.dumps(said), flush=True)
        jobs = asyncio.create_task(run_forever(backend))
        await stop.wait()
        jobs.cancel()
    await store.close()


with tempfile.TemporaryDirectory() as name:
    uvloop.run(main(Path(name)))
