"""Whole flows beside the drop-in visit, each in the real program on a terminal of its own."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.served import Backend
from tests.e2e.sign_in import close_dialog, enter, leave
from tests.e2e.terminal import Terminal
from tests.hostile import control_violations

pytestmark = pytest.mark.pty

DEMO = ("demo", "--seed", "1", "--speed", "0", "--now", "2026-03-10T09:00+01:00")
"""Time stands, and everybody waits for what the test does."""
HANS, HANS_NUMBER = "Hans Bergman, 83 år", "194210078418"


def open_demo(start: Start) -> Terminal:
    terminal = start(*DEMO)
    terminal.wait_for("Karin Lindström", "ansluten")
    return terminal


def view(terminal: Terminal, key: str, *texts: str) -> None:
    """Go to a view by its number, from wherever one is."""
    terminal.press("ctrl+g", key)
    terminal.wait_for(*texts)


def profile_of_hans(terminal: Terminal) -> None:
    view(terminal, "6", "Personnummer", "Skriv hela numret")
    terminal.type(HANS_NUMBER)
    terminal.press("enter")
    terminal.wait_for(HANS, "Fakturafråga", "Vem har öppnat")


def test_a_chat_from_its_receipt_to_its_close(start: Start) -> None:
    terminal = open_demo(start)
    view(terminal, "4", "Otilldelade", "Sven-Olof Lind", "någon av er")
    terminal.press("t")
    terminal.wait_for("▸ Sven-Olof L.", "Birgitta Moberg", "Ella Sund", "Till chatten")
    terminal.press("enter")
    terminal.wait_for("Till Sven-Olof Lind", "Enalapril")
    terminal.send("Hej Sven-Olof, hur är blodtrycket?")
    terminal.wait_for("✓✓ läst", "138/84")
    terminal.press("f12")
    close_dialog(terminal, "Invånaren skrev sist", "d")
    terminal.wait_gone("Till Sven-Olof Lind")
    terminal.wait_for("klar tills hen skriver")
    terminal.press("escape")
    terminal.wait_for("Otilldelade", "Birgitta Moberg")
    terminal.click("Aktiva")
    terminal.wait_for("Sven-Olof Lind")
    terminal.click("Sven-Olof Lind")
    terminal.press("enter")
    terminal.wait_for("Till Sven-Olof Lind", "138/84")
    terminal.press("f10")
    close_dialog(terminal, "Avsluta chatten med", "e")
    terminal.wait_for("Du avslutade chatten 09:00")
    assert leave(terminal) == 0
    assert not control_violations(terminal.raw)


def test_a_one_way_message_is_written_sent_and_closed_at_once(start: Start) -> None:
    terminal = open_demo(start)
    profile_of_hans(terminal)
    terminal.press("m")
    terminal.wait_dialog("Engångsutskick till", "kan läsa det men inte svara")
    terminal.type("Provsvar")
    terminal.press("tab")
    terminal.type("Dina prover var bra.")
    terminal.press("ctrl+s")
    terminal.wait_for("Meddelandet är skickat")
    terminal.wait(
        lambda: "Provsvar" in terminal.screen.partition("Tidigare ärenden")[2], "the message, closed"
    )
    terminal.click("Provsvar")
    terminal.press("enter")
    terminal.wait_for("Dina prover var bra.", "engångsutskick", "Signera")
    terminal.press("escape")
    terminal.wait_for(HANS, "Tidigare ärenden")
    view(terminal, "2", "Karin Lindström")
    view(terminal, "6", HANS)
    terminal.type("1942")
    terminal.wait_for("Personnummer   1942", "Till profilen")
    terminal.wait_gone(HANS)
    assert leave(terminal) == 0


def test_a_ticket_is_issued_used_and_stands_in_the_queue_with_priority_three(start: Start) -> None:
    terminal = open_demo(start)
    profile_of_hans(terminal)
    terminal.press("b")
    terminal.wait_dialog("Drop-in-biljett för", "den går inte att ställa in")
    terminal.type("Vårdfråga")
    terminal.press("ctrl+s")
    terminal.wait_gone("den går inte att ställa in")
    view(terminal, "2", "Karin Lindström")
    terminal.wait(lambda: "Hans Bergman" in terminal.screen, "Hans in the queue")
    assert "3•" in terminal.line("Hans Bergman")
    assert leave(terminal) == 0


def test_a_case_is_handed_over_between_two_terminals(start: Start, served: Backend, tmp_path: Path) -> None:
    pair: list[Terminal] = []
    for name in ("anna", "ebba"):
        (tmp_path / name).mkdir()
        pair.append(start("--server", served.url, env={"HOME": str(tmp_path / name)}))
    anna, ebba = pair
    enter(anna, "anna")
    enter(ebba, "ebba")
    anna.wait_for("Karin Lindström")
    anna.press("t")
    anna.wait_for("Du har tagit emot Karin Lindström, 74 år")
    anna.press("h")
    anna.wait_dialog("Ebba Nyman")
    anna.type("ebba")
    anna.press("enter")
    anna.wait_dialog("Orsak")
    anna.type("Jag slutar nu")
    anna.press("ctrl+s")
    anna.wait_for("tillfrågad")
    ebba.wait_for("Anna Ek vill lämna över till dig: Karin Lindström")
    ebba.click("Karin Lindström")
    ebba.press("h")
    close_dialog(ebba, "Varför: Jag slutar nu", "f9")
    anna.wait(lambda: "Ebba Nyman" in anna.line("Karin Lindström"), "Ebba's name on Karin's row")


def test_a_scheduled_visit_is_taken_started_ended_and_signed(start: Start) -> None:
    terminal = open_demo(start)
    view(terminal, "3", "Rolf Engström", "09:30–10:00")
    terminal.click("Rolf Engström")
    terminal.press("t")
    terminal.wait_for("▸ Rolf E.")
    terminal.press("s")
    terminal.wait_for("Till Rolf Engström", "Besöket startade")
    terminal.press("ctrl+n")
    terminal.type("Blodtryck 138/84, fortsätter som nu.")
    terminal.press("f9")
    close_dialog(terminal, "Signera anteckningen för Rolf Engström", "s")
    terminal.wait_for("Signerat: Rolf Engström")
    view(terminal, "3", "Rolf Engström")
    terminal.wait(lambda: "klar" in terminal.line("Rolf Engström").casefold(), "the visit, done")
    assert leave(terminal) == 0


def test_the_shift_ends_when_everything_left_has_a_reason(start: Start) -> None:
    terminal = open_demo(start)
    terminal.press("ctrl+p")
    terminal.wait_dialog("Vad vill du göra?")
    terminal.type("avsluta passet")
    terminal.wait_gone("Gå ett steg tillbaka")
    terminal.press("enter")
    terminal.wait_dialog("att avgöra", "Ebbe Lindqvist", "Osignerad")
    terminal.press("f9")
    close_dialog(terminal, "Signera anteckningen för Ebbe Lindqvist", "s")
    terminal.wait_for("Avsluta passet", "att avgöra", "Anders Björk")
    terminal.wait(lambda: "Avslutat obesvarat" in terminal.line("Feber och utslag"), "Ebbe, unanswered")
    terminal.press("a")
    terminal.wait_dialog("Jag fortsätter på nästa pass")
    terminal.press("enter")
    terminal.wait_dialog("allt är avgjort")
    terminal.press("s")
    terminal.wait_for("Du har loggat ut", "Lösenord")
    terminal.wait_gone("Anders")
    assert not control_violations(terminal.raw)
