"""A question in a dialog: what is wrong, why, and the ways out as keys."""

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from clinic_tui.i18n import _
from clinic_tui.widgets.answer_first import waiting_shown
from clinic_tui.widgets.modal import ClinicDialog, Way, paragraph
from clinic_tui.widgets.workplace import Choice, Question


class QuestionDialog(ClinicDialog[Choice | None]):
    """Shows a question and gives the choice back; the harmless one has the focus, and Esc takes it."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question
        choices = question.choices
        if not any(choice.key == "escape" for choice in choices):
            choices = (*choices, Choice("escape", _("Cancel") if choices else _("Close")))
        self.choices = choices
        """The question's choices, with a harmless one added where there was none."""

    def heading(self) -> str:
        """The question's title."""
        return self.question.title

    def compose_body(self) -> Iterable[Widget]:
        """Why it is asked."""
        if self.question.waiting is not None:
            yield waiting_shown(self.question.waiting)
        if self.question.text:
            yield paragraph(self.question.text)

    def ways(self) -> Sequence[Way]:
        """The choices."""
        return [Way(one.key, one.label, note=one.note, first=one.first) for one in self.choices]

    def on_mount(self) -> None:
        """Warn where the question does."""
        self.show_heading(self.question.warning)

    def take(self, key: str) -> None:
        """Close with the choice that has this key; the harmless one that does nothing gives None."""
        choice = next(choice for choice in self.choices if choice.key == key)
        self.dismiss(choice if choice.act is not None or key != "escape" else None)
