"""Random keys in one write and typed slowly: both must lead to the same. Run as `make battery`.

Each sequence begins at one of ten places: two open visits, their notes, staff chat, lists and dialogs. What
the program did not take, and said so, is left out when the rest is typed slowly.
"""

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic_tui.widgets.key_runs import LEFT_SECONDS
from tests.e2e.keyboard import Seat, State, Stations

FEWEST, MOST = 4, 10
PLACES = {
    "message to Anders": ("f3", "f3"),
    "message to Ebbe": ("f3", "f3", "f3"),
    "note of Anders": ("f3", "f3", "ctrl+n"),
    "note of Ebbe": ("f3", "f3", "f3", "ctrl+n"),
    "staff chat": ("f3", "f3", "f7"),
    "queue": (),
    "filter": ("f2",),
    "sign dialog": ("f3", "f3", "f9"),
    "search": ("/",),
    "chats": ("4",),
}
KEYS = (
    *"aabdejnnstxzåö" * 2,
    *("backspace", "left", "right", "up", "down", "home", "tab", "enter", "escape") * 2,
    *("f3", "f7", "f9", "ctrl+n", "ctrl+j", "ctrl+j") * 2,
    *"0347",
    "paste:kl istrat\nrad två",
)
COMPARED = ("mode", "case", "stack", "focus", "fields", "lists", "texts", "sent")


@dataclass(frozen=True)
class Sequence:
    """Where one stands, and what is typed there."""

    place: str
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return f"[{self.place}] {' '.join(self.keys)}"


def sequence(seed: int) -> Sequence:
    """The sequence of a seed."""
    chance = random.Random(seed)
    place = list(PLACES)[seed % len(PLACES)]
    return Sequence(place, tuple(chance.choice(KEYS) for _key in range(chance.randint(FEWEST, MOST))))


def typed_slowly(seat: Seat, keys: tuple[str, ...]) -> State:
    """One key after the other; after Esc nothing that could be the rest of what was typed."""
    found = seat.state()
    for key in keys:
        found = seat.burst([key])
        if key == "escape":
            time.sleep(LEFT_SECONDS + 0.05)
    return found


def differences(stations: Stations, typed: Sequence) -> dict[str, Any]:
    """What differs between one write and slow typing; empty where nothing does."""
    way = PLACES[typed.place]
    seats = stations.seats(2)
    try:
        for seat in seats:
            seat.slowly(way)
        burst = seats[0].burst(typed.keys)
        refused = {number - len(way) for number in burst["refused"]}
        taken = tuple(key for number, key in enumerate(typed.keys) if number not in refused)
        slow = typed_slowly(seats[1], taken)
    finally:
        for seat in seats:
            seat.close()
    found = {name: (burst[name], slow[name]) for name in COMPARED if burst[name] != slow[name]}
    if slow["refused"]:
        found["refused slowly"] = slow["refused"]
    return found


def main() -> int:
    """Try so many sequences and say which differ; 1 where any does."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=500)
    options.add_argument("--seed", type=int, default=None, help="the first seed; at random unless given")
    chosen = options.parse_args()
    first = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1_000_000)
    sys.stdout.write(f"{chosen.count} sequences from seed {first}\n")
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="ct-") as folder:
        stations = Stations(Path(folder))
        for seed in range(first, first + chosen.count):
            try:
                found = differences(stations, sequence(seed))
            except AssertionError as error:
                found = {"error": str(error)}
            if found:
                wrong += 1
                sys.stdout.write(f"seed {seed} {sequence(seed)}\n")
                for name, what in found.items():
                    sys.stdout.write(f"    {name}: {what}\n")
            sys.stdout.flush()
        stations.close()
    sys.stdout.write(f"{chosen.count - wrong} of {chosen.count} alike, seeds {first} to {seed}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
