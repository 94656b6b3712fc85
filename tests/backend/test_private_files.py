"""Whatever the backend and its tools write is its owner's alone, under an umask that lets others read."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from clinic_tui.backend.store import create_schema, open_store, upgrade
from clinic_tui.command_line.exits import Exit, Stop
from clinic_tui.command_line.program import program
from clinic_tui.i18n import set_language

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _others_may_read() -> Iterator[None]:
    before = os.umask(0o022)
    set_language("en")
    yield
    os.umask(before)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder that the program did not make, open to everybody."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    return folder


def _modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir() if path.is_file()}


def _admin(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(program, ["admin", *words], standalone_mode=False)
    if isinstance(result.exception, Stop):
        return result.exception.code, result.exception.text
    assert result.exception is None, result.exception
    return 0, result.output


async def test_a_database_in_use_and_what_lies_beside_it_are_private(shared: Path) -> None:
    store = await open_store(f"sqlite:///{shared / 'clinic.db'}")
    await create_schema(store)
    assert _modes(shared) == {"clinic.db": "0o600", "clinic.db-wal": "0o600", "clinic.db-shm": "0o600"}
    await store.close()


def test_a_database_that_only_steps_made_is_private(shared: Path) -> None:
    upgrade(f"sqlite:///{shared / 'clinic.db'}")
    assert set(_modes(shared).values()) == {"0o600"}


async def test_files_that_others_could_read_are_closed_with_a_line_each(
    shared: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{shared / 'clinic.db'}"
    other = sqlite3.connect(shared / "clinic.db")
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("CREATE TABLE x (y)")
    assert set(_modes(shared).values()) == {"0o644"}
    store = await open_store(url)
    await store.read(lambda conn: conn.exec_driver_sql("SELECT 1"))
    assert set(_modes(shared).values()) == {"0o600"}
    told = {getattr(record, "file", "") for record in caplog.records}
    assert told == {"clinic.db", "clinic.db-wal", "clinic.db-shm"}
    await store.close()
    other.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
async def test_a_database_in_memory_makes_no_file(
    shared: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(shared)
    store = await open_store(url)
    await create_schema(store)
    await store.close()
    assert _modes(shared) == {}


def test_serve_closes_its_database_and_an_older_log(shared: Path) -> None:
    log = shared / "clinic.log"
    log.write_text("")
    database = f"sqlite:///{shared / 'clinic.db'}"
    command = [sys.executable, "-m", "clinic_tui", "serve", "--port", "0", "--database", database]
    with subprocess.Popen(
        [*command, "--log", str(log)], stdout=subprocess.PIPE, text=True, umask=0o022
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("listening on ").strip()
        assert httpx.get(f"{url}/readyz").status_code == 200
        assert set(_modes(shared).values()) == {"0o600"}
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    first = json.loads(log.read_text().splitlines()[0])
    assert (first["level"], first["file"]) == ("warning", "clinic.log")


def test_a_backup_is_whole_and_private(shared: Path) -> None:
    url = f"sqlite:///{shared / 'clinic.db'}"
    assert _admin("unit", "add", "eken", "--name", "Eken", "--database", url)[0] == 0
    copy = shared / "copy.db"
    assert _admin("database", "backup", str(copy), "--database", url)[0] == 0
    assert set(_modes(shared).values()) == {"0o600"}
    with sqlite3.connect(copy) as conn:
        assert conn.execute("SELECT name FROM units").fetchall() == [("Eken",)]
    assert _admin("database", "backup", str(copy), "--database", url)[0] == Exit.CONFLICT
    nowhere = f"sqlite:///{shared / 'none.db'}"
    for source in (nowhere, "postgresql://localhost/x"):
        assert _admin("database", "backup", str(shared / "b.db"), "--database", source)[0] == Exit.NOT_FOUND
    assert not (shared / "b.db").exists()
    assert not (shared / "none.db").exists()


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_the_access_log_goes_to_a_private_file(shared: Path, kind: str) -> None:
    url = f"sqlite:///{shared / 'clinic.db'}"
    assert _admin("unit", "add", "eken", "--name", "Eken", "--database", url)[0] == 0
    file = shared / "log"
    words = ("audit", "export", "--format", kind, "--output", str(file), "--database", url)
    assert _admin(*words) == (0, "")
    assert "unit_created" in file.read_text()
    assert _modes(shared)["log"] == "0o600"
    assert _admin(*words)[0] == Exit.CONFLICT


def test_whatever_a_command_makes_is_private(shared: Path) -> None:
    command = "import sys; from clinic_tui.command_line import run, program; from pathlib import Path\n"
    command += f"program.program.callback = lambda **_: Path({str(shared / 'made')!r}).write_text('x')\n"
    command += "run.run(['demo-host', '--as', 'nobody'])"
    subprocess.run([sys.executable, "-c", command], check=False, umask=0o022, capture_output=True)
    assert _modes(shared) == {"made": "0o600"}
