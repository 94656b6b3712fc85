"""The note of a visit: written on the auto-history until it is signed, read only after that."""

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.limits import NOTE_LIMIT
from clinic_tui.protocol.resources import Note
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.note_parts import OthersLines
from clinic_tui.widgets.note_text import is_heading, signer
from clinic_tui.widgets.plain import plain, plain_line, put
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.texts import clock, day


class NoteArea(WritingArea):
    """The note's text; short lines that open a paragraph are headings, what others wrote is in italics."""

    _others = OthersLines()

    def get_line(self, line_index: int) -> Text:
        """The line, bold where it is a heading."""
        line = super().get_line(line_index)
        if is_heading(self.document.lines, line_index):
            line.stylize("bold")
        if self._others.lines and line.plain.strip() in self._others.lines:
            line.stylize("italic")
        return line

    def show_others(self, others: OthersLines) -> None:
        """Show what others have written; what stands as they left it is in italics."""
        if others != self._others:
            self._others = others
            self.notify_style_update()
            self.refresh()


class NoteEditor(Vertical):
    """The note to write, where it came from, whether its draft is kept, and the key that signs it."""

    DEFAULT_CSS = """
    NoteEditor {
        height: 1fr;
        #note-text { height: 1fr; }
        #note-signed { height: 1fr; scrollbar-size-vertical: 1; display: none; }
        #note-signed-text { height: auto; max-width: 90; }
        #note-others { height: auto; color: $muted; text-style: italic; display: none; }
        #note-status { height: auto; color: $muted; margin: 1 0 0 0; }
        #note-deed { background: $panel; margin: 1 0 0 0; }
        &.-signed #note-text { display: none; }
        &.-signed #note-signed, &.-both #note-signed { display: block; }
    }
    """

    class Edited(Message):
        """The note was changed by the user's hand."""

    def __init__(self) -> None:
        super().__init__(id="note")
        self.area = NoteArea(id="note-text", limit=NOTE_LIMIT)
        self._loaded = ""

    def compose(self) -> ComposeResult:
        """Text, signed versions, status, deed."""
        yield Static(id="note-others")
        yield self.area
        with VerticalScroll(id="note-signed"):
            yield Static(id="note-signed-text")
        yield Static(id="note-status")
        yield Bar(id="note-deed")

    @property
    def text(self) -> str:
        """The note as it stands."""
        return self.area.text

    def load(self, text: str, *, writable: bool) -> None:
        """Show this text to write on, or only to read."""
        self.remove_class("-signed", "-both")
        self.area.release()
        self.area.read_only = not writable
        self._loaded = text
        if self.area.text != text:
            self.area.replace_text(text)

    def show_others(self, others: OthersLines) -> None:
        """Show what others have written in the note, and who."""
        line = self.query_one("#note-others", Static)
        put(line, plain(others.text))
        line.display = bool(others.text)
        self.area.show_others(others)

    def stop(self, text: str, notes: Sequence[Note]) -> None:
        """Nothing more can be written, by something that was done elsewhere; the text stays, to be copied.

        The versions that were signed meanwhile stand below it.
        """
        self.remove_class("-signed")
        self.set_class(bool(notes), "-both")
        self._loaded = text
        if self.area.text != text:
            self.area.replace_text(text)
        self.area.hold()
        put(self.query_one("#note-signed-text", Static), signed_versions(notes))

    def show_signed(self, notes: Sequence[Note]) -> None:
        """Show the signed versions, the newest first; a signed note never changes (domain.md 2.4)."""
        self.area.release()
        self.remove_class("-both")
        self.add_class("-signed")
        put(self.query_one("#note-signed-text", Static), signed_versions(notes))

    def show_status(self, *lines: str) -> None:
        """Say where the text came from and what has become of it."""
        put(self.query_one("#note-status", Static), "\n".join(line for line in lines if line))

    def show_deed(self, key: str, label: str) -> None:
        """Show the key that signs; with an empty key, nothing."""
        pieces = [
            Piece(f" {key} ", "$on-accent on $accent bold", "visit.sign", gap=0),
            Piece(label, "$foreground", "visit.sign"),
        ]
        self.query_one("#note-deed", Bar).show(pieces if key else [])

    def refusal(self) -> str:
        """Why the text cannot be kept as it is; empty when it can."""
        over = len(self.area.text) - NOTE_LIMIT
        return _("The note is {count} characters too long").format(count=over) if over > 0 else ""

    @on(NoteArea.Changed)
    def _changed(self, event: NoteArea.Changed) -> None:
        event.stop()
        text = self.area.text
        if text != self._loaded:
            self._loaded = text
            self.post_message(self.Edited())


def signed_versions(notes: Sequence[Note]) -> Content:
    """Every signed version, the newest first, each with who signed it and what it corrects."""
    blocks: list[Content] = []
    numbers = {note.id: note.number for note in notes}
    for index, note in enumerate(sorted(notes, key=lambda note: note.number, reverse=True)):
        if index:
            title = _("Version {number}, no longer in force").format(number=note.number)
            blocks += [Content(""), plain_line(title, "$muted bold")]
        blocks.append(plain(note.body, "$muted" if index else ""))
        signed = _("Signed by {name} {day} {time}").format(
            name=signer(note), day=day(note.signed_at), time=clock(note.signed_at)
        )
        blocks += [Content(""), plain_line(signed, "$muted")]
        if note.corrects:
            text = _("Version {number} corrects version {old}: {reason}").format(
                number=note.number, old=numbers.get(note.corrects, note.number - 1), reason=note.reason
            )
            blocks.append(plain_line(text, "$muted"))
    return Content("\n").join(blocks)
