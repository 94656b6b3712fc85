"""Refused access in the access log: whose data it was about, and at which unit (security.md 4.5)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, select

from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.rules import local_date
from clinic_tui.backend.store.tables import cases, residents
from clinic_tui.backend.store.team_tables import conversations, tickets, verifications
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.person_id import InvalidPersonId, parse
from clinic_tui.protocol.command import Command

_NAMED = ("case_id", "resident_id", "verification_id", "ticket_id", "conversation_id", "unit_id")
"""Fields of commands that name an object, the closest to a resident first."""
_WANTED: BindParameter[str] = bindparam("wanted")
_OWNERS: tuple[tuple[str, Select[Any, Any]], ...] = (
    ("case", select(cases.c.resident_id, cases.c.unit_id).where(cases.c.id == _WANTED)),
    ("resident", select(residents.c.id, residents.c.id).where(residents.c.id == _WANTED)),
    ("ticket", select(tickets.c.resident_id, tickets.c.unit_id).where(tickets.c.id == _WANTED)),
    (
        "conversation",
        select(cases.c.resident_id, conversations.c.unit_id)
        .select_from(conversations.outerjoin(cases, cases.c.id == conversations.c.case_id))
        .where(conversations.c.id == _WANTED),
    ),
    (
        "verification",
        select(cases.c.resident_id, verifications.c.unit_id)
        .select_from(verifications.outerjoin(cases, cases.c.id == verifications.c.case_id))
        .where(verifications.c.id == _WANTED),
    ),
)
_BY_NUMBER = select(residents.c.id).where(residents.c.person_number == bindparam("number"))


class _Object(NamedTuple):
    kind: str
    id: str
    resident_id: str | None = None
    unit_id: str = ""


def objects_of(command: Command) -> tuple[str, ...]:
    """The ids of what a command is about, the closest to a resident first."""
    return tuple(value for name in _NAMED if (value := getattr(command, name, None)))


def is_denial(no: Refused, command: Command | None) -> bool:
    """Whether a refusal is one of access to something, rather than of what is done with it."""
    if no.problem.status not in {403, 404}:
        return False
    if no.object_id:
        return True
    return command is not None and bool(objects_of(command) or getattr(command, "person_number", ""))


def log_denial(tx: Tx, name: str, no: Refused, command: Command | None) -> None:
    """Write the row: at the unit whose data it is, else at the one that the session works under."""
    found = _object(tx, no, command)
    own = tx.session.assignment.unit_id if tx.session and tx.session.assignment else ""
    tx.audit(
        AuditEntry(
            action="DENIED",
            code=name,
            object_type=found.kind,
            object_id=found.id,
            unit_id=found.unit_id or own,
            resident_id=found.resident_id,
            reason=no.problem.code,
        )
    )


def _object(tx: Tx, no: Refused, command: Command | None) -> _Object:
    """What the refusal was about: the first that leads to a resident, else what it names."""
    named = tuple(dict.fromkeys(filter(None, (no.object_id, *(objects_of(command) if command else ())))))
    found = [_look_up(tx, object_id) for object_id in named]
    number: str = getattr(command, "person_number", "")
    if number:
        found.append(_by_number(tx, number))
    return next((one for one in found if one.resident_id is not None), _first(found))


def _first(found: Iterable[_Object]) -> _Object:
    return next(iter(found), _Object("unknown", ""))


def _look_up(tx: Tx, object_id: str) -> _Object:
    for kind, owner in _OWNERS:
        row = tx.conn.execute(owner, {"wanted": object_id}).first()
        if row is not None:
            resident_id, unit_id = row
            return _Object(kind, object_id, resident_id, "" if kind == "resident" else unit_id or "")
    return _Object("unknown", object_id)


def _by_number(tx: Tx, number: str) -> _Object:
    """The resident with this number; the row never holds the number itself."""
    try:
        wanted = parse(number, today=local_date(tx.region, tx.now), regional=tx.region.reserve_formats).value
    except InvalidPersonId:
        return _Object("resident", "")
    found = tx.conn.execute(_BY_NUMBER, {"number": wanted}).scalar_one_or_none()
    return _Object("resident", found or "", found)
