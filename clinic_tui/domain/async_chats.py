"""The life of an asynchronous chat: its states, the commands that move it and who may give them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clinic_tui.domain.cases import (
    CloseReason,
    Facts,
    NewAssignee,
    may_accept,
    may_hand_over,
    may_sign,
    may_take_over,
    only_assignee,
)
from clinic_tui.domain.refusals import Refusal


class AsyncState(StrEnum):
    """Where an asynchronous chat stands (domain.md 2.1.2)."""

    NEW = "new"
    """Nobody has taken it."""
    AWAITING_STAFF = "awaiting_staff"
    AWAITING_RESIDENT = "awaiting_resident"
    HANDLED = "handled"
    """Marked as done: off the to-do list, still open (slide 32)."""
    CLOSED = "closed"


ASYNC_OPEN = frozenset(
    {AsyncState.NEW, AsyncState.AWAITING_STAFF, AsyncState.AWAITING_RESIDENT, AsyncState.HANDLED}
)
"""States in which the resident and staff may still write."""
ASYNC_HELD = ASYNC_OPEN - {AsyncState.NEW}
"""States in which a staff member has the chat."""


class AsyncCommand(StrEnum):
    """What can be asked of an asynchronous chat; the values shared with drop-in cases mean the same."""

    ACCEPT = "accept"
    STAFF_MESSAGE = "staff_message"
    RESIDENT_MESSAGE = "resident_message"
    MARK_DONE = "mark_done"
    SIGN_NOTE = "sign_note"
    HAND_OVER = "hand_over"
    TAKE_OVER = "take_over"
    ASSIGN = "assign"
    CLOSE = "close"
    EXPIRE = "expire"
    PROLONG = "prolong"


@dataclass(frozen=True, kw_only=True)
class AsyncFacts(Facts):
    """What a transition needs to know beyond what a drop-in case does; everything defaults to no."""

    is_participant: bool = False
    """The actor is a colleague who was invited into it (slide 36)."""
    reply_allowed: bool = False
    time_is_out: bool = False
    """Its life time is over, whether or not the system has closed it yet."""
    draft_unsent: bool = False
    """The actor has written a message that was not sent."""


@dataclass(frozen=True, kw_only=True)
class AsyncTransition:
    """A yes: the state to write and what else changes. `expires_at` never does (slide 40)."""

    state: AsyncState
    assignee: NewAssignee = NewAssignee.UNCHANGED
    close_reason: CloseReason | None = None
    """The reason to store; None leaves the one that stands."""


_Guard = Callable[[AsyncFacts], str | None]


def expires_at(created: datetime, days: int) -> datetime:
    """When a chat ends by itself: so many times 24 hours later, whatever the clock on the wall does (4.3)."""
    return created + timedelta(hours=24 * days)


def _in_time(facts: AsyncFacts) -> str | None:
    return "async.time_is_out" if facts.time_is_out else None


def _and_in_time(guard: Callable[[Facts], str | None]) -> _Guard:
    """A rule of every case, and that the chat's life time is not over."""
    return lambda facts: guard(facts) or _in_time(facts)


def _staff_message(facts: AsyncFacts) -> str | None:
    return _in_time(facts) if facts.is_assignee or facts.is_participant else "case.not_assignee"


def _resident_message(facts: AsyncFacts) -> str | None:
    if not facts.is_resident:
        return "case.not_resident"
    return _in_time(facts) if facts.reply_allowed else "async.no_reply"


def _assign(facts: AsyncFacts) -> str | None:
    if not facts.has_queue_role:
        return "case.not_for_role"
    if facts.target_is_assignee:
        return "case.target_has_case"
    return _in_time(facts) if facts.target_has_role else "case.target_lacks_role"


def _close(facts: AsyncFacts) -> str | None:
    if not (facts.is_assignee or facts.has_queue_role):
        return "case.not_for_role"
    return "async.draft_unsent" if facts.draft_unsent and not facts.confirmed else None


def _expire(facts: AsyncFacts) -> str | None:
    if not facts.is_system:
        return "case.not_system"
    return None if facts.time_is_out else "async.not_yet"


