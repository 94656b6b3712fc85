"""A view's tabs on one line, each with how much there is in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from clinic_tui.widgets.bar import Bar, Piece

_MORE = 6
"""Cells that `‹ +12` takes at an end."""


@dataclass(frozen=True)
class ViewTab:
    """One tab."""

    id: str
    title: str
    """Cleaned text in the user's language."""
    count: int = 0
    """How much there is in it; 0 shows nothing."""
    alert: bool = False
    """Whether the count needs somebody."""


class ViewTabs(Bar):
    """Shows as many tabs as fit around the current one, and how many more there are at each end.

    A click, and arrows where it can have the focus, choose a tab. It changes nothing itself: whoever is
    told shows the tabs anew.
    """

    DEFAULT_CSS = "ViewTabs { background: $background; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "step(1)", show=False),
        Binding("left,h", "step(-1)", show=False),
    ]

    class Chosen(Message):
        """A tab was chosen."""

        def __init__(self, tabs: "ViewTabs", id: str) -> None:  # noqa: A002 - what it is
            super().__init__()
            self.tabs = tabs
            self.id = id

        @property
        def control(self) -> "ViewTabs":
            """The line of tabs it is in."""
            return self.tabs

    def __init__(self, *, focus: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """`focus` tells whether the line can have the focus and its keys."""
        super().__init__(id=id)
        self.can_focus = focus
        self.current = ""
        """Id of the tab that is shown."""
        self._tabs: tuple[ViewTab, ...] = ()

    @property
    def tabs(self) -> tuple[ViewTab, ...]:
        """The tabs."""
        return self._tabs

    def show_tabs(self, tabs: Sequence[ViewTab], current: str) -> None:
        """Show these tabs, with this one as the current; repaints only what differs."""
        self._tabs, self.current = tuple(tabs), current
        self._fit()

    def step(self, by: int) -> str:
        """Id of the tab so many places from the current one; after the last comes the first."""
        ids = [tab.id for tab in self._tabs]
        if not ids:
            return ""
        here = ids.index(self.current) if self.current in ids else 0
        return ids[(here + by) % len(ids)]

    def action_step(self, by: int) -> None:
        """Choose the tab so many places on."""
        if self._tabs:
            self.post_message(self.Chosen(self, self.step(by)))

    def on_bar_pressed(self, message: Bar.Pressed) -> None:
        """A click chooses the tab under the pointer."""
        message.stop()
        self.post_message(self.Chosen(self, message.action))

    def on_resize(self, _event: events.Resize) -> None:
        """Fit the tabs to the new width."""
        self._fit()

    def on_focus(self) -> None:
        """Show that keys act here."""
        self._fit()

    def on_blur(self) -> None:
        """Show that keys act elsewhere."""
        self._fit()

    def _fit(self) -> None:
        width = self.size.width
        if not width:
            return
        shown = [self._pieces(tab) for tab in self._tabs]
        here = next((index for index, tab in enumerate(self._tabs) if tab.id == self.current), 0)
        widths = [sum(piece.width for piece in pieces) for pieces in shown]
        first, last = window(widths, here, width - 1)
        left: list[Piece] = []
        if first:
            left.append(Piece(f"‹ +{first}", self._more(self._tabs[:first]), self._tabs[first - 1].id))
        for pieces in shown[first:last]:
            left += pieces
        if last < len(shown):
            after = self._tabs[last:]
            left.append(Piece(f"+{len(after)} ›", self._more(after), after[0].id))
        self.show(left)

    def _pieces(self, tab: ViewTab) -> list[Piece]:
        current = tab.id == self.current
        style = "$on-accent on $accent bold" if current else "$foreground"
        if current and self.can_focus and not self.has_focus:
            style = "$accent bold"
        pieces = [Piece(f" {tab.title} ", style, tab.id)]
        if tab.count:
            count_style = "$warning bold" if tab.alert else "$muted"
            pieces.append(Piece(str(tab.count), count_style, tab.id, gap=int(current)))
        return pieces

    @staticmethod
    def _more(hidden: Sequence[ViewTab]) -> str:
        return "$warning bold" if any(tab.alert and tab.count for tab in hidden) else "$muted"


def window(widths: Sequence[int], here: int, room: int) -> tuple[int, int]:
    """The tabs of these widths that fit in so many cells, as a range around the one that is shown."""
    if sum(widths) <= room or not widths:
        return 0, len(widths)
    first, last, taken = here, here + 1, widths[here] + 2 * _MORE
    while True:
        if last < len(widths) and taken + widths[last] <= room:
            taken += widths[last]
            last += 1
        elif first and taken + widths[first - 1] <= room:
            first -= 1
            taken += widths[first]
        else:
            return first, last
