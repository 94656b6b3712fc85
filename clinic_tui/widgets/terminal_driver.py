"""A terminal that may end at any time: its end is told once, and holds nothing up."""

import sys
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, cast

from textual.driver import Driver

if TYPE_CHECKING:
    from textual.app import App


class FadingFile:
    """Writes to a file until that fails, which is told once; what comes after is dropped.

    Textual's writer would end with an error instead, and the program then wait for it for ever.
    """

    def __init__(self, file: IO[str], gone: Callable[[], None]) -> None:
        self._file = file
        self._gone = gone
        self._works = True

    def fileno(self) -> int:
        """The number of the file itself."""
        return self._file.fileno()

    def write(self, text: str) -> None:
        """Write, or drop it."""
        self._try(lambda: self._file.write(text))

    def flush(self) -> None:
        """Hand on what was written."""
        self._try(self._file.flush)

    def _try(self, act: Callable[[], object]) -> None:
        if not self._works:
            return
        try:
            act()
        except (OSError, ValueError):  # ValueError: the file is closed
            self._works = False
            self._gone()


def ending_driver(driver: type[Driver], gone: Callable[[], None]) -> type[Driver]:
    """Textual's driver, with `gone` called from a thread of its own once the terminal has ended.

    On a terminal of another system, and without one, the driver as it is.
    """
    if sys.platform == "win32":
        return driver
    from textual.drivers.linux_driver import LinuxDriver

    if driver is not LinuxDriver:
        return driver

    class EndingDriver(LinuxDriver):
        """Reads and writes as ever, for as long as there is a terminal."""

        def __init__(
            self,
            app: "App[object]",
            *,
            debug: bool = False,
            mouse: bool = True,
            size: tuple[int, int] | None = None,
        ) -> None:
            super().__init__(app, debug=debug, mouse=mouse, size=size)  # pyright: ignore[reportUnknownMemberType]
            self._file = cast("IO[str]", FadingFile(self._file, gone))

        def run_input_thread(self) -> None:
            """Read until told to stop, or until the terminal ends (`EOFError` comes from `harden_input`)."""
            try:
                super().run_input_thread()
            except (EOFError, OSError):
                gone()

    return EndingDriver
