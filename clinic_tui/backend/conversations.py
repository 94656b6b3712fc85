"""Conversations between staff in the store: who takes part, what was said, who is told (domain.md 2.5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from sqlalchemy import RowMapping, bindparam, delete, insert, or_, select, update

from clinic_tui.backend.access import TalkAccess, sees_talk
from clinic_tui.backend.notices import notify
from clinic_tui.backend.rules import roles_seen
from clinic_tui.backend.store.tables import assignments, cases
from clinic_tui.backend.store.team_tables import conversation_members, conversations, shifts, staff_messages
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.roles import Role
from clinic_tui.protocol.events import ConversationChanged
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Conversation, ConversationKind, StaffMessage

PAGE = 50
"""The newest messages of a conversation that answers and snapshots carry."""
SHORT = 200
"""Characters of the newest message that a list shows."""

_texts = msgspec.json.Decoder(tuple[str, ...])
_ADD = insert(conversations)
_ADD_MEMBER = insert(conversation_members)
_ADD_MESSAGE = insert(staff_messages)
_FIND = select(conversations).where(conversations.c.id == bindparam("wanted"))
_LOCK = _FIND.with_for_update()
_MEMBERS = (
    select(conversation_members)
    .where(conversation_members.c.conversation_id.in_(bindparam("ids", expanding=True)))
    .order_by(conversation_members.c.name, conversation_members.c.staff_id)
)
_NEWEST = (
    select(staff_messages)
    .join_from(staff_messages, conversations, conversations.c.id == staff_messages.c.conversation_id)
    .where(
        staff_messages.c.conversation_id.in_(bindparam("ids", expanding=True)),
        staff_messages.c.seq > conversations.c.count - PAGE,
    )
    .order_by(staff_messages.c.conversation_id, staff_messages.c.seq)
)
_IS_MEMBER = conversations.c.id.in_(
    select(conversation_members.c.conversation_id).where(conversation_members.c.staff_id == bindparam("who"))
)
_UNREAD = conversations.c.id.in_(
    select(conversation_members.c.conversation_id).where(
        conversation_members.c.staff_id == bindparam("who"),
        conversation_members.c.read < conversations.c.count,
    )
)
_ASKED = (
    (conversations.c.kind == "consultation")
    & (conversations.c.state == "open")
    & conversations.c.unit_id.in_(bindparam("units", expanding=True))
    & conversations.c.role.in_(bindparam("roles", expanding=True))
)
_MINE = (
    select(conversations, cases.c.closed_at)
    .join_from(conversations, cases, cases.c.id == conversations.c.case_id, isouter=True)
    .where(or_(_IS_MEMBER & ((conversations.c.state == "open") | _UNREAD), _ASKED))
    .order_by(conversations.c.last_at, conversations.c.id)
)
_BESIDE = (
    select(conversations)
    .where(conversations.c.case_id == bindparam("of"), conversations.c.kind == "staff_chat", _IS_MEMBER)
    .order_by(conversations.c.started_at, conversations.c.id)
)
_OPEN_BESIDE = (
    select(conversations)
    .where(
        conversations.c.case_id == bindparam("of"),
        conversations.c.kind == "staff_chat",
        conversations.c.state == "open",
    )
    .order_by(conversations.c.id)
    .with_for_update()
)
_OTHER = conversation_members.alias("other")
_DIRECT = (
    select(conversations)
    .join(conversation_members, conversation_members.c.conversation_id == conversations.c.id)
    .join(_OTHER, _OTHER.c.conversation_id == conversations.c.id)
    .where(
        conversations.c.kind == "direct",
        conversations.c.state == "open",
        conversation_members.c.staff_id == bindparam("who"),
        _OTHER.c.staff_id == bindparam("whom"),
    )
    .order_by(conversations.c.id)
    .limit(1)
)
_CHANGE = (
    update(conversations)
    .where(conversations.c.id == bindparam("which"))
    .values(
        state=bindparam("new_state"),
        last_at=bindparam("new_last_at", type_=conversations.c.last_at.type),
        last_body=bindparam("new_last_body"),
        count=bindparam("new_count"),
        revision=conversations.c.revision + 1,
    )
)
_READ = (
    update(conversation_members)
    .where(conversation_members.c.conversation_id == bindparam("which"))
    .where(conversation_members.c.staff_id == bindparam("who"))
    .values(read=bindparam("new_read"))
)
_REMOVE = delete(conversation_members).where(
    conversation_members.c.conversation_id == bindparam("which"),
    conversation_members.c.staff_id == bindparam("who"),
)
_ON_SHIFT = (
    select(shifts.c.staff_id, shifts.c.unit_id, shifts.c.role, assignments.c.covers)
    .join_from(
        shifts,
        assignments,
        (assignments.c.staff_id == shifts.c.staff_id)
        & (assignments.c.unit_id == shifts.c.unit_id)
        & (assignments.c.role == shifts.c.role),
    )
    .where(shifts.c.ended_at.is_(None))
)


@dataclass(frozen=True)
class Talk:
    """A conversation as stored, and who takes part in it."""

    row: RowMapping
    members: tuple[RowMapping, ...]

    @property
    def id(self) -> str:
        """The conversation's id."""
        return self.row["id"]

    @property
    def refs(self) -> tuple[StaffRef, ...]:
        """The members as colleagues see them."""
        return tuple(StaffRef(id=m["staff_id"], name=m["name"], title=m["title"]) for m in self.members)

    def read_by(self, staff_id: str) -> int | None:
        """The newest message a member has read; None for somebody who is no member."""
        return next((m["read"] for m in self.members if m["staff_id"] == staff_id), None)

    @property
    def access(self) -> TalkAccess:
        """What decides who may be told of it."""
        row = self.row
        return TalkAccess(
            unit_id=row["unit_id"],
            members=frozenset(member["staff_id"] for member in self.members),
            asked_role=row["role"] if row["kind"] == "consultation" else "",
        )


