"""A short list to choose one line from: the cursor moves, Enter or a second click chooses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from clinic_tui.widgets.following import keep_in_sight
from clinic_tui.widgets.shade import cursor_shade
from clinic_tui.widgets.wrapping import fit


@dataclass(frozen=True)
class ChoiceItem:
    """One line of the list."""

    id: str
    title: str
    detail: str = ""
    note: str = ""
    """Muted text at the line's end."""


class ChoiceList(Widget, can_focus=True):
    """As high as its lines; the one under the cursor has a bar at its left and a shade.

    A click selects a line, and a click on the line that the user has selected chooses it.
    """

    DEFAULT_CSS = "ChoiceList { height: auto; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("home", "move(-1000)", show=False),
        Binding("end", "move(1000)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Moved(Message):
        """The cursor is on another line."""

        def __init__(self, id: str) -> None:  # noqa: A002 - what it is
            super().__init__()
            self.id = id

    class Chosen(Message):
        """A line was chosen."""

        def __init__(self, id: str) -> None:  # noqa: A002 - what it is
            super().__init__()
            self.id = id

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._items: tuple[ChoiceItem, ...] = ()
        self._cursor = 0
        self._selected = False
        """Whether the user has put the cursor where it stands."""

    def show(self, items: Sequence[ChoiceItem]) -> None:
        """Show these lines, with the cursor on the first."""
        self._items, self._cursor, self._selected = tuple(items), 0, False
        self.refresh(layout=True)

    @property
    def selected(self) -> str | None:
        """Id of the line under the cursor."""
        return self._items[self._cursor].id if self._items else None

    def render(self) -> Content:
        """Every line."""
        width = self.content_size.width or 60
        note = min(width // 4, max((cell_len(item.note) for item in self._items), default=0))
        room = width - 2 - (note + 4 if note else 0)
        titles = max((cell_len(item.title) for item in self._items), default=0)
        details = max((cell_len(item.detail) for item in self._items), default=0)
        detail = min(details, max(width // 3, room - titles - 2))
        title = max(8, width - 2 - (detail + 1 if detail else 0) - (note + 4 if note else 0))
        lines: list[Content] = []
        for index, item in enumerate(self._items):
            here = index == self._cursor
            shade = cursor_shade(self) if here else ""
            lines.append(
                Content.assemble(
                    ("▌ " if here else "  ", "$accent" + shade),
                    (fit(item.title, title), ("bold" if here else "$foreground") + shade),
                    (" " + fit(item.detail, detail) if detail else "", "$foreground" + shade),
                    ("  " + fit(item.note, note) + "  " if note else "", "$muted" + shade),
                )
            )
        return Content("\n").join(lines)

    def action_move(self, by: int) -> None:
        """Move the cursor; it stops at the ends."""
        to = min(max(0, self._cursor + by), len(self._items) - 1)
        if self._items and to != self._cursor:
            self._put(to)
            keep_in_sight(self, self._cursor)

    def action_choose(self) -> None:
        """Choose the line under the cursor."""
        if self.selected is not None:
            self.post_message(self.Chosen(self.selected))

    def on_focus(self) -> None:
        """Show that keys act here."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that keys act elsewhere."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Select the line under the pointer, or choose the one that is selected."""
        event.stop()
        if not 0 <= event.y < len(self._items):
            return
        if self._selected and event.y == self._cursor:
            self.action_choose()
        else:
            self._put(event.y)

    def _put(self, to: int) -> None:
        self._cursor, self._selected = to, True
        self.refresh()
        self.post_message(self.Moved(self._items[to].id))
