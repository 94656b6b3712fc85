"""The frame of every dialog: what is wrong, why, and the ways out as keys."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar, TypeVar, cast

from textual import events, on
from textual.app import App, ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.actions.keymap import shown_key
from clinic_tui.i18n import _
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.plain import plain, plain_line
from clinic_tui.widgets.stillness import moment
from styles import css_paths

T = TypeVar("T")

QUIET_SECONDS = 0.3
"""Keys and clicks are ignored this long after a dialog opens: they were meant for what stood there before."""

_LEAST_BODY = 3
"""Rows that a dialog's body keeps on the lowest screen."""


@dataclass(frozen=True)
class Way:
    """One way out of a dialog."""

    key: str
    """Textual's name of the key that takes it; `escape` marks the harmless one."""
    label: str
    enabled: bool = True
    note: str = ""
    """Muted text after the label: what it leads to, or why it cannot be taken now."""
    first: bool = False
    """Whether it has the focus first, in place of the harmless one."""
    steps: bool = False
    """Whether a number in it is changed by clicks on `+` and `−` beside it, and by these keys."""

    @property
    def harmless(self) -> bool:
        """Whether nothing comes of it."""
        return self.key == "escape"


class WayRow(Widget, can_focus=True):
    """A way out as a line: its key as a badge, its label. Enter takes the one that has the focus.

    A click selects it, and a click on the selected one takes it; the harmless one takes a single click.
    """

    FOCUS_ON_CLICK = False
    """The first half of a click would select it already."""
    DEFAULT_CSS = """
    WayRow { height: auto; width: 1fr; }
    WayRow:focus { background: $cursor; }
    """

    class Taken(Message):
        """The way was taken, by a key or a button of the mouse that was read `at` this moment."""

        def __init__(self, way: Way, at: float) -> None:
            super().__init__()
            self.way, self.at = way, at

    class Stepped(Message):
        """The number in the way is to be one more, or one less."""

        def __init__(self, way: Way, by: int, at: float) -> None:
            super().__init__()
            self.way, self.by, self.at = way, by, at

    def __init__(self, way: Way, key_width: int = 0) -> None:
        """`key_width` is the cells of the widest badge, after which all labels stand."""
        super().__init__()
        self.way = way
        self._key_width = key_width
        self._pressed_at = 0.0
        self._pointed = False
        """Whether a click selected it: then it says that it takes another."""
        self.can_focus = way.enabled

    def show(self, way: Way) -> None:
        """Show the way as it now is."""
        if way != self.way:
            self.way, self.can_focus = way, way.enabled
            self.refresh(layout=True)

    def render(self) -> Content:
        """The badge, the label and the note."""
        way = self.way
        badge = "$on-accent on $accent bold"
        if way.harmless or not way.enabled:
            badge = "$background on $muted"
        label = plain_line(way.label, "bold" if self.has_focus else "" if way.enabled else "$muted")
        note = plain_line(f"  {way.note}" if way.note else "", "$muted")
        if self._pointed:
            note += plain_line("  " + _("click again to choose"), "$muted")
        if way.steps:
            note = Content.assemble("  ", _step("+", 1), " ", _step("−", -1), note)
        key = f" {shown_key(way.key)} "
        width = self.styles.width
        beside = width is not None and width.is_auto
        gap = 1 if beside else 2 + max(0, self._key_width - len(key))
        return Content.assemble((key, badge), " " * gap, label, note)

    def on_key(self, event: events.Key) -> None:
        """Enter takes the way that has the focus."""
        if event.key in {"enter", "space"}:
            event.stop()
            event.prevent_default()
            self.post_message(self.Taken(self.way, event.time))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click is as old as its first half: Textual makes the click itself when it is handled."""
        self._pressed_at = event.time

    def on_click(self, event: events.Click) -> None:
        """Select the way, or take it where it was selected; `+` and `−` are marks of their own."""
        event.stop()
        if not self.way.enabled:
            return
        by = event.style.meta.get("step")
        if isinstance(by, int):
            self.post_message(self.Stepped(self.way, by, self._pressed_at))
        elif self.has_focus or self.way.harmless:
            self.post_message(self.Taken(self.way, self._pressed_at))
        else:
            self._pointed = True
            self.focus(scroll_visible=False)
            self.refresh(layout=True)

    def on_blur(self) -> None:
        """Another one is selected."""
        if self._pointed:
            self._pointed = False
            self.refresh(layout=True)


def _step(sign: str, by: int) -> Content:
    """A mark that changes a number when it is clicked."""
    return Content.styled(f" {sign} ", "$accent on $panel bold").stylize(Style.from_meta({"step": by}))


class ClinicDialog(ModalScreen[T]):
    """A dialog over the view. Subclasses give `heading`, `ways`, `compose_body` and `take`.

    The focus starts on the harmless way; Esc always takes it. Its body scrolls, its ways stay in sight.
    It is answered once: what comes after that, by key, mouse or network, is too late and does nothing.
    """

    CSS_PATH = css_paths("base", "dialogs")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (160, "-wide")]  # noqa: RUF012 - Textual's
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012 - Textual's
    AUTO_FOCUS = ""
    QUIET: ClassVar[float] = QUIET_SECONDS
    """Seconds for which keys are ignored; 0 where nothing in the dialog does harm."""
    WARNING: ClassVar[bool] = False
    """Whether something needs the user: the border and the heading are orange."""

    def __init__(self) -> None:
        super().__init__()
        self.listening = False
        """Whether keys and clicks count: not in the first moments, and not once it is answered."""
        self.answered = False
        """Whether it closes, or will as soon as nothing stands in front of it."""
        self._heard_from = inf
        self._answer: T | None = None

    def heading(self) -> str:
        """What it is about, in a few words."""
        raise NotImplementedError

    def ways(self) -> Sequence[Way]:
        """The ways out; the harmless one last, with the key `escape`."""
        raise NotImplementedError

    def take(self, key: str) -> None:
        """A way was taken, named by its key. Esc dismisses with None."""
        raise NotImplementedError

    def compose_body(self) -> Iterable[Widget]:
        """What stands between heading and ways."""
        return ()

    def first_focus(self) -> Widget | None:
        """What has the focus first: the way that asks for it, the harmless one, or a field to write in."""
        rows = list(self.query(WayRow))
        return next((row for row in rows if row.way.first), None) or next(
            (row for row in rows if row.way.harmless), None
        )

    def compose(self) -> ComposeResult:
        """Heading, body, ways."""
        with Vertical(id="dialog", classes="-warning" if self.WARNING else ""):
            yield Static(plain_line(self.heading(), "bold"), id="dialog-heading")
            with VerticalScroll(id="dialog-body", can_focus=False):
                yield from self.compose_body()
            with Vertical(id="dialog-ways"):
                ways = self.ways()
                widest = max((len(shown_key(way.key)) + 2 for way in ways), default=0)
                for way in ways:
                    yield WayRow(way, widest)

    def on_mount(self) -> None:
        """Start to listen in a moment."""
        if self.QUIET:
            self._heard_from = moment() + self.QUIET
            self.set_timer(self.QUIET, self._listen)
        else:
            self._heard_from = 0.0
            self._listen()

    def on_resize(self) -> None:
        """The ways stay in sight."""
        self.query_one("#dialog-body").styles.max_height = None
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Where the dialog is higher than the screen, its body gives way and scrolls."""
        body, below = self.query_one("#dialog-body"), self.query_one("#dialog-ways").region.bottom
        over = below - self.query_one("#dialog").content_region.bottom
        if over > 0:
            body.styles.max_height = max(_LEAST_BODY, body.size.height - over)

    def hears(self, at: float) -> bool:
        """Whether what was read at this moment, by the clock of events, was meant for the dialog."""
        return not self.answered and at >= self._heard_from

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close with an answer; a second one is none. Below another dialog it closes after that one."""
        if not self.answered:
            self.answered, self._answer = True, result
            self.listening = False
            if self.is_active:
                return super().dismiss(result)
        return AwaitComplete.nothing()

    def on_screen_resume(self) -> None:
        """What stood in front is gone; an answer that came meanwhile counts now."""
        if self.answered and self.is_active:
            super().dismiss(self._answer)

    def _listen(self) -> None:
        if self.answered:
            return
        self.listening, self._heard_from = True, min(self._heard_from, moment())
        target = self.first_focus()
        if target is not None and self.focused is None:
            target.focus()

    def show_changes(self, changes: Changes) -> None:
        """The desk below has changed; a dialog that shows or counts cases shows them anew."""

    def show_ways(self) -> None:
        """Show the ways as they now are; their number and order do not change."""
        for row, way in zip(self.query(WayRow), self.ways(), strict=True):
            row.show(way)

    def show_heading(self, warning: bool | None = None) -> None:
        """Show the heading as it now is, and whether it warns."""
        self.query_one("#dialog-heading", Static).update(plain_line(self.heading(), "bold"))
        if warning is not None:
            self.query_one("#dialog").set_class(warning, "-warning")

    @on(WayRow.Taken)
    def _taken(self, event: WayRow.Taken) -> None:
        event.stop()
        if self.hears(event.at) and event.way.enabled:
            self.take(event.way.key)

    def on_key(self, event: events.Key) -> None:
        """A way's key takes it; arrows walk between the ways."""
        if not self.hears(event.time):
            event.stop()
            event.prevent_default()
            return
        pressed = event.key.lower() if len(event.key) == 1 else event.key
        way = next((way for way in self.ways() if way.key == pressed), None)
        if way is not None:
            event.stop()
            event.prevent_default()
            if way.enabled:
                self.take(way.key)
        elif event.key in {"pageup", "pagedown"} and isinstance(self.focused, WayRow):
            event.stop()
            body = self.query_one("#dialog-body", VerticalScroll)
            (body.scroll_page_up if event.key == "pageup" else body.scroll_page_down)(animate=False)
        elif event.key in {"up", "down"} and isinstance(self.focused, WayRow):
            event.stop()
            if event.key == "up":
                self.focus_previous(WayRow)
            else:
                self.focus_next(WayRow)


def show_dialog(over: Screen[Any], dialog: "ClinicDialog[T]", chosen: Callable[[T | None], None]) -> None:
    """Show a dialog over a screen, and hand on what it is closed with."""
    app = cast("App[Any]", over.app)  # pyright: ignore[reportUnknownMemberType] - it may be any app
    app.push_screen(dialog, chosen)


def paragraph(text: str, style: str = "", *, id: str | None = None) -> Static:  # noqa: A002 - Textual's own
    """A paragraph of a dialog's body, cleaned and never read as markup, with a blank line after it."""
    return Static(plain(text, style), id=id, classes="dialog-paragraph")
