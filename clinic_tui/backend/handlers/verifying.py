"""Verification, changed priorities, and notes that were copied for the record (domain.md 2.9, 3)."""

from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.cases import (
    CaseRecord,
    case_row,
    change_case,
    check_version,
    find_case,
    move_case,
    readable_case,
    staff_case,
    tell_case,
)
from clinic_tui.backend.handlers.common import log, tell_all
from clinic_tui.backend.notes import current_note, notes_of
from clinic_tui.backend.notices import notify
from clinic_tui.backend.refused import Refused, by_rule, forbidden, invalid, not_found
from clinic_tui.backend.targets import target
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.verifications import (
    add_item,
    decide_item,
    find_item,
    is_asked_for,
    may_see,
    settle_item,
)
from clinic_tui.domain.cases import PrioritySource
from clinic_tui.domain.refusals import Refusal
from clinic_tui.domain.roles import Permission, Role
from clinic_tui.domain.verifying import change_text, check_decision, check_priority, check_request
from clinic_tui.protocol.care import Verification
from clinic_tui.protocol.commands import CaseAnswer
from clinic_tui.protocol.patient_commands import (
    AskToVerify,
    ChangePriority,
    DecideVerification,
    MarkDocumented,
    SettleVerification,
    VerificationAnswer,
)
from clinic_tui.protocol.refs import StaffRef

_FIELDS = {
    "case.priority_unknown": "priority",
    "case.priority_same": "priority",
    "case.reason_missing": "reason",
    "verification.comment_missing": "comment",
    "case.target_lacks_role": "staff_id",
}


def ask_to_verify(tx: Tx, command: AskToVerify) -> VerificationAnswer:
    """Ask that one's own signed note be countersigned."""
    tx.require(Permission.SIGN_NOTE, command.case_id)
    case = staff_case(tx, command.case_id)
    note = next((one for one in notes_of(tx.conn, case.id) if one.id == command.note_id), None)
    no = check_request(
        signed=note is not None,
        newest=note is not None and current_note(tx.conn, case.id).id == note.id,
        own=note is not None and note.signed_by.id == tx.staff.id,
        already_asked=is_asked_for(tx, command.note_id),
    )
    if no is not None:
        raise _refused(no)
    asked_of = _verifier(tx, case, command.staff_id)
    item = add_item(
        tx,
        case,
        "note_countersign",
        detail=command.comment.strip(),
        note_id=command.note_id,
        asked_of=asked_of,
    )
    log(tx, case, "UPDATE", "verification_asked")
    if asked_of is not None:
        notify(tx, asked_of.id, "verification", case=case, who=tx.staff.ref, detail=item.detail)
    return VerificationAnswer(verification=item)


def _verifier(tx: Tx, case: CaseRecord, staff_id: str | None) -> StaffRef | None:
    """The colleague who is asked; refused for oneself, and for one who may not verify at the case's unit."""
    if staff_id is None:
        return None
    if staff_id == tx.staff.id:
        raise _refused(Refusal(rule="verification.own"))
    person = target(tx, staff_id)
    if case.unit_id not in person.verifies:
        raise _refused(Refusal(rule="case.target_lacks_role"))
    return person.ref


def decide_verification(tx: Tx, command: DecideVerification) -> VerificationAnswer:
    """Verify an item, or return it with a comment; nobody decides what they asked for themselves."""
    item = find_item(tx, command.verification_id)
    if item is None or item.unit_id not in tx.assignment.units:
        raise not_found(command.verification_id)
    if not may_see(tx, item):
        raise forbidden(object_id=command.verification_id)
    # A text that did not arrive is a task for whoever works there, not a judgement.
    failed = item.kind == "sms_failed"
    tx.require(Permission.PREVIEW_CASE if failed else Permission.VERIFY, command.verification_id)
    own = item.asked_by is not None and item.asked_by.id == tx.staff.id
    no = check_decision(
        is_open=item.state == "open",
        own=own,
        for_other=not failed and _is_for_other(tx, item),
        returned=command.verdict == "returned",
        comment=command.comment,
    )
    if no is not None:
        raise _refused(no, item)
    comment = command.comment.strip()
    decided = decide_item(tx, item, command.verdict, comment)
    case = None if item.case_id is None else find_case(tx, item.case_id, lock=False)
    _log_decision(tx, decided, case)
    if item.asked_by is not None:
        notify(tx, item.asked_by.id, command.verdict, case=case, who=tx.staff.ref, detail=comment)
    return VerificationAnswer(verification=decided)


