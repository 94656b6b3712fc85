"""One-line bars: pieces from the left, pieces from the right, each of which a click may act on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from clinic_tui.widgets.wrapping import cut

_LEAST_WORDS = 8
"""Cells that a text which is cut keeps at least."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a bar. Its text is cleaned text, never markup."""

    text: str
    style: str = "$muted"
    action: str = ""
    """Id of the action a click performs; empty when there is none."""
    rank: int = 0
    """Pieces of the highest rank are left out first when the bar is too narrow; 0 always stays."""
    gap: int = 1
    """Blank cells before the piece."""
    leads: bool = False
    """Whether it means nothing without the piece after it, and goes when that is left out."""
    cuts: bool = False
    """Whether its text is cut, rather than what stands after it lost, where the bar is still too narrow."""

    @property
    def width(self) -> int:
        """Cells it takes, with its gap."""
        return self.gap + cell_len(self.text)


class Bar(Widget):
    """A line of pieces. Nothing in it moves but when its pieces change."""

    DEFAULT_CSS = """
    Bar { height: 1; width: 1fr; background: $chrome; color: $foreground; }
    """

    class Pressed(Message):
        """A piece with an action was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._left: tuple[Piece, ...] = ()
        self._right: tuple[Piece, ...] = ()
        self._spans: list[tuple[int, int, str]] = []

    def show(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Show these pieces; repaints only if they differ from those shown."""
        new = (tuple(left), tuple(right))
        if new != (self._left, self._right):
            self._left, self._right = new
            self.refresh()

    @property
    def text(self) -> str:
        """What the bar says, left part and right part apart by two blanks."""
        left = " ".join(piece.text for piece in self._left)
        right = " ".join(piece.text for piece in self._right)
        return f"{left}  {right}".strip()

    def render(self) -> Content:
        """The line, as wide as the bar."""
        width = self.size.width
        left, right = self._fitted(width)
        taken = sum(piece.width for piece in (*left, *right))
        self._spans = []
        parts: list[Content | str | tuple[str, str]] = []
        column = 0
        for piece in left:
            column = self._put(parts, piece, column)
        fill = max(0, width - taken - 1)
        parts.append(" " * fill)
        column += fill
        for piece in right:
            column = self._put(parts, piece, column)
        return Content.assemble(*parts)

    def _put(self, parts: list[Content | str | tuple[str, str]], piece: Piece, column: int) -> int:
        parts.append(" " * piece.gap)
        parts.append((piece.text, piece.style) if piece.style else piece.text)
        start = column + piece.gap
        end = start + cell_len(piece.text)
        if piece.action:
            self._spans.append((start, end, piece.action))
        return end

    def _fitted(self, width: int) -> tuple[list[Piece], list[Piece]]:
        left, right = list(self._left), list(self._right)
        while sum(piece.width for piece in (*left, *right)) + 1 > width:
            worst = max((piece.rank for piece in (*left, *right)), default=0)
            if worst == 0:
                _cut(left, sum(piece.width for piece in (*left, *right)) + 1 - width)
                break
            side = right if any(piece.rank == worst for piece in right) else left
            for index in range(len(side) - 1, -1, -1):
                if side[index].rank == worst:
                    first = index
                    while first and side[first - 1].leads:
                        first -= 1
                    del side[first : index + 1]
                    break
        return left, right

    def on_click(self, event: events.Click) -> None:
        """Perform the action of the piece under the pointer."""
        for start, end, action in self._spans:
            if start <= event.x < end:
                event.stop()
                self.post_message(self.Pressed(action))
                return


def _cut(pieces: list[Piece], cells: int) -> None:
    """Take so many cells from the first piece that may be cut, and leave the beginning of its words."""
    for index, piece in enumerate(pieces):
        if piece.cuts:
            pieces[index] = replace(
                piece, text=cut(piece.text, max(_LEAST_WORDS, cell_len(piece.text) - cells))
            )
            return
