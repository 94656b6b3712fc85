"""Statements compiled once a database and run straight on its driver, for the few that every command runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    binds: tuple[tuple[str, Convert | None], ...]
    results: tuple[tuple[int, Convert], ...]


class Prepared:
    """A statement with named parameters.

    SQLAlchemy takes several times as long to run a statement as SQLite does; here it only writes the SQL and
    says how values are converted, once.
    """

    def __init__(self, statement: ClauseElement, columns: Sequence[Any] = ()) -> None:
        """`columns` are those of the result, in order, for their types; none where nothing comes back."""
        self._statement = statement
        self._columns = tuple(columns)
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, conn: Connection, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it; every row of the result."""
        compiled = self._compiled.get(conn.dialect.name) or self._compile(conn.dialect)
        cursor = self._run(conn, compiled, parameters)
        try:
            found: list[Any] = cursor.fetchall()
        finally:
            cursor.close()
        if not compiled.results:
            return found
        return [_converted(row, compiled.results) for row in found]

    def one(self, conn: Connection, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run it; the only row, or None."""
        found = self.rows(conn, parameters)
        return found[0] if found else None

    def run(self, conn: Connection, parameters: Mapping[str, Any]) -> int:
        """Run it; how many rows it touched."""
        compiled = self._compiled.get(conn.dialect.name) or self._compile(conn.dialect)
        cursor = self._run(conn, compiled, parameters)
        try:
            return cursor.rowcount
        finally:
            cursor.close()

    def _run(self, conn: Connection, compiled: _Compiled, parameters: Mapping[str, Any]) -> Any:
        values = [
            parameters[name] if convert is None else convert(parameters[name])
            for name, convert in compiled.binds
        ]
        errors: Any = conn.dialect.dbapi
        cursor = conn.connection.cursor()
        try:
            cursor.execute(compiled.sql, tuple(values))
        except errors.Error as error:
            cursor.close()
            raise _as_sqlalchemy(conn, compiled.sql, error) from error
        return cursor

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled: Any = self._statement.compile(dialect=dialect)
        binds = tuple(
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup
        )
        results = (
            (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for place, column in enumerate(self._columns)
        )
        made = _Compiled(compiled.string, binds, tuple((n, convert) for n, convert in results if convert))
        self._compiled[dialect.name] = made
        return made


def _converted(row: Sequence[Any], results: tuple[tuple[int, Convert], ...]) -> tuple[Any, ...]:
    values = list(row)
    for place, convert in results:
        values[place] = convert(values[place])
    return tuple(values)


def _as_sqlalchemy(conn: Connection, sql: str, error: Exception) -> Exception:
    """The same error as SQLAlchemy raises it, without the values, which may be personal."""
    errors: Any = conn.dialect.dbapi
    lost = conn.dialect.is_disconnect(error, None, None)  # type: ignore[arg-type]
    if lost:
        conn.invalidate(error)
    made: Any = DBAPIError.instance(sql, None, error, errors.Error, connection_invalidated=lost)
    return made
