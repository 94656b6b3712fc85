"""Fits and wraps text by terminal cells, never through the middle of a character that the eye sees as one."""

from rich.cells import cell_len, set_cell_size, split_graphemes, split_text

from clinic_tui.protocol.text import safe_line

_SHORTEST_NAME = 6
_FIRST_COMBINING = "\u0300"
Span = tuple[int, int]
"""Where a wrapped line starts and ends in its text."""


def fit(text: str, width: int) -> str:
    """The text in exactly this many cells: padded with spaces, or cut with an ellipsis.

    Text is cleaned when it is decoded; it is looked at once more here, which costs nothing when it is clean.
    """
    if width <= 0:
        return ""
    text = safe_line(text)
    if cell_len(text) > width:
        text = split_text(text, width - 1)[0].rstrip(" ") + "…"
    return set_cell_size(text, width)


def cut(text: str, width: int) -> str:
    """The text in at most this many cells, cut with an ellipsis."""
    return text if cell_len(text) <= width else fit(text, width).rstrip()


def fit_person(text: str, width: int) -> str:
    """A name, and age and sex after a comma, in exactly this many cells: it is the name that is cut."""
    text = safe_line(text)
    name, comma, rest = text.rpartition(", ")
    room = width - cell_len(rest) - 2
    if cell_len(text) <= width or not comma or room < _SHORTEST_NAME:
        return fit(text, width)
    return fit(f"{fit(name, room).rstrip()}, {rest}", width)


def fit_deed(text: str, width: int) -> str:
    """Who does what, apart by a dot, in exactly this many cells: it is the last name that is cut."""
    text = safe_line(text)
    name, dot, deed = text.partition(" · ")
    first, space, last = name.partition(" ")
    if cell_len(text) <= width or not dot or not space:
        return fit(text, width)
    return fit(f"{first} {last[:1]}. · {deed}", width)


def wrap(text: str, width: int) -> list[Span]:
    """The lines of a text, each at most this many cells: broken at spaces, else within a word.

    The spans leave out the line feeds and the spaces that a break takes the place of.
    """
    width = max(1, width)
    spans: list[Span] = []
    start = 0
    while True:
        end = text.find("\n", start)
        stop = len(text) if end < 0 else end
        _wrap_paragraph(text, start, stop, width, spans)
        if end < 0:
            return spans
        start = end + 1


def _wrap_paragraph(text: str, start: int, stop: int, width: int, spans: list[Span]) -> None:
    paragraph = text[start:stop]
    if not paragraph or max(paragraph) < _FIRST_COMBINING:
        _wrap_narrow(text, start, stop, width, spans)
    elif cell_len(paragraph) <= width:
        spans.append((start, stop))
    else:
        _wrap_wide(paragraph, start, width, spans)


def _wrap_narrow(text: str, start: int, stop: int, width: int, spans: list[Span]) -> None:
    """Wrap text in which every character is one cell."""
    while stop - start > width:
        cut = text.rfind(" ", start, start + width + 1)
        if cut <= start or text[start:cut].isspace():
            cut = start + width
        spans.append((start, cut))
        start = cut
        while start < stop and text[start] == " ":
            start += 1
    spans.append((start, stop))


def _wrap_wide(paragraph: str, offset: int, width: int, spans: list[Span]) -> None:
    """Wrap text with wide, joined or combining characters."""
    graphemes, _ = split_graphemes(paragraph)
    first = 0
    while first < len(graphemes):
        cells, last, gap = 0, first, -1
        while last < len(graphemes) and cells + graphemes[last][2] <= width:
            if paragraph[graphemes[last][0]] == " " and last > first:
                gap = last
            cells += graphemes[last][2]
            last += 1
        if last == len(graphemes):
            spans.append((offset + graphemes[first][0], offset + len(paragraph)))
            return
        if paragraph[graphemes[last][0]] == " ":
            gap = last
        cut = gap if gap > first else max(last, first + 1)
        spans.append((offset + graphemes[first][0], offset + graphemes[cut - 1][1]))
        first = cut
        while first < len(graphemes) and paragraph[graphemes[first][0]] == " ":
            first += 1
