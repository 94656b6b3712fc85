"""Help: what every key does, what the signs mean, and what the priorities are called."""

from collections.abc import Iterable, Sequence

from textual import events, on
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Input

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.registry import in_scopes
from clinic_tui.domain.filters import fold
from clinic_tui.i18n import _
from clinic_tui.protocol.text import safe_line
from clinic_tui.widgets.badges import FLAG_LEGEND, PRIORITIES
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import ClinicDialog, Way
from clinic_tui.widgets.plain import plain_line
from clinic_tui.widgets.scope_texts import scope_note, scope_text, shown_keys
from clinic_tui.widgets.workplace import Workplace
from clinic_tui.widgets.wrapping import fit, wrap
from styles import css_paths

_KEY, _TITLE = 11, 18


class HelpText(Widget):
    """The whole help as lines; only what has the words looked for."""

    DEFAULT_CSS = "HelpText { height: auto; width: 1fr; }"

    def __init__(self, place: Workplace, scopes: Sequence[Scope]) -> None:
        super().__init__()
        self._place = place
        self._scopes = scopes
        self._words = ""
        self._made: tuple[int, list[Content]] = (0, [])

    def look_for(self, words: str) -> None:
        """Show only what has all these words."""
        self._words = fold(words)
        self._made = (0, [])
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as there are."""
        return len(self.lines(width))

    def render(self) -> Content:
        """All lines."""
        return Content("\n").join(self.lines(self.content_size.width))

    def lines(self, width: int) -> list[Content]:
        """The lines at this width; what works here comes first."""
        if self._made[0] == width:
            return self._made[1]
        lines: list[Content] = []
        for scope in (*self._scopes, *(scope for scope in Scope if scope not in self._scopes)):
            self._group(lines, scope_text(scope), self._actions(scope, width))
            self._group(lines, _("What verifying is"), self._note(scope_note(scope), width))
        self._group(lines, _("Signs in the lists"), self._signs())
        self._group(lines, _("Priorities"), self._priorities())
        if not lines:
            lines.append(Content.styled(_("Nothing here has these words."), "$muted"))
        self._made = (width, lines)
        return lines

    def _group(self, lines: list[Content], title: str, group: Iterable[Content]) -> None:
        rows = list(group)
        if rows:
            lines += [Content("")] if lines else []
            lines += [Content.styled(title, "$accent bold"), *rows]

    def _fits(self, *texts: str) -> bool:
        where = fold("\n".join(texts))
        return all(word in where for word in self._words.split())

    def _actions(self, scope: Scope, width: int) -> Iterable[Content]:
        for action in in_scopes(scope):
            if not self._is_mine(action):
                continue
            keys = shown_keys(self._place.keymap, action)
            title, text = _(action.title), _(action.help)
            if self._fits(keys, title, text, action.id):
                yield from self._action(action, keys, text, width)

    def _is_mine(self, action: Action) -> bool:
        """Whether my role has the view of the action: not everybody administers the unit."""
        unit = action.id == "go.unit" or action.scope is Scope.UNIT
        return not unit or self._place.app_may("go.unit")

    def _action(self, action: Action, keys: str, text: str, width: int) -> Iterable[Content]:
        room = max(10, width - _KEY - _TITLE - 3)
        for number, (start, end) in enumerate(wrap(text, room)):
            yield Content.assemble(
                ((" " + fit("" if number else keys or "–", _KEY), "$accent bold" if keys else "$muted")),
                (" " + fit("" if number else _(action.title), _TITLE), "bold"),
                (" " + text[start:end], "$muted"),
            )

    def _note(self, text: str, width: int) -> Iterable[Content]:
        if text and self._fits(text):
            yield from (plain_line(" " + text[start:end]) for start, end in wrap(text, max(10, width - 2)))

    def _signs(self) -> Iterable[Content]:
        for sign, meaning in FLAG_LEGEND:
            if self._fits(sign, _(meaning)):
                yield Content.assemble((" " + fit(sign, _KEY), "$accent bold"), " ", _(meaning))

    def _priorities(self) -> Iterable[Content]:
        for info in self._place.desk.people.region.priorities:
            if not self._fits(str(info.priority), info.name, _("Priorities")):
                continue
            name = f"prio-{info.priority}" if info.priority in PRIORITIES else "prio-other"
            target = ""
            if info.target_minutes is not None:
                target = _("within {count} min").format(count=info.target_minutes)
            yield Content.assemble(
                " ",
                (f"{info.priority:^3}"[:3], f"${name}-text on ${name}"),
                " " * (_KEY - 2),
                plain_line(info.name),
                ("  " + target, "$muted"),
            )


class HelpDialog(ClinicDialog[None]):
    """Every action with its key as it is now set; typing narrows it down."""

    CSS_PATH = css_paths("base", "dialogs", "help")
    QUIET = 0.0

    def __init__(self, place: Workplace, scopes: Sequence[Scope] = ()) -> None:
        super().__init__()
        self.place = place
        self._text = HelpText(place, scopes)
        self._field = LineInput(placeholder=_("Look for a key or a word"), limit=60, id="help-words")

    def heading(self) -> str:
        """What it is."""
        return _("Help")

    def ways(self) -> Sequence[Way]:
        """Only to close it."""
        return [Way("escape", _("Close"), note=_("↑ ↓ scroll"))]

    def compose_body(self) -> Iterable[Widget]:
        """The lines."""
        yield self._text

    def on_mount(self) -> None:
        """Put the field above what scrolls."""
        self.query_one("#dialog").mount(self._field, before="#dialog-body")

    def first_focus(self) -> Widget | None:
        """The field; it takes the focus when it is there."""
        self.call_after_refresh(self._field.focus)
        return None

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        if event.value == "?":
            self.dismiss(None)
            return
        self._text.look_for(safe_line(event.value))
        self.query_one("#dialog-body", VerticalScroll).scroll_home(animate=False)

    def on_key(self, event: events.Key) -> None:
        """Arrows and page keys scroll; the key that opened the help closes it."""
        body = self.query_one("#dialog-body", VerticalScroll)
        page = max(1, body.size.height - 2)
        by = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}.get(event.key)
        keys = [key.strip() for key in self.place.keymap.keys("app.help").split(",")]
        if by is not None:
            body.scroll_relative(y=by, animate=False)
        elif event.key in keys and len(event.key) > 1:
            self.dismiss(None)
        else:
            return
        event.stop()
        event.prevent_default()

    def take(self, key: str) -> None:  # noqa: ARG002 - there is one way
        """Close."""
        self.dismiss(None)
