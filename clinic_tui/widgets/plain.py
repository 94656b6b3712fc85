"""The only way from a text to what a widget shows: cleaned, and never read as markup."""

from textual.content import Content
from textual.widgets import Static

from clinic_tui.protocol.text import safe_line, safe_text


def plain(text: str, style: str = "") -> Content:
    """The text as it was written, on as many lines as it has; `style` comes from the program, never from it.

    Cleaning again what the codec cleaned costs a microsecond or two, and covers files and pastes.
    """
    return Content.styled(safe_text(text), style)


def plain_line(text: str, style: str = "") -> Content:
    """The text on one line, for names, titles and cells."""
    return Content.styled(safe_line(text), style)


def joined(*parts: str | tuple[str, str] | Content) -> Content:
    """One content from several: texts, (text, style) pairs and contents, the texts cleaned as in `plain`."""
    return Content.assemble(*(_part(part) for part in parts))


def _part(part: str | tuple[str, str] | Content) -> Content:
    if isinstance(part, Content):
        return part
    return plain(part) if isinstance(part, str) else plain(*part)


def put(shown: Static, text: Content | str) -> None:
    """Show this text; where it stands already, nothing is laid out or painted anew."""
    new = plain(text) if isinstance(text, str) else text
    old = shown.content
    if not (isinstance(old, Content) and old.is_same(new)):
        shown.update(new)
