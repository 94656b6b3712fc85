"""The life of a drop-in case and of a scheduled visit: states, the commands that move it, who gives them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from clinic_tui.domain.refusals import Refusal


class CaseKind(StrEnum):
    """The form a contact takes."""

    DROP_IN = "drop_in"
    ASYNC = "async"
    SCHEDULED = "scheduled"


class Origin(StrEnum):
    """How a case came to be (domain.md 2.1)."""

    RESIDENT_TRIAGE = "resident_triage"
    RESIDENT_ADMIN = "resident_admin"
    TICKET = "ticket"
    STAFF = "staff"
    CONVERTED = "converted"
    BOOKING = "booking"


class PrioritySource(StrEnum):
    """Who set the priority. It is received or changed by a person, never computed (domain.md 7.7)."""

    TRIAGE = "triage"
    TICKET = "ticket"
    MANUAL = "manual"


class CaseState(StrEnum):
    """Where a drop-in case stands (domain.md 2.1.1)."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ENDED_UNSIGNED = "ended_unsigned"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REROUTED = "rerouted"
    SELF_CARE = "self_care"
    """The resident was content with the advice; such a case is born finished."""
    BOOKED = "booked"
    """A scheduled visit before its time (domain.md 2.6)."""
    NO_SHOW = "no_show"
    """The resident did not come to a scheduled visit."""


FINISHED = frozenset(
    {
        CaseState.CLOSED,
        CaseState.CANCELLED,
        CaseState.REROUTED,
        CaseState.SELF_CARE,
        CaseState.NO_SHOW,
    }
)
"""States that nothing leaves."""

HELD = frozenset({CaseState.ACCEPTED, CaseState.IN_PROGRESS, CaseState.ENDED_UNSIGNED})
"""States in which a staff member has the case; each must be ended before the day is (slide 55)."""


class CloseReason(StrEnum):
    """Why a case came to its end."""

    TREATED = "treated"
    RESIDENT_ABSENT = "resident_absent"
    RESIDENT_LEFT = "resident_left"
    REDIRECTED = "redirected"
    REROUTED = "rerouted"
    CONVERTED = "converted"
    SELF_CARE = "self_care"
    EXPIRED = "expired"
    ONE_WAY = "one_way"
    """A one-way message closes at once (slide 42)."""
    ENDED = "ended"
    """A chat that staff ended before its time (slide 24)."""
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class CaseCommand(StrEnum):
    """What can be asked of a drop-in case or a scheduled visit."""

    ACCEPT = "accept"
    RELEASE = "release"
    START_VISIT = "start_visit"
    END_VISIT = "end_visit"
    END_NO_ANSWER = "end_no_answer"
    SIGN_NOTE = "sign_note"
    HAND_OVER = "hand_over"
    TAKE_OVER = "take_over"
    CANCEL = "cancel"
    REROUTE = "reroute"
    REDIRECT = "redirect"
    """The resident got a ticket to another queue instead (slide 60)."""
    REBOOK = "rebook"
    """Of a scheduled visit, as the two that follow (domain.md 2.6)."""
    CANCEL_VISIT = "cancel_visit"
    NO_SHOW = "no_show"


class NewAssignee(StrEnum):
    """Who has the case after a transition."""

    UNCHANGED = "unchanged"
    ACTOR = "actor"
    TARGET = "target"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a transition needs to know of the case and the one who asks; everything defaults to no."""

    has_queue_role: bool = False
    """The actor's role accepts cases from the queue the case stands in."""
    has_assignee: bool = False
    is_assignee: bool = False
    is_resident: bool = False
    """The actor is the case's resident, or the proxy who acts in it."""
    is_system: bool = False
    may_release_for_others: bool = False
    may_sign_for_colleague: bool = False
    """The actor may see to a colleague's ended visit there: a manager, or whoever the unit names."""
    staff_message_sent: bool = False
    resident_waits: bool = False
    """The resident wrote last: it is they who wait for an answer."""
    minutes_silent: float = 0.0
    """Since staff last wrote or, if nothing is written, since the visit was started."""
    no_answer_minutes: float = 0.0
    """The unit's setting: how long to wait for an answer."""
    confirmed: bool = False
    """The actor has seen the warning and goes on."""
    assignee_inactive: bool = False
    reason_given: bool = False
    target_has_role: bool = False
    target_is_assignee: bool = False
    note_signable: bool = False
    """The note's own check said ok (see `clinic_tui.domain.note`)."""
    other_unit_takes_it: bool = False
    scheduled: bool = False
    """The case is a scheduled visit: given back, it is booked again and waits for nobody."""
    may_book: bool = False
    """The actor's role books visits."""
    has_begun: bool = False
    """The booked time has come."""
    has_ticket: bool = False
    """The resident holds an open ticket that was issued from the case."""


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A yes: the state to write and what else changes. `queued_at` never does (domain.md 2.1.1)."""

    state: CaseState
    assignee: NewAssignee = NewAssignee.UNCHANGED
    close_reason: CloseReason | None = None
    """The reason to store; None leaves the one that stands."""


_Guard = Callable[[Facts], str | None]


def may_accept(facts: Facts) -> str | None:
    """A case waits for anybody of its queue's role."""
    if not facts.has_queue_role:
        return "case.not_for_role"
    return "case.already_taken" if facts.has_assignee else None


