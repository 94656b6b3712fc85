"""The access log: who did what with whose data, each row sealed by the one before it (domain.md 2.13)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, RowMapping, bindparam, select

from clinic_tui.backend.store.tables import audit, streams
from clinic_tui.domain.audit import GENESIS, canonical, chain_hash

Action = Literal[
    "READ", "LIST", "CREATE", "UPDATE", "SEND", "SIGN", "SEARCH", "COPY", "SIGN_IN", "SIGN_OUT", "DENIED"
]
_PREFIX = "audit:"


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One row to write; who and when is added from the session."""

    action: Action
    code: str
    """What was done, as a stable code: accepted, released, read …"""
    object_type: str
    object_id: str
    unit_id: str
    resident_id: str | None = None
    reason: str = ""
    shown: tuple[str, ...] = ()
    """Of a LIST: the ids of every case shown."""
    residents: tuple[str, ...] = ()
    """Of a LIST: the ids of every resident shown."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who a row says did it."""

    hsa_id: str = ""
    staff_id: str | None = None
    assignment_id: str = ""
    role: str = ""
    party: str = "system"
    session_id: str = ""


def chain_of(unit_id: str) -> str:
    """The name of a unit's chain; what belongs to no unit has one of its own."""
    return f"{_PREFIX}{unit_id or '-'}"


def record_text(entry: AuditEntry, actor: Actor, at: datetime, correlation_id: str) -> str:
    """The row as the canonical JSON that the chain seals (see `domain.audit`)."""
    record: dict[str, Any] = {
        "action": entry.action,
        "assignment_id": actor.assignment_id,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "code": entry.code,
        "correlation_id": correlation_id,
        "object_id": entry.object_id,
        "object_type": entry.object_type,
        "party": actor.party,
        "reason": entry.reason,
        "resident_id": entry.resident_id,
        "role": actor.role,
        "session_id": actor.session_id,
        "staff_hsa_id": actor.hsa_id,
        "staff_id": actor.staff_id,
        "unit_id": entry.unit_id,
    }
    if entry.shown or entry.residents:
        record["residents"] = list(entry.residents)
        record["shown"] = list(entry.shown)
    return canonical(record)


@dataclass(frozen=True)
class Broken:
    """The first row that does not fit."""

    chain: str
    n: int
    why: Literal["changed", "missing", "cut_off"]


_ROWS = select(audit).where(audit.c.chain == bindparam("of")).order_by(audit.c.n)
_HEADS = select(streams.c.name, streams.c.head, streams.c.hash).where(streams.c.name.startswith(_PREFIX))


def verify_chain(conn: Connection, chain: str | None = None) -> Broken | None:
    """The first broken row of one chain, or of all, or None (security.md 4.7).

    A row is broken where it was changed, moved, put in or taken out; the head shows a cut-off end.
    """
    heads = {row.name: (row.head, row.hash) for row in conn.execute(_HEADS)}
    named = set(conn.execute(select(audit.c.chain).distinct()).scalars())
    for name in sorted(named | heads.keys() if chain is None else {chain}):
        broken = _verify(conn, name, *heads.get(name, (0, None)))
        if broken is not None:
            return broken
    return None


def _verify(conn: Connection, chain: str, head: int, head_hash: str | None) -> Broken | None:
    prev, expected = GENESIS, 1
    for row in conn.execute(_ROWS, {"of": chain}).mappings():
        n = cast("int", row["n"])
        if n != expected:
            return Broken(chain, expected, "missing")
        if row["prev_hash"] != prev or not _fits(row, prev):
            return Broken(chain, n, "changed")
        prev, expected = row["hash"], n + 1
    if expected - 1 != head or (head and prev != head_hash):
        return Broken(chain, expected, "cut_off")
    return None


def _fits(row: RowMapping, prev: str) -> bool:
    try:
        record = json.loads(row["record"])
    except ValueError:
        return False
    columns = all(
        record.get(key) == row[key] for key in ("object_id", "action", "code", "resident_id", "staff_id")
    )
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return columns and record.get("at") == at and chain_hash(prev, record) == row["hash"]
