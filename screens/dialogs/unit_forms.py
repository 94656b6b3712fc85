"""The forms of the unit's administration: a phrase, weekly hours, a date that differs, a role."""

from dataclasses import dataclass
from datetime import date

from clinic_tui.domain.hours import DAYS
from clinic_tui.i18n import _
from clinic_tui.protocol.command import Command
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.protocol.unit import HoursException, HoursRow, StaffRole, UnitSettings
from clinic_tui.protocol.unit_commands import (
    DayHours,
    SaveHours,
    SaveRole,
    SaveUnitPhrase,
    WeekHours,
)
from clinic_tui.widgets.texts import role_text
from clinic_tui.widgets.unit_hours import (
    AS_USUAL,
    CLOSED,
    as_week,
    by_day,
    day_text,
    hours_problem,
    hours_text,
    to_save,
    typed_hours,
)
from clinic_tui.widgets.workplace import Workplace
from screens.dialogs.fields import Field, FieldsDialog, Values
from screens.dialogs.phrase_form import PhraseForm


class UnitPhraseForm(PhraseForm):
    """Makes or changes a phrase of the unit; gives nothing, for the unit is read anew."""

    def __init__(self, place: Workplace, unit_id: str, phrase: PhraseInfo | None) -> None:
        super().__init__(place, phrase)
        self._unit_id = unit_id

    def heading(self) -> str:
        """New or changed."""
        return _("Change the unit's phrase") if self.phrase else _("New phrase of the unit")

    def save(self) -> None:
        """Send what is written."""
        command = SaveUnitPhrase(
            command_id=new_id(),
            unit_id=self._unit_id,
            phrase_id=self.phrase.id if self.phrase else None,
            shortcut=self.shortcut.value.strip(),
            title=self.title_field.value.strip(),
            body=self.area.text,
            category=self.phrase.category if self.phrase else "",
            active=True,
        )
        self.send(command, self.place.submit, lambda _answer: self.dismiss(None))


def hours_command(
    settings: UnitSettings,
    hours: tuple[WeekHours, ...] | None = None,
    days: tuple[DayHours, ...] | None = None,
) -> SaveHours:
    """The command that saves the unit's hours with these changes."""
    kept = tuple(to_save(row) for row in settings.hours)
    dates = tuple(DayHours(on=one.on, hours=one.hours, reason=one.reason) for one in settings.exceptions)
    return SaveHours(
        command_id=new_id(),
        unit_id=settings.unit_id,
        hours=kept if hours is None else hours,
        exceptions=dates if days is None else days,
    )


def week_form(place: Workplace, settings: UnitSettings, row: HoursRow | None) -> FieldsDialog:
    """The form of weekly hours from one date on."""
    days = by_day(row.week) if row else dict.fromkeys(DAYS, "")
    closed = hours_text(row.closed_dates if row else CLOSED)
    fields = [Field("valid_from", _("From date"), row.valid_from.isoformat() if row else "", "2026-01-01")]
    fields += [Field(day, day_text(day), days[day], _("closed")) for day in DAYS]
    fields.append(Field("closed_dates", _("Red days"), closed, _("closed, as usual, or hours")))

    def check(values: Values) -> tuple[str, str] | None:
        if _date(values["valid_from"]) is None:
            return "valid_from", _("Write the date as 2026-01-01.")
        for day in DAYS:
            problem = hours_problem(typed_hours(values[day]))
            if problem:
                return day, problem
        red = typed_hours(values["closed_dates"])
        problem = "" if red == AS_USUAL else hours_problem(red)
        return ("closed_dates", problem) if problem else None

    def made(values: Values) -> SaveHours:
        typed = {day: typed_hours(values[day]) for day in DAYS}
        new = WeekHours(
            valid_from=_date(values["valid_from"]) or date.min,
            week=as_week({day: "" if hours == CLOSED else hours for day, hours in typed.items()}),
            closed_dates=typed_hours(values["closed_dates"]),
        )
        others = (one for one in settings.hours if one is not row and one.valid_from != new.valid_from)
        kept = (*(to_save(one) for one in others), new)
        return hours_command(settings, hours=kept)

    return FieldsDialog(_("Weekly hours"), fields, check, made, place.submit)


def day_form(place: Workplace, settings: UnitSettings, day: HoursException | None) -> FieldsDialog:
    """The form of a date that differs."""
    fields = [
        Field("on", _("Date"), day.on.isoformat() if day else "", "2026-12-24"),
        Field("hours", _("Hours"), hours_text(day.hours) if day else "", _("closed")),
        Field("reason", _("Why"), day.reason if day else ""),
    ]

    def check(values: Values) -> tuple[str, str] | None:
        if _date(values["on"]) is None:
            return "on", _("Write the date as 2026-01-01.")
        problem = hours_problem(typed_hours(values["hours"]))
        return ("hours", problem) if problem else None

    def made(values: Values) -> SaveHours:
        new = DayHours(
            on=_date(values["on"]) or date.min, hours=typed_hours(values["hours"]), reason=values["reason"]
        )
        others = (one for one in settings.exceptions if one is not day and one.on != new.on)
        kept = (*(DayHours(on=one.on, hours=one.hours, reason=one.reason) for one in others), new)
        return hours_command(settings, days=kept)

    return FieldsDialog(_("A date that differs"), fields, check, made, place.submit)


@dataclass(frozen=True)
class Removal:
    """What is asked before something is taken away, what takes it away, and what is said then."""

    text: str
    command: Command
    said: str


def removal(settings: UnitSettings, tab: str, selected: str) -> Removal | None:
    """How the selected line of a tab is taken away; None where it cannot be."""
    if tab == "phrases":
        phrase = next((one for one in settings.phrases if one.id == selected and one.active), None)
        return _phrase_removal(settings, phrase) if phrase is not None else None
    if tab == "roles":
        role = next((one for one in settings.staff if one.assignment_id == selected), None)
        return _role_end(settings, role) if role is not None and role.ended_at is None else None
    kind, _colon, which = selected.partition(":")
    said = _("The hours are saved.")
    if kind == "week":
        kept = tuple(to_save(row) for row in settings.hours if str(row.valid_from) != which)
        return Removal(_("Hours from {date}").format(date=which), hours_command(settings, hours=kept), said)
    days = tuple(
        DayHours(on=one.on, hours=one.hours, reason=one.reason)
        for one in settings.exceptions
        if str(one.on) != which
    )
    return Removal(which, hours_command(settings, days=days), said)


def _phrase_removal(settings: UnitSettings, phrase: PhraseInfo) -> Removal:
    command = SaveUnitPhrase(
        command_id=new_id(),
        unit_id=settings.unit_id,
        phrase_id=phrase.id,
        shortcut=phrase.shortcut,
        title=phrase.title,
        body=phrase.body,
        category=phrase.category,
        active=False,
    )
    return Removal(phrase.title, command, _("The phrase is taken away."))


def _role_end(settings: UnitSettings, one: StaffRole) -> Removal:
    words = {"name": one.staff.name, "role": role_text(one.role)}
    command = SaveRole(
        command_id=new_id(), unit_id=settings.unit_id, staff_id=one.staff.id, role=one.role, ended=True
    )
    text = _(
        "{name}, {role}. The account stays; cases that no other role of theirs takes go back to their queues."
    ).format(**words)
    return Removal(text, command, _("{name} is no longer {role}.").format(**words))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
