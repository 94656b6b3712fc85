"""What is done among colleagues and in conversations."""

from clinic_tui.actions.action import Action, Scope
from clinic_tui.i18n import N_

TEAM_ACTIONS = (
    Action(
        "team.open",
        N_("Open"),
        "enter",
        Scope.TEAM,
        N_("Write to the colleague, or open the conversation."),
        10,
    ),
    Action(
        "team.consult", N_("Consult"), "n", Scope.TEAM, N_("Ask a colleague or a role about something."), 20
    ),
    Action(
        "team.presence", N_("Busy or free"), "u", Scope.TEAM, N_("Say that you are busy, or free again."), 30
    ),
    Action("team.close", N_("Close"), "x", Scope.TEAM, N_("Close the conversation."), 40),
    Action("team.case", N_("The case"), "g", Scope.TEAM, N_("Open the case that it is about."), 50),
    Action("team.next", N_("Next tab"), "right", Scope.TEAM, N_("Show the next tab."), 61),
    Action("team.previous", N_("Previous tab"), "left", Scope.TEAM, N_("Show the previous tab."), 91),
)
