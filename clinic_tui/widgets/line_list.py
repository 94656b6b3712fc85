"""A list of lines in columns under headings: the cursor moves from line to line and stays on its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from clinic_tui.widgets.following import keep_in_sight
from clinic_tui.widgets.shade import cursor_shade
from clinic_tui.widgets.wrapping import fit, fit_person

_GAP, _EDGE = 2, 2
_LEAST = 16
"""Cells that the flexible column keeps before another is left out."""


class Cell(NamedTuple):
    """One cell: its text, cleaned when it is drawn, and its style."""

    text: str
    style: str = "$foreground"


@dataclass(frozen=True)
class Column:
    """How a column is laid out."""

    flex: bool = False
    """Whether it is the one that is cut when there is too little room."""
    rank: int = 0
    """Columns of the highest rank are left out first; 0 always stays."""
    right: bool = False
    person: bool = False
    """Whether it holds names with an age after them: it is the name that is cut."""
    most: int = 40
    """Cells at most."""


@dataclass(frozen=True)
class Line:
    """One line. Without an id it is a heading or an empty line, and the cursor passes it by.

    The last cell of a line with fewer cells than there are columns has all the room that is left.
    """

    id: str = ""
    cells: tuple[Cell, ...] = ()


def heading(text: str) -> Line:
    """A heading over the lines below it."""
    return Line(cells=(Cell(text, "bold"),))


class LineList(Widget, can_focus=True):
    """As high as its lines, in a pane that scrolls. A click selects, a click on the selected line opens."""

    DEFAULT_CSS = "LineList { height: auto; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("home", "move(-10000)", show=False),
        Binding("end", "move(10000)", show=False),
    ]

    class Moved(Message):
        """The cursor is on another line."""

        def __init__(self, id: str) -> None:  # noqa: A002 - what it is
            super().__init__()
            self.id = id

    class Opened(Message):
        """The selected line was clicked."""

        def __init__(self, id: str) -> None:  # noqa: A002 - what it is
            super().__init__()
            self.id = id

    def __init__(self, columns: Sequence[Column], *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._lines: tuple[Line, ...] = ()
        self._cursor = 0

    def show(self, lines: Sequence[Line], columns: Sequence[Column] | None = None) -> None:
        """Show these lines; the cursor stays on its line, or near where that was."""
        before = self.selected
        if columns is not None:
            self._columns = tuple(columns)
        if tuple(lines) == self._lines and columns is None:
            return
        higher = len(lines) != len(self._lines)
        self._lines = tuple(lines)
        same = (at for at, line in enumerate(self._lines) if line.id and line.id == before)
        self._cursor = next(same, self._near(self._cursor))
        self.refresh(layout=higher)
        if self.selected != before and self.selected is not None:
            self.post_message(self.Moved(self.selected))

    @property
    def selected(self) -> str | None:
        """Id of the line under the cursor; None where there is none."""
        line = self._lines[self._cursor] if self._cursor < len(self._lines) else None
        return line.id if line is not None and line.id else None

    def select(self, line_id: str) -> bool:
        """Put the cursor on a line; False where there is none by that id."""
        at = next((at for at, line in enumerate(self._lines) if line.id == line_id), None)
        if at is None:
            return False
        self._put(at)
        return True

    def render(self) -> Content:
        """Every line."""
        width = self.content_size.width or 60
        widths = self._widths(width)
        return Content("\n").join(self._line(at, line, widths, width) for at, line in enumerate(self._lines))

    def _line(self, at: int, line: Line, widths: Sequence[int], width: int) -> Content:
        if not line.id:
            return Content.assemble(*((fit(cell.text, width), cell.style) for cell in line.cells[:1]))
        here = at == self._cursor
        shade = cursor_shade(self) if here else ""
        parts: list[tuple[str, str]] = [("▌ " if here else "  ", "$accent" + shade)]
        used = _EDGE
        for cell, column, room in zip(line.cells, self._columns, widths, strict=False):
            whole = cell is line.cells[-1] and len(line.cells) < len(self._columns)
            if not room and not whole:
                continue
            cells = max(0, width - used - _GAP) if whole else room
            text = fit_person(cell.text, cells) if column.person else fit(cell.text, cells)
            if column.right:
                text = f"{text.rstrip():>{cells}}"
            parts += [(text, cell.style + (shade if " on " not in cell.style else "")), (" " * _GAP, shade)]
            used += cells + _GAP
        parts.append((" " * max(0, width - used), shade))
        return Content.assemble(*((text, style.strip()) for text, style in parts))

    def _widths(self, width: int) -> list[int]:
        """Cells of each column; 0 for those left out."""
        found = [0] * len(self._columns)
        for line in self._lines:
            cells = line.cells if len(line.cells) >= len(found) else line.cells[:-1]
            for at, cell in enumerate(cells[: len(found)] if line.id else ()):
                found[at] = max(found[at], min(cell_len(cell.text), self._columns[at].most))
        flexible = next((at for at, column in enumerate(self._columns) if column.flex), None)
        while (rest := self._rest(found, width, flexible)) < 0:
            ranked = [
                (column.rank, at) for at, column in enumerate(self._columns) if column.rank and found[at]
            ]
            if not ranked:
                break
            found[max(ranked)[1]] = 0
        if flexible is not None and rest < found[flexible] - _LEAST:
            found[flexible] = max(4, min(found[flexible], _LEAST + rest))
        return found

    @staticmethod
    def _rest(found: Sequence[int], width: int, flexible: int | None) -> int:
        """Cells left beside all columns, the flexible one at its least."""
        taken = sum(room + _GAP for at, room in enumerate(found) if room and at != flexible)
        least = min(_LEAST, found[flexible]) + _GAP if flexible is not None else 0
        return width - _EDGE - taken - least

    def action_move(self, by: int) -> None:
        """Move the cursor so many lines on, past headings; it stops at the ends."""
        places = [at for at, line in enumerate(self._lines) if line.id]
        if not places:
            return
        here = places.index(self._cursor) if self._cursor in places else 0
        to = min(max(0, here + by), len(places) - 1)
        if places[to] != self._cursor:
            self._put(places[to])

    def _near(self, place: int) -> int:
        """The line with an id that is nearest to this place."""
        places = [at for at, line in enumerate(self._lines) if line.id]
        return min(places, key=lambda at: (abs(at - place), at), default=0)

    def _put(self, at: int) -> None:
        if at == self._cursor:
            return
        self._cursor = at
        self.refresh()
        keep_in_sight(self, at)
        self.post_message(self.Moved(self._lines[at].id))

    def on_focus(self) -> None:
        """Show that keys act here."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that keys act elsewhere."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Select the line under the pointer, or open the one that is selected."""
        event.stop()
        line = self._lines[event.y] if 0 <= event.y < len(self._lines) else Line()
        if not line.id:
            return
        if event.y == self._cursor:
            self.post_message(self.Opened(line.id))
        else:
            self._put(event.y)
