"""The list of cases: draws the lines in view alone, and keeps the selection on its case."""

import time
from collections.abc import Mapping, Sequence
from math import inf
from time import monotonic
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from clinic_tui.i18n import ngettext
from clinic_tui.widgets.palette import Palette
from clinic_tui.widgets.row_view import RowView
from clinic_tui.widgets.selection import Place, find_again, place_of
from clinic_tui.widgets.work_paint import RowPainter
from clinic_tui.widgets.work_row import WorkRow

_CACHED_LINES = 512
FALL_SECONDS = 1.5
"""So long a cursor that came upon another case by itself has not been seen there."""


class WorkList(RowView, can_focus=True):
    """Cases in the caller's order; costs are those of the lines in view, whatever the number of rows."""

    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", show=False, id="list.up"),
        Binding("down", "cursor(1)", show=False, id="list.down"),
        Binding("pageup", "page(-1)", show=False, id="list.page_up"),
        Binding("pagedown", "page(1)", show=False, id="list.page_down"),
        Binding("home", "edge(-1)", show=False, id="list.home"),
        Binding("end", "edge(1)", show=False, id="list.end"),
        Binding("enter", "open", show=False, id="list.open"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"work-list--{name}"
        for name in (
            *("text", "selected", "muted", "header", "warn", "sign", "bar", "bar-blurred"),
            *("cursor", "cursor-blurred", "empty", "prio-none", "prio-other"),
            *("prio-1", "prio-2", "prio-3", "prio-4", "prio-5"),
        )
    }

    DEFAULT_CSS = """
    WorkList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
        & > .work-list--text { color: $foreground; }
        & > .work-list--selected { color: $foreground; text-style: bold; }
        & > .work-list--muted { color: $muted; }
        & > .work-list--header { color: $muted; }
        & > .work-list--empty { color: $muted; }
        & > .work-list--warn { color: $warning; text-style: bold; }
        & > .work-list--sign { color: $accent; }
        & > .work-list--bar { color: $accent; }
        & > .work-list--bar-blurred { color: $muted; }
        & > .work-list--cursor { background: $cursor; }
        & > .work-list--cursor-blurred { background: $cursor-blurred; }
        &:ansi > .work-list--muted { text-style: dim; }
        &:ansi > .work-list--cursor { text-style: reverse; }
        & > .work-list--prio-none { color: $muted; }
        & > .work-list--prio-other { background: $prio-other; color: $prio-other-text; text-style: bold; }
        & > .work-list--prio-1 { background: $prio-1; color: $prio-1-text; text-style: bold; }
        & > .work-list--prio-2 { background: $prio-2; color: $prio-2-text; text-style: bold; }
        & > .work-list--prio-3 { background: $prio-3; color: $prio-3-text; text-style: bold; }
        & > .work-list--prio-4 { background: $prio-4; color: $prio-4-text; text-style: bold; }
        & > .work-list--prio-5 { background: $prio-5; color: $prio-5-text; text-style: bold; }
    }
    """

    PAINTER: ClassVar[type[RowPainter]] = RowPainter
    """What draws the lines."""

    empty_text: reactive[str] = reactive("")
    """What an empty list says; may have several lines."""

    class Selected(Message):
        """The cursor came to another case; ``case_id`` is None when the list has become empty."""

        def __init__(self, work_list: "WorkList", case_id: str | None) -> None:
            super().__init__()
            self.work_list = work_list
            self.case_id = case_id

        @property
        def control(self) -> "WorkList":
            """The list that it came to."""
            return self.work_list

    class Opened(Message):
        """The user asked to open a case, with Enter or a double click."""

        def __init__(self, work_list: "WorkList", case_id: str) -> None:
            super().__init__()
            self.work_list = work_list
            self.case_id = case_id

        @property
        def control(self) -> "WorkList":
            """The list that holds it."""
            return self.work_list

    def __init__(
        self,
        *,
        empty_text: str = "",
        now: float | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._order: Sequence[str] = ()
        self._rows: Mapping[str, WorkRow] = {}
        self._newer: dict[str, WorkRow] = {}
        self._place: Place | None = None
        self._fell_at = -inf
        """When the cursor came upon another case by itself."""
        self._top: Place | None = None
        self._seen = range(0)
        self._new_above = 0
        self._now = time.time() if now is None else now
        self.set_reactive(WorkList.empty_text, empty_text)
        self._painter: RowPainter | None = None
        self._strips: LRUCache[tuple[str, str, str], tuple[WorkRow, Strip]] = LRUCache(_CACHED_LINES)

    @property
    def selected(self) -> str | None:
        """The case under the cursor; None in an empty list."""
        return self._place.item if self._place else None

    @property
    def just_fell(self) -> bool:
        """Whether the cursor stands on another case than a moment ago, and nobody has moved it.

        A key that is pressed now was meant for the case that left, or is its second press.
        """
        return monotonic() - self._fell_at < FALL_SECONDS

    @property
    def row_count(self) -> int:
        """How many cases there are."""
        return len(self._order)

    @property
    def ids_in_view(self) -> Sequence[str]:
        """The cases whose lines are in view."""
        return [self._order[index] for index in self.rows_in_view]

    def set_rows(self, order: Sequence[str], rows: Mapping[str, WorkRow]) -> None:
        """Show these cases in this order; both objects are kept, not copied.

        The selection stays on its case and, where the list allows, on its line of the screen. Call again
        after changing the order or the set of cases in place.
        """
        before, old_top = self.selected, self._top
        held, line = self._place, 0
        if held is None or held.index not in self._seen:
            held = old_top
        elif old_top:
            line = held.index - old_top.index
        self._order, self._rows = order, rows
        self._newer.clear()
        self._place = self._follow(self._place) or self._follow(Place("", 0, (), ()))
        self.fit_height()
        anchor, top = self._follow(held), self._follow(old_top)
        if anchor:
            self.scroll_to_row(anchor.index - line)
        if top and old_top and self.top_row:
            self._new_above += max(0, top.index - old_top.index)
        self._remember_view()
        self.refresh()
        if self.selected != before:
            if before is not None:
                self._fell_at = monotonic()
            self.post_message(self.Selected(self, self.selected))

    def update_row(self, row: WorkRow) -> None:
        """Show a case anew; repaints its line if that is in view, nothing otherwise."""
        self._newer[row.case_id] = row
        for index in self.rows_in_view:
            if self._order[index] == row.case_id:
                self.refresh_row(index)
                return

    def tick(self, now: float) -> None:
        """Set the clock (seconds since the epoch); repaints the lines in view that read differently."""
        before, self._now = self._now, now
        for index in self.rows_in_view:
            row = self._row(index)
            if row.time_text(before) != row.time_text(now):
                self.refresh_row(index)

    def select(self, case_id: str, *, unasked: bool = False) -> bool:
        """Put the cursor on a case and bring it into view; False if it is not in the list.

        `unasked` where the user has not chosen it.
        """
        try:
            index = self._order.index(case_id)
        except ValueError:
            return False
        self._move_to(index)
        if unasked:
            self._fell_at = monotonic()
        return True

    def action_cursor(self, step: int) -> None:
        """Move the cursor this many lines."""
        if self._place:
            self._move_to(self._place.index + step)

    def action_page(self, direction: int) -> None:
        """Move the cursor and the view a page."""
        if self._place:
            step = direction * max(1, self.body_height - 1)
            self.scroll_to_row(round(self.scroll_y) + step)
            self._move_to(self._place.index + step)

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first or the last case."""
        self._move_to(0 if direction < 0 else len(self._order) - 1)

    def action_open(self) -> None:
        """Ask for the selected case to be opened."""
        if self._place:
            self.post_message(self.Opened(self, self._place.item))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Select the case under the pointer."""
        index = self.row_at(event.y)
        if index is not None:
            self._move_to(index)

    def on_click(self, event: events.Click) -> None:
        """Open the case that is clicked twice."""
        if event.chain == 2 and self.row_at(event.y) is not None:
            self.action_open()

    def on_resize(self) -> None:
        """Fit the columns anew and keep the cursor in view."""
        self._painter = None
        self.fit_height()
        if self._place:
            self._move_to(self._place.index)

    def notify_style_update(self) -> None:
        """Read the colours again; drawn lines are kept if none changed."""
        super().notify_style_update()
        if self._painter and self._painter.palette != Palette.of(self, self.COMPONENT_CLASSES):
            self._painter = None

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Repaint after a scroll, and remember which case is at the top."""
        super().watch_scroll_y(old_value, new_value)
        if round(new_value) == 0:
            self._new_above = 0
        self._remember_view()

    def begin_frame(self) -> None:
        """Read what all the lines of a frame share."""
        super().begin_frame()
        self._frame_header = self.header_height
        self._frame_painter = self._current_painter()
        self._on = "cursor" if self.has_focus else "cursor-blurred"

    def draw_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        header, painter = self._frame_header, self._frame_painter
        if y == 0:
            return self._draw_header(painter)
        index = y - header + self.first_line
        if y < header or index >= len(self._order):
            line = y - header
            lines = [] if self._order else self.empty_text.split("\n")
            return painter.text(lines[line], "empty") if 0 <= line < len(lines) else painter.blank()
        row = self._row(index)
        on = self._on if self._place and self._place.index == index else ""
        wait = row.time_text(self._now)
        key = (row.case_id, wait, on)
        cached = self._strips.get(key)
        if cached is None or cached[0] is not row:
            cached = (row, painter.row(row, wait, on=on))
            self._strips[key] = cached
        return cached[1]

    def _draw_header(self, painter: RowPainter) -> Strip:
        count = self._new_above
        if count:
            note = ngettext("{count} new ↑", "{count} new ↑", count).format(count=count)
        else:
            note = f"↑ {self.first_line}" if self.first_line else ""
        return painter.header(note, warn=bool(count))

    def _current_painter(self) -> RowPainter:
        if self._painter is None:
            self._strips.clear()
            palette = Palette.of(self, self.COMPONENT_CLASSES)
            self._painter = self.PAINTER.for_width(palette, self.size.width)
        return self._painter

    def _row(self, index: int) -> WorkRow:
        """The row of a line; a blank one for a case that went before the list was told."""
        case_id = self._order[index]
        found = self._newer.get(case_id) or self._rows.get(case_id)
        return found or WorkRow(case_id=case_id, resident="")

    def _follow(self, place: Place | None) -> Place | None:
        """The place that an earlier one has become; None in an empty list."""
        if place is None or not self._order:
            return None
        return place_of(self._order, find_again(self._order, place))

    def _remember_view(self) -> None:
        """Note which rows are in view, for when the order has changed under us."""
        self._seen = self.rows_in_view
        self._top = place_of(self._order, self._seen.start) if self._seen else None

    def _move_to(self, index: int) -> None:
        """Put the cursor on a row, within the list, and bring it into view."""
        if not self._order:
            return
        self._fell_at = -inf
        index = min(max(index, 0), len(self._order) - 1)
        before = self._place
        self.scroll_into_view(index)
        if before and before.index == index:
            return
        self._place = place_of(self._order, index)
        if before:
            self.refresh_row(before.index)
        self.refresh_row(index)
        self.post_message(self.Selected(self, self._place.item))
