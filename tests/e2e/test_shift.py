"""A piece of a shift over a slow link, with the backend killed twice in the middle of it."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Start
from tests.e2e.served import HOST, Backend
from tests.e2e.sign_in import enter
from tests.e2e.slow_link import SlowLink
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.pty

ANDERS, EBBE, EVA_LENA = "Anders Björk", "Ebbe Lindqvist", "Eva-Lena Rosén"
"""The visits Anna has open, in the order of their tabs: Eva-Lena, Anders, Ebbe."""


WANTED = {
    EVA_LENA: ([], "", "Ringer henne på fredag."),
    ANDERS: (
        ["Ja, börja med kuren i dag.", "Hör av dig i morgon om det är sämre."],
        "Och glöm inte ",
        "Har satt in kortison enligt plan.",
    ),
    EBBE: (
        ["Är han varm i dag också?", "Skicka gärna en bild på tungan."],
        "",
        "Scharlakansfeber är möjlig.",
    ),
}
"""What Anna says to each, what she leaves unsent, and how the note ends."""


class Mortal:
    """A backend on a file and a port of its own, which can be killed and comes back as it was."""

    def __init__(self, database: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self._command = (*HOST, "--database", str(database), "--port", port)
        self.process = Backend(*self._command)

    def kill(self) -> None:
        """As when the machine loses its power."""
        self.process.process.kill()
        self.process.process.wait()

    def come_back(self) -> None:
        """Start again on what is left."""
        self.process.close()
        self.process = Backend(*self._command)


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    backend = Mortal(tmp_path / "clinic.db")
    yield backend
    backend.process.close()


def said_by_anna(case: dict[str, Any]) -> list[str]:
    return [one["body"] for one in case["messages"] if one["author_name"] == "Anna Ek"]


def draft(case: dict[str, Any], kind: str) -> str:
    return next((one["body"] for one in case["drafts"] if one["kind"] == kind), "")


def to_case(terminal: Terminal, hand: SlowLink, name: str) -> None:
    """Go on to the next open visit, which is this resident's."""
    hand.type("f3")
    terminal.wait(lambda: name.partition(" ")[0] in terminal.line("▌▸"), f"{name} on the screen")


def test_nothing_is_lost_or_strays_when_the_backend_dies_twice(
    start: Start, mortal: Mortal, home: Path
) -> None:
    first = mortal.process.colleague("anna")
    found = {row["resident"]["name"]: case_id for case_id, row in first.rows().items()}
    before = {name: len(said_by_anna(first.case(found[name]))) for name in (EVA_LENA, ANDERS, EBBE)}
    terminal = start("--server", mortal.process.url)
    enter(terminal, "anna")
    hand = SlowLink(terminal)
    to_case(terminal, hand, EVA_LENA)
    hand.type("f3", "Ja, börja med kuren i dag.", "ctrl+j", "f3", "Är han varm i ", "p", "backspace")
    mortal.kill()
    hand.type("dag också?", "ctrl+j", "Skicka gärna en bild på ")
    hand.type("f3", "f3", "Hör av dig i morgon om det är sämre.", "ctrl+j", "Och glöm inte ")
    hand.type("ctrl+n", " Har satt in kortison enligt plan.")
    terminal.wait_for("Har satt in kortison enligt plan.")
    mortal.come_back()
    terminal.wait_for("● ansluten")
    terminal.wait_for("Utkast sparat")
    hand.type("f3", "tungan.", "ctrl+j", "ctrl+n", " Scharlakansfeber är möjlig.")
    hand.flush()
    mortal.kill()
    hand.type("f3", "ctrl+n", " Ringer henne på fredag.", "f3", "escape")
    mortal.come_back()
    terminal.wait_for("● ansluten")
    hand.close()
    anna = mortal.process.colleague("anna")

    def kept() -> dict[str, tuple[list[str], str, str]]:
        cases = {name: anna.case(found[name]) for name in before}
        return {
            name: (
                said_by_anna(case)[before[name] :],
                draft(case, "message"),
                draft(case, "note")[-len(WANTED[name][2]) :],
            )
            for name, case in cases.items()
        }

    with suppress(AssertionError):
        terminal.wait(lambda: kept() == WANTED, "every message and draft where it belongs")
    assert kept() == WANTED
