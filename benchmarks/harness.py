"""Runs a program in a pseudo-terminal and times, from outside, what a user waits for."""

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"
KEY_SECONDS = 1.0
"""How long a key is waited for."""
END_SECONDS = 5.0
"""How long a program may take to end before it is killed."""
QUIET = 0.012
"""Seconds without output that end a burst: three frames at 240 a second."""
DOWN, UP, PAGE_DOWN, PAGE_UP = b"\x1b[B", b"\x1b[A", b"\x1b[6~", b"\x1b[5~"


@dataclass(frozen=True)
class Answer:
    """What one key press brought: milliseconds to the first and the last byte of the burst, and its size."""

    first: float
    last: float
    size: int


@dataclass(frozen=True)
class Timing:
    """Many answers in short; milliseconds, and how many keys were answered at all."""

    first: float
    median: float
    p99: float
    size: float
    answered: int
    asked: int

    @classmethod
    def of(cls, answers: Sequence[Answer | None]) -> "Timing":
        """Sum up the answers; None stands for a key that brought nothing."""
        got = [answer for answer in answers if answer]
        if not got:
            return cls(float("nan"), float("nan"), float("nan"), 0, 0, len(answers))
        lasts = sorted(answer.last for answer in got)
        return cls(
            first=statistics.median(answer.first for answer in got),
            median=statistics.median(lasts),
            p99=lasts[min(len(lasts) - 1, int(len(lasts) * 0.99))],
            size=statistics.median(answer.size for answer in got),
            answered=len(got),
            asked=len(answers),
        )


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what would steer a terminal program, and with the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEXTUAL", "NO_COLOR"))}
    return {
        **kept,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TEXTUAL_ANIMATIONS": "none",
        "PYTHONPATH": str(Path(__file__).parents[1]),
        **more,
    }


def _kilobytes(path: Path, name: str) -> int:
    line = next(line for line in path.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])


class Terminal:
    """A program under a pseudo-terminal; use it in a `with` block, which ends it."""

    def __init__(
        self,
        *argv: str,
        columns: int = 160,
        rows: int = 48,
        fps: int = 240,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._argv = argv
        self._size = struct.pack("HHHH", rows, columns, 0, 0)
        self._env = environment(TEXTUAL_FPS=str(fps), **(env or {}))
        self.output = bytearray()
        self.started = 0.0
        self.pid = 0
        self._master = -1

    def __enter__(self) -> "Terminal":
        self.started = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.execvpe(self._argv[0], self._argv, self._env)  # noqa: S606 - the benchmark's own programs
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, self._size)
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.perf_counter() + END_SECONDS
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.perf_counter() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                break
            if not self._read(time.perf_counter() + 0.02):
                time.sleep(0.005)
        os.close(self._master)

    @property
    def terminal(self) -> int:
        """The file descriptor of our side of the terminal, to wait for."""
        return self._master

    def write(self, data: bytes) -> None:
        """Press keys without waiting for an answer."""
        os.write(self._master, data)

    def read(self, seconds: float) -> bytes:
        """What is written next, within so many seconds; empty when nothing is."""
        before = len(self.output)
        self._read(time.perf_counter() + seconds)
        return bytes(self.output[before:])

    def memory(self) -> float:
        """The program's peak resident memory so far, in MB."""
        return _kilobytes(Path(f"/proc/{self.pid}/status"), "VmHWM") / 1024

    def share(self) -> float:
        """The program's memory now, shared pages by their share (PSS), in MB."""
        return _kilobytes(Path(f"/proc/{self.pid}/smaps_rollup"), "Pss:") / 1024

    def cpu_seconds(self) -> float:
        """The processor time of all the program's threads so far."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def wait_for(self, text: str, timeout: float = 50) -> float:
        """Wait until the program has written this text; returns milliseconds since it was started."""
        wanted = text.encode()
        deadline = time.perf_counter() + timeout
        while wanted not in self.output:
            if not self._read(deadline):
                raise TimeoutError(f"{self._argv}: {text!r} did not come; got {bytes(self.output[-300:])!r}")
        return (time.perf_counter() - self.started) * 1000

    def settle(self, quiet: float = 0.25) -> None:
        """Wait until nothing has been written for a while."""
        while self._read(time.perf_counter() + quiet):
            pass
        self.output.clear()

    def key(self, key: bytes, timeout: float = KEY_SECONDS) -> Answer | None:
        """Press a key; the answer, or None if nothing came."""
        self.output.clear()
        start = time.perf_counter()
        os.write(self._master, key)
        if not self._read(start + timeout):
            return None
        first = last = time.perf_counter()
        while self._read(last + QUIET):
            last = time.perf_counter()
        return Answer((first - start) * 1000, (last - start) * 1000, len(self.output))

    def keys(self, keys: Sequence[bytes], *, warm: int = 4, timeout: float = KEY_SECONDS) -> Timing:
        """Press keys one after the other; the first ones are not counted."""
        answers = [self.key(key, timeout) for key in keys]
        return Timing.of(answers[warm:])

    def _read(self, deadline: float) -> bool:
        left = max(0.0, deadline - time.perf_counter())
        if not select.select([self._master], [], [], left)[0]:
            return False
        try:
            chunk = os.read(self._master, 1 << 16)
        except OSError:
            return False
        self.output += chunk
        return bool(chunk)


def program(name: str, *arguments: str) -> Terminal:
    """One of the small programs beside this file, under the running interpreter."""
    return Terminal(sys.executable, str(PROGRAMS / f"{name}.py"), *arguments)
