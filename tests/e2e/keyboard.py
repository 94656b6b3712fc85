"""Keys to a workstation that tells its state: in one write, typed slowly, or over a slow link."""

import fcntl
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tests.e2e.terminal import KEYS, PATIENCE

ROOT = Path(__file__).parents[2]
_BYTES = {**KEYS, "escape": "\x1b[27u", "lf": "\n", "ctrl+n": "\x0e", "ctrl+j": "\n", "ctrl+t": "\x14"}
"""Esc as terminals with the new keyboard protocol send it: the old one is Alt when a letter follows."""

LINK_SECONDS = 0.3
State = dict[str, Any]


def bytes_of(key: str) -> bytes:
    """What a terminal sends for a key, a letter, or `paste:` and a text."""
    if key.startswith("paste:"):
        return f"\x1b[200~{key[6:]}\x1b[201~".encode()
    return _BYTES.get(key, key).encode()


class Seat:
    """A terminal with a workstation on it."""

    def __init__(self, master: int, slave: int, process: int, path: str) -> None:
        self._master, self._slave, self._process = master, slave, process
        self._path = path
        self._written = 0
        self.output = bytearray()
        """What the program wrote to the terminal."""
        threading.Thread(target=self._read, daemon=True).start()
        self._socket = socket.socket(socket.AF_UNIX)
        self._lines = self._socket.makefile("rw")

    def _read(self) -> None:
        with suppress(OSError):
            while data := os.read(self._master, 65_536):
                self.output += data

    def state(self, order: str = "all") -> State:
        """The state once all that was written is dealt with; `here`: by the workstation, not the backend.

        `stop` holds the backend up first, `go` lets it go on.
        """
        self._lines.write(f"{order} {self._written}\n")
        self._lines.flush()
        line = self._lines.readline()
        assert line, f"the program has ended\n{self.output[-3000:].decode(errors='replace')}"
        found: State = json.loads(line)
        assert "error" not in found, found
        return found

    def burst(self, keys: Iterable[str], order: str = "all") -> State:
        """All keys in one write; the state after them, see `state`."""
        known = list(keys)
        os.write(self._master, b"".join(map(bytes_of, known)))
        self._written += len(known)
        return self.state(order)

    def over_a_slow_link(self, keys: Sequence[str], at_once: int) -> State:
        """Keys as a link brings them that delivers every 300 ms what was typed meanwhile."""
        for start in range(0, len(keys), at_once):
            chunk = keys[start : start + at_once]
            os.write(self._master, b"".join(map(bytes_of, chunk)))
            self._written += len(chunk)
            time.sleep(LINK_SECONDS)
        return self.state()

    def slowly(self, keys: Iterable[str]) -> State:
        """One key at a time, each once all is still; the state after them."""
        found = self.state()
        for key in keys:
            found = self.burst([key])
        return found

    def open(self, state: Sequence[str], **wanted: Any) -> State:
        """Type what leads to a place, and see that it is the place."""
        found = self.slowly(state)
        assert {name: found[name] for name in wanted} == wanted, found
        return found

    def wait_desk(self) -> None:
        """Wait until the program answers, and the cases are there."""
        ends = time.monotonic() + PATIENCE
        while self._socket.connect_ex(self._path):
            if time.monotonic() > ends or not psutil.pid_exists(self._process):
                raise AssertionError(self.output.decode(errors="replace"))
            time.sleep(0.01)
        os.close(self._slave)
        while not self.state()["lists"] or "None" in self.state()["lists"][0]:
            assert time.monotonic() < ends, self.state()
            select.select([], [], [], 0.02)

    def close(self) -> None:
        """End it and its backend."""
        with suppress(OSError):
            os.killpg(self._process, signal.SIGKILL)
        self._lines.close()
        self._socket.close()
        os.close(self._master)


class Stations:
    """Workstations, each as fresh as the first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.station", str(folder / "template.db")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        assert self._said() == "ready"

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def seat(self, *, quiet: bool = False) -> Seat:
        """A new one. `quiet`: dialogs take no key in their first moments, as for users."""
        return self.seats(1, quiet=quiet)[0]

    def seats(self, count: int, *, quiet: bool = False) -> list[Seat]:
        """So many new ones, started at the same time."""
        found = [self._begin(quiet) for _seat in range(count)]
        for seat in found:
            seat.wait_desk()
        return found

    def _begin(self, quiet: bool, columns: int = 120, rows: int = 40) -> Seat:
        self._count += 1
        path = str(self._folder / f"{self._count}")
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        assert self._process.stdin is not None
        self._process.stdin.write(
            json.dumps({"tty": os.ttyname(slave), "socket": path, "quiet": quiet}) + "\n"
        )
        self._process.stdin.flush()
        process = int(self._said())
        return Seat(master, slave, process, path)

    def close(self) -> None:
        """No more of them."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(5)
        self._process.stdout.close()