def find_talk(tx: Tx, conversation_id: str, *, lock: bool = True) -> Talk | None:
    """A conversation without any check of access."""
    row = tx.conn.execute(_LOCK if lock else _FIND, {"wanted": conversation_id}).mappings().one_or_none()
    return None if row is None else _talks(tx, [row])[0]


def direct_with(tx: Tx, staff_id: str) -> Talk | None:
    """The open direct conversation with a colleague."""
    asked = {"who": tx.staff.id, "whom": staff_id}
    row = tx.conn.execute(_DIRECT, asked).mappings().one_or_none()
    return None if row is None else _talks(tx, [row])[0]


def open_beside(tx: Tx, case_id: str) -> list[Talk]:
    """The open staff chats of a case, whoever is in them."""
    return _talks(tx, tx.conn.execute(_OPEN_BESIDE, {"of": case_id}).mappings().all())


def _talks(tx: Tx, rows: Iterable[RowMapping]) -> list[Talk]:
    found = list(rows)
    members: dict[str, list[RowMapping]] = {row["id"]: [] for row in found}
    if found:
        for member in tx.conn.execute(_MEMBERS, {"ids": list(members)}).mappings():
            members[member["conversation_id"]].append(member)
    return [Talk(row, tuple(members[row["id"]])) for row in found]


def begin(
    tx: Tx,
    identity: str,
    kind: ConversationKind,
    people: Iterable[StaffRef],
    *,
    unit_id: str,
    case_id: str | None = None,
    role: str = "",
    subject: str = "",
    urgent: bool = False,
) -> Talk:
    """Store a new conversation; whoever asks is its first member."""
    me = tx.staff.ref
    values: dict[str, Any] = {
        "id": identity,
        "kind": kind,
        "case_id": case_id,
        "unit_id": unit_id,
        "role": role,
        "subject": subject,
        "urgent": urgent,
        "asked_by_id": me.id,
        "asked_by_name": me.name,
        "asked_by_title": me.title,
        "state": "open",
        "started_at": tx.now,
        "last_at": tx.now,
    }
    tx.conn.execute(_ADD, values)
    for person in {one.id: one for one in (me, *people)}.values():
        _join(tx, identity, person)
    return reloaded(tx, identity)


