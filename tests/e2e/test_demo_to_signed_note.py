import pytest

from tests.e2e.conftest import Start
from tests.e2e.sign_in import close_dialog, leave
from tests.e2e.terminal import Terminal
from tests.hostile import control_violations

pytestmark = pytest.mark.pty

DEMO = ("demo", "--seed", "1", "--speed", "0", "--now", "2026-03-10T09:00+01:00")


def start_visit(terminal: Terminal) -> None:
    """Read up on the first case, take it, start the visit."""
    terminal.wait_for("Karin Lindström", "ansluten")
    terminal.press("enter")
    terminal.wait_for("Med egna ord", "Läs på")
    terminal.press("t")
    terminal.wait_for("Du har tagit emot Karin Lindström, 74 år")
    terminal.press("s")
    terminal.wait_for("Till Karin Lindström, 74 år", "Ctrl+J skickar")


def greet(terminal: Terminal) -> None:
    """Write a greeting, send it, and wait until it was read and answered."""
    terminal.send("Hej Karin, jag heter Anna")
    terminal.wait_for("✓✓ läst")
    terminal.wait(lambda: "Karin Lindström  09:" in terminal.screen.rpartition("✓✓ läst")[2], "an answer")


def sign(terminal: Terminal) -> None:
    """Sign, once the dialog has said whose note it is."""
    heading = "Signera anteckningen för Karin Lindström, 74 år"
    terminal.press("f9")
    terminal.wait_for(heading, "chatten stängs för er båda")
    close_dialog(terminal, heading, "s")
    terminal.wait_for("Signerat: Karin Lindström")


def show_mine(terminal: Terminal) -> None:
    """Go to the list of one's own cases; Karin's is not among them any more."""
    terminal.press("escape")
    terminal.wait_for("Väntat")
    terminal.press("9")
    terminal.wait(lambda: "Eva-Lena Rosén" in terminal.screen, "my cases")
    terminal.wait_gone("Karin Lindström")


def test_from_the_queue_to_a_signed_note(start: Start) -> None:
    terminal = start(*DEMO)
    start_visit(terminal)
    greet(terminal)
    terminal.press("f4")
    terminal.wait_dialog("Fraser", "Sök på titel")
    terminal.type("tidläkare")
    terminal.wait_gone("Annas hälsning")
    terminal.press("enter")
    terminal.wait_for("kvar att fylla i")
    terminal.press("ctrl+j")
    terminal.wait_for("kvar att fylla i")
    fill_blanks(terminal)
    terminal.press("ctrl+j")
    terminal.wait(lambda: terminal.screen.count("Anna Ek  09:0") == 2, "the phrase in the chat")
    sign(terminal)
    show_mine(terminal)
    assert leave(terminal) == 0
    assert not control_violations(terminal.raw)


def fill_blanks(terminal: Terminal) -> None:
    """Write something in every blank; one is selected, Tab goes to the next."""
    for left in range(terminal.screen.count("?}"), 0, -1):
        terminal.type("tio")
        terminal.wait(lambda left=left: terminal.screen.count("?}") == left - 1, "the blank filled")
        if left > 1:
            terminal.press("tab")


def test_on_a_small_terminal(start: Start) -> None:
    terminal = start(*DEMO, columns=80, rows=24)
    start_visit(terminal)
    greet(terminal)
    sign(terminal)
    show_mine(terminal)
    terminal.resize(140, 40)
    terminal.wait(lambda: any(len(line) > 100 for line in terminal.lines), "the wide screen")
    assert leave(terminal) == 0


def test_in_english(start: Start) -> None:
    terminal = start(*DEMO, "--lang", "en")
    terminal.wait_for("Karin Lindström", "connected", "Waiting")
    assert "Väntar" not in terminal.screen
    terminal.press("t")
    terminal.wait_for("You have taken Karin Lindström, 74 years")
    terminal.press("f1")
    terminal.wait_dialog("Show the drop-in queue")
    terminal.press("escape")
    terminal.wait_gone("Show the drop-in queue")
    terminal.press("ctrl+q")
    terminal.wait_dialog("still in progress")
    terminal.press("q")
    assert terminal.wait_exit() == 0
