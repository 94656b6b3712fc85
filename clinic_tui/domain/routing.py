"""Where a resident who seeks care is sent: the first row of the region's table that fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clinic_tui.domain.hours import OpeningHours


class Target(StrEnum):
    """Where a case goes."""

    NOWHERE = "nowhere"
    """The resident leaves the service and is told what to do instead."""
    CENTRE = "centre"
    """The health centre where the resident is listed."""
    ADVICE_LINE = "advice_line"
    TICKET_UNIT = "ticket_unit"
    CHOICE = "choice"
    """The resident chooses between waiting for the centre and the advice line."""


class Shown(StrEnum):
    """What the resident is shown; the texts stand with those who show them."""

    CALL_112 = "call_112"
    PHONE_1177 = "phone_1177"
    PHONE_1177_OR_112 = "phone_1177_or_112"
    PHONE_1177_OR_WAIT = "phone_1177_or_wait"
    ADVICE_THEN_CONTINUE = "advice_then_continue"
    WAITING_ROOM = "waiting_room"
    CHOOSE = "choose"
    ANSWER_AT_OPENING = "answer_at_opening"


class ArrivalKind(StrEnum):
    """Which kind of arrival a row is for."""

    ORDINARY = "ordinary"
    LIFE_THREATENING = "life_threatening"
    CHILD_TOO_YOUNG = "child_too_young"
    SELF_CARE_ADVICE = "self_care_advice"
    TICKET = "ticket"


class Door(StrEnum):
    """Whether a unit must be open or closed for a row to fit."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class RoutingRow:
    """One row of the decision table; a condition left out fits everything (domain.md 4.1)."""

    row: int
    """The number in the region's own table; several rows may share one."""
    route: Target
    shows: Shown
    kind: ArrivalKind = ArrivalKind.ORDINARY
    listed: bool | None = None
    priorities: frozenset[int] = frozenset()
    centre: Door | None = None
    """Fits only a resident who is listed somewhere."""
    advice_line: Door | None = None
    ticket_unit: Door | None = None


@dataclass(frozen=True, kw_only=True)
class RoutingRules:
    """A region's table and what goes with it."""

    rows: tuple[RoutingRow, ...]
    last_intake_min: int = 15
    """Minutes before closing when new cases go on to the next row."""
    intake_roles: Mapping[Target, str]
    """The role whose queue takes new cases at each kind of unit."""


@dataclass(frozen=True, kw_only=True)
class RoutingUnit:
    """A unit as routing sees it. Give a branch's parent, not the branch (see `queue_unit`)."""

    unit_id: str
    hours: OpeningHours


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A resident at the door."""

    at: datetime
    priority: int
    advice_line: RoutingUnit
    centre: RoutingUnit | None = None
    """Where the resident is listed; None when unlisted."""
    kind: ArrivalKind = ArrivalKind.ORDINARY
    ticket_unit: RoutingUnit | None = None
    ticket_role: str | None = None


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where the case goes and what the resident is shown."""

    row: int
    target: Target
    shows: Shown
    unit_id: str | None = None
    queue_role: str | None = None
    opens_at: datetime | None = None
    """When the unit opens (UTC), where the case waits for that; for a choice, when the centre opens."""


class NoRoute(LookupError):  # noqa: N818 - a name others rely on
    """No row fits; the region's table has a hole, or the priority is not one of the region's."""


def route(rules: RoutingRules, arrival: Arrival, closed: frozenset[date]) -> Route:
    """The first row that fits, with the unit's next opening where it is closed (domain.md 4.1).

    `closed` holds the closed dates around the arrival. Raises `NoRoute`.
    """
    units = _units(arrival)
    doors = {place: _door(unit, arrival.at, closed, rules.last_intake_min) for place, unit in units.items()}
    row = find_row(
        rules.rows,
        kind=arrival.kind,
        listed=arrival.centre is not None,
        priority=arrival.priority,
        doors=doors,
    )
    if row is None:
        raise NoRoute(f"no routing row fits priority {arrival.priority}")
    place = Target.CENTRE if row.route is Target.CHOICE else row.route
    unit = units.get(place)
    if unit is None:
        return Route(row=row.row, target=row.route, shows=row.shows)
    waits = doors[place] is Door.CLOSED
    opens_at = unit.hours.opens_after(arrival.at, closed) if waits else None
    if row.route is Target.CHOICE:
        return Route(row=row.row, target=row.route, shows=row.shows, opens_at=opens_at)
    role = arrival.ticket_role if place is Target.TICKET_UNIT else rules.intake_roles.get(place)
    return Route(
        row=row.row,
        target=row.route,
        shows=row.shows,
        unit_id=unit.unit_id,
        queue_role=role,
        opens_at=opens_at,
    )


def find_row(
    rows: tuple[RoutingRow, ...],
    *,
    kind: ArrivalKind,
    listed: bool,
    priority: int,
    doors: Mapping[Target, Door],
) -> RoutingRow | None:
    """The first row whose every condition holds."""
    for row in rows:
        if (
            row.kind is kind
            and row.listed in {None, listed}
            and (not row.priorities or priority in row.priorities)
            and row.centre in {None, doors.get(Target.CENTRE)}
            and row.advice_line in {None, doors.get(Target.ADVICE_LINE)}
            and row.ticket_unit in {None, doors.get(Target.TICKET_UNIT)}
        ):
            return row
    return None


def queue_unit(unit_id: str, parents: Mapping[str, str]) -> str:
    """The unit whose queue takes a unit's cases: a branch's go to its parent (domain.md 4.1 row 15)."""
    seen = {unit_id}
    while (parent := parents.get(unit_id)) is not None and parent not in seen:
        seen.add(parent)
        unit_id = parent
    return unit_id


def _units(arrival: Arrival) -> dict[Target, RoutingUnit]:
    units = {
        Target.CENTRE: arrival.centre,
        Target.ADVICE_LINE: arrival.advice_line,
        Target.TICKET_UNIT: arrival.ticket_unit,
    }
    return {target: unit for target, unit in units.items() if unit is not None}


def _door(unit: RoutingUnit, at: datetime, closed: frozenset[date], last_intake_min: int) -> Door:
    taking = unit.hours.is_taking(at, closed, last_intake_min=last_intake_min)
    return Door.OPEN if taking else Door.CLOSED