def _join(tx: Tx, identity: str, person: StaffRef, *, read: int = 0) -> None:
    row = {"conversation_id": identity, "staff_id": person.id, "name": person.name, "title": person.title}
    tx.conn.execute(_ADD_MEMBER, {**row, "read": read})


def reloaded(tx: Tx, identity: str) -> Talk:
    """A conversation that is there, as it is now."""
    talk = find_talk(tx, identity)
    return talk if talk is not None else tx.missing(identity)


def say(tx: Tx, talk: Talk, identity: str, body: str) -> Talk:
    """Store what the staff member says, count it and tell everybody who takes part."""
    me = tx.staff.ref
    message = StaffMessage(
        id=identity, conversation_id=talk.id, seq=talk.row["count"] + 1, author=me, body=body, sent_at=tx.now
    )
    tx.conn.execute(
        _ADD_MESSAGE,
        {
            "id": identity,
            "conversation_id": talk.id,
            "seq": message.seq,
            "author_id": me.id,
            "author_name": me.name,
            "author_title": me.title,
            "body": body,
            "sent_at": tx.now,
        },
    )
    if talk.read_by(me.id) is None:
        _join(tx, talk.id, me, read=message.seq)
    change(tx, talk, last_at=tx.now, last_body=body[:SHORT], count=message.seq)
    tx.conn.execute(_READ, {"which": talk.id, "who": me.id, "new_read": message.seq})
    after = reloaded(tx, talk.id)
    tell(tx, after, (message,))
    for person in after.refs:
        notify(tx, person.id, "conversation", conversation_id=talk.id, who=me, detail=talk.row["subject"])
    return after


def change(tx: Tx, talk: Talk, **changes: Any) -> None:
    """Store a change of a conversation; its revision rises."""
    names = ("state", "last_at", "last_body", "count")
    new = {f"new_{name}": changes.get(name, talk.row[name]) for name in names}
    tx.conn.execute(_CHANGE, {"which": talk.id, **new})


def mark_read(tx: Tx, talk: Talk, seq: int) -> Talk:
    """A member has read up to a message; nobody else is told."""
    known = talk.read_by(tx.staff.id)
    upto = min(seq, talk.row["count"])
    if known is None or upto <= known:
        return talk
    change(tx, talk)
    tx.conn.execute(_READ, {"which": talk.id, "who": tx.staff.id, "new_read": upto})
    after = reloaded(tx, talk.id)
    event = ConversationChanged(conversation=shown(after, tx.staff.id))
    tx.emit(staff_stream(tx.staff.id), event)
    return after


def tell(tx: Tx, talk: Talk, messages: tuple[StaffMessage, ...] = ()) -> None:
    """Tell every member, each with what they have read, and those on shift whose role is asked."""
    told = {member["staff_id"] for member in talk.members}
    asked = _asked_now(tx, talk) - told if talk.row["role"] else set[str]()
    for staff_id in sorted(told | asked):
        event = ConversationChanged(conversation=shown(talk, staff_id, messages))
        tx.emit(staff_stream(staff_id), event)


def _asked_now(tx: Tx, talk: Talk) -> set[str]:
    """Who is on shift at the unit with a role that is asked: nobody else there reads what is said."""
    found: set[str] = set()
    for row in tx.conn.execute(_ON_SHIFT).mappings():
        at_unit = talk.row["unit_id"] in {row["unit_id"], *_texts.decode(row["covers"])}
        if at_unit and talk.row["role"] in roles_seen(tx.region, Role(row["role"])):
            found.add(row["staff_id"])
    return found


