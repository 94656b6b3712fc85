"""What the global filter shows and hides."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.filters import GlobalFilter, Owner, matches


@dataclass(frozen=True)
class Row:
    unit_id: str = "ekdungen"
    queue_role: str = "nurse"
    kind: str = "drop_in"
    service_code: str | None = "seek_care"
    priority: int | None = 3
    assignee_id: str | None = None
    resident_name: str = "Åsa Öberg"
    reason: str = "Ont i halsen (3 dagar)"


ROW = Row()


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ({}, True),
        ({"units": frozenset({"ekdungen", "annan"})}, True),
        ({"units": frozenset({"annan"})}, False),
        ({"roles": frozenset({"nurse"})}, True),
        ({"roles": frozenset({"doctor"})}, False),
        ({"kinds": frozenset({"drop_in"})}, True),
        ({"kinds": frozenset({"async"})}, False),
        ({"services": frozenset({"seek_care"})}, True),
        ({"services": frozenset({"vaccination"})}, False),
        ({"priorities": frozenset({1, 3})}, True),
        ({"priorities": frozenset({1, 2})}, False),
        ({"owner": Owner.NOBODY}, True),
        ({"owner": Owner.ME}, False),
        ({"units": frozenset({"ekdungen"}), "priorities": frozenset({1})}, False),
        ({"text": "ÅSA"}, True),
        ({"text": "a\u030asa"}, True),
        ({"text": "  halsen öberg "}, True),
        ({"text": "(3"}, True),
        ({"text": ".*"}, False),
        ({"text": "asa"}, False),
        ({"text": " \t"}, True),
    ],
)
def test_a_row_is_shown_when_every_chosen_dimension_holds(chosen: dict[str, Any], shown: bool) -> None:
    assert matches(GlobalFilter(**chosen), ROW, "me") is shown


@pytest.mark.parametrize(
    ("assignee", "owners"),
    [
        (None, {Owner.ANYONE, Owner.NOBODY}),
        ("me", {Owner.ANYONE, Owner.ME}),
        ("other", {Owner.ANYONE}),
    ],
)
def test_a_case_is_mine_nobodys_or_anyones(assignee: str | None, owners: set[Owner]) -> None:
    row = replace(ROW, assignee_id=assignee)
    assert {owner for owner in Owner if matches(GlobalFilter(owner=owner), row, "me")} == owners


def test_a_row_without_priority_or_service_is_hidden_only_by_those_dimensions() -> None:
    row = replace(ROW, priority=None, service_code=None)
    assert matches(GlobalFilter(), row, "me")
    assert not matches(GlobalFilter(priorities=frozenset({3})), row, "me")
    assert not matches(GlobalFilter(services=frozenset({"seek_care"})), row, "me")


def test_a_match_never_spans_name_and_reason() -> None:
    assert not matches(GlobalFilter(text="öbergont"), ROW, "me")


filters = st.builds(
    GlobalFilter,
    units=st.frozensets(st.sampled_from(["ekdungen", "annan"])),
    roles=st.frozensets(st.sampled_from(["nurse", "doctor"])),
    kinds=st.frozensets(st.sampled_from(["drop_in", "async"])),
    priorities=st.frozensets(st.integers(1, 5)),
    owner=st.sampled_from(Owner),
    text=st.text(max_size=4),
)


@given(filters)
def test_an_empty_filter_hides_nothing(chosen: GlobalFilter) -> None:
    if chosen.is_empty:
        assert matches(chosen, ROW, "me")


@given(filters, st.sampled_from(["units", "roles", "kinds", "services", "priorities"]))
def test_lifting_a_restriction_never_hides_more(chosen: GlobalFilter, dimension: str) -> None:
    wider = replace(chosen, **{dimension: frozenset()})
    assert matches(wider, ROW, "me") or not matches(chosen, ROW, "me")


@given(st.text(min_size=1), st.text())
def test_a_row_is_found_by_its_own_name_whatever_it_holds(name: str, reason: str) -> None:
    row = replace(ROW, resident_name=name, reason=reason)
    assert matches(GlobalFilter(text=name), row, "me")
    assert matches(
        GlobalFilter(text=name.upper().lower()), replace(row, resident_name=name.upper().lower()), "me"
    )
