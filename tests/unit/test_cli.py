import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from clinic_tui import __version__
from clinic_tui.command_line.exits import Exit
from clinic_tui.command_line.program import program
from clinic_tui.command_line.run import run
from clinic_tui.i18n import set_language

HEAVY = ("textual", "httpx", "sqlalchemy", "starlette", "uvicorn", "websockets", "keyring", "rich", "click")
PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLINIC_TUI_LANG", "en")
    set_language("en")


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'clinic.db'}"


def _program(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "clinic_tui", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
        timeout=300,
        check=False,
    )


def _loaded(statement: str) -> set[str]:
    code = f"import sys; sys.argv = ['clinic-tui', '--version']; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_version_is_told_without_loading_anything() -> None:
    assert _program("--version").stdout == f"clinic-tui {__version__}\n"
    assert not set(HEAVY) & _loaded("import clinic_tui.cli; clinic_tui.cli.main()")


def test_the_list_of_commands_loads_nothing_but_the_command_line() -> None:
    loaded = _loaded("import clinic_tui.command_line.program")
    assert not (set(HEAVY) - {"click"}) & loaded


def test_help_lists_the_commands_and_hides_the_inner_one() -> None:
    said = _program("--help").stdout
    for name in ("admin", "demo", "doctor", "serve"):
        assert f"\n  {name}" in said
    assert "demo-host" not in said
    assert "The backend: stores cases" in said
    assert "Servern" in _program("--lang", "sv", "--help").stdout


def test_without_a_server_it_says_how_to_start() -> None:
    done = _program()
    assert done.returncode == Exit.USAGE
    assert done.stdout == ""
    assert "clinic-tui --server" in done.stderr
    assert "clinic-tui demo" in done.stderr


def test_a_server_on_the_wire_needs_encryption() -> None:
    for given in (("--server", "http://x.invalid"), ()):
        done = _program(*given, CLINIC_TUI_SERVER="http://x.invalid")
        assert done.returncode == Exit.USAGE
        assert len(done.stderr.splitlines()) == 1
        assert "https://" in done.stderr


def test_the_workstation_needs_a_terminal() -> None:
    for given in (("--server", "https://x.invalid"), ("demo",)):
        done = _program(*given)
        assert done.returncode == Exit.USAGE
        assert "needs a terminal" in done.stderr


@pytest.mark.parametrize(
    "given",
    [
        ("nonsense",),
        ("--lang", "fi"),
        ("serve", "--port", "99999"),
        ("demo", "--now", "tomorrow"),
        ("demo", "--speed", "-1"),
        ("admin", "staff", "add"),
        ("admin", "unit", "add", "x", "--name", "X", "--kind", "castle"),
    ],
)
def test_wrong_use_is_exit_code_two(given: tuple[str, ...]) -> None:
    assert run(given) == Exit.USAGE


@pytest.mark.parametrize(
    "content", ["", "[server\nurl = ", "timeout='snart'\n", "[server]\nurl='http://x.invalid'\n", "\x00\xff"]
)
def test_a_bad_settings_file_is_no_traceback(tmp_path: Path, content: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content.encode("latin-1"))
    done = _program("--config", str(file))
    assert done.returncode == Exit.USAGE
    assert "Traceback" not in done.stderr


def test_a_settings_file_that_is_a_folder_or_home_that_is_missing_is_no_traceback(tmp_path: Path) -> None:
    assert _program("doctor", "--config", str(tmp_path)).returncode == Exit.USAGE
    done = _program("doctor", "--json", HOME="", LANG="C")
    assert done.returncode == Exit.OK
    assert json.loads(done.stdout)["findings"]


def test_the_doctor_tells_each_finding_and_the_exit_code_of_the_gravest() -> None:
    done = _program("doctor", "--json", "--server", "http://127.0.0.1:9")
    assert done.returncode == Exit.UNREACHABLE
    found = {one["name"]: one for one in json.loads(done.stdout)["findings"]}
    assert found["versions"]["text"].startswith(f"clinic-tui {__version__}")
    assert found["keyring"]["verdict"] == "note"
    assert found["reach"]["verdict"] == "fault"
    assert "--server" in found["server"]["text"]
    assert "CLINIC_TUI_SERVER" in _program("doctor", CLINIC_TUI_SERVER="http://127.0.0.1:9").stdout
    assert _program("doctor", "--server", "http://far.invalid").returncode == Exit.USAGE
    assert "✓ clinic-tui" in _program("doctor").stdout


