"""Insert-or-replace, which both databases have and SQLAlchemy spells for each by itself."""

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
