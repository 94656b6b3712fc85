from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.relay import Relay
from tests.e2e.served import SERVE, Backend
from tests.e2e.sign_in import FIRST_TIME, close_dialog, enter, leave, sign_in
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.pty


@pytest.fixture
def relay(served: Backend) -> Iterator[Relay]:
    """The way to the backend."""
    made = Relay(served.url)
    yield made
    made.close()


@pytest.fixture
def two(start: Start, relay: Relay, tmp_path: Path) -> tuple[Terminal, Terminal]:
    """Anna and Ebba, each on a device of her own."""
    pair: list[Terminal] = []
    for name in ("anna", "ebba"):
        (tmp_path / name).mkdir()
        pair.append(start("--server", relay.url, env={"HOME": str(tmp_path / name)}))
    for terminal, name in zip(pair, ("anna", "ebba"), strict=True):
        enter(terminal, name)
    return pair[0], pair[1]


def test_a_real_backend_with_demo_data_lets_one_in(start: Start) -> None:
    backend = Backend(*SERVE)
    try:
        terminal = start("--server", backend.url)
        enter(terminal, "anna")
        terminal.wait_for("Anna Ek", "Drop-in")
        assert leave(terminal) == 0
    finally:
        backend.close()


def test_a_wrong_password_is_said_and_can_be_mended(start: Start, served: Backend) -> None:
    terminal = start("--server", served.url)
    terminal.wait_for("Användarnamn", "Logga in")
    terminal.type("anna")
    terminal.press("enter")
    terminal.type("nearly right")
    assert "nearly" not in terminal.screen
    terminal.press("enter")
    terminal.wait_for("Fel användarnamn eller lösenord")
    terminal.type("demo-demo-demo")
    terminal.press("enter")
    terminal.wait_for(FIRST_TIME)


def test_name_and_password_may_come_in_one_burst(start: Start, served: Backend) -> None:
    terminal = start("--server", served.url)
    terminal.wait_for("Användarnamn", "Logga in")
    terminal.write("anna\tdemo-demo-demo\r")
    terminal.wait_for("ansluten")
    assert b"annad" not in terminal.raw


def test_the_filter_is_asked_for_once_and_comes_back_without_names(
    start: Start, served: Backend, home: Path
) -> None:
    terminal = start("--server", served.url)
    sign_in(terminal, "anna")
    terminal.wait_dialog(FIRST_TIME, "Inom några timmar 8", "Sök vård", "Visa allt")
    terminal.wait(lambda: terminal.screen.count("30 av 30 visas") == 2, "the whole dialog")
    terminal.click("2  Inom några timmar")
    terminal.wait_for("8 av 30 visas")
    terminal.click("Ord i namnet")
    terminal.type("ingrid")
    terminal.wait_for("1 av 30 visas")
    close_dialog(terminal, FIRST_TIME, "enter")
    terminal.wait_for("Ingrid Hallberg")
    terminal.wait_gone("Karin Lindström")
    assert leave(terminal) == 0
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert not any(b"ingrid" in path.read_bytes() for path in kept)
    again = start("--server", served.url)
    sign_in(again, "anna")
    again.wait_for("Karin Lindström", "8 av 30 visas")
    assert FIRST_TIME not in again.screen
    assert "Kerstin Öberg" not in again.screen


def test_what_one_takes_the_other_sees_and_a_take_over_is_told(two: tuple[Terminal, Terminal]) -> None:
    anna, ebba = two
    anna.wait_for("Karin Lindström")
    anna.press("t")
    anna.wait_for("Du har tagit emot Karin Lindström, 74 år")
    ebba.wait(lambda: "Anna Ek" in ebba.line("Karin Lindström"), "Anna's name on Karin's row")
    ebba.press("o")
    close_dialog(ebba, "Ta över från Anna Ek", "o")
    anna.wait_for("tog Ebba Nyman över Karin Lindström, 74 år")
    anna.wait(lambda: "Ebba Nyman" in anna.line("Karin Lindström, 74 K"), "Ebba's name on Karin's row")


def test_who_is_too_late_is_told_who_was_first(two: tuple[Terminal, Terminal], relay: Relay) -> None:
    names = {two[0]: "Anna Ek", two[1]: "Ebba Nyman"}
    relay.let_meet("/commands/accept_case", len(two))
    for terminal in two:
        terminal.wait_for("Karin Lindström")
        terminal.press("t")
    order = (two, two[::-1])

    def told() -> tuple[Terminal, Terminal] | None:
        return next(((late, first) for late, first in order if f"{names[first]} tog" in late.screen), None)

    late, first = two[0].wait(told, "who was too late")
    late.wait_for("Nästa: ")
    first.wait_for("Du har tagit emot Karin Lindström, 74 år")


def sign_out(terminal: Terminal) -> None:
    terminal.press("ctrl+p")
    terminal.wait_dialog("Vad vill du göra?")
    terminal.type("logga ut")
    terminal.wait_gone("Gå ett steg tillbaka")
    terminal.press("enter")
    close_dialog(terminal, "Logga ut utan att avsluta passet", "q")
    terminal.wait_for("Du har loggat ut", "Lösenord")


def test_signing_out_leads_back_to_the_sign_in(start: Start, served: Backend) -> None:
    terminal = start("--server", served.url)
    enter(terminal, "lena")
    sign_out(terminal)
    assert "Ingrid" not in terminal.screen
    terminal.type("demo-demo-demo")
    terminal.press("enter")
    terminal.wait_for("Var arbetar du nu?")


def test_who_signs_in_next_meets_nothing_of_whom_was_there_before(start: Start, served: Backend) -> None:
    terminal = start("--server", served.url)
    enter(terminal, "lena")
    terminal.press("6")
    terminal.wait_for("Skriv hela numret")
    terminal.type("194210078418")
    terminal.press("enter")
    terminal.wait_for("Hans Bergman, 83 år", "Fakturafråga")
    sign_out(terminal)
    assert "Hans Bergman" not in terminal.screen
    terminal.press("backtab", "ctrl+u")
    enter(terminal, "anna")
    terminal.wait_for("Karin Lindström")
    terminal.press("6")
    terminal.wait_for("Skriv hela numret")
    assert "Hans Bergman" not in terminal.screen
