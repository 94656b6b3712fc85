"""Bringing a unit's phrases in from a file, once or again."""

import msgspec
from sqlalchemy import Connection, insert, select, update

from clinic_tui.backend.admin import NotThere, Taken
from clinic_tui.backend.audit import Actor, AuditEntry
from clinic_tui.backend.clock import Clock
from clinic_tui.backend.journal import write_journal
from clinic_tui.backend.store import Store
from clinic_tui.backend.store.tables import phrases, units
from clinic_tui.protocol.codec import decode_strict
from clinic_tui.protocol.commands import Body, Line, Name, Slug
from clinic_tui.protocol.problems import ProtocolError


class PhraseRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One phrase of the file."""

    id: Slug
    shortcut: Line
    title: Name
    body: Body
    category: Line = ""


class PhraseFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: `{"phrases": [{"id": …, "shortcut": …, "title": …, "body": …}]}`."""

    phrases: tuple[PhraseRecord, ...]


def read_phrases(data: bytes) -> PhraseFile:
    """The file's phrases. Raises ValueError with one line that says what is wrong."""
    try:
        found = decode_strict(PhraseFile, data)
    except ProtocolError as error:
        raise ValueError(f"The file is not right: {error}") from None
    if len({one.id for one in found.phrases}) != len(found.phrases):
        raise ValueError("The file is not right: an id stands twice.")
    return found


async def import_phrases(store: Store, clock: Clock, unit_id: str, found: PhraseFile) -> int:
    """Store the phrases as the unit's; one with the same id is replaced. How many there were."""

    def work(conn: Connection) -> int:
        if conn.execute(select(units.c.id).where(units.c.id == unit_id)).first() is None:
            raise NotThere(f"there is no unit {unit_id}")
        for one in found.phrases:
            _replace(conn, unit_id, one)
        entry = AuditEntry(
            action="UPDATE",
            code="phrases_imported",
            object_type="unit",
            object_id=unit_id,
            unit_id=unit_id,
        )
        write_journal(
            conn, clock.now(), emitted=(), audits=(entry,), actor=Actor(party="admin"), correlation_id=""
        )
        return len(found.phrases)

    return await store.write(work)


def _replace(conn: Connection, unit_id: str, one: PhraseRecord) -> None:
    """Add a phrase, or change the unit's phrase with its id. Raises `Taken` where the id is another's."""
    values = {
        "shortcut": one.shortcut,
        "title": one.title,
        "body": one.body,
        "category": one.category,
        "active": True,
    }
    row = conn.execute(select(phrases).where(phrases.c.id == one.id)).one_or_none()
    if row is None:
        place = {"id": one.id, "scope": "unit", "unit_id": unit_id}
        conn.execute(insert(phrases), {**place, **values})
    elif (row.scope, row.unit_id) != ("unit", unit_id):
        raise Taken(f"the id {one.id} belongs to another phrase")
    else:
        newer = update(phrases).where(phrases.c.id == one.id)
        conn.execute(newer.values(**values, revision=row.revision + 1))
