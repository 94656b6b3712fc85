"""Correcting a signed note: a new version with its reason; the old one stays."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.domain.note import NoteVersion, amend
from clinic_tui.domain.note import is_blank as shows_nothing
from clinic_tui.domain.refusals import REASONS, Refusal
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import AmendNote
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.limits import LINE_LIMIT, NOTE_LIMIT
from clinic_tui.protocol.resources import Note
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import QUIET_SECONDS, Way, paragraph
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.texts import clock
from clinic_tui.widgets.writing_dialog import WritingDialog


class AmendDialog(WritingDialog[AmendNote]):
    """Gives the correction as a command."""

    QUIET = QUIET_SECONDS

    def __init__(self, note: Note, resident: str) -> None:
        super().__init__()
        self.note = note
        self.resident = resident
        self.area = WritingArea(note.body, limit=NOTE_LIMIT, id="amend-body")
        self.reason = LineInput(placeholder=_("Why it is corrected"), limit=LINE_LIMIT, id="amend-reason")

    def heading(self) -> str:
        """Whose note it is."""
        return _("Correct the note for {resident}").format(resident=self.resident)

    def compose_body(self) -> Iterable[Widget]:
        """The text, the reason, and a line for what is missing."""
        text = _("Version {number} was signed {time} by {name}. It stays readable beside the correction.")
        yield paragraph(
            text.format(
                number=self.note.number, time=clock(self.note.signed_at), name=self.note.signed_by.name
            ),
            "$muted",
        )
        with Vertical(id="amend-form"):
            yield self.area
            yield self.reason
            yield Static(id="dialog-problem")

    def on_mount(self) -> None:
        """One goes on where the note ends."""
        self.area.move_cursor(self.area.document.end)

    def first_focus(self) -> Widget | None:
        """One writes here; nothing is signed but by its key."""
        return self.area

    def ways(self) -> Sequence[Way]:
        """Sign the correction, or leave the note as it is."""
        return (Way("f9", _("Sign the correction")), Way("escape", _("Cancel")))

    @property
    def written(self) -> bool:
        """Whether anything would be lost."""
        return self.area.text != self.note.body or bool(self.reason.value)

    def problem(self) -> str:
        """Why it cannot be signed as it is; empty when it can."""
        note = self.note
        version = NoteVersion(
            number=note.number, body=note.body, author_id=note.signed_by.id, signed_at=note.signed_at
        )
        checked = amend(version, self.area.text, author_id="", at=datetime.now(UTC))
        if isinstance(checked, Refusal):
            return _(checked.reason)
        if self.area.too_long:
            return self.area.room_text
        return _(REASONS["case.reason_missing"]) if shows_nothing(self.reason.value) else ""

    def leave_text(self) -> str:
        """What is said before a correction is thrown away."""
        return _("Esc once more throws the correction away.")

    def act(self, _key: str, /) -> None:
        """Give the correction where it can be signed."""
        problem = self.problem()
        if problem:
            self.tell(problem)
            missing = problem == _(REASONS["case.reason_missing"])
            (self.reason if missing else self.area).focus()
            return
        self.give(
            AmendNote(
                command_id=new_id(),
                case_id=self.note.case_id,
                corrects=self.note.id,
                body=self.area.text,
                reason=self.reason.value.strip(),
            )
        )
