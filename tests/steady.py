"""A pilot's pause that ends once nothing is left to do, on a busy machine as on a quiet one.

Textual's own sleeps 20 ms twice a key and looks at how much time the process was given. That is slow, and
on a machine that works on something else it ends in the middle of what one waits for. This one looks at the
event loop and at every queue.
"""

import asyncio
from asyncio import AbstractEventLoop
from time import monotonic
from typing import Any, cast

import pytest
import textual.app
import textual.pilot
from textual._context import active_app
from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.message_pump import MessagePump
from textual.pilot import Pilot, WaitForScreenTimeout
from textual.screen import Screen

from clinic_tui.activity import WatchedApp

_parsed: dict[Any, Any] = {}
"""Rules of style sheets by text and variables; nothing changes them once they are parsed."""
MOST_TURNS = 100
"""An app that is drawn so often drives itself; the test goes on and says what it sees."""
MOST_STEPS = 20_000
"""So many steps of the loop with work in each of them are an app that drives itself, too."""
MOST_SECONDS = 30.0
"""A widget that is busy with one message for so long hangs; as long as Textual waits for it."""


def steady_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every pause and every key last until each widget has handled its messages and all is drawn."""

    async def pause(pilot: Pilot[Any], delay: float | None = None) -> None:
        if delay is not None:
            await asyncio.sleep(delay)
        await settled(pilot.app)

    async def wait_for_screen(pilot: Pilot[Any], timeout: float = 30.0) -> bool:  # noqa: ASYNC109
        await settled(pilot.app, timeout)
        return pilot.app._exception is None

    async def wait_for_idle(min_sleep: float = 0, max_sleep: float = 1) -> None:
        await settled(active_app.get())

    monkeypatch.setattr(Pilot, "pause", pause)
    monkeypatch.setattr(Pilot, "_wait_for_screen", wait_for_screen)
    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", wait_for_idle)


def parse_styles_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse each style sheet once for all tests of a process instead of twice for each app."""
    parse = Stylesheet._parse_rules

    def parsed(sheet: Stylesheet, css: str, read_from: Any, *where: Any, **more: Any) -> Any:
        key = (css, read_from, where, *more.items(), frozenset(sheet._variables.items()))
        if key not in _parsed:
            _parsed[key] = parse(sheet, css, read_from, *where, **more)
        return _parsed[key]

    monkeypatch.setattr(Stylesheet, "_parse_rules", parsed)


async def settled(app: App[Any], most_seconds: float = MOST_SECONDS) -> None:
    """Return once nothing is left to handle or to draw; `WaitForScreenTimeout` for a widget that hangs."""
    until = monotonic() + most_seconds
    for _turn in range(MOST_TURNS):
        await _handled(app, until)
        if _ended(app):
            return
        if app._resize_event is not None:
            app._check_resize()
        elif drawn(app.screen):
            return
        else:
            app.screen._on_timer_update()


async def _handled(app: App[Any], until: float) -> None:
    """Return once the loop is idle and every pump waits for its next message."""
    loop = asyncio.get_running_loop()
    for _step in range(MOST_STEPS):
        await asyncio.sleep(0)
        if _has_work(loop):
            continue
        if _ended(app) or not (_keys_wait(app) or _threads_work(loop) or any(map(_busy, _pumps(app)))):
            return
        if monotonic() > until:
            raise WaitForScreenTimeout("Timed out while waiting for widgets to process pending messages.")
        await asyncio.sleep(0.001)


def _has_work(loop: AbstractEventLoop) -> bool:
    """Whether anything but the caller runs in this turn of the loop or the next."""
    return bool(cast("Any", loop)._ready)


def _keys_wait(app: App[Any]) -> bool:
    """Whether a key stands behind one that is not finished."""
    return isinstance(app, WatchedApp) and app.gate.busy


def _threads_work(loop: AbstractEventLoop) -> bool:
    """Whether a thread that a worker waits for has not come back."""
    pool = cast("Any", loop)._default_executor
    return pool is not None and len(pool._threads) > pool._idle_semaphore._value


def _ended(app: App[Any]) -> bool:
    return app._exit or app._exception is not None or not app._screen_stack


def _pumps(app: App[Any]) -> list[MessagePump]:
    return [app, *app.screen.walk_children(with_self=True)]


def _busy(pump: MessagePump) -> bool:
    """Whether the pump has a message left, or is in the middle of one."""
    if pump.message_queue_size or pump._next_callbacks:
        return True
    task = pump._task
    if task is None or task.done():
        return False
    waits_for: Any = cast("Any", task)._fut_waiter
    return waits_for is None or waits_for not in pump._message_queue.ready_event._waiters  # type: ignore[attr-defined]


def drawn(screen: Screen[Any]) -> bool:
    """Whether the screen shows what its widgets are."""
    return not (
        screen._layout_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )
