"""What is done in the unit's administration."""

from clinic_tui.actions.action import Action, Scope
from clinic_tui.i18n import N_

UNIT_ACTIONS = (
    Action("unit.open", N_("Change"), "enter", Scope.UNIT, N_("Change the selected phrase or hours."), 5),
    Action("unit.save", N_("Save"), "ctrl+s", Scope.UNIT, N_("Save what was changed."), 10),
    Action("unit.new", N_("New"), "ctrl+n", Scope.UNIT, N_("Add a phrase, an hour or a role."), 20),
    Action(
        "unit.remove",
        N_("Take away"),
        "ctrl+d",
        Scope.UNIT,
        N_("Take away the selected phrase, date or role."),
        30,
    ),
    Action(
        "unit.signer",
        N_("Signs for others"),
        "s",
        Scope.UNIT,
        N_("Let somebody sign colleagues' ended visits, take them over or let them go; or no longer."),
        25,
    ),
    Action("unit.next", N_("Next tab"), "ctrl+t", Scope.UNIT, N_("Show the next tab."), 40),
)
