"""What the region's profile says, in the forms the backend asks for."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from clinic_tui.domain.hours import Intervals, OpeningHours, parse_exceptions, parse_hours
from clinic_tui.domain.region import RegionProfile, UnitKind
from clinic_tui.domain.roles import Role
from clinic_tui.domain.tables import BadTable, Table
from clinic_tui.protocol.resources import PriorityInfo, Region


def roles_seen(region: RegionProfile, role: Role) -> tuple[str, ...]:
    """The queue roles whose cases a role sees, in a stable order."""
    return tuple(sorted(region.queues_seen.get(role, frozenset())))


def wire_region(region: RegionProfile) -> Region:
    """The parts of the profile that a workstation shows."""
    priorities = tuple(
        PriorityInfo(priority=p.number, name=p.name(region.language), target_minutes=p.target_minutes)
        for p in region.priorities.values()
    )
    return Region(
        name=region.title,
        priorities=priorities,
        unsigned_blocks=region.unsigned_blocks,
        contact_type=region.contact_type,
    )


def hours_of(region: RegionProfile, kind: str, stored: str = "[]", exceptions: str = "[]") -> OpeningHours:
    """A unit's own hours as stored, else those of its kind, else the health centre's.

    Its exceptions win over both.
    """
    if stored != "[]":
        return _stored_hours(stored, exceptions, region.time_zone)
    known = UnitKind(kind) if kind in set(UnitKind) else UnitKind.HEALTH_CENTRE
    usual = region.hours[known]
    return usual if exceptions == "[]" else replace(usual, exceptions=_stored_exceptions(exceptions))


def hours_tables(rows: Iterable[Mapping[str, Any]], key: str, path: str) -> list[Table]:
    """Rows with dates as text under `key`, as tables with dates. Raises `BadTable`."""
    found: list[Table] = []
    for place, row in enumerate(rows):
        try:
            day = date.fromisoformat(row[key])
        except (KeyError, TypeError, ValueError):
            raise BadTable(f"{path}[{place}].{key}: must be a date such as 2024-01-01") from None
        found.append(Table({**row, key: day}, f"{path}[{place}]"))
    return found


@lru_cache(maxsize=256)
def _stored_hours(stored: str, exceptions: str, zone: str) -> OpeningHours:
    tables = hours_tables(json.loads(stored), "valid_from", "hours")
    return parse_hours(tables, zone, hours_tables(json.loads(exceptions), "on", "exceptions"))


@lru_cache(maxsize=256)
def _stored_exceptions(exceptions: str) -> tuple[tuple[date, Intervals], ...]:
    return parse_exceptions(hours_tables(json.loads(exceptions), "on", "exceptions"))


def local_date(region: RegionProfile, at: datetime) -> date:
    """The date of a moment where the region is."""
    return at.astimezone(ZoneInfo(region.time_zone)).date()


def closed_dates(region: RegionProfile, at: datetime) -> frozenset[date]:
    """Red days and de facto eves around a moment (domain.md 4.3)."""
    last = local_date(region, at + timedelta(days=70)).year
    return _closed_dates(local_date(region, at).year, last)


@lru_cache(maxsize=8)
def _closed_dates(first: int, last: int) -> frozenset[date]:
    import holidays

    found = holidays.country_holidays("SE", years=range(first, last + 1), categories=("public", "de_facto"))
    return frozenset(found)
