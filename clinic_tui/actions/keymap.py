"""The keys in force: the registry's, changed by the user's key map."""

import re
from collections.abc import Mapping
from functools import cached_property

from clinic_tui.actions.action import Scope
from clinic_tui.actions.registry import ACTIONS
from clinic_tui.i18n import _

_NAMES = {
    "enter": "↵",
    "escape": "Esc",
    "slash": "/",
    "full_stop": ".",
    "question_mark": "?",
    "backspace": "⌫",
    "space": "␣",
    "delete": "Del",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
}


_LISTS = frozenset({Scope.LIST, Scope.CHATS, Scope.BOOKED})
_REACH = {
    Scope.ANYWHERE: frozenset(Scope),
    Scope.LIST: _LISTS,
    Scope.CASE: _LISTS | {Scope.CASE, Scope.VISIT},
}


def _reach(scope: Scope) -> frozenset[Scope]:
    """The places where the keys of a scope work."""
    return _REACH.get(scope, frozenset({scope}))


NO_KEY = "unbound"
"""The key of an action that has none: no terminal sends it."""
_SHIFTED = re.compile(r"shift\+f(\d{1,2})$")


def as_sent(keys: str) -> str:
    """The keys as terminals send them: many send F13 to F24 for Shift with F1 to F12."""
    found = [key.strip() for key in keys.split(",") if key.strip()]
    sent = (_SHIFTED.sub(lambda shifted: f"f{int(shifted[1]) + 12}", key) for key in found)
    return ",".join(dict.fromkeys((*found, *sent))) or NO_KEY


def as_meant(key: str) -> str:
    """A key as its user calls it: F13 to F24 are Shift with F1 to F12 on the keyboards of today."""
    number = int(key[1:]) if key[:1] == "f" and key[1:].isdigit() else 0
    return f"shift+f{number - 12}" if 12 < number <= 24 else key


class Keymap:
    """Which keys perform which action."""

    def __init__(self, changes: Mapping[str, str] | None = None, send_key: str = "ctrl+j") -> None:
        self._keys = {action.id: action.keys for action in ACTIONS.values()}
        self._keys["message.send"] = send_key
        self.problems: list[str] = []
        """What was wrong with the user's key map, one line each."""
        for action_id, keys in (changes or {}).items():
            if action_id not in ACTIONS:
                self.problems.append(_("Unknown action in the key map: {id}").format(id=action_id))
            else:
                self._keys[action_id] = keys
        self._report_clashes()

    def keys(self, action_id: str) -> str:
        """The action's keys as Textual names them, comma separated; empty when it has none."""
        return self._keys[action_id]

    def shown(self, action_id: str) -> str:
        """The action's first key as people write it, such as `Ctrl+J` or `F4`."""
        return shown_key(self._keys[action_id].split(",")[0].strip())

    @cached_property
    def moving_keys(self) -> frozenset[str]:
        """The keys that do no more than move in a list."""
        return self._all_keys("list.down", "list.up")

    @cached_property
    def leading_keys(self) -> frozenset[str]:
        """The keys that lead to another view."""
        return self._all_keys(*(action_id for action_id in ACTIONS if action_id.startswith("go.")))

    def _all_keys(self, *action_ids: str) -> frozenset[str]:
        return frozenset(key.strip() for one in action_ids for key in self._keys[one].split(","))

    def as_textual(self) -> dict[str, str]:
        """Binding id to keys, for `App.set_keymap`: those alone that differ from the bindings' own.

        Textual applies the whole of it to every binding at every key press.
        """
        return {
            action_id: as_sent(keys)
            for action_id, keys in self._keys.items()
            if keys and keys != ACTIONS[action_id].keys
        }

    def holder(self, action_id: str, key: str) -> str | None:
        """Id of another action that has this key where this one works; None when the key is free there."""
        scope = ACTIONS[action_id].scope
        for other in ACTIONS.values():
            meets = bool(_reach(scope) & _reach(other.scope))
            keys = (one.strip() for one in self._keys[other.id].split(","))
            if other.id != action_id and meets and key in keys:
                return other.id
        return None

    def _report_clashes(self) -> None:
        taken: dict[tuple[str, str], str] = {}
        for action in ACTIONS.values():
            for key in filter(None, (key.strip() for key in self._keys[action.id].split(","))):
                for scope in sorted(_reach(action.scope)):
                    other = taken.setdefault((scope, key), action.id)
                    if other != action.id:
                        self.problems.append(
                            _("The key {key} is set for both {first} and {second}").format(
                                key=shown_key(key), first=other, second=action.id
                            )
                        )
                        break


def shown_key(key: str) -> str:
    """A Textual key name as people write it."""
    if not key:
        return ""
    parts = key.split("+")
    last = parts[-1]
    name = _NAMES.get(last) or (
        last.upper() if len(last) > 1 and last[0] == "f" and last[1:].isdigit() else last
    )
    if len(parts) > 1 and len(name) == 1:
        name = name.upper()
    return "+".join([*(part.capitalize() for part in parts[:-1]), name])
