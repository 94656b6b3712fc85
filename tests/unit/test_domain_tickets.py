"""Drop-in tickets: validity to the second, and what can no longer be done with one."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic_tui.domain.refusals import Refusal
from clinic_tui.domain.tickets import (
    TICKET_PRIORITY,
    TicketState,
    cancel,
    check_issue,
    expire,
    is_open,
    redeem,
    valid_until,
)

ISSUED_AT = datetime(2027, 3, 25, 9, 0, tzinfo=UTC)
UNTIL = valid_until(ISSUED_AT, 7)
LAST = UNTIL - timedelta(seconds=1)
OVER = (TicketState.REDEEMED, TicketState.CANCELLED, TicketState.EXPIRED)


def test_a_ticket_is_used_until_the_last_second_of_its_seven_days() -> None:
    assert timedelta(days=7) - timedelta(seconds=1) == LAST - ISSUED_AT
    assert redeem(TicketState.ISSUED, UNTIL, LAST) is TicketState.REDEEMED
    assert redeem(TicketState.ISSUED, UNTIL, UNTIL) == Refusal(rule="ticket.expired")


def test_a_ticket_always_gives_priority_three() -> None:
    assert TICKET_PRIORITY == 3


@pytest.mark.parametrize("state", OVER)
def test_a_ticket_is_over_once(state: TicketState) -> None:
    rule = f"ticket.{state.value}"
    assert redeem(state, UNTIL, ISSUED_AT) == Refusal(rule=rule)
    assert cancel(state, UNTIL, ISSUED_AT) == Refusal(rule=rule)
    assert expire(state, UNTIL, UNTIL) is state
    assert not is_open(state, UNTIL, ISSUED_AT)


def test_a_ticket_is_called_back_while_it_is_valid() -> None:
    assert cancel(TicketState.ISSUED, UNTIL, LAST) is TicketState.CANCELLED
    assert cancel(TicketState.ISSUED, UNTIL, UNTIL) == Refusal(rule="ticket.expired")


def test_a_ticket_runs_out_at_its_end_and_not_before() -> None:
    assert expire(TicketState.ISSUED, UNTIL, LAST) is TicketState.ISSUED
    assert expire(TicketState.ISSUED, UNTIL, UNTIL) is TicketState.EXPIRED
    assert is_open(TicketState.ISSUED, UNTIL, LAST)
    assert not is_open(TicketState.ISSUED, UNTIL, UNTIL)


def test_a_ticket_leads_to_somebody_and_stands_alone() -> None:
    assert check_issue(role_is_held=True, has_open_one=False) is None
    assert check_issue(role_is_held=False, has_open_one=True) == Refusal(rule="ticket.nobody_there")
    assert check_issue(role_is_held=True, has_open_one=True) == Refusal(rule="ticket.already_issued")
