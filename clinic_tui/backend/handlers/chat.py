"""The chat: writing, reading and receipts, from both sides, live or asynchronous."""

from typing import Any

from clinic_tui.backend.cases import (
    CaseRecord,
    case_row,
    change_case,
    move_case,
    own_case,
    readable_case,
    tell_case,
)
from clinic_tui.backend.chat_texts import text_new_message
from clinic_tui.backend.circle import writers
from clinic_tui.backend.event_access import grades_of
from clinic_tui.backend.handlers.common import (
    ask,
    facts_of,
    is_chat,
    is_on_screen,
    is_out_of_time,
    log,
    readers_of,
    resident_case,
    resident_streams,
)
from clinic_tui.backend.identity import masked_message
from clinic_tui.backend.messages import read_by_staff, seen_by_resident
from clinic_tui.backend.people import resident_name
from clinic_tui.backend.refused import blocked, invalid
from clinic_tui.backend.streams import resident_stream, staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.async_chats import AsyncCommand, AsyncFacts
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
from clinic_tui.protocol.events import MessageChanged, ResidentCaseChanged
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import CaseRow, Message


def post_message(tx: Tx, command: PostMessage) -> MessageAnswer:
    """Write to the resident; the assignee and the invited may, while the visit goes on or the chat is open.

    Refused while a placeholder is still to be filled in (domain.md 2.8). In an asynchronous chat the resident
    gets an SMS, but for one who has it on screen (slide 35).
    """
    case = readable_case(tx, command.case_id)
    state = None
    if is_chat(case):
        state = ask(case, AsyncCommand.STAFF_MESSAGE, facts_of(tx, case)).state.value
    else:
        check_writer(tx, case)
        check_in_progress(case)
    check_text(command.body)
    message = staff_message(tx, case, command.command_id, command.body, command.phrase_id)
    case, row = add_to_case(tx, case, message, state=state if state != case.state else None)
    log(tx, case, "SEND", "message_sent")
    if is_chat(case) and not is_on_screen(tx, case):
        text_new_message(tx, case)
    return MessageAnswer(message=message, case=row)


def staff_message(
    tx: Tx, case: CaseRecord, identity: str, body: str, phrase_id: str | None = None
) -> Message:
    """The next message of a case, from the staff member who asks."""
    member = tx.staff
    return Message(
        id=identity,
        case_id=case.id,
        seq=case.message_count + 1,
        author="staff",
        author_id=member.id,
        author_name=member.display_name,
        author_title=member.title,
        body=body,
        sent_at=tx.now,
        phrase_id=phrase_id,
    )


def add_to_case(
    tx: Tx, case: CaseRecord, message: Message, *, state: str | None = None, by: StaffRef | None = None
) -> tuple[CaseRecord, CaseRow]:
    """Store a message, count it on its case and tell everybody; the case then, and its row.

    Where `state` is given, the message is a step of the life cycle, taken by the message's author.
    """
    changes: dict[str, Any] = {"message_count": message.seq}
    if message.author in {"staff", "system"}:
        changes |= {"staff_messages": case.staff_messages + 1, "last_staff_at": message.sent_at}
    else:
        changes |= {"unread": case.unread + 1, "last_resident_at": message.sent_at}
    if state is None:
        case = change_case(tx, case, message, **changes)
    else:
        if message.author == "staff":
            by = StaffRef(id=message.author_id, name=message.author_name, title=message.author_title)
        case = move_case(tx, case, by, message, state=state, **changes)
    row = tell_case(tx, case, "message.sent")
    if state is not None:
        for stream in resident_streams(tx, case):
            tx.emit(stream, ResidentCaseChanged(case=resident_case(tx, case)))
    tell_message(tx, case, message)
    return case, row


def tell_message(tx: Tx, case: CaseRecord, message: Message) -> None:
    """A message goes to the assignee, the invited and the resident, never to the unit's stream."""
    grades = _grades_of_author(tx, case, message)
    event = MessageChanged(message=masked_message(message, grades))
    for staff_id in writers(case.assignee_id, case.participants):
        tx.emit(staff_stream(staff_id), event)
    for resident_id in readers_of(tx, case):
        mine = MessageChanged(message=masked_message(message, grades, resident_id))
        tx.emit(resident_stream(resident_id), mine)


