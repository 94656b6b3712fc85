"""The menu at the left: the views with their counts, and my open visits below."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widget import Widget

from clinic_tui.i18n import _
from clinic_tui.widgets.bar import Bar
from clinic_tui.widgets.wrapping import fit

WIDE, NARROW = 22, 6
"""Columns of the menu, and of the strip it becomes on a narrow screen."""


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


class SideMenu(Widget):
    """The views and the open visits; under 100 columns a strip of numbers."""

    DEFAULT_CSS = f"""
    SideMenu {{ width: {WIDE}; height: 1fr; background: $chrome; padding: 1 0; }}
    """

    def __init__(self) -> None:
        super().__init__(id="menu")
        self._views: tuple[MenuItem, ...] = ()
        self._visits: tuple[MenuItem, ...] = ()
        self._rows: list[str] = []

    def show(self, views: Sequence[MenuItem], visits: Sequence[MenuItem]) -> None:
        """Show these; repaints only if they differ from those shown."""
        new = (tuple(views), tuple(visits))
        if new != (self._views, self._visits):
            self._views, self._visits = new
            self.refresh()

    def render(self) -> Content:
        """Every row of the menu."""
        width, height = self.content_size
        lines: list[Content] = []
        self._rows = []
        for item in self._views:
            self._add(lines, self._line(item, width), item.action)
            self._add(lines, Content(""), "")
        room = height - len(lines) - 3
        visits = self._visits[: max(0, room)]
        if visits:
            while len(lines) < height - len(visits) - 2:
                self._add(lines, Content(""), "")
            title = _("My open visits") if width >= WIDE else ""
            self._add(lines, Content.assemble(" ", (title, "$muted")), "")
            self._add(lines, Content(""), "")
            for item in visits:
                self._add(lines, self._line(item, width), item.action)
        return Content("\n").join(lines)

    def _add(self, lines: list[Content], line: Content, action: str) -> None:
        lines.append(line)
        self._rows.append(action)

    def _line(self, item: MenuItem, width: int) -> Content:
        bar = "▌" if item.current else " "
        count = str(item.count) if item.count else ""
        count_style = "$warning bold" if item.alert else "$muted"
        shade = " on $cursor" if item.current else ""
        if width < WIDE:
            key = item.key or item.title[:1]
            return Content.assemble(
                (bar, "$accent" + shade),
                (f"{key:<2}", ("bold" if item.current else "$muted") + shade),
                (f"{count[:3]:>{width - 3}}", count_style + shade),
            )
        title_style = "bold" if item.current else "$foreground"
        room = width - 3 - len(item.key) - 1 - 4
        return Content.assemble(
            (bar, "$accent" + shade),
            (f"{item.key} ", ("$accent" if item.key == "▸" else "$muted") + shade),
            (fit(item.title, room), title_style + shade),
            (f"{count[:4]:>4} ", count_style + shade),
        )

    def on_click(self, event: events.Click) -> None:
        """Go to the view or visit under the pointer."""
        row = event.y - self.styles.padding.top
        if 0 <= row < len(self._rows) and self._rows[row]:
            event.stop()
            self.post_message(Bar.Pressed(self._rows[row]))
