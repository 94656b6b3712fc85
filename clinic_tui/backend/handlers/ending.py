"""The end of a visit: ending, no answer, signing and correcting the note (slide 55)."""

from typing import Any

from sqlalchemy import bindparam, select

from clinic_tui.backend.cases import CaseRecord, case_row, change_case, staff_case, tell_case
from clinic_tui.backend.chats import has_open_successor
from clinic_tui.backend.details import case_detail_of
from clinic_tui.backend.guardians import receiver_of
from clinic_tui.backend.handlers.chat import add_to_case
from clinic_tui.backend.handlers.chats import go_over
from clinic_tui.backend.handlers.common import facts_of, is_chat, log, step, tell_all
from clinic_tui.backend.handlers.drafts import forget_message_draft
from clinic_tui.backend.identity import shown
from clinic_tui.backend.note_drafts import check_seen, forget_note_draft
from clinic_tui.backend.notes import add_note, auto_history_of, current_note
from clinic_tui.backend.notices import notify
from clinic_tui.backend.people import resident_name
from clinic_tui.backend.refused import blocked, by_rule, invalid, stale
from clinic_tui.backend.store.tables import units
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tickets import leads_elsewhere
from clinic_tui.backend.tx import Tx
from clinic_tui.domain import note as note_rules
from clinic_tui.domain.async_chats import check_successor
from clinic_tui.domain.cases import CaseCommand, CaseState, CloseReason, silent_since
from clinic_tui.domain.phrases import fill
from clinic_tui.domain.refusals import REASONS, Refusal
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _
from clinic_tui.protocol.chat_commands import RedirectCase
from clinic_tui.protocol.commands import AmendNote, CaseAnswer, EndNoAnswer, EndVisit, NoteAnswer, SignNote
from clinic_tui.protocol.events import NoteSigned
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import Message, Note

_UNIT = select(units.c.name, units.c.phone, units.c.no_answer_minutes, units.c.no_answer_text).where(
    units.c.id == bindparam("wanted")
)


def end_visit(tx: Tx, command: EndVisit) -> CaseAnswer:
    """End the chat; the note remains to be signed."""
    case = staff_case(tx, command.case_id)
    case = step(tx, case, CaseCommand.END_VISIT, facts_of(tx, case), version=command.version, ended_at=tx.now)
    log(tx, case, "UPDATE", "ended")
    tell_all(tx, case, "case.ended")
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def end_no_answer(tx: Tx, command: EndNoAnswer) -> CaseAnswer:
    """End because the resident does not answer; the unit's text is their last message (slide 55)."""
    case = staff_case(tx, command.case_id)
    unit = tx.conn.execute(_UNIT, {"wanted": case.unit_id}).one()
    silent = silent_since(case.started_at, case.last_resident_at, case.last_staff_at)
    facts = facts_of(
        tx,
        case,
        resident_waits=silent is None,
        minutes_silent=(tx.now - (silent or tx.now)).total_seconds() / 60,
        no_answer_minutes=unit.no_answer_minutes,
    )
    case = step(tx, case, CaseCommand.END_NO_ANSWER, facts, version=command.version, ended_at=tx.now)
    text = unit.no_answer_text or _(
        "We end the chat because we have not heard from you. You are welcome back."
    )
    receiver = shown(resident_name(tx.conn, receiver_of(tx, case)), case.protected, "")
    known = {
        "resident_first_name": receiver.partition(" ")[0],
        "staff_name": tx.staff.display_name,
        "unit_name": unit.name,
        "phone": unit.phone,
    }
    farewell = Message(
        id=new_id(int(tx.now.timestamp() * 1000)),
        case_id=case.id,
        seq=case.message_count + 1,
        author="system",
        author_id="",
        author_name=unit.name,
        body=fill(text, known),
        sent_at=tx.now,
    )
    case, _row = add_to_case(tx, case, farewell)
    log(tx, case, "UPDATE", "ended_no_answer")
    tell_all(tx, case, "case.ended")
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def redirect_case(tx: Tx, command: RedirectCase) -> CaseAnswer:
    """End a case nobody began: its resident goes on with the ticket they got from it (slide 60)."""
    case = staff_case(tx, command.case_id)
    facts = facts_of(tx, case, has_ticket=leads_elsewhere(tx, case.id))
    case = step(tx, case, CaseCommand.REDIRECT, facts, version=command.version, closed_at=tx.now)
    log(tx, case, "UPDATE", "redirected")
    tell_all(tx, case, "case.redirected")
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def sign_note(tx: Tx, command: SignNote) -> NoteAnswer:
    """Sign the note and close the case; a visit still going on is ended first (slide 55).

    A chat goes on when its note is signed. A visit may go over to a chat, which the answer holds (slide 57):
    only its own staff member decides that. Whoever signs for a colleague is told apart from them in the note.
    """
    _require_signing(tx, command.case_id)
    case = staff_case(tx, command.case_id)
    colleague = case.assignee if case.assignee_id != tx.staff.id else None
    if command.to_async_days is not None:
        if case.assignee_id != tx.staff.id:
            raise blocked("case.not_assignee", case.assignee, case.changed_at)
        refusal = check_successor(
            of_a_chat=is_chat(case), wants_chat=False, has_open_one=has_open_successor(tx, case.id)
        )
        if refusal is not None:
            raise by_rule(refusal)
    auto_history = auto_history_of(tx.conn, case.id)
    verdict = note_rules.check_note(command.body, auto_history, acknowledged=command.acknowledged)
    facts = facts_of(tx, case, note_signable=True)
    version = command.version
    if case.state == CaseState.IN_PROGRESS.value:
        _check_signable(verdict)
        case = step(tx, case, CaseCommand.END_VISIT, facts, version=version, ended_at=tx.now)
        version = case.version
    case = step(tx, case, CaseCommand.SIGN_NOTE, facts, version=version, **_signed(tx, case, command))
    _check_signable(verdict)
    check_seen(tx, command, version)
    signed = note_rules.sign(
        command.body, author_id=tx.staff.id, at=tx.now, current=current_note(tx.conn, case.id).version
    )
    if isinstance(signed, Refusal):
        raise by_rule(signed)
    unchanged = bool(auto_history) and command.body.strip() == auto_history.strip()
    source = "auto_history" if unchanged else "manual"
    note = _store(tx, case, signed, command.command_id, source=source, signed_for=colleague)
    forget_note_draft(tx, case.id, case.assignee_id)
    if not is_chat(case):
        forget_message_draft(tx, case.id)
    if colleague is None:
        log(tx, case, "SIGN", "signed")
    else:
        log(tx, case, "SIGN", "signed_for_colleague", colleague.id)
        tx.emit(staff_stream(colleague.id), NoteSigned(note=note))
        notify(tx, colleague.id, "signed_for", case=case, who=tx.staff.ref)
    tell_all(tx, case, "case.signed" if is_chat(case) else "case.closed")
    successor = None
    if command.to_async_days is not None:
        successor = case_detail_of(tx, go_over(tx, case, command.to_async_days))
    return NoteAnswer(note=note, case=case_row(case, tx.now, tx.region), successor=successor)


