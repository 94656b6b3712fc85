"""Crashes on record: where in the program, never with what values."""

import json
import os
import stat
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from clinic_tui import __version__

MAX_FRAMES: Final = 60
"""Calls kept for one error, the innermost ones."""
MAX_ERRORS: Final = 12
"""Errors kept of one chain or group."""

_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_incident() -> str:
    """A number that a person can read out loud, such as ``7K3A-W2QX``."""
    import secrets

    signs = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"


def record_incident(error: BaseException, path: Path) -> tuple[str, bool]:
    """Append a line of JSON about a crash to the file at `path`; returns its number and whether it was kept.

    The line holds the kinds of errors and the calls that led to them. It holds neither local variables nor
    the errors' own texts, for both repeat what patients wrote (security.md 2.3 R8, R9). The file is readable
    by its owner only, and a symbolic link or anything but a plain file in its place is left alone.
    """
    incident = new_incident()
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "incident": incident,
        "version": __version__,
        "errors": [_described(one) for one in _chain(error)],
    }
    try:
        _append(path, json.dumps(entry) + "\n")
    except OSError:
        return incident, False
    return incident, True


def _chain(error: BaseException) -> list[BaseException]:
    """The error and those behind it or inside it, each once, the outermost first."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting and len(found) < MAX_ERRORS:
        current = waiting.pop(0)
        if any(current is one for one in found):
            continue
        found.append(current)
        behind = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if behind is not None:
            waiting.append(behind)
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(cast("BaseExceptionGroup[BaseException]", current).exceptions)
    return found


def _described(error: BaseException) -> dict[str, object]:
    frames = list(traceback.walk_tb(error.__traceback__))[-MAX_FRAMES:]
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "calls": [
            f"{_place(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}" for frame, line in frames
        ],
    }


def _place(file: str) -> str:
    """The file without the folders above the program's own: a home folder is named after a person."""
    return "/".join(Path(file).parts[-3:])


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    file = os.open(path, flags, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError("not a plain file")
        os.fchmod(file, 0o600)
        os.write(file, line.encode("ascii"))
    finally:
        os.close(file)
