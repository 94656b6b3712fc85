"""Which keys came together, and when they are text and no commands."""

from collections.abc import Iterable

import pytest
from textual import events

from clinic_tui.widgets.key_runs import (
    JOIN_SECONDS,
    LEFT_SECONDS,
    PASTE_JOIN_SECONDS,
    PASTE_KEYS,
    RunMarker,
    TextGuard,
    run_of,
)
from clinic_tui.widgets.terminal_input import CleanParser

MOVES, LEADS = ("j", "k"), ("6",)


def key(name: str, at: float = 0.0) -> events.Key:
    made = events.Key(name, name if len(name) == 1 else None)
    made.time = at
    return made


def together(names: Iterable[str], at: float = 0.0) -> list[events.Key]:
    keys = [key(name, at) for name in names]
    RunMarker().mark(keys)
    return keys


def refused(keys: Iterable[events.Key], guard: TextGuard | None = None) -> list[bool]:
    guard = guard or TextGuard()
    return [guard.refuses(one, in_field=False, moves=MOVES, leads=LEADS) for one in keys]


def counts(keys: Iterable[events.Key]) -> list[int]:
    return [run.count if (run := run_of(one)) is not None else 0 for one in keys]


def test_what_is_read_at_once_is_one_run_up_to_a_key_that_is_no_text() -> None:
    assert counts(together(["a", "enter", "down", "b"])) == [2, 2, 0, 1]


def test_keys_of_the_terminal_are_marked_as_they_are_read() -> None:
    parser = CleanParser()
    read = [one for one in parser.feed("ja\r\x1b[Bt") if isinstance(one, events.Key)]
    assert [(one.key, count) for one, count in zip(read, counts(read), strict=True)] == [
        ("j", 3),
        ("a", 3),
        ("enter", 3),
        ("down", 0),
        ("t", 1),
    ]


@pytest.mark.parametrize(
    ("first", "gap", "joined"),
    [
        (1, JOIN_SECONDS / 2, True),
        (1, JOIN_SECONDS * 2, False),
        (PASTE_KEYS, PASTE_JOIN_SECONDS / 2, True),
        (PASTE_KEYS, PASTE_JOIN_SECONDS * 2, False),
    ],
)
def test_another_read_goes_on_with_a_run_where_it_follows_closely(
    first: int, gap: float, joined: bool
) -> None:
    marker = RunMarker()
    before = [key("a", 5.0) for _number in range(first)]
    after = [key("b", 5.0 + gap)]
    marker.mark(before)
    marker.mark(after)
    assert (run_of(after[0]) is run_of(before[0])) is joined


def test_three_letters_at_once_are_text_and_two_are_keys() -> None:
    assert refused(together("tac")) == [True] * 3
    assert refused(together(["t", "enter"])) == [False] * 2
    assert refused(together("3t")) == [False] * 2


def test_a_number_and_keys_that_are_held_down() -> None:
    assert refused(together("191")) == [True] * 3
    assert refused(together("jjjjkj")) == [False] * 6
    assert refused(together("jjt")) == [True] * 3


def test_single_keys_are_commands_however_fast() -> None:
    assert refused([key("t", 1.0), key("a", 1.01), key("c", 1.02)]) == [False] * 3


def test_text_that_leaves_its_field_goes_on_to_be_text() -> None:
    guard = TextGuard()
    keys = together("anna")
    assert not guard.refuses(keys[0], in_field=True, moves=MOVES)
    assert guard.refuses(keys[1], in_field=False, moves=MOVES)
    assert guard.refuses(keys[2], in_field=True, moves=MOVES)


def test_letters_right_after_a_field_was_left_are_text() -> None:
    guard = TextGuard()
    assert not guard.refuses(key("escape", 10.0), in_field=True, moves=MOVES)
    at = 10.0
    for letter in "bra":
        at += LEFT_SECONDS / 2
        assert refused([key(letter, at)], guard) == [True]
    assert refused([key("t", at + LEFT_SECONDS * 1.1)], guard) == [False]


@pytest.mark.parametrize("between", ["down", "escape", "f3"])
def test_a_key_that_text_does_not_hold_ends_that(between: str) -> None:
    guard = TextGuard()
    guard.refuses(key("escape", 10.0), in_field=True, moves=MOVES)
    assert refused([key(between, 10.1), key("t", 10.2)], guard) == [False, False]


def test_a_menu_key_is_taken_and_what_follows_is_text_still() -> None:
    guard = TextGuard()
    guard.refuses(key("escape", 10.0), in_field=True, moves=MOVES)
    assert refused([key("6", 10.1), key("t", 10.2)], guard) == [False, True]
