"""Every action of the workstation, with its key."""

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.booked import BOOKED_ACTIONS
from clinic_tui.actions.case import CASE_ACTIONS
from clinic_tui.actions.chats import CHATS_ACTIONS
from clinic_tui.actions.patients import PATIENTS_ACTIONS
from clinic_tui.actions.start import START_ACTIONS
from clinic_tui.actions.team import TEAM_ACTIONS
from clinic_tui.actions.unit import UNIT_ACTIONS
from clinic_tui.actions.verify import VERIFY_ACTIONS
from clinic_tui.i18n import N_

_ANYWHERE = (
    Action("go.start", N_("Start"), "1", Scope.ANYWHERE, N_("Show what waits, at a glance."), 90),
    Action("go.drop_in", N_("Drop-in"), "2", Scope.ANYWHERE, N_("Show the drop-in queue."), 90),
    Action("go.booked", N_("Scheduled visits"), "3", Scope.ANYWHERE, N_("Show the day's visits."), 90),
    Action("go.chats", N_("Messages"), "4", Scope.ANYWHERE, N_("Show the asynchronous chats."), 90),
    Action("go.team", N_("Colleagues"), "5", Scope.ANYWHERE, N_("Show who is here, and conversations."), 90),
    Action("go.patients", N_("Patients"), "6", Scope.ANYWHERE, N_("Find a resident by number."), 90),
    Action("go.verify", N_("Verification"), "7", Scope.ANYWHERE, N_("Show what is to be verified."), 90),
    Action("go.settings", N_("Settings"), "8", Scope.ANYWHERE, N_("Show the settings."), 90),
    Action("go.mine", N_("Mine"), "9", Scope.ANYWHERE, N_("Show my unfinished cases."), 90),
    Action("go.unit", N_("The unit"), "0", Scope.ANYWHERE, N_("Change the unit's settings."), 90),
    Action("app.search", N_("Search"), "slash", Scope.ANYWHERE, N_("Search everything from any view."), 66),
    Action("notices.show", N_("Notices"), "ctrl+l", Scope.ANYWHERE, N_("Show what happened to you."), 67),
    Action(
        "tickets.show",
        N_("My tickets"),
        "",
        Scope.ANYWHERE,
        N_("Show the tickets you issued that nobody has used."),
        94,
    ),
    Action(
        "shift.end", N_("End the shift"), "", Scope.ANYWHERE, N_("Go through what is left, and sign out."), 94
    ),
    Action(
        "go.visit",
        N_("Open visits"),
        "f3,ctrl+pagedown",
        Scope.ANYWHERE,
        N_("Go to the next open visit."),
        60,
    ),
    Action("filter.edit", N_("Filter"), "f2", Scope.ANYWHERE, N_("Change the global filter."), 70),
    Action("filter.search", N_("Filter words"), "f", Scope.LIST, N_("Filter by name or reason."), 71),
    Action(
        "filter.clear",
        N_("Show all"),
        "backspace",
        Scope.LIST,
        N_("Empty the filter, so nothing is hidden."),
        91,
    ),
    Action(
        "app.leader",
        N_("Go to"),
        "ctrl+g",
        Scope.ANYWHERE,
        N_("The next key acts, also where one types: a digit goes to a view, a letter acts on the case."),
        65,
    ),
    Action("app.palette", N_("All"), "ctrl+p", Scope.ANYWHERE, N_("Find any action by name."), 80),
    Action(
        "app.help", N_("Help"), "question_mark,f1", Scope.ANYWHERE, N_("Show what every key does here."), 85
    ),
    Action("app.back", N_("Back"), "escape", Scope.ANYWHERE, N_("Go one step back; no text is lost."), 92),
    Action(
        "app.undo",
        N_("Undo"),
        "shift+f12,ctrl+z",
        Scope.ANYWHERE,
        N_("Undo what you have just done, or take back a message that waits to be sent."),
        92,
    ),
    Action("app.theme", N_("Next theme"), "", Scope.ANYWHERE, N_("Switch between the colour themes."), 95),
    Action("app.sign_out", N_("Sign out"), "", Scope.ANYWHERE, N_("End the session on this device."), 96),
    Action("app.quit", N_("Quit"), "ctrl+q", Scope.ANYWHERE, N_("Leave the workstation."), 97),
)
_LIST = (
    Action(
        "case.read",
        N_("Read up"),
        "enter,r",
        Scope.LIST,
        N_("Read up on the case; the reading is logged."),
        10,
    ),
    Action("case.take", N_("Take"), "t", Scope.LIST, N_("Take the case."), 20),
    Action(
        "case.start", N_("Start visit"), "s,ctrl+s", Scope.LIST, N_("Start the visit: the chat opens."), 30
    ),
    Action(
        "case.take_over", N_("Take over"), "o", Scope.LIST, N_("Take the case over from a colleague."), 40
    ),
    Action(
        "case.release",
        N_("Put back"),
        "u",
        Scope.LIST,
        N_("Put the case back in the queue, at its old place."),
        45,
    ),
    Action("list.down", N_("Down"), "down,j", Scope.LIST, N_("Move one case down."), 93),
    Action("list.up", N_("Up"), "up,k", Scope.LIST, N_("Move one case up."), 94),
)
_VISIT = (
    Action("message.send", N_("Send"), "ctrl+j", Scope.VISIT, N_("Send the message to the resident."), 10),
    Action("visit.write", N_("Write"), "ctrl+e", Scope.VISIT, N_("Write to the resident."), 11),
    Action("visit.phrases", N_("Phrases"), "f4", Scope.VISIT, N_("Pick a phrase."), 20),
    Action("visit.note", N_("Note"), "ctrl+n", Scope.VISIT, N_("Write in the note."), 30),
    Action("visit.sign", N_("Sign"), "f9", Scope.VISIT, N_("Sign the note; this ends the visit."), 35),
    Action(
        "visit.end", N_("End visit"), "f10", Scope.VISIT, N_("End the chat, with or without an answer."), 40
    ),
    Action("visit.panel", N_("Next panel"), "ctrl+t", Scope.VISIT, N_("Show the next side panel."), 62),
    Action("visit.chat", N_("Chat log"), "ctrl+up", Scope.VISIT, N_("Move the focus to the chat log."), 90),
    Action(
        "visit.previous",
        N_("Previous visit"),
        "shift+f3,ctrl+pageup",
        Scope.VISIT,
        N_("Go to the previous open visit."),
        91,
    ),
    Action(
        "visit.close",
        N_("Close"),
        "ctrl+w",
        Scope.VISIT,
        N_("Take a visit that is not yours off the tabs."),
        46,
    ),
    Action(
        "message.retry",
        N_("Send again"),
        "ctrl+r",
        Scope.VISIT,
        N_("Send the messages that could not be sent once more."),
        12,
    ),
    Action(
        "message.take_back",
        N_("Take back"),
        "ctrl+b",
        Scope.VISIT,
        N_("Take a message that could not be sent back to where one writes."),
        13,
    ),
    Action(
        "draft.other",
        N_("The other draft"),
        "ctrl+o",
        Scope.VISIT,
        N_("Change places with the draft that you wrote elsewhere."),
        14,
    ),
    Action("chat.newest", N_("Newest"), "ctrl+down", Scope.VISIT, N_("Go to the newest message."), 64),
)
_CHAT = (
    Action("chat.copy", N_("Copy message"), "c", Scope.CHAT, N_("Copy the selected message."), 15),
    Action(
        "chat.expand", N_("Show all of it"), "x", Scope.CHAT, N_("Show the whole of a shortened message."), 16
    ),
)
_SETTINGS = (
    Action("settings.save", N_("Save"), "ctrl+s", Scope.SETTINGS, N_("Save the profile."), 10),
    Action(
        "keys.change", N_("New key"), "enter", Scope.SETTINGS, N_("Give the selected action another key."), 11
    ),
    Action(
        "keys.reset",
        N_("As it was"),
        "backspace,delete",
        Scope.SETTINGS,
        N_("Give the selected action its own key back."),
        12,
    ),
)

ACTIONS: dict[str, Action] = {
    action.id: action
    for action in (
        *_ANYWHERE,
        *_LIST,
        *CASE_ACTIONS,
        *_VISIT,
        *_CHAT,
        *CHATS_ACTIONS,
        *BOOKED_ACTIONS,
        *PATIENTS_ACTIONS,
        *VERIFY_ACTIONS,
        *TEAM_ACTIONS,
        *START_ACTIONS,
        *UNIT_ACTIONS,
        *_SETTINGS,
    )
}
"""Every action by id, in the order of the help."""


def in_scopes(*scopes: Scope) -> tuple[Action, ...]:
    """The actions whose keys work in any of these scopes."""
    return tuple(action for action in ACTIONS.values() if action.scope in scopes)
