"""What simulated residents say: in character, never after the goodbye, the same for the same seed."""

from random import Random

import pytest

from clinic_tui.demo.character import LONGEST_TYPING, Character
from clinic_tui.demo.crowd import seek_care
from clinic_tui.demo.dataset import Case, Dataset, load
from clinic_tui.protocol.codec import decode_strict, encode
from clinic_tui.protocol.commands import SeekCare


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load()


def character(dataset: Dataset, case: Case, seed: int = 1) -> Character:
    return Character(dataset, case.script, Random(seed))


def test_every_resident_answers_a_question_about_fever(dataset: Dataset) -> None:
    for case in (*dataset.cases, *dataset.arrivals):
        assert character(dataset, case).answer("Har du tagit tempen i dag?")


def test_a_question_no_rule_fits_gets_each_fallback_in_turn(dataset: Dataset) -> None:
    case = next(case for case in dataset.cases if len(case.script.fallback) > 1)
    person = character(dataset, case)
    answers = [person.answer("Xyzzy plugh?")[0] for _ in case.script.fallback]
    assert answers == list(case.script.fallback)


def test_nothing_is_said_after_the_goodbye(dataset: Dataset) -> None:
    case = dataset.cases[0]
    person = character(dataset, case)
    assert person.answer("Krya på dig. Hej då!") == [case.script.closing]
    assert person.parting
    assert person.answer("En sak till: har du feber?") == []


def test_the_same_seed_gives_the_same_talk(dataset: Dataset) -> None:
    case = next(case for case in dataset.cases if case.script.asks)
    questions = ["Hur länge har det varat?", "Har du feber?", "Tar du några läkemedel?", "Är du allergisk?"]
    first, second = character(dataset, case, 7), character(dataset, case, 7)
    assert [first.answer(q) for q in questions] == [second.answer(q) for q in questions]


def test_typing_takes_longer_for_longer_texts_and_never_for_ever(dataset: Dataset) -> None:
    person = character(dataset, dataset.cases[0])
    assert person.typing_seconds("ja") < person.typing_seconds("ja " * 30)
    assert person.typing_seconds("ja " * 3000) <= LONGEST_TYPING * 1.2


def test_every_arrival_is_a_command_that_the_backend_takes(dataset: Dataset) -> None:
    for case in dataset.arrivals:
        command = seek_care(case)
        assert decode_strict(SeekCare, encode(command)) == command


def test_another_seed_is_another_day_with_the_same_people(dataset: Dataset) -> None:
    other = dataset.on_another_day(2)
    assert dataset.on_another_day(1) is dataset
    assert other == dataset.on_another_day(2)
    assert {case.id for case in other.cases} == {case.id for case in dataset.cases}
    assert [case.waited_minutes for case in other.cases] != [case.waited_minutes for case in dataset.cases]
