"""A pilot's pause that does not take a busy machine for an app that is done."""

from typing import Any

import pytest
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen

from clinic_tui.activity import WatchedApp

MOST_TURNS = 100
"""An app that is not quiet after so many turns drives itself; the test goes on and says what it sees."""


def steady_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every pause last until each widget has handled its messages and the screen is drawn.

    Textual's own looks at how much time the process was given: on a machine that works on something else
    that is little, and the pause ends in the middle of what one waits for.
    """
    once = Pilot[Any].pause

    async def pause(pilot: Pilot[Any], delay: float | None = None) -> None:
        await once(pilot, delay)
        for _turn in range(MOST_TURNS):
            if quiet(pilot):
                return
            await once(pilot)

    monkeypatch.setattr(Pilot, "pause", pause)


def quiet(pilot: Pilot[Any]) -> bool:
    """Whether nothing is left to handle or to draw."""
    app = pilot.app
    if app._exit or app._exception is not None:
        return True
    if isinstance(app, WatchedApp) and app.gate.busy:
        return False
    shown = app.screen
    pumps: list[MessagePump] = [app, *shown.walk_children(with_self=True)]
    return not any(pump.message_queue_size or pump._next_callbacks for pump in pumps) and drawn(shown)


def drawn(screen: Screen[Any]) -> bool:
    """Whether the screen shows what its widgets are."""
    return not (
        screen._layout_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )
