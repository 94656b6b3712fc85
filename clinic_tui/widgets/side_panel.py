"""The panel beside the chat: history, note, resident and events, one at a time."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import pgettext
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.note_editor import NoteEditor
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.reading import contact, happened, reading

PAGES = ("history", "note", "resident", "events")
"""The panel's pages, in the order of their tabs."""
CHAT = "chat"
"""On a narrow screen the chat is one page among them."""


def page_title(page: str) -> str:
    """What a page's tab says."""
    return {
        CHAT: pgettext("panel", "Chat"),
        "history": pgettext("panel", "History"),
        "note": pgettext("panel", "Note"),
        "resident": pgettext("panel", "Resident"),
        "events": pgettext("panel", "Events"),
    }[page]


class SidePanel(Vertical):
    """Shows one page of the visit; which one is the screen's to say."""

    DEFAULT_CSS = """
    SidePanel {
        background: $panel; padding: 1 2 0 2;
        #panel-tabs { background: $panel; margin-bottom: 1; }
        .panel-page { height: 1fr; scrollbar-size-vertical: 1; }
        .panel-page > Static { height: auto; max-width: 90; }
        .panel-page:focus { background-tint: $foreground 2%; }
    }
    """

    class Wanted(Message):
        """The tab of a page was clicked."""

        def __init__(self, page: str) -> None:
            super().__init__()
            self.page = page

    def __init__(self) -> None:
        super().__init__(id="panel")
        self.note = NoteEditor()
        self.page = "history"
        self._tabs: tuple[tuple[str, ...], str] = (PAGES, "")

    def compose(self) -> ComposeResult:
        """The tabs and the four pages."""
        yield Bar(id="panel-tabs")
        with VerticalScroll(id="page-history", classes="panel-page"):
            yield Static(id="history-text")
        yield self.note
        with VerticalScroll(id="page-resident", classes="panel-page"):
            yield Static(id="resident-text")
        with VerticalScroll(id="page-events", classes="panel-page"):
            yield Static(id="events-text")

    def show_page(self, page: str, *, narrow: bool, mark: str = "") -> None:
        """Show a page; `mark` is the page that needs the user. With the chat shown, the tabs alone."""
        self.page = page
        for name in PAGES:
            self._page(name).display = name == page
        self._tabs = ((CHAT, *PAGES) if narrow else PAGES, mark)
        self._show_tabs()

    def on_resize(self) -> None:
        """Fit the tabs to the new width."""
        self._show_tabs()

    def _show_tabs(self) -> None:
        names, mark = self._tabs
        titles = {name: page_title(name) for name in names}
        room = self.query_one("#panel-tabs").size.width - 3 - len(names)
        while sum(map(len, titles.values())) > room > 0:
            longest = max((name for name in names if name != self.page), key=lambda name: len(titles[name]))
            if len(titles[longest]) < 5:
                break
            titles[longest] = titles[longest].rstrip("…")[:-1] + "…"
        gap = 2 if sum(map(len, titles.values())) + len(names) <= room else 1
        pieces: list[Piece] = []
        for name, title in titles.items():
            here = name == self.page
            style = "$on-accent on $accent bold" if here else "$warning bold" if name == mark else "$muted"
            text = f" {title} " if here else title
            pieces.append(Piece(text, style, f"panel:{name}", gap=gap if pieces else 0))
        self.query_one("#panel-tabs", Bar).show(pieces)

    def show_visit(self, visit: Visit, me: str) -> None:
        """Fill the page that is shown; the note is filled by the screen, which keeps what is written."""
        if self.page == "history":
            put(self.query_one("#history-text", Static), reading(visit, me, heading=False))
        elif self.page == "resident":
            put(self.query_one("#resident-text", Static), contact(visit))
        elif self.page == "events":
            put(self.query_one("#events-text", Static), happened(visit.events))

    def focus_page(self) -> None:
        """Move the focus to the page that is shown."""
        if self.page == CHAT:
            return
        target: Widget = self._page(self.page)
        if isinstance(target, NoteEditor):
            target = target.query_one("#note-signed") if target.has_class("-signed") else target.area
        target.focus()

    def _page(self, name: str) -> Widget:
        return self.note if name == "note" else self.query_one(f"#page-{name}")

    @on(Bar.Pressed)
    def _pressed(self, event: Bar.Pressed) -> None:
        kind, _colon, page = event.action.partition(":")
        if kind == "panel":
            event.stop()
            self.post_message(self.Wanted(page))
