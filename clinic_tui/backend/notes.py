"""Notes in the store."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from clinic_tui.backend.store.tables import interviews, notes
from clinic_tui.domain.note import NoteVersion
from clinic_tui.protocol.resources import History, Note, StaffRef

_ADD = insert(notes)
_ALL = select(notes).where(notes.c.case_id == bindparam("of")).order_by(notes.c.number)
_HISTORY = select(interviews.c.history).where(interviews.c.case_id == bindparam("of"))
_history = msgspec.json.Decoder(History)


@dataclass(frozen=True)
class CurrentNote:
    """The version of a case's note that holds, if one is signed."""

    id: str
    version: NoteVersion | None
    signed_by: StaffRef | None


def add_note(conn: Connection, note: Note) -> None:
    """Store a signed version."""
    conn.execute(
        _ADD,
        {
            "id": note.id,
            "case_id": note.case_id,
            "number": note.number,
            "body": note.body,
            "source": note.source,
            "signed_by_id": note.signed_by.id,
            "signed_by_name": note.signed_by.name,
            "signed_by_title": note.signed_by.title,
            "signed_at": note.signed_at,
            "corrects": note.corrects,
            "reason": note.reason,
            "signed_for_id": note.signed_for.id if note.signed_for else None,
            "signed_for_name": note.signed_for.name if note.signed_for else "",
            "signed_for_title": note.signed_for.title if note.signed_for else "",
        },
    )


def notes_of(conn: Connection, case_id: str) -> tuple[Note, ...]:
    """Every version, oldest first."""
    return tuple(_note(row) for row in conn.execute(_ALL, {"of": case_id}).mappings())


def current_note(conn: Connection, case_id: str) -> CurrentNote:
    """The newest version."""
    versions = notes_of(conn, case_id)
    if not versions:
        return CurrentNote("", None, None)
    note = versions[-1]
    version = NoteVersion(
        number=note.number, body=note.body, author_id=note.signed_by.id, signed_at=note.signed_at
    )
    return CurrentNote(note.id, version, note.signed_by)


def history_of(conn: Connection, case_id: str) -> History:
    """What the interview gave; empty where there was none."""
    stored = conn.execute(_HISTORY, {"of": case_id}).scalar_one_or_none()
    return History() if stored is None else _history.decode(stored)


def auto_history_of(conn: Connection, case_id: str) -> str:
    """The text made from the interview, that the note starts from."""
    return history_of(conn, case_id).auto_history


def _note(row: RowMapping) -> Note:
    return Note(
        id=row["id"],
        case_id=row["case_id"],
        number=row["number"],
        body=row["body"],
        source=row["source"],
        signed_by=StaffRef(id=row["signed_by_id"], name=row["signed_by_name"], title=row["signed_by_title"]),
        signed_at=row["signed_at"],
        corrects=row["corrects"],
        reason=row["reason"],
        signed_for=_colleague(row),
    )


def _colleague(row: RowMapping) -> StaffRef | None:
    if row["signed_for_id"] is None:
        return None
    return StaffRef(id=row["signed_for_id"], name=row["signed_for_name"], title=row["signed_for_title"])
