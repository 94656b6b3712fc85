"""The schema that the steps lead to is the one the program expects."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from clinic_tui.backend.store import create_schema, open_store, upgrade
from clinic_tui.backend.store.migrating import NewerSchema
from clinic_tui.backend.store.team_tables import metadata

pytestmark = pytest.mark.anyio
_TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') "
    "AND name <> 'alembic_version' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    "postgresql": "SELECT trigger_name, event_manipulation FROM information_schema.triggers ORDER BY 1, 2",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'a.db'}", f"sqlite:///{tmp_path / 'b.db'}"
    postgres: Any = request.getfixturevalue("postgres")
    return postgres.url(postgres.database()), postgres.url(postgres.database())


def _differences(conn: Connection) -> list[Any]:
    return compare_metadata(MigrationContext.configure(conn), metadata)


def _extras(conn: Connection) -> list[tuple[Any, ...]]:
    rows = conn.exec_driver_sql(_TRIGGERS[conn.dialect.name]).all()
    return [tuple(" ".join(str(value).split()) for value in row) for row in rows]


async def test_the_steps_lead_to_the_schema_of_the_program(urls: tuple[str, str]) -> None:
    stepped, made = urls
    await asyncio.to_thread(upgrade, stepped)
    await asyncio.to_thread(upgrade, stepped)
    first, second = await open_store(stepped), await open_store(made)
    await create_schema(second)
    assert await first.read(_differences) == []
    assert await first.read(_extras) == await second.read(_extras)
    await first.close()
    await second.close()


async def test_a_newer_schema_is_left_alone(urls: tuple[str, str]) -> None:
    await asyncio.to_thread(upgrade, urls[0])
    store = await open_store(urls[0])
    await store.write(lambda conn: conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(NewerSchema):
        await asyncio.to_thread(upgrade, urls[0])
