"""What the lines of a note are: headings, what it says in one line, and who signed it."""

from collections.abc import Sequence

from clinic_tui.i18n import _
from clinic_tui.protocol.resources import Note

_HEADING_LENGTH = 40


def is_heading(lines: Sequence[str], index: int) -> bool:
    """Whether a line is short and opens a paragraph that goes on below it."""
    text = lines[index].strip()
    if not text or len(text) > _HEADING_LENGTH or text[-1] in ".,;?!":
        return False
    opens = index == 0 or not lines[index - 1].strip()
    follows = index + 1 < len(lines)
    return opens and (bool(lines[index + 1].strip()) if follows else index > 0)


def first_words(note: str) -> str:
    """The first line that says something: neither a heading nor empty."""
    lines = note.strip().split("\n")
    told = (
        text
        for index, line in enumerate(lines)
        if (text := line.strip()) and not text.endswith(":") and not is_heading(lines, index)
    )
    return next(told, lines[0])


def signer(note: Note) -> str:
    """Who signed a note and, where it was done for a colleague, for whom."""
    if note.signed_for is None:
        return note.signed_by.name
    return _("{name} for {colleague}").format(name=note.signed_by.name, colleague=note.signed_for.name)
