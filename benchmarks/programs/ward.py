"""What a transport benchmark talks to: the real backend over a SQLite file, or a bare Starlette broadcaster.

`ward.py ours MEMBERS` or `ward.py bare MEMBERS`. Says `{"url", "tokens", "cases"}` and ends with its input.
"""

import asyncio
import json
import os
import sqlite3
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from clinic_tui.backend.app import create_app
from clinic_tui.backend.auth import sign_in
from clinic_tui.backend.clock import SystemClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.listening import address_of, listening, tcp_socket
from clinic_tui.backend.seed import (
    Seed,
    SeedAssignment,
    SeedCase,
    SeedResident,
    SeedStaff,
    SeedUnit,
    seed_store,
)
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import create_schema, open_store
from clinic_tui.domain.region import load_profile
from clinic_tui.protocol.commands import SignIn

NO_LIMIT = 10_000_000
PASSWORD = "a long enough password"  # noqa: S105 - data of the benchmark


def case_id(number: int) -> str:
    """The id of a member's case."""
    return f"01890000-0000-7000-8000-{number:012d}"


def ward(members: int) -> Seed:
    """One unit, and so many nurses with a visit each."""
    now = datetime.now(UTC)
    return Seed(
        units=(SeedUnit(id="u", name="Unit", kind="health_centre"),),
        staff=tuple(
            SeedStaff(
                id=f"s{n}",
                hsa_id=f"SE1-{n}",
                username=f"s{n}",
                display_name=f"Staff {n}",
                assignments=(SeedAssignment(id=f"a{n}", unit_id="u", role="nurse"),),
            )
            for n in range(members)
        ),
        residents=tuple(
            SeedResident(
                id=f"r{n}", person_number=f"19900101{n:04d}", name=f"R {n}", birth_date=date(1990, 1, 1)
            )
            for n in range(members)
        ),
        cases=tuple(
            SeedCase(
                id=case_id(n),
                state="in_progress",
                unit_id="u",
                queue_role="nurse",
                resident_id=f"r{n}",
                reason="Fever",
                priority=3,
                assignee_id=f"s{n}",
                queued_at=now,
                accepted_at=now,
                started_at=now,
            )
            for n in range(members)
        ),
    )


async def ours(members: int, folder: Path) -> tuple[Any, dict[str, Any]]:
    """The real backend, its limits on how often lifted."""
    store = await open_store(f"sqlite:///{folder / 'ward.db'}")
    await create_schema(store)
    await seed_store(store, ward(members), PASSWORD)
    settings = Settings(
        commands_per_minute=NO_LIMIT,
        commands_burst=NO_LIMIT,
        connections_per_session=2_000,
        connections=2_000,
    )
    backend = Backend(store=store, clock=SystemClock(), region=load_profile("vastmanland"), settings=settings)
    tokens = [
        (await sign_in(backend, SignIn(username=f"s{n}", password=PASSWORD))).token for n in range(members)
    ]
    return create_app(backend), {"tokens": tokens, "cases": [case_id(n) for n in range(members)]}


async def bare(_members: int, folder: Path) -> tuple[Any, dict[str, Any]]:
    """What is posted is committed, and sent to everybody who is connected."""
    conn = sqlite3.connect(folder / "bare.db", isolation_level=None, check_same_thread=False)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, body TEXT)")
    queues: set[asyncio.Queue[str]] = set()

    async def send(request: Request) -> Response:
        text = (await request.body()).decode()
        conn.execute("INSERT INTO message (body) VALUES (?)", (text,))
        for queue in queues:
            queue.put_nowait(text)
        return Response(text, media_type="application/json")

    async def events(socket: WebSocket) -> None:
        await socket.accept()
        await socket.receive_text()
        queue: asyncio.Queue[str] = asyncio.Queue()
        queues.add(queue)
        await socket.send_text('{"type":"live"}')
        sending = asyncio.create_task(_send_all(socket, queue))
        with suppress(WebSocketDisconnect):
            while True:
                await socket.receive_text()
        queues.discard(queue)
        sending.cancel()

    routes = [
        Route("/api/v1/commands/post_message", send, methods=["POST"]),
        WebSocketRoute("/api/v1/events", events),
    ]
    return Starlette(routes=routes), {}


async def _send_all(socket: WebSocket, queue: asyncio.Queue[str]) -> None:
    while True:
        await socket.send_text(await queue.get())


async def main() -> None:
    """Serve until standard input ends."""
    kind, members = sys.argv[1], int(sys.argv[2])
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, lambda: os.read(0, 100) or stop.set())
    with tempfile.TemporaryDirectory() as folder:
        app, said = await (ours if kind == "ours" else bare)(members, Path(folder))
        bound = tcp_socket("127.0.0.1", 0)
        async with listening(app, bound):
            print(json.dumps({"url": address_of(bound), "tokens": [], "cases": [], **said}), flush=True)
            await stop.wait()


if __name__ == "__main__":
    uvloop.run(main())
