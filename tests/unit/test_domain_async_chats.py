"""The life of an asynchronous chat, every state against every command."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.async_chats import (
    ASYNC_HELD,
    ASYNC_OPEN,
    TRANSITIONS,
    AsyncCommand,
    AsyncFacts,
    AsyncState,
    AsyncTransition,
    check_channel,
    check_successor,
    expires_at,
    transition,
)
from clinic_tui.domain.cases import CloseReason, NewAssignee
from clinic_tui.domain.refusals import REASONS, Refusal

S, C, WHO = AsyncState, AsyncCommand, NewAssignee
STOCKHOLM = ZoneInfo("Europe/Stockholm")
ASSIGNEE = AsyncFacts(has_queue_role=True, has_assignee=True, is_assignee=True, reply_allowed=True)
COLLEAGUE = AsyncFacts(has_queue_role=True, has_assignee=True, reply_allowed=True)
GUEST = AsyncFacts(has_assignee=True, is_participant=True, reply_allowed=True)
RESIDENT = AsyncFacts(is_resident=True, reply_allowed=True)
SYSTEM = AsyncFacts(is_system=True, time_is_out=True)
GIVING = {"target_has_role": True, "reason_given": True}

_Row = tuple[AsyncState, AsyncCommand, AsyncFacts, AsyncTransition]
_OF_NEW_AND_CLOSED: list[_Row] = [
    (
        S.NEW,
        C.ACCEPT,
        AsyncFacts(has_queue_role=True),
        AsyncTransition(state=S.AWAITING_STAFF, assignee=WHO.ACTOR),
    ),
    (
        S.NEW,
        C.ASSIGN,
        AsyncFacts(has_queue_role=True, target_has_role=True),
        AsyncTransition(state=S.AWAITING_STAFF, assignee=WHO.TARGET),
    ),
    (S.NEW, C.RESIDENT_MESSAGE, RESIDENT, AsyncTransition(state=S.NEW)),
    (S.NEW, C.CLOSE, COLLEAGUE, AsyncTransition(state=S.CLOSED, close_reason=CloseReason.ENDED)),
    (S.NEW, C.EXPIRE, SYSTEM, AsyncTransition(state=S.CLOSED, close_reason=CloseReason.EXPIRED)),
    (S.CLOSED, C.SIGN_NOTE, replace(ASSIGNEE, note_signable=True), AsyncTransition(state=S.CLOSED)),
]


def _of_held(held: AsyncState) -> list[_Row]:
    return [
        (held, C.STAFF_MESSAGE, ASSIGNEE, AsyncTransition(state=S.AWAITING_RESIDENT)),
        (held, C.STAFF_MESSAGE, GUEST, AsyncTransition(state=S.AWAITING_RESIDENT)),
        (held, C.RESIDENT_MESSAGE, RESIDENT, AsyncTransition(state=S.AWAITING_STAFF)),
        (held, C.MARK_DONE, ASSIGNEE, AsyncTransition(state=S.HANDLED)),
        (held, C.SIGN_NOTE, replace(ASSIGNEE, note_signable=True), AsyncTransition(state=held)),
        (held, C.HAND_OVER, replace(ASSIGNEE, **GIVING), AsyncTransition(state=held, assignee=WHO.TARGET)),
        (held, C.ASSIGN, replace(COLLEAGUE, **GIVING), AsyncTransition(state=held, assignee=WHO.TARGET)),
        (
            held,
            C.TAKE_OVER,
            replace(COLLEAGUE, confirmed=True),
            AsyncTransition(state=held, assignee=WHO.ACTOR),
        ),
        (held, C.CLOSE, ASSIGNEE, AsyncTransition(state=S.CLOSED, close_reason=CloseReason.ENDED)),
        (held, C.CLOSE, COLLEAGUE, AsyncTransition(state=S.CLOSED, close_reason=CloseReason.ENDED)),
        (held, C.EXPIRE, SYSTEM, AsyncTransition(state=S.CLOSED, close_reason=CloseReason.EXPIRED)),
    ]


ALLOWED = _OF_NEW_AND_CLOSED + [row for held in sorted(ASYNC_HELD) for row in _of_held(held)]

REFUSED: list[tuple[AsyncState, AsyncCommand, AsyncFacts, str]] = [
    (S.NEW, C.ACCEPT, AsyncFacts(), "case.not_for_role"),
    (S.NEW, C.ACCEPT, COLLEAGUE, "case.already_taken"),
    (S.NEW, C.STAFF_MESSAGE, COLLEAGUE, "case.not_taken"),
    (S.AWAITING_STAFF, C.ACCEPT, COLLEAGUE, "case.already_taken"),
    (S.AWAITING_STAFF, C.ACCEPT, ASSIGNEE, "case.already_yours"),
    (S.AWAITING_STAFF, C.STAFF_MESSAGE, COLLEAGUE, "case.not_assignee"),
    (S.AWAITING_STAFF, C.MARK_DONE, COLLEAGUE, "case.not_assignee"),
    (S.AWAITING_STAFF, C.TAKE_OVER, COLLEAGUE, "case.take_over_unconfirmed"),
    (S.AWAITING_STAFF, C.TAKE_OVER, ASSIGNEE, "case.already_yours"),
    (S.AWAITING_STAFF, C.TAKE_OVER, AsyncFacts(confirmed=True), "case.not_for_role"),
    (S.AWAITING_STAFF, C.HAND_OVER, COLLEAGUE, "case.not_assignee"),
    (S.AWAITING_STAFF, C.HAND_OVER, replace(ASSIGNEE, reason_given=True), "case.target_lacks_role"),
    (S.AWAITING_STAFF, C.HAND_OVER, replace(ASSIGNEE, target_has_role=True), "case.reason_missing"),
    (S.AWAITING_STAFF, C.HAND_OVER, replace(ASSIGNEE, target_is_assignee=True), "case.target_has_case"),
    (S.AWAITING_STAFF, C.ASSIGN, AsyncFacts(target_has_role=True), "case.not_for_role"),
    (S.AWAITING_STAFF, C.ASSIGN, COLLEAGUE, "case.target_lacks_role"),
    (S.AWAITING_STAFF, C.ASSIGN, replace(COLLEAGUE, target_is_assignee=True), "case.target_has_case"),
    (S.AWAITING_STAFF, C.CLOSE, replace(ASSIGNEE, draft_unsent=True), "async.draft_unsent"),
    (S.AWAITING_STAFF, C.CLOSE, AsyncFacts(has_assignee=True), "case.not_for_role"),
    (S.AWAITING_STAFF, C.EXPIRE, AsyncFacts(is_system=True), "async.not_yet"),
    (S.AWAITING_STAFF, C.EXPIRE, replace(ASSIGNEE, time_is_out=True), "case.not_system"),
    (S.AWAITING_STAFF, C.SIGN_NOTE, ASSIGNEE, "case.note_not_signable"),
    (S.AWAITING_STAFF, C.SIGN_NOTE, replace(COLLEAGUE, note_signable=True), "case.not_assignee"),
    (S.AWAITING_STAFF, C.RESIDENT_MESSAGE, AsyncFacts(is_resident=True), "async.no_reply"),
    (S.AWAITING_STAFF, C.RESIDENT_MESSAGE, AsyncFacts(reply_allowed=True), "case.not_resident"),
    (S.CLOSED, C.RESIDENT_MESSAGE, AsyncFacts(is_resident=True), "async.no_reply"),
    (S.CLOSED, C.RESIDENT_MESSAGE, RESIDENT, "case.finished"),
    (S.CLOSED, C.STAFF_MESSAGE, ASSIGNEE, "case.finished"),
    (S.CLOSED, C.CLOSE, ASSIGNEE, "case.finished"),
]


@pytest.mark.parametrize(("state", "command", "facts", "outcome"), ALLOWED)
def test_what_the_table_allows(
    state: AsyncState, command: AsyncCommand, facts: AsyncFacts, outcome: AsyncTransition
) -> None:
    assert transition(state, command, facts) == outcome


@pytest.mark.parametrize(("state", "command", "facts", "rule"), REFUSED)
def test_what_is_refused_says_why(
    state: AsyncState, command: AsyncCommand, facts: AsyncFacts, rule: str
) -> None:
    assert transition(state, command, facts) == Refusal(rule=rule)


def test_every_row_of_the_table_is_shown_above() -> None:
    assert {(state, command) for state, command, _facts, _outcome in ALLOWED} == set(TRANSITIONS)


@pytest.mark.parametrize("state", AsyncState)
def test_nobody_prolongs_a_chat(state: AsyncState) -> None:
    everything = AsyncFacts(**{field.name: True for field in fields(AsyncFacts)})  # type: ignore[arg-type]
    assert transition(state, C.PROLONG, everything) == Refusal(rule="async.no_extension")


@pytest.mark.parametrize(
    ("state", "command", "facts"),
    [
        (state, command, replace(facts, time_is_out=True))
        for state, command, facts, _outcome in ALLOWED
        if command not in {C.CLOSE, C.EXPIRE, C.SIGN_NOTE}
    ],
)
def test_nothing_but_an_end_and_a_note_is_possible_once_the_time_is_out(
    state: AsyncState, command: AsyncCommand, facts: AsyncFacts
) -> None:
    assert transition(state, command, facts) == Refusal(rule="async.time_is_out")


def test_a_draft_goes_with_the_end_where_the_author_says_so() -> None:
    facts = replace(ASSIGNEE, draft_unsent=True, confirmed=True)
    outcome = transition(S.HANDLED, C.CLOSE, facts)
    assert isinstance(outcome, AsyncTransition)
    assert outcome.close_reason is CloseReason.ENDED


@given(
    st.sampled_from(AsyncState),
    st.sampled_from(AsyncCommand),
    st.builds(AsyncFacts, **{f.name: st.booleans() for f in fields(AsyncFacts) if f.type in {bool, "bool"}}),
)
def test_every_answer_is_a_known_rule_or_a_known_state(
    state: AsyncState, command: AsyncCommand, facts: AsyncFacts
) -> None:
    outcome = transition(state, command, facts)
    if isinstance(outcome, Refusal):
        assert outcome.rule in REASONS
    else:
        assert (outcome.state is S.CLOSED) == (state is S.CLOSED or outcome.close_reason is not None)


def test_the_open_and_the_held_states_are_what_they_say() -> None:
    assert set(AsyncState) - {S.CLOSED} == ASYNC_OPEN
    assert ASYNC_OPEN - {S.NEW} == ASYNC_HELD


def test_ten_days_over_the_change_to_summer_time_end_an_hour_later_on_the_wall() -> None:
    created = datetime(2027, 3, 25, 10, 0, tzinfo=STOCKHOLM)
    ended = expires_at(created.astimezone(UTC), 10)
    assert f"{ended.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" == "2027-04-04 11:00"
    assert ended - created.astimezone(UTC) == timedelta(hours=240)


def test_staff_are_told_before_a_chat_that_no_sms_can_tell_of() -> None:
    rules = [check_channel(has_channel=a, without_channel=b) for a, b in product((True, False), repeat=2)]
    assert rules == [None, None, None, Refusal(rule="async.no_channel")]


def test_one_chat_at_a_time_follows_a_case() -> None:
    assert check_successor(of_a_chat=True, wants_chat=True, has_open_one=False) is None
    assert check_successor(of_a_chat=False, wants_chat=False, has_open_one=False) is None
    assert check_successor(of_a_chat=True, wants_chat=False, has_open_one=False) == Refusal(
        rule="async.is_chat"
    )
    assert check_successor(of_a_chat=False, wants_chat=True, has_open_one=False) == Refusal(
        rule="async.not_chat"
    )
    assert check_successor(of_a_chat=True, wants_chat=True, has_open_one=True) == Refusal(
        rule="async.has_successor"
    )