def test_the_doctor_names_every_setting_that_cannot_be_used_and_leaves_the_file_alone(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for text, words in (
        ('[ui]\ntheme = "purple"\n', ["ui.theme"]),
        ('[keys]\n"case.fly" = "x"\n"case.take" = "1"\n', ["case.fly", "case.take"]),
        ("[ui\n", ["config.toml"]),
    ):
        file.write_text(text)
        done = _program("doctor", "--json", "--config", str(file))
        assert done.returncode == Exit.USAGE
        found = [one for one in json.loads(done.stdout)["findings"] if one["name"] == "config"]
        faults = [one["text"] for one in found if one["verdict"] == "fault"]
        assert len(faults) == len(words)
        assert all(word in fault for word, fault in zip(words, faults, strict=True))
        assert [one.read_text() for one in tmp_path.iterdir()] == [text]


def _admin(database: str, *given: str, stdin: str = "") -> tuple[int, str]:
    """Run an administrator's command here; the exit code and what it said."""
    runner = CliRunner()
    place = next((n for n, word in enumerate(given) if word.startswith("-")), len(given))
    words = [*given[:place], "--database", database, *given[place:]]
    from clinic_tui.command_line.exits import Stop

    result = runner.invoke(program, ["admin", *words], input=stdin, standalone_mode=False)
    if isinstance(result.exception, Stop):
        return result.exception.code, result.exception.text
    assert result.exception is None, result.exception
    return result.return_value or 0, result.output


def _small_clinic(database: str) -> None:
    assert _admin(database, "unit", "add", "eken", "--name", "Eken")[0] == 0
    given = ("--name", "Anna", "--hsa-id", "SE1-a", "--unit", "eken", "--role", "nurse", "--password-stdin")
    assert _admin(database, "staff", "add", "anna", *given, stdin=f"{PASSWORD}\n")[0] == 0


def test_an_administrator_sets_up_a_clinic(database: str) -> None:
    _small_clinic(database)
    assert _admin(database, "staff", "assign", "anna", "--unit", "eken", "--role", "manager")[0] == 0
    code, said = _admin(database, "staff", "list", "--json")
    assert code == 0
    assert json.loads(said)["assignments"] == "manager@eken, nurse@eken"
    assert _admin(database, "unit", "list")[1].split() == ["eken", "Eken", "health_centre"]
    assert _admin(database, "staff", "disable", "anna")[0] == 0
    assert json.loads(_admin(database, "staff", "list", "--json")[1])["state"] == "disabled"
    assert _admin(database, "audit", "verify") == (0, "The access log is whole.\n")


def test_a_password_is_asked_for_twice_and_never_shown(database: str) -> None:
    _small_clinic(database)
    code, said = _admin(database, "staff", "password", "anna", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert code == 0
    assert PASSWORD not in said


def test_what_is_not_there_or_taken_has_its_own_exit_code(database: str) -> None:
    _small_clinic(database)
    assert _admin(database, "unit", "add", "eken", "--name", "Eken")[0] == Exit.CONFLICT
    assert _admin(database, "staff", "disable", "bo")[0] == Exit.NOT_FOUND
    assert _admin(database, "unit", "add", "b", "--name", "B", "--parent", "c")[0] == Exit.NOT_FOUND
    assert _admin(database, "unit", "add", "Å", "--name", "B")[0] == Exit.USAGE
    short = ("--name", "Bo", "--hsa-id", "SE1-b", "--password-stdin")
    assert _admin(database, "staff", "add", "bo", *short, stdin="short\n")[0] == Exit.USAGE


def test_phrases_come_in_from_a_file_and_again(database: str, tmp_path: Path) -> None:
    _small_clinic(database)
    file = tmp_path / "phrases.json"
    phrase = {"id": "eken.hello", "shortcut": "hi", "title": "Hello", "body": "Hej!"}
    file.write_text(json.dumps({"phrases": [phrase]}))
    for _ in range(2):
        code, said = _admin(database, "phrase", "import", str(file), "--unit", "eken")
        assert (code, said) == (0, "Phrases imported: 1.\n")
    file.write_text('{"phrases": [{"id": "x"}]}')
    assert _admin(database, "phrase", "import", str(file), "--unit", "eken")[0] == Exit.USAGE
    file.write_text(json.dumps({"phrases": [phrase]}))
    assert _admin(database, "phrase", "import", str(file), "--unit", "north")[0] == Exit.NOT_FOUND
    assert _admin(database, "phrase", "import", "missing", "--unit", "eken")[0] == Exit.NOT_FOUND


def test_the_access_log_is_handed_out_so_that_no_spreadsheet_runs_it(database: str) -> None:
    assert _admin(database, "unit", "add", "eken", "--name", "Eken")[0] == 0
    code, said = _admin(database, "audit", "export")
    assert code == 0
    assert json.loads(said)["code"] == "unit_created"
    code, table = _admin(database, "audit", "export", "--format", "csv")
    assert table.splitlines()[1].startswith("audit:eken,1,")
    from clinic_tui.command_line.audit import _cell

    assert [_cell(text) for text in ("=1+1", "-2", "@x", "plain", None)] == [
        "'=1+1",
        "'-2",
        "'@x",
        "plain",
        "",
    ]


def test_a_changed_access_log_is_found(database: str) -> None:
    import sqlite3

    _small_clinic(database)
    with sqlite3.connect(database.removeprefix("sqlite:///")) as conn:
        for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            conn.execute(f'DROP TRIGGER "{name}"')
        conn.execute("UPDATE audit SET code = 'other'")
    code, said = _admin(database, "audit", "verify")
    assert code == Exit.ERROR
    assert "audit:" in said


def test_a_region_profile_is_shown_as_it_is_written() -> None:
    result = CliRunner().invoke(program, ["admin", "profile", "show", "jonkoping"], standalone_mode=False)
    assert 'name = "jonkoping"' in result.output
    assert run(("admin", "profile", "show", "nowhere")) == Exit.NOT_FOUND


def test_a_crash_shows_an_incident_and_no_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("191212121212 and a name")

    monkeypatch.setattr("clinic_tui.command_line.checks.examine", broken)
    assert run(("doctor",)) == Exit.ERROR
    said = capsys.readouterr().err
    assert "Incident" in said
    assert "a name" not in said


def test_interrupting_is_exit_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("clinic_tui.command_line.checks.examine", interrupted)
    assert run(("doctor",)) == Exit.INTERRUPTED
