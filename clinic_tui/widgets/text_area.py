"""A text area for everything people write: pasted text is cleaned, blanks to fill stand out."""

from rich.style import Style
from rich.text import Text
from textual import events
from textual.document._document import Document, Location, Selection
from textual.widgets import TextArea

from clinic_tui.domain.phrases import Placeholder, unresolved
from clinic_tui.protocol.text import safe_text
from clinic_tui.widgets.room_left import room_text

_JOINER = "\u200d"
"""Joins two emoji to one; alone it would be shown as a character that nobody wrote."""
_WRITING_KEYS = frozenset({"enter", "backspace", "delete"})
"""Keys that write though they print nothing."""
_EDITING = frozenset({"cut", "paste", "undo", "redo"})
"""What is done to a text, beside all that deletes; where it takes none, their keys are free for the view."""


class WritingArea(TextArea):
    """Plain multi-line text; Tab leaves it, or goes to the next blank while there is one."""

    COMPONENT_CLASSES = {"writing--blank"}  # noqa: RUF012 - Textual's own name
    DEFAULT_CSS = """
    WritingArea {
        border: none; padding: 0; background: $panel; color: $foreground;
        &:focus { border: none; }
        .writing--blank { background: $warning; color: $on-warn; text-style: bold; }
        &:light .text-area--cursor { color: $input-cursor-foreground; background: $input-cursor-background; }
    }
    """

    def __init__(
        self,
        text: str = "",
        *,
        limit: int = 0,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """`limit` is how many characters can be sent; more can be written, and is said to be too much."""
        super().__init__(
            text,
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
        )
        self.cursor_blink = False
        self.limit = limit
        self.held = False
        """Whether writing was stopped by something that happened elsewhere: see `hold`."""

    @property
    def too_long(self) -> bool:
        """Whether the text cannot be sent for its length."""
        return 0 < self.limit < len(self.text)

    @property
    def room_text(self) -> str:
        """What is said of the text's length; empty while there is room."""
        return room_text(len(self.text), self.limit) if self.limit else ""

    def hold(self) -> None:
        """Take no more text, keep what stands here, and let no letter become a command.

        Whoever is typing goes on for a while, blindly. It ends when the focus is moved on, which takes a
        deliberate key. The text is selected, ready to be copied.
        """
        if not self.held:
            self.held = self.read_only = True
            self.select_all()

    def release(self) -> None:
        """Take text again."""
        self.held = self.read_only = False

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Letters are the text's, also where they do nothing any more."""
        if self.held:
            return character is not None and character.isprintable()
        return super().check_consume_key(key, character)

    @property
    def blanks(self) -> list[Placeholder]:
        """The blanks and placeholders still to be filled, in order."""
        return unresolved(self.text) if "{" in self.text else []

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """F6 and F7, which Textual selects with, are the program's own keys."""
        if action in {"select_line", "select_all"}:
            return False
        if self.held and (action.startswith("delete_") or action in _EDITING):
            return False
        return super().check_action(action, parameters)

    def get_line(self, line_index: int) -> Text:
        """The line with its blanks marked."""
        line = super().get_line(line_index)
        if "{" in line.plain:
            style: Style = self.get_component_rich_style("writing--blank")
            for blank in unresolved(line.plain):
                line.stylize(style, blank.start, blank.end)
        return line

    def select_blank(self, *, stay: bool = False) -> bool:
        """Select the next blank after the cursor, or the first; False when there is none.

        With `stay` a blank that is selected already stays selected.
        """
        blanks = self.blanks
        if not blanks:
            return False
        chosen = sorted(self.index_of(place) for place in self.selection)
        if stay and any([blank.start, blank.end] == chosen for blank in blanks):
            return True
        here = self.index_of(self.selection.end)
        blank = next((blank for blank in blanks if blank.start >= here), blanks[0])
        self.selection = Selection(self.place_of(blank.start), self.place_of(blank.end))
        return True

    def index_of(self, place: Location) -> int:
        """How many characters stand before a place."""
        document = self.document
        assert isinstance(document, Document)  # noqa: S101 - there is no language, so no other kind
        return document.get_index_from_location(place)

    def place_of(self, index: int) -> Location:
        """The place that so many characters stand before."""
        document = self.document
        assert isinstance(document, Document)  # noqa: S101 - there is no language, so no other kind
        return document.get_location_from_index(index)

    def replace_text(self, text: str) -> None:
        """Show another text, with the cursor at its end and nothing to undo."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def action_delete_left(self) -> None:
        """Delete the character before the cursor, and what only joined it to the one before."""
        super().action_delete_left()
        while self.selection.is_empty and not self.read_only:
            row, column = self.cursor_location
            if not column or self.document.get_line(row)[column - 1] != _JOINER:
                return
            super().action_delete_left()

    async def _on_paste(self, event: events.Paste) -> None:
        """Insert pasted text, cleaned; a paste never presses a key."""
        event.prevent_default()
        event.stop()
        if self.read_only:
            return
        result = self._replace_via_keyboard(safe_text(event.text), *self.selection)
        if result is not None:
            self.move_cursor(result.end_location)

    async def _on_key(self, event: events.Key) -> None:
        if self.held and (event.is_printable or event.key in _WRITING_KEYS):
            event.prevent_default()
            event.stop()
            return
        if event.key == "tab" and not self.read_only and self.select_blank():
            event.prevent_default()
            event.stop()
            return
        if event.key == "ctrl+j" and not self.read_only:
            # A line break in every field: it never sends what stands in another.
            event.prevent_default()
            event.stop()
            result = self._replace_via_keyboard("\n", *self.selection)
            if result is not None:
                self.move_cursor(result.end_location)
            return
        await super()._on_key(event)