def _rows() -> dict[tuple[AsyncState, AsyncCommand], tuple[_Guard, AsyncTransition]]:
    state, command, who = AsyncState, AsyncCommand, NewAssignee
    closed = (
        (command.CLOSE, _close, AsyncTransition(state=state.CLOSED, close_reason=CloseReason.ENDED)),
        (command.EXPIRE, _expire, AsyncTransition(state=state.CLOSED, close_reason=CloseReason.EXPIRED)),
    )
    taken = AsyncTransition(state=state.AWAITING_STAFF, assignee=who.ACTOR)
    rows: dict[tuple[AsyncState, AsyncCommand], tuple[_Guard, AsyncTransition]] = {
        (state.NEW, command.ACCEPT): (_and_in_time(may_accept), taken),
        (state.NEW, command.ASSIGN): (
            _assign,
            AsyncTransition(state=state.AWAITING_STAFF, assignee=who.TARGET),
        ),
        (state.NEW, command.RESIDENT_MESSAGE): (_resident_message, AsyncTransition(state=state.NEW)),
        (state.CLOSED, command.SIGN_NOTE): (may_sign, AsyncTransition(state=state.CLOSED)),
    }
    for same in ASYNC_OPEN:
        for name, guard, outcome in closed:
            rows[same, name] = (guard, outcome)
    for same in ASYNC_HELD:
        unchanged = AsyncTransition(state=same)
        rows |= {
            (same, command.STAFF_MESSAGE): (_staff_message, AsyncTransition(state=state.AWAITING_RESIDENT)),
            (same, command.RESIDENT_MESSAGE): (
                _resident_message,
                AsyncTransition(state=state.AWAITING_STAFF),
            ),
            (same, command.MARK_DONE): (_and_in_time(only_assignee), AsyncTransition(state=state.HANDLED)),
            (same, command.SIGN_NOTE): (may_sign, unchanged),
            (same, command.HAND_OVER): (
                _and_in_time(may_hand_over),
                AsyncTransition(state=same, assignee=who.TARGET),
            ),
            (same, command.ASSIGN): (_assign, AsyncTransition(state=same, assignee=who.TARGET)),
            (same, command.TAKE_OVER): (
                _and_in_time(may_take_over),
                AsyncTransition(state=same, assignee=who.ACTOR),
            ),
        }
    return rows


TRANSITIONS = _rows()
"""Guard and outcome by (state, command): the table of domain.md 2.1.2. What is not here is refused."""


def transition(state: AsyncState, command: AsyncCommand, facts: AsyncFacts) -> AsyncTransition | Refusal:
    """What `command` does to a chat in `state`, or why it is refused (domain.md 2.1.2)."""
    row = TRANSITIONS.get((state, command))
    if row is None:
        return Refusal(rule=_not_in_table(state, command, facts))
    guard, outcome = row
    rule = guard(facts)
    return outcome if rule is None else Refusal(rule=rule)


def _not_in_table(state: AsyncState, command: AsyncCommand, facts: AsyncFacts) -> str:
    """The most helpful rule id for a command that the state does not have."""
    if command is AsyncCommand.PROLONG:
        return "async.no_extension"
    if command is AsyncCommand.RESIDENT_MESSAGE and not facts.reply_allowed:
        return "async.no_reply"
    if state is AsyncState.CLOSED:
        return "case.finished"
    if command is AsyncCommand.ACCEPT:
        return "case.already_yours" if facts.is_assignee else "case.already_taken"
    return "case.not_taken"


def check_channel(*, has_channel: bool, without_channel: bool) -> Refusal | None:
    """No to a chat whose resident cannot be told of it, until the author has seen that (domain.md 2.1.2)."""
    return None if has_channel or without_channel else Refusal(rule="async.no_channel")


def check_successor(*, of_a_chat: bool, wants_chat: bool, has_open_one: bool) -> Refusal | None:
    """Whether a new chat may follow a case: one at a time, and only after the right kind of case.

    A chat goes on in a chat (domain.md 5.6); a visit goes over to one as it is signed (slide 57).
    """
    if of_a_chat and not wants_chat:
        return Refusal(rule="async.is_chat")
    if wants_chat and not of_a_chat:
        return Refusal(rule="async.not_chat")
    return Refusal(rule="async.has_successor") if has_open_one else None
