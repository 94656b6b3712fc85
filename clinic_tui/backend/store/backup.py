"""A whole copy of a SQLite database in use; PostgreSQL has `pg_dump` for that."""

from pathlib import Path

from clinic_tui.backend.private_files import database_file, make_private
from clinic_tui.backend.store.sqlite import make_engine


class NoSuchDatabase(Exception):  # noqa: N818 - a name others rely on
    """There is no SQLite database at that address."""


def back_up(url: str, target: Path) -> None:
    """Write a copy, its owner's alone, that holds every change made before; the schema stays as it is.

    Raises `NoSuchDatabase`, `FileExistsError` where the target is there already, and what the system says of
    anything else, after taking the unfinished copy away.
    """
    source = database_file(url)
    if source is None or not source.is_file():
        raise NoSuchDatabase(url)
    make_private(target)
    engine = make_engine(url)
    try:
        with engine.connect() as conn:
            conn.exec_driver_sql("VACUUM INTO ?", (str(target),))
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        engine.dispose()
