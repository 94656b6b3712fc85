"""The menu at the left: the views with their counts, and my open visits below."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from clinic_tui.i18n import _
from clinic_tui.widgets.bar import Bar
from clinic_tui.widgets.wrapping import fit

WIDE, NARROW = 22, 6
"""Columns of the menu, and of the strip it becomes on a narrow screen."""
_KEPT_LINES = 500
_VISITS_HEADING = 3
"""Lines above the open visits: a blank one, the heading, a blank one."""


@dataclass(frozen=True)
class MenuItem:
    """A view, or an open visit."""

    action: str
    """Id of the action a click performs."""
    key: str
    title: str
    count: int = 0
    alert: bool = False
    """Whether the count needs somebody."""
    current: bool = False
    letters: str = ""
    """One or two letters for the strip; where there are none it shows the key."""


Row = MenuItem | str
"""A line of the menu: an item, a heading, or nothing."""


class SideMenu(Widget):
    """The views and the open visits; under 100 columns a strip of numbers. A change repaints its own line.

    A blank line stands between the views where there is room for all of it.
    """

    ALLOW_SELECT = False

    DEFAULT_CSS = f"""
    SideMenu {{ width: {WIDE}; height: 1fr; background: $chrome; padding: 1 0; }}
    """

    def __init__(self) -> None:
        super().__init__(id="menu")
        self._views: tuple[MenuItem, ...] = ()
        self._visits: tuple[MenuItem, ...] = ()
        self._rows: list[Row] = []
        self._strips: dict[tuple[Row, int], Strip] = {}
        self._hint = ""

    def dim_keys(self, hint: str) -> None:
        """Show with a hint that the digits do not act where the focus is, and what does; empty: they do."""
        if hint != self._hint:
            self._hint = hint
            self._strips.clear()
            self._lay_out()
            self.refresh()

    @property
    def dimmed(self) -> bool:
        """Whether its digits do not act where the focus is; a click does in any case."""
        return bool(self._hint)

    def show(self, views: Sequence[MenuItem], visits: Sequence[MenuItem]) -> None:
        """Show these; repaints only if they differ from those shown."""
        new = (tuple(views), tuple(visits))
        if new != (self._views, self._visits):
            self._views, self._visits = new
            self._lay_out()

    def on_resize(self) -> None:
        """Lay the lines out for the new size."""
        self._lay_out()

    def notify_style_update(self) -> None:
        """Draw the lines anew in the new colours."""
        super().notify_style_update()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """One line, drawn once for as long as it says the same."""
        width = self.content_size.width
        row = self._rows[y] if y < len(self._rows) else ""
        strip = self._strips.get((row, width))
        if strip is None:
            if len(self._strips) > _KEPT_LINES:
                self._strips.clear()
            line = self._line(row, width) if isinstance(row, MenuItem) else _heading(row)
            strip = Visual.to_strips(self, line, width, 1, self.visual_style)[0]
            self._strips[row, width] = strip
        return strip

    def _lay_out(self) -> None:
        """Put the rows in their lines, and repaint those that differ."""
        before, self._rows = self._rows, self._laid_out()
        for y, (old, new) in enumerate(zip_longest(before, self._rows, fillvalue="")):
            if old != new:
                self.refresh(Region(0, y, self.content_size.width, 1))

    def _laid_out(self) -> list[Row]:
        width, height = self.content_size
        rows: list[Row] = []
        open_now = len(self._visits) + _VISITS_HEADING if self._visits else 0
        airy = 2 * len(self._views) + open_now <= height
        for item in self._views:
            rows += [item, ""] if airy else [item]
        if self._hint and airy and width >= WIDE and len(rows) + open_now < height:
            rows.append(self._hint)
        visits = self._visits[: max(0, height - len(rows) - _VISITS_HEADING)]
        if visits:
            rows += [""] * (height - len(visits) - 2 - len(rows))
            rows += [_("My open visits") if width >= WIDE else "", "", *visits]
        return rows

    def _line(self, item: MenuItem, width: int) -> Content:
        bar = "▌" if item.current else " "
        count = str(item.count) if item.count else ""
        count_style = "$warning bold" if item.alert else "$muted"
        shade = " on $cursor" if item.current else ""
        if width < WIDE:
            key = fit(item.letters or item.key or item.title[:1], 2)
            return Content.assemble(
                (bar, "$accent" + shade),
                (key, ("bold" if item.current else self._key_style(item)) + shade),
                (f"{count[:3]:>{width - 3}}", count_style + shade),
            )
        title_style = "bold" if item.current else "$foreground"
        count = f" {count[:4]} " if count else " "
        room = width - 2 - len(item.key) - len(count)
        return Content.assemble(
            (bar, "$accent" + shade),
            (f"{item.key} ", self._key_style(item) + shade),
            (fit(item.title, room), title_style + shade),
            (count, count_style + shade),
        )

    def _key_style(self, item: MenuItem) -> str:
        if item.key == "▸":
            return "$accent"
        return "$muted 50%" if self.dimmed else "$muted"

    def on_click(self, event: events.Click) -> None:
        """Go to the view or visit under the pointer."""
        row = event.y - self.styles.padding.top
        item = self._rows[row] if 0 <= row < len(self._rows) else ""
        if isinstance(item, MenuItem):
            event.stop()
            self.post_message(Bar.Pressed(item.action))


def _heading(text: str) -> Content:
    return Content.assemble(" ", (text, "$muted")) if text else Content("")
