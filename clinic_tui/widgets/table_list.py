"""A work list with columns of one's own: visits of a day, things to verify."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from rich.segment import Segment
from textual.strip import Strip

from clinic_tui.widgets.palette import Palette
from clinic_tui.widgets.work_list import WorkList
from clinic_tui.widgets.work_paint import RowPainter
from clinic_tui.widgets.work_row import WorkRow, columns_for
from clinic_tui.widgets.wrapping import fit, fit_deed, fit_person

CellStyle = Literal["text", "muted", "warn", "sign", "selected"]
_FITS = {"plain": fit, "person": fit_person, "deed": fit_deed}
_GAP, _NARROW_GAP, _NARROW = 2, 1, 84


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row; its text is cleaned where it is fitted."""

    text: str
    style: CellStyle = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow(WorkRow):
    """One row; as many cells as the list has columns."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column; `weight` is its share of the room that is left when all have their least."""

    title: str
    least: int
    most: int = 0
    """The cells it takes at most; 0 is as many as `least`."""
    weight: int = 0
    from_width: int = 0
    """How wide the list must be for the column to be shown."""
    cut: Literal["plain", "person", "deed"] = "plain"
    """What goes when it is too long: the end, a name's end, or a last name."""


def widths_for(columns: Sequence[TableColumn], width: int) -> tuple[int, ...]:
    """The cells of each column in a list this wide; 0 for one that is not shown."""
    gap = _GAP if width >= _NARROW else _NARROW_GAP
    shown = [width >= column.from_width for column in columns]
    given = [column.least if here else 0 for column, here in zip(columns, shown, strict=True)]
    left = width - 2 - sum(given) - gap * (sum(shown) - 1)
    while left > 0:
        growing = [
            index
            for index, column in enumerate(columns)
            if shown[index] and column.weight and given[index] < column.most
        ]
        if not growing:
            break
        total, before = sum(columns[index].weight for index in growing), left
        for index in growing:
            column = columns[index]
            share = min(max(1, before * column.weight // total), column.most - given[index], left)
            given[index] += share
            left -= share
    return tuple(given)


class TablePainter(RowPainter):
    """Turns rows of cells into strips."""

    def __init__(self, palette: Palette, columns: Sequence[TableColumn], width: int) -> None:
        super().__init__(palette, columns_for(width))
        self._columns = columns
        self._widths = widths_for(columns, width)
        self._gap = " " * (_GAP if width >= _NARROW else _NARROW_GAP)

    def header(self, note: str, *, warn: bool) -> Strip:
        """The line of column names, with a note at its right end."""
        shown = zip(self._columns, self._widths, strict=True)
        text = " " + self._gap.join(fit(column.title, width) for column, width in shown if width)
        strip = self._pad([Segment(text, self.palette.style("header"))], "")
        return self.marked(strip, note, "warn" if warn else "header")

    def row(self, row: WorkRow, wait: str, *, on: str) -> Strip:
        """One row; ``on`` names the cursor style it lies on, or is empty."""
        if not isinstance(row, TableRow):
            return super().row(row, wait, on=on)
        style = partial(self.palette.style, on=on)
        segments = [Segment("▌", self._bar(on)) if on else Segment(" ", style("text"))]
        first = True
        for column, width, cell in zip(self._columns, self._widths, row.cells, strict=True):
            if not width:
                continue
            if not first:
                segments.append(Segment(self._gap, style("text")))
            first = False
            name = cell.style if cell.style != "selected" or on else "text"
            segments.append(Segment(_FITS[column.cut](cell.text, width), style(name)))
        return self._pad(segments, on)


class TableList(WorkList):
    """A work list whose lines are `TableRow`s; cursor, mouse and scrolling are the work list's."""

    def __init__(
        self,
        columns: Sequence[TableColumn],
        *,
        now: float | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(now=now, id=id)
        self._columns = tuple(columns)

    def set_columns(self, columns: Sequence[TableColumn]) -> None:
        """Show other columns; the rows that are shown next must have as many cells."""
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._painter = None
            self._strips.clear()
            self.refresh()

    def _current_painter(self) -> RowPainter:
        if self._painter is None:
            self._strips.clear()
            palette = Palette.of(self, self.COMPONENT_CLASSES)
            self._painter = TablePainter(palette, self._columns, self.size.width)
        return self._painter
