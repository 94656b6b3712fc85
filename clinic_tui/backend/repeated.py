"""The answer of a command that comes again: its content only to who may read it now.

A first answer is kept for long (a client that lost it asks again), and who sent the command may have left the
case, or their unit, since. So an answer is made anew from the store and not handed out as it was kept.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from clinic_tui.backend.access import sees_talk
from clinic_tui.backend.cases import CaseRecord, case_row, find_case, own_case, readable_case
from clinic_tui.backend.circle import may_read
from clinic_tui.backend.conversations import find_talk, whole
from clinic_tui.backend.details import case_detail_of
from clinic_tui.backend.grounds import known_resident
from clinic_tui.backend.handlers.common import log, resident_case
from clinic_tui.backend.handlers.permissions import check_permission
from clinic_tui.backend.messages import newest
from clinic_tui.backend.notices import shown_notices
from clinic_tui.backend.profiles import log_resident, profile_of
from clinic_tui.backend.refused import not_found
from clinic_tui.backend.tickets import find_ticket
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.verifications import find_item, may_see
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.chat_commands import ChatAnswer, TicketAnswer
from clinic_tui.protocol.codec import decode, encode
from clinic_tui.protocol.command import DetailAnswer
from clinic_tui.protocol.commands import (
    COMMANDS,
    CaseAnswer,
    DraftAnswer,
    MessageAnswer,
    NoteAnswer,
    ResidentCaseAnswer,
    UndoAnswer,
)
from clinic_tui.protocol.patient_commands import ProfileOpened, ResidentFound, VerificationAnswer
from clinic_tui.protocol.refs import ResidentRef
from clinic_tui.protocol.resources import CaseDetail, CaseRow
from clinic_tui.protocol.team_commands import ConversationAnswer, NoticesAnswer
from clinic_tui.protocol.unit_commands import UnitAnswer
from clinic_tui.protocol.wire import Wire

CODE = "answer_repeated"
"""What the access log calls a read that comes of it."""


def answer_again(tx: Tx, name: str, kept: bytes) -> bytes:
    """The answer of a command that was carried out before; refused as a read of the same would be.

    Where all that is left to say is that it was done, the row it would hold is empty (see `done_row`).
    """
    spec = COMMANDS[name]
    if spec.party == "staff":
        check_permission(tx, name)
    answer = decode(spec.answer, kept)
    renew = RENEWED.get(type(answer))
    return kept if renew is None else encode(renew(tx, answer))


def done_row(row: CaseRow) -> CaseRow:
    """A row that says nothing but which case it is: a desk takes it for old news of no unit of its own."""
    return CaseRow(
        id=row.id,
        kind=row.kind,
        origin="",
        state=row.state,
        unit_id="",
        queue_role="",
        service_code="",
        resident=ResidentRef(id="", name="", birth_date=None, age=None, sex="unknown"),
        reason="",
        priority=None,
        priority_source="",
        queued_at=row.queued_at,
        version=0,
        revision=0,
    )


def _seen(tx: Tx, case_id: str) -> CaseRecord | None:
    """The case, where the session may read it now; the read is in the access log."""
    case = find_case(tx, case_id, lock=False)
    if case is None or not tx.allows(Permission.PREVIEW_CASE) or not may_read(tx, case):
        return None
    log(tx, case, "READ", CODE)
    return case


def _row(tx: Tx, row: CaseRow) -> CaseRow:
    case = _seen(tx, row.id)
    return done_row(row) if case is None else case_row(case, tx.now, tx.region)


def _whole_case(tx: Tx, case_id: str) -> CaseDetail:
    tx.require(Permission.PREVIEW_CASE, case_id)
    case = readable_case(tx, case_id, lock=False)
    log(tx, case, "READ", CODE)
    return case_detail_of(tx, case)


def _detail(tx: Tx, answer: DetailAnswer) -> DetailAnswer:
    """The case as it is now; while it is as it was, the same answer, which was made before its own event."""
    kept, now = answer.detail, _whole_case(tx, answer.detail.row.id)
    if now.row.revision == kept.row.revision:
        now = replace(now, events=kept.events)
    return replace(answer, detail=now)


def _of_case(tx: Tx, answer: CaseAnswer | ChatAnswer) -> CaseAnswer | ChatAnswer:
    return replace(answer, case=_row(tx, answer.case))


def _message(tx: Tx, answer: MessageAnswer) -> MessageAnswer:
    """One's own words are told again; a resident's to who may read the case, as they may read it still."""
    case_id = answer.message.case_id
    if tx.session is not None and tx.session.party == "resident":
        own_case(tx, case_id, lock=False)
        return answer
    case = _seen(tx, case_id)
    return replace(answer, case=None if case is None else case_row(case, tx.now, tx.region))


def _note(tx: Tx, answer: NoteAnswer) -> NoteAnswer:
    """One's own note; the chat that went on only to who may read it."""
    successor = answer.successor
    if successor is not None:
        seen = _seen(tx, successor.row.id)
        successor = None if seen is None else case_detail_of(tx, seen)
    return replace(answer, case=_row(tx, answer.case), successor=successor)


