"""What is done in the view of asynchronous chats."""

from clinic_tui.actions.action import Action, Scope
from clinic_tui.i18n import N_

CHATS_ACTIONS = (
    Action("chats.next", N_("Next tab"), "right", Scope.CHATS, N_("Show the next tab."), 61),
    Action("chats.previous", N_("Previous tab"), "left", Scope.CHATS, N_("Show the previous tab."), 91),
    Action(
        "chats.new",
        N_("New chat"),
        "n",
        Scope.CHATS,
        N_("Find a resident, and start a chat or send a one-way message."),
        59,
    ),
)
