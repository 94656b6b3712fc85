"""The least a Textual app can do: one line of text that each key changes."""

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from benchmarks.programs.ready import Measured


class Bare(Measured):
    """Counts keys."""

    count = 0

    def compose(self) -> ComposeResult:
        """One line."""
        yield Static("READY", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Show one more."""
        self.count += 1
        self.query_one(Static).update(f"{event.key} {self.count}")


Bare().run()
