"""The order of input: a key, a click or a paste is finished before the next one begins.

Textual gives a key to the focused widget and lets what follows from it travel through the queues of every
widget above: focus, dialogs and screens change some turns of the loop later. Where a link delivers several
keys in one read, later ones overtook that. Here they wait. What comes while all is still is let through at
once, so one who types key by key is never held up.

The rule: *keys in one read have the same outcome as the same keys typed slowly.* So a key that was read
before something was asked of the backend waits for the answer too, as `due` says; who reads the screen
between two keys never does. No timer is waited for.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from textual import events
from textual.app import App
from textual.errors import NoWidget
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import TextArea

from clinic_tui.widgets.stillness import check_textual, unfinished

SPIN_TURNS = 40
"""Turns of the loop that are waited without a pause; most input is finished after a few."""
PAUSE_SECONDS = 0.002
ASIDE_SECONDS, PATIENCE_SECONDS = 1.0, 3.0
"""So long a widget is waited for that keys no longer lead to, and one that they do."""
FEWEST_TURNS = 60
"""A loop that stood still is no widget that does not answer: so many turns, too, must have passed."""

Input = events.InputEvent | events.Paste


class KeyGate:
    """Lets input into the app, one after the other. `let_through` says whether it is an event's turn.

    `lost` is told how many keys were thrown away because what came before them never finished: after
    `PATIENCE_SECONDS` nobody knows any longer what they would act on. `due` says whether input that was read
    at a moment waits for an answer; it has to end by itself.
    """

    def __init__(self, app: App[Any], lost: Callable[[int], None], due: Callable[[float], bool]) -> None:
        check_textual()
        self._app = app
        self._lost, self._due = lost, due
        self._waiting: deque[Input] = deque()
        self._let_in: list[Input] = []
        """Input on its way through the app's own queue."""
        self._begun: list[Widget] = []
        """Where the last input went."""
        self._typed_in: TextArea | None = None
        """The text the last key was a letter for: letters to one text need not wait for each other."""
        self._written_off: set[MessagePump] = set()
        """What did not answer in time and is waited for no more until it has answered once."""
        self._drain: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether input waits."""
        return bool(self._waiting) or self._drain is not None

    def let_through(self, event: events.Event) -> bool:
        """Whether to handle the event now; else it is kept, and comes to the app again in its turn."""
        if not self._is_new(event):
            if any(event is one for one in self._let_in):
                self._let_in.remove(event)  # type: ignore[arg-type]
            return True
        assert isinstance(event, Input)  # noqa: S101 - `_is_new` says so
        ready = not self.busy and not self._due(event.time)
        if ready and (self._follows(event) or not self._unfinished(inside=True)):
            self._remember(event)
            return True
        before = self._waiting[-1] if self._waiting else None
        if isinstance(event, events.MouseMove) and isinstance(before, events.MouseMove):
            self._waiting[-1] = event
        else:
            self._waiting.append(event)
        if self._drain is None:
            self._drain = asyncio.create_task(self._let_in_order(), name="key gate")
            self._drain.add_done_callback(self._drained)
        return False

    def _is_new(self, message: Message) -> bool:
        """Whether it is input that nothing has been done with."""
        known = any(message is one for one in self._let_in)
        return isinstance(message, Input) and not message.is_forwarded and not known

    def _unfinished(self, *, inside: bool) -> list[MessagePump]:
        found = unfinished(self._app, self._begun, self._is_new, inside=inside)
        self._written_off &= set(found)
        return [one for one in found if one not in self._written_off]

    def _text_for(self, event: Message) -> TextArea | None:
        """The text that a key writes a letter in and does nothing else."""
        area = self._app.focused
        if not isinstance(event, events.Key) or not isinstance(area, TextArea) or area.read_only:
            return None
        return area if area.is_attached and area.check_consume_key(event.key, event.character) else None

    def _follows(self, event: Message) -> bool:
        return self._typed_in is not None and self._text_for(event) is self._typed_in

    def _remember(self, event: Input) -> None:
        self._typed_in = self._text_for(event)
        self._begun = [widget for widget in (self._app.focused,) if widget is not None]
        if isinstance(event, events.MouseEvent):
            with suppress(NoWidget):
                self._begun.append(self._app.get_widget_at(event.x, event.y)[0])

    def _send(self, event: Input) -> None:
        self._remember(event)
        self._let_in.append(event)
        self._app.post_message(event)

    async def _let_in_order(self) -> None:
        while self._waiting and self._app.is_running:
            if not await self._settled():
                continue
            self._send(self._waiting.popleft())
            while self._waiting and self._follows(self._waiting[0]):
                self._send(self._waiting.popleft())
            await asyncio.sleep(0)

    def _drained(self, task: "asyncio.Task[None]") -> None:
        """All was let in; a fault in here ends the program as any other does."""
        self._drain = None
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._app.call_later(_raise, error)

    async def _settled(self) -> bool:
        """Wait until all is still; False where it never came to that, and what waited was thrown away."""
        started, turn, still = monotonic(), 0, 0
        while self._app.is_running:
            found = self._unfinished(inside=False)
            waits = bool(found) or self._due(self._waiting[0].time)
            still = 0 if waits else still + 1
            if still == 2:
                return True
            turn += 1
            if found and turn > FEWEST_TURNS:
                self._lose_patience(found, monotonic() - started)
                if not self._waiting:
                    return False
            await asyncio.sleep(0 if turn <= SPIN_TURNS or not waits else PAUSE_SECONDS)
        return False

    def _lose_patience(self, found: list[MessagePump], seconds: float) -> None:
        """Wait no more for what keys do not reach; where they would, throw them away and say so."""
        reached: set[MessagePump] = {self._app}
        focused: MessagePump | None = self._app.focused or self._app.screen
        while focused is not None:
            reached.add(focused)
            focused = focused.parent if isinstance(focused, Widget) else None
        if seconds > ASIDE_SECONDS:
            self._written_off |= set(found) - reached
        if seconds > PATIENCE_SECONDS:
            self._written_off |= set(found)
            count = len(self._waiting)
            self._waiting.clear()
            self._lost(count)


def _raise(error: BaseException) -> None:
    raise error
