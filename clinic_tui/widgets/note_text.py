"""What the lines of a note are: headings, and what it says in one line."""

from collections.abc import Sequence

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
