"""Whether an application has finished with what it was given: the one place that looks into Textual's pumps.

Textual gives each widget a queue of its own and no way to ask whether a key has been dealt with. What is
looked at is not public; `check_textual` fails when the program starts, not at a key, where a version of
Textual or of Python keeps it elsewhere.
"""

# pyright: reportPrivateUsage=false

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from textual._queue import Queue
from textual._time import get_time
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

moment = get_time
"""The clock of events: seconds, never set back."""

_PUMP = (
    "_message_queue",
    "_pending_message",
    "_next_callbacks",
    "_is_mounted",
    "_closing",
    "_closed",
    "_parent",
)
_SCREEN = ("_callbacks", "_layout_required", "_recompose_required")


def check_textual() -> None:
    """Raise RuntimeError, naming what is missing, where Textual has other insides than these."""
    screen: Screen[None] = Screen()
    missing = [name for name in (*_PUMP, *_SCREEN, "_pruning") if not hasattr(screen, name)]
    missing += [name for name in ("values", "ready_event") if not hasattr(_queue(screen), name)]
    if not hasattr(asyncio.Event(), "_waiters"):
        missing.append("asyncio.Event._waiters")
    if missing:
        raise RuntimeError(f"the order of keys cannot be kept with this Textual: no {', '.join(missing)}")


def _queue(pump: MessagePump) -> "Queue[Message | None]":
    return cast("Queue[Message | None]", getattr(pump, "_message_queue"))  # noqa: B009 - its type is not known


def _gone(pump: MessagePump) -> bool:
    """Whether it handles nothing any more, so that nobody waits for it."""
    pruned = isinstance(pump, Widget) and pump._pruning
    return pump._closing or pump._closed or pruned or (pump._is_mounted and not pump.is_running)


def _waits(pump: MessagePump) -> bool:
    """Whether its task stands at its empty queue: all it was given is done with."""
    queue = _queue(pump)
    waiters = cast("Iterable[asyncio.Future[Any]]", getattr(queue.ready_event, "_waiters"))  # noqa: B009
    return not queue.values and any(not waiter.done() for waiter in waiters)


def _busy(pump: MessagePump) -> bool:
    return not _gone(pump) and not (pump._is_mounted and _waits(pump) and not pump._next_callbacks)


def _path(app: App[Any], begun: Iterable[Widget]) -> Iterator[MessagePump]:
    """Every pump that keys pass: focus, where the last input began, the screens, each up to the app."""
    seen: set[MessagePump] = {app}
    stack = app.screen_stack
    focused = stack[-1].focused if stack else None
    for start in (focused, *begun, *stack):
        pump: MessagePump | None = start
        while pump is not None and pump not in seen:
            seen.add(pump)
            yield pump
            pump = pump._parent


def _drawn(screen: Screen[Any]) -> bool:
    """Whether the screen has no layout to do, and nobody waits for it to be drawn."""
    return not (screen._callbacks or screen._layout_required or screen._recompose_required)


def unfinished(
    app: App[Any], begun: Iterable[Widget], untouched: Callable[[Message], bool], *, inside: bool
) -> list[MessagePump]:
    """What is still at work on the input before; nothing where the next may be handled.

    `begun` are the widgets that input was given to; `untouched` says of a message in the app's own queue
    that it is input nobody has begun with; `inside`: the app itself asks, while it handles an event.
    """
    found: list[MessagePump] = []
    queued = [one for one in (*_queue(app).values, app._pending_message) if one is not None]
    if app._next_callbacks or not all(map(untouched, queued)) or not (inside or _waits(app)):
        found.append(app)
    front = app.screen_stack[-1] if app.screen_stack else None
    if front is not None and not _gone(front) and not _drawn(front):
        found.append(front)
    return found + [pump for pump in _path(app, begun) if _busy(pump)]
