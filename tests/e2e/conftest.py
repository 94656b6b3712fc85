"""Terminals and backends for the tests with the real program; all are ended with the test."""

from collections.abc import Callable, Iterator

import pytest

from tests.e2e.served import HOST, Backend
from tests.e2e.terminal import PROGRAM, Terminal

Start = Callable[..., Terminal]


@pytest.fixture
def start(home: object) -> Iterator[Start]:
    """Start the program with arguments; keywords: env, columns, rows, command."""
    started: list[Terminal] = []

    def begin(*arguments: str, command: tuple[str, ...] = PROGRAM, **how: object) -> Terminal:
        terminal = Terminal([*command, *arguments], **how)  # type: ignore[arg-type]
        started.append(terminal)
        return terminal

    yield begin
    for terminal in started:
        terminal.close()


@pytest.fixture
def served(home: object) -> Iterator[Backend]:
    """A backend with the demo's people on a Tuesday morning."""
    backend = Backend(*HOST)
    yield backend
    backend.close()
