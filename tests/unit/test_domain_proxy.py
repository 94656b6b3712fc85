"""When a guardian may act for a child."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.proxy import (
    ChildLimits,
    Guardianship,
    Limit,
    Protection,
    ProxyAllowed,
    children_of,
    may_act,
)
from clinic_tui.domain.refusals import Refusal

BORN = date(2014, 5, 10)
LINK = Guardianship(guardian_id="g", child_id="c", child_birth_date=BORN)
LIMITS = ChildLimits()


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        (date(2014, 5, 9), "proxy.child_too_young"),
        (BORN, "proxy.child_too_young"),
        (BORN + timedelta(days=364), "proxy.child_too_young"),
        (date(2015, 5, 10), None),
        (date(2027, 5, 9), None),
        (date(2027, 5, 10), "proxy.child_too_old"),
        (date(2040, 1, 1), "proxy.child_too_old"),
    ],
)
def test_a_guardian_acts_from_the_first_birthday_to_the_day_before_the_thirteenth(
    day: date, rule: str | None
) -> None:
    assert may_act(LINK, day, LIMITS) == (ProxyAllowed() if rule is None else Refusal(rule=rule))


def test_a_region_may_warn_instead_of_blocking_the_youngest() -> None:
    limits = ChildLimits(below_from_age=Limit.WARN)
    assert may_act(LINK, BORN, limits) == ProxyAllowed(warning="proxy.child_too_young")
    assert may_act(LINK, BORN - timedelta(days=1), limits) == Refusal(rule="proxy.child_too_young")


def test_a_region_may_let_guardians_act_until_eighteen() -> None:
    assert may_act(LINK, date(2032, 5, 9), ChildLimits(until_age=18)) == ProxyAllowed()


@pytest.mark.parametrize("who", ["child_protection", "guardian_protection"])
@pytest.mark.parametrize("grade", [grade for grade in Protection if grade is not Protection.NONE])
def test_a_protected_identity_on_either_side_breaks_the_link(who: str, grade: Protection) -> None:
    link = replace(LINK, **{who: grade})
    assert may_act(link, date(2020, 1, 1), LIMITS) == Refusal(rule="proxy.protected")
    assert children_of([link], "g", date(2020, 1, 1), LIMITS) == []


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        (date(2019, 12, 31), False),
        (date(2020, 1, 1), True),
        (date(2020, 6, 30), True),
        (date(2020, 7, 1), False),
    ],
)
def test_a_link_works_from_its_first_day_to_its_last(day: date, allowed: bool) -> None:
    link = replace(LINK, valid_from=date(2020, 1, 1), valid_to=date(2020, 6, 30))
    assert isinstance(may_act(link, day, LIMITS), ProxyAllowed) is allowed


def test_a_guardian_sees_only_own_children() -> None:
    other = replace(LINK, guardian_id="h", child_id="d")
    assert children_of([LINK, other], "g", date(2020, 1, 1), LIMITS) == [LINK]


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.dates(date(2000, 1, 1), date(2050, 1, 1)))
def test_no_one_acts_for_someone_of_thirteen_or_more(born: date, day: date) -> None:
    link = replace(LINK, child_birth_date=born)
    if (day.year - born.year, day.month, day.day) >= (13, born.month, born.day):
        assert isinstance(may_act(link, day, LIMITS), Refusal)
