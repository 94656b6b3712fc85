"""The life of a drop-in case, every state against every command."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.blocking import blocks_resident
from clinic_tui.domain.cases import (
    FINISHED,
    HELD,
    TRANSITIONS,
    CaseCommand,
    CaseState,
    CloseReason,
    Facts,
    NewAssignee,
    Transition,
    queue_key,
    silent_since,
    transition,
)
from clinic_tui.domain.refusals import REASONS, Refusal

S, C, WHO = CaseState, CaseCommand, NewAssignee
WAITED = {"minutes_silent": 15.0, "no_answer_minutes": 15.0}
ASSIGNEE = Facts(has_queue_role=True, has_assignee=True, is_assignee=True)
COLLEAGUE = Facts(has_queue_role=True, has_assignee=True)
SIGNER = Facts(has_assignee=True, may_sign_for_colleague=True)
"""A manager: no role in the queue, but the right to see to a colleague's ended visit."""
BOOKED = Facts(scheduled=True, may_book=True, has_queue_role=True, has_begun=True)
HANDING = replace(ASSIGNEE, target_has_role=True, reason_given=True)
REDIRECTED = Transition(state=S.CLOSED, close_reason=CloseReason.REDIRECTED)

ALLOWED: list[tuple[CaseState, CaseCommand, Facts, Transition]] = [
    (S.WAITING, C.ACCEPT, Facts(has_queue_role=True), Transition(state=S.ACCEPTED, assignee=WHO.ACTOR)),
    (S.ACCEPTED, C.RELEASE, ASSIGNEE, Transition(state=S.WAITING, assignee=WHO.NOBODY)),
    (
        S.ACCEPTED,
        C.RELEASE,
        Facts(may_release_for_others=True),
        Transition(state=S.WAITING, assignee=WHO.NOBODY),
    ),
    (S.ACCEPTED, C.START_VISIT, ASSIGNEE, Transition(state=S.IN_PROGRESS)),
    (S.ACCEPTED, C.HAND_OVER, HANDING, Transition(state=S.ACCEPTED, assignee=WHO.TARGET)),
    (S.IN_PROGRESS, C.HAND_OVER, HANDING, Transition(state=S.IN_PROGRESS, assignee=WHO.TARGET)),
    (
        S.ACCEPTED,
        C.TAKE_OVER,
        replace(COLLEAGUE, confirmed=True),
        Transition(state=S.ACCEPTED, assignee=WHO.ACTOR),
    ),
    (
        S.IN_PROGRESS,
        C.TAKE_OVER,
        replace(COLLEAGUE, assignee_inactive=True),
        Transition(state=S.IN_PROGRESS, assignee=WHO.ACTOR),
    ),
    (
        S.IN_PROGRESS,
        C.END_VISIT,
        ASSIGNEE,
        Transition(state=S.ENDED_UNSIGNED, close_reason=CloseReason.TREATED),
    ),
    (
        S.IN_PROGRESS,
        C.END_NO_ANSWER,
        replace(ASSIGNEE, **WAITED),
        Transition(state=S.ENDED_UNSIGNED, close_reason=CloseReason.RESIDENT_ABSENT),
    ),
    (S.ENDED_UNSIGNED, C.SIGN_NOTE, replace(ASSIGNEE, note_signable=True), Transition(state=S.CLOSED)),
    (S.ENDED_UNSIGNED, C.SIGN_NOTE, replace(SIGNER, note_signable=True), Transition(state=S.CLOSED)),
    (S.ENDED_UNSIGNED, C.RELEASE, SIGNER, Transition(state=S.ENDED_UNSIGNED, assignee=WHO.NOBODY)),
    (
        S.ENDED_UNSIGNED,
        C.RELEASE,
        replace(ASSIGNEE, may_sign_for_colleague=True),
        Transition(state=S.ENDED_UNSIGNED, assignee=WHO.NOBODY),
    ),
    (
        S.ENDED_UNSIGNED,
        C.TAKE_OVER,
        replace(SIGNER, confirmed=True),
        Transition(state=S.ENDED_UNSIGNED, assignee=WHO.ACTOR),
    ),
    (
        S.ENDED_UNSIGNED,
        C.TAKE_OVER,
        Facts(has_queue_role=True),
        Transition(state=S.ENDED_UNSIGNED, assignee=WHO.ACTOR),
    ),
    (
        S.WAITING,
        C.CANCEL,
        Facts(is_resident=True),
        Transition(state=S.CANCELLED, close_reason=CloseReason.RESIDENT_LEFT),
    ),
    (
        S.WAITING,
        C.REROUTE,
        Facts(is_system=True, other_unit_takes_it=True),
        Transition(state=S.REROUTED, close_reason=CloseReason.REROUTED),
    ),
    (S.WAITING, C.REDIRECT, Facts(has_queue_role=True, has_ticket=True), REDIRECTED),
    (S.ACCEPTED, C.REDIRECT, replace(ASSIGNEE, has_ticket=True), REDIRECTED),
    (S.BOOKED, C.ACCEPT, Facts(has_queue_role=True), Transition(state=S.ACCEPTED, assignee=WHO.ACTOR)),
    (
        S.ACCEPTED,
        C.RELEASE,
        replace(ASSIGNEE, scheduled=True),
        Transition(state=S.BOOKED, assignee=WHO.NOBODY),
    ),
    (S.BOOKED, C.REBOOK, Facts(may_book=True), Transition(state=S.BOOKED)),
    (
        S.BOOKED,
        C.CANCEL_VISIT,
        Facts(may_book=True),
        Transition(state=S.CANCELLED, close_reason=CloseReason.CANCELLED),
    ),
    (S.BOOKED, C.NO_SHOW, BOOKED, Transition(state=S.NO_SHOW, close_reason=CloseReason.NO_SHOW)),
    (
        S.ACCEPTED,
        C.NO_SHOW,
        replace(ASSIGNEE, scheduled=True, has_begun=True),
        Transition(state=S.NO_SHOW, close_reason=CloseReason.NO_SHOW),
    ),
]

