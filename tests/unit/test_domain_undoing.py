"""What can be undone: only by whoever did it, only untouched, only for a while."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clinic_tui.domain.refusals import Refusal
from clinic_tui.domain.tickets import TicketState, reinstate
from clinic_tui.domain.undoing import UNDO_KEPT, UNDO_SHOWN, UndoFacts, check_undo

DONE_AT = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


def facts(**changes: Any) -> UndoFacts:
    given: dict[str, Any] = {"is_undone": False, "same_assignment": True, "is_untouched": True, **changes}
    return UndoFacts(done_at=DONE_AT, **given)


def test_the_backend_waits_longer_than_the_workstation_offers() -> None:
    assert UNDO_SHOWN + timedelta(seconds=10) <= UNDO_KEPT


def test_it_can_be_undone_until_the_last_moment() -> None:
    assert check_undo(facts(), DONE_AT + UNDO_KEPT) is None
    late = DONE_AT + UNDO_KEPT + timedelta(microseconds=1)
    assert check_undo(facts(), late) == Refusal(rule="undo.too_late")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"is_undone": True}, "undo.already"),
        ({"same_assignment": False}, "undo.other_assignment"),
        ({"is_untouched": False}, "undo.changed"),
        ({"is_undone": True, "is_untouched": False}, "undo.already"),
    ],
)
def test_it_is_not_undone_twice_nor_over_what_came_since(changes: dict[str, bool], rule: str) -> None:
    assert check_undo(facts(**changes), DONE_AT) == Refusal(rule=rule)


def test_a_ticket_holds_again_while_its_time_is_not_out_and_no_other_stands() -> None:
    until = DONE_AT + timedelta(days=7)
    assert reinstate(TicketState.CANCELLED, until, DONE_AT, has_open_one=False) is None
    late = reinstate(TicketState.CANCELLED, until, until, has_open_one=False)
    assert late == Refusal(rule="ticket.expired")
    two = reinstate(TicketState.CANCELLED, until, DONE_AT, has_open_one=True)
    assert two == Refusal(rule="ticket.already_issued")
    used = reinstate(TicketState.REDEEMED, until, DONE_AT, has_open_one=False)
    assert used == Refusal(rule="undo.changed")
