"""JSON log lines without bodies, query strings or person numbers."""

import json
import logging
import os
import re
import stat
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NAME = "clinic_tui.backend"
_FIELDS = (
    *("request_id", "incident", "route", "method", "status", "ms"),
    *("command", "code", "streams", "count", "file"),
)
_PERSON_NUMBER = re.compile(r"(?<!\d)(?:\d{2})?\d{6}[-+ \u2010-\u2015\u2212\uff0b\uff0d]?\d{4}(?!\d)")
_MASK = "[person number]"


def logger() -> logging.Logger:
    """The backend's own logger."""
    return logging.getLogger(NAME)


def mask_person_numbers(text: str) -> str:
    """The text without anything that has a person number's form, in any script's digits."""
    return _PERSON_NUMBER.sub(_MASK, text)


class JsonLines(logging.Formatter):
    """One record as one line of JSON; an exception is told by type and place, never by its text."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for this record; the person-number filter runs last."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        values = vars(record)
        line |= {name: values[name] for name in _FIELDS if name in values}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["at"] = [
                f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(record.exc_info[2])
            ]
        masked = {k: mask_person_numbers(v) if isinstance(v, str) else v for k, v in line.items()}
        return json.dumps(masked, ensure_ascii=True, separators=(",", ":"))


def _open_private(path: Path) -> Any:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    descriptor = os.open(path, flags, stat.S_IRUSR | stat.S_IWUSR)
    return os.fdopen(descriptor, "a", encoding="utf-8")


def configure(path: Path | None = None, level: int = logging.INFO) -> None:
    """Send every log to this file (0600, never through a symbolic link), or to standard error."""
    handler = logging.StreamHandler(sys.stderr if path is None else _open_private(path))
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logger().setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets"):
        # Their info lines hold raw paths with query strings.
        quiet = logging.getLogger(name)
        quiet.handlers = []
        quiet.propagate = True
        quiet.setLevel(logging.WARNING)
