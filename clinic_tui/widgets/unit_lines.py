"""The lines of the unit's administration: phrases, hours and roles."""

from clinic_tui.i18n import _
from clinic_tui.protocol.unit import StaffRole, UnitSettings
from clinic_tui.widgets.line_list import Cell, Column, Line, heading
from clinic_tui.widgets.texts import role_text
from clinic_tui.widgets.unit_hours import hours_text, week_text

PHRASE_COLUMNS = (Column(most=20), Column(most=34), Column(flex=True, most=60), Column(rank=1))
HOUR_COLUMNS = (Column(), Column(flex=True, most=60), Column(rank=1, most=40))
ROLE_COLUMNS = (Column(flex=True, most=40), Column(rank=2, most=24), Column(most=26), Column())


def phrase_lines(settings: UnitSettings) -> list[Line]:
    """The unit's phrases by title, those taken away last."""
    phrases = sorted(settings.phrases, key=lambda one: (not one.active, one.title.casefold(), one.id))
    return [
        Line(
            one.id,
            (
                Cell(one.shortcut, "$accent" if one.active else "$muted"),
                Cell(one.title, "$foreground" if one.active else "$muted"),
                Cell(one.body, "$muted"),
                Cell("" if one.active else _("taken away"), "$muted"),
            ),
        )
        for one in phrases
    ]


def hour_lines(settings: UnitSettings) -> list[Line]:
    """Weekly hours, newest first, and the dates that differ, soonest first; ids tell which."""
    lines: list[Line] = [heading(_("Weekly hours"))]
    for row in sorted(settings.hours, key=lambda one: one.valid_from, reverse=True):
        red_days = _("red days: {hours}").format(hours=hours_text(row.closed_dates))
        start = _("from {date}").format(date=row.valid_from.isoformat())
        lines.append(
            Line(f"week:{row.valid_from}", (Cell(start), Cell(week_text(row)), Cell(red_days, "$muted")))
        )
    if not settings.hours:
        lines.append(Line(cells=(Cell("  " + _("As for every unit of its kind."), "$muted"),)))
    lines += [Line(), heading(_("Dates that differ"))]
    for day in sorted(settings.exceptions, key=lambda one: one.on):
        lines.append(
            Line(
                f"day:{day.on}",
                (Cell(day.on.isoformat()), Cell(hours_text(day.hours)), Cell(day.reason, "$muted")),
            )
        )
    if not settings.exceptions:
        lines.append(Line(cells=(Cell("  " + _("None."), "$muted"),)))
    return lines


def role_lines(settings: UnitSettings) -> list[Line]:
    """Who has which role at the unit, those that have ended last."""
    people = sorted(
        settings.staff, key=lambda one: (one.ended_at is not None, one.staff.name.casefold(), one.role)
    )
    return [
        Line(
            one.assignment_id,
            (
                Cell(one.staff.name, "$foreground" if one.ended_at is None else "$muted"),
                Cell(one.username, "$muted"),
                Cell(role_text(one.role), "$foreground" if one.ended_at is None else "$muted"),
                Cell(_about_role(one), "$muted"),
            ),
        )
        for one in people
    ]


def _about_role(one: StaffRole) -> str:
    """That a role has ended, or what else goes with it."""
    if one.ended_at is not None:
        return _("ended")
    return _("signs for colleagues") if one.signs_for_colleagues else ""
