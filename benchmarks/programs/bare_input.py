"""Textual's own line to write in, alone on the screen."""

from textual.app import ComposeResult
from textual.widgets import Input

from benchmarks.programs.ready import Measured


class InputApp(Measured):
    """One line to write in."""

    def compose(self) -> ComposeResult:
        """It."""
        yield Input("READY")


InputApp().run()
