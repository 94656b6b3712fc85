"""What comes from the terminal, made harmless before Textual reads it."""

import sys
from collections.abc import Iterable
from encodings.utf_8 import IncrementalDecoder
from typing import TYPE_CHECKING, Final

from textual._xterm_parser import XTermParser
from textual.message import Message

from clinic_tui.widgets.key_runs import RunMarker

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_ESCAPE: Final = "\x1b"
_START, _END = "\x1b[200~", "\x1b[201~"
_SHOWN: Final = "␛"


class PasteCleaner:
    """Takes escape characters out of marked pastes, in pieces as they are read.

    Textual takes an escape sequence inside a paste for keys, and what follows it too: a pasted text could
    send itself (security.md R6). Most terminals take them out; not all do.
    """

    def __init__(self) -> None:
        self._pasting = False
        self._held = ""
        """The end of a paste, perhaps: what was read may be the first part of its mark."""
        self._before = ""
        """The last characters outside pastes, already handed on: perhaps the first part of a mark."""

    def clean(self, data: str) -> str:
        """The data with visible signs for the escape characters within pastes; may hold back a few."""
        data, self._held = self._held + data, ""
        done: list[str] = []
        while data:
            data = self._inside(data, done) if self._pasting else self._outside(data, done)
        return "".join(done)

    def _outside(self, data: str, done: list[str]) -> str:
        seen = self._before + data
        at = seen.find(_START)
        if at < 0:
            self._before = seen[1 - len(_START) :]
            done.append(data)
            return ""
        end = at + len(_START) - len(self._before)
        self._pasting, self._before = True, ""
        done.append(data[:end])
        return data[end:]

    def _inside(self, data: str, done: list[str]) -> str:
        at = data.find(_END)
        if at >= 0:
            self._pasting = False
            done += [data[:at].replace(_ESCAPE, _SHOWN), _END]
            return data[at + len(_END) :]
        start = data.rfind(_ESCAPE)
        if start >= 0 and _END.startswith(data[start:]):
            data, self._held = data[:start], data[start:]
        done.append(data.replace(_ESCAPE, _SHOWN))
        return ""


class CleanParser(XTermParser):
    """Textual's parser behind a `PasteCleaner`; each key knows what it was read together with."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._cleaner = PasteCleaner()
        self._runs = RunMarker()

    def feed(self, data: str) -> Iterable[Message]:
        """Parse what was read; nothing at all means the end, as Textual has it."""
        if not data:
            return super().feed(data)
        clean = self._cleaner.clean(data)
        return self._runs.mark(super().feed(clean)) if clean else ()


class StrictEnd(IncrementalDecoder):
    """UTF-8 that shows bytes that are no text instead of crashing, and takes nothing at all for the end.

    Textual would look at a terminal that has ended again and again, as fast as it can.
    """

    def __init__(self) -> None:
        super().__init__("replace")

    def decode(self, input: "ReadableBuffer", final: bool = False) -> str:  # noqa: A002 - the base's name
        """What was read as text. Raises `EOFError` where nothing was."""
        if not input:
            raise EOFError
        return super().decode(input, final)


def harden_input() -> None:
    """Have Textual read through `CleanParser` and `StrictEnd`.

    Its driver makes both itself, so they are replaced where it finds them; the tests must hold before
    another version of Textual is allowed.
    """
    if sys.platform == "win32":
        return
    from textual.drivers import linux_driver

    linux_driver.XTermParser = CleanParser  # pyright: ignore[reportPrivateImportUsage]
    linux_driver.getincrementaldecoder = _decoder  # pyright: ignore[reportPrivateImportUsage]


def _decoder(_encoding: str) -> type[StrictEnd]:
    return StrictEnd
