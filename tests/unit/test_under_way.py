"""What keys wait for, and which case takes none."""

from concurrent.futures import Future
from typing import Any

from clinic_tui.protocol.commands import AcceptCase, PostMessage, SignNote
from clinic_tui.under_way import ANSWER_SECONDS, UnderWay

SIGN = SignNote(command_id="1", case_id="a", version=1, body="x")
TAKE = AcceptCase(command_id="2", case_id="a", version=1)
SAY = PostMessage(command_id="3", case_id="a", body="x")


def test_a_key_read_before_something_was_asked_waits_for_the_answer_a_moment() -> None:
    under_way, asked = UnderWay(), Future[Any]()
    under_way.sent(asked, 10.0, TAKE)
    assert under_way.due(9.9, 10.1)
    assert not under_way.due(10.05, 10.1)
    assert not under_way.due(9.9, 10.0 + ANSWER_SECONDS)
    under_way.answered(asked, 10.2)
    assert not under_way.due(9.9, 10.2)


def test_nobody_waits_for_a_message_that_is_shown_at_once() -> None:
    under_way = UnderWay()
    under_way.sent(Future(), 10.0, SAY)
    assert not under_way.due(9.9, 10.1)


def test_a_case_that_is_signed_takes_nothing_until_it_is_known_what_came_of_it() -> None:
    under_way, asked = UnderWay(), Future[Any]()
    under_way.sent(asked, 10.0, SIGN)
    assert under_way.changes("a", 10.5)
    assert not under_way.changes("b", 10.5)
    asked.set_exception(RuntimeError())
    under_way.answered(asked, 11.0)
    assert under_way.changes("a", 10.9)
    assert under_way.changes("b", 10.9)
    assert not under_way.changes("a", 11.1)


def test_a_case_that_is_taken_goes_on_taking_keys() -> None:
    under_way = UnderWay()
    under_way.sent(Future(), 10.0, TAKE)
    assert not under_way.changes("a", 10.5)
