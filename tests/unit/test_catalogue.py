"""The catalogue: every text in the code has its Swedish, nothing is left over, and it is compiled."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from scripts.message import in_the_code

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "clinic_tui" / "i18n" / "locale"
_BLANK = re.compile(r"\{\w*\}")
Key = tuple[str, str | None]


@cache
def in_code() -> dict[Key, tuple[str, ...]]:
    """Every text by source text and context, with its singular and plural."""
    return {
        key: (text,) if isinstance(text, str) else tuple(text)
        for key, (_place, text) in in_the_code().items()
    }


@cache
def swedish() -> Catalog:
    with (LOCALE / "sv.po").open("rb") as file:
        return read_po(file, locale="sv")


def entries(catalogue: Catalog) -> dict[Key, tuple[str, ...]]:
    found: dict[Key, tuple[str, ...]] = {}
    for message in catalogue:
        if message.id:
            source = message.id if isinstance(message.id, str) else message.id[0]
            texts = (message.string,) if isinstance(message.string, str) else tuple(message.string)
            context: str | bytes | None = message.context
            found[source, context.decode() if isinstance(context, bytes) else context] = texts
    return found


def in_catalogue() -> dict[Key, tuple[str, ...]]:
    return entries(swedish())


def test_every_text_in_the_code_has_its_swedish() -> None:
    known = in_catalogue()
    missing = [key for key in in_code() if not all(known.get(key, ("",)))]
    assert not missing


def test_a_text_with_a_plural_has_both_forms() -> None:
    known = in_catalogue()
    wrong = [key for key, texts in in_code().items() if key in known and len(known[key]) != len(texts)]
    assert not wrong


def test_the_catalogue_has_no_text_that_nothing_shows() -> None:
    left_over = [key for key in in_catalogue() if key not in in_code()]
    assert not left_over


def test_no_text_is_marked_as_doubtful() -> None:
    assert not [message.id for message in swedish() if message.fuzzy]


def test_swedish_has_the_blanks_that_the_source_text_has() -> None:
    known = in_catalogue()
    wrong = [
        key
        for key, sources in in_code().items()
        if key in known
        for text in known[key]
        if set(_BLANK.findall(text)) - {blank for source in sources for blank in _BLANK.findall(source)}
    ]
    assert not wrong


def test_nobody_is_shouted_at() -> None:
    assert not [text for texts in in_catalogue().values() for text in texts if "!" in text]


def test_the_compiled_catalogue_is_fresh() -> None:
    with (LOCALE / "sv.mo").open("rb") as file:
        compiled = entries(read_mo(file))
    assert compiled == {key: texts for key, texts in in_catalogue().items() if all(texts)}


@pytest.mark.parametrize("package", ["clinic_tui", "screens", "styles"])
def test_no_text_is_put_together_before_it_is_looked_up(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\b(?:_|N_|n?gettext|pgettext)\(f[\"']", line)
    ]
    assert not wrong
