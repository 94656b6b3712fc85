"""The start page: what waits, at a glance. No work is done here; each figure opens its view."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from clinic_tui.actions.action import Scope
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.line_list import LineList
from clinic_tui.widgets.start_figures import COLUMNS, lines
from styles import css_paths

_DIALOGS = {"filter": "filter.edit", "tickets": "tickets.show"}
"""What is no view of its own, with the action that shows it."""
_TALL = 30
"""From this many lines on a blank one stands between the groups."""


class StartScreen(ClinicScreen):
    """Figures by view, most urgent first in each (domain.md 3, start page)."""

    CSS_PATH = css_paths("base", "team")
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.START)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.START)
    VIEW: ClassVar[str] = "go.start"
    AUTO_FOCUS = "LineList"

    def compose_view(self) -> ComposeResult:
        """The figures in a pane that scrolls."""
        with VerticalScroll(classes="pane", can_focus=False):
            yield LineList(COLUMNS)

    @property
    def figures(self) -> LineList:
        """The figures."""
        return self.query_one(LineList)

    def show_all(self) -> None:
        """Count everything anew."""
        self.figures.show(lines(self.place, airy=self.size.height >= _TALL))

    def on_resize(self) -> None:
        """Lay the groups out for the new height."""
        self.show_all()

    def show_changes(self, changes: Changes) -> None:
        """Count anew what changed."""
        if changes.everything or changes.lists or changes.rows or changes.team:
            self.show_all()

    def tick(self) -> None:
        """Waits grow."""
        self.show_all()

    def may(self, action_id: str) -> bool:
        """A figure is always selected, once there are any."""
        if action_id == "start.open":
            return self.is_mounted and self.figures.selected is not None
        return super().may(action_id)

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.do_start_open()

    def do_start_open(self) -> None:
        """Show what the figure counts: its view, and there its tab or that part of its list alone."""
        view, _colon, part = (self.figures.selected or "").partition(":")
        if part:
            self.place.wanted_tab[view] = part
        self.place.app_perform(_DIALOGS.get(view, f"go.{view}"))
