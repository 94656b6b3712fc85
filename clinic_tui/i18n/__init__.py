"""Texts for people: gettext with Swedish as the default and English as the source language."""

import gettext as _gettext
import os
from functools import cache
from pathlib import Path

LANGUAGES = ("sv", "en")
_LOCALE = Path(__file__).parent / "locale"
_language = "sv"


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    compiled = _LOCALE / f"{language}.mo"
    if language == "en" or not compiled.exists():
        return _gettext.NullTranslations()
    with compiled.open("rb") as file:
        return _gettext.GNUTranslations(file)


def language_from_environment(chosen: str | None = None) -> str:
    """The language to use: the one chosen, else English where LANG asks for it, else Swedish."""
    if chosen in LANGUAGES:
        return chosen
    asked = os.environ.get("CLINIC_TUI_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    return "en" if asked.lower().startswith("en") else "sv"


def set_language(language: str) -> None:
    """Use this language (``sv`` or ``en``) for every text from now on."""
    global _language  # noqa: PLW0603 - one language a process
    if language not in LANGUAGES:
        raise ValueError(f"unknown language: {language}")
    _language = language


def language() -> str:
    """The language in use."""
    return _language


def _(message: str) -> str:
    """The text for this English source text, in the language in use."""
    return _catalogue(_language).gettext(message)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for marking a text
    """Mark a constant for extraction; show it with `_`."""
    return message


def ngettext(singular: str, plural: str, count: int) -> str:
    """The text for a count, with `{count}` left for the caller to fill in."""
    return _catalogue(_language).ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    """The text for a source text whose meaning depends on a context."""
    return _catalogue(_language).pgettext(context, message)
