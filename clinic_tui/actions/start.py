"""What is done on the start page."""

from clinic_tui.actions.action import Action, Scope
from clinic_tui.i18n import N_

START_ACTIONS = (
    Action(
        "start.open", N_("Show them"), "enter", Scope.START, N_("Show the cases that the figure counts."), 10
    ),
)
