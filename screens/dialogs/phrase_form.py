"""A phrase of one's own: shortcut, title and text."""

from collections.abc import Iterable, Sequence

from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.domain.phrases import PLACEHOLDERS, unknown
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import SavePhrase
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.limits import MESSAGE_LIMIT, NAME_LIMIT
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.protocol.text import is_blank
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import Way, paragraph
from clinic_tui.widgets.plain import plain_line
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.workplace import Workplace
from clinic_tui.widgets.writing_dialog import SendingDialog

SHORTCUT_LIMIT = 40


class PhraseForm(SendingDialog[PhraseInfo]):
    """Makes a phrase, or changes one's own; gives it once the backend has it."""

    def __init__(self, place: Workplace, phrase: PhraseInfo | None) -> None:
        super().__init__()
        self.place = place
        self.phrase = phrase
        self.shortcut = LineInput(phrase.shortcut if phrase else "", limit=SHORTCUT_LIMIT, id="form-shortcut")
        self.title_field = LineInput(phrase.title if phrase else "", limit=NAME_LIMIT, id="form-title")
        self.area = WritingArea(phrase.body if phrase else "", limit=MESSAGE_LIMIT, id="form-body")

    def heading(self) -> str:
        """New or changed."""
        return _("Change the phrase") if self.phrase else _("New phrase of my own")

    def compose_body(self) -> Iterable[Widget]:
        """Three fields, and what can stand in the text."""
        with Vertical(id="phrase-form"):
            for label, field in ((_("Shortcut"), self.shortcut), (_("Title"), self.title_field)):
                with Horizontal(classes="form-line"):
                    yield Static(plain_line(label, "$muted"), classes="form-label")
                    yield field
            yield self.area
            names = " ".join("{" + name + "}" for name in PLACEHOLDERS)
            text = _("These fill themselves: {names}. A blank to fill by hand: {blank}")
            yield paragraph(text.format(names=names, blank="{" + _("time") + "?}"), "$muted")
            yield Static(id="dialog-problem")

    def first_focus(self) -> Widget | None:
        """The first field."""
        return self.shortcut

    def ways(self) -> Sequence[Way]:
        """Save, or leave."""
        return (Way("ctrl+s", _("Save")), Way("escape", _("Cancel")))

    @property
    def written(self) -> bool:
        """Whether anything would be lost."""
        old = self.phrase
        before = (old.shortcut, old.title, old.body) if old else ("", "", "")
        return (self.shortcut.value, self.title_field.value, self.area.text) != before

    def problem(self) -> str:
        """Why it cannot be saved; empty when it can."""
        if is_blank(self.title_field.value):
            return _("Give the phrase a title.")
        if is_blank(self.area.text):
            return _("Write what the phrase says.")
        if self.area.too_long:
            return self.area.room_text
        if len(self.shortcut.value.split()) > 1:
            return _("A shortcut is one word.")
        names = unknown(self.area.text)
        if names:
            return _("{name} is no placeholder. Write {blank} for a blank to fill by hand.").format(
                name="{" + names[0] + "}", blank="{" + names[0] + "?}"
            )
        return ""

    def act(self, _key: str, /) -> None:
        """Save where that can be done."""
        problem = self.problem()
        if problem:
            self.tell(problem)
        else:
            self.save()

    def save(self) -> None:
        """Send what is written."""
        before = {phrase.id for phrase in self.place.desk.people.phrases}
        command = SavePhrase(
            command_id=new_id(),
            phrase_id=self.phrase.id if self.phrase else None,
            shortcut=self.shortcut.value.strip(),
            title=self.title_field.value.strip(),
            body=self.area.text,
        )

        def done(_answer: object) -> None:
            known = self.place.desk.people.phrases
            new = (one for one in known if one.id not in before)
            same = (one for one in known if self.phrase is not None and one.id == self.phrase.id)
            self.dismiss(next(same, None) or next(new, None))

        self.send(command, self.place.submit, done)
