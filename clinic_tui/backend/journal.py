"""The end of every transaction: events get their places, the access log its seal, the command its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Connection, bindparam, insert, text
from sqlalchemy.types import String

from clinic_tui.backend.audit import Actor, AuditEntry, chain_of, record_text
from clinic_tui.backend.store.prepared import Prepared
from clinic_tui.backend.store.tables import audit, events, idempotency
from clinic_tui.domain.audit import GENESIS, seal
from clinic_tui.protocol.events import Envelope, Event

_encoder = msgspec.json.Encoder()
_ADD_AUDIT = Prepared(insert(audit))
_ADD_ANSWER = Prepared(insert(idempotency))
_EVENTS_AT_ONCE = 20
_SEAL = {
    "sqlite": "chain_hash(streams.hash, excluded.record)",
    "postgresql": ("encode(sha256(convert_to(streams.hash || chr(10) || excluded.record, 'UTF8')), 'hex')"),
}


@dataclass(frozen=True)
class Emitted:
    """An event on its way to one stream."""

    stream: str
    event: Event


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What is kept of a command, for when it comes again."""

    subject: str
    command_id: str
    digest: str
    answer: bytes


@cache
def _advance(rows: int, dialect: str) -> Prepared:
    """Move `rows` streams on, in the order given; an access log chain is sealed in the same step."""
    values = ", ".join(f"(:name{i}, :head{i}, :prev{i}, :hash{i}, :record{i})" for i in range(rows))
    statement = text(
        "INSERT INTO streams (name, head, prev, hash, record) "  # noqa: S608 - only numbers are put in
        f"VALUES {values} ON CONFLICT (name) DO UPDATE SET head = streams.head + excluded.head, "
        f"prev = streams.hash, hash = {_SEAL[dialect]}, record = excluded.record "
        "RETURNING name, head, prev, hash"
    )
    binds = [
        bindparam(f"{name}{i}", type_=BigInteger() if name == "head" else String())
        for i in range(rows)
        for name in ("name", "head", "prev", "hash", "record")
    ]
    return Prepared(statement.bindparams(*binds))


def _events_insert(rows: int) -> Any:
    names = [column.name for column in events.c]
    return insert(events).values([{name: bindparam(f"{name}{i}") for name in names} for i in range(rows)])


@cache
def _add_events(rows: int) -> Prepared:
    """Store so many events."""
    return Prepared(_events_insert(rows))


@cache
def _all_at_once(rows: int) -> Prepared:
    """Store so many events, a row of the access log and an answer in one statement, as PostgreSQL can."""
    log: dict[str, Any] = {column.name: bindparam(f"a_{column.name}") for column in audit.c}
    parts = [insert(audit).values(log).cte("logged")]
    if rows:
        parts.append(_events_insert(rows).cte("told"))
    return Prepared(insert(idempotency).add_cte(*parts))


def write_journal(
    conn: Connection,
    now: datetime,
    *,
    emitted: Sequence[Emitted],
    audits: Sequence[AuditEntry],
    actor: Actor,
    correlation_id: str,
    answered: Answered | None = None,
) -> tuple[Envelope, ...]:
    """Write it all, and give the events with their places.

    Streams and chains are locked in the order of their names, so that two transactions never wait for each
    other; a sequence number is given out under that lock and comes back when the transaction is undone, which
    is why a stream has no holes.
    """
    records = [(entry, record_text(entry, actor, now, correlation_id)) for entry in audits]
    placed, sealed = _advance_all(conn, emitted, records)
    rows = [_audit_row(entry, actor, now, row) for entry, row in zip(audits, sealed, strict=True)]
    kept = None if answered is None else _answer_row(answered, now)
    if kept is not None and len(rows) == 1 and len(placed) <= _EVENTS_AT_ONCE and _is_far(conn):
        _all_at_once(len(placed)).run(conn, {**_event_rows(placed, now), **_prefixed("a_", rows[0]), **kept})
    else:
        for first in range(0, len(placed), _EVENTS_AT_ONCE):
            part = placed[first : first + _EVENTS_AT_ONCE]
            _add_events(len(part)).run(conn, _event_rows(part, now))
        for row in rows:
            _ADD_AUDIT.run(conn, row)
        if kept is not None:
            _ADD_ANSWER.run(conn, kept)
    return tuple(Envelope(stream=e.stream, seq=seq, at=now, event=e.event) for e, seq in placed)


