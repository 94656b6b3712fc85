"""Text from outside is shown safely, visibly and without loss."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_tui.protocol.problems import Fault, ProtocolError
from clinic_tui.protocol.text import (
    MAX_MARKS,
    is_blank,
    needs_cleaning,
    refuse_unstorable,
    safe_line,
    safe_text,
)
from tests.hostile import Hostile, bad_code_points, load_hostile

HOSTILE = load_hostile()
TRICKY = (
    "a1é\n\r\t \x00\x1b\x9b\u0301\u20e3\u20dd\u200d\u200c\ufe0f\ufe0e👩❤🏽🏳🇸©م\u064bह\u094dक\u0645\u0647"
    "\u202e\u200b\ud83d\u1161\ufffd◌\u115f\U000e0041\u2028漢나"
)
tricky_text = st.text(st.sampled_from(TRICKY), max_size=40)
any_text = st.text(st.characters(), max_size=60)


def named(one: Hostile) -> str:
    return one.name


@pytest.mark.parametrize("one", HOSTILE, ids=named)
def test_nothing_that_acts_or_hides_is_left(one: Hostile) -> None:
    assert bad_code_points(safe_text(one.text)) == []
    assert bad_code_points(safe_line(one.text)) == []
    assert "\n" not in safe_line(one.text)


@pytest.mark.parametrize("one", HOSTILE, ids=named)
def test_cleaning_twice_changes_nothing(one: Hostile) -> None:
    assert safe_text(safe_text(one.text)) == safe_text(one.text)


@pytest.mark.parametrize("one", [one for one in HOSTILE if one.honest], ids=named)
def test_honest_text_is_shown_as_it_is(one: Hostile) -> None:
    assert safe_text(one.text) == one.text.replace("\t", "    ")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\x00b\x1b[2J\x7f", "a␀b␛[2J␡"),
        ("före \x9d efter", "före � efter"),
        ("Ta \u202e gm 001\u202c", "Ta � gm 001�"),
        ("a\r\nb\rc\nd\u2028e\u2029f\x85g", "a\nb\nc\nd\ne\nf\ng"),
        ("rad\x0bvert\x0c", "rad␋vert␌"),
        ("kolumn\tkolumn", "kolumn    kolumn"),
        ("An\u200dna", "An�na"),
        ("А\u200cн", "А�н"),
        ("\u200dم\u200c \u200dم", "�م� �م"),
        ("م\u200c\u200cم", "م��م"),
        ("👩\u200d\u200d👩", "👩��👩"),
        ("👩\u200da", "👩�a"),
        ("a\ufe0f 1\ufe0f ❤\ufe0f\ufe0f", "a� 1� ❤️�"),
        ("a🏽 👍🏽🏽", "a� 👍🏽�"),
        ("\U000e0041b", "�b"),
        ("\u0301a\n\u0301", "\u25cc\u0301a\n\u25cc\u0301"),
        ("10\u00admg", "10�mg"),
        ("\ue000\u0378\ufdd0\ud83d\U0010ffff", "�����"),
    ],
)
def test_each_sign_that_is_taken_away_leaves_another(written: str, shown: str) -> None:
    assert safe_text(written) == shown


def test_marks_beyond_the_sixth_become_one_sign() -> None:
    assert safe_text("a" + "\u0301" * 20 + "b") == "a" + "\u0301" * MAX_MARKS + "�b"


def test_a_line_shows_where_it_was_broken() -> None:
    assert safe_line("Dr Anna Lind\r\n09:41  Ta 10") == "Dr Anna Lind↵09:41  Ta 10"


@settings(max_examples=1000)
@given(tricky_text | any_text)
def test_any_text_becomes_safe_and_stays_the_same_after(text: str) -> None:
    shown = safe_text(text)
    assert bad_code_points(shown) == []
    assert safe_text(shown) == shown
    assert safe_line(safe_line(text)) == safe_line(text)


@settings(max_examples=500)
@given(tricky_text)
def test_letters_are_never_lost_or_moved(text: str) -> None:
    def letters(of: str) -> list[str]:
        return [char for char in of if char.isalnum() and char not in "\u1161\u115f"]

    assert letters(safe_text(text)) == letters(text)


@given(st.text(st.sampled_from("aم\u0301\u200d\u064b👩\u20dd"), max_size=80))
def test_no_base_carries_more_than_it_may(text: str) -> None:
    run = 0
    for char in safe_text(text):
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        assert run <= 10


@given(any_text, st.integers(1, 40))
def test_a_limit_holds_and_cleaning_again_keeps_it(text: str, limit: int) -> None:
    shown = safe_text(text, limit=limit)
    assert len(shown) <= limit
    assert safe_text(shown, limit=limit) == shown


def test_a_limit_shows_that_text_is_missing() -> None:
    assert safe_text("abcdef", limit=6) == "abcdef"
    assert safe_text("abcdefg", limit=6) == "abcde…"
    assert safe_text("a" * 100_000, limit=6) == "aaaaa…"


@pytest.mark.parametrize(
    "worst",
    [
        "a" + "\u0301" * 32_768,
        "a\u0301" * 21_845,
        "👩\u200d" * 9_362,
        "م\u200c" * 13_107,
        "\x1b" * 65_536,
        "a\ue000" * 16_384,
        "漢\u200d" * 10_922,
        "".join(map(chr, range(0x10000, 0x14000))),
        "\u200b" * 21_845,
        "1\ufe0f\u20e3" * 9_362,
        "\t" * 65_536,
    ],
    ids=lambda worst: ascii(worst)[:20],
)
def test_the_worst_64_kib_take_no_noticeable_time(worst: str) -> None:
    assert min(_seconds(worst) for _ in range(5)) < 0.05


def _seconds(text: str) -> float:
    start = time.process_time()
    safe_text(text)
    return time.process_time() - start


def test_what_needs_no_cleaning_is_what_cleaning_leaves_alone() -> None:
    for code in range(0x110000):
        char = chr(code)
        if not needs_cleaning(char):
            doubled = char * 2
            assert safe_text("\u200b" + doubled) == "�" + doubled, hex(code)


@pytest.mark.parametrize("text", ["", " \n\t", "\u00a0\u3000", "\u2800", "\u200b\u200d", "\u3164", "\x00"])
def test_text_that_nobody_could_see_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", " . ", "👍", "\n-"])
def test_text_with_something_to_see_is_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_text_that_no_database_keeps_is_refused() -> None:
    refuse_unstorable("Hej 👩 \x1b[2J\uffff")
    with pytest.raises(ProtocolError) as caught:
        refuse_unstorable("hemligt\x00", "text")
    assert (caught.value.code, caught.value.field) == (Fault.NUL, "text")
    assert "hemligt" not in str(caught.value)
    with pytest.raises(ProtocolError) as caught:
        refuse_unstorable("hemligt\ud83d")
    assert caught.value.code == Fault.SURROGATE
