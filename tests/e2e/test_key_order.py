"""Keys that come in one read, and what they would have done one at a time."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.keyboard import Seat, State, Stations

pytestmark = pytest.mark.pty

ANDERS, EBBE, EVA_LENA = "Anders Björk", "Ebbe Lindqvist", "Eva-Lena Rosén"
TO_ANDERS, TO_EBBE = ("f3", "f3"), ("f3", "f3", "f3")


@pytest.fixture(scope="module")
def stations() -> Iterator[Stations]:
    with tempfile.TemporaryDirectory(prefix="ct-") as folder:
        made = Stations(Path(folder))
        yield made
        made.close()


@pytest.fixture
def seat(stations: Stations) -> Iterator[Seat]:
    """Dialogs as users meet them."""
    made = stations.seat(quiet=True)
    yield made
    made.close()


@pytest.fixture
def quick(stations: Stations) -> Iterator[Seat]:
    """Dialogs that hear from the first moment."""
    made = stations.seat()
    yield made
    made.close()


def new(before: State, after: State) -> list[str]:
    """What was sent meanwhile."""
    known = list(before["sent"])
    return [one for one in after["sent"] if one not in known]


def text(state: State, resident: str, kind: str = "message") -> str:
    return state["texts"].get(f"{resident}, {kind}", "")


def test_what_is_typed_after_a_change_of_visit_goes_to_the_visit_on_screen(seat: Seat) -> None:
    before = seat.open([*TO_ANDERS], case=ANDERS, focus="composer-text")
    after = seat.burst(["f3", *"jan", "ctrl+j"])
    assert (after["case"], new(before, after)) == (EBBE, [f"{EBBE}: jan"])
    assert not text(after, ANDERS)


def test_a_deletion_takes_what_was_typed_before_it(seat: Seat) -> None:
    seat.open([*TO_ANDERS], case=ANDERS)
    after = seat.burst([*"Dos 15", "backspace", *"0 mg"])
    assert text(after, ANDERS) == "Dos 10 mg"
    seat.slowly(["escape", "6"])
    after = seat.burst([*"1912125", "backspace", "2"])
    assert after["mode"] == "patients"
    assert "1912122" in str(after["fields"])


def test_what_is_typed_after_sending_is_the_next_message(seat: Seat) -> None:
    before = seat.open([*TO_ANDERS], case=ANDERS)
    after = seat.burst([*"Ja", "ctrl+j", *"Nej"])
    assert new(before, after) == [f"{ANDERS}: Ja"]
    assert text(after, ANDERS) == "Nej"


def test_words_for_colleagues_reach_colleagues_alone(seat: Seat) -> None:
    before = seat.open([*TO_ANDERS], case=ANDERS)
    after = seat.burst(["f7", *"fråga", "ctrl+j"])
    assert after["stack"] == ["VisitScreen", "ColleaguePicker"]
    assert new(before, after) == []
    assert text(after, ANDERS) == ""


def test_a_letter_after_the_note_key_stands_in_the_note(seat: Seat) -> None:
    seat.open([*TO_ANDERS], case=ANDERS)
    after = seat.burst(["ctrl+n", *"zx", "f3", "y"])
    assert text(after, ANDERS, "note").endswith("zx")
    assert text(after, EBBE) == "y"


@pytest.mark.parametrize(
    ("keys", "then"), [("escape escape", "DropInScreen"), ("s s", "VisitScreen"), ("escape s", "VisitScreen")]
)
def test_a_dialog_takes_one_answer_and_what_comes_after_is_for_what_stands_below(
    quick: Seat, keys: str, then: str
) -> None:
    quick.open([*TO_ANDERS, "f9"], stack=["VisitScreen", "SignDialog"])
    assert quick.burst(keys.split())["stack"] == [then]


def test_keys_in_the_read_that_opened_a_dialog_are_no_answer_to_it(seat: Seat) -> None:
    before = seat.open([*TO_ANDERS], case=ANDERS)
    after = seat.burst(["f9", *"sxyz"])
    assert after["stack"] == ["VisitScreen", "SignDialog"]
    assert (after["case"], new(before, after), after["texts"]) == (ANDERS, [], before["texts"])


def test_a_link_that_delivers_every_300_ms_changes_nothing(stations: Stations) -> None:
    seats = stations.seats(2)
    keys = ["f3", *"jan", "ctrl+j", "ctrl+n", *"Dos 15", "backspace", "0", "f3", *"du", "ctrl+j", "f7", "x"]
    try:
        for seat in seats:
            seat.open([*TO_ANDERS], case=ANDERS)
        assert seats[0].over_a_slow_link(keys, 3) == seats[1].slowly(keys)
    finally:
        for seat in seats:
            seat.close()


def test_text_that_comes_as_keys_does_nothing_in_a_list(seat: Seat) -> None:
    before = seat.open([], mode="drop_in", focus="list")
    after = seat.burst([*"tack s", "enter", "d"])
    assert "inget fält" in after["notice"]
    assert {**after, "notice": "", "refused": []} == {**before, "notice": ""}
    assert len(after["refused"]) == 8


@pytest.mark.parametrize("keys", [["down", "t"], ["t", "enter"], [*"jjjj", "up", "t"]], ids="-".join)
def test_two_keys_that_a_slow_link_brings_together_are_keys(seat: Seat, keys: list[str]) -> None:
    assert seat.burst(keys)["refused"] == []
    assert "Du har tagit" in seat.output.decode(errors="replace") or keys[-1] == "enter"


def test_text_does_not_answer_a_dialog(quick: Seat) -> None:
    quick.open([*TO_ANDERS, "f9"], stack=["VisitScreen", "SignDialog"])
    after = quick.burst("tack s")
    assert (after["stack"], len(after["refused"])) == (["VisitScreen", "SignDialog"], 6)


def test_a_paste_without_marks_sends_nothing_and_few_keys_are_keys(seat: Seat) -> None:
    before = seat.open([*TO_ANDERS], case=ANDERS)
    after = seat.burst([*"Ta tre", "ctrl+j", *"Sedan en", "ctrl+j"])
    assert (new(before, after), text(after, ANDERS)) == ([], "Ta tre\nSedan en\n")


def test_the_note_takes_the_send_key_as_a_line_break(seat: Seat) -> None:
    before = seat.open([*TO_ANDERS, *"Halv"], case=ANDERS)
    for how in (seat.burst, seat.slowly):
        after = how(["ctrl+n", *"fynd", "ctrl+j", "x", "escape"])
        assert new(before, after) == []
        assert text(after, ANDERS) == "Halv"
        assert text(after, ANDERS, "note").endswith("fynd\nx")
        assert (after["case"], after["focus"]) == (ANDERS, "composer-text")


def test_the_send_key_moves_the_focus_nowhere(seat: Seat) -> None:
    before = seat.open([*TO_ANDERS, "ctrl+n"], case=ANDERS, focus="note-text")
    after = seat.slowly(["ctrl+j"])
    assert (after["focus"], new(before, after)) == ("note-text", [])
    seat.open(["escape", *"Halv", "backtab"], case=ANDERS, focus="log")
    after = seat.slowly(["ctrl+j"])
    assert (after["focus"], new(before, after), text(after, ANDERS)) == ("log", [], "Halv")
    assert "skickar när du står i meddelandet" in after["notice"]


def test_a_word_typed_on_after_leaving_a_field_gives_no_commands(seat: Seat) -> None:
    seat.open([*TO_ANDERS], case=ANDERS)
    after = seat.burst(["escape", "b", "escape", "t"])
    assert (after["mode"], after["stack"]) == ("drop_in", ["DropInScreen"])
    assert len(after["refused"]) == 1


def test_a_case_being_signed_takes_no_input_and_no_text_goes_astray(quick: Seat) -> None:
    before = quick.open([*TO_ANDERS, "f9"], stack=["VisitScreen", "SignDialog"])
    quick.state("stop")
    quick.burst(["s"], "here")
    held = quick.burst([*"abc", "backspace", "paste:xyz", "f9"], "here")
    assert "ärendet håller på att ändras" in held["notice"]
    assert len(held["refused"]) == 6
    assert held["texts"] == before["texts"]
    away = quick.burst(["f3", "ctrl+n", *"zz"], "here")
    assert (away["case"], len(away["refused"])) == (EBBE, 6)
    after = quick.state("go")
    after = quick.state()
    assert text(after, EBBE, "note").endswith("zz")
    assert new(before, after) == []


def test_keys_read_before_a_case_is_signed_act_on_no_other(quick: Seat) -> None:
    before = quick.open([*TO_ANDERS, "f9"], stack=["VisitScreen", "SignDialog"])
    after = quick.burst(["s", "left", "a"])
    assert len(after["refused"]) == 2
    assert {key: one for key, one in after["texts"].items() if ANDERS not in key} == {
        key: one for key, one in before["texts"].items() if ANDERS not in key
    }
