"""What the region's profile says, in the forms the backend asks for."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from clinic_tui.domain.hours import OpeningHours
from clinic_tui.domain.region import RegionProfile, UnitKind
from clinic_tui.domain.roles import Role
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


def hours_of(region: RegionProfile, kind: str) -> OpeningHours:
    """The hours of a kind of unit; kinds without their own have the health centre's."""
    known = UnitKind(kind) if kind in set(UnitKind) else UnitKind.HEALTH_CENTRE
    return region.hours[known]


def local_date(region: RegionProfile, at: datetime) -> date:
    """The date of a moment where the region is."""
    return at.astimezone(ZoneInfo(region.time_zone)).date()


def closed_dates(region: RegionProfile, at: datetime) -> frozenset[date]:
    """Red days and de facto eves around a moment (domain.md 4.3)."""
    year = local_date(region, at + timedelta(days=70)).year
    return _closed_dates(local_date(region, at).year, year)


@lru_cache(maxsize=8)
def _closed_dates(first: int, last: int) -> frozenset[date]:
    import holidays

    found = holidays.country_holidays(
        "SE", years=range(first, last + 1), categories=("public", "de_facto"), include_sundays=False
    )
    return frozenset(found)
