"""Rules for text messages: what may stand in one, and to which number it can go."""

import re

LINK_KINDS = frozenset({"ivr_invite", "third_party_invite"})
"""The only kinds of text that may hold a link: an invitation the resident asked for by phone, and one to a
third party (domain.md 7.5, 8.19)."""

_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://"
    r"|\bwww\.\S"
    r"|\b(?:[\w-]+\.)+(?:se|com|nu|net|org|eu|io|app|info|link|ly|gl|co|ai)(?![\w-])",
    re.IGNORECASE,
)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_GAPS = str.maketrans("", "", " -()./\t\u00a0")
_COUNTRY = "+46"


def has_link(text: str) -> bool:
    """Whether a text holds something a phone opens as a link."""
    return _LINK.search(text) is not None


def e164(number: str) -> str | None:
    """A telephone number as `+46701740605`; one without country is Swedish. None where it is no number."""
    digits = number.translate(_GAPS)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = _COUNTRY + digits[1:]
    return digits if _E164.fullmatch(digits) else None
