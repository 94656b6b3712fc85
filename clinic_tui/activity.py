"""When the user last did anything at the workstation: colleagues see presence fade by it (domain.md 2.11)."""

from collections.abc import Callable, Collection
from time import monotonic
from typing import Generic

from textual import events
from textual.app import ReturnType

from clinic_tui.i18n import _, ngettext
from clinic_tui.widgets.guard import GuardedApp
from clinic_tui.widgets.key_gate import KeyGate
from clinic_tui.widgets.key_runs import TextGuard


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
        self.gate = KeyGate(self, self.keys_lost, self.answer_due)
        self._text_guard = TextGuard()

    async def on_event(self, event: events.Event) -> None:
        """Note input, and handle it in its turn, unless it is refused."""
        raw = isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded
        if isinstance(event, events.InputEvent | events.Paste):
            self.activity.touched()
        if self.gate.let_through(event) and not (raw and self.refuses(event)):
            await super().on_event(event)

    @property
    def in_field(self) -> bool:
        """Whether the focus is where one writes."""
        return self.focused is not None and self.focused.check_consume_key("a", "a")

    @property
    def moving_keys(self) -> Collection[str]:
        """Letters that only move in a list, and that one holds down."""
        return ("j", "k")

    @property
    def leading_keys(self) -> Collection[str]:
        """Keys that lead to another view."""
        return ()

    def answer_due(self, read: float) -> bool:  # noqa: ARG002 - for apps that ask a backend
        """Whether input that was read at this moment waits for the answer to what was asked after it."""
        return False

    def refuses(self, event: events.Event) -> bool:
        """Whether input is not to be taken, now that its turn has come; then it is said why."""
        text = self.refusal(event)
        if text:
            self.tell_user(text)
        return bool(text)

    def refusal(self, event: events.Event) -> str:
        """Why input is not to be taken; empty where it is."""
        moves, leads = self.moving_keys, self.leading_keys
        if self._text_guard.refuses(event, in_field=self.in_field, moves=moves, leads=leads):
            return _("That looked like text, and there is no field for it here. Nothing was done.")
        return ""

    def keys_lost(self, count: int) -> None:
        """Say that keys came to nothing, for one who has typed on would not see it."""
        text = ngettext(
            "{count} key was thrown away: the program did not answer in time.",
            "{count} keys were thrown away: the program did not answer in time.",
            count,
        )
        self.tell_user(text.format(count=count))

    def tell_user(self, text: str) -> None:  # noqa: ARG002 - for apps that have a place for it
        """Say something that a user has to know now."""
        self.bell()
