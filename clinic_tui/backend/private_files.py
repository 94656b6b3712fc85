"""Files of patient data belong to their owner alone, from the first byte on and whoever made them."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from clinic_tui.backend.logs import logger

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OWNER: Final = stat.S_IRUSR | stat.S_IWUSR
_SQLITE: Final = b"SQLite format 3\0"
"""What every SQLite database begins with, from its first commit on (sqlite.org/fileformat.html, 1.3.1)."""
_BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, with the mode that the database has."""


def protect_database(url: str) -> None:
    """Make the file of a SQLite database before SQLite does, for its owner alone; close one others may read.

    Nothing happens for another kind of database, where the file cannot be made, or where it is a file of
    another kind, given by mistake: opening it will tell.
    """
    path = database_file(url)
    if path is None:
        return
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER))
    if _may_be_database(path):
        close_to_others([path, *(path.with_name(path.name + ending) for ending in _BESIDE)])


def _may_be_database(path: Path) -> bool:
    """Whether it is a plain file that SQLite has written, or has yet to write."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) in {b"", _SQLITE}
    except OSError:
        return False


def database_file(url: str) -> Path | None:
    """The file of a SQLite database; None for one in memory, or of another kind."""
    try:
        address = make_url(url)
    except ArgumentError:
        return None
    if not address.drivername.startswith("sqlite") or address.database in {None, "", ":memory:"}:
        return None
    name = str(address.database)
    return Path(name.removeprefix("file:") if "uri" in address.query else name)


def make_private(path: Path) -> None:
    """Make an empty file for its owner alone. Raises `FileExistsError` and what else the system says."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER))


def close_to_others(paths: Iterable[Path]) -> None:
    """Take all rights of group and others away from plain files, and tell the log where there were any."""
    for path in paths:
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode) or not found.st_mode & _OTHERS:
                continue
            path.chmod(_OWNER)
        except FileNotFoundError:
            continue
        except OSError:
            logger().warning(
                "others may read a file, and that could not be changed", extra={"file": path.name}
            )
        else:
            logger().warning("others could read a file; now its owner alone can", extra={"file": path.name})
