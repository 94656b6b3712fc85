"""A one-line field for everything people write: pasted text is cleaned, and the cursor does not blink."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from clinic_tui.protocol.text import safe_line


class LineInput(Input):
    """A field without a box; where it is told by shade, and that it has the focus by a bar at its left."""

    DEFAULT_CSS = """
    LineInput {
        height: 1; width: 1fr; padding: 0 1; border: none;
        background: $panel; color: $foreground;
        &:focus { border: none; background: $cursor; background-tint: 0%; }
        & .input--placeholder, & .input--suggestion { color: $muted; }
        &:ansi { background: ansi_default; text-style: underline; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z", "nothing", show=False)]
    """Where one writes, this key is the text's: it undoes nothing else."""

    class Full(Message):
        """Something did not fit, and was left out."""

        def __init__(self, limit: int) -> None:
            super().__init__()
            self.limit = limit

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        limit: int = 0,
        select: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """`select`: the value is selected with the focus, so that what is typed takes its place."""
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            max_length=limit,
            id=id,
            select_on_focus=select,
        )
        self.cursor_blink = False

    def restricted(self) -> None:
        """A character more than there is room for was typed."""
        super().restricted()
        self.post_message(self.Full(self.max_length or 0))

    def action_nothing(self) -> None:
        """A line has no steps to undo."""

    def _on_paste(self, event: events.Paste) -> None:
        """Insert the first line that is pasted, cleaned; a password is taken as it is."""
        event.prevent_default()
        event.stop()
        lines = event.text.splitlines()
        if not lines:
            return
        line = lines[0] if self.password else safe_line(lines[0])
        room = (self.max_length or len(line)) - len(self.value) + len(self.selected_text)
        self.replace(line[:room], *self.selection)
        if len(line) > room:
            self.post_message(self.Full(self.max_length or 0))
