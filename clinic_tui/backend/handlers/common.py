"""What several handlers share: one step of the life cycle, the access log row, telling the resident."""

from typing import Any

from sqlalchemy import bindparam, func, select

from clinic_tui.backend.audit import Action, AuditEntry
from clinic_tui.backend.cases import CaseRecord, assigned_to, check_version, move_case, tell_case
from clinic_tui.backend.guardians import receiver_of
from clinic_tui.backend.proxies import proxy_of
from clinic_tui.backend.refused import by_rule
from clinic_tui.backend.store.tables import cases, units
from clinic_tui.backend.streams import resident_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain import async_chats
from clinic_tui.domain.async_chats import AsyncCommand, AsyncFacts, AsyncState, AsyncTransition
from clinic_tui.domain.cases import (
    FINISHED,
    CaseCommand,
    CaseKind,
    CaseState,
    Facts,
    NewAssignee,
    Transition,
    transition,
)
from clinic_tui.domain.refusals import Refusal
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _
from clinic_tui.protocol.events import ResidentCaseChanged
from clinic_tui.protocol.resident import ResidentCase
from clinic_tui.protocol.resources import Message, StaffRef

_UNIT_NAME = select(units.c.name).where(units.c.id == bindparam("wanted"))
_AHEAD = (
    select(func.count())
    .select_from(cases)
    .where(
        cases.c.unit_id == bindparam("unit"),
        cases.c.queue_role == bindparam("role"),
        cases.c.state == CaseState.WAITING.value,
        (func.coalesce(cases.c.priority, 100) < bindparam("priority"))
        | (
            (func.coalesce(cases.c.priority, 100) == bindparam("priority"))
            & (cases.c.queued_at < bindparam("since"))
        ),
    )
)

_TALKED_OUT = FINISHED | {CaseState.ENDED_UNSIGNED, AsyncState.CLOSED}
"""States in which no call goes on any more."""


def is_chat(case: CaseRecord) -> bool:
    """Whether the case is an asynchronous chat."""
    return case.kind == CaseKind.ASYNC.value


def facts_of(tx: Tx, case: CaseRecord, **more: Any) -> AsyncFacts:
    """What the life cycle needs to know of this staff member and this case."""
    needed = Permission.ANSWER_ASYNC if is_chat(case) else Permission.ACCEPT_DROP_IN
    seen = case.queue_role in tx.roles_seen and case.unit_id in tx.assignment.units
    return AsyncFacts(
        has_queue_role=bool(tx.allows(needed)) and seen,
        is_participant=any(person.id == tx.staff.id for person in case.invited),
        reply_allowed=case.reply_allowed,
        time_is_out=is_out_of_time(tx, case),
        scheduled=case.kind == CaseKind.SCHEDULED.value,
        has_assignee=case.assignee_id is not None,
        is_assignee=case.assignee_id == tx.staff.id,
        may_release_for_others=bool(tx.allows(Permission.RELEASE_FOR_OTHERS)),
        may_sign_for_colleague=bool(tx.allows(Permission.SIGN_FOR_COLLEAGUE)) and seen,
        staff_message_sent=case.staff_messages > 0,
        **more,
    )


def is_out_of_time(tx: Tx, case: CaseRecord) -> bool:
    """Whether a chat's life time is over, also before the system has closed it."""
    return case.expires_at is not None and case.expires_at <= tx.now


def outcome_of(
    case: CaseRecord, command: CaseCommand | AsyncCommand, facts: Facts
) -> Transition | AsyncTransition | Refusal:
    """What the rules of the case's kind say to a command."""
    if is_chat(case):
        if not isinstance(facts, AsyncFacts) or command.value not in set(AsyncCommand):
            return Refusal(rule="case.not_possible")
        return async_chats.transition(AsyncState(case.state), AsyncCommand(command.value), facts)
    if command.value not in set(CaseCommand):
        return Refusal(rule="case.not_possible")
    return transition(CaseState(case.state), CaseCommand(command.value), facts)