def _draft(tx: Tx, answer: DraftAnswer) -> DraftAnswer:
    if answer.draft.body:
        readable_case(tx, answer.draft.case_id, lock=False)
    return answer


def _talk(tx: Tx, answer: ConversationAnswer) -> ConversationAnswer:
    identity = answer.conversation.id
    talk = find_talk(tx, identity, lock=False)
    if talk is None or not tx.allows(Permission.PREVIEW_CASE) or not sees_talk(tx.desk_viewer, talk.access):
        raise not_found(identity)
    case_id = talk.row["case_id"]
    case = None if case_id is None else find_case(tx, case_id, lock=False)
    if case is not None:
        log(tx, case, "READ", CODE, talk.id)
    return replace(answer, conversation=whole(tx, talk))


def _ticket(tx: Tx, answer: TicketAnswer) -> TicketAnswer:
    ticket = find_ticket(tx, answer.ticket.id, lock=False)
    if ticket is None or not {ticket.unit_id, ticket.issuer_unit_id} & set(tx.assignment.units):
        raise not_found(answer.ticket.id)
    log_resident(tx, "READ", CODE, ticket.resident.id)
    return replace(answer, ticket=ticket)


def _item(tx: Tx, answer: VerificationAnswer) -> VerificationAnswer:
    item = find_item(tx, answer.verification.id)
    if item is None or not may_see(tx, item):
        raise not_found(answer.verification.id)
    if item.resident is not None:
        log_resident(tx, "READ", CODE, item.resident.id)
    return replace(answer, verification=item)


def _found(tx: Tx, answer: ResidentFound) -> ResidentFound:
    if answer.profile is None:
        return answer
    return replace(answer, profile=_profile(tx, answer.profile.resident.id))


def _opened(tx: Tx, answer: ProfileOpened) -> ProfileOpened:
    return replace(answer, profile=_profile(tx, answer.profile.resident.id))


def _profile(tx: Tx, resident_id: str) -> Any:
    profile = profile_of(tx, known_resident(tx, resident_id))
    log_resident(tx, "READ", CODE, resident_id, profile)
    return profile


def _undone(tx: Tx, answer: UndoAnswer) -> UndoAnswer:
    case = answer.case
    ticket = answer.ticket
    if ticket is not None:
        ticket = _ticket(tx, TicketAnswer(ticket=ticket)).ticket
    return replace(answer, case=None if case is None else _row(tx, case), ticket=ticket)


def _notices(tx: Tx, answer: NoticesAnswer) -> NoticesAnswer:
    return replace(answer, notices=shown_notices(tx, answer.notices))


def _unit(tx: Tx, answer: UnitAnswer) -> UnitAnswer:
    if answer.settings.unit_id not in tx.assignment.units:
        raise not_found(answer.settings.unit_id)
    return answer


def _resident_case(tx: Tx, answer: ResidentCaseAnswer) -> ResidentCaseAnswer:
    case = own_case(tx, answer.case.id, lock=False)
    page = newest(tx.conn, case.id, reader=tx.resident_id)
    return replace(answer, case=resident_case(tx, case, page.messages))


RENEWED: dict[type[Wire], Callable[[Tx, Any], Wire]] = {
    DetailAnswer: _detail,
    CaseAnswer: _of_case,
    ChatAnswer: _of_case,
    MessageAnswer: _message,
    NoteAnswer: _note,
    DraftAnswer: _draft,
    ConversationAnswer: _talk,
    TicketAnswer: _ticket,
    VerificationAnswer: _item,
    ResidentFound: _found,
    ProfileOpened: _opened,
    UndoAnswer: _undone,
    NoticesAnswer: _notices,
    UnitAnswer: _unit,
    ResidentCaseAnswer: _resident_case,
}
"""How each kind of answer is made anew."""
OWN = frozenset({"Done", "ProfileAnswer", "PhraseAnswer", "ColleagueAnswer"})
"""Answers that hold nothing but what is the sender's own, or everybody's at their unit."""
