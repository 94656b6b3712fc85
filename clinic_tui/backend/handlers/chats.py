"""Asynchronous chats from the staff's side: starting, marking as done, ending and going on (slides 23-47)."""

from typing import NoReturn

from sqlalchemy import bindparam, select

from clinic_tui.backend.cases import CaseRecord, case_row, readable_case, staff_case
from clinic_tui.backend.chat_texts import text_new_chat
from clinic_tui.backend.chats import (
    NewChat,
    Parties,
    has_open_successor,
    local_time,
    open_chat,
    parties_of,
)
from clinic_tui.backend.details import case_detail_of
from clinic_tui.backend.handlers.chat import add_to_case, check_text, staff_message
from clinic_tui.backend.handlers.common import (
    facts_of,
    is_chat,
    is_on_screen,
    log,
    step,
    tell_all,
    unit_name,
)
from clinic_tui.backend.handlers.drafts import forget_message_draft
from clinic_tui.backend.messages import newest
from clinic_tui.backend.profiles import resident_to_contact
from clinic_tui.backend.refused import blocked, by_rule, forbidden, invalid, not_found
from clinic_tui.backend.store.tables import drafts
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.undo import keep_case
from clinic_tui.domain.async_chats import AsyncCommand, AsyncState, check_channel, check_successor
from clinic_tui.domain.cases import Origin
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.refusals import N_
from clinic_tui.domain.roles import Permission
from clinic_tui.domain.undoing import Undoable
from clinic_tui.i18n import _
from clinic_tui.protocol.chat_commands import (
    ChatAnswer,
    CloseChat,
    ContinueChat,
    CreateChat,
    MarkDone,
    ProlongChat,
    SendOneWay,
)
from clinic_tui.protocol.command import CaseAnswer, DetailAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import Message

_QUOTED = 6
"""Messages of a chat that the one after it quotes."""
_QUOTE = 300
"""Characters of a quoted message."""
_UNSENT = select(drafts.c.body).where(
    drafts.c.case_id == bindparam("of"),
    drafts.c.staff_id == bindparam("who"),
    drafts.c.kind == "message",
)


def create_chat(tx: Tx, command: CreateChat) -> DetailAnswer:
    """Start a chat with a resident; the author has it, and its days never change (slides 30-32, 40)."""
    tx.require(Permission.CREATE_ASYNC, command.resident_id)
    _check_place(tx, command.unit_id, command.queue_role)
    parties = _parties(tx, command)
    _check_subject(command.subject)
    if command.body:
        check_text(command.body)
    if command.mark_done:
        state = AsyncState.HANDLED
    else:
        state = AsyncState.AWAITING_RESIDENT if command.body else AsyncState.AWAITING_STAFF
    case = open_chat(
        tx,
        NewChat(
            unit_id=command.unit_id,
            queue_role=command.queue_role,
            parties=parties,
            reason=command.subject.strip(),
            origin=Origin.STAFF,
            state=state,
            days=command.days,
            assignee=tx.staff.ref,
        ),
    )
    case = _begin(tx, case, command.command_id, command.body, command.phrase_id)
    text_new_chat(tx, case)
    return DetailAnswer(detail=case_detail_of(tx, case))


def send_one_way(tx: Tx, command: SendOneWay) -> ChatAnswer:
    """Write, send and close in one step: at no moment can the resident answer (slide 42)."""
    tx.require(Permission.CREATE_ASYNC, command.resident_id)
    _check_place(tx, command.unit_id, command.queue_role)
    parties = _parties(tx, command)
    _check_subject(command.subject)
    check_text(command.body)
    case = open_chat(
        tx,
        NewChat(
            unit_id=command.unit_id,
            queue_role=command.queue_role,
            parties=parties,
            reason=command.subject.strip(),
            origin=Origin.STAFF,
            state=AsyncState.CLOSED,
            days=1,
            assignee=tx.staff.ref,
            one_way=True,
        ),
    )
    case = _begin(tx, case, command.command_id, command.body, command.phrase_id)
    return ChatAnswer(case=case_row(case, tx.now, tx.region), texted=text_new_chat(tx, case))


def _check_place(tx: Tx, unit_id: str, queue_role: str) -> None:
    if unit_id not in tx.assignment.units:
        raise not_found(unit_id)
    if queue_role not in tx.roles_seen:
        raise forbidden()


def _parties(tx: Tx, command: CreateChat | SendOneWay) -> Parties:
    resident_to_contact(tx, command.resident_id, command.ground)
    parties = parties_of(tx, command.resident_id)
    _check_channel(parties, without_channel=command.without_channel)
    return parties


def _check_channel(parties: Parties, *, without_channel: bool) -> None:
    refusal = check_channel(has_channel=parties.has_channel, without_channel=without_channel)
    if refusal is not None:
        raise by_rule(refusal)


def _check_subject(subject: str) -> None:
    if is_blank(subject):
        raise invalid("subject", "case.reason_missing", N_("Say what it is about."))


def _begin(tx: Tx, case: CaseRecord, identity: str, body: str, phrase_id: str | None) -> CaseRecord:
    log(tx, case, "CREATE", "chat_created")
    tell_all(tx, case, "case.created")
    if not body:
        return case
    case, _row = add_to_case(tx, case, staff_message(tx, case, identity, body, phrase_id))
    log(tx, case, "SEND", "message_sent")
    return case


