"""The end of the program for a reason outside it: a signal, or a terminal that is no more."""

import asyncio
import os
import signal
import threading
import time
from _thread import start_new_thread
from collections.abc import Callable
from typing import Any, Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""A kill, a closed terminal, an interrupt: each ends the program in order, drafts kept (security.md 0.7)."""
NO_TERMINAL: Final = 128 + signal.SIGHUP
"""The exit code where the terminal ended, whoever else was told of it."""
ORDERLY_SECONDS: Final = 2.0
"""How long the application may take to leave its terminal as it was."""
GONE_SECONDS: Final = 0.7
"""The same where there is no terminal left: the whole is to end within a second or so."""
REST_SECONDS: Final = 4.0
"""How long the rest may take: what is unsent, and Python's own end."""

Exit = Callable[[int], object]


class Ending:
    """Begins the end once, and sees to it that it comes.

    An application that waits for its terminal obeys nobody: where it has not ended in time, what is unsent
    is handed on from a thread of its own, and the process ended by force.
    """

    def __init__(self, rescue: Callable[[], object], exit_now: Exit = os._exit) -> None:
        """`rescue` hands on what is unsent, called from any thread; `exit_now` ends the process."""
        self._rescue = rescue
        self._exit_now = exit_now
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leave: Exit = lambda _code: None
        self._before: dict[int, Any] = {}
        self._begun = threading.Lock()
        self._left = threading.Event()

    def watch(self, loop: asyncio.AbstractEventLoop, leave: Exit) -> None:
        """From now on signals end the program; `leave` has the application end, called on this loop.

        They are not caught by the loop: while it waits for its terminal it never comes to them.
        """
        self._loop, self._leave = loop, leave
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._caught)

    def watch_no_more(self) -> None:
        """Signals do again what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def begin(self, code: int, seconds: float = ORDERLY_SECONDS) -> None:
        """End with this exit code; from any thread or a signal's handler. Only the first call counts."""
        if not self._begun.acquire(blocking=False):
            return
        # not by `Thread`: it takes a lock that the interrupted thread may hold
        start_new_thread(self._see_to_it, (code, seconds))
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._leave, code)

    def without_terminal(self) -> None:
        """The terminal has ended."""
        self.begin(NO_TERMINAL, GONE_SECONDS)

    def left(self) -> None:
        """The application has ended: the terminal is as it was."""
        self._left.set()

    def _caught(self, number: int, _frame: object) -> None:
        self.begin(128 + number)

    def _see_to_it(self, code: int, seconds: float) -> None:
        if self._left.wait(seconds):
            time.sleep(REST_SECONDS)
        else:
            self._rescue()
        self._exit_now(code)
