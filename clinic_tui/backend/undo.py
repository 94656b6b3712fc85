"""What can still be undone: how things stood before an action, and how it left them."""

from datetime import datetime, timedelta
from typing import Any, get_type_hints

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from clinic_tui.backend.cases import CaseRecord
from clinic_tui.backend.sms.outbox import hold_for
from clinic_tui.backend.store.team_tables import undoable_actions
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.undoing import UNDO_KEPT, Undoable
from clinic_tui.protocol.care import Ticket

FORGET_AFTER = timedelta(hours=1)
"""How long a row is kept: whoever is late is told that it is too late, not that there was nothing."""

_BOOKKEEPING = frozenset(
    {"version", "revision", "readers", "changed_by_id", "changed_by_name", "changed_by_title", "changed_at"}
)
"""Columns of a case that tell of changes, and who reads up on it: they are never put back."""
_GUARDED = frozenset({"version", "message_count", "participants", "hand_over"})
"""Columns that show that something has happened in a case since, beside those that the action changed."""
_TYPES = get_type_hints(CaseRecord)
_WHICH = (
    undoable_actions.c.staff_id == bindparam("who"),
    undoable_actions.c.command_id == bindparam("which"),
)
_ADD = insert(undoable_actions)
_FIND = select(undoable_actions).where(*_WHICH)
_DONE = (
    update(undoable_actions)
    .where(*_WHICH)
    .values(undone_at=bindparam("now", type_=undoable_actions.c.undone_at.type))
)
_OLD = delete(undoable_actions).where(
    undoable_actions.c.at < bindparam("before", type_=undoable_actions.c.at.type)
)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_texts = msgspec.json.Decoder(tuple[str, ...]).decode


def keep_case(tx: Tx, command_id: str, kind: Undoable, before: CaseRecord, after: CaseRecord) -> None:
    """Remember a step on a case, so that its author can undo it for a while; its texts wait so long."""
    changed = {
        name
        for name in before.__struct_fields__
        if name not in _BOOKKEEPING and getattr(before, name) != getattr(after, name)
    }
    _keep(
        tx,
        command_id,
        kind,
        after.id,
        {name: getattr(before, name) for name in changed},
        {name: getattr(after, name) for name in changed | _GUARDED},
    )


def keep_ticket(tx: Tx, command_id: str, kind: Undoable, ticket: Ticket) -> None:
    """Remember what was done to a ticket, likewise; `ticket` is as it is now."""
    _keep(tx, command_id, kind, ticket.id, {}, {"revision": ticket.revision})


def _keep(
    tx: Tx, command_id: str, kind: Undoable, object_id: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    hold_for(tx, tx.texts, UNDO_KEPT)
    row: dict[str, Any] = {
        "staff_id": tx.staff.id,
        "command_id": command_id,
        "kind": kind.value,
        "assignment_id": tx.assignment.id,
        "object_id": object_id,
        "before": _encode(before).decode(),
        "after": _encode(after).decode(),
        "texts": _encode(tx.texts).decode(),
        "at": tx.now,
    }
    tx.conn.execute(_ADD, row)


class Kept:
    """Something one has done, as it is remembered."""

    def __init__(self, row: RowMapping) -> None:
        self.kind = Undoable(row["kind"])
        self.command_id: str = row["command_id"]
        self.object_id: str = row["object_id"]
        self.assignment_id: str = row["assignment_id"]
        self.at = row["at"]
        self.is_undone = row["undone_at"] is not None
        self.texts = _texts(row["texts"])
        self.before = _values(row["before"])
        """The columns of the case that it changed, as they were."""
        self.after = _values(row["after"])

    def is_left_as_it_was(self, now: CaseRecord) -> bool:
        """Whether nothing has happened in the case since."""
        return all(getattr(now, name) == value for name, value in self.after.items())


def _values(stored: str) -> dict[str, Any]:
    """Columns of a case with values of their own types."""
    return {name: msgspec.convert(value, _TYPES[name]) for name, value in _decode(stored).items()}


def find_kept(tx: Tx, command_id: str) -> Kept | None:
    """What the staff member who asks did with this command; nobody else's is found."""
    row = tx.conn.execute(_FIND, {"who": tx.staff.id, "which": command_id}).mappings().one_or_none()
    return None if row is None else Kept(row)


def settle(tx: Tx, kept: Kept) -> None:
    """It is undone, once and for all."""
    tx.conn.execute(_DONE, {"who": tx.staff.id, "which": kept.command_id, "now": tx.now})


def forget_old(conn: Connection, now: datetime) -> None:
    """Forget what can no longer be undone."""
    conn.execute(_OLD, {"before": now - FORGET_AFTER})
