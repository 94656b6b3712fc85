"""What is written to a resident: a subject and a text, with phrases that fill themselves."""

from collections.abc import Iterable, Mapping

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.limits import NAME_LIMIT
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.resources import PhraseInfo, UnitInfo
from clinic_tui.protocol.text import is_blank, safe_line
from clinic_tui.widgets.booking_when import form_line
from clinic_tui.widgets.composer import ComposerText
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.plain import plain_line
from clinic_tui.widgets.workplace import Workplace


class LetterForm(Vertical):
    """A subject, a label and a text area; Tab in it goes from blank to blank."""

    DEFAULT_CSS = "LetterForm { height: auto; }"

    def __init__(self, place: Workplace, profile: ResidentProfile, label: str) -> None:
        super().__init__()
        self._place, self._profile, self._label = place, profile, label
        self.unit: UnitInfo | None = None
        """The unit whose name and telephone fill the phrases."""
        self.subject_field = LineInput(
            placeholder=_("Staff and resident see it; not in the SMS"),
            limit=NAME_LIMIT,
            id="letter-subject",
        )
        self.area = ComposerText(id="letter-body")
        self.area.send_key = ""
        self.area.phrases = lambda: place.desk.people.phrases
        self.area.values = self.filled
        self.phrase_id: str | None = None
        """The phrase that was inserted last."""

    def compose(self) -> Iterable[Widget]:
        """Subject, label, text."""
        yield form_line(_("Subject"), self.subject_field)
        yield Static(plain_line(self._label, "$muted"), id="letter-label")
        yield self.area

    @property
    def subject(self) -> str:
        """The subject."""
        return safe_line(self.subject_field.value).strip()

    @property
    def body(self) -> str:
        """The text; empty where nothing but blanks stands there."""
        return "" if is_blank(self.area.text) else self.area.text

    def filled(self) -> Mapping[str, str]:
        """What placeholders become (domain.md 2.8); one that is not known stays."""
        people, unit = self._place.desk.people, self.unit
        values = {
            "resident_first_name": self._profile.resident.name.split(" ")[0],
            "staff_name": people.profile.display_name if people.profile else "",
            "unit_name": unit.name if unit else "",
            "phone": unit.phone if unit else "",
            "opening_hours": unit.opening_hours if unit else "",
        }
        return {name: value for name, value in values.items() if value}

    def insert(self, phrase: PhraseInfo) -> None:
        """Insert a phrase at the cursor."""
        self.area.insert_phrase(phrase)
        self.phrase_id = phrase.id
        self.area.focus()

    def problem(self, *, required: bool) -> tuple[str, Widget] | None:
        """What is missing or wrong; `required` tells whether there must be a text."""
        if not self.subject:
            return _("Write in a few words what it is about."), self.subject_field
        if required and not self.body:
            return _("Write the message."), self.area
        if self.area.too_long:
            return self.area.room_text, self.area
        blanks = self.area.blanks
        if blanks:
            self.area.select_blank(stay=True)
            first = self.area.text[blanks[0].start : blanks[0].end]
            return _("Fill in {blank} first. Tab goes to the next one.").format(blank=first), self.area
        return None
