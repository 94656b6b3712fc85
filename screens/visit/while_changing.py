"""What a visit takes while its signing, its hand-over or its end is under way: what leads away from it."""

from contextlib import suppress
from typing import TYPE_CHECKING

from textual import events
from textual.errors import NoWidget

from clinic_tui.actions.action import Scope
from clinic_tui.actions.keymap import as_sent
from clinic_tui.actions.registry import in_scopes
from clinic_tui.i18n import _

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen

_ABOUT_THE_CASE = frozenset({"view", "keys"})
"""Ids of the parts of the screen whose clicks are about the case."""


def refusal(screen: "VisitScreen", event: events.Event) -> str:
    """Why input is not taken; empty where it is about something else."""
    if isinstance(event, events.MouseMove) or leads_away(screen, event):
        return ""
    return _("One moment: the case is being changed. What you typed was not taken.")


def leads_away(screen: "VisitScreen", event: events.Event) -> bool:
    """Whether input goes to another view, or to nothing of what the case is about."""
    if isinstance(event, events.MouseEvent):
        with suppress(NoWidget):
            clicked, _region = screen.get_widget_at(event.x, event.y)
            return not any(one.id in _ABOUT_THE_CASE for one in clicked.ancestors_with_self)
        return True
    if not isinstance(event, events.Key):
        return False
    if screen.focused is not None and screen.focused.check_consume_key(event.key, event.character):
        return False
    found = (screen.place.keymap.keys(action.id) for action in in_scopes(Scope.ANYWHERE))
    return any(event.key in as_sent(keys).split(",") for keys in found)
