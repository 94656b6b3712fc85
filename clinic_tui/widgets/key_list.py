"""Every action with its key, each of which can be given another one."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.keymap import Keymap, as_meant
from clinic_tui.actions.registry import ACTIONS, in_scopes
from clinic_tui.i18n import _
from clinic_tui.widgets.following import keep_in_sight
from clinic_tui.widgets.scope_texts import scope_text, shown_keys
from clinic_tui.widgets.shade import cursor_shade
from clinic_tui.widgets.wrapping import fit

SET_ELSEWHERE = frozenset({"message.send"})
"""Actions whose key is a setting of its own."""
KEPT_KEYS = frozenset({"escape", "tab", "shift+tab", "up", "down", "left", "right", "ctrl+c"})
"""Keys that mean the same everywhere and cannot be given away."""


def refusal(keymap: Keymap, action_id: str, key: str) -> str:
    """Why the action cannot have this key; empty when it can."""
    action = ACTIONS[action_id]
    if key in KEPT_KEYS:
        return _("That key means the same everywhere and cannot be changed.")
    if action.scope is Scope.VISIT and len(key) == 1:
        return _("In a visit one types: choose a function key or one with Ctrl.")
    if key.startswith("alt+"):
        return _("Many keyboards write letters with Alt: choose another key.")
    other = keymap.holder(action_id, key)
    if other is not None:
        return _("{title} has that key. Change it there first.").format(title=_(ACTIONS[other].title))
    return ""


class KeyList(Widget, can_focus=True):
    """The actions by the place where their keys work; one at a time listens for its new key."""

    DEFAULT_CSS = "KeyList { height: auto; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("home", "move(-1000)", show=False),
        Binding("end", "move(1000)", show=False),
    ]

    class Pressed(Message):
        """A new key was pressed for an action; `key` is empty when it was thought better of."""

        def __init__(self, action_id: str, key: str) -> None:
            super().__init__()
            self.action_id, self.key = action_id, key

    def __init__(self, keymap: Keymap, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._keymap = keymap
        self._rows: list[Action | Scope | None] = []
        for scope in Scope:
            actions = [action for action in in_scopes(scope) if action.id not in SET_ELSEWHERE]
            if actions:
                self._rows += [None] if self._rows else []
                self._rows += [scope, *actions]
        self._cursor = 1
        self.listening = False
        """Whether the next key becomes the action's."""

    @property
    def selected(self) -> Action:
        """The action under the cursor."""
        row = self._rows[self._cursor]
        assert isinstance(row, Action)  # noqa: S101 - the cursor stands on actions only
        return row

    def show(self, keymap: Keymap) -> None:
        """Show these keys."""
        self._keymap = keymap
        self.refresh()

    def select(self, action_id: str) -> None:
        """Move the cursor to this action."""
        for index, row in enumerate(self._rows):
            if isinstance(row, Action) and row.id == action_id:
                self._put(index)

    def listen(self) -> None:
        """Take the next key for the action under the cursor."""
        self.listening = True
        self.refresh()

    def render(self) -> Content:
        """Every line."""
        width = self.content_size.width or 60
        return Content("\n").join([self._line(index, row, width) for index, row in enumerate(self._rows)])

    def _line(self, index: int, row: Action | Scope | None, width: int) -> Content:
        if row is None:
            return Content("")
        if isinstance(row, Scope):
            return Content.styled(scope_text(row), "bold")
        here = index == self._cursor
        shade = cursor_shade(self) if here else ""
        keys, style = shown_keys(self._keymap, row) or "–", "$accent"
        if here and self.listening:
            keys, style = _("press a key"), "$warning bold"
        changed = self._keymap.keys(row.id) != row.keys
        title = 20 if width >= 50 else 16
        return Content.assemble(
            ("▌" if here and self.has_focus else " ", "$accent" + shade),
            (fit(_(row.title), title), ("bold" if here else "$foreground") + shade),
            (" " + fit(keys, 19), style + shade),
            (fit(_("changed") if changed else "", max(0, min(10, width - title - 21))), "$muted" + shade),
        )

    def action_move(self, by: int) -> None:
        """Move over the actions; it stops at the ends."""
        actions = [index for index, row in enumerate(self._rows) if isinstance(row, Action)]
        place = min(max(0, actions.index(self._cursor) + by), len(actions) - 1)
        self._put(actions[place])

    def _put(self, index: int) -> None:
        self._cursor = index
        self.refresh()
        keep_in_sight(self, index, margin=2)

    def on_key(self, event: events.Key) -> None:
        """While one listens, every key is the answer; Esc is that one thought better of it."""
        if not self.listening:
            return
        event.stop()
        event.prevent_default()
        self.listening = False
        self.refresh()
        self.post_message(
            self.Pressed(self.selected.id, "" if event.key == "escape" else as_meant(event.key))
        )

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Stop listening."""
        self.listening = False
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Select the action under the pointer."""
        event.stop()
        if 0 <= event.y < len(self._rows) and isinstance(self._rows[event.y], Action):
            self.listening = False
            self._put(event.y)
