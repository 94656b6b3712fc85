"""Identifiers that sort by time (UUID version 7, RFC 9562)."""

import os
import re
import threading
import time
from typing import Final, TypeGuard

_CANONICAL: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TAIL_BITS: Final = 74
_TAIL_MAX: Final = (1 << _TAIL_BITS) - 1
_MILLISECONDS_MAX: Final = (1 << 48) - 1


class _Sequence:
    """The last identifier of one clock; the next one is greater as long as the clock does not go back."""

    def __init__(self, *, follow: bool) -> None:
        self._follow = follow
        self._lock = threading.Lock()
        self._milliseconds = -1
        self._tail = 0

    def next(self, milliseconds: int) -> tuple[int, int]:
        """The time and the tail of the next identifier; a clock that is not followed never goes back."""
        with self._lock:
            if not self._follow:
                milliseconds = max(milliseconds, self._milliseconds)
            if milliseconds == self._milliseconds:
                self._tail += 1 + int.from_bytes(os.urandom(4))
            else:
                self._tail = int.from_bytes(os.urandom(10)) >> (80 - _TAIL_BITS + 1)
            if self._tail > _TAIL_MAX:
                milliseconds += 1
                self._tail = int.from_bytes(os.urandom(10)) >> (80 - _TAIL_BITS + 1)
            self._milliseconds = milliseconds
            return milliseconds, self._tail


_own = _Sequence(follow=False)
_given = _Sequence(follow=True)


def new_id(now_ms: int | None = None) -> str:
    """A new UUIDv7 in canonical form, greater than every one before it in this process.

    `now_ms` is milliseconds since 1970 from a clock that tests and demos set; that clock may also go back,
    and then the order follows it. Raises ValueError outside 0 to 2^48 - 1.
    """
    if now_ms is None:
        milliseconds, tail = _own.next(time.time_ns() // 1_000_000)
    elif 0 <= now_ms <= _MILLISECONDS_MAX:
        milliseconds, tail = _given.next(now_ms)
    else:
        raise ValueError("the time is outside what an identifier can hold")
    high = (milliseconds << 16) | 0x7000 | (tail >> 62)
    low = (0b10 << 62) | (tail & ((1 << 62) - 1))
    digits = f"{high:016x}{low:016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_id(value: object) -> TypeGuard[str]:
    """Whether this is a UUID exactly as `new_id` writes one: lower case, with hyphens, nothing around it."""
    return isinstance(value, str) and _CANONICAL.fullmatch(value) is not None
