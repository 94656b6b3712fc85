"""Fits and wraps text by terminal cells, never through the middle of a character that the eye sees as one."""

from rich.cells import cell_len, set_cell_size, split_graphemes, split_text

_FIRST_COMBINING = "\u0300"
_VISIBLE = (
    {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
)
_VISIBLE_LINES = {code: text for code, text in _VISIBLE.items() if code != 0x0A}

Span = tuple[int, int]
"""Where a wrapped line starts and ends in its text."""


def visible(text: str, *, lines: bool = False) -> str:
    """The text with any control character left in it made visible; ``lines`` keeps line feeds.

    Text is cleaned when it is decoded. This is the last look before it is drawn; clean text costs nothing.
    """
    if text.isprintable():
        return text
    return text.expandtabs(4).translate(_VISIBLE_LINES if lines else _VISIBLE)


def fit(text: str, width: int) -> str:
    """The text in exactly this many cells: padded with spaces, or cut with an ellipsis."""
    if width <= 0:
        return ""
    text = visible(text)
    if cell_len(text) > width:
        text = split_text(text, width - 1)[0].rstrip(" ") + "…"
    return set_cell_size(text, width)


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