def admit(tx: Tx, case_id: str, person: StaffRef) -> None:
    """Somebody who now has a case, or was invited into it, takes part in its open staff chats."""
    for talk in open_beside(tx, case_id):
        if talk.read_by(person.id) is None:
            _join(tx, talk.id, person)
            change(tx, talk)
            tell(tx, reloaded(tx, talk.id))


def expel(tx: Tx, case_id: str, staff_id: str) -> None:
    """Somebody who left a case no longer reads its staff chats; for them they are closed."""
    for talk in open_beside(tx, case_id):
        if talk.read_by(staff_id) is None:
            continue
        tx.conn.execute(_REMOVE, {"which": talk.id, "who": staff_id})
        change(tx, talk)
        after = reloaded(tx, talk.id)
        tell(tx, after)
        gone = msgspec.structs.replace(shown(after, staff_id), state="closed", last_body="", members=())
        tx.emit(staff_stream(staff_id), ConversationChanged(conversation=gone))


def shown(talk: Talk, staff_id: str, messages: tuple[StaffMessage, ...] = ()) -> Conversation:
    """A conversation as one staff member sees it."""
    row = talk.row
    return Conversation(
        id=talk.id,
        kind=row["kind"],
        case_id=row["case_id"],
        unit_id=row["unit_id"],
        role=row["role"],
        subject=row["subject"],
        urgent=row["urgent"],
        asked_by=StaffRef(id=row["asked_by_id"], name=row["asked_by_name"], title=row["asked_by_title"]),
        members=talk.refs,
        state=row["state"],
        started_at=row["started_at"],
        last_at=row["last_at"],
        last_body=row["last_body"],
        messages=messages,
        count=row["count"],
        read=talk.read_by(staff_id) or 0,
        revision=row["revision"],
    )


def whole(tx: Tx, talk: Talk) -> Conversation:
    """A conversation as the staff member who asks sees it, with its newest messages, oldest first."""
    return _wholes(tx, [talk])[0]


def _wholes(tx: Tx, talks: list[Talk]) -> tuple[Conversation, ...]:
    """Conversations with their newest messages, which one query brings for all."""
    messages: dict[str, list[StaffMessage]] = {talk.id: [] for talk in talks}
    if talks:
        for row in tx.conn.execute(_NEWEST, {"ids": list(messages)}).mappings():
            message = StaffMessage(
                id=row["id"],
                conversation_id=row["conversation_id"],
                seq=row["seq"],
                author=StaffRef(id=row["author_id"], name=row["author_name"], title=row["author_title"]),
                body=row["body"],
                sent_at=row["sent_at"],
            )
            messages[message.conversation_id].append(message)
    return tuple(shown(talk, tx.staff.id, tuple(messages[talk.id])) for talk in talks)


def my_conversations(tx: Tx) -> tuple[Conversation, ...]:
    """Open conversations of the staff member, those with something unread, and questions to their role.

    Those of the assignment in force (see `access.sees_talk`). A chat beside a case that is closed is left out
    once it is read.
    """
    asked = {"who": tx.staff.id, "units": list(tx.assignment.units), "roles": list(tx.roles_seen)}
    rows = cast("list[RowMapping]", tx.conn.execute(_MINE, asked).mappings().all())
    talks = [talk for talk in _talks(tx, rows) if sees_talk(tx.desk_viewer, talk.access)]
    talks = [
        talk
        for talk in talks
        if talk.row["kind"] != "staff_chat"
        or talk.row["closed_at"] is None
        or (talk.read_by(tx.staff.id) or 0) < talk.row["count"]
    ]
    return _wholes(tx, talks)


def beside(tx: Tx, case_id: str) -> tuple[Conversation, ...]:
    """The staff chats beside a case that the staff member takes part in (slide 37)."""
    rows = tx.conn.execute(_BESIDE, {"of": case_id, "who": tx.staff.id}).mappings().all()
    return _wholes(tx, _talks(tx, rows))
