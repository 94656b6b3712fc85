"""Every rule has a text, every text a rule, and every text is in Swedish too."""

import re
from importlib import resources

import pytest

from clinic_tui import i18n
from clinic_tui.domain.refusals import REASONS

SOURCES = [file for file in resources.files("clinic_tui.domain").iterdir() if file.name.endswith(".py")]


def test_rules_and_texts_are_the_same_set() -> None:
    used = {
        rule
        for file in SOURCES
        if file.name != "refusals.py"
        for rule in re.findall(
            r'"((?:async|ticket|case|meeting|note|person|proxy|resident|verification|visit)\.[a-z_]+)"',
            file.read_text("utf-8"),
        )
    }
    assert used == set(REASONS)


@pytest.mark.parametrize("text", REASONS.values())
def test_a_reason_is_one_plain_text_with_a_swedish_twin(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_language", "sv")
    assert i18n._(text) != text
    assert text[-1] in ".?"
    assert "!" not in text + i18n._(text)