REFUSED: list[tuple[CaseState, CaseCommand, Facts, str]] = [
    (S.WAITING, C.ACCEPT, Facts(), "case.not_for_role"),
    (S.WAITING, C.ACCEPT, COLLEAGUE, "case.already_taken"),
    (S.ACCEPTED, C.ACCEPT, COLLEAGUE, "case.already_taken"),
    (S.IN_PROGRESS, C.ACCEPT, ASSIGNEE, "case.already_yours"),
    (S.ACCEPTED, C.RELEASE, COLLEAGUE, "case.not_assignee"),
    (S.ACCEPTED, C.RELEASE, replace(ASSIGNEE, staff_message_sent=True), "case.message_already_sent"),
    (S.IN_PROGRESS, C.RELEASE, ASSIGNEE, "case.not_possible"),
    (S.WAITING, C.START_VISIT, Facts(has_queue_role=True), "case.not_taken"),
    (S.ACCEPTED, C.START_VISIT, COLLEAGUE, "case.not_assignee"),
    (S.ACCEPTED, C.END_VISIT, ASSIGNEE, "case.not_started"),
    (S.IN_PROGRESS, C.END_VISIT, COLLEAGUE, "case.not_assignee"),
    (S.IN_PROGRESS, C.END_NO_ANSWER, replace(COLLEAGUE, **WAITED), "case.not_assignee"),
    (S.IN_PROGRESS, C.END_NO_ANSWER, replace(ASSIGNEE, no_answer_minutes=15.0), "case.no_answer_too_early"),
    (S.IN_PROGRESS, C.END_NO_ANSWER, replace(ASSIGNEE, resident_waits=True, **WAITED), "case.resident_waits"),
    (S.IN_PROGRESS, C.SIGN_NOTE, replace(ASSIGNEE, note_signable=True), "case.not_ended"),
    (S.ENDED_UNSIGNED, C.SIGN_NOTE, ASSIGNEE, "case.note_not_signable"),
    (S.ENDED_UNSIGNED, C.SIGN_NOTE, replace(COLLEAGUE, note_signable=True), "case.not_assignee"),
    (S.ENDED_UNSIGNED, C.RELEASE, ASSIGNEE, "case.not_assignee"),
    (S.ENDED_UNSIGNED, C.RELEASE, replace(COLLEAGUE, may_release_for_others=True), "case.not_assignee"),
    (S.ENDED_UNSIGNED, C.TAKE_OVER, replace(COLLEAGUE, confirmed=True), "case.not_assignee"),
    (S.ENDED_UNSIGNED, C.TAKE_OVER, SIGNER, "case.take_over_unconfirmed"),
    (S.ENDED_UNSIGNED, C.TAKE_OVER, replace(ASSIGNEE, confirmed=True), "case.already_yours"),
    (S.ENDED_UNSIGNED, C.TAKE_OVER, Facts(), "case.not_for_role"),
    (S.ACCEPTED, C.HAND_OVER, replace(HANDING, is_assignee=False), "case.not_assignee"),
    (S.ACCEPTED, C.HAND_OVER, replace(HANDING, target_has_role=False), "case.target_lacks_role"),
    (S.ACCEPTED, C.HAND_OVER, replace(HANDING, target_is_assignee=True), "case.target_has_case"),
    (S.ACCEPTED, C.HAND_OVER, replace(HANDING, reason_given=False), "case.reason_missing"),
    (S.IN_PROGRESS, C.TAKE_OVER, replace(ASSIGNEE, confirmed=True), "case.already_yours"),
    (S.IN_PROGRESS, C.TAKE_OVER, Facts(has_assignee=True, confirmed=True), "case.not_for_role"),
    (S.IN_PROGRESS, C.TAKE_OVER, COLLEAGUE, "case.take_over_unconfirmed"),
    (S.WAITING, C.TAKE_OVER, replace(COLLEAGUE, confirmed=True), "case.not_taken"),
    (S.WAITING, C.CANCEL, COLLEAGUE, "case.not_resident"),
    (S.ACCEPTED, C.CANCEL, Facts(is_resident=True), "case.not_possible"),
    (S.WAITING, C.REROUTE, Facts(other_unit_takes_it=True), "case.not_system"),
    (S.WAITING, C.REROUTE, Facts(is_system=True), "case.no_other_unit"),
    (S.WAITING, C.REDIRECT, Facts(has_queue_role=True), "case.no_ticket"),
    (S.WAITING, C.REDIRECT, Facts(has_ticket=True), "case.not_for_role"),
    (S.ACCEPTED, C.REDIRECT, replace(COLLEAGUE, has_ticket=True), "case.not_assignee"),
    (S.ACCEPTED, C.REDIRECT, replace(ASSIGNEE, scheduled=True, has_ticket=True), "case.not_possible"),
    (
        S.ACCEPTED,
        C.REDIRECT,
        replace(ASSIGNEE, has_ticket=True, staff_message_sent=True),
        "case.message_already_sent",
    ),
    (S.IN_PROGRESS, C.REDIRECT, replace(ASSIGNEE, has_ticket=True), "case.not_possible"),
    (S.CLOSED, C.SIGN_NOTE, replace(ASSIGNEE, note_signable=True), "case.finished"),
    (S.BOOKED, C.ACCEPT, Facts(scheduled=True), "case.not_for_role"),
    (S.BOOKED, C.START_VISIT, BOOKED, "case.not_taken"),
    (S.BOOKED, C.REBOOK, replace(BOOKED, may_book=False), "case.not_for_role"),
    (S.BOOKED, C.CANCEL_VISIT, replace(BOOKED, may_book=False), "case.not_for_role"),
    (S.BOOKED, C.NO_SHOW, replace(BOOKED, has_begun=False), "visit.not_begun"),
    (S.BOOKED, C.NO_SHOW, replace(BOOKED, has_queue_role=False), "case.not_for_role"),
    (S.ACCEPTED, C.NO_SHOW, replace(ASSIGNEE, has_begun=True), "case.not_possible"),
    (S.ACCEPTED, C.NO_SHOW, replace(COLLEAGUE, scheduled=True, has_begun=True), "case.not_assignee"),
    (S.ACCEPTED, C.NO_SHOW, replace(ASSIGNEE, scheduled=True), "visit.not_begun"),
    (S.ACCEPTED, C.REBOOK, BOOKED, "case.not_possible"),
    (S.WAITING, C.CANCEL_VISIT, BOOKED, "case.not_taken"),
    (S.NO_SHOW, C.ACCEPT, BOOKED, "case.finished"),
]
TABLE = {(row[0], row[1]) for row in ALLOWED}
PAIRS = [(state, command) for state in CaseState for command in CaseCommand]
any_facts = st.builds(
    Facts,
    **{
        field.name: st.booleans() if field.type is bool else st.floats(min_value=0, max_value=1e4)
        for field in fields(Facts)
    },
)
EVERYTHING = Facts(
    **{field.name: True if field.type is bool else 0.0 for field in fields(Facts)}  # pyright: ignore
)


