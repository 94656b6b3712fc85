"""Canned phrases: placeholders that fill themselves, blanks filled by hand, and shortcuts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

PLACEHOLDERS = ("resident_first_name", "staff_name", "unit_name", "phone", "opening_hours")
"""Names that fill themselves (domain.md 2.8)."""

_SHAPE = re.compile(r"\{([^\W\d]\w*)(\??)\}")
_SCOPES = ("personal", "unit", "region")


@dataclass(frozen=True, kw_only=True)
class Placeholder:
    """A place in a text that is still to be filled: `text[start:end]`, braces included."""

    start: int
    end: int
    name: str
    """The name between the braces, without the question mark."""
    by_hand: bool
    """Whether it is a blank that only a person can fill, such as `{time?}`."""


class PhraseLike(Protocol):
    """What matching a shortcut needs of a phrase."""

    @property
    def shortcut(self) -> str:
        """What is typed to insert it; empty for none."""
        ...

    @property
    def scope(self) -> str:
        """`personal`, `unit` or `region`."""
        ...


_P = TypeVar("_P", bound=PhraseLike)


def unresolved(text: str) -> list[Placeholder]:
    """Every known placeholder and every blank (a name that ends in `?`) still in the text, in order.

    Sending is refused while there is one (domain.md 2.8). Other braces are ordinary text: `{}`,
    `{ 3 }`, JSON and unknown names are left alone.
    """
    return [
        Placeholder(start=match.start(), end=match.end(), name=match[1], by_hand=bool(match[2]))
        for match in _SHAPE.finditer(text)
        if match[2] or match[1] in PLACEHOLDERS
    ]


def unknown(body: str) -> list[str]:
    """Names in a phrase that look like placeholders but are none: for whoever writes the phrase."""
    return [m[1] for m in _SHAPE.finditer(body) if not m[2] and m[1] not in PLACEHOLDERS]


def fill(body: str, values: Mapping[str, str]) -> str:
    """The body with every known placeholder that has a value filled in, once and left to right.

    A placeholder without a value (missing or blank) stays, so that it is seen before sending. A value
    is never searched for placeholders. Blanks such as `{time?}` always stay.
    """

    def value(match: re.Match[str]) -> str:
        found = "" if match[2] or match[1] not in PLACEHOLDERS else values.get(match[1], "")
        return found if found.strip() else match[0]

    return _SHAPE.sub(value, body)


def match_shortcut(text: str, phrases: Iterable[_P]) -> tuple[_P, int] | None:
    """The phrase whose shortcut is the last word of `text`, with the place where that word starts.

    `text` is what stands before the cursor. Case does not matter. Where several share a shortcut, a
    personal phrase goes before the unit's, and the unit's before the region's.
    """
    word = text.rsplit(maxsplit=1)[-1] if text and not text[-1].isspace() else ""
    found = [phrase for phrase in phrases if word and phrase.shortcut.casefold() == word.casefold()]
    if not found:
        return None
    best = min(found, key=lambda phrase: _SCOPES.index(phrase.scope) if phrase.scope in _SCOPES else 99)
    return best, len(text) - len(word)
