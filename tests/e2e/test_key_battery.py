"""Some of the battery's sequences, and the nastiest that were found before there was an order of keys."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.battery import PLACES, Sequence, differences, sequence
from tests.e2e.keyboard import Stations

pytestmark = pytest.mark.pty

NASTY = (
    ("message to Anders", "ctrl+j n up space backspace v x backspace backspace z"),
    ("message to Ebbe", "å ctrl+j b b 0 z f3"),
    ("sign dialog", "escape escape"),
    ("staff chat", "tab n ö z"),
    ("note of Anders", "f3 ctrl+n z escape x up"),
    ("message to Ebbe", "f7 f3 4 f7 backspace j backspace f7"),
    ("message to Anders", "x a e enter f7 a f3"),
    ("message to Ebbe", "n tab f7 b backspace"),
    ("queue", "f7 f3 ctrl+n n f3 ctrl+j"),
    ("chats", "b backspace 3 f7 down ö"),
    ("message to Ebbe", "f9 s f3 home f9 right f9"),
)
SEEDS = (3, 14, 25)


@pytest.fixture(scope="module")
def stations() -> Iterator[Stations]:
    with tempfile.TemporaryDirectory(prefix="ct-") as folder:
        made = Stations(Path(folder))
        yield made
        made.close()


@pytest.mark.parametrize(("place", "keys"), NASTY, ids=[keys for _place, keys in NASTY])
def test_the_nastiest_sequences_act_as_when_typed_slowly(stations: Stations, place: str, keys: str) -> None:
    assert differences(stations, Sequence(place, tuple(keys.split()))) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_random_keys_in_one_write_act_as_when_typed_slowly(stations: Stations, seed: int) -> None:
    assert differences(stations, sequence(seed)) == {}


def test_the_seeds_begin_at_different_places() -> None:
    assert len({sequence(seed).place for seed in range(len(PLACES))}) == len(PLACES)
