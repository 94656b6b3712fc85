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
