"""When the user last did anything at the workstation: colleagues see presence fade by it (domain.md 2.11)."""

from collections.abc import Callable
from time import monotonic
from typing import Generic

from textual import events
from textual.app import ReturnType

from clinic_tui.widgets.guard import GuardedApp
from clinic_tui.widgets.key_gate import KeyGate


class Activity:
    """Read from the link's thread, written from the application's."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._last = now()

    def touched(self) -> None:
        """The user pressed a key or used the mouse."""
        self._last = self._now()

    def idle(self) -> int:
        """Whole seconds since then."""
        return max(0, int(self._now() - self._last))


class WatchedApp(GuardedApp[ReturnType], Generic[ReturnType]):
    """An app that notes when its user does something, and takes it up in the order it was done."""

    def __init__(self) -> None:
        super().__init__()
        self.activity = Activity()
        self.gate = KeyGate(self, self.keys_lost)

    async def on_event(self, event: events.Event) -> None:
        """Note input, and handle it in its turn."""
        if isinstance(event, events.InputEvent | events.Paste):
            self.activity.touched()
        if self.gate.let_through(event):
            await super().on_event(event)

    def keys_lost(self, count: int) -> None:  # noqa: ARG002 - for apps that say it
        """So many keys were thrown away: what came before them never finished."""
        self.bell()