def mark_done(tx: Tx, command: MarkDone) -> CaseAnswer:
    """Take a chat off the to-do list; it stays open, and their next message brings it back (slide 32)."""
    before = staff_case(tx, command.case_id)
    case = step(tx, before, AsyncCommand.MARK_DONE, facts_of(tx, before), version=command.version)
    keep_case(tx, command.command_id, Undoable.MARK_DONE, before, case)
    log(tx, case, "UPDATE", "marked_done")
    tell_all(tx, case, "case.handled")
    return CaseAnswer(case=case_row(case, tx.now, tx.region), undo_id=command.command_id)


def close_chat(tx: Tx, command: CloseChat) -> CaseAnswer:
    """End a chat before its time: the resident can read it and write no more (slide 24).

    Refused while the author has a message that is not sent, unless they let it go.
    """
    case = staff_case(tx, command.case_id)
    unsent = tx.conn.execute(_UNSENT, {"of": case.id, "who": tx.staff.id}).scalar_one_or_none()
    facts = facts_of(tx, case, draft_unsent=not is_blank(unsent or ""), confirmed=command.discard_draft)
    case = step(tx, case, AsyncCommand.CLOSE, facts, version=command.version, closed_at=tx.now)
    forget_message_draft(tx, case.id)
    log(tx, case, "UPDATE", "chat_closed")
    tell_all(tx, case, "case.closed")
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def prolong_chat(tx: Tx, command: ProlongChat) -> NoReturn:
    """Nobody can prolong a chat; the refusal says how to go on instead (slide 40)."""
    readable_case(tx, command.case_id, lock=False)
    raise blocked("async.no_extension")


def continue_chat(tx: Tx, command: ContinueChat) -> DetailAnswer:
    """A new chat with the same resident that quotes the old one, which may have ended (domain.md 5.6)."""
    tx.require(Permission.CREATE_ASYNC, command.case_id)
    old = staff_case(tx, command.case_id)
    refusal = check_successor(
        of_a_chat=is_chat(old), wants_chat=True, has_open_one=has_open_successor(tx, old.id)
    )
    if refusal is not None:
        raise by_rule(refusal)
    parties = parties_of(tx, old.resident_id, old.acting_proxy_id)
    _check_channel(parties, without_channel=command.without_channel)
    case = open_chat(
        tx,
        NewChat(
            unit_id=old.unit_id,
            queue_role=old.queue_role,
            parties=parties,
            reason=old.reason,
            origin=Origin.STAFF,
            state=AsyncState.AWAITING_STAFF,
            days=command.days,
            assignee=tx.staff.ref,
            service_code=old.service_code,
            parent_id=old.id,
        ),
    )
    log(tx, case, "CREATE", "chat_continued")
    tell_all(tx, case, "case.created")
    case = say(tx, case, _quoting(tx, old))
    if not is_on_screen(tx, old):
        text_new_chat(tx, case)
    return DetailAnswer(detail=case_detail_of(tx, case))


def say(tx: Tx, case: CaseRecord, body: str) -> CaseRecord:
    """Put a message of the system into a chat, in the unit's name; the case then."""
    message = Message(
        id=new_id(int(tx.now.timestamp() * 1000)),
        case_id=case.id,
        seq=case.message_count + 1,
        author="system",
        author_id="",
        author_name=unit_name(tx, case.unit_id),
        body=body,
        sent_at=tx.now,
    )
    case, _row = add_to_case(tx, case, message)
    return case


def _quoting(tx: Tx, old: CaseRecord) -> str:
    quoted = newest(tx.conn, old.id, limit=_QUOTED).messages
    lines = [_quote(tx, message) for message in quoted if not is_blank(message.body)]
    if not lines:
        return _("This chat follows an earlier one.")
    return "\n\n".join((_("This chat follows an earlier one. The last messages there were:"), *lines))


def _quote(tx: Tx, message: Message) -> str:
    text = " ".join(message.body.split())
    if len(text) > _QUOTE:
        text = text[: _QUOTE - 1].rstrip() + "…"
    return f"{message.author_name}, {local_time(tx, message.sent_at)}: {text}"


def go_over(tx: Tx, visit: CaseRecord, days: int) -> CaseRecord:
    """The chat in which a signed visit goes on: the same owner, a life of its own (slide 57)."""
    chat = open_chat(
        tx,
        NewChat(
            unit_id=visit.unit_id,
            queue_role=visit.queue_role,
            parties=parties_of(tx, visit.resident_id, visit.acting_proxy_id),
            reason=visit.reason,
            origin=Origin.CONVERTED,
            state=AsyncState.AWAITING_STAFF,
            days=days,
            assignee=visit.assignee or tx.staff.ref,
            service_code=visit.service_code,
            parent_id=visit.id,
        ),
    )
    log(tx, chat, "CREATE", "converted")
    tell_all(tx, chat, "case.created")
    until = local_time(tx, chat.expires_at or tx.now)
    chat = say(
        tx, chat, _("Your visit goes on here as a chat. You can write until {until}.").format(until=until)
    )
    if not is_on_screen(tx, visit):
        text_new_chat(tx, chat)
    return chat