def settle_verification(tx: Tx, command: SettleVerification) -> VerificationAnswer:
    """Take what came back off one's own list; anybody else's is not there."""
    item = find_item(tx, command.verification_id)
    if item is None or item.asked_by is None or item.asked_by.id != tx.staff.id:
        raise not_found(command.verification_id)
    if item.state != "returned":
        raise _refused(Refusal(rule="verification.not_returned"))
    case = None if item.case_id is None else find_case(tx, item.case_id, lock=False)
    settled = settle_item(tx, item)
    _log_decision(tx, settled, case)
    return VerificationAnswer(verification=settled)


def _log_decision(tx: Tx, item: Verification, case: CaseRecord | None) -> None:
    """In the case's access log, or, for what is about no case, such as a ticket's text, in the resident's."""
    code = f"verification_{item.state}"
    if case is not None:
        log(tx, case, "UPDATE", code, item.comment)
        return
    tx.audit(
        AuditEntry(
            action="UPDATE",
            code=code,
            object_type="verification",
            object_id=item.id,
            unit_id=item.unit_id,
            resident_id=item.resident.id if item.resident else None,
            reason=item.comment,
        )
    )


def _is_for_other(tx: Tx, item: Verification) -> bool:
    """Whether a named colleague was asked; the manager may decide all the same, as when they are away."""
    if item.asked_of is None or tx.assignment.role is Role.MANAGER:
        return False
    return item.asked_of.id != tx.staff.id


def change_priority(tx: Tx, command: ChangePriority) -> CaseAnswer:
    """Change a priority with a reason; old and new are both kept, and somebody verifies it (domain.md 3)."""
    tx.require(Permission.CHANGE_PRIORITY, command.case_id)
    case = staff_case(tx, command.case_id)
    check_version(case, command.version)
    no = check_priority(
        case.kind,
        case.state,
        old=case.priority,
        new=command.priority,
        known=tx.region.priorities,
        reason=command.reason,
    )
    if no is not None:
        raise _refused(no)
    text = change_text(case.priority, command.priority, command.reason)
    case = move_case(
        tx,
        case,
        tx.staff.ref,
        priority=command.priority,
        priority_before=case.priority,
        priority_reason=command.reason.strip(),
        priority_source=PrioritySource.MANUAL.value,
    )
    add_item(tx, case, "priority_change", detail=text)
    log(tx, case, "UPDATE", "priority_changed", text)
    tell_all(tx, case, "case.priority")
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def mark_documented(tx: Tx, command: MarkDocumented) -> CaseAnswer:
    """The newest signed note was copied for the record, by who may sign or has the case (slide 77)."""
    case = readable_case(tx, command.case_id)
    if case.assignee_id != tx.staff.id:
        tx.require(Permission.SIGN_NOTE, command.case_id)
    note = current_note(tx.conn, case.id)
    if note.version is None:
        raise _refused(Refusal(rule="note.not_signed"))
    if note.id != command.note_id:
        raise _refused(Refusal(rule="note.superseded"))
    case = change_case(tx, case, documented_at=tx.now)
    log(tx, case, "COPY", "documented")
    tell_case(tx, case, "case.documented")
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def _refused(no: Refusal, item: Verification | None = None) -> Refused:
    field = _FIELDS.get(no.rule)
    if field is not None:
        return invalid(field, no.rule, no.reason)
    decided = item is not None and no.rule == "verification.decided"
    return by_rule(no, item.decided_by, item.decided_at) if item and decided else by_rule(no)
