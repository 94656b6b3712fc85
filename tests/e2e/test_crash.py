import json
import re
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.crashing import CANARY
from tests.e2e.served import ROOT, Backend
from tests.e2e.sign_in import enter
from tests.e2e.terminal import Terminal
from tests.e2e.test_leaving import files, gone, restored

pytestmark = pytest.mark.pty

CRASHING = (sys.executable, str(Path(__file__).with_name("crashing.py")))
INCIDENT = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


def told(terminal: Terminal) -> str:
    """The incident number on the terminal, with nothing of a patient beside it."""
    assert terminal.wait_exit() == 1
    gone(terminal)
    restored(terminal)
    after = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert CANARY not in terminal.raw.decode()
    assert "Traceback" not in after
    assert "Error" not in after
    found = INCIDENT.search(after)
    assert found, after
    return found.group()


def test_a_crash_tells_its_number_and_nothing_of_patients(start: Start, home: Path) -> None:
    terminal = start("demo", command=CRASHING, env={"PYTHONPATH": str(ROOT)})
    terminal.wait_for("ansluten")
    terminal.press("ctrl+q")
    told(terminal)
    assert files(home) == set()


def test_a_crash_at_work_is_put_on_record_without_patients(start: Start, served: Backend, home: Path) -> None:
    terminal = start("--server", served.url, command=CRASHING, env={"PYTHONPATH": str(ROOT)})
    enter(terminal, "anna")
    terminal.press("ctrl+q")
    number = told(terminal)
    record = next(home / name for name in files(home) if name.endswith("incidents.jsonl"))
    entry = json.loads(record.read_text())
    assert entry["incident"] == number
    assert CANARY not in record.read_text()
    assert "cannot leave" not in record.read_text()
    assert record.stat().st_mode & 0o077 == 0


def test_a_crash_in_a_worker_tells_as_little(start: Start) -> None:
    terminal = start("demo", "--worker", command=CRASHING, env={"PYTHONPATH": str(ROOT)})
    told(terminal)
