"""A unit's settings, hours and roles from the command line, and the gateway's options."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from clinic_tui.command_line.exits import Exit, Stop
from clinic_tui.command_line.program import program
from clinic_tui.command_line.run import run
from clinic_tui.i18n import set_language

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLINIC_TUI_LANG", "en")
    set_language("en")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of one unit and one nurse, made by the commands themselves."""
    folder = tmp_path_factory.mktemp("template")
    url = f"sqlite:///{folder / 'clinic.db'}"
    assert _admin(url, "unit", "add", "eken", "--name", "Eken")[0] == 0
    given = ("--name", "Anna", "--hsa-id", "SE1-a", "--unit", "eken", "--role", "nurse", "--password-stdin")
    assert _admin(url, "staff", "add", "anna", *given, stdin=f"{PASSWORD}\n")[0] == 0
    return folder


@pytest.fixture
def database(template: Path, tmp_path: Path) -> str:
    """A copy of the template that is the test's own; whole, for a journal may lie beside it."""
    copied = shutil.copytree(template, tmp_path / "database")
    return f"sqlite:///{copied / 'clinic.db'}"


def _admin(database: str, *given: str, stdin: str = "") -> tuple[int, str]:
    """Run an administrator's command here; the exit code and what it said."""
    words = ["admin", *given, "--database", database]
    result = CliRunner().invoke(program, words, input=stdin, standalone_mode=False)
    if isinstance(result.exception, Stop):
        return result.exception.code, result.exception.text
    assert result.exception is None, result.exception
    return result.return_value or 0, result.output


def _shown(database: str) -> dict[str, object]:
    code, said = _admin(database, "unit", "show", "eken", "--json")
    assert code == 0
    return json.loads(said)


def test_a_units_settings_are_shown_and_set(database: str) -> None:
    assert _admin(database, "unit", "set", "eken", "--phone", "021-1", "--async-days", "14")[0] == 0
    assert _admin(database, "meeting", "eken", "https://meet.example/{room}")[0] == 0
    found = _shown(database)
    assert (found["phone"], found["async_days"], found["meeting_url"]) == (
        "021-1",
        14,
        "https://meet.example/{room}",
    )
    said = _admin(database, "unit", "show", "eken")[1]
    assert "role  anna  nurse" in said
    assert "hours  2024-01-01  mon-fri=08:00-16:00  closed_dates=closed" in said


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("unit", "show", "nowhere"), Exit.NOT_FOUND),
        (("unit", "set", "nowhere", "--phone", "1"), Exit.NOT_FOUND),
        (("unit", "set", "eken", "--async-days", "99"), Exit.USAGE),
        (("unit", "set", "eken", "--no-answer-text", "Hej {namn}"), Exit.USAGE),
        (("meeting", "eken", "http://meet.example/{room}"), Exit.USAGE),
        (("hours", "set", "eken", "mon=8-17"), Exit.USAGE),
        (("hours", "exception", "eken", "2026-12-24", "sometimes"), Exit.USAGE),
        (("roles", "give", "eken", "anna", "king"), Exit.USAGE),
        (("roles", "give", "eken", "bo", "nurse"), Exit.NOT_FOUND),
        (("roles", "end", "eken", "anna", "doctor"), Exit.NOT_FOUND),
        (("template", "eken", "--file", "missing"), Exit.NOT_FOUND),
        (("unit", "show", "eken", "--region", "nowhere"), Exit.NOT_FOUND),
    ],
)
def test_what_cannot_be_done_has_an_exit_code_and_one_line(
    database: str, given: tuple[str, ...], code: int
) -> None:
    found, said = _admin(database, *given)
    assert found == code
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "given",
    [
        ("unit", "set", "eken"),
        ("hours", "set", "eken"),
        ("hours", "set", "eken", "mon"),
        ("hours", "exception", "eken", "2026-12-24"),
        ("hours", "exception", "eken", "2026-12-24", "closed", "--remove"),
        ("hours", "exception", "eken", "soon", "closed"),
    ],
)
def test_wrong_use_is_exit_code_two(database: str, given: tuple[str, ...]) -> None:
    assert run(("admin", *given, "--database", database)) == Exit.USAGE


