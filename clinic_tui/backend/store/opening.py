"""Opening a store by its address, and bringing its tables up to date."""

from sqlalchemy import Connection

from clinic_tui.backend.store.base import Store
from clinic_tui.backend.store.sqlite import SqliteStore
from clinic_tui.backend.store.team_tables import metadata
from clinic_tui.backend.store.triggers import statements


async def open_store(url: str) -> Store:
    """The store at `sqlite:///path`, `sqlite://` (in memory) or `postgresql://…`; ValueError for another."""
    scheme = url.partition("://")[0].partition("+")[0]
    if scheme == "sqlite":
        return SqliteStore(url)
    if scheme in {"postgresql", "postgres"}:
        from clinic_tui.backend.store.postgres import PostgresStore

        return PostgresStore(url)
    raise ValueError(f"no store has an address that begins with {scheme}")


def create_tables(conn: Connection) -> None:
    """Every table with its triggers, in an empty database."""
    metadata.create_all(conn)
    for statement in statements(conn.dialect.name):
        conn.exec_driver_sql(statement)


async def create_schema(store: Store) -> None:
    """Every table at once, for tests and for the demo; a real database is brought up by `upgrade`."""
    await store.write(create_tables)


def upgrade(url: str) -> None:
    """Bring a database to the newest schema, step by step; an up-to-date one is left alone."""
    from clinic_tui.backend.store.migrating import run_migrations

    run_migrations(url)
