"""The screen every view is built on: the frame, the bindings and a key bar that tells the truth."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.keymap import as_sent, shown_key
from clinic_tui.actions.registry import ACTIONS, in_scopes
from clinic_tui.client.errors import ClientError
from clinic_tui.i18n import _
from clinic_tui.state.desk import Changes
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.frame import filter_pieces, menu_items, top_pieces
from clinic_tui.widgets.outcome import NO_OUTCOME, Outcome, outcome_pieces
from clinic_tui.widgets.side_menu import SideMenu
from clinic_tui.widgets.workplace import Workplace

LAST_IN_BAR = 90
"""Actions of this weight or more stand in the help alone."""


def bindings(*scopes: Scope) -> list[BindingType]:
    """The bindings of every action in these scopes; the user's key map replaces their keys by id."""
    return [
        Binding(as_sent(action.keys), f"perform('{action.id}')", action.title, id=action.id, show=False)
        for action in in_scopes(*scopes)
    ]


class ClinicScreen(Screen[None]):
    """A view in the frame: top line, filter line, menu, the view, a line for notices, the key bar."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (160, "-wide")]  # noqa: RUF012 - Textual's
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ANYWHERE)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE,)
    VIEW: ClassVar[str] = ""
    """Id of the action that shows this view, to mark it in the menu."""

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place = place
        self.outcome = NO_OUTCOME
        """What the notice line tells; its offers hold while it stands."""
        self.leading = False
        """Whether the next key performs an action, whatever has the focus."""
        self._led_from: Widget | None = None

    def compose(self) -> ComposeResult:
        """The frame around `compose_view`."""
        yield Bar(id="top")
        yield Bar(id="filter")
        with Horizontal(id="middle"):
            yield SideMenu()
            with Vertical(id="view"):
                yield from self.compose_view()
        yield Bar(id="notice")
        yield Bar(id="keys")

    def compose_view(self) -> ComposeResult:
        """The view itself; each screen has its own."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Fill the frame before the first paint."""
        self.query_one("#notice").display = False
        self.show_frame()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another view was shown."""
        self.show_frame()
        self.show_all()

    def show_all(self) -> None:
        """Show the desk as it stands, from scratch."""

    def show_changes(self, changes: Changes) -> None:
        """Show what changed on the desk; a view repaints only that."""

    def tick(self) -> None:
        """Some seconds have passed: show anew what tells the time, if it reads differently."""

    def show_frame(self) -> None:
        """Show the lines around the view."""
        if not self.is_mounted:
            return
        self.query_one("#top", Bar).show(*top_pieces(self.place))
        self.query_one("#filter", Bar).show(*filter_pieces(self.place))
        self.query_one(SideMenu).show(*menu_items(self.place, self.VIEW))
        self.show_keys()

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say something in the notice line, in place and without a dialog; an empty text clears it."""
        self.tell(Outcome(text, warning=warning))

    def tell(self, outcome: Outcome) -> None:
        """Tell what came of an action, with the keys that may follow; they act until the line is another."""
        self.outcome = outcome
        bar = self.query_one("#notice", Bar)
        bar.show(outcome_pieces(outcome, self.place.keymap))
        bar.display = bool(outcome.text)

    def refused(self, error: ClientError) -> None:
        """Say why a command came to nothing."""
        self.say(error.user_text(), warning=True)

    def show_keys(self) -> None:
        """Show the keys that work now, most used first; the menu's digits are dim where they do not."""
        leader = self.place.keymap.shown("app.leader")
        hint = _("{key}, then a digit").format(key=leader) if leader else " "
        hint = "" if self.leading or self.key_acts("1") else hint
        self.query_one(SideMenu).dim_keys(hint)
        pieces: list[Piece] = []
        for action in self.actions_now():
            if action.weight >= LAST_IN_BAR:
                continue
            key = self.key_of(action.id)
            if key:
                rank = action.weight // 10 if action.id != "app.help" else 1
                pieces.append(Piece(f" {key} ", "$on-accent on $accent bold", action.id, rank, leads=True))
                pieces.append(Piece(self.title_of(action), "$muted", action.id, rank))
                pieces.append(Piece("", gap=1, rank=rank))
        self.query_one("#keys", Bar).show(pieces)

    def title_of(self, action: Action) -> str:
        """The action's title here and now."""
        return _(action.title)

    def key_of(self, action_id: str) -> str:
        """The key that performs an action with the focus where it is, as people write it; empty without one.

        Where its own keys do not act, it is the leading key and then the first of them.
        """
        keys = [key.strip() for key in self.place.keymap.keys(action_id).split(",") if key.strip()]
        acting = [key for key in keys if self.key_acts(key)]
        if acting or not keys:
            return shown_key(acting[0]) if acting else ""
        leader = self.place.keymap.shown("app.leader")
        return f"{leader} {shown_key(keys[0])}" if leader else ""

    def key_acts(self, key: str) -> bool:
        """Whether a key can perform an action with the focus where it is: it is not written there."""
        field = self.focused
        return (
            field is None
            or not field.check_consume_key("a", "a")
            or not field.check_consume_key(key, _typed(key))
        )

    def active_scopes(self) -> Sequence[Scope]:
        """The scopes whose keys work with the focus where it is."""
        return self.SCOPES

    def actions_now(self) -> Iterable[Action]:
        """The actions that can be performed now, most used first."""
        scopes = self.active_scopes()
        possible = [a for a in ACTIONS.values() if a.scope in scopes and self.may(a.id)]
        return sorted(possible, key=lambda action: action.weight)

    def may(self, action_id: str) -> bool:
        """Whether the action can be performed now."""
        return self.deed(action_id) is not None or self.place.app_may(action_id)

    def deed(self, action_id: str) -> Callable[[], None] | None:
        """What performs the action on this screen; None leaves it to the app."""
        return getattr(self, ACTIONS[action_id].method, None)

    def why_not(self, action_id: str) -> str:  # noqa: ARG002 - for screens to answer
        """Why an action cannot be performed now, for one whose key people press all the same."""
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Textual's question whether a binding applies."""
        if action == "perform" and parameters:
            action_id = str(parameters[0])
            known = ACTIONS.get(action_id)
            if known is None:
                return False
            if self.outcome.offer(action_id) is not None:
                return True
            if known.scope not in self.active_scopes():
                return False
            return self.may(action_id) or bool(self.why_not(action_id))
        return super().check_action(action, parameters)

    def action_perform(self, action_id: str) -> None:
        """Perform an action by its id: the screen's own method, else the app's."""
        if not self.check_action("perform", (action_id,)):
            return
        offer = self.outcome.offer(action_id)
        if offer is not None and offer.act is not None:
            self.say("")
            offer.act()
            return
        if not self.may(action_id):
            self.say(self.why_not(action_id), warning=True)
            return
        self.say("")
        deed = self.deed(action_id)
        if deed is None:
            self.place.app_perform(action_id)
        else:
            deed()

    def changing(self, event: events.Event) -> str:  # noqa: ARG002 - for the view of a case
        """Why input is not taken while the case on screen is being changed; empty where it is."""
        return ""

    def on_bar_pressed(self, message: Bar.Pressed) -> None:
        """A click in a bar or in the menu performs the action it names."""
        message.stop()
        name, _colon, case_id = message.action.partition(":")
        if case_id:
            self.place.open_case(case_id)
        else:
            self.action_perform(name)

    def on_descendant_focus(self) -> None:
        """Other keys may work where the focus is now."""
        self.leading = False
        self.call_after_refresh(self.show_keys)

    def do_app_leader(self) -> None:
        """Take the next key for an action, also where one types; the focus comes back after it."""
        self._led_from = self.focused
        self.leading = True
        self.set_focus(None)
        self.say(_("Now a digit goes to a view, a letter acts. Esc: neither."))
        self.show_keys()

    def on_key(self, event: events.Key) -> None:
        """The key after the leading one performs its action; any other does nothing."""
        if not self.leading:
            return
        event.stop()
        event.prevent_default()
        self.leading = False
        field, self._led_from = self._led_from, None
        self.say("")
        action = next((one for one in self.actions_led() if event.key in self._keys_of(one.id)), None)
        if field is not None and field.is_attached and field.focusable:
            self.set_focus(field)
        self.show_keys()
        if action is not None and event.key != "escape":
            self.action_perform(action.id)

    def actions_led(self) -> Sequence[Action]:
        """The actions that the key after the leading one may perform."""
        return [one for one in in_scopes(*self.led_scopes()) if self.may(one.id)]

    def led_scopes(self) -> Sequence[Scope]:
        """The scopes whose keys act after the leading one."""
        return self.SCOPES

    def _keys_of(self, action_id: str) -> Sequence[str]:
        return as_sent(self.place.keymap.keys(action_id)).split(",")


def writes(key: str) -> bool:
    """Whether a key writes a character where one types."""
    return len(key) == 1 or key in {"slash", "question_mark", "full_stop", "space"}


def _typed(key: str) -> str | None:
    """The character that a key writes where one types; of one that acts in any field, such as Enter, some."""
    if len(key) == 1:
        return key
    return {"slash": "/", "question_mark": "?", "space": " ", "enter": "a", "backspace": "a"}.get(key)
