"""Where residents are sent, in both regions."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.region import BUNDLED, RegionProfile, UnitKind, load_profile
from clinic_tui.domain.routing import (
    Arrival,
    ArrivalKind,
    NoRoute,
    Route,
    RoutingUnit,
    Shown,
    Target,
    queue_unit,
    route,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CLOSED = frozenset({date(2027, 6, 25), date(2027, 6, 26), date(2026, 1, 1)})
PROFILES = {name: load_profile(name) for name in BUNDLED}
EVE, THURSDAY, NIGHT = "2027-06-25 10:00", "2027-06-24 10:00", "2027-06-23 23:30"
EVENING = "2027-06-24 19:00"
FOUND = {
    Target.CENTRE: ("centre", "nurse"),
    Target.ADVICE_LINE: ("line", "advice_nurse"),
    Target.TICKET_UNIT: ("centre", "doctor"),
    Target.NOWHERE: (None, None),
    Target.CHOICE: (None, None),
}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def send(
    region: str, at: str, priority: int, *, listed: bool = True, kind: ArrivalKind = ArrivalKind.ORDINARY
) -> Route:
    profile: RegionProfile = PROFILES[region]
    centre = RoutingUnit(unit_id="centre", hours=profile.hours[UnitKind.HEALTH_CENTRE])
    arrival = Arrival(
        at=local(at),
        priority=priority,
        kind=kind,
        advice_line=RoutingUnit(unit_id="line", hours=profile.hours[UnitKind.ADVICE_LINE]),
        centre=centre if listed else None,
        ticket_unit=centre if kind is ArrivalKind.TICKET else None,
        ticket_role="doctor" if kind is ArrivalKind.TICKET else None,
    )
    found = route(profile.routing, arrival, CLOSED)
    assert (found.unit_id, found.queue_role) == FOUND[found.target]
    return found


@pytest.mark.parametrize(
    ("at", "priority", "listed", "row", "target", "shown"),
    [
        (EVE, 3, True, 8, Target.ADVICE_LINE, Shown.WAITING_ROOM),
        (THURSDAY, 3, True, 7, Target.CENTRE, Shown.WAITING_ROOM),
        (THURSDAY, 1, True, 3, Target.ADVICE_LINE, Shown.WAITING_ROOM),
        (NIGHT, 1, True, 4, Target.NOWHERE, Shown.PHONE_1177_OR_112),
        (THURSDAY, 4, False, 5, Target.ADVICE_LINE, Shown.WAITING_ROOM),
        (NIGHT, 2, False, 6, Target.ADVICE_LINE, Shown.PHONE_1177_OR_WAIT),
        (NIGHT, 4, False, 6, Target.ADVICE_LINE, Shown.ANSWER_AT_OPENING),
        (THURSDAY, 5, True, 7, Target.CENTRE, Shown.WAITING_ROOM),
        (EVENING, 2, True, 8, Target.ADVICE_LINE, Shown.WAITING_ROOM),
        (EVENING, 4, True, 9, Target.CHOICE, Shown.CHOOSE),
        (NIGHT, 2, True, 10, Target.CENTRE, Shown.PHONE_1177_OR_WAIT),
        (NIGHT, 4, True, 11, Target.CENTRE, Shown.ANSWER_AT_OPENING),
        ("2027-06-24 16:45", 3, True, 8, Target.ADVICE_LINE, Shown.WAITING_ROOM),
        ("2027-06-24 16:44", 3, True, 7, Target.CENTRE, Shown.WAITING_ROOM),
        ("2025-12-01 16:30", 3, True, 8, Target.ADVICE_LINE, Shown.WAITING_ROOM),
        ("2026-03-02 16:30", 3, True, 7, Target.CENTRE, Shown.WAITING_ROOM),
    ],
)
def test_vastmanland_follows_the_decision_table(
    at: str, priority: int, listed: bool, row: int, target: Target, shown: Shown
) -> None:
    found = send("vastmanland", at, priority, listed=listed)
    assert (found.row, found.target, found.shows) == (row, target, shown)


@pytest.mark.parametrize(
    ("at", "priority", "target"),
    [
        (EVE, 3, Target.CENTRE),
        (NIGHT, 4, Target.CENTRE),
        (EVE, 5, Target.ADVICE_LINE),
        (THURSDAY, 5, Target.ADVICE_LINE),
        *((THURSDAY, priority, Target.CENTRE) for priority in (1, 2, 3, 4)),
    ],
)
def test_jonkoping_sends_priority_five_to_the_advice_line_and_the_rest_to_the_centre(
    at: str, priority: int, target: Target
) -> None:
    assert send("jonkoping", at, priority).target is target


@pytest.mark.parametrize("region", BUNDLED)
@pytest.mark.parametrize(
    ("kind", "target", "shown"),
    [
        (ArrivalKind.LIFE_THREATENING, Target.NOWHERE, Shown.CALL_112),
        (ArrivalKind.CHILD_TOO_YOUNG, Target.NOWHERE, Shown.PHONE_1177),
        (ArrivalKind.SELF_CARE_ADVICE, Target.NOWHERE, Shown.ADVICE_THEN_CONTINUE),
        (ArrivalKind.TICKET, Target.TICKET_UNIT, Shown.WAITING_ROOM),
    ],
)
def test_special_arrivals_go_the_same_way_whether_listed_or_not(
    region: str, kind: ArrivalKind, target: Target, shown: Shown
) -> None:
    for listed in (True, False):
        found = send(region, THURSDAY, 3, listed=listed, kind=kind)
        assert (found.target, found.shows) == (target, shown)


def test_a_ticket_redeemed_at_night_waits_for_the_units_opening() -> None:
    found = send("vastmanland", NIGHT, 3, kind=ArrivalKind.TICKET)
    assert (found.row, found.shows, found.opens_at) == (
        14,
        Shown.ANSWER_AT_OPENING,
        local("2027-06-24 08:00"),
    )


@pytest.mark.parametrize(
    ("at", "listed", "opens"),
    [
        (NIGHT, True, "2027-06-24 08:00"),
        ("2027-06-24 23:30", True, "2027-06-28 08:00"),
        (EVENING, True, "2027-06-28 08:00"),
        ("2027-06-24 16:50", True, "2027-06-28 08:00"),
        (NIGHT, False, "2027-06-24 08:00"),
        (THURSDAY, True, None),
    ],
)
def test_a_resident_who_must_wait_is_told_when_the_unit_opens(
    at: str, listed: bool, opens: str | None
) -> None:
    found = send("vastmanland", at, 4, listed=listed)
    assert found.opens_at == (None if opens is None else local(opens))


@given(
    st.sampled_from(BUNDLED),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001
    st.sampled_from([1, 2, 3, 4, 5]),
    st.booleans(),
    st.sampled_from(ArrivalKind),
)
def test_nobody_is_left_without_a_way(
    region: str, at: datetime, priority: int, listed: bool, kind: ArrivalKind
) -> None:
    found = send(region, at.isoformat(), priority, listed=listed, kind=kind)
    if found.shows is Shown.ANSWER_AT_OPENING:
        assert found.opens_at is not None
    if found.shows is Shown.WAITING_ROOM:
        assert found.opens_at is None


def test_a_table_with_a_hole_raises_no_route() -> None:
    rules = replace(PROFILES["vastmanland"].routing, rows=())
    unit = RoutingUnit(unit_id="line", hours=PROFILES["vastmanland"].hours[UnitKind.ADVICE_LINE])
    with pytest.raises(NoRoute):
        route(rules, Arrival(at=local(THURSDAY), priority=3, advice_line=unit), CLOSED)


def test_a_branch_sends_its_cases_to_its_parent() -> None:
    assert queue_unit("branch", {"branch": "centre"}) == "centre"
    assert queue_unit("centre", {"branch": "centre"}) == "centre"
    assert queue_unit("a", {"a": "b", "b": "a"}) in {"a", "b"}
