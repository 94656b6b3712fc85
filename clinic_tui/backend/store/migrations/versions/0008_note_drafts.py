"""The unsigned note belongs to its case; what several wrote in one is joined, each under their name."""

from collections import defaultdict
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

from clinic_tui.backend.store.types import InstantColumn

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OLD = sa.text(
    "SELECT d.case_id, d.staff_id, d.body, d.revision, d.saved_at, s.display_name, s.title, c.assignee_id"
    " FROM drafts d JOIN staff s ON s.id = d.staff_id JOIN cases c ON c.id = d.case_id"
    " WHERE d.kind = 'note' AND d.body <> ''"
    " AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.case_id = d.case_id)"
    " ORDER BY d.case_id, d.saved_at, d.staff_id"
).columns(saved_at=InstantColumn())


def upgrade() -> None:
    """Make the table, move the notes into it, and say of every draft where it was written."""
    made = op.create_table(
        "note_drafts",
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, server_default="1"),
        sa.Column("saved_at", InstantColumn(), nullable=False),
        sa.Column("client", sa.Text, nullable=False, server_default=""),
        sa.Column("author_id", sa.String(64), nullable=False),
        sa.Column("author_name", sa.Text, nullable=False, server_default=""),
        sa.Column("author_title", sa.Text, nullable=False, server_default=""),
        sa.Column("parts", sa.Text, nullable=False, server_default="[]"),
        sa.PrimaryKeyConstraint("case_id", name="pk_note_drafts"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_note_drafts_case_id"),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name="fk_note_drafts_author_id"),
    )
    op.add_column("drafts", sa.Column("client", sa.Text, nullable=False, server_default=""))
    conn = op.get_bind()
    of_cases: dict[str, list[Any]] = defaultdict(list)
    for row in conn.execute(_OLD).all():
        of_cases[row.case_id].append(row)
    if of_cases:
        op.bulk_insert(made, [_joined(rows) for rows in of_cases.values()])
    conn.execute(sa.text("DELETE FROM drafts WHERE kind = 'note'"))


def _joined(rows: list[Any]) -> dict[str, Any]:
    """One note of those that were written in a case: whoever has the case last, the others before it."""
    rows.sort(key=lambda row: row.staff_id == row.assignee_id)
    last = rows[-1]
    bodies = [f"{row.display_name}:\n{row.body}" for row in rows[:-1]] + [last.body]
    parts = [
        {
            "author": {"id": row.staff_id, "name": row.display_name, "title": row.title},
            "at": row.saved_at,
            "body": row.body,
        }
        for row in rows[:-1]
    ]
    return {
        "case_id": last.case_id,
        "body": "\n\n".join(bodies),
        "revision": max(row.revision for row in rows) + 1,
        "saved_at": last.saved_at,
        "author_id": last.staff_id,
        "author_name": last.display_name,
        "author_title": last.title,
        "parts": msgspec.json.encode(parts).decode(),
    }
