"""Drafts: unsent text of one author in one case, kept so that nothing typed is lost."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, bindparam, func, select, update

from clinic_tui.backend.cases import readable_case
from clinic_tui.backend.refused import stale
from clinic_tui.backend.store.tables import drafts
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.upsert import upsert
from clinic_tui.protocol.commands import DraftAnswer, SaveDraft
from clinic_tui.protocol.events import DraftChanged
from clinic_tui.protocol.resources import Draft

_MINE = (drafts.c.staff_id == bindparam("who"), drafts.c.case_id == bindparam("of"))
_FIND = select(drafts.c.body, drafts.c.revision, drafts.c.saved_at).where(
    *_MINE, drafts.c.kind == bindparam("which")
)
_ALL = (
    select(drafts.c.case_id, drafts.c.kind, drafts.c.body, drafts.c.revision, drafts.c.saved_at)
    .where(*_MINE, func.length(drafts.c.body) > 0)
    .order_by(drafts.c.kind)
)
_EVERY = (
    select(drafts.c.case_id, drafts.c.kind, drafts.c.body, drafts.c.revision, drafts.c.saved_at)
    .where(drafts.c.staff_id == bindparam("who"), func.length(drafts.c.body) > 0)
    .order_by(drafts.c.saved_at, drafts.c.case_id, drafts.c.kind)
)
_EMPTY = (
    update(drafts)
    .where(
        drafts.c.case_id == bindparam("of"),
        drafts.c.kind.in_(bindparam("kinds", expanding=True)),
        func.length(drafts.c.body) > 0,
    )
    .values(body="", revision=drafts.c.revision + 1, saved_at=bindparam("now", type_=drafts.c.saved_at.type))
    .returning(drafts.c.staff_id, drafts.c.kind, drafts.c.revision)
)
_EMPTY_MINE = _EMPTY.where(drafts.c.staff_id == bindparam("who"))
_BOTH = ("message", "note")


def save_draft(tx: Tx, command: SaveDraft) -> DraftAnswer:
    """Keep unsent text; an empty one removes the draft.

    A text written on an older revision than the stored one is refused as stale, unless it says the same: then
    both texts are still there, the stored one on the author's stream and the refused one with its sender, and
    the author chooses. Revisions go on rising after a removal. One's own text may be removed also where one
    no longer has access to the case.
    """
    member = tx.staff
    key = {"who": member.id, "of": command.case_id, "which": command.kind}
    stored = tx.conn.execute(_FIND, key).one_or_none()
    if stored is None or command.body:
        readable_case(tx, command.case_id, lock=False)
    known = 0 if stored is None else stored.revision
    if stored is not None and command.revision != known:
        if stored.body == command.body:
            return DraftAnswer(
                draft=_draft(command.case_id, command.kind, stored.body, known, stored.saved_at)
            )
        if stored.body:
            raise stale(member.ref, stored.saved_at, known)
    draft = _draft(command.case_id, command.kind, command.body, max(known, command.revision) + 1, tx.now)
    values = {
        "staff_id": member.id,
        "case_id": command.case_id,
        "kind": draft.kind,
        "body": draft.body,
        "revision": draft.revision,
        "saved_at": tx.now,
    }
    tx.conn.execute(upsert(tx.conn.dialect.name, drafts, ("staff_id", "case_id", "kind")), values)
    tx.emit(staff_stream(member.id), DraftChanged(draft=draft))
    return DraftAnswer(draft=draft)


def _draft(
    case_id: str, kind: Literal["message", "note"], body: str, revision: int, saved_at: datetime
) -> Draft:
    return Draft(case_id=case_id, kind=kind, body=body, revision=revision, saved_at=saved_at)


def drafts_of(conn: Connection, staff_id: str, case_id: str) -> tuple[Draft, ...]:
    """A staff member's own drafts in a case."""
    rows = conn.execute(_ALL, {"who": staff_id, "of": case_id})
    return tuple(_draft(row.case_id, row.kind, row.body, row.revision, row.saved_at) for row in rows)


def every_draft_of(conn: Connection, staff_id: str) -> tuple[Draft, ...]:
    """All of a staff member's drafts, oldest first."""
    rows = conn.execute(_EVERY, {"who": staff_id})
    return tuple(_draft(row.case_id, row.kind, row.body, row.revision, row.saved_at) for row in rows)


def forget_drafts(
    tx: Tx, case_id: str, *, kinds: tuple[str, ...] = _BOTH, staff_id: str | None = None
) -> None:
    """Remove everybody's drafts of a case, or those of one author, and tell each author."""
    asked = {"of": case_id, "now": tx.now, "kinds": list(kinds)}
    statement, more = (_EMPTY, {}) if staff_id is None else (_EMPTY_MINE, {"who": staff_id})
    for row in tx.conn.execute(statement, {**asked, **more}).all():
        gone = _draft(case_id, row.kind, "", row.revision, tx.now)
        tx.emit(staff_stream(row.staff_id), DraftChanged(draft=gone))
