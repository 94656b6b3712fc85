"""Signing the note of a colleague's ended visit, in one's own name and for them."""

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from clinic_tui.domain.note import Answer, check_note
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import NoteAnswer, SignNote
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.limits import NOTE_LIMIT
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.form_dialog import FormDialog, Problem
from clinic_tui.widgets.modal import Way, paragraph
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths


class SignForDialog(FormDialog[NoteAnswer]):
    """Begins with what the colleague left, else the auto-history; the note names both."""

    CSS_PATH = css_paths("base", "dialogs", "forms")

    def __init__(self, place: Workplace, visit: Visit) -> None:
        super().__init__(place)
        self.visit = visit
        draft = visit.draft("note")
        self.area = WritingArea(
            draft.body if draft else visit.history.auto_history, limit=NOTE_LIMIT, id="sign-for-body"
        )
        self._wordless = False

    def heading(self) -> str:
        """Whose visit, with whom."""
        row = self.visit.row
        return _("The note for {resident}").format(resident=resident_with_age(row.resident))

    def compose_body(self) -> Iterable[Widget]:
        """That one answers for it, and the text."""
        row = self.visit.row
        if row.assignee is not None:
            text = _("You sign for {colleague}. The note says so, and {colleague} is told.")
            yield paragraph(text.format(colleague=row.assignee.name), "$muted")
        yield self.area

    def on_mount(self) -> None:
        """One goes on where the text ends."""
        self.area.move_cursor(self.area.document.end)

    def first_focus(self) -> Widget | None:
        """The text."""
        return self.area

    def ways(self) -> Sequence[Way]:
        """Sign or leave."""
        return (Way("ctrl+s", _("Sign")), Way("escape", _("Cancel")))

    def values(self) -> tuple[object, ...]:
        """What would be lost."""
        return (self.area.text,)

    def changed(self) -> None:
        """What was asked about was another text."""
        self._wordless = False

    def problem(self) -> Problem | None:
        """Why it cannot be signed; a note without words is signed when one says so once more."""
        if self.area.too_long:
            return self.area.room_text, self.area
        verdict = check_note(self.area.text, self.visit.history.auto_history, acknowledged=self._wordless)
        if verdict.ok:
            return None
        self._wordless = verdict.answer is Answer.ASK
        return _(verdict.reason), self.area

    def made(self) -> SignNote:
        """The note as written."""
        row = self.visit.row
        return SignNote(
            command_id=new_id(),
            case_id=row.id,
            version=row.version,
            body=self.area.text,
            acknowledged=self._wordless,
        )

    def arrived(self, answer: NoteAnswer) -> None:
        """Give what came of it."""
        self.dismiss(answer)
