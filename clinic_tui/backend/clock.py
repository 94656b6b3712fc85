"""Time, as a thing that tests and demos can set."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This moment, in UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)


class SettableClock:
    """Starts where it is told and runs at `speed` times the real pace; 0 stands still until moved."""

    def __init__(
        self, start: datetime, speed: float = 1.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        if start.tzinfo is None:
            raise ValueError("the start must carry its zone")
        self._monotonic = monotonic
        self._base = start.astimezone(UTC)
        self._since = monotonic()
        self._speed = speed

    def now(self) -> datetime:
        """This moment, in UTC."""
        return self._base + timedelta(seconds=(self._monotonic() - self._since) * self._speed)

    def set(self, now: datetime) -> None:
        """Make it this moment; ValueError without a zone."""
        if now.tzinfo is None:
            raise ValueError("the moment must carry its zone")
        self._base, self._since = now.astimezone(UTC), self._monotonic()

    def move(self, step: timedelta) -> None:
        """Go forward, or back."""
        self.set(self.now() + step)
