"""Undoing what one has just done: everything it changed is put back, and everybody is told again."""

from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.cases import CaseRecord, case_row, find_case, move_case
from clinic_tui.backend.circle import add_person, leave
from clinic_tui.backend.conversations import admit, expel
from clinic_tui.backend.handlers.common import is_chat, log, tell_all
from clinic_tui.backend.handlers.permissions import check_permission
from clinic_tui.backend.handlers.tickets import text_valid
from clinic_tui.backend.notices import notify
from clinic_tui.backend.refused import by_rule, not_found
from clinic_tui.backend.sms.outbox import withdraw_texts
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tickets import find_ticket, reopen_ticket, same_ticket, tell_issuer
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.undo import Kept, find_kept, settle
from clinic_tui.domain.cases import CaseState
from clinic_tui.domain.refusals import Refusal
from clinic_tui.domain.tickets import TicketState, reinstate
from clinic_tui.domain.undoing import Undoable, UndoFacts, check_undo
from clinic_tui.protocol.commands import UndoAction, UndoAnswer
from clinic_tui.protocol.events import AssignmentLost
from clinic_tui.protocol.refs import StaffRef


def undo_action(tx: Tx, command: UndoAction) -> UndoAnswer:
    """Put back what a command of one's own has done, while nothing has happened since (domain/undoing.py)."""
    kept = find_kept(tx, command.undoes)
    if kept is None:
        raise not_found()
    check_permission(tx, kept.kind.value)
    if kept.kind is Undoable.CANCEL_TICKET:
        return _undo_ticket(tx, kept)
    return _undo_step(tx, kept)


def _check(tx: Tx, kept: Kept, *, is_untouched: bool) -> Refusal | None:
    facts = UndoFacts(
        done_at=kept.at,
        is_undone=kept.is_undone,
        same_assignment=kept.assignment_id == tx.assignment.id,
        is_untouched=is_untouched,
    )
    return check_undo(facts, tx.now)


def _undo_step(tx: Tx, kept: Kept) -> UndoAnswer:
    case = find_case(tx, kept.object_id, lock=True)
    if case is None or case.unit_id not in tx.assignment.units:
        raise not_found(kept.object_id)
    no = _check(tx, kept, is_untouched=kept.is_left_as_it_was(case))
    if no is not None:
        raise by_rule(no, case.changed_by, case.changed_at)
    settle(tx, kept)
    was = case
    case = move_case(tx, case, tx.staff.ref, **kept.before, readers="[]")
    _let_in_again(tx, was, case)
    if kept.kind is Undoable.ASSIGN:
        _take_back(tx, kept, was, case)
    log(tx, case, "UPDATE", "undone", kept.kind.value)
    tell_all(tx, case, "case.undone")
    return UndoAnswer(case=case_row(case, tx.now, tx.region))


def _let_in_again(tx: Tx, was: CaseRecord, case: CaseRecord) -> None:
    """Those who took part before do so again, in the case and in its staff chats; they were let in by whoever
    had the case."""
    here = {person.id for person in was.invited}
    host = case.assignee_id or tx.staff.id
    for person in case.invited:
        if person.id not in here:
            add_person(tx, case.id, person.id, host)
            admit(tx, case.id, person)


def _take_back(tx: Tx, kept: Kept, was: CaseRecord, case: CaseRecord) -> None:
    """Whoever was given the case is told that they do not have it, by SMS where an SMS told them of it."""
    given = _given_to(was)
    if given is None:
        return
    if is_chat(case):
        leave(tx, case.id, given.id)
        if not any(person.id == given.id for person in case.invited):
            expel(tx, case.id, given.id)
        if given.id != tx.staff.id:
            tx.emit(staff_stream(given.id), AssignmentLost(case_id=case.id, by=tx.staff.ref, at=tx.now))
    told = not withdraw_texts(tx, kept.texts)
    notify(tx, given.id, "assigned_back", case=case, who=tx.staff.ref, by_text=told)


def _given_to(case: CaseRecord) -> StaffRef | None:
    """Whom a chat, or a booked visit, was given to."""
    if case.state != CaseState.BOOKED.value:
        return case.assignee
    if case.booked_id is None:
        return None
    return StaffRef(id=case.booked_id, name=case.booked_name, title=case.booked_title)


def _undo_ticket(tx: Tx, kept: Kept) -> UndoAnswer:
    """A ticket that was called back holds again; its resident is told, but where they never learnt of it."""
    ticket = find_ticket(tx, kept.object_id, lock=True)
    if ticket is None:
        raise not_found(kept.object_id)
    no = _check(tx, kept, is_untouched=ticket.revision == kept.after["revision"])
    if no is None:
        standing = same_ticket(tx, ticket.resident.id, ticket.unit_id, ticket.role)
        state = TicketState(ticket.state)
        no = reinstate(state, ticket.valid_until, tx.now, has_open_one=standing is not None)
    if no is not None:
        raise by_rule(no, at=ticket.ended_at)
    settle(tx, kept)
    ticket = reopen_ticket(tx, ticket)
    tx.audit(
        AuditEntry(
            action="UPDATE",
            code="ticket_reinstated",
            object_type="ticket",
            object_id=ticket.id,
            unit_id=ticket.unit_id,
            resident_id=ticket.resident.id,
        )
    )
    tell_issuer(tx, ticket, "ticket_reinstated", tx.staff.ref)
    texted = not withdraw_texts(tx, kept.texts) and text_valid(tx, ticket)
    return UndoAnswer(ticket=ticket, texted=texted)