def _require_signing(tx: Tx, case_id: str) -> None:
    """Refused with 403 for whoever signs neither notes of their own nor those of colleagues."""
    if not tx.allows(Permission.SIGN_FOR_COLLEAGUE):
        tx.require(Permission.SIGN_NOTE, case_id)


def _signed(tx: Tx, case: CaseRecord, command: SignNote) -> dict[str, Any]:
    """What else a signature changes: nothing in a chat, which goes on."""
    if is_chat(case):
        return {}
    if command.to_async_days is None:
        return {"closed_at": tx.now}
    return {"closed_at": tx.now, "close_reason": CloseReason.CONVERTED.value}


def _check_signable(verdict: note_rules.NoteVerdict) -> None:
    if verdict.ok:
        return
    rule = verdict.rule or "note.empty"
    if verdict.answer is note_rules.Answer.ASK:
        raise blocked(rule)
    raise invalid("body", rule, REASONS[rule])


def amend_note(tx: Tx, command: AmendNote) -> NoteAnswer:
    """Correct a signed note: a new version that points at the old, which stays (domain.md 7.2).

    What was copied for the record before is to be copied anew. A colleague's note is corrected by one whom
    the unit names and who signs notes too; a manager corrects what they signed themselves.
    """
    _require_signing(tx, command.case_id)
    case = staff_case(tx, command.case_id)
    current = current_note(tx.conn, case.id)
    if current.version is not None:
        may = tx.allows(Permission.SIGN_FOR_COLLEAGUE) and tx.allows(Permission.SIGN_NOTE)
        if current.version.author_id != tx.staff.id and not may:
            raise blocked("case.not_assignee", current.signed_by, current.version.signed_at)
        if current.id != command.corrects:
            raise stale(current.signed_by, current.version.signed_at, case.version)
    if note_rules.is_blank(command.reason):
        raise invalid("reason", "case.reason_missing", REASONS["case.reason_missing"])
    amended = note_rules.amend(current.version, command.body, author_id=tx.staff.id, at=tx.now)
    if isinstance(amended, Refusal):
        raise invalid("body", amended.rule, amended.reason) if current.version else by_rule(amended)
    note = _store(
        tx,
        case,
        amended,
        command.command_id,
        source="manual",
        corrects=command.corrects,
        reason=command.reason,
    )
    if case.documented_at is not None:
        case = change_case(tx, case, documented_at=None)
        tell_case(tx, case, "case.amended")
    log(tx, case, "SIGN", "amended", command.reason)
    return NoteAnswer(note=note, case=case_row(case, tx.now, tx.region))


def _store(
    tx: Tx,
    case: CaseRecord,
    version: note_rules.NoteVersion,
    note_id: str,
    *,
    source: str,
    corrects: str | None = None,
    reason: str = "",
    signed_for: StaffRef | None = None,
) -> Note:
    note = Note(
        id=note_id,
        case_id=case.id,
        number=version.number,
        body=version.body,
        source=source,
        signed_by=tx.staff.ref,
        signed_at=version.signed_at,
        corrects=corrects,
        reason=reason,
        signed_for=signed_for,
    )
    add_note(tx.conn, note)
    tx.emit(staff_stream(tx.staff.id), NoteSigned(note=note))
    return note
