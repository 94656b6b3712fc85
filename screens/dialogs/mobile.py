"""Changing a resident's mobile number."""

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from clinic_tui.domain.texts import e164
from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import ProfileOpened, SaveContact
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.widgets.booking_when import form_line
from clinic_tui.widgets.form_dialog import FormDialog, Problem
from clinic_tui.widgets.ground_field import GroundField
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import Way, paragraph
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths

NUMBER_LIMIT = 30


class MobileDialog(FormDialog[ProfileOpened]):
    """Gives the profile with its new number, and whether the old one is told."""

    CSS_PATH = css_paths("base", "dialogs", "forms")

    def __init__(self, place: Workplace, profile: ResidentProfile) -> None:
        super().__init__(place)
        self.profile = profile
        self.ground = GroundField(profile)
        self.field = LineInput(profile.contact.mobile, limit=NUMBER_LIMIT, id="mobile-number")

    def heading(self) -> str:
        """Whose."""
        return _("Mobile number of {resident}").format(resident=resident_with_age(self.profile.resident))

    def compose_body(self) -> Iterable[Widget]:
        """The number."""
        yield paragraph(
            _("SMS about messages, visits and tickets go to it. Nothing of the matter stands in them.")
        )
        if self.profile.contact.mobile:
            yield paragraph(_("An SMS to the number that stands here now tells that it is changed."))
        yield form_line(_("Mobile"), self.field)
        yield self.ground

    def first_focus(self) -> Widget | None:
        """The number."""
        return self.field

    def ways(self) -> Sequence[Way]:
        """Save or leave."""
        return (Way("ctrl+s", _("Save")), Way("escape", _("Cancel")))

    def values(self) -> tuple[object, ...]:
        """What would be lost."""
        return (self.field.value, self.ground.value)

    def problem(self) -> Problem | None:
        """Whether it is a number."""
        return mobile_problem(self.field) or self.ground.problem()

    def made(self) -> SaveContact:
        """The number as written; the backend gives it its one form."""
        return SaveContact(
            command_id=new_id(),
            resident_id=self.profile.resident.id,
            mobile=self.field.value.strip(),
            ground=self.ground.value,
        )

    def arrived(self, answer: ProfileOpened) -> None:
        """Give the profile."""
        self.dismiss(answer)


def mobile_problem(field: LineInput) -> Problem | None:
    """What is wrong with a mobile number; None when nothing is."""
    if e164(field.value.strip()) is None:
        return _("Write a mobile number that text messages can be sent to."), field
    return None
