"""Words that a deed needs, such as a reason: one field, why it is asked, and the ways out."""

from collections.abc import Iterable, Sequence

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.limits import REASON_LIMIT
from clinic_tui.protocol.text import is_blank
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import Way, WayRow, paragraph
from clinic_tui.widgets.plain import plain
from clinic_tui.widgets.room_left import room_text
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.writing_dialog import WritingDialog


class WordsDialog(WritingDialog[str]):
    """Gives what was written, without blanks around it, or None. Esc asks once more where text would go.

    `taken` is the key of the way that was chosen, for one with several. Enter in a line goes to the first
    way and sends nothing; a text area (`lines`) keeps Enter for itself.
    """

    def __init__(
        self,
        heading: str,
        paragraphs: Sequence[str] = (),
        *,
        ways: Sequence[Way] = (),
        label: str = "",
        value: str = "",
        lines: bool = False,
        required: bool = True,
        limit: int = REASON_LIMIT,
        warning: bool = False,
        leave: str = "",
    ) -> None:
        """`ways` are those that give the text (one that saves by Ctrl+S unless given); Esc is added.

        `leave` is what Esc is called where "Cancel" would not do.
        """
        super().__init__()
        self._title, self._paragraphs, self._warning = heading, tuple(paragraphs), warning
        self._ways = (*(ways or (Way("ctrl+s", _("Save")),)), Way("escape", leave or _("Cancel")))
        self._value, self._required, self._limit = value, required, limit
        self.field: WritingArea | LineInput = (
            WritingArea(value, limit=limit, id="words-text")
            if lines
            else LineInput(value, placeholder=label, limit=limit, id="words-line")
        )
        self._label = label if lines else ""
        self.taken = ""

    def heading(self) -> str:
        """What it is about."""
        return self._title

    def compose_body(self) -> Iterable[Widget]:
        """Why, the field, and a line for what is missing."""
        for text in self._paragraphs:
            yield paragraph(text)
        with Vertical(id="words-form"):
            if self._label:
                yield Static(plain(self._label, "$muted"))
            yield self.field
            yield Static(id="dialog-problem")

    def on_mount(self) -> None:
        """One goes on where the text ends."""
        self.show_heading(self._warning)
        if isinstance(self.field, WritingArea):
            self.field.move_cursor(self.field.document.end)

    def first_focus(self) -> Widget | None:
        """The field: nothing is done but by a way's own key."""
        return self.field

    def ways(self) -> Sequence[Way]:
        """The given ways, and out."""
        return self._ways

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.field.text if isinstance(self.field, WritingArea) else self.field.value

    @property
    def written(self) -> bool:
        """Whether words would be lost."""
        return self.text != self._value and not is_blank(self.text)

    @on(LineInput.Submitted)
    def _submitted(self) -> None:
        self.query(WayRow).first().focus()

    def act(self, key: str, /) -> None:
        """Give the text where it will do."""
        if self._required and is_blank(self.text):
            self.tell(_("Something must be written here."))
            self.field.focus()
        elif len(self.text) > self._limit:
            self.tell(room_text(len(self.text), self._limit))
            self.field.focus()
        else:
            self.taken = key
            self.give(self.text.strip())
