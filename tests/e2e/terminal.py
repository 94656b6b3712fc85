"""A terminal for the real program: a pseudo-terminal, a screen, and every byte that was written to it."""

import codecs
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import psutil
import pyte
from wcwidth import wcwidth

from clinic_tui.widgets.key_runs import PASTE_JOIN_SECONDS
from clinic_tui.widgets.modal import QUIET_SECONDS

PATIENCE = 120.0
"""Seconds to wait for what should come at once, on a machine that does much else."""
TYPING_SECONDS = 0.006
"""Between keys typed by hand."""
PROGRAM = (sys.executable, "-m", "clinic_tui")

_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<=>][0-9;]*u")
"""Keyboard modes; pyte would show their digits."""
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*)?\Z")
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "backtab": "\x1b[Z",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "ctrl+up": "\x1b[1;5A",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f10": "\x1b[21~",
    "f12": "\x1b[24~",
    "space": " ",
}


def _fits_pyte(char: str) -> bool:
    """Whether pyte can show it: at a sign without width that is no accent it drops the rest of the line."""
    return char < "\u0300" or wcwidth(char) > 0 or unicodedata.combining(char) > 0


def _text_of(cells: Mapping[int, pyte.screens.Char], columns: int) -> str:
    """What stands in a line; half a wide sign that was written over is blank, as in a terminal."""
    signs: list[str] = []
    second_half = False
    for column in range(columns):
        sign = cells[column].data
        if not second_half:
            signs.append(sign or " ")
        second_half = not second_half and bool(sign) and wcwidth(sign[0]) == 2
    return "".join(signs).rstrip()


