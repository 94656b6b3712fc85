"""What the command line shows of a store: units, staff and the access log."""

import json
from collections.abc import Iterator

from sqlalchemy import Connection, select

from clinic_tui.backend.store.tables import assignments, audit, staff, units

_LOG = select(audit.c.chain, audit.c.n, audit.c.record, audit.c.hash).order_by(audit.c.chain, audit.c.n)


def list_units(conn: Connection) -> list[dict[str, object]]:
    """Every unit, by name."""
    rows = conn.execute(
        select(units.c.id, units.c.name, units.c.kind, units.c.phone, units.c.parent_id).order_by(
            units.c.name
        )
    )
    return [dict(row) for row in rows.mappings()]


def list_staff(conn: Connection) -> list[dict[str, object]]:
    """Every staff member, by user name, with roles and units."""
    given: dict[str, list[str]] = {}
    for row in conn.execute(select(assignments).order_by(assignments.c.unit_id, assignments.c.role)):
        given.setdefault(row.staff_id, []).append(f"{row.role}@{row.unit_id}")
    rows = conn.execute(select(staff).order_by(staff.c.username))
    return [
        {
            "username": row.username,
            "name": row.display_name,
            "title": row.title,
            "hsa_id": row.hsa_id,
            "assignments": ", ".join(given.get(row.id, [])),
            "state": "disabled" if row.disabled else "",
        }
        for row in rows
    ]


def access_log(
    conn: Connection, resident_id: str | None = None, unit_id: str | None = None
) -> Iterator[dict[str, object]]:
    """The rows of the access log with their seals, of one resident or one unit where asked for.

    A list that showed the resident among others is one of theirs.
    """
    for row in conn.execute(_LOG):
        record = json.loads(row.record)
        about = (record.get("resident_id"), *record.get("residents", ()))
        if resident_id is not None and resident_id not in about:
            continue
        if unit_id is not None and record.get("unit_id") != unit_id:
            continue
        yield {"chain": row.chain, "n": row.n, **record, "hash": row.hash}
