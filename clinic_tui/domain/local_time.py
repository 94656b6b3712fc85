"""Local clock time in Sweden: what people type, and the two nights a year when the clock is changed."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")

Doubt = Literal["", "gap", "twice"]
"""Whether a local time does not exist (spring), or comes twice (autumn)."""

_TIME = re.compile(r"(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d{2}))?")
_ISO = re.compile(r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})")
_SHORT = re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})(?:[/.](?P<year>\d{4}))?")


@dataclass(frozen=True)
class LocalMoment:
    """A local time as an instant, with what is doubtful about it."""

    at: datetime
    """In UTC. In a gap it is the moment the clock is set forward; of two it is the first."""
    doubt: Doubt = ""


def moment(day: date, at: time, zone: ZoneInfo = STOCKHOLM) -> LocalMoment:
    """The instant of a local time."""
    first = datetime.combine(day, at, tzinfo=zone)
    second = first.replace(fold=1)
    early, late = first.astimezone(UTC), second.astimezone(UTC)
    if early == late:
        return LocalMoment(early)
    if early < late:
        return LocalMoment(early, "twice")
    return LocalMoment(_change_between(late, early, zone), "gap")


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first whole minute after which the zone has another offset; there is one between the two."""
    start = before.astimezone(zone).utcoffset()
    at = before.replace(second=0, microsecond=0)
    while at < after and at.astimezone(zone).utcoffset() == start:
        at += timedelta(minutes=1)
    return at


def local_day(at: datetime, zone: ZoneInfo = STOCKHOLM) -> date:
    """The local date of an instant."""
    return at.astimezone(zone).date()


def week(day: date) -> int:
    """The week's number in the Swedish calendar, which is ISO 8601's."""
    return day.isocalendar().week


def parse_time(text: str) -> time | None:
    """A time as people write it: `9`, `930`, `9.30` or `09:30`; None when it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def parse_day(text: str, today: date) -> date | None:
    """A date as people write it: `2026-03-09`, `20260309` or `9/3`, which is the next such day; else None."""
    text = text.strip()
    found = _ISO.fullmatch(text) or _SHORT.fullmatch(text)
    if found is None:
        return None
    month, day = int(found["month"]), int(found["day"])
    years = (int(found["year"]),) if found["year"] else (today.year, today.year + 1)
    for year in years:
        try:
            parsed = date(year, month, day)
        except ValueError:
            continue
        if found["year"] or parsed >= today:
            return parsed
    return None


def step_time(at: time, quarters: int) -> time:
    """The nearest whole quarter in that direction, so many quarters on; it stays within the day."""
    minutes = at.hour * 60 + at.minute
    if quarters > 0:
        minutes = (minutes // 15 + quarters) * 15
    elif quarters < 0:
        minutes = -(-minutes // 15) * 15 + quarters * 15
    minutes = min(max(minutes, 0), 23 * 60 + 45)
    return time(minutes // 60, minutes % 60)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous computus."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return date(year, month, day + 1)


def is_red(day: date) -> bool:
    """Whether it is a Saturday, a Sunday or a Swedish public holiday (lag 1989:253)."""
    if day.weekday() >= 5:
        return True
    fixed = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 25), (12, 26)}
    from_easter = (day - easter(day.year)).days
    return (day.month, day.day) in fixed or from_easter in {-2, 1, 39}
