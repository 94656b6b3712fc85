"""A message that the resident can read and never answer (slides 42-46)."""

from collections.abc import Iterable, Sequence

from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.chat_commands import ChatAnswer, SendOneWay
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.widgets.form_dialog import FormDialog, Problem
from clinic_tui.widgets.ground_field import GroundField
from clinic_tui.widgets.letter_form import LetterForm
from clinic_tui.widgets.modal import Way, paragraph, show_dialog
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.unit_role import UnitRole
from clinic_tui.widgets.workplace import Workplace
from screens.dialogs.new_chat import sms_note, told
from screens.dialogs.phrase_picker import PhrasePicker
from styles import css_paths


class OneWayDialog(FormDialog[str]):
    """Writes, sends and closes in one step; gives what to tell the user."""

    CSS_PATH = css_paths("base", "dialogs", "forms")

    def __init__(self, place: Workplace, profile: ResidentProfile) -> None:
        super().__init__(place, reachable=profile.can_be_reached)
        self.profile = profile
        people = place.desk.people
        self.address = UnitRole(people, list(people.units.values()))
        self.ground = GroundField(profile)
        self.letter = LetterForm(place, profile, _("Message"))

    def heading(self) -> str:
        """To whom."""
        return _("One-way message to {resident}").format(resident=resident_with_age(self.profile.resident))

    def compose_body(self) -> Iterable[Widget]:
        """What it is, where from, and the text."""
        yield paragraph(
            _(
                "The resident can read it and cannot answer. It is closed as it is sent"
                " and cannot be called back."
            )
        )
        yield self.address
        yield self.letter
        yield self.ground
        yield Static(id="form-notes")

    def first_focus(self) -> Widget | None:
        """The subject."""
        return self.letter.subject_field

    def ways(self) -> Sequence[Way]:
        """Send, phrases, leave."""
        return (Way("ctrl+s", _("Send and close")), Way("f4", _("Phrases")), Way("escape", _("Cancel")))

    def values(self) -> tuple[object, ...]:
        """What would be lost."""
        return (self.letter.subject_field.value, self.letter.area.text, self.ground.value)

    def changed(self) -> None:
        """Say what the resident is told."""
        self.letter.unit = self.address.unit
        put(self.query_one("#form-notes", Static), sms_note(self.profile, reachable=self.reachable))

    def problem(self) -> Problem | None:
        """What is missing."""
        if not self.address.role:
            return _("Nobody can be chosen to have sent it."), self.address.field
        return self.letter.problem(required=True) or self.ground.problem()

    def made(self) -> SendOneWay:
        """The message as filled in."""
        return SendOneWay(
            command_id=new_id(),
            resident_id=self.profile.resident.id,
            unit_id=self.address.unit_id,
            queue_role=self.address.role,
            subject=self.letter.subject,
            body=self.letter.body,
            phrase_id=self.letter.phrase_id,
            without_channel=not self.reachable,
            ground=self.ground.value,
        )

    def arrived(self, answer: ChatAnswer) -> None:
        """Say that it went, and whether an SMS tells of it."""
        self.dismiss(_("The message is sent.") + " " + told(reachable=answer.texted))

    def act(self, key: str, /) -> None:
        """Pick a phrase, send, or leave."""
        if key == "f4":
            show_dialog(self, PhrasePicker(self.place, self.letter.filled), self._picked)
        else:
            super().act(key)

    def _picked(self, phrase: PhraseInfo | None) -> None:
        if phrase is not None:
            self.letter.insert(phrase)
