"""What a booking needs beside its time: how one meets, where, with whom, why, and which guardian."""

from collections.abc import Iterable

from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from clinic_tui.i18n import _
from clinic_tui.protocol.care import VisitMode
from clinic_tui.protocol.limits import NAME_LIMIT
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.text import safe_line
from clinic_tui.state.people import People
from clinic_tui.widgets.booking_when import form_line
from clinic_tui.widgets.line_choice import LineChoice
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.texts import resident_with_age, role_text
from clinic_tui.widgets.visit_texts import MODES, mode_short
from clinic_tui.widgets.workplace import Workplace

CHILD_UNTIL = 13
"""From this age on a child comes alone unless staff choose a guardian (domain.md 2.12)."""
ANYBODY = ""
"""The key of `anybody with the role`."""


def mode_choice(mode: VisitMode) -> LineChoice:
    """The four ways to meet."""
    return LineChoice([(one, mode_short(one)) for one in MODES], mode, id="booking-mode")


def chosen_mode(choice: LineChoice) -> VisitMode:
    """The mode that is chosen."""
    modes: dict[str, VisitMode] = {mode: mode for mode in MODES}
    return modes.get(choice.value, "chat")


class BookingForm(Vertical):
    """The lines of a new booking below its time."""

    DEFAULT_CSS = "BookingForm { height: auto; }"

    class Changed(Message):
        """Something else was chosen or written."""

    def __init__(self, place: Workplace, patient: ResidentProfile) -> None:
        super().__init__()
        self._people: People = place.desk.people
        self._patient = patient
        self._colleague: StaffRef | None = None
        assignment = self._people.assignment
        unit_id = assignment.unit_id if assignment else next(iter(self._people.units), "")
        units = [(unit.id, safe_line(unit.name)) for unit in self._people.units.values()]
        unit = self._people.units.get(unit_id)
        self._mode = mode_choice("video" if unit is not None and unit.meetings else "chat")
        self._unit = LineChoice(units, unit_id, id="booking-unit")
        self._role = LineChoice(id="booking-role")
        self._whom = LineChoice(id="booking-whom")
        self._guardian = LineChoice(id="booking-guardian")
        self.reason_field = LineInput(
            placeholder=_("Staff and resident see it; not in the text message"),
            limit=NAME_LIMIT,
            id="booking-reason",
        )
        self._fill_roles(assignment.role if assignment else "")
        self._fill_whom(self._people.staff_id)
        self._fill_guardians()

    def compose(self) -> Iterable[Widget]:
        """One line for each."""
        yield form_line(_("How"), self._mode)
        if len(self._unit.keys) > 1:
            yield form_line(_("Unit"), self._unit)
        yield form_line(_("Role"), self._role)
        yield form_line(_("For"), self._whom)
        yield form_line(_("Reason"), self.reason_field)
        if self._guardian.keys:
            yield form_line(_("Guardian"), self._guardian)

    @property
    def values(self) -> tuple[str, ...]:
        """What is chosen and written."""
        chosen = (self._mode, self._unit, self._role, self._whom, self._guardian)
        return (*(one.value for one in chosen), self.reason_field.value)

    @property
    def mode(self) -> VisitMode:
        """How one meets."""
        return chosen_mode(self._mode)

    @property
    def unit_id(self) -> str:
        """Where it is booked."""
        return self._unit.value

    @property
    def role(self) -> str:
        """For which role."""
        return self._role.value

    @property
    def staff_id(self) -> str | None:
        """For whom; None for anybody with the role."""
        return self._whom.value or None

    @property
    def staff_name(self) -> str:
        """The name of the one it is booked for; empty for anybody."""
        if self._colleague is not None and self._colleague.id == self._whom.value:
            return self._colleague.name
        known = self._people.staff.get(self._whom.value)
        return known.name if known else ""

    @property
    def guardian_id(self) -> str | None:
        """Which guardian takes part; None for none."""
        return self._guardian.value or None

    @property
    def reason(self) -> str:
        """Why the visit is booked."""
        return safe_line(self.reason_field.value).strip()

    @property
    def meetings(self) -> bool:
        """Whether the unit has an address for audio and video."""
        unit = self._people.units.get(self.unit_id)
        return unit is not None and unit.meetings

    def choose_colleague(self, staff: StaffRef, role: str = "") -> None:
        """Book for this colleague, in their role where it is known."""
        self._colleague = staff
        if role in self._role.keys:
            self._role.value = role
            self._role.refresh()
        self._fill_whom(staff.id)
        self.post_message(self.Changed())

    def _fill_roles(self, chosen: str) -> None:
        unit = self._people.units.get(self._unit.value)
        roles = unit.roles if unit is not None and unit.roles else tuple(sorted(self._people.roles_seen))
        self._role.show([(role, role_text(role)) for role in roles], chosen)

    def _fill_whom(self, chosen: str) -> None:
        assignment = self._people.assignment
        values = [(ANYBODY, _("Anybody with the role"))]
        if assignment and (assignment.role, assignment.unit_id) == (self._role.value, self._unit.value):
            values.append((self._people.staff_id, _("Me")))
        if self._colleague is not None and self._colleague.id != self._people.staff_id:
            values.append((self._colleague.id, safe_line(self._colleague.name)))
        self._whom.show(values, chosen)

    def _fill_guardians(self) -> None:
        guardians = [(one.id, safe_line(resident_with_age(one))) for one in self._patient.guardian_refs]
        age = self._patient.resident.age
        if not guardians or age is None or age >= 18:
            return
        if age >= CHILD_UNTIL:
            guardians.insert(0, ("", _("None")))
        self._guardian.show(guardians, guardians[0][0])

    @on(LineChoice.Changed)
    def _chose(self, event: LineChoice.Changed) -> None:
        event.stop()
        if event.choice is self._unit:
            self._fill_roles(self._role.value)
        if event.choice in (self._unit, self._role):
            self._colleague = None
            self._fill_whom(self._whom.value)
        self.post_message(self.Changed())

    @on(LineInput.Changed)
    def _wrote(self, event: LineInput.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(LineInput.Submitted)
    def _onwards(self, event: LineInput.Submitted) -> None:
        event.stop()
        self.screen.focus_next()
