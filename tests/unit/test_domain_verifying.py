"""What may be verified and changed, and which residents may be added."""

from typing import Any

import pytest

from clinic_tui.domain.booking import check_call, check_place
from clinic_tui.domain.refusals import REASONS, Refusal
from clinic_tui.domain.residents import check_guardian, check_new
from clinic_tui.domain.verifying import change_text, check_decision, check_priority, check_request

REQUEST = {"signed": True, "newest": True, "own": True, "already_asked": False}
DECISION = {"is_open": True, "own": False, "for_other": False, "returned": False, "comment": ""}
CHANGE: dict[str, Any] = {"old": 4, "new": 2, "known": {1, 2, 3, 4, 5}, "reason": "Worse"}
NEW = {"name": "Gun Ny", "mobile": "+46701740605"}


def _rule(no: Refusal | None) -> str | None:
    assert no is None or no.reason == REASONS[no.rule]
    return no.rule if no else None


@pytest.mark.parametrize(
    ("fact", "rule"),
    [
        ({}, None),
        ({"signed": False, "newest": False, "own": False}, "note.not_signed"),
        ({"newest": False}, "note.superseded"),
        ({"own": False}, "note.not_yours"),
        ({"already_asked": True}, "verification.already_asked"),
    ],
)
def test_one_asks_once_for_ones_own_newest_note(fact: dict[str, bool], rule: str | None) -> None:
    assert _rule(check_request(**{**REQUEST, **fact})) == rule


@pytest.mark.parametrize(
    ("fact", "rule"),
    [
        ({}, None),
        ({"is_open": False, "own": True}, "verification.decided"),
        ({"own": True, "for_other": True}, "verification.own"),
        ({"for_other": True}, "verification.for_other"),
        ({"returned": True, "comment": " \u200b\n"}, "verification.comment_missing"),
        ({"returned": True, "comment": "Dose?"}, None),
    ],
)
def test_an_open_item_is_decided_by_another(fact: dict[str, Any], rule: str | None) -> None:
    assert _rule(check_decision(**{**DECISION, **fact})) == rule


@pytest.mark.parametrize(
    ("kind", "state", "fact", "rule"),
    [
        ("drop_in", "waiting", {}, None),
        ("drop_in", "accepted", {}, None),
        ("drop_in", "in_progress", {"old": None}, None),
        ("drop_in", "ended_unsigned", {}, "case.not_possible"),
        ("drop_in", "closed", {}, "case.not_possible"),
        ("async", "new", {}, "case.not_possible"),
        ("scheduled", "accepted", {}, "case.not_possible"),
        ("drop_in", "waiting", {"new": 12}, "case.priority_unknown"),
        ("drop_in", "waiting", {"new": 4}, "case.priority_same"),
        ("drop_in", "waiting", {"reason": "\u2800"}, "case.reason_missing"),
    ],
)
def test_a_priority_is_changed_while_the_visit_lives(
    kind: str, state: str, fact: dict[str, Any], rule: str | None
) -> None:
    assert _rule(check_priority(kind, state, **{**CHANGE, **fact})) == rule


def test_a_change_is_told_in_one_line() -> None:
    assert change_text(4, 2, " worse\n since  morning ") == "4 → 2: worse since morning"
    assert change_text(None, 1, "x") == "– → 1: x"


@pytest.mark.parametrize(
    ("fact", "rule"),
    [
        ({}, None),
        ({"name": "\u00ad"}, "resident.name_missing"),
        ({"mobile": ""}, "resident.mobile"),
    ],
)
def test_a_new_resident_has_a_name_and_a_mobile(fact: dict[str, Any], rule: str | None) -> None:
    assert _rule(check_new(**{**NEW, **fact})) == rule


@pytest.mark.parametrize(
    ("child", "given", "any_may", "allowed", "rule"),
    [
        (False, False, False, False, None),
        (True, False, False, False, None),
        (True, False, True, False, "visit.guardian_missing"),
        (True, True, True, True, None),
        (True, True, True, False, "proxy.no_link"),
        (True, True, False, False, "proxy.no_link"),
        (False, True, False, False, "visit.guardian_not_for_adult"),
    ],
)
def test_a_guardian_takes_part_for_a_child(
    child: bool, given: bool, any_may: bool, allowed: bool, rule: str | None
) -> None:
    assert _rule(check_guardian(child=child, given=given, any_may=any_may, allowed=allowed)) == rule


@pytest.mark.parametrize(
    ("own_unit", "role_there", "staff_there", "rule"),
    [
        (True, True, True, None),
        (False, False, False, "visit.unit_not_yours"),
        (True, False, False, "visit.role_not_here"),
        (True, True, False, "case.target_lacks_role"),
    ],
)
def test_a_visit_is_booked_where_one_works(
    own_unit: bool, role_there: bool, staff_there: bool, rule: str | None
) -> None:
    assert _rule(check_place(own_unit=own_unit, role_there=role_there, staff_there=staff_there)) == rule


def test_a_call_is_opened_at_an_address_and_closed_while_it_goes_on() -> None:
    template = "https://meet.example/{room}"
    assert _rule(check_call(template=template, going_on=False, opening=True)) is None
    assert _rule(check_call(template="", going_on=False, opening=True)) == "meeting.no_address"
    assert _rule(check_call(template="", going_on=True, opening=False)) is None
    assert _rule(check_call(template=template, going_on=False, opening=False)) == "meeting.not_on"
