"""The access log's hash chain: each row seals the one before it, so that tampering shows."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
GENESIS = "0" * 64
"""The hash before the first row."""


def chain_hash(prev: str, record: Mapping[str, Any]) -> str:
    """The SHA-256 (hex) that seals `record` after the row with hash `prev` (domain.md 2.13).

    The record is written as canonical JSON: sorted keys, no blanks, ASCII. Its keys `prev_hash` and
    `hash`, where present, are left out. Values must be what JSON holds; instants go as text. Raises
    `TypeError` or `ValueError` for anything else, such as NaN.
    """
    body = {key: value for key, value in record.items() if key not in {"prev_hash", "hash"}}
    return seal(prev, canonical(body))


def canonical(body: Mapping[str, Any]) -> str:
    """A record, without its hashes, as the text that is sealed."""
    return _encoder.encode(body)


def seal(prev: str, text: str) -> str:
    """The SHA-256 (hex) over the hash before and a record's canonical text."""
    return hashlib.sha256(f"{prev}\n{text}".encode("ascii")).hexdigest()


def verify(rows: Iterable[Mapping[str, Any]], start: str = GENESIS) -> int | None:
    """The place (from 0) of the first row that does not fit the chain, or None when all do.

    Rows come in the order they were written and carry `prev_hash` and `hash`. `start` is the hash
    before the first of them. Rows cut off at the end show only against a hash kept elsewhere.
    """
    prev = start
    for place, row in enumerate(rows):
        if row.get("prev_hash") != prev or row.get("hash") != chain_hash(prev, row):
            return place
        prev = str(row["hash"])
    return None
