"""What the places where keys work are called, and an action's keys as people write them."""

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.keymap import Keymap, shown_key
from clinic_tui.i18n import _


def scope_text(scope: Scope) -> str:
    """Where the keys of a scope work."""
    return {
        Scope.ANYWHERE: _("Anywhere"),
        Scope.LIST: _("In the lists"),
        Scope.CASE: _("On a case"),
        Scope.VISIT: _("In a visit"),
        Scope.CHAT: _("In the chat log"),
        Scope.CHATS: _("Among the messages"),
        Scope.BOOKED: _("Among the scheduled visits"),
        Scope.PATIENTS: _("In a resident's profile"),
        Scope.VERIFY: _("Under verification"),
        Scope.TEAM: _("Among colleagues"),
        Scope.START: _("On the start page"),
        Scope.UNIT: _("In the unit's administration"),
        Scope.SETTINGS: _("In the settings"),
    }[scope]


def scope_note(scope: Scope) -> str:
    """What one must know to use a scope's keys; for verification its definition (domain.md 2.9)."""
    if scope is not Scope.VERIFY:
        return ""
    return _(
        "To verify means that another accountable person confirms having seen something and found it right:"
        " a note that a colleague wants countersigned, or a priority that was changed. Doctors and managers"
        " verify, and nobody what they asked for themselves. Whoever wrote a note still answers for it. What"
        " is not right is returned with a comment."
    )


def shown_keys(keymap: Keymap, action: Action) -> str:
    """All the action's keys as people write them, such as `↵ r`; empty when it has none."""
    keys = (key.strip() for key in keymap.keys(action.id).split(","))
    return " ".join(shown_key(key) for key in keys if key)
