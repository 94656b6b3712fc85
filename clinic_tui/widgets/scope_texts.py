"""What the places where keys work are called, and an action's keys as people write them."""

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.keymap import Keymap, shown_key
from clinic_tui.i18n import _


def scope_text(scope: Scope) -> str:
    """Where the keys of a scope work."""
    return {
        Scope.ANYWHERE: _("Anywhere"),
        Scope.LIST: _("In the lists"),
        Scope.VISIT: _("In a visit"),
        Scope.CHAT: _("In the chat log"),
        Scope.SETTINGS: _("In the settings"),
    }[scope]


def shown_keys(keymap: Keymap, action: Action) -> str:
    """All the action's keys as people write them, such as `↵ r`; empty when it has none."""
    keys = (key.strip() for key in keymap.keys(action.id).split(","))
    return " ".join(shown_key(key) for key in keys if key)
