"""Events of the store with what decides who may see them now, and without what has become secret since."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import BindParameter, Connection, bindparam, select

from clinic_tui.backend.access import (
    Access,
    CaseAccess,
    Guarded,
    TalkAccess,
    TicketAccess,
    case_access,
    talk_access,
)
from clinic_tui.backend.delivery import Committed, Subject, subject_of
from clinic_tui.backend.guardians import Moment, guardians_of
from clinic_tui.backend.identity import masked_message, masked_ref, masked_row
from clinic_tui.backend.proxies import PROXY_HOLDS, with_proxy
from clinic_tui.backend.store.tables import cases, residents
from clinic_tui.backend.store.team_tables import conversation_members, conversations, tickets
from clinic_tui.backend.streams import events_after
from clinic_tui.domain.region import RegionProfile
from clinic_tui.protocol.events import (
    CaseChanged,
    ConversationChanged,
    Envelope,
    Event,
    MessageChanged,
    NoticeAdded,
    TicketChanged,
    VerificationChanged,
)
from clinic_tui.protocol.refs import ResidentRef

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_FACTS: Any = (
    select(
        cases.c.id,
        cases.c.unit_id,
        cases.c.queue_role,
        cases.c.assignee_id,
        cases.c.participants,
        cases.c.hand_over,
        cases.c.resident_id,
        cases.c.acting_proxy_id,
        residents.c.birth_date,
        residents.c.protected,
        PROXY_HOLDS,
    )
    .join_from(cases, residents, residents.c.id == cases.c.resident_id)
    .where(cases.c.id.in_(_IDS))
)
_CASES = with_proxy(_FACTS)
_TALKS = select(
    conversations.c.id, conversations.c.unit_id, conversations.c.kind, conversations.c.role
).where(conversations.c.id.in_(_IDS))
_MEMBERS = select(conversation_members.c.conversation_id, conversation_members.c.staff_id).where(
    conversation_members.c.conversation_id.in_(_IDS)
)
_TICKETS = select(tickets.c.id, tickets.c.resident_id).where(tickets.c.id.in_(_IDS))
_ISSUED = select(tickets.c.resident_id, tickets.c.issuer_unit_id).where(tickets.c.resident_id.in_(_IDS))
_PROTECTED = select(residents.c.id, residents.c.protected).where(
    residents.c.id.in_(_IDS), residents.c.protected != "none"
)
_RESIDENT_STREAM = "resident:"
_NOTHING = Subject("", "")


@dataclass(frozen=True)
class Reading:
    """A look into the store at one moment, outside a command; a `guardians.Moment`."""

    conn: Connection
    now: datetime
    region: RegionProfile


def events_to_deliver(moment: Moment, stream: str, seq: int, limit: int) -> tuple[Committed, ...]:
    """At most `limit` events of a stream that come after `seq`, in order, as they may be told now.

    Access is that of this moment, not of the one they were written at; a person whose identity has been
    protected since is not named.
    """
    found = events_after(moment.conn, stream, seq, limit)
    access = access_to(moment, {subject for one in found if (subject := subject_of(one.event))})
    grades = grades_of(moment.conn, (person for one in found for person in people_in(one.event)))
    reader = stream.removeprefix(_RESIDENT_STREAM) if stream.startswith(_RESIDENT_STREAM) else None
    told: list[Committed] = []
    for one in found:
        known = access.get(subject_of(one.event) or _NOTHING)
        told.append(Committed(_masked(one, known, grades, reader), known))
    return tuple(told)


def committed(
    moment: Moment, envelopes: Sequence[Envelope], known: Mapping[str, Guarded]
) -> tuple[Committed, ...]:
    """What a transaction emitted, with what decides who may see it.

    `known` are the cases as it left them, by id: only what is not among them is read.
    """
    subjects = [subject_of(one.event) for one in envelopes]
    access: dict[Subject | None, Access] = {}
    missing: set[Subject] = set()
    for envelope, subject in zip(envelopes, subjects, strict=True):
        if subject is None or subject in access:
            continue
        case = known.get(subject.id) if subject.kind == "case" else None
        if case is not None:
            access[subject] = case_access(case, moment.now, moment.region)
        elif isinstance(envelope.event, ConversationChanged) and envelope.event.conversation.members:
            access[subject] = talk_access(envelope.event.conversation)
        else:
            missing.add(subject)
    access = {**access, **access_to(moment, missing - access.keys())}
    return tuple(
        Committed(one, access.get(subject)) for one, subject in zip(envelopes, subjects, strict=True)
    )


def grades_of(conn: Connection, people: Iterable[str]) -> dict[str, str]:
    """How far the identity of these residents is protected; those whose is not are left out."""
    asked = sorted(set(people))
    if not asked:
        return {}
    return {row.id: row.protected for row in conn.execute(_PROTECTED, {"ids": asked})}


def access_to(moment: Moment, subjects: Iterable[Subject]) -> dict[Subject, Access]:
    """What decides who may see these, read in a few queries for all."""
    asked: dict[str, list[str]] = {}
    for subject in subjects:
        asked.setdefault(subject.kind, []).append(subject.id)
    found: dict[Subject, Access] = {}
    for kind, read in _READ.items():
        ids = sorted(asked.get(kind, ()))
        if ids:
            found |= {Subject(kind, identity): access for identity, access in read(moment, ids).items()}
    return found


def cases_access(moment: Moment, ids: Iterable[str | None]) -> Mapping[str, CaseAccess]:
    """What decides who may be told of these cases, by id."""
    asked = sorted({one for one in ids if one is not None})
    return _cases(moment, asked) if asked else {}


def _cases(moment: Moment, ids: list[str]) -> Mapping[str, CaseAccess]:
    rows: Sequence[Any] = moment.conn.execute(_CASES, {"ids": ids}).all()
    return {row.id: case_access(row, moment.now, moment.region) for row in rows}


def _talks(moment: Moment, ids: list[str]) -> Mapping[str, TalkAccess]:
    members: dict[str, set[str]] = {identity: set() for identity in ids}
    for row in moment.conn.execute(_MEMBERS, {"ids": ids}):
        members[row.conversation_id].add(row.staff_id)
    return {
        row.id: TalkAccess(
            unit_id=row.unit_id,
            members=frozenset(members[row.id]),
            asked_role=row.role if row.kind == "consultation" else "",
        )
        for row in moment.conn.execute(_TALKS, {"ids": ids})
    }


def _tickets(moment: Moment, ids: list[str]) -> Mapping[str, TicketAccess]:
    rows = moment.conn.execute(_TICKETS, {"ids": ids}).all()
    readers = {
        who: frozenset({who, *(guardian["id"] for guardian in guardians_of(moment, who))})
        for who in {row.resident_id for row in rows}
    }
    return {row.id: TicketAccess(readers=readers[row.resident_id]) for row in rows}


def _issued(moment: Moment, ids: list[str]) -> Mapping[str, TicketAccess]:
    units: dict[str, set[str]] = {identity: set() for identity in ids}
    for row in moment.conn.execute(_ISSUED, {"ids": ids}):
        units[row.resident_id].add(row.issuer_unit_id)
    return {identity: TicketAccess(units=frozenset(found)) for identity, found in units.items()}


_READ: dict[str, Callable[[Moment, list[str]], Mapping[str, Access]]] = {
    "case": _cases,
    "talk": _talks,
    "ticket": _tickets,
    "issued": _issued,
}


def people_in(event: Event) -> Iterable[str]:
    """The residents an event names."""
    if isinstance(event, MessageChanged):
        return (event.message.author_id,) if event.message.author in {"resident", "proxy"} else ()
    found = _named_in(event)
    return () if found is None else (found.id,)


def _named_in(event: Event) -> ResidentRef | None:
    match event:
        case CaseChanged():
            return event.case.resident
        case NoticeAdded():
            return event.notice.resident
        case TicketChanged():
            return event.ticket.resident
        case VerificationChanged():
            return event.verification.resident
        case _:
            return None


def _masked(
    envelope: Envelope, access: Access | None, grades: Mapping[str, str], reader: str | None
) -> Envelope:
    event = envelope.event
    masked = event
    match event:
        case CaseChanged():
            proxy = access.proxy_id if isinstance(access, CaseAccess) else None
            row = masked_row(event.case, grades, proxy)
            masked = event if row is event.case else replace(event, case=row)
        case MessageChanged():
            message = masked_message(event.message, grades, reader)
            masked = event if message is event.message else replace(event, message=message)
        case NoticeAdded() if event.notice.resident is not None:
            resident = masked_ref(event.notice.resident, grades)
            masked = replace(event, notice=replace(event.notice, resident=resident))
        case TicketChanged():
            resident = masked_ref(event.ticket.resident, grades)
            masked = replace(event, ticket=replace(event.ticket, resident=resident))
        case VerificationChanged() if event.verification.resident is not None:
            resident = masked_ref(event.verification.resident, grades)
            masked = replace(event, verification=replace(event.verification, resident=resident))
        case _:
            pass
    return envelope if masked is event else replace(envelope, event=masked)