def _release(facts: Facts) -> str | None:
    if not (facts.is_assignee or facts.may_release_for_others):
        return "case.not_assignee"
    return "case.message_already_sent" if facts.staff_message_sent else None


def only_assignee(facts: Facts) -> str | None:
    """What only the one who has the case may do."""
    return None if facts.is_assignee else "case.not_assignee"


def _no_answer(facts: Facts) -> str | None:
    if not facts.is_assignee:
        return "case.not_assignee"
    if facts.resident_waits:
        return "case.resident_waits"
    return None if facts.minutes_silent >= facts.no_answer_minutes else "case.no_answer_too_early"


def resident_wrote_last(resident_wrote_at: datetime | None, staff_wrote_at: datetime | None) -> bool:
    """Whether the resident's last line is unanswered: it is they who wait for staff."""
    return resident_wrote_at is not None and (staff_wrote_at is None or staff_wrote_at < resident_wrote_at)


def silent_since(
    started_at: datetime | None, resident_wrote_at: datetime | None, staff_wrote_at: datetime | None
) -> datetime | None:
    """Since when staff wait for a resident to answer; None while the resident waits for them (slide 55)."""
    if resident_wrote_last(resident_wrote_at, staff_wrote_at):
        return None
    return max((at for at in (started_at, staff_wrote_at) if at is not None), default=None)


def may_sign(facts: Facts) -> str | None:
    """The one who has the case signs, or a colleague with that permission."""
    if not (facts.is_assignee or facts.may_sign_for_colleague):
        return "case.not_assignee"
    return None if facts.note_signable else "case.note_not_signable"


def _release_ended(facts: Facts) -> str | None:
    """An ended visit is let go of by whoever may sign for colleagues, not by the one who has it alone."""
    return None if facts.may_sign_for_colleague else "case.not_assignee"


def _take_over_ended(facts: Facts) -> str | None:
    """From a colleague only by whoever may sign for them; one that nobody has, by anybody with the role."""
    if facts.is_assignee:
        return "case.already_yours"
    if not facts.has_assignee:
        return None if facts.has_queue_role or facts.may_sign_for_colleague else "case.not_for_role"
    if not facts.may_sign_for_colleague:
        return "case.not_assignee"
    return None if facts.assignee_inactive or facts.confirmed else "case.take_over_unconfirmed"


def may_hand_over(facts: Facts) -> str | None:
    """One hands one's own case to a colleague with the role, and says why."""
    if not facts.is_assignee:
        return "case.not_assignee"
    if facts.target_is_assignee:
        return "case.target_has_case"
    if not facts.target_has_role:
        return "case.target_lacks_role"
    return None if facts.reason_given else "case.reason_missing"


def may_take_over(facts: Facts) -> str | None:
    """A colleague with the role takes over, once they have seen whose it is."""
    if facts.is_assignee:
        return "case.already_yours"
    if not facts.has_queue_role:
        return "case.not_for_role"
    return None if facts.assignee_inactive or facts.confirmed else "case.take_over_unconfirmed"


def _cancel(facts: Facts) -> str | None:
    return None if facts.is_resident else "case.not_resident"


def _book(facts: Facts) -> str | None:
    return None if facts.may_book else "case.not_for_role"


def _no_show(facts: Facts) -> str | None:
    if not facts.has_queue_role:
        return "case.not_for_role"
    return None if facts.has_begun else "visit.not_begun"


def _no_show_when_taken(facts: Facts) -> str | None:
    if not facts.scheduled:
        return "case.not_possible"
    if not facts.is_assignee:
        return "case.not_assignee"
    return None if facts.has_begun else "visit.not_begun"


def _redirect(facts: Facts) -> str | None:
    if facts.scheduled:
        return "case.not_possible"
    if facts.has_assignee and not facts.is_assignee:
        return "case.not_assignee"
    if not facts.has_queue_role:
        return "case.not_for_role"
    if facts.staff_message_sent:
        return "case.message_already_sent"
    return None if facts.has_ticket else "case.no_ticket"


def _reroute(facts: Facts) -> str | None:
    if not facts.is_system:
        return "case.not_system"
    return None if facts.other_unit_takes_it else "case.no_other_unit"