def test_hours_and_dates_that_differ_are_set(database: str) -> None:
    given = ("hours", "set", "eken", "mon-fri=08:00-17:00", "sat=10:00-14:00", "--from", "2026-01-01")
    assert _admin(database, *given)[0] == 0
    given = ("hours", "exception", "eken", "2026-12-23", "08:00-12:00", "--reason", "Jul")
    assert _admin(database, *given)[0] == 0
    found = _shown(database)
    assert found["hours"] == [
        {"valid_from": "2024-01-01", "week": {"mon-fri": "08:00-16:00"}, "closed_dates": "closed"},
        {
            "valid_from": "2026-01-01",
            "week": {"mon-fri": "08:00-17:00", "sat": "10:00-14:00"},
            "closed_dates": "closed",
        },
    ]
    assert found["exceptions"] == [{"on": "2026-12-23", "hours": "08:00-12:00", "reason": "Jul"}]
    assert _admin(database, "hours", "exception", "eken", "2026-12-23", "--remove")[0] == 0
    assert _shown(database)["exceptions"] == []


def test_the_headings_are_shown_and_set_from_a_file(database: str, tmp_path: Path) -> None:
    assert "{note}" in _admin(database, "template", "eken")[1]
    file = tmp_path / "headings.txt"
    file.write_text("Aktuellt:\n{note}\n", encoding="utf-8")
    assert _admin(database, "template", "eken", "--file", str(file))[0] == 0
    assert _admin(database, "template", "eken")[1] == "Aktuellt:\n{note}\n"
    file.write_text("Aktuellt", encoding="utf-8")
    assert _admin(database, "template", "eken", "--file", str(file))[0] == Exit.USAGE


def test_a_signer_is_named_and_no_longer(database: str) -> None:
    for words, signs in (((), "signs_for_colleagues"), (("--end",), "")):
        assert _admin(database, "roles", "signer", "eken", "anna", "nurse", *words)[0] == 0
        row = json.loads(_admin(database, "roles", "list", "eken", "--json")[1])
        assert row["also"] == signs
    assert _admin(database, "roles", "signer", "eken", "anna", "doctor")[0] == Exit.NOT_FOUND
    assert _admin(database, "roles", "signer", "eken", "nobody", "nurse")[0] == Exit.NOT_FOUND


def test_roles_are_given_and_ended(database: str) -> None:
    assert _admin(database, "roles", "give", "eken", "anna", "doctor")[0] == 0
    assert _admin(database, "roles", "end", "eken", "anna", "nurse")[0] == 0
    rows = [json.loads(line) for line in _admin(database, "roles", "list", "eken", "--json")[1].splitlines()]
    assert {row["role"]: bool(row["ended"]) for row in rows} == {"doctor": False, "nurse": True}
    assert _admin(database, "audit", "verify") == (0, "The access log is whole.\n")


@pytest.mark.parametrize(
    ("environment", "given", "word"),
    [
        ({}, ("--sms-sender", "Vard"), "CLINIC_TUI_SMS_USER"),
        ({"CLINIC_TUI_SMS_USER": "u"}, ("--sms-sender", "Vard"), "CLINIC_TUI_SMS_PASSWORD"),
        ({"CLINIC_TUI_SMS_USER": "u", "CLINIC_TUI_SMS_PASSWORD": "p"}, (), "--sms-sender"),
        (
            {"CLINIC_TUI_SMS_USER": "u", "CLINIC_TUI_SMS_PASSWORD": "p"},
            ("--sms-sender", "Vard", "--public-url", "http://far.example"),
            "--public-url",
        ),
        (
            {"CLINIC_TUI_SMS_USER": "u", "CLINIC_TUI_SMS_PASSWORD": "p"},
            ("--sms-sender", "Vard", "--sms-url", "ftp://far.example"),
            "--sms-url",
        ),
        (
            {"CLINIC_TUI_SMS_USER": "u", "CLINIC_TUI_SMS_PASSWORD": "p"},
            ("--sms-sender", "Vard", "--demo-data"),
            "--demo-data",
        ),
    ],
)
def test_a_gateway_that_cannot_work_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    given: tuple[str, ...],
    word: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run(("serve", "--database", "sqlite://", "--sms", "46elks", *given)) == Exit.USAGE
    said = capsys.readouterr().err
    assert word in said
    assert len(said.splitlines()) == 1
