"""The unsigned note of a case: it belongs to the case, and goes with it to whoever has it next."""

from typing import Protocol

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.refused import stale
from clinic_tui.backend.store.tables import cases, note_drafts
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.upsert import upsert
from clinic_tui.domain.note import is_blank, may_write
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.commands import SaveDraft, SignNote
from clinic_tui.protocol.events import DraftChanged
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import Draft, NotePart

_FIND = select(note_drafts).where(note_drafts.c.case_id == bindparam("of"))
_HELD = (
    select(note_drafts)
    .join_from(note_drafts, cases, cases.c.id == note_drafts.c.case_id)
    .where(cases.c.assignee_id == bindparam("who"), func.length(note_drafts.c.body) > 0)
    .order_by(note_drafts.c.saved_at, note_drafts.c.case_id)
)
_CHANGE = (
    update(note_drafts)
    .where(note_drafts.c.case_id == bindparam("of"))
    .values(
        body=bindparam("new_body"),
        parts=bindparam("new_parts"),
        revision=bindparam("new_revision"),
        client="",
    )
)
_parts = msgspec.json.Decoder(tuple[NotePart, ...])
_encode = msgspec.json.Encoder().encode


def may_write_note(tx: Tx, assignee_id: str | None) -> bool:
    """Whether this session may write the note of a case that this person has."""
    return may_write(
        has_case=assignee_id == tx.staff.id,
        signs_for_colleagues=bool(tx.allows(Permission.SIGN_FOR_COLLEAGUE)),
    )


def note_draft_of(conn: Connection, case_id: str) -> Draft | None:
    """The unsigned note of a case; None where nothing is written."""
    row = conn.execute(_FIND, {"of": case_id}).mappings().one_or_none()
    return _draft(row) if row is not None and row["body"] else None


def note_drafts_held_by(conn: Connection, staff_id: str) -> tuple[Draft, ...]:
    """The unsigned notes of the cases that a staff member has, oldest first."""
    return tuple(_draft(row) for row in conn.execute(_HELD, {"who": staff_id}).mappings())


def save_note_draft(tx: Tx, command: SaveDraft, assignee_id: str | None) -> Draft:
    """Keep the note as it stands; the caller holds the case's lock and has checked who may write it.

    A text written on an older revision than the stored one is refused as stale, unless it says the same.
    """
    row = tx.conn.execute(_FIND, {"of": command.case_id}).mappings().one_or_none()
    known = 0 if row is None else row["revision"]
    if row is not None and command.revision != known:
        if row["body"] == command.body:
            return _draft(row)
        if row["body"]:
            raise stale(_author(row), row["saved_at"], known)
    draft = Draft(
        case_id=command.case_id,
        kind="note",
        body=command.body,
        revision=max(known, command.revision) + 1,
        saved_at=tx.now,
        client=command.client,
        author=tx.staff.ref,
        parts=() if row is None else _parts.decode(row["parts"]),
    )
    tx.conn.execute(upsert(tx.conn.dialect.name, note_drafts, ("case_id",)), _values(draft, tx.staff.ref))
    for who in {tx.staff.id, assignee_id or tx.staff.id}:
        tx.emit(staff_stream(who), DraftChanged(draft=draft))
    return draft


class Held(Protocol):
    """A case before it goes to somebody else."""

    @property
    def id(self) -> str: ...
    @property
    def unit_id(self) -> str: ...
    @property
    def resident_id(self) -> str: ...
    @property
    def assignee_id(self) -> str | None: ...


def hand_on_note(tx: Tx, case: Held, after: str | None) -> None:
    """The case goes to somebody else, or back to its queue, and the note with it; the access log tells.

    What stands in it is kept as the part of whoever wrote it last. Its former holder's desk lets go of it.
    """
    before = case.assignee_id
    row = tx.conn.execute(_FIND, {"of": case.id}).mappings().one_or_none()
    if row is None or is_blank(row["body"]):
        return
    draft = _draft(row)
    parts, author = draft.parts, _author(row)
    if author.id != after and (not parts or parts[-1].body != draft.body):
        parts = (*parts, NotePart(author=author, at=draft.saved_at, body=draft.body))
    revision = draft.revision + 1
    _change(tx, case.id, draft.body, parts, revision)
    moved = msgspec.structs.replace(draft, parts=parts, revision=revision, client="")
    if before is not None:
        tx.emit(staff_stream(before), DraftChanged(draft=_gone(moved)))
    if after is not None:
        tx.emit(staff_stream(after), DraftChanged(draft=moved))
    tx.audit(
        AuditEntry(
            action="UPDATE",
            code="note_handed_on",
            object_type="case",
            object_id=case.id,
            unit_id=case.unit_id,
            resident_id=case.resident_id,
            reason=after or "",
        )
    )


def check_seen(tx: Tx, command: SignNote, version: int) -> None:
    """Refuse to sign where somebody else has written in the note since the signer saw it."""
    row = tx.conn.execute(_FIND, {"of": command.case_id}).mappings().one_or_none()
    if row is None or command.draft_revision is None or not row["body"]:
        return
    others = row["author_id"] != tx.staff.id and row["revision"] > command.draft_revision
    if others and row["body"].strip() != command.body.strip():
        raise stale(_author(row), row["saved_at"], version)


def forget_note_draft(tx: Tx, case_id: str, assignee_id: str | None) -> None:
    """The note is signed: nothing is left of its draft, and whoever had it is told."""
    row = tx.conn.execute(_FIND, {"of": case_id}).mappings().one_or_none()
    if row is None or not row["body"]:
        return
    revision = row["revision"] + 1
    _change(tx, case_id, "", (), revision)
    gone = msgspec.structs.replace(_gone(_draft(row)), revision=revision)
    for who in {tx.staff.id, assignee_id or tx.staff.id, row["author_id"]}:
        tx.emit(staff_stream(who), DraftChanged(draft=gone))


def _change(tx: Tx, case_id: str, body: str, parts: tuple[NotePart, ...], revision: int) -> None:
    tx.conn.execute(
        _CHANGE,
        {
            "of": case_id,
            "new_body": body,
            "new_parts": _encode(parts).decode(),
            "new_revision": revision,
        },
    )


def _gone(draft: Draft) -> Draft:
    return msgspec.structs.replace(draft, body="", parts=(), client="", author=None)


def _author(row: RowMapping) -> StaffRef:
    return StaffRef(id=row["author_id"], name=row["author_name"], title=row["author_title"])


def _draft(row: RowMapping) -> Draft:
    return Draft(
        case_id=row["case_id"],
        kind="note",
        body=row["body"],
        revision=row["revision"],
        saved_at=row["saved_at"],
        client=row["client"],
        author=_author(row),
        parts=_parts.decode(row["parts"]),
    )


def _values(draft: Draft, author: StaffRef) -> dict[str, object]:
    return {
        "case_id": draft.case_id,
        "body": draft.body,
        "revision": draft.revision,
        "saved_at": draft.saved_at,
        "client": draft.client,
        "author_id": author.id,
        "author_name": author.name,
        "author_title": author.title,
        "parts": _encode(draft.parts).decode(),
    }
