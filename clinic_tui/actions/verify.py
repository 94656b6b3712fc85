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
    Action(
        "verify.sign_for",
        N_("Sign for them"),
        "s",
        Scope.VERIFY,
        N_("Sign the note of a colleague's ended visit, for them."),
        22,
    ),
    Action(
        "verify.take_over",
        N_("Take over"),
        "t",
        Scope.VERIFY,
        N_("Take over an ended visit, to sign its note yourself."),
        24,
    ),
    Action(
        "verify.let_go",
        N_("Let go"),
        "r",
        Scope.VERIFY,
        N_("Free the resident; whoever takes the ended visit signs its note."),
        26,
    ),
    Action("verify.next", N_("Next tab"), "right", Scope.VERIFY, N_("Show the next tab."), 61),
    Action("verify.previous", N_("Previous tab"), "left", Scope.VERIFY, N_("Show the previous tab."), 91),
)
