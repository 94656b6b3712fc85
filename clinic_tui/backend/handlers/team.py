"""Cases between colleagues: assigning, handing over, inviting and leaving (slides 36-40)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from clinic_tui.backend.cases import (
    CaseRecord,
    assigned_to,
    case_row,
    change_case,
    check_version,
    move_case,
    readable_case,
    staff_case,
    tell_case,
)
from clinic_tui.backend.circle import add_person, leave, remove_person, stored_offer, stored_people
from clinic_tui.backend.conversations import admit, expel
from clinic_tui.backend.details import case_detail_of
from clinic_tui.backend.handlers.common import ask, facts_of, is_chat, is_out_of_time, log, step, tell_all
from clinic_tui.backend.notices import notify
from clinic_tui.backend.refused import blocked, forbidden, invalid
from clinic_tui.backend.store.tables import units
from clinic_tui.backend.targets import Target, check_reader, target
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.undo import keep_case
from clinic_tui.domain.async_chats import AsyncCommand, AsyncState
from clinic_tui.domain.cases import FINISHED, CaseCommand, CaseState
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.refusals import REASONS
from clinic_tui.domain.roles import Permission
from clinic_tui.domain.undoing import Undoable
from clinic_tui.protocol.care import HandOver
from clinic_tui.protocol.command import CaseAnswer, DetailAnswer
from clinic_tui.protocol.team_commands import (
    AnswerHandOver,
    AssignCase,
    HandOverCase,
    InviteColleague,
    LeaveCase,
    WithdrawHandOver,
)

_MINUTES = select(units.c.hand_over_minutes).where(units.c.id == bindparam("wanted"))
_OVER = frozenset({*(state.value for state in FINISHED), AsyncState.CLOSED.value})


def assign_case(tx: Tx, command: AssignCase) -> CaseAnswer:
    """Give a colleague a chat nobody has, a chat of one's own, or a booked visit (slide 40)."""
    case = before = staff_case(tx, command.case_id)
    needed = _needed(case)
    tx.require(needed, case.id)
    person = target(tx, command.staff_id)
    may_take = person.takes(case.unit_id, case.queue_role, needed)
    if is_chat(case):
        case = _assign_chat(tx, case, person, command.version, may_take=may_take)
    else:
        case = _assign_visit(tx, case, person, command.version, may_take=may_take)
    notify(tx, person.ref.id, "assigned", case=case, who=tx.staff.ref)
    keep_case(tx, command.command_id, Undoable.ASSIGN, before, case)
    log(tx, case, "UPDATE", "assigned", person.ref.id)
    tell_all(tx, case, "case.assigned")
    return CaseAnswer(case=case_row(case, tx.now, tx.region), undo_id=command.command_id)


def _needed(case: CaseRecord) -> Permission:
    return Permission.ANSWER_ASYNC if is_chat(case) else Permission.ACCEPT_DROP_IN


def _assign_chat(tx: Tx, case: CaseRecord, person: Target, version: int, *, may_take: bool) -> CaseRecord:
    """A colleague's chat is not assigned on: it is taken over, which asks first and tells them."""
    facts = facts_of(tx, case, target_has_role=may_take, target_is_assignee=case.assignee_id == person.ref.id)
    if case.assignee_id is not None and not facts.is_assignee and case.state not in _OVER:
        check_version(case, version)
        raise blocked("case.not_assignee", case.assignee, case.changed_at)
    changes: dict[str, Any] = assigned_to(person.ref)
    if case.assignee_id is None:
        changes |= {"accepted_at": tx.now, "readers": "[]"}
    case = step(tx, case, AsyncCommand.ASSIGN, facts, version=version, **changes)
    admit(tx, case.id, person.ref)
    return case


def _assign_visit(tx: Tx, case: CaseRecord, person: Target, version: int, *, may_take: bool) -> CaseRecord:
    check_version(case, version)
    if not facts_of(tx, case).has_queue_role:
        raise forbidden(object_id=case.id)
    if case.state != CaseState.BOOKED.value:
        rule = "case.finished" if case.state in _OVER else "case.not_possible"
        raise blocked(rule, case.assignee, case.changed_at)
    if not may_take:
        raise blocked("case.target_lacks_role", person.ref)
    if case.booked_id == person.ref.id:
        raise blocked("case.target_has_case", person.ref)
    ref = person.ref
    return move_case(tx, case, tx.staff.ref, booked_id=ref.id, booked_name=ref.name, booked_title=ref.title)


