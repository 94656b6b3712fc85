"""Filling an empty store, all at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Table, insert

from clinic_tui.backend.passwords import hash_password
from clinic_tui.backend.store import Store
from clinic_tui.backend.store.tables import (
    assignments,
    cases,
    guardians,
    interviews,
    messages,
    notes,
    phrases,
    residents,
    staff,
    units,
)
from clinic_tui.backend.store.team_tables import participants, tickets
from clinic_tui.protocol.codec import encode
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import History

_encode = msgspec.json.Encoder().encode


DEMO_PASSWORD = "demo-demo-demo"  # noqa: S105 - opens fictive data on this machine only
"""The password of every account of the demo data."""


@dataclass(frozen=True, kw_only=True)
class SeedUnit:
    """A unit."""

    id: str
    name: str
    kind: str
    hsa_id: str = ""
    care_provider_id: str = ""
    phone: str = ""
    parent_id: str | None = None
    no_answer_minutes: int = 10
    no_answer_text: str = ""
    hours: tuple[Mapping[str, str], ...] = ()
    """Rows that `domain.hours.parse_hours` reads, with dates as text; none for the hours of its kind."""
    exceptions: tuple[Mapping[str, str], ...] = ()
    """Dates with other hours: `on` as text, `hours`, `reason`."""
    hand_over_minutes: int = 15
    async_days: int = 10
    meeting_url: str = ""
    """https address with `{room}`; empty for none."""
    keyword_template: str = ""
    """Empty for the region's."""


