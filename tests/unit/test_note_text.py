"""What the lines of a note are."""

import pytest
from msgspec.structs import replace

from clinic_tui import i18n
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.note_text import first_words, is_heading
from clinic_tui.widgets.reading import contact, reading
from tests.desks import detail, row
from tests.profiles import profile


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("Rest.", "Rest."),
        ("Kontaktorsak: Hosta.\nÅtgärd: Vila.", "Kontaktorsak: Hosta."),
        ("Kontaktorsak\nHosta i tre dagar.\n\nÅtgärd\nVila.", "Hosta i tre dagar."),
        ("\nKontaktorsak:\n\nAktuellt:\nHosta\n", "Hosta"),
        ("Kontaktorsak", "Kontaktorsak"),
        ("Kontaktorsak:\n", "Kontaktorsak:"),
        (".", "."),
        ("", ""),
    ],
)
def test_a_note_is_told_by_the_first_line_that_says_something(note: str, words: str) -> None:
    assert first_words(note) == words


def test_a_heading_opens_a_paragraph_that_goes_on() -> None:
    lines = ["Kontaktorsak", "Hosta i tre dagar.", "", "Åtgärd", "", "Vila"]
    assert [index for index in range(len(lines)) if is_heading(lines, index)] == [0, 5]


def test_beside_the_chat_an_earlier_case_is_told_by_what_its_note_says() -> None:
    (case,) = profile().earlier
    case = replace(case, note="Kontaktorsak\nBenign lägesyrsel.")
    shown = reading(Visit(detail(row(), earlier=(case,)))).plain
    assert "  Benign lägesyrsel." in shown
    assert "Kontaktorsak" not in shown


def test_beside_the_chat_the_language_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_language", "sv")
    shown = contact(Visit(detail(row(), contact=profile().contact))).plain
    assert "Språk\nsvenska\n" in shown
