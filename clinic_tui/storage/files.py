"""Small private files: read with care, written whole or not at all."""

import contextlib
import os
import stat
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from clinic_tui.i18n import _

_LIMIT = 1 << 20


class UnusableFileError(Exception):
    """A file that cannot be used as it is; the text is one line for the user."""


def read_private(path: Path, *, limit: int = _LIMIT) -> bytes | None:
    """The file's bytes, or None when there is none; `UnusableFileError` for what is not one's own plain file.

    A symbolic link is followed when both it and the file it leads to belong to the user.
    """
    try:
        _refuse_foreign(os.lstat(path), path)
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        raise UnusableFileError(_("{file} cannot be read.").format(file=path.name)) from None
    try:
        found = os.fstat(file)
        _refuse_foreign(found, path)
        if not stat.S_ISREG(found.st_mode):
            raise UnusableFileError(_("{file} is not a file.").format(file=path.name))
        if found.st_size > limit:
            raise UnusableFileError(_("{file} is too large.").format(file=path.name))
        with open(file, "rb", closefd=False) as opened:
            return opened.read(limit)
    except OSError:
        raise UnusableFileError(_("{file} cannot be read.").format(file=path.name)) from None
    finally:
        os.close(file)


def write_private(path: Path, data: bytes) -> None:
    """Replace the file in one step, for its owner only; `UnusableFileError` when that cannot be done.

    Whatever happens, the old file or the new one is there, whole.
    """
    try:
        with contextlib.suppress(FileNotFoundError):
            _refuse_foreign(os.lstat(path), path)
            _refuse_foreign(path.stat(), path)
        target = Path(os.path.realpath(path))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with open(file, "wb") as opened:  # noqa: PTH123 - a descriptor
                opened.write(data)
                opened.flush()
                os.fsync(opened.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _settle(target.parent)
    except (OSError, ValueError):
        raise UnusableFileError(_("{file} cannot be written.").format(file=path.name)) from None


def set_aside(path: Path, now: datetime | None = None) -> str:
    """Keep a bad file as `<name>.bad-<time>`; returns that name, empty when it could not be moved."""
    moment = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%S")
    for number in range(100):
        kept = path.with_name(f"{path.name}.bad-{moment}" + (f"-{number}" if number else ""))
        if kept.exists():
            continue
        try:
            path.rename(kept)
        except OSError:
            return ""
        return kept.name
    return ""


def _refuse_foreign(found: os.stat_result, path: Path) -> None:
    if hasattr(os, "getuid") and found.st_uid != os.getuid():
        raise UnusableFileError(_("{file} belongs to another user and is not used.").format(file=path.name))


def _settle(folder: Path) -> None:
    """Have the new name on disk too; not every system can."""
    with contextlib.suppress(OSError):
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
