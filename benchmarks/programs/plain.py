"""A bare Textual app as anybody would write it: one line of text, and no theme of ours."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Plain(App[None]):
    """One line."""

    def compose(self) -> ComposeResult:
        """It."""
        yield Static("READY", markup=False)


Plain().run()
