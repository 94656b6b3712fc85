"""What the region's profile says, in the forms the backend asks for."""

import json
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from clinic_tui.domain.hours import OpeningHours, parse_hours
from clinic_tui.domain.region import RegionProfile, UnitKind
from clinic_tui.domain.roles import Role
from clinic_tui.domain.tables import Table
from clinic_tui.i18n import language
from clinic_tui.protocol.resources import PriorityInfo, Region


def roles_seen(region: RegionProfile, role: Role) -> tuple[str, ...]:
    """The queue roles whose cases a role sees, in a stable order."""
    return tuple(sorted(region.queues_seen.get(role, frozenset())))


def wire_region(region: RegionProfile) -> Region:
    """The parts of the profile that a workstation shows."""
    chosen = language()
    priorities = tuple(
        PriorityInfo(priority=p.number, name=p.name(chosen), target_minutes=p.target_minutes)
        for p in region.priorities.values()
    )
    return Region(name=region.title, priorities=priorities, unsigned_blocks=region.unsigned_blocks)


def hours_of(region: RegionProfile, kind: str, stored: str = "[]") -> OpeningHours:
    """A unit's own hours as stored, else those of its kind, else the health centre's."""
    if stored != "[]":
        return _stored_hours(stored, region.time_zone)
    known = UnitKind(kind) if kind in set(UnitKind) else UnitKind.HEALTH_CENTRE
    return region.hours[known]


@lru_cache(maxsize=256)
def _stored_hours(stored: str, zone: str) -> OpeningHours:
    rows: list[dict[str, Any]] = json.loads(stored)
    dated = [{**row, "valid_from": date.fromisoformat(row["valid_from"])} for row in rows]
    return parse_hours([Table(row, f"hours[{place}]") for place, row in enumerate(dated)], zone)


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