@pytest.mark.parametrize(("state", "command", "facts", "expected"), ALLOWED)
def test_a_command_in_the_table_moves_the_case(
    state: CaseState, command: CaseCommand, facts: Facts, expected: Transition
) -> None:
    assert transition(state, command, facts) == expected


@pytest.mark.parametrize(("state", "command", "facts", "rule"), REFUSED)
def test_a_refusal_names_its_rule(state: CaseState, command: CaseCommand, facts: Facts, rule: str) -> None:
    assert transition(state, command, facts) == Refusal(rule=rule)


@pytest.mark.parametrize(("state", "command"), [pair for pair in PAIRS if pair not in TABLE])
def test_every_pair_outside_the_table_is_refused_whoever_asks(state: CaseState, command: CaseCommand) -> None:
    for facts in (Facts(), EVERYTHING, ASSIGNEE, COLLEAGUE, HANDING):
        assert isinstance(transition(state, command, facts), Refusal)


def test_the_table_holds_exactly_the_pairs_listed_here() -> None:
    assert set(TRANSITIONS) == TABLE


@pytest.mark.parametrize(("state", "command"), PAIRS)
def test_nobody_in_particular_may_do_nothing(state: CaseState, command: CaseCommand) -> None:
    assert isinstance(transition(state, command, Facts()), Refusal)