class Terminal:
    """The program on a terminal of its own. What it writes is read at all times, as a terminal does."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        *,
        columns: int = 120,
        rows: int = 40,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._master, slave = os.openpty()
        self.resize(columns, rows)
        self.modes_before = termios.tcgetattr(slave)
        """The terminal's settings before the program ran."""
        known = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=known,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )
        os.close(slave)
        self._family: set[psutil.Process] = set()
        self._raw = bytearray()
        self._fed = 0
        self._news = threading.Condition()
        self._stop = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        """Read until told to stop: a closed terminal is only gone when nobody is reading from it."""
        while True:
            ready, _, _ = select.select([self._master, self._stop[0]], [], [])
            if self._stop[0] in ready:
                return
            try:
                data = os.read(self._master, 65_536)
            except OSError:
                return
            if not data:
                return
            with self._news:
                self._raw += data
                self._news.notify_all()

    @property
    def raw(self) -> bytes:
        """Every byte written to the terminal so far, without the sequence that is being written."""
        with self._news:
            return self._whole(bytes(self._raw))

    def _whole(self, data: bytes) -> bytes:
        held = _UNFINISHED.search(data[-64:])
        return data[: -len(held.group())] if held and self.process.poll() is None else data

    def _feed(self) -> None:
        with self._news:
            data = self._whole(bytes(self._raw[self._fed :]))
            self._fed += len(data)
        text = self._decode(_NOT_FOR_PYTE.sub(b"", data))
        self._stream.feed(text if text.isascii() else "".join(filter(_fits_pyte, text)))

    @property
    def lines(self) -> list[str]:
        """The screen as it stands, line by line."""
        self._feed()
        buffer = self._screen.buffer
        return [_text_of(buffer[row], self._screen.columns) for row in range(self._screen.lines)]

    @property
    def screen(self) -> str:
        """The screen as it stands."""
        return "\n".join(self.lines)

    def line(self, text: str) -> str:
        """The first line with this text; empty when there is none."""
        return next((line for line in self.lines if text in line), "")

    def wait(self, condition: Callable[[], Any], what: str, timeout: float = PATIENCE) -> Any:
        """Wait until the condition holds, looked at whenever something was written, and at least often."""
        ends = time.monotonic() + timeout
        while True:
            with self._news:
                size = len(self._raw)
            if outcome := condition():
                return outcome
            if time.monotonic() > ends:
                raise AssertionError(f"never came: {what}\n{self.screen}\n(exit: {self.process.poll()})")
            with self._news:
                if len(self._raw) == size:
                    self._news.wait(0.05)

    def wait_for(self, *texts: str, timeout: float = PATIENCE) -> str:
        """Wait until all these texts are on the screen; the screen then."""
        self.wait(lambda: all(text in self.screen for text in texts), repr(texts), timeout)
        return self.screen

    def wait_gone(self, *texts: str, timeout: float = PATIENCE) -> None:
        """Wait until none of these texts is on the screen."""
        self.wait(lambda: not any(text in self.screen for text in texts), f"no {texts!r}", timeout)

    def wait_dialog(self, *texts: str) -> None:
        """Wait for a dialog by its texts, and until it takes keys: it ignores those of its first moments.

        They are counted from before it was painted, by the same clock; so this is long enough anywhere.
        """
        self.wait_for(*texts)
        time.sleep(QUIET_SECONDS)

    def wait_still(self, seconds: float = 0.3, timeout: float = PATIENCE) -> None:
        """Wait until nothing has been written for so long."""
        since, size = time.monotonic(), -1

        def still() -> bool:
            nonlocal since, size
            now = time.monotonic()
            with self._news:
                if len(self._raw) != size:
                    since, size = now, len(self._raw)
            return now - since >= seconds

        self.wait(still, "a still screen", timeout)

    def write(self, data: str | bytes) -> None:
        """Write to the program as fast as it takes it, as a paste without brackets does."""
        rest = data.encode() if isinstance(data, str) else data
        while rest:
            rest = rest[os.write(self._master, rest[:1024]) :]

    def press(self, *keys: str) -> None:
        """Press keys by name, such as `enter` or `ctrl+j`; a single character is itself."""
        for key in keys:
            if key.startswith("ctrl+") and len(key) == len("ctrl+x"):
                self.write(chr(ord(key[-1]) & 0x1F))
            else:
                self.write(KEYS.get(key, key))

    def type(self, text: str) -> None:
        """Type by hand."""
        for char in text:
            self.write(char)
            time.sleep(TYPING_SECONDS)

    def send(self, text: str) -> None:
        """Write a message and send it; once the text was read, for keys in one read are a paste."""
        self.type(text)
        self.wait_for(text)
        time.sleep(PASTE_JOIN_SECONDS)
        self.press("ctrl+j")

    def paste(self, text: str) -> None:
        """Paste as a terminal does that was asked to mark pastes."""
        self.write(f"\x1b[200~{text}\x1b[201~")

    def click(self, text: str) -> None:
        """Click in the middle of this text."""
        row, line = next((place, line) for place, line in enumerate(self.lines, 1) if text in line)
        column = line.index(text) + len(text) // 2 + 1
        self.write(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size; the program is told by the kernel."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if (self._screen.columns, self._screen.lines) != (columns, rows):
            self._feed()
            self._screen.resize(rows, columns)

    @property
    def family(self) -> set[psutil.Process]:
        """The program's processes, with every one seen so far."""
        with suppress(psutil.NoSuchProcess):
            me = psutil.Process(self.process.pid)
            self._family |= {me, *me.children(recursive=True)}
        return self._family

    def running(self) -> list[psutil.Process]:
        """Those of the program's processes that still run."""
        return [one for one in self._family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Wait for the end of the program; its exit code, negative for a signal that killed it."""
        self.wait(lambda: self.process.poll() is not None, "the end of the program", timeout)
        if self._master >= 0:
            self._reader.join(2.0)
            self._feed()
        return self.process.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        self.process.send_signal(number)

    @property
    def modes(self) -> list[Any]:
        """The terminal's settings now."""
        return termios.tcgetattr(self._master)

    def private_modes(self) -> set[int]:
        """The private modes that are switched on: 1049 the alternate screen, 1000 the mouse, 2004 pastes."""
        on: set[int] = set()
        for numbers, what in _MODE.findall(self.raw):
            for number in numbers.split(b";"):
                (on.add if what == b"h" else on.discard)(int(number))
        return on

    def stop_reading(self) -> None:
        """Take nothing more from the program, as a line that has stalled."""
        os.write(self._stop[1], b".")
        self._reader.join()

    def hang_up(self) -> None:
        """Close the terminal, as when its window is closed or the line breaks."""
        self.stop_reading()
        for number in (self._master, *self._stop):
            os.close(number)
        self._master = -1

    def close(self) -> None:
        """End whatever of the program is left."""
        _family = self.family
        for one in self.running():
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self.process.wait()
        if self._master >= 0:
            self._reader.join(2.0)
            self.hang_up()
