"""Adding a resident whom nobody has the number of."""

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.limits import NAME_LIMIT
from clinic_tui.protocol.patient_commands import CreateResident, ProfileOpened
from clinic_tui.protocol.text import safe_line
from clinic_tui.widgets.booking_when import form_line
from clinic_tui.widgets.form_dialog import FormDialog, Problem
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import Way, paragraph
from clinic_tui.widgets.workplace import Workplace
from screens.dialogs.mobile import NUMBER_LIMIT, mobile_problem
from styles import css_paths


class NewResidentDialog(FormDialog[ProfileOpened]):
    """Asks for name and mobile number, both required (domain.md 2.6).

    Gives the new profile, or that of somebody who had the number already.
    """

    CSS_PATH = css_paths("base", "dialogs", "forms")

    def __init__(self, place: Workplace, person_number: str) -> None:
        super().__init__(place)
        self.person_number = person_number
        self.name_field = LineInput(
            placeholder=_("First name and last name"), limit=NAME_LIMIT, id="resident-name"
        )
        self.mobile_field = LineInput(placeholder="070-174 06 05", limit=NUMBER_LIMIT, id="resident-mobile")

    def heading(self) -> str:
        """That there is nobody."""
        return _("Nobody here has the number {number}").format(number=self.person_number)

    def compose_body(self) -> Iterable[Widget]:
        """Look again, or add them."""
        yield paragraph(
            _(
                "Look at the number once more. If it is right, the resident can be added here."
                " The search is logged."
            )
        )
        yield form_line(_("Name"), self.name_field)
        yield form_line(_("Mobile"), self.mobile_field)

    def first_focus(self) -> Widget | None:
        """The name."""
        return self.name_field

    def ways(self) -> Sequence[Way]:
        """Add or leave."""
        return (Way("ctrl+s", _("Add the resident")), Way("escape", _("Cancel")))

    def values(self) -> tuple[object, ...]:
        """What would be lost."""
        return (self.name_field.value, self.mobile_field.value)

    def problem(self) -> Problem | None:
        """What is missing."""
        if not safe_line(self.name_field.value).strip():
            return _("Write the resident's name."), self.name_field
        return mobile_problem(self.mobile_field)

    def made(self) -> CreateResident:
        """The resident as filled in."""
        return CreateResident(
            command_id=new_id(),
            person_number=self.person_number,
            name=safe_line(self.name_field.value).strip(),
            mobile=self.mobile_field.value.strip(),
        )

    def arrived(self, answer: ProfileOpened) -> None:
        """Give the profile."""
        self.dismiss(answer)
