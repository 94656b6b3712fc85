"""Guardians who act for a child: when they may, and why not."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clinic_tui.domain.person_id import age_on
from clinic_tui.domain.refusals import Refusal


class Limit(StrEnum):
    """What a region does below its lower age limit (domain.md 2.12)."""

    BLOCK = "block"
    WARN = "warn"


class Protection(StrEnum):
    """The grades of protected identity (domain.md 7.5)."""

    NONE = "none"
    MARKED = "marked"
    RELOCATED = "relocated"
    FICTITIOUS = "fictitious"


@dataclass(frozen=True, kw_only=True)
class ChildLimits:
    """A region's ages for acting through a guardian (slide 5)."""

    from_age: int = 1
    """Whole years from which the service may be used for a child."""
    below_from_age: Limit = Limit.BLOCK
    until_age: int = 13
    """The birthday from which the child signs in alone."""


@dataclass(frozen=True, kw_only=True)
class Guardianship:
    """A guardian's link to a child as the population register gives it."""

    guardian_id: str
    child_id: str
    child_birth_date: date
    child_protection: Protection = Protection.NONE
    guardian_protection: Protection = Protection.NONE
    valid_from: date | None = None
    valid_to: date | None = None
    """The last day of the link; None while it stands."""


@dataclass(frozen=True, kw_only=True)
class ProxyAllowed:
    """The guardian may act; `warning` is a rule id to tell them about, where the region only warns."""

    warning: str | None = None


def may_act(link: Guardianship, day: date, limits: ChildLimits) -> ProxyAllowed | Refusal:
    """Whether the guardian may act for the child on that local day (domain.md 2.12).

    The link ends at 00:00 on the birthday `limits.until_age`. It never works while either has a
    protected identity.
    """
    if link.child_protection != Protection.NONE or link.guardian_protection != Protection.NONE:
        return Refusal(rule="proxy.protected")
    if (link.valid_from and day < link.valid_from) or (link.valid_to and day > link.valid_to):
        return Refusal(rule="proxy.no_link")
    age = age_on(link.child_birth_date, day)
    if age >= limits.until_age:
        return Refusal(rule="proxy.child_too_old")
    if age >= limits.from_age:
        return ProxyAllowed()
    if limits.below_from_age is Limit.WARN and age >= 0:
        return ProxyAllowed(warning="proxy.child_too_young")
    return Refusal(rule="proxy.child_too_young")


def children_of(
    links: list[Guardianship], guardian_id: str, day: date, limits: ChildLimits
) -> list[Guardianship]:
    """The children this guardian may act for on that day; a protected child is not even listed."""
    return [
        link
        for link in links
        if link.guardian_id == guardian_id and isinstance(may_act(link, day, limits), ProxyAllowed)
    ]
