"""Drafts: unsent messages of one author and the unsigned note of a case, so that nothing typed is lost."""

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from clinic_tui.backend.cases import CaseRecord, readable_case
from clinic_tui.backend.note_drafts import (
    may_write_note,
    note_draft_of,
    note_drafts_held_by,
    save_note_draft,
)
from clinic_tui.backend.refused import blocked, stale
from clinic_tui.backend.store.tables import drafts
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.upsert import upsert
from clinic_tui.protocol.commands import DraftAnswer, SaveDraft
from clinic_tui.protocol.events import DraftChanged
from clinic_tui.protocol.resources import Draft

_MINE = (drafts.c.staff_id == bindparam("who"), drafts.c.kind == "message")
_OF = drafts.c.case_id == bindparam("of")
_FIND = select(drafts).where(*_MINE, _OF)
_EVERY = (
    select(drafts).where(*_MINE, func.length(drafts.c.body) > 0).order_by(drafts.c.saved_at, drafts.c.case_id)
)
_EMPTY = (
    update(drafts)
    .where(*_MINE, _OF, func.length(drafts.c.body) > 0)
    .values(
        body="",
        client="",
        revision=drafts.c.revision + 1,
        saved_at=bindparam("now", type_=drafts.c.saved_at.type),
    )
    .returning(drafts.c.revision)
)


def save_draft(tx: Tx, command: SaveDraft) -> DraftAnswer:
    """Keep unsent text; an empty one removes the draft.

    A text written on an older revision than the stored one is refused as stale, unless it says the same: then
    both texts are still there, the stored one on the author's stream and the refused one with its sender, and
    the author chooses. Revisions go on rising after a removal. One's own message may be removed also where
    one no longer has access to the case.
    """
    if command.kind == "note":
        return _save_note(tx, command)
    member = tx.staff
    row = tx.conn.execute(_FIND, {"who": member.id, "of": command.case_id}).mappings().one_or_none()
    stored = None if row is None else _draft(row)
    if stored is None or command.body:
        readable_case(tx, command.case_id, lock=False)
    known = 0 if stored is None else stored.revision
    if stored is not None and command.revision != known:
        if stored.body == command.body:
            return DraftAnswer(draft=stored)
        if stored.body:
            raise stale(member.ref, stored.saved_at, known)
    draft = Draft(
        case_id=command.case_id,
        kind="message",
        body=command.body,
        revision=max(known, command.revision) + 1,
        saved_at=tx.now,
        client=command.client,
    )
    values = {
        "staff_id": member.id,
        "case_id": draft.case_id,
        "kind": draft.kind,
        "body": draft.body,
        "revision": draft.revision,
        "saved_at": draft.saved_at,
        "client": draft.client,
    }
    tx.conn.execute(upsert(tx.conn.dialect.name, drafts, ("staff_id", "case_id", "kind")), values)
    tx.emit(staff_stream(member.id), DraftChanged(draft=draft))
    return DraftAnswer(draft=draft)


def _save_note(tx: Tx, command: SaveDraft) -> DraftAnswer:
    """Keep the case's note; only for whoever may write it, so that none is begun beside the one there is."""
    case = readable_case(tx, command.case_id)
    if not may_write_note(tx, case.assignee_id):
        raise blocked("case.not_assignee", case.assignee, case.changed_at)
    return DraftAnswer(draft=save_note_draft(tx, command, case.assignee_id))


def _draft(row: RowMapping) -> Draft:
    return Draft(
        case_id=row["case_id"],
        kind="message",
        body=row["body"],
        revision=row["revision"],
        saved_at=row["saved_at"],
        client=row["client"],
    )


def drafts_of(tx: Tx, case: CaseRecord) -> tuple[Draft, ...]:
    """One's own unsent message in a case, and its unsigned note where one may write it."""
    row = tx.conn.execute(_FIND, {"who": tx.staff.id, "of": case.id}).mappings().one_or_none()
    message = None if row is None or not row["body"] else _draft(row)
    note = note_draft_of(tx.conn, case.id) if may_write_note(tx, case.assignee_id) else None
    return tuple(draft for draft in (message, note) if draft is not None)


def every_draft_of(conn: Connection, staff_id: str) -> tuple[Draft, ...]:
    """A staff member's unsent messages and the unsigned notes of their cases, oldest first."""
    found = [_draft(row) for row in conn.execute(_EVERY, {"who": staff_id}).mappings()]
    found += note_drafts_held_by(conn, staff_id)
    return tuple(sorted(found, key=lambda draft: (draft.saved_at, draft.case_id, draft.kind)))


def forget_message_draft(tx: Tx, case_id: str) -> None:
    """One's own message in a case is not to be sent any more: remove it, and tell one's desk."""
    who = tx.staff.id
    revision = tx.conn.execute(_EMPTY, {"who": who, "of": case_id, "now": tx.now}).scalar_one_or_none()
    if revision is not None:
        gone = Draft(case_id=case_id, kind="message", body="", revision=revision, saved_at=tx.now)
        tx.emit(staff_stream(who), DraftChanged(draft=gone))
