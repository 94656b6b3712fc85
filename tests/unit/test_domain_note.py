"""When a note may be signed, and how it is corrected."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.note import Answer, NoteVersion, amend, check_note, has_words, is_blank, sign
from clinic_tui.domain.refusals import Refusal

NOW = datetime(2027, 6, 24, 10, tzinfo=UTC)
HISTORY = "Söker för: halsont\nSedan: 3 dagar"
SPACES = [
    "",
    " ",
    "\t\r\n",
    "\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000",
    "\u200b\u200c\u200d\u2060\ufeff",
    "\u00ad\u034f\u180e\u061c",
    "\u2066\u2069\u202e",
    "\u2800",
    "\u3164\u115f\u1160\uffa0",
    "\ufe0f\U000e0100",
    "\U000e0041",
    "\x00\x1b\x85",
    "\ud800",
    "\ue000",
    "\u0301",
]


@pytest.mark.parametrize("body", SPACES)
@pytest.mark.parametrize("acknowledged", [True, False])
def test_a_note_with_nothing_to_see_is_refused_even_when_confirmed(body: str, acknowledged: bool) -> None:
    verdict = check_note(body, HISTORY, acknowledged=acknowledged)
    assert (verdict.answer, verdict.rule) == (Answer.REFUSED, "note.empty")


@pytest.mark.parametrize("body", [".", " . ", "...", "…", "-", "!?", "•", "\u200b.\u200b", "👍", "+", "()"])
def test_a_note_without_words_asks_and_then_takes_yes_for_an_answer(body: str) -> None:
    asked = check_note(body, HISTORY, acknowledged=False)
    assert (asked.answer, asked.rule, asked.ok) == (Answer.ASK, "note.only_punctuation", False)
    assert asked.reason
    assert check_note(body, HISTORY, acknowledged=True).ok


@pytest.mark.parametrize("body", ["a", "7", "Ö", "咳", "٣", "é", "e\u0301", "½", ". Egenvård .", "Ⅳ"])
def test_a_note_with_a_single_letter_or_digit_is_signed(body: str) -> None:
    assert check_note(body, HISTORY, acknowledged=False).ok


@pytest.mark.parametrize(
    "body", [HISTORY, HISTORY + "\n.", ".\n" + HISTORY.replace("\n", "\r\n"), "Tidigare frisk.\n" + HISTORY]
)
def test_an_auto_history_that_still_stands_is_signed_with_a_full_stop_or_nothing(body: str) -> None:
    assert check_note(body, HISTORY, acknowledged=False).ok


def test_a_full_stop_is_enough_where_even_a_wordless_auto_history_stands() -> None:
    assert check_note("- / -\n.", "- / -", acknowledged=False).ok
    assert check_note(".", "- / -", acknowledged=False).answer is Answer.ASK


@pytest.mark.parametrize("history", ["", " \n"])
def test_an_empty_auto_history_stands_in_nothing(history: str) -> None:
    assert check_note(".", history, acknowledged=False).answer is Answer.ASK


@given(st.text(), st.text(), st.booleans())
def test_a_signable_note_always_shows_something(body: str, history: str, acknowledged: bool) -> None:
    verdict = check_note(body, history, acknowledged=acknowledged)
    assert not (verdict.ok and is_blank(body))
    assert verdict.ok == (verdict.rule is None)


@given(st.text())
def test_a_text_with_words_is_never_blank(text: str) -> None:
    assert not (has_words(text) and is_blank(text))


def test_a_correction_points_at_the_version_it_corrects() -> None:
    first = sign("Halsont.", author_id="a", at=NOW, current=None)
    assert first == NoteVersion(number=1, body="Halsont.", author_id="a", signed_at=NOW)
    second = amend(first, "Halsont, vänster sida.", author_id="b", at=NOW)
    assert isinstance(second, NoteVersion)
    assert (second.number, second.corrects, first.body) == (2, 1, "Halsont.")


def test_a_signed_note_is_not_signed_again() -> None:
    first = sign("Halsont.", author_id="a", at=NOW, current=None)
    assert isinstance(first, NoteVersion)
    assert sign("Annat.", author_id="a", at=NOW, current=first) == Refusal(rule="note.already_signed")


@pytest.mark.parametrize(("body", "rule"), [(" ", "note.empty"), ("Halsont. \r\n", "note.unchanged")])
def test_a_correction_says_something_new(body: str, rule: str) -> None:
    first = sign("Halsont.", author_id="a", at=NOW, current=None)
    assert isinstance(first, NoteVersion)
    assert amend(first, body, author_id="a", at=NOW) == Refusal(rule=rule)


def test_an_unsigned_note_has_nothing_to_correct() -> None:
    assert amend(None, "Annat.", author_id="a", at=NOW) == Refusal(rule="note.not_signed")
