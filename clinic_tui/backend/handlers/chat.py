"""The chat: writing, reading and receipts, from both sides."""

from clinic_tui.backend.cases import CaseRecord, case_row, change_case, own_case, staff_case, tell_case
from clinic_tui.backend.handlers.common import log, resident_streams
from clinic_tui.backend.messages import read_by_staff, seen_by_resident
from clinic_tui.backend.people import resident_name
from clinic_tui.backend.refused import blocked, invalid
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.cases import CaseState
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.phrases import unresolved
from clinic_tui.domain.refusals import N_
from clinic_tui.protocol.commands import (
    CaseAnswer,
    Done,
    MarkRead,
    MessageAnswer,
    PostMessage,
    ResidentSaw,
    ResidentSays,
)
from clinic_tui.protocol.events import MessageChanged
from clinic_tui.protocol.resources import CaseRow, Message


def post_message(tx: Tx, command: PostMessage) -> MessageAnswer:
    """Write to the resident; only the assignee, and only while the visit goes on.

    Refused while a placeholder is still to be filled in (domain.md 2.8).
    """
    case = staff_case(tx, command.case_id)
    check_assignee(tx, case)
    check_in_progress(case)
    check_body(command.body)
    if unresolved(command.body):
        raise invalid("body", "phrase.unresolved", N_("A placeholder in the text is not filled in yet."))
    member = tx.staff
    message = Message(
        id=command.command_id,
        case_id=case.id,
        seq=case.message_count + 1,
        author="staff",
        author_id=member.id,
        author_name=member.display_name,
        author_title=member.title,
        body=command.body,
        sent_at=tx.now,
        phrase_id=command.phrase_id,
    )
    case, row = add_to_case(tx, case, message)
    log(tx, case, "SEND", "message_sent")
    return MessageAnswer(message=message, case=row)


def add_to_case(tx: Tx, case: CaseRecord, message: Message) -> tuple[CaseRecord, CaseRow]:
    """Store a message, count it on its case and tell everybody; the case then, and its row."""
    if message.author in {"staff", "system"}:
        case = change_case(
            tx,
            case,
            message,
            message_count=message.seq,
            staff_messages=case.staff_messages + 1,
            last_staff_at=message.sent_at,
        )
    else:
        case = change_case(
            tx,
            case,
            message,
            message_count=message.seq,
            unread=case.unread + 1,
            last_resident_at=message.sent_at,
        )
    row = tell_case(tx, case, "message.sent")
    tell_message(tx, case, message)
    return case, row


def tell_message(tx: Tx, case: CaseRecord, message: Message) -> None:
    """A message goes to the assignee and the resident, never to the unit's stream."""
    event = MessageChanged(message=message)
    if case.assignee_id is not None:
        tx.emit(staff_stream(case.assignee_id), event)
    for stream in resident_streams(case):
        tx.emit(stream, event)


def check_assignee(tx: Tx, case: CaseRecord) -> None:
    """Refused for anybody but the one who has the case; says who has it."""
    if case.assignee_id != tx.staff.id:
        raise blocked("case.not_assignee", case.assignee, case.changed_at)


def check_in_progress(case: CaseRecord) -> None:
    """Refused where the chat is not open."""
    if case.state == CaseState.IN_PROGRESS.value:
        return
    early = case.state in {CaseState.WAITING.value, CaseState.ACCEPTED.value}
    raise blocked("case.not_started" if early else "case.finished", case.changed_by, case.changed_at)


def check_body(body: str) -> None:
    """Refused where nothing in the text can be seen."""
    if is_blank(body):
        raise invalid("body", "message.empty", N_("Write something first."))


def mark_read(tx: Tx, command: MarkRead) -> CaseAnswer:
    """The assignee has read the resident's messages up to a place; reading twice changes nothing."""
    case = staff_case(tx, command.case_id)
    check_assignee(tx, case)
    changed = read_by_staff(tx.conn, case.id, command.seq, tx.now)
    if changed:
        case = change_case(tx, case, unread=max(0, case.unread - len(changed)))
        tell_case(tx, case, "message.read")
        log(tx, case, "READ", "messages_read")
    for message in changed:
        tell_message(tx, case, message)
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def resident_says(tx: Tx, command: ResidentSays) -> MessageAnswer:
    """The resident, or their guardian, writes; possible once the visit has been started (slide 53)."""
    case = own_case(tx, command.case_id)
    check_in_progress(case)
    check_body(command.body)
    proxy = case.acting_proxy_id is not None and tx.resident_id == case.acting_proxy_id
    message = Message(
        id=command.command_id,
        case_id=case.id,
        seq=case.message_count + 1,
        author="proxy" if proxy else "resident",
        author_id=tx.resident_id,
        author_name=resident_name(tx.conn, tx.resident_id),
        body=command.body,
        sent_at=tx.now,
    )
    case, _row = add_to_case(tx, case, message)
    log(tx, case, "SEND", "resident_message")
    return MessageAnswer(message=message)


def resident_saw(tx: Tx, command: ResidentSaw) -> Done:
    """The staff's messages up to a place reached the resident, or were read."""
    case = own_case(tx, command.case_id)
    for message in seen_by_resident(tx.conn, case.id, command.seq, tx.now, read=command.read):
        tell_message(tx, case, message)
    return Done()
