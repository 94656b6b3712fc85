"""Draws the work list's lines as strips."""

from functools import partial
from typing import Self

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from clinic_tui.i18n import _
from clinic_tui.widgets.badges import BADGE_WIDTH, FLAG_SIGNS, badge
from clinic_tui.widgets.palette import Palette
from clinic_tui.widgets.work_row import Columns, WorkRow, columns_for
from clinic_tui.widgets.wrapping import fit, fit_deed, fit_person

_BAR = "▌"
_WARNING_SIGNS = {"unread", "unsigned"}


class RowPainter:
    """Turns rows into strips for one palette and one set of columns."""

    def __init__(self, palette: Palette, columns: Columns) -> None:
        self.palette = palette
        self.columns = columns

    @classmethod
    def for_width(cls, palette: Palette, width: int) -> Self:
        """A painter of lines this many cells wide."""
        return cls(palette, columns_for(width))

    def header(self, note: str, *, warn: bool) -> Strip:
        """The line of column names, with a note about what is above at its right end."""
        c = self.columns
        gap = " " * c.gap
        edge = " " if c.gap > 1 else ""
        lead = edge + fit(_("Prio"), BADGE_WIDTH + (1 + c.word if c.word else 0) + c.gap + 1 - len(edge))
        parts = [lead + fit(_("Waited"), c.wait), fit(_("Resident"), c.resident), fit(_("Reason"), c.reason)]
        parts.append(" " * c.flags)
        if c.unit:
            parts.append(fit(_("Unit"), c.unit))
        parts.append(fit(_("State"), c.state))
        if c.owner:
            parts.append(fit(_("Owner"), c.owner))
        strip = self._pad([Segment(gap.join(parts), self.palette.style("header"))], "")
        return self.marked(strip, note, "warn" if warn else "header")

    def marked(self, strip: Strip, note: str, name: str) -> Strip:
        """The strip with a note over its right end."""
        if not note:
            return strip
        text = fit(f" {note} ", min(len(note) + 2, self.columns.width))
        mark = Strip([Segment(text, self.palette.style(name))])
        return Strip.join([strip.crop(0, self.columns.width - mark.cell_length), mark])

    def row(self, row: WorkRow, wait: str, *, on: str) -> Strip:
        """One row; ``on`` names the cursor style it lies on, or is empty."""
        c = self.columns
        style = partial(self.palette.style, on=on)
        gap = Segment(" " * c.gap, style("text"))
        bar = Segment(_BAR, self._bar(on)) if on else Segment(" ", style("text"))
        segments = [bar, badge(row.priority, partial(self._badge, on), shape=not c.word)]
        if c.word:
            segments.append(Segment(" " + fit(row.priority_word, c.word), style("muted")))
        segments += [
            gap,
            Segment(fit(wait, c.wait), style("warn" if row.warn else "text")),
            gap,
            Segment(fit_person(row.resident, c.resident), style("selected" if on else "text")),
            gap,
            Segment(fit(row.reason, c.reason), style("text")),
            gap,
            *self._flags(row, on),
            gap,
        ]
        if c.unit:
            segments += [Segment(fit(row.unit, c.unit), style("muted")), gap]
        if c.merged:
            text, name = (row.owner, "muted") if row.owner else (row.state, "text")
            segments.append(Segment(fit_deed(text, c.state), style(name)))
        else:
            segments += [Segment(fit(row.state, c.state), style("text")), gap]
            segments.append(Segment(fit(row.owner, c.owner), style("muted")))
        return self._pad(segments, on)

    def text(self, text: str, name: str) -> Strip:
        """A line of plain text, in from the edge."""
        return self._pad([Segment(" " + fit(text, self.columns.width - 2), self.palette.style(name))], "")

    def blank(self) -> Strip:
        """An empty line."""
        return Strip.blank(self.columns.width, self.palette.style("text"))

    def _bar(self, on: str) -> Style:
        return self.palette.style("bar" if on == "cursor" else "bar-blurred", on)

    def _badge(self, on: str, name: str) -> Style:
        return self.palette.style(name, on if name == "prio-none" else "")

    def _flags(self, row: WorkRow, on: str) -> list[Segment]:
        """The row's signs in the width of their column, unread with its count."""
        segments: list[Segment] = []
        left = self.columns.flags
        for flag, sign, _meaning in FLAG_SIGNS:
            shown = row.unread > 0 if flag == "unread" else flag in row.flags
            text = f"{sign}{min(row.unread, 9)}" if flag == "unread" else sign
            if not shown or len(text) > left:
                continue
            name = "warn" if flag in _WARNING_SIGNS else "sign"
            segments.append(Segment(text, self.palette.style(name, on)))
            left -= len(text)
        segments.append(Segment(" " * left, self.palette.style("text", on)))
        return segments

    def _pad(self, segments: list[Segment], on: str) -> Strip:
        style = self.palette.style("text", on)
        return Strip(segments).adjust_cell_length(self.columns.width, style).simplify()
