import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import Start
from tests.e2e.served import Backend
from tests.e2e.sign_in import enter, leave
from tests.e2e.terminal import PROGRAM, Terminal

pytestmark = pytest.mark.pty

GONE_SECONDS = 60.0
"""Two seconds are the promise; what is tried here is that the end comes, on any machine."""
LEFT_ON = {1049, 1000, 1002, 1003, 1006, 1015, 1004, 2004}
"""Alternate screen, mouse, focus reports and marked pastes."""
DRAFT = "halvskriven mening om feber"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, empty."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def demo(start: Start) -> Terminal:
    terminal = start("demo", "--now", "2026-03-10T09:00+01:00")
    terminal.wait_for("Ingrid Hallberg", "ansluten")
    assert len(terminal.family) == 2
    return terminal


def files(home: Path) -> set[str]:
    """Every file below the folder."""
    return {str(path.relative_to(home)) for path in home.rglob("*") if not path.is_dir()}


def gone(terminal: Terminal) -> None:
    terminal.wait(lambda: not terminal.running(), "the end of every process", GONE_SECONDS)


def restored(terminal: Terminal) -> None:
    """The terminal is as it was: settings, screen, mouse, pastes, cursor."""
    assert terminal.modes == terminal.modes_before
    assert not terminal.private_modes() & LEFT_ON
    assert 25 in terminal.private_modes()


def write_draft(terminal: Terminal) -> None:
    """Go to Anna's visit, and begin to write there."""
    terminal.press("f3")
    terminal.wait_for("Ctrl+N")
    terminal.press("f3")
    terminal.wait_for("Till Anders Björk")
    terminal.type(DRAFT)
    terminal.wait_for(DRAFT)


def saved_drafts(served: Backend) -> list[str]:
    """What the backend keeps of Anna's unsent text."""
    return [draft["body"] for case in served.colleague("anna").desk()["mine"] for draft in case["drafts"]]


def fill(terminal: Terminal) -> None:
    """Have so much painted that the program waits for its terminal."""
    for columns in range(80, 120):
        terminal.resize(columns, 40)
        time.sleep(0.03)


def by(number: signal.Signals) -> Callable[[Terminal], int]:
    def leave_by(terminal: Terminal) -> int:
        terminal.send_signal(number)
        return terminal.wait_exit(GONE_SECONDS)

    return leave_by


@pytest.mark.parametrize(
    ("way", "code"),
    [
        pytest.param(leave, 0, id="the key"),
        pytest.param(by(signal.SIGTERM), 143, id="SIGTERM"),
        pytest.param(by(signal.SIGHUP), 129, id="SIGHUP"),
        pytest.param(by(signal.SIGINT), 130, id="SIGINT"),
    ],
)
def test_the_demo_leaves_nothing_behind(
    start: Start, home: Path, temporary: Path, way: Callable[[Terminal], int], code: int
) -> None:
    terminal = demo(start)
    assert way(terminal) == code
    gone(terminal)
    restored(terminal)
    assert files(home) == set()
    assert files(temporary) == set()


def test_a_closed_window_ends_the_demo(start: Start, home: Path, temporary: Path) -> None:
    terminal = demo(start)
    terminal.hang_up()
    terminal.wait_exit(GONE_SECONDS)
    gone(terminal)
    assert files(home) == set()
    assert files(temporary) == set()


def test_a_killed_workstation_takes_its_backend_along(start: Start, home: Path, temporary: Path) -> None:
    terminal = demo(start)
    terminal.send_signal(signal.SIGKILL)
    terminal.wait_exit(GONE_SECONDS)
    gone(terminal)
    assert files(home) == set()
    assert files(temporary) == set()


def test_a_stop_while_starting_leaves_no_backend(start: Start) -> None:
    terminal = start("demo")
    terminal.wait(lambda: len(terminal.family) == 2, "the backend's process")
    terminal.send_signal(signal.SIGTERM)
    terminal.wait_exit(GONE_SECONDS)
    gone(terminal)
    assert terminal.modes == terminal.modes_before
    assert not terminal.private_modes() & LEFT_ON


@pytest.mark.parametrize("closed", [False, True], ids=["SIGHUP", "the window closed"])
def test_what_was_just_written_is_kept(start: Start, served: Backend, home: Path, closed: bool) -> None:
    terminal = start("--server", served.url)
    enter(terminal, "anna")
    write_draft(terminal)
    if closed:
        terminal.hang_up()
    else:
        terminal.send_signal(signal.SIGHUP)
    assert terminal.wait_exit(GONE_SECONDS) == 129
    assert DRAFT in saved_drafts(served)
    assert not any(DRAFT.encode() in (home / name).read_bytes() for name in files(home))


def test_a_workstation_keeps_its_filter_and_its_number_alone(
    start: Start, served: Backend, home: Path
) -> None:
    terminal = start("--server", served.url)
    enter(terminal, "anna")
    assert leave(terminal) == 0
    restored(terminal)
    kept = files(home)
    assert kept
    known = {name for name in kept if "/filters/" in name or name.endswith("unsent/device")}
    assert kept == known
    assert all((home / name).stat().st_mode & 0o077 == 0 for name in kept)


def below_make(start: Start, *arguments: str) -> Terminal:
    """The program under a session leader that passes no hang-up on, as make is one."""
    return start(*arguments, command=("sh", "-c", 'trap "" HUP; "$@"; exit $?', "sh", *PROGRAM))


def workstation_of(terminal: Terminal) -> psutil.Process:
    """The workstation below its session leader."""
    _family = terminal.family
    [workstation] = psutil.Process(terminal.process.pid).children()
    return workstation


@pytest.mark.parametrize("also", [None, signal.SIGTERM], ids=["alone", "and SIGTERM"])
def test_the_end_of_the_terminal_ends_the_demo_whatever_its_parent_does(
    start: Start, home: Path, temporary: Path, also: signal.Signals | None
) -> None:
    terminal = below_make(start, "demo", "--now", "2026-03-10T09:00+01:00")
    terminal.wait_for("Ingrid Hallberg", "ansluten")
    workstation = workstation_of(terminal)
    assert len(terminal.family) == 3
    terminal.hang_up()
    if also is not None:
        workstation.send_signal(also)
    gone(terminal)
    assert files(home) == set()
    assert files(temporary) == set()


def test_what_was_written_as_the_terminal_ended_is_kept(start: Start, served: Backend) -> None:
    terminal = below_make(start, "--server", served.url)
    enter(terminal, "anna")
    write_draft(terminal)
    workstation_of(terminal)
    terminal.hang_up()
    gone(terminal)
    assert DRAFT in saved_drafts(served)


def test_a_terminal_that_ends_at_the_sign_in_ends_the_program(start: Start, served: Backend) -> None:
    terminal = below_make(start, "--server", served.url)
    terminal.wait_for("Användarnamn", "Logga in")
    workstation_of(terminal)
    terminal.hang_up()
    gone(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_that_takes_nothing_any_more_holds_no_end_up(
    start: Start, served: Backend, number: signal.Signals
) -> None:
    terminal = start("--server", served.url)
    enter(terminal, "anna")
    write_draft(terminal)
    terminal.stop_reading()
    fill(terminal)
    terminal.send_signal(number)
    assert terminal.wait_exit(GONE_SECONDS) == 128 + number
    assert DRAFT in saved_drafts(served)
