"""Placeholders, blanks and shortcuts of phrases."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.phrases import PLACEHOLDERS, fill, match_shortcut, unknown, unresolved

VALUES = {"resident_first_name": "Åsa", "staff_name": "Maria S", "unit_name": "Ekdungen", "phone": ""}


@dataclass(frozen=True)
class Phrase:
    shortcut: str
    scope: str = "unit"


@pytest.mark.parametrize(
    ("body", "filled"),
    [
        ("Hej {resident_first_name}!", "Hej Åsa!"),
        ("{staff_name}, {unit_name}", "Maria S, Ekdungen"),
        ("Ring {phone} {tid?}", "Ring {phone} {tid?}"),
        ("{opening_hours}", "{opening_hours}"),
        ("{staff_name?}", "{staff_name?}"),
        ("{ staff_name } {} {{unit_name}} {annat}", "{ staff_name } {} {Ekdungen} {annat}"),
    ],
)
def test_known_names_fill_themselves_and_the_rest_stays(body: str, filled: str) -> None:
    assert fill(body, VALUES) == filled


def test_a_value_is_never_searched_for_placeholders() -> None:
    assert fill("{resident_first_name}", VALUES | {"resident_first_name": "{staff_name}"}) == "{staff_name}"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Kom {tid?} till {unit_name}", [("tid", True), ("unit_name", False)]),
        ("{förmiddag_eller_kväll?}", [("förmiddag_eller_kväll", True)]),
        ('{} {ok} { 3 } {3?} {?} {\'a\': 1} {"a": {"b": 2}} {vad menar du?}', []),
        ("{resident_first_name", []),
        ("", []),
    ],
)
def test_only_known_names_and_blanks_hold_a_text_back(text: str, names: list[tuple[str, bool]]) -> None:
    assert [(found.name, found.by_hand) for found in unresolved(text)] == names


def test_a_place_covers_its_braces() -> None:
    text = "Kom {tid?}."
    (found,) = unresolved(text)
    assert text[found.start : found.end] == "{tid?}"


@given(st.text(alphabet="{}?_aå1 "), st.dictionaries(st.sampled_from(PLACEHOLDERS), st.text()))
def test_filling_touches_nothing_but_known_places(body: str, values: dict[str, str]) -> None:
    assert fill(body, values) == body


@given(st.fixed_dictionaries({name: st.from_regex(r"[a-zå]{1,8}", fullmatch=True) for name in PLACEHOLDERS}))
def test_a_phrase_with_every_value_is_ready_to_send(values: dict[str, str]) -> None:
    body = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    assert fill(body, values) == " ".join(values[name] for name in PLACEHOLDERS)
    assert unresolved(fill(body, values)) == []


def test_a_misspelt_placeholder_is_shown_to_whoever_writes_the_phrase() -> None:
    assert unknown("{resident_name} {unit_name} {tid?} {}") == ["resident_name"]


@pytest.mark.parametrize(
    ("text", "scope", "start"),
    [("hej", "unit", 0), ("Ja, HEJ", "unit", 4), ("först\nhej", "unit", 6), ("råd", "personal", 0)],
)
def test_the_last_word_finds_its_phrase_and_personal_ones_go_first(text: str, scope: str, start: int) -> None:
    phrases = [Phrase("råd", "region"), Phrase("hej"), Phrase("råd", "personal"), Phrase("")]
    found = match_shortcut(text, phrases)
    assert found is not None
    assert (found[0].scope, found[1]) == (scope, start)


@pytest.mark.parametrize("text", ["", " ", "hej ", "hejsan", "ohej"])
def test_no_phrase_is_found_where_the_last_word_is_not_a_shortcut(text: str) -> None:
    assert match_shortcut(text, [Phrase("hej"), Phrase("")]) is None