@given(st.sampled_from(CaseState), st.sampled_from(CaseCommand), any_facts)
def test_every_answer_is_a_known_state_or_a_known_reason(
    state: CaseState, command: CaseCommand, facts: Facts
) -> None:
    answer = transition(state, command, facts)
    if isinstance(answer, Refusal):
        assert answer.reason == REASONS[answer.rule]
        return
    assert state not in FINISHED
    assert answer.state in {S.WAITING, S.BOOKED} | HELD | FINISHED
    assert (command is C.RELEASE) == (answer.assignee is WHO.NOBODY)


@given(st.lists(st.tuples(st.sampled_from(CaseCommand), any_facts), max_size=40))
def test_no_walk_leaves_a_finished_case_or_closes_a_visit_unsigned(
    walk: list[tuple[CaseCommand, Facts]],
) -> None:
    state = S.WAITING
    for command, facts in walk:
        answer = transition(state, command, facts)
        if isinstance(answer, Transition):
            assert state not in FINISHED
            signed = (state, command) == (S.ENDED_UNSIGNED, C.SIGN_NOTE)
            assert answer.state is not S.CLOSED or signed or answer == REDIRECTED
            state = answer.state


@given(any_facts, st.sampled_from((S.ACCEPTED, S.IN_PROGRESS)))
def test_only_the_role_takes_over_and_never_from_oneself(facts: Facts, state: CaseState) -> None:
    if isinstance(transition(state, C.TAKE_OVER, facts), Transition):
        assert facts.has_queue_role
        assert not facts.is_assignee


@given(st.floats(0, 100), st.floats(0, 100))
def test_no_answer_waits_for_the_units_minutes(waited: float, limit: float) -> None:
    facts = replace(ASSIGNEE, minutes_silent=waited, no_answer_minutes=limit)
    answer = transition(S.IN_PROGRESS, C.END_NO_ANSWER, facts)
    assert isinstance(answer, Transition) == (waited >= limit)


@pytest.mark.parametrize(
    ("resident", "staff", "since"),
    [(None, None, 0), (None, 5, 5), (3, 5, 5), (3, 3, 3), (5, 3, None), (5, None, None)],
)
def test_the_resident_is_silent_from_our_last_word_and_never_while_they_wait(
    resident: int | None, staff: int | None, since: int | None
) -> None:
    start = datetime(2027, 6, 24, 10, tzinfo=UTC)
    at = [None if minutes is None else start + timedelta(minutes=minutes) for minutes in (resident, staff)]
    expected = None if since is None else start + timedelta(minutes=since)
    assert silent_since(start, *at) == expected


@pytest.mark.parametrize("state", CaseState)
def test_an_unsigned_visit_blocks_only_where_the_region_says_so(state: CaseState) -> None:
    live = state in {S.ACCEPTED, S.IN_PROGRESS}
    assert blocks_resident(state, unsigned_blocks=False) is live
    assert blocks_resident(state, unsigned_blocks=True) is (live or state is S.ENDED_UNSIGNED)
    assert blocks_resident(state, unsigned_blocks=True, has_assignee=False) is live


def test_a_queue_is_ordered_by_priority_and_then_by_the_time_of_queueing() -> None:
    noon = datetime(2027, 6, 24, 10, tzinfo=UTC)
    rows = [(None, 0), (12, 0), (3, 5), (3, 1), (1, 9), (5, 0)]
    keys = sorted(queue_key(priority, noon + timedelta(minutes=late)) for priority, late in rows)
    assert [(key[1], (key[2] - noon).seconds // 60) for key in keys] == [
        (1, 9),
        (3, 1),
        (3, 5),
        (5, 0),
        (12, 0),
        (0, 0),
    ]
