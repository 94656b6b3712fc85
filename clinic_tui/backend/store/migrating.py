"""Bringing a database to the newest schema with alembic."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from clinic_tui.backend.store.postgres import async_url
from clinic_tui.backend.store.sqlite import make_engine

_SCRIPTS = Path(__file__).parent / "migrations"


class NewerSchema(Exception):  # noqa: N818 - a name others rely on
    """The database was made by a newer version of the program, which this one must not touch."""


def run_migrations(url: str) -> None:
    """Every step that is missing, in one transaction. Raises `NewerSchema`."""
    if url.startswith("sqlite"):
        engine = make_engine(url)
        with engine.connect() as conn:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
            _upgrade(conn)
            conn.commit()
        engine.dispose()
    else:
        asyncio.run(_run_on_postgresql(url))


async def _run_on_postgresql(url: str) -> None:
    engine = create_async_engine(async_url(url))
    async with engine.begin() as conn:
        await conn.run_sync(_upgrade)
    await engine.dispose()


def _upgrade(conn: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    current = MigrationContext.configure(conn).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise NewerSchema("the database was made by a newer version")
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