@dataclass(frozen=True)
class _Sealed:
    chain: str
    n: int
    prev: str
    hash: str
    record: str


def _advance_all(
    conn: Connection, emitted: Sequence[Emitted], records: Sequence[tuple[AuditEntry, str]]
) -> tuple[list[tuple[Emitted, int]], list[_Sealed]]:
    counts: dict[str, int] = {}
    for item in emitted:
        counts[item.stream] = counts.get(item.stream, 0) + 1
    rows: dict[str, dict[str, Any]] = {
        name: {"name": name, "head": count, "prev": None, "hash": None, "record": None}
        for name, count in counts.items()
    }
    first: set[str] = set()
    later: list[tuple[int, str, str]] = []
    sealed: list[_Sealed | None] = [None] * len(records)
    for place, (entry, record) in enumerate(records):
        chain = chain_of(entry.unit_id)
        if chain in first:
            later.append((place, chain, record))
            continue
        first.add(chain)
        rows[chain] = _chain_row(chain, record)
    heads = _run_advance(conn, [rows[name] for name in sorted(rows)]) if rows else {}
    taken: set[str] = set()
    for place, (entry, record) in enumerate(records):
        chain = chain_of(entry.unit_id)
        if chain not in taken:
            taken.add(chain)
            sealed[place] = _Sealed(chain, *heads[chain], record)
    for place, chain, record in later:
        sealed[place] = _Sealed(chain, *_run_advance(conn, [_chain_row(chain, record)])[chain], record)
    used: dict[str, int] = {}
    placed: list[tuple[Emitted, int]] = []
    for item in emitted:
        used[item.stream] = used.get(item.stream, 0) + 1
        placed.append((item, heads[item.stream][0] - counts[item.stream] + used[item.stream]))
    return placed, [row for row in sealed if row is not None]


def _chain_row(chain: str, record: str) -> dict[str, Any]:
    return {"name": chain, "head": 1, "prev": GENESIS, "hash": seal(GENESIS, record), "record": record}


def _run_advance(conn: Connection, rows: list[dict[str, Any]]) -> dict[str, tuple[int, str, str]]:
    """The new head of each, with the two hashes of a chain."""
    parameters = {f"{key}{i}": value for i, row in enumerate(rows) for key, value in row.items()}
    found = _advance(len(rows), conn.dialect.name).rows(conn, parameters)
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def _event_rows(placed: Sequence[tuple[Emitted, int]], now: datetime) -> dict[str, Any]:
    """The numbered parameters of events, each encoded once however many streams it goes to."""
    encoded: dict[int, bytes] = {}
    parameters: dict[str, Any] = {}
    for i, (item, seq) in enumerate(placed):
        payload = encoded.get(id(item.event))
        if payload is None:
            payload = encoded[id(item.event)] = _encoder.encode(item.event)
        parameters[f"stream{i}"], parameters[f"seq{i}"] = item.stream, seq
        parameters[f"at{i}"], parameters[f"payload{i}"] = now, payload
    return parameters


def _answer_row(answered: Answered, now: datetime) -> dict[str, Any]:
    return {
        "subject": answered.subject,
        "command_id": answered.command_id,
        "digest": answered.digest,
        "answer": answered.answer,
        "at": now,
    }


def _prefixed(prefix: str, row: dict[str, Any]) -> dict[str, Any]:
    return {prefix + name: value for name, value in row.items()}


def _is_far(conn: Connection) -> bool:
    """Whether each statement is a journey over a socket."""
    return conn.dialect.name == "postgresql"


def _audit_row(entry: AuditEntry, actor: Actor, now: datetime, row: _Sealed) -> dict[str, Any]:
    return {
        "chain": row.chain,
        "n": row.n,
        "at": now,
        "object_id": entry.object_id,
        "action": entry.action,
        "code": entry.code,
        "resident_id": entry.resident_id,
        "staff_id": actor.staff_id,
        "record": row.record,
        "prev_hash": row.prev,
        "hash": row.hash,
    }
