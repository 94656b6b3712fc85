"""Every rule has a text, every text a rule, and every text is in Swedish too."""

import re
from importlib import resources
from pathlib import Path

import pytest

from clinic_tui import i18n
from clinic_tui.domain.refusals import REASONS

PACKAGE = Path(str(resources.files("clinic_tui")))
DOMAIN = [file for file in (PACKAGE / "domain").glob("*.py") if file.name != "refusals.py"]
BACKEND = list((PACKAGE / "backend").rglob("*.py"))
PREFIXES = "|".join(sorted({rule.partition(".")[0] for rule in REASONS}))


def _rules(files: list[Path]) -> set[str]:
    return {
        rule
        for file in files
        for rule in re.findall(rf'"((?:{PREFIXES})\.[a-z_]+)"', file.read_text("utf-8"))
    }


def test_every_rule_of_the_domain_has_a_text() -> None:
    assert not _rules(DOMAIN) - set(REASONS)


def test_every_text_belongs_to_a_rule_that_somebody_gives() -> None:
    assert not set(REASONS) - _rules([*DOMAIN, *BACKEND])


@pytest.mark.parametrize("text", REASONS.values())
def test_a_reason_is_one_plain_text_with_a_swedish_twin(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_language", "sv")
    assert i18n._(text) != text
    assert text[-1] in ".?"
    assert "!" not in text + i18n._(text)
