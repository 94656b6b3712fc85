import re
import unicodedata
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Start
from tests.e2e.hostile_seed import strings
from tests.e2e.served import HOST, Backend
from tests.e2e.sign_in import FIRST_TIME, close_dialog, leave, sign_in
from tests.e2e.terminal import Terminal
from tests.hostile import bad_code_points, control_violations

pytestmark = pytest.mark.pty

LIFE = ("state", "version", "priority", "unit_id", "assignee")
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")


@pytest.fixture
def hostile() -> Iterator[Backend]:
    """A backend with a hostile string wherever a person can write."""
    backend = Backend(*HOST, "--hostile")
    yield backend
    backend.close()


@pytest.fixture
def terminal(start: Start, hostile: Backend) -> Terminal:
    """Anna's, wide enough to show each string in one piece."""
    made = start("--server", hostile.url, columns=200, rows=60)
    sign_in(made, "anna")
    close_dialog(made, FIRST_TIME)
    return made


def life(backend: Backend) -> dict[str, tuple[object, ...]]:
    """What of the cases only an action changes."""
    rows = backend.colleague("ebba").rows()
    return {case_id: tuple(row[name] for name in LIFE) for case_id, row in rows.items()}


def look(terminal: Terminal, *keys: str, times: int = 1) -> None:
    """Press keys so many times, let each be painted, and see that nothing acts on the screen."""
    for _ in range(times):
        terminal.press(*keys)
        terminal.wait_still(0.12)
    assert not bad_code_points("".join(terminal.lines))
    assert terminal.process.poll() is None


def visit(terminal: Terminal) -> None:
    terminal.press("f3")
    terminal.wait_for("Ctrl+J skickar")


def seen(terminal: Terminal) -> str:
    """All that was ever painted, without blanks, frames and accents' order."""
    text = _SEQUENCE.sub("", terminal.raw.decode())
    return "".join(unicodedata.normalize("NFC", text).split())


def missing(terminal: Terminal) -> list[str]:
    """The honest strings that were not painted as they are."""
    painted = seen(terminal)
    lines = {
        "".join(unicodedata.normalize("NFC", line).split())
        for one in strings()
        if one.honest
        for line in one.text.splitlines()
    }
    return sorted(line for line in lines if line not in painted)


def test_hostile_text_acts_in_no_list_and_no_dialog(terminal: Terminal, hostile: Backend) -> None:
    before = life(hostile)
    look(terminal, "pagedown", times=6)
    look(terminal, "home")
    look(terminal, "down", "enter")
    terminal.wait_for("Med egna ord")
    look(terminal, "tab")
    look(terminal, "pagedown", times=12)
    look(terminal, "f2")
    close_dialog(terminal, "Ord i namnet")
    for key, heading in (("ctrl+p", "Vad vill du göra?"), ("f1", "F2")):
        look(terminal, key)
        terminal.wait_for(heading)
        look(terminal, "pagedown", times=2)
        terminal.wait_still(0.4)
        look(terminal, "escape")
    look(terminal, "8")
    terminal.wait_for("Inställningar")
    look(terminal, "down", times=5)
    look(terminal, "escape")
    for key in "1345679":
        look(terminal, key)
        terminal.wait_still(0.4)
        look(terminal, "down", "pagedown", "pagedown", times=2)
        look(terminal, "right", "pagedown", times=2)
    look(terminal, "ctrl+l")
    terminal.wait_still(0.4)
    look(terminal, "escape")
    assert not control_violations(terminal.raw)
    assert life(hostile) == before
    assert leave(terminal) == 0
    assert not control_violations(terminal.raw)


def test_hostile_text_acts_nowhere_in_a_visit_and_honest_text_is_shown(
    terminal: Terminal, hostile: Backend
) -> None:
    before = life(hostile)
    visit(terminal)
    look(terminal, "ctrl+up")
    look(terminal, "home")
    terminal.wait_still(0.5)
    look(terminal, "home")
    look(terminal, "pagedown", times=30)
    assert missing(terminal) == []
    for _ in range(4):
        look(terminal, "ctrl+t")
        look(terminal, "tab")
        look(terminal, "pagedown", times=6)
    look(terminal, "f4")
    terminal.wait_for("Sök på titel")
    look(terminal, "pagedown", times=25)
    close_dialog(terminal, "Sök på titel")
    look(terminal, "f9")
    close_dialog(terminal, "Signera anteckningen för")
    look(terminal, "f10")
    terminal.wait_still(0.4)
    look(terminal, "escape")
    assert not control_violations(terminal.raw)
    assert life(hostile) == before
    assert leave(terminal) == 0


def test_a_paste_sends_nothing_and_runs_nothing(terminal: Terminal, hostile: Backend) -> None:
    visit(terminal)
    terminal.wait_still()
    before = life(hostile)
    terminal.paste("klistrat\nett\x0a\x0dtvå \x1b[2J\x1b]0;x\x07 \x1b[20~ \x0a [@click=app.quit]x[/] slut1")
    terminal.wait_for("slut1")
    terminal.write("snabbt inklistrat utan klamrar\nrad två\nrad tre och lite till\n\x0a\x0aslut2\n")
    terminal.wait_for("slut2")
    terminal.write(b"\xff\xfe inget tecken \xc3")
    terminal.wait_for("inget tecken")
    terminal.wait_still()
    assert not control_violations(terminal.raw)
    mine = hostile.colleague("anna").desk()["mine"][0]
    assert mine["row"]["last_staff_at"] is None
    assert life(hostile) == before
    terminal.wait_for("Utkast sparat")
    draft = hostile.colleague("anna").desk()["mine"][0]["drafts"][0]["body"]
    assert draft.startswith("klistrat\nett\n")
    assert "slut1snabbt inklistrat" in draft
    assert not bad_code_points(draft)
