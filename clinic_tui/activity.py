"""When the user last did anything at the workstation: colleagues see presence fade by it (domain.md 2.11)."""

from collections.abc import Callable
from time import monotonic
from typing import Generic

from textual import events
from textual.app import ReturnType

from clinic_tui.widgets.guard import GuardedApp


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
    """An app that notes when its user does something."""

    def __init__(self) -> None:
        super().__init__()
        self.activity = Activity()

    async def on_event(self, event: events.Event) -> None:
        """Note it, then handle it as ever."""
        if isinstance(event, events.InputEvent | events.Paste):
            self.activity.touched()
        await super().on_event(event)