@dataclass(frozen=True, kw_only=True)
class SeedAssignment:
    """An assignment of a staff member."""

    id: str
    unit_id: str
    role: str
    covers: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SeedStaff:
    """A staff member with their assignments."""

    id: str
    hsa_id: str
    username: str
    display_name: str
    name: str = ""
    title: str = ""
    mobile: str = ""
    assignments: tuple[SeedAssignment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SeedResident:
    """A resident."""

    id: str
    person_number: str
    """Twelve characters, as `domain.person_id` keeps it."""
    name: str
    birth_date: date | None
    sex: Literal["female", "male", "unknown"] = "unknown"
    protected: Literal["none", "marked", "relocated"] = "none"
    listed_unit_id: str | None = None
    mobile: str = ""
    language: str = "sv"
    guardians: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SeedMessage:
    """A message already in a case."""

    id: str
    author: Literal["resident", "proxy", "staff", "system"]
    author_id: str
    author_name: str
    body: str
    sent_at: datetime
    author_title: str = ""
    delivered_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SeedNote:
    """A signed note."""

    id: str
    body: str
    signed_by_id: str
    signed_at: datetime
    source: str = "manual"


@dataclass(frozen=True, kw_only=True)
class SeedCase:
    """A case in any state, with what belongs to it."""

    id: str
    state: str
    unit_id: str
    queue_role: str
    resident_id: str
    reason: str
    priority: int | None
    queued_at: datetime
    kind: str = "drop_in"
    origin: str = "resident_triage"
    priority_source: str = "triage"
    service_code: str = ""
    acting_proxy_id: str | None = None
    accepted_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None
    assignee_id: str | None = None
    child: bool = False
    from_ticket: bool = False
    expires_at: datetime | None = None
    reply_allowed: bool = True
    parent_id: str | None = None
    ticket_id: str | None = None
    participants: tuple[str, ...] = ()
    """Staff ids of colleagues invited into it by the one who has it."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    mode: str = ""
    """How a scheduled visit is held; empty for other cases."""
    booked_id: str | None = None
    """For whom a scheduled visit is booked."""
    meeting_url: str = ""
    priority_before: int | None = None
    priority_reason: str = ""
    documented_at: datetime | None = None
    history: History = field(default_factory=History)
    messages: tuple[SeedMessage, ...] = ()
    notes: tuple[SeedNote, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SeedTicket:
    """A drop-in ticket."""

    id: str
    resident_id: str
    unit_id: str
    role: str
    reason: str
    issuer_id: str
    issuer_unit_id: str
    issued_at: datetime
    valid_until: datetime
    state: Literal["issued", "redeemed", "cancelled", "expired"] = "issued"
    source_case_id: str | None = None
    ended_at: datetime | None = None
    redeemed_case_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class SeedPhrase:
    """A phrase."""

    id: str
    scope: Literal["personal", "unit", "region"]
    shortcut: str
    title: str
    body: str
    unit_id: str | None = None
    owner_id: str | None = None
    category: str = ""


@dataclass(frozen=True, kw_only=True)
class Seed:
    """Everything to put in."""

    units: tuple[SeedUnit, ...] = ()
    staff: tuple[SeedStaff, ...] = ()
    residents: tuple[SeedResident, ...] = ()
    cases: tuple[SeedCase, ...] = ()
    phrases: tuple[SeedPhrase, ...] = ()
    tickets: tuple[SeedTicket, ...] = ()


async def seed_store(store: Store, seed: Seed, password: str) -> None:
    """Put a seed into an empty store. Every account gets the same password, hashed once."""
    password_hash = hash_password(password)

    def work(conn: Connection) -> None:
        insert_seed(conn, seed, password_hash)

    await store.write(work)


def _unit_row(unit: SeedUnit) -> dict[str, Any]:
    lists = {"hours": _encode(unit.hours).decode(), "exceptions": _encode(unit.exceptions).decode()}
    return {**_plain(unit), **lists}


def insert_seed(conn: Connection, seed: Seed, password_hash: str) -> None:
    """Put a seed in, many rows a statement; parents come before children."""
    people = {member.id: member for member in seed.staff}
    names = {resident.id: resident.name for resident in seed.residents}
    in_order = sorted(seed.units, key=lambda unit: unit.parent_id is not None)
    _add(conn, units, (_unit_row(unit) for unit in in_order))
    _add(conn, staff, (_staff_row(member, password_hash) for member in seed.staff))
    _add(conn, assignments, (_assignment_row(m.id, a) for m in seed.staff for a in m.assignments))
    _add(conn, residents, (_without(_plain(r), "guardians") for r in seed.residents))
    links = ({"child_id": r.id, "guardian_id": g} for r in seed.residents for g in r.guardians)
    _add(conn, guardians, links)
    _add(conn, cases, (_case_row(case, people, names) for case in seed.cases))
    histories = ({"case_id": c.id, "history": encode(c.history).decode()} for c in seed.cases)
    _add(conn, interviews, histories)
    _add(conn, participants, (row for case in seed.cases for row in _participant_rows(case)))
    _add(conn, messages, (row for case in seed.cases for row in _message_rows(case)))
    _add(conn, notes, (row for case in seed.cases for row in _note_rows(case, people)))
    _add(conn, phrases, ({**_plain(phrase), "active": True, "revision": 1} for phrase in seed.phrases))
    _add(conn, tickets, (_ticket_row(ticket, people) for ticket in seed.tickets))


def _add(conn: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    found = list(rows)
    if found:
        conn.execute(insert(table), found)


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a seed row, one level deep."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _staff_row(member: SeedStaff, password_hash: str) -> dict[str, Any]:
    row = _without(_plain(member), "assignments")
    row |= {"password_hash": password_hash, "disabled": False, "revision": 1}
    return row | {"name": member.name or member.display_name}


def _assignment_row(staff_id: str, given: SeedAssignment) -> dict[str, Any]:
    return {
        "id": given.id,
        "staff_id": staff_id,
        "unit_id": given.unit_id,
        "role": given.role,
        "covers": _encode(given.covers).decode(),
        "extra": _encode(given.extra).decode(),
        "valid_from": None,
        "valid_to": None,
    }


def _case_row(case: SeedCase, people: Mapping[str, SeedStaff], names: Mapping[str, str]) -> dict[str, Any]:
    assignee = people[case.assignee_id] if case.assignee_id else None
    from_staff = [m for m in case.messages if m.author in {"staff", "system"}]
    from_resident = [m for m in case.messages if m.author in {"resident", "proxy"}]
    moments = (case.closed_at, case.ended_at, case.started_at, case.accepted_at, case.queued_at)
    steps = sum(at is not None for at in moments)
    row = _without(_plain(case), "history", "messages", "notes")
    booked = people[case.booked_id] if case.booked_id else None
    invited = tuple(_ref(people[staff_id]) for staff_id in case.participants)
    return row | {
        "participants": _encode(invited).decode(),
        "booked_name": booked.display_name if booked else "",
        "booked_title": booked.title if booked else "",
        "acting_proxy": names[case.acting_proxy_id] if case.acting_proxy_id else None,
        "free_text": bool(case.history.free_text.strip()),
        "assignee_name": assignee.display_name if assignee else "",
        "assignee_title": assignee.title if assignee else "",
        "readers": "[]",
        "message_count": len(case.messages),
        "staff_messages": len(from_staff),
        "unread": sum(message.read_at is None for message in from_resident),
        "last_staff_at": max((m.sent_at for m in from_staff), default=None),
        "last_resident_at": max((m.sent_at for m in from_resident), default=None),
        "version": steps,
        "revision": steps + len(case.messages),
        "changed_by_id": case.assignee_id,
        "changed_by_name": assignee.display_name if assignee else "",
        "changed_by_title": assignee.title if assignee else "",
        "changed_at": next(at for at in moments if at is not None),
    }


def _ref(member: SeedStaff) -> StaffRef:
    return StaffRef(id=member.id, name=member.display_name, title=member.title)


def _participant_rows(case: SeedCase) -> list[dict[str, Any]]:
    since = case.accepted_at or case.queued_at
    return [
        {"case_id": case.id, "staff_id": staff_id, "invited_by": case.assignee_id, "since": since}
        for staff_id in case.participants
    ]


def _ticket_row(ticket: SeedTicket, people: Mapping[str, SeedStaff]) -> dict[str, Any]:
    issuer = people[ticket.issuer_id]
    return {
        **_plain(ticket),
        "issuer_name": issuer.display_name,
        "issuer_title": issuer.title,
        "revision": 1 if ticket.state == "issued" else 2,
    }


def _message_rows(case: SeedCase) -> list[dict[str, Any]]:
    return [
        {**_plain(message), "case_id": case.id, "seq": place, "phrase_id": None, "revision": 1}
        for place, message in enumerate(case.messages, 1)
    ]


def _note_rows(case: SeedCase, people: Mapping[str, SeedStaff]) -> list[dict[str, Any]]:
    return [
        {
            **_plain(note),
            "case_id": case.id,
            "number": number,
            "signed_by_name": people[note.signed_by_id].display_name,
            "signed_by_title": people[note.signed_by_id].title,
            "corrects": case.notes[number - 2].id if number > 1 else None,
            "reason": "",
        }
        for number, note in enumerate(case.notes, 1)
    ]
