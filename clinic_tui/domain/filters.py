"""The global filter: which cases a staff member has chosen to see in every view."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Owner(StrEnum):
    """Whose cases to show."""

    ANYONE = "anyone"
    ME = "me"
    NOBODY = "nobody"


class FilterRow(Protocol):
    """What the filter looks at in a case."""

    @property
    def unit_id(self) -> str: ...
    @property
    def queue_role(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def service_code(self) -> str | None: ...
    @property
    def priority(self) -> int | None: ...
    @property
    def assignee_id(self) -> str | None: ...
    @property
    def resident_name(self) -> str: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class GlobalFilter:
    """What is shown; an empty dimension restricts nothing (slides 20-21, domain.md 3).

    Dimensions are joined by and, the values within one by or.
    """

    units: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    priorities: frozenset[int] = frozenset()
    owner: Owner = Owner.ANYONE
    text: str = ""
    """Words that must all stand in the resident's name or the reason; case does not matter."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is filtered away."""
        sets = (self.units, self.roles, self.kinds, self.services, self.priorities)
        return not any(sets) and self.owner is Owner.ANYONE and not self.text.split()


def matches(chosen: GlobalFilter, row: FilterRow, me: str) -> bool:
    """Whether the row is shown to the staff member `me`."""
    return (
        (not chosen.units or row.unit_id in chosen.units)
        and (not chosen.roles or row.queue_role in chosen.roles)
        and (not chosen.kinds or row.kind in chosen.kinds)
        and (not chosen.services or row.service_code in chosen.services)
        and (not chosen.priorities or row.priority in chosen.priorities)
        and _owned(chosen.owner, row.assignee_id, me)
        and _found(chosen.text, row)
    )


def fold(text: str) -> str:
    """The text as it is compared: case folded and composed (NFC)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _owned(owner: Owner, assignee_id: str | None, me: str) -> bool:
    match owner:
        case Owner.ANYONE:
            return True
        case Owner.ME:
            return assignee_id == me
        case Owner.NOBODY:
            return assignee_id is None


def _found(text: str, row: FilterRow) -> bool:
    words = fold(text).split()
    if not words:
        return True
    where = fold(f"{row.resident_name}\n{row.reason}")
    return all(word in where for word in words)
