"""Opening hours: weekly hours that change on given dates, exceptions and closed dates."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic_tui.domain.tables import BadTable, Table

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_SPAN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


@dataclass(frozen=True, order=True)
class Interval:
    """A part of one local day, in minutes from midnight; the end is not included and may be 1440."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= 1440:
            raise ValueError("an interval starts before it ends, within one day")

    def __str__(self) -> str:
        return f"{self.start // 60:02}:{self.start % 60:02}-{self.end // 60:02}:{self.end % 60:02}"


Intervals = tuple[Interval, ...]


@dataclass(frozen=True, kw_only=True)
class HoursRow:
    """Weekly hours from one date until the next row's."""

    valid_from: date
    week: tuple[Intervals, ...]
    """Seven days, Monday first."""
    on_closed_dates: Intervals | None = ()
    """Hours on closed dates; None means as on any such weekday."""


@dataclass(frozen=True, kw_only=True)
class OpeningHours:
    """A unit's hours. An exception replaces the whole day (domain.md 2.10, 4.3)."""

    rows: tuple[HoursRow, ...]
    exceptions: tuple[tuple[date, Intervals], ...] = ()
    zone: str = "Europe/Stockholm"

    def on(self, day: date, closed: frozenset[date]) -> Intervals:
        """The intervals of one local day. `closed` holds the red days and de facto eves."""
        for exception, intervals in self.exceptions:
            if exception == day:
                return intervals
        row = max((row for row in self.rows if row.valid_from <= day), key=_valid_from, default=None)
        if row is None:
            return ()
        if day in closed and row.on_closed_dates is not None:
            return row.on_closed_dates
        return row.week[day.weekday()]

    def spans(self, day: date, closed: frozenset[date]) -> list[tuple[datetime, datetime]]:
        """The intervals of one local day as instants in UTC."""
        return [(self._instant(day, i.start), self._instant(day, i.end)) for i in self.on(day, closed)]

    def is_open(self, at: datetime, closed: frozenset[date]) -> bool:
        """Whether the unit is open at that instant."""
        return self.closes_at(at, closed) is not None

    def closes_at(self, at: datetime, closed: frozenset[date]) -> datetime | None:
        """When the unit, open at that instant, next closes (UTC); None where it is closed.

        Hours that go on past midnight are one; a unit that never closes closes in a week.
        """
        day = self.local(at).date()
        end: datetime | None = None
        for span_start, span_end in self._coming(day, 8, closed):
            if end is None:
                end = span_end if span_start <= at < span_end else None
            elif span_start == end:
                end = span_end
        return end

    def opens_after(self, at: datetime, closed: frozenset[date], *, days: int = 60) -> datetime | None:
        """The first opening after that instant (UTC), None if there is none within `days`.

        A unit that is open at the instant opens again after it has closed.
        """
        since = self.closes_at(at, closed) or at
        day = self.local(at).date()
        return next((start for start, _ in self._coming(day, days, closed) if start >= since), None)

    def is_taking(self, at: datetime, closed: frozenset[date], *, last_intake_min: int) -> bool:
        """Whether a new case is taken: open, and not within the last minutes before closing."""
        end = self.closes_at(at, closed)
        return end is not None and at < end - timedelta(minutes=last_intake_min)

    def local(self, at: datetime) -> datetime:
        """The instant in the unit's own time. Refuses a time without zone."""
        if at.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return at.astimezone(ZoneInfo(self.zone))

    def _coming(self, day: date, days: int, closed: frozenset[date]) -> list[tuple[datetime, datetime]]:
        return [span for ahead in range(days + 1) for span in self.spans(day + ahead * _DAY, closed)]

    def _instant(self, day: date, minutes: int) -> datetime:
        day, minutes = day + _DAY * (minutes // 1440), minutes % 1440
        wall = datetime.combine(day, time(minutes // 60, minutes % 60), ZoneInfo(self.zone))
        return wall.astimezone(UTC)


def parse_intervals(text: str, path: str) -> Intervals:
    """Read `08:00-12:00, 13:00-16:00`, or `closed` for none. Raises `BadTable` naming `path`."""
    if text.strip() == "closed":
        return ()
    found: list[Interval] = []
    for part in text.split(","):
        match = _SPAN.fullmatch(part.strip())
        start, end = (
            (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, 0)
        )
        if not start < end <= 1440 or (found and start < found[-1].end):
            raise BadTable(f'{path}: must be hours in order such as "08:00-16:00", or "closed"')
        found.append(Interval(start, end))
    return tuple(found)


def parse_hours(
    tables: Iterable[Table], zone: str = "Europe/Stockholm", exceptions: Iterable[Table] = ()
) -> OpeningHours:
    """Read effective-dated rows such as `{valid_from = 2024-01-01, mon-fri = "08:00-16:00"}`.

    Days left out are closed. `closed_dates` is `closed` (the default), `as_usual`, or hours. Exceptions are
    read by `parse_exceptions`.
    """
    rows = [_row(table) for table in tables]
    if len({row.valid_from for row in rows}) < len(rows):
        raise BadTable("hours: two rows are valid from the same date")
    return OpeningHours(
        rows=tuple(sorted(rows, key=_valid_from)), exceptions=parse_exceptions(exceptions), zone=zone
    )


def parse_exceptions(tables: Iterable[Table]) -> tuple[tuple[date, Intervals], ...]:
    """Read dates with other hours, such as `{on = 2026-12-23, hours = "08:00-12:00", reason = "…"}`.

    They win over the week and over red days. Raises `BadTable`, also where a date stands twice.
    """
    found: dict[date, Intervals] = {}
    for table in tables:
        day = _date(table, "on")
        hours = parse_intervals(table.text("hours"), table.at("hours"))
        table.take("reason", "")
        table.done()
        if day in found:
            raise BadTable(f"{table.at('on')}: a date stands twice")
        found[day] = hours
    return tuple(sorted(found.items()))


def _row(table: Table) -> HoursRow:
    start = _date(table, "valid_from")
    holiday = table.take("closed_dates", "closed")
    week: dict[int, Intervals] = {}
    for key in table.left:
        days = _days(key)
        hours = parse_intervals(table.text(key), table.at(key)) if days else ()
        if any(day in week for day in days):
            raise BadTable(f"{table.at(key)}: names a day that another line has")
        week.update(dict.fromkeys(days, hours))
    table.done()
    on_closed = None if holiday == "as_usual" else parse_intervals(str(holiday), table.at("closed_dates"))
    return HoursRow(
        valid_from=start, week=tuple(week.get(day, ()) for day in range(7)), on_closed_dates=on_closed
    )


def _date(table: Table, key: str) -> date:
    value = table.take(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadTable(f"{table.at(key)}: must be a date such as 2024-01-01")
    return value


def _days(key: str) -> range:
    """The days that `mon` or `mon-fri` names; none where the key is something else."""
    first, _, last = key.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        return range(0)
    return range(DAYS.index(first), DAYS.index(last or first) + 1)


def _valid_from(row: HoursRow) -> date:
    return row.valid_from
