"""A demo backend that stands on a Tuesday morning, whatever the day; run as a program."""

import argparse
import asyncio
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from clinic_tui.backend.app import create_app
from clinic_tui.backend.clock import SettableClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.jobs import run_forever
from clinic_tui.backend.listening import address_of, listening, tcp_socket
from clinic_tui.backend.seed import Seed, seed_store
from clinic_tui.backend.serve import DEMO_PASSWORD, DEMO_SECRET
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import open_store
from clinic_tui.backend.store.opening import create_schema
from clinic_tui.demo.dataset import load
from clinic_tui.demo_host import seed_of
from clinic_tui.domain.region import load_profile

MORNING = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


async def serve(seed: Seed, database: Path | None, port: int) -> None:
    """Serve this seed until told to stop; a database that exists already is served as it was left."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    left = database is not None and database.exists()
    store = await open_store("sqlite://" if database is None else f"sqlite:///{database}")
    if not left:
        await create_schema(store)
        await seed_store(store, seed, DEMO_PASSWORD)
    backend = Backend(
        store=store,
        clock=SettableClock(MORNING),
        region=load_profile("vastmanland"),
        settings=replace(Settings(), demo_data=True, sign_ins_per_minute=1_000, sign_ins_per_address=1_000),
        resident_secret=DEMO_SECRET,
    )
    async with listening(create_app(backend), tcp_socket("127.0.0.1", port)) as server:
        jobs = asyncio.create_task(run_forever(backend))
        sys.stdout.write(f"listening on {address_of(server.servers[0].sockets[0])}\n")
        sys.stdout.flush()
        await stop.wait()
        jobs.cancel()
    await store.close()


def main() -> None:
    """The demo's data, or that of the hostile test."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--database", type=Path, help="a file that outlives the process; else memory")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    seed = seed_of(load(), MORNING)
    if options.hostile:
        from tests.e2e.hostile_seed import hostile

        seed = hostile(seed, MORNING)
    asyncio.run(serve(seed, options.database, options.port))


if __name__ == "__main__":
    main()