def _rows() -> dict[tuple[CaseState, CaseCommand], tuple[_Guard, Transition]]:
    state, command, who = CaseState, CaseCommand, NewAssignee
    rows: dict[tuple[CaseState, CaseCommand], tuple[_Guard, Transition]] = {
        (state.WAITING, command.ACCEPT): (may_accept, Transition(state=state.ACCEPTED, assignee=who.ACTOR)),
        (state.ACCEPTED, command.RELEASE): (_release, Transition(state=state.WAITING, assignee=who.NOBODY)),
        (state.ACCEPTED, command.START_VISIT): (only_assignee, Transition(state=state.IN_PROGRESS)),
        (state.IN_PROGRESS, command.END_VISIT): (
            only_assignee,
            Transition(state=state.ENDED_UNSIGNED, close_reason=CloseReason.TREATED),
        ),
        (state.IN_PROGRESS, command.END_NO_ANSWER): (
            _no_answer,
            Transition(state=state.ENDED_UNSIGNED, close_reason=CloseReason.RESIDENT_ABSENT),
        ),
        (state.WAITING, command.CANCEL): (
            _cancel,
            Transition(state=state.CANCELLED, close_reason=CloseReason.RESIDENT_LEFT),
        ),
        (state.WAITING, command.REROUTE): (
            _reroute,
            Transition(state=state.REROUTED, close_reason=CloseReason.REROUTED),
        ),
    }
    gone = Transition(state=state.NO_SHOW, close_reason=CloseReason.NO_SHOW)
    rows |= {
        (state.BOOKED, command.ACCEPT): (may_accept, Transition(state=state.ACCEPTED, assignee=who.ACTOR)),
        (state.BOOKED, command.REBOOK): (_book, Transition(state=state.BOOKED)),
        (state.BOOKED, command.CANCEL_VISIT): (
            _book,
            Transition(state=state.CANCELLED, close_reason=CloseReason.CANCELLED),
        ),
        (state.BOOKED, command.NO_SHOW): (_no_show, gone),
        (state.ACCEPTED, command.NO_SHOW): (_no_show_when_taken, gone),
    }
    for unstarted in (state.WAITING, state.ACCEPTED):
        rows[unstarted, command.REDIRECT] = (
            _redirect,
            Transition(state=state.CLOSED, close_reason=CloseReason.REDIRECTED),
        )
    for same in (state.ACCEPTED, state.IN_PROGRESS):
        rows[same, command.HAND_OVER] = (may_hand_over, Transition(state=same, assignee=who.TARGET))
        rows[same, command.TAKE_OVER] = (may_take_over, Transition(state=same, assignee=who.ACTOR))
    return rows | _ended_rows()


def _ended_rows() -> dict[tuple[CaseState, CaseCommand], tuple[_Guard, Transition]]:
    """What is left to do with an ended visit: its note, by the one who has it or for them."""
    ended, command = CaseState.ENDED_UNSIGNED, CaseCommand
    return {
        (ended, command.SIGN_NOTE): (may_sign, Transition(state=CaseState.CLOSED)),
        (ended, command.RELEASE): (_release_ended, Transition(state=ended, assignee=NewAssignee.NOBODY)),
        (ended, command.TAKE_OVER): (_take_over_ended, Transition(state=ended, assignee=NewAssignee.ACTOR)),
    }


TRANSITIONS = _rows()
"""Guard and outcome by (state, command): domain.md 2.1.1 and 2.6. What is not here is refused."""


def transition(state: CaseState, command: CaseCommand, facts: Facts) -> Transition | Refusal:
    """What `command` does to a case in `state`, or why it is refused (domain.md 2.1.1, 2.6)."""
    row = TRANSITIONS.get((state, command))
    if row is None:
        return Refusal(rule=_not_in_table(state, command, facts))
    guard, outcome = row
    rule = guard(facts)
    if rule is not None:
        return Refusal(rule=rule)
    if facts.scheduled and outcome.state is CaseState.WAITING:
        return replace(outcome, state=CaseState.BOOKED)
    return outcome


def _not_in_table(state: CaseState, command: CaseCommand, facts: Facts) -> str:
    """The most helpful rule id for a command that the state does not have."""
    if state in FINISHED:
        return "case.finished"
    if command is CaseCommand.ACCEPT:
        return "case.already_yours" if facts.is_assignee else "case.already_taken"
    if state in {CaseState.WAITING, CaseState.BOOKED}:
        return "case.not_taken"
    if state is CaseState.ACCEPTED and command in {CaseCommand.END_VISIT, CaseCommand.END_NO_ANSWER}:
        return "case.not_started"
    if command is CaseCommand.SIGN_NOTE:
        return "case.not_ended"
    return "case.not_possible"


def queue_key(
    priority: int | None, queued_at: datetime, case_id: str = ""
) -> tuple[bool, int, datetime, str]:
    """The sort key of a queue: priority, then the time of queueing; a case without priority comes last.

    Nothing else may order a queue (domain.md 7.7). The id only makes equal moments stable.
    """
    return (priority is None, priority or 0, queued_at, case_id)
