"""Exit codes, and the exception that ends a command with one line and a code (design.md 7)."""

from enum import IntEnum


class Exit(IntEnum):
    """What the program says to the shell."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOT_FOUND = 3
    NOT_ALLOWED = 4
    CONFLICT = 5
    BLOCKED = 6
    UNREACHABLE = 69
    INTERRUPTED = 130


class Stop(Exception):  # noqa: N818 - not always an error
    """End the command: `text` goes to standard error as it is."""

    def __init__(self, code: Exit, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