def ask(
    case: CaseRecord,
    command: CaseCommand | AsyncCommand,
    facts: Facts,
    *,
    version: int | None = None,
) -> Transition | AsyncTransition:
    """Ask the rules for a step and check the version the user saw; refused where either says no.

    A colleague who was first is named even to one who saw an older version.
    """
    outcome = outcome_of(case, command, facts)
    if isinstance(outcome, Refusal) and outcome.rule in {"case.already_taken", "case.not_assignee"}:
        raise by_rule(outcome, case.assignee, case.accepted_at)
    if version is not None and not isinstance(outcome, Refusal):
        check_version(case, version)
    if isinstance(outcome, Refusal):
        if version is not None and outcome.rule != "case.not_for_role":
            check_version(case, version)
        raise by_rule(outcome, case.assignee, case.changed_at)
    return outcome


def step(
    tx: Tx,
    case: CaseRecord,
    command: CaseCommand | AsyncCommand,
    facts: Facts,
    *,
    version: int | None = None,
    message: Message | None = None,
    **changes: Any,
) -> CaseRecord:
    """Ask the rules for a step (see `ask`) and store it, with a message that goes with it.

    Where the rules give the case to a target, the caller says to whom in `changes`.
    """
    outcome = ask(case, command, facts, version=version)
    changes["state"] = outcome.state.value
    if outcome.assignee is NewAssignee.ACTOR:
        changes |= assigned_to(tx.staff.ref)
    elif outcome.assignee is NewAssignee.NOBODY:
        changes |= assigned_to(None)
    if outcome.close_reason is not None:
        changes["close_reason"] = outcome.close_reason.value
    if case.meeting_since is not None and outcome.state in _TALKED_OUT:
        changes["meeting_since"] = None
    return move_case(tx, case, _mover(tx), message, **changes)


def _mover(tx: Tx) -> StaffRef | None:
    return tx.session.staff.ref if tx.session and tx.session.staff else None


def log(tx: Tx, case: CaseRecord, action: Action, code: str, reason: str = "") -> None:
    """A row in the access log about a case."""
    tx.audit(
        AuditEntry(
            action=action,
            code=code,
            object_type="case",
            object_id=case.id,
            unit_id=case.unit_id,
            resident_id=case.resident_id,
            reason=reason,
        )
    )


def unit_name(tx: Tx, unit_id: str) -> str:
    """A unit's name; empty where there is no such unit."""
    return tx.conn.execute(_UNIT_NAME, {"wanted": unit_id}).scalar_one_or_none() or ""


def queue_position(tx: Tx, case: CaseRecord) -> int | None:
    """The place of a waiting case in its queue, from 1."""
    if case.state != CaseState.WAITING.value:
        return None
    ahead = tx.conn.execute(
        _AHEAD,
        {
            "unit": case.unit_id,
            "role": case.queue_role,
            "priority": 100 if case.priority is None else case.priority,
            "since": case.queued_at,
        },
    ).scalar_one()
    return ahead + 1


def resident_case(tx: Tx, case: CaseRecord, messages: tuple[Message, ...] = ()) -> ResidentCase:
    """A case as its resident sees it."""
    return ResidentCase(
        id=case.id,
        kind=case.kind,
        state=case.state,
        unit_name=unit_name(tx, case.unit_id),
        reason=_("Drop-in with a ticket") if case.from_ticket else case.reason,
        staff=case.assignee,
        messages=messages,
        queue_position=queue_position(tx, case),
        reply_allowed=case.reply_allowed,
        expires_at=case.expires_at,
        starts_at=case.starts_at,
        revision=case.revision,
    )


def readers_of(tx: Tx, case: CaseRecord) -> tuple[str, ...]:
    """The residents who read a case: the one it is about, and the guardian who writes for them."""
    proxy = proxy_of(case, tx.now, tx.region)
    return (case.resident_id,) if proxy is None else (case.resident_id, proxy)


def is_on_screen(tx: Tx, case: CaseRecord) -> bool:
    """Whether the one who reads and writes in a case today has its chat on screen: then no SMS is needed."""
    return tx.in_chat(case.id, receiver_of(tx, case))


def resident_streams(tx: Tx, case: CaseRecord) -> tuple[str, ...]:
    """Where what residents may see of a case goes."""
    return tuple(resident_stream(one) for one in readers_of(tx, case))


def tell_all(tx: Tx, case: CaseRecord, cause: str) -> None:
    """Tell the unit and the resident what the case is now."""
    tell_case(tx, case, cause)
    event = ResidentCaseChanged(case=resident_case(tx, case))
    for stream in resident_streams(tx, case):
        tx.emit(stream, event)