def _grades_of_author(tx: Tx, case: CaseRecord, message: Message) -> dict[str, str]:
    """How far the identity of a message's author is protected, by their id; nothing is read for staff."""
    if message.author == "proxy":
        return grades_of(tx.conn, (message.author_id,))
    return {case.resident_id: case.protected}


def is_invited(tx: Tx, case: CaseRecord) -> bool:
    """Whether the staff member who asks was invited into the case (slide 36)."""
    return any(person.id == tx.staff.id for person in case.invited)


def check_writer(tx: Tx, case: CaseRecord) -> None:
    """Refused for anybody but the one who has the case and the invited; says who has it."""
    if not is_invited(tx, case):
        check_assignee(tx, case)


def check_assignee(tx: Tx, case: CaseRecord) -> None:
    """Refused for anybody but the one who has the case; says who has it."""
    if case.assignee_id != tx.staff.id:
        raise blocked("case.not_assignee", case.assignee, case.changed_at)


def check_in_progress(case: CaseRecord) -> None:
    """Refused where the chat is not open."""
    if case.state == CaseState.IN_PROGRESS.value:
        return
    early = case.state in {CaseState.WAITING.value, CaseState.ACCEPTED.value, CaseState.BOOKED.value}
    raise blocked("case.not_started" if early else "case.finished", case.changed_by, case.changed_at)


def check_text(body: str) -> None:
    """Refused where nothing in the text can be seen, or a placeholder still stands in it."""
    check_body(body)
    if unresolved(body):
        raise invalid("body", "phrase.unresolved", N_("A placeholder in the text is not filled in yet."))


def check_body(body: str) -> None:
    """Refused where nothing in the text can be seen."""
    if is_blank(body):
        raise invalid("body", "message.empty", N_("Write something first."))


def mark_read(tx: Tx, command: MarkRead) -> CaseAnswer:
    """The assignee has read the resident's messages up to a place; reading twice changes nothing.

    What an invited colleague has read is still new to the assignee.
    """
    case = readable_case(tx, command.case_id)
    if case.assignee_id != tx.staff.id and is_invited(tx, case):
        return CaseAnswer(case=case_row(case, tx.now, tx.region))
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
    """The resident, or their guardian, writes: in a started visit (slide 53), or in an open chat.

    In a chat it is a step of its life, so that whoever marks it as done has seen this message (slide 32).
    """
    case = own_case(tx, command.case_id)
    state = None
    if is_chat(case):
        facts = AsyncFacts(
            is_resident=True, reply_allowed=case.reply_allowed, time_is_out=is_out_of_time(tx, case)
        )
        state = ask(case, AsyncCommand.RESIDENT_MESSAGE, facts).state.value
    else:
        check_in_progress(case)
    check_body(command.body)
    message = resident_message(tx, case, command.command_id, command.body)
    case, _row = add_to_case(tx, case, message, state=state)
    log(tx, case, "SEND", "resident_message")
    return MessageAnswer(message=message)


def resident_message(tx: Tx, case: CaseRecord, identity: str, body: str) -> Message:
    """The next message of a case, from the resident or guardian who asks."""
    proxy = case.acting_proxy_id is not None and tx.resident_id == case.acting_proxy_id
    return Message(
        id=identity,
        case_id=case.id,
        seq=case.message_count + 1,
        author="proxy" if proxy else "resident",
        author_id=tx.resident_id,
        author_name=resident_name(tx.conn, tx.resident_id),
        body=body,
        sent_at=tx.now,
    )


def resident_saw(tx: Tx, command: ResidentSaw) -> Done:
    """The staff's messages up to a place reached the resident, or were read."""
    case = own_case(tx, command.case_id)
    for message in seen_by_resident(tx.conn, case.id, command.seq, tx.now, read=command.read):
        tell_message(tx, case, message)
    return Done()
