"""A unit's hours as they are written in a form: a line for each day."""

from collections.abc import Mapping

from clinic_tui.domain.hours import DAYS, parse_intervals
from clinic_tui.domain.tables import BadTable
from clinic_tui.i18n import _, pgettext
from clinic_tui.protocol.unit import HoursRow
from clinic_tui.protocol.unit_commands import WeekHours

CLOSED, AS_USUAL = "closed", "as_usual"


def day_text(day: str) -> str:
    """A weekday's name, in short."""
    return {
        "mon": pgettext("weekday", "Mon"),
        "tue": pgettext("weekday", "Tue"),
        "wed": pgettext("weekday", "Wed"),
        "thu": pgettext("weekday", "Thu"),
        "fri": pgettext("weekday", "Fri"),
        "sat": pgettext("weekday", "Sat"),
        "sun": pgettext("weekday", "Sun"),
    }[day]


def by_day(week: Mapping[str, str]) -> dict[str, str]:
    """The hours of each of the seven days; empty for a day that is closed."""
    found = dict.fromkeys(map(str, DAYS), "")
    for span, hours in week.items():
        first, _dash, last = span.partition("-")
        if first in DAYS and (last or first) in DAYS:
            for day in DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]:
                found[day] = "" if hours == CLOSED else hours
    return found


def as_week(days: Mapping[str, str]) -> dict[str, str]:
    """Days after one another with the same hours as one, such as `mon-fri`; closed days are left out."""
    week: dict[str, str] = {}
    first = 0
    for at in range(1, len(DAYS) + 1):
        hours = days.get(DAYS[first], "").strip()
        if at < len(DAYS) and days.get(DAYS[at], "").strip() == hours:
            continue
        if hours:
            week[DAYS[first] if at - first == 1 else f"{DAYS[first]}-{DAYS[at - 1]}"] = hours
        first = at
    return week


def week_text(row: HoursRow) -> str:
    """The week in one line, such as `Mon–Fri 08:00-17:00`."""
    parts: list[str] = []
    for span, hours in as_week(by_day(row.week)).items():
        first, _dash, last = span.partition("-")
        days = day_text(first) + (f"–{day_text(last)}" if last else "")
        parts.append(f"{days} {hours}")
    return ", ".join(parts) or _("closed")


def hours_text(hours: str) -> str:
    """Hours as people read them."""
    return {CLOSED: _("closed"), AS_USUAL: _("as usual")}.get(hours, hours)


def typed_hours(text: str) -> str:
    """What was typed, as the backend has it: the words for closed and as usual in any language."""
    typed = text.strip()
    if typed.casefold() in {"", CLOSED, _("closed").casefold()}:
        return CLOSED
    if typed.casefold() in {AS_USUAL, "as usual", _("as usual").casefold()}:
        return AS_USUAL
    return typed


def hours_problem(hours: str) -> str:
    """Why these are no hours; empty when they are."""
    try:
        parse_intervals(hours, "")
    except BadTable:
        return _("Write hours such as 08:00-12:00, 13:00-16:00, or closed.")
    return ""


def to_save(row: HoursRow) -> WeekHours:
    """A row of the unit's hours as the command carries it."""
    return WeekHours(valid_from=row.valid_from, week=dict(row.week), closed_dates=row.closed_dates)
