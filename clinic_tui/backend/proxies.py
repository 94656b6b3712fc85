"""Whether the guardian who began to write for a child still may: the one answer, at every delivery."""

from datetime import UTC, date, datetime, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, literal_column

from clinic_tui.backend.rules import local_date
from clinic_tui.backend.store.tables import cases, guardians, residents
from clinic_tui.domain.person_id import age_on
from clinic_tui.domain.proxy import Protection
from clinic_tui.domain.region import RegionProfile

_GUARDIAN = residents.alias("acting_guardian")
_LINK = guardians.alias("acting_link")
PROXY_HOLDS = and_(_LINK.c.child_id.is_not(None), _GUARDIAN.c.protected == literal_column("'none'")).label(
    "proxy_holds"
)
"""Whether the register still has the guardian as such, with no protected identity; see `with_proxy`."""


class Proxied(Protocol):
    """A case, as far as it says who writes for its resident."""

    @property
    def resident_id(self) -> str:
        """Whom it is about."""
        ...

    @property
    def acting_proxy_id(self) -> str | None:
        """The guardian who began to write for them."""
        ...

    @property
    def birth_date(self) -> date | None:
        """When the resident was born."""
        ...

    @property
    def protected(self) -> str:
        """How far the resident's identity is protected."""
        ...

    @property
    def proxy_holds(self) -> bool:
        """`PROXY_HOLDS`, as read with the case."""
        ...


def with_proxy(statement: Select[Any]) -> Select[Any]:
    """A select from cases, joined with what `PROXY_HOLDS` looks at."""
    return statement.outerjoin(_GUARDIAN, _GUARDIAN.c.id == cases.c.acting_proxy_id).outerjoin(
        _LINK,
        and_(_LINK.c.guardian_id == cases.c.acting_proxy_id, _LINK.c.child_id == cases.c.resident_id),
    )


def proxy_of(case: Proxied, now: datetime, region: RegionProfile) -> str | None:
    """The guardian who still writes for a case's resident (domain.md 2.12).

    Nobody from 00:00 on the birthday from which a child signs in alone, once the guardianship has ended, or
    once the identity of either is protected.
    """
    if case.acting_proxy_id is None or not case.proxy_holds:
        return None
    if case.protected != Protection.NONE.value:
        return None
    if case.birth_date is None:
        return case.acting_proxy_id
    age = age_on(case.birth_date, local_date(region, now))
    return None if age >= region.child_limits.until_age else case.acting_proxy_id


def proxy_until(case: Proxied, region: RegionProfile) -> datetime | None:
    """When a child turns so old that no guardian writes for them: 00:00 where the region is."""
    born = case.birth_date
    if born is None:
        return None
    year = born.year + region.child_limits.until_age
    try:
        day = born.replace(year=year)
    except ValueError:
        day = date(year, 3, 1)
    return datetime.combine(day, time(), ZoneInfo(region.time_zone)).astimezone(UTC)
