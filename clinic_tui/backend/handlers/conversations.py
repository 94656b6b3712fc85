"""Conversations between staff: starting one, saying, reading and closing (slide 37, domain.md 2.5)."""

from sqlalchemy import bindparam, select

from clinic_tui.backend.access import sees_talk
from clinic_tui.backend.audit import Action, AuditEntry
from clinic_tui.backend.cases import CaseRecord, find_case, readable_case
from clinic_tui.backend.conversations import (
    Talk,
    begin,
    change,
    direct_with,
    find_talk,
    mark_read,
    open_beside,
    reloaded,
    say,
    tell,
    whole,
)
from clinic_tui.backend.handlers.common import log
from clinic_tui.backend.notices import read_of_conversation
from clinic_tui.backend.refused import blocked, invalid, not_found
from clinic_tui.backend.store.tables import staff
from clinic_tui.backend.targets import Target, check_reader, targets
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.units import roles_held
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.refusals import REASONS
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team_commands import (
    CloseConversation,
    ConversationAnswer,
    ReadConversation,
    SayToStaff,
    StartConversation,
)

_MEMBERS = 20
_LOCK_PAIR = (
    select(staff.c.id)
    .where(staff.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(staff.c.id)
    .with_for_update()
)


def start_conversation(tx: Tx, command: StartConversation) -> ConversationAnswer:
    """Start a conversation; a direct one with the same colleague, or the same staff chat, is gone on with."""
    tx.require(Permission.PREVIEW_CASE)
    people = (
        targets(tx, (one for one in command.staff_ids if one != tx.staff.id)) if command.staff_ids else ()
    )
    if len(people) > _MEMBERS:
        raise invalid("staff_ids", "conversation.too_many", REASONS["conversation.too_many"])
    if command.kind == "direct":
        talk, case = _direct(tx, command, people), None
    else:
        if command.case_id is None:
            raise invalid("case_id", "conversation.no_case", REASONS["conversation.no_case"])
        case = readable_case(tx, command.case_id, lock=False)
        for person in people:
            check_reader(person)
        chat = command.kind == "staff_chat"
        talk = _beside(tx, command, case, people) if chat else _consultation(tx, command, case, people)
    if talk.row["count"] == 0 and talk.id == command.command_id:
        _log(tx, talk, case, "CREATE", "conversation_started")
    if is_blank(command.body):
        if talk.id == command.command_id:
            tell(tx, talk)
    else:
        talk = say(tx, talk, command.command_id, command.body)
        _log(tx, talk, case, "SEND", "said_to_staff")
    return ConversationAnswer(conversation=whole(tx, talk))


def _direct(tx: Tx, command: StartConversation, people: tuple[Target, ...]) -> Talk:
    if len(people) != 1 or command.case_id is not None or command.role is not None:
        raise invalid("staff_ids", "conversation.one_colleague", REASONS["conversation.one_colleague"])
    other = people[0].ref
    # Both are locked, so that two who turn to each other at once meet in one conversation.
    tx.conn.execute(_LOCK_PAIR, {"ids": sorted((tx.staff.id, other.id))}).all()
    known = direct_with(tx, other.id)
    if known is not None:
        return reloaded(tx, known.id)
    return begin(tx, command.command_id, "direct", (other,), unit_id=tx.assignment.unit_id)


def _beside(tx: Tx, command: StartConversation, case: CaseRecord, people: tuple[Target, ...]) -> Talk:
    """Only those who take part in the case talk beside it; without names it is all of them."""
    writers: list[StaffRef] = [*([case.assignee] if case.assignee else []), *case.invited]
    if all(one.id != tx.staff.id for one in writers):
        raise blocked("case.not_assignee", case.assignee, case.changed_at)
    members = tuple(person.ref for person in people) or tuple(w for w in writers if w.id != tx.staff.id)
    if not members:
        raise invalid("staff_ids", "conversation.nobody", REASONS["conversation.nobody"])
    for talk in open_beside(tx, case.id):
        known = {one.id for one in talk.refs}
        if tx.staff.id in known and {one.id for one in members} <= known:
            return talk
    return begin(
        tx,
        command.command_id,
        "staff_chat",
        members,
        unit_id=case.unit_id,
        case_id=case.id,
        subject=command.subject.strip(),
        urgent=command.urgent,
    )


def _consultation(tx: Tx, command: StartConversation, case: CaseRecord, people: tuple[Target, ...]) -> Talk:
    """A question to named colleagues or a role's queue at the unit; the case stays with its owner."""
    if is_blank(command.body) and is_blank(command.subject):
        raise invalid("body", "message.empty", REASONS["conversation.no_question"])
    if not people and command.role is None:
        raise invalid("staff_ids", "conversation.nobody", REASONS["conversation.nobody"])
    if command.role is not None and command.role not in roles_held(tx, case.unit_id):
        raise invalid("role", "conversation.nobody_there", REASONS["conversation.nobody_there"])
    return begin(
        tx,
        command.command_id,
        "consultation",
        (person.ref for person in people),
        unit_id=case.unit_id,
        case_id=case.id,
        role=command.role or "",
        subject=command.subject.strip(),
        urgent=command.urgent,
    )


def say_to_staff(tx: Tx, command: SayToStaff) -> ConversationAnswer:
    """Write to colleagues; whoever of an asked role answers takes part from then on."""
    talk = _reachable(tx, command.conversation_id)
    if talk.row["state"] != "open":
        raise blocked("conversation.closed")
    if is_blank(command.body):
        raise invalid("body", "message.empty", REASONS["conversation.empty"])
    talk = say(tx, talk, command.command_id, command.body)
    read_of_conversation(tx, tx.staff.id, talk.id)
    _log(tx, talk, _case_of(tx, talk), "SEND", "said_to_staff")
    return ConversationAnswer(conversation=whole(tx, talk))


def read_conversation(tx: Tx, command: ReadConversation) -> ConversationAnswer:
    """Read up to a message; the notice of the conversation is then read too."""
    talk = _reachable(tx, command.conversation_id)
    talk = mark_read(tx, talk, command.seq)
    read_of_conversation(tx, tx.staff.id, talk.id)
    _log(tx, talk, _case_of(tx, talk), "READ", "conversation_read")
    return ConversationAnswer(conversation=whole(tx, talk))


def close_conversation(tx: Tx, command: CloseConversation) -> ConversationAnswer:
    """End a conversation: a consultation is answered, any other closed. Twice changes nothing."""
    talk = _reachable(tx, command.conversation_id)
    if talk.read_by(tx.staff.id) is None:
        raise blocked("conversation.not_member")
    if talk.row["state"] == "open":
        change(tx, talk, state="answered" if talk.row["kind"] == "consultation" else "closed")
        talk = reloaded(tx, talk.id)
        tell(tx, talk)
        _log(tx, talk, _case_of(tx, talk), "UPDATE", "conversation_closed")
    return ConversationAnswer(conversation=whole(tx, talk))


def _reachable(tx: Tx, conversation_id: str) -> Talk:
    """A conversation of one's own, or a question to one's role; no other exists here."""
    tx.require(Permission.PREVIEW_CASE)
    talk = find_talk(tx, conversation_id)
    if talk is None or not sees_talk(tx.desk_viewer, talk.access):
        raise not_found(conversation_id)
    return talk


def _case_of(tx: Tx, talk: Talk) -> CaseRecord | None:
    return None if talk.row["case_id"] is None else find_case(tx, talk.row["case_id"], lock=False)


def _log(tx: Tx, talk: Talk, case: CaseRecord | None, action: Action, code: str) -> None:
    """What is said beside a case is patient data, in the same log as the case."""
    if case is not None:
        log(tx, case, action, code, talk.id)
        return
    unit = talk.row["unit_id"]
    tx.audit(
        AuditEntry(action=action, code=code, object_type="conversation", object_id=talk.id, unit_id=unit)
    )