def hand_over_case(tx: Tx, command: HandOverCase) -> CaseAnswer:
    """Offer one's case to a colleague, with a reason; one has it until they accept (slide 38)."""
    case = staff_case(tx, command.case_id)
    person = target(tx, command.staff_id)
    facts = facts_of(
        tx,
        case,
        reason_given=not is_blank(command.reason),
        target_is_assignee=person.ref.id == case.assignee_id,
        target_has_role=person.takes(case.unit_id, case.queue_role, _needed(case)),
    )
    ask(case, CaseCommand.HAND_OVER, facts, version=command.version)
    if case.offered is not None:
        raise blocked("hand_over.pending", case.offered.receiver, case.offered.at)
    minutes = tx.conn.execute(_MINUTES, {"wanted": case.unit_id}).scalar_one()
    offer = HandOver(
        sender=tx.staff.ref,
        receiver=person.ref,
        reason=command.reason.strip(),
        summary=command.summary.strip(),
        at=tx.now,
        returns_at=tx.now + timedelta(minutes=minutes),
    )
    case = change_case(tx, case, hand_over=stored_offer(offer))
    notify(tx, person.ref.id, "handed_over", case=case, who=tx.staff.ref, detail=offer.reason)
    log(tx, case, "UPDATE", "hand_over_offered", f"{person.ref.id}: {offer.reason}")
    return CaseAnswer(case=tell_case(tx, case, "case.hand_over_offered"))


def answer_hand_over(tx: Tx, command: AnswerHandOver) -> CaseAnswer:
    """Accept or decline what a colleague hands over; with a yes the case is one's own (slide 38)."""
    case = readable_case(tx, command.case_id)
    offer = case.offered
    if offer is None or offer.receiver.id != tx.staff.id:
        raise blocked("hand_over.gone", case.assignee, case.changed_at)
    check_version(case, command.version)
    if not command.accept:
        case = _withdrawn(tx, case)
        notify(tx, offer.sender.id, "hand_over_returned", case=case, who=tx.staff.ref, detail=command.comment)
        log(tx, case, "UPDATE", "hand_over_declined", command.comment)
        return CaseAnswer(case=tell_case(tx, case, "case.hand_over_declined"))
    if not facts_of(tx, case).has_queue_role:
        raise forbidden(object_id=case.id)
    if is_out_of_time(tx, case):
        raise blocked("async.time_is_out", case.assignee, case.changed_at)
    case = move_case(tx, case, tx.staff.ref, hand_over="", **assigned_to(tx.staff.ref))
    admit(tx, case.id, tx.staff.ref)
    notify(tx, offer.sender.id, "hand_over_answered", case=case, who=tx.staff.ref, detail=command.comment)
    told = "\n".join(text for text in (offer.reason, offer.summary) if text)
    log(tx, case, "UPDATE", "handed_over", told)
    tell_all(tx, case, "case.handed_over")
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def withdraw_hand_over(tx: Tx, command: WithdrawHandOver) -> CaseAnswer:
    """Take back what nobody has answered."""
    case = staff_case(tx, command.case_id)
    offer = case.offered
    if offer is None:
        raise blocked("hand_over.gone", case.assignee, case.changed_at)
    if tx.staff.id not in {offer.sender.id, case.assignee_id}:
        raise blocked("case.not_assignee", case.assignee, case.changed_at)
    check_version(case, command.version)
    case = _withdrawn(tx, case)
    log(tx, case, "UPDATE", "hand_over_withdrawn")
    return CaseAnswer(case=tell_case(tx, case, "case.hand_over_withdrawn"))


def _withdrawn(tx: Tx, case: CaseRecord) -> CaseRecord:
    if case.offered is not None:
        leave(tx, case.id, case.offered.receiver.id)
    return change_case(tx, case, hand_over="")


def invite_colleague(tx: Tx, command: InviteColleague) -> DetailAnswer:
    """Invite a colleague, of whatever unit: they read the whole case and may write (slide 36)."""
    case = staff_case(tx, command.case_id)
    if case.assignee_id != tx.staff.id:
        raise blocked("case.not_assignee", case.assignee, case.changed_at)
    if case.state in _OVER:
        raise blocked("case.finished", case.changed_by, case.changed_at)
    person = target(tx, command.staff_id)
    if person.ref.id == tx.staff.id or any(one.id == person.ref.id for one in case.invited):
        raise blocked("case.already_invited", person.ref)
    check_reader(person)
    add_person(tx, case.id, person.ref.id, tx.staff.id)
    case = change_case(tx, case, participants=stored_people((*case.invited, person.ref)))
    admit(tx, case.id, person.ref)
    notify(tx, person.ref.id, "invited", case=case, who=tx.staff.ref, detail=command.note)
    log(tx, case, "UPDATE", "invited", f"{person.ref.id}: {command.note}".removesuffix(": "))
    tell_case(tx, case, "case.invited")
    return DetailAnswer(detail=case_detail_of(tx, case))


def leave_case(tx: Tx, command: LeaveCase) -> CaseAnswer:
    """Leave a case one was invited into; its assignee may end anybody's invitation."""
    case = readable_case(tx, command.case_id)
    who = command.staff_id or tx.staff.id
    if not any(person.id == who for person in case.invited):
        if who == tx.staff.id:
            raise blocked("case.not_invited", case.assignee, case.changed_at)
        raise invalid("staff_id", "case.not_invited", REASONS["case.not_invited"])
    if tx.staff.id not in {who, case.assignee_id}:
        raise blocked("case.not_assignee", case.assignee, case.changed_at)
    remove_person(tx, case.id, who)
    left = tuple(person for person in case.invited if person.id != who)
    case = change_case(tx, case, participants=stored_people(left))
    expel(tx, case.id, who)
    log(tx, case, "UPDATE", "left", who)
    return CaseAnswer(case=tell_case(tx, case, "case.left"))
