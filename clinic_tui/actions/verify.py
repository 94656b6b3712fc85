"""What is done with items to verify."""

from clinic_tui.actions.action import Action, Scope
from clinic_tui.i18n import N_

VERIFY_ACTIONS = (
    Action(
        "verify.open",
        N_("Open the case"),
        "enter",
        Scope.VERIFY,
        N_("Open the case, to see what it is about."),
        10,
    ),
    Action(
        "verify.approve",
        N_("Verify"),
        "v",
        Scope.VERIFY,
        N_("Confirm that you have seen it and approve."),
        20,
    ),
    Action("verify.return", N_("Return"), "x", Scope.VERIFY, N_("Return it with a comment."), 30),
    Action(
        "verify.settle", N_("Done with it"), "d", Scope.VERIFY, N_("Take what came back off your list."), 20
    ),
    Action("verify.next", N_("Next tab"), "right", Scope.VERIFY, N_("Show the next tab."), 61),
    Action("verify.previous", N_("Previous tab"), "left", Scope.VERIFY, N_("Show the previous tab."), 91),
)
