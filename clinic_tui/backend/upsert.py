"""Insert-or-replace and insert-or-leave: both databases have them, and SQLAlchemy spells each by itself."""

from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


@cache
def upsert(dialect: str, table: Table, keys: tuple[str, ...]) -> Any:
    """A statement that inserts a row of a table, or replaces the one with these keys."""
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    others = {column.name: insert.excluded[column.name] for column in table.c if column.name not in keys}
    return insert.on_conflict_do_update(index_elements=list(keys), set_=others)


@cache
def insert_if_missing(dialect: str, table: Table) -> Any:
    """A statement that inserts a row of a table, and does nothing where one with its keys is there."""
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert.on_conflict_do_nothing()
