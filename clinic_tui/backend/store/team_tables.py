"""Tables of what staff do together: conversations, tickets, items to verify, notices and shifts."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, UniqueConstraint, text

from clinic_tui.backend.store.tables import metadata, number_column, text_column
from clinic_tui.backend.store.types import InstantColumn

participants = Table(
    "participants",
    metadata,
    Column("case_id", String(36), ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", String(64), ForeignKey("staff.id"), primary_key=True, index=True),
    Column("invited_by", String(64), ForeignKey("staff.id"), nullable=False),
    Column("since", InstantColumn(), nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("case_id", String(36), ForeignKey("cases.id"), index=True),
    Column("unit_id", String(64), ForeignKey("units.id"), nullable=False),
    text_column("role"),
    text_column("subject"),
    Column("urgent", Boolean, nullable=False),
    Column("asked_by_id", String(64), ForeignKey("staff.id"), nullable=False),
    text_column("asked_by_name"),
    text_column("asked_by_title"),
    Column("state", String(12), nullable=False),
    Column("started_at", InstantColumn(), nullable=False),
    Column("last_at", InstantColumn(), nullable=False),
    text_column("last_body"),
    number_column("count"),
    number_column("revision", "1"),
    Index("ix_conversations_unit_role", "unit_id", "role"),
)

conversation_members = Table(
    "conversation_members",
    metadata,
    Column("conversation_id", String(36), ForeignKey("conversations.id"), primary_key=True),
    Column("staff_id", String(64), ForeignKey("staff.id"), primary_key=True, index=True),
    text_column("name"),
    text_column("title"),
    number_column("read"),
)

staff_messages = Table(
    "staff_messages",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("conversation_id", String(36), ForeignKey("conversations.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("author_id", String(64), ForeignKey("staff.id"), nullable=False),
    text_column("author_name"),
    text_column("author_title"),
    text_column("body", None),
    Column("sent_at", InstantColumn(), nullable=False),
    UniqueConstraint("conversation_id", "seq"),
)

_ISSUED = text("state = 'issued'")
tickets = Table(
    "tickets",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("resident_id", String(64), ForeignKey("residents.id"), nullable=False, index=True),
    Column("unit_id", String(64), ForeignKey("units.id"), nullable=False),
    Column("role", String(40), nullable=False),
    text_column("reason"),
    Column("issuer_id", String(64), ForeignKey("staff.id"), nullable=False, index=True),
    text_column("issuer_name"),
    text_column("issuer_title"),
    Column("issuer_unit_id", String(64), ForeignKey("units.id"), nullable=False),
    Column("source_case_id", String(36), ForeignKey("cases.id")),
    Column("issued_at", InstantColumn(), nullable=False),
    Column("valid_until", InstantColumn(), nullable=False, index=True),
    Column("state", String(12), nullable=False),
    Column("ended_at", InstantColumn()),
    Column("redeemed_case_id", String(36), ForeignKey("cases.id")),
    number_column("revision", "1"),
    Index(
        "uq_tickets_open",
        "resident_id",
        "unit_id",
        "role",
        unique=True,
        sqlite_where=_ISSUED,
        postgresql_where=_ISSUED,
    ),
)
"""One open ticket per resident, unit and role (domain.md 2.3)."""

verifications = Table(
    "verifications",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("state", String(12), nullable=False),
    Column("unit_id", String(64), ForeignKey("units.id"), nullable=False),
    Column("case_id", String(36), ForeignKey("cases.id"), index=True),
    Column("note_id", String(36), ForeignKey("notes.id")),
    Column("resident_id", String(64), ForeignKey("residents.id")),
    Column("asked_by_id", String(64), ForeignKey("staff.id")),
    text_column("asked_by_name"),
    text_column("asked_by_title"),
    Column("asked_of_id", String(64), ForeignKey("staff.id")),
    text_column("asked_of_name"),
    text_column("asked_of_title"),
    Column("asked_at", InstantColumn(), nullable=False),
    text_column("detail"),
    text_column("comment"),
    Column("decided_by_id", String(64), ForeignKey("staff.id")),
    text_column("decided_by_name"),
    text_column("decided_by_title"),
    Column("decided_at", InstantColumn()),
    number_column("revision", "1"),
    Index("ix_verifications_unit_state", "unit_id", "state"),
)

undoable_actions = Table(
    "undoable_actions",
    metadata,
    Column("staff_id", String(64), ForeignKey("staff.id"), primary_key=True),
    Column("command_id", String(36), primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("assignment_id", String(64), nullable=False),
    Column("object_id", String(36), nullable=False),
    text_column("before", None),
    text_column("after", None),
    text_column("texts", "[]"),
    Column("at", InstantColumn(), nullable=False, index=True),
    Column("undone_at", InstantColumn()),
)

notices = Table(
    "notices",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("staff_id", String(64), ForeignKey("staff.id"), nullable=False, index=True),
    Column("kind", String(24), nullable=False),
    Column("at", InstantColumn(), nullable=False),
    Column("case_id", String(36)),
    Column("conversation_id", String(36)),
    Column("resident_id", String(64), ForeignKey("residents.id")),
    Column("who_id", String(64)),
    text_column("who_name"),
    text_column("who_title"),
    text_column("detail"),
    Column("read_at", InstantColumn()),
)

shifts = Table(
    "shifts",
    metadata,
    Column("staff_id", String(64), ForeignKey("staff.id"), primary_key=True),
    Column("unit_id", String(64), ForeignKey("units.id"), primary_key=True),
    Column("role", String(40), nullable=False),
    Column("started_at", InstantColumn(), nullable=False),
    Column("ended_at", InstantColumn()),
    Column("ends_at", InstantColumn()),
    Column("stated", String(8), nullable=False),
    Column("shown", String(8), nullable=False),
    Column("since", InstantColumn(), nullable=False),
    Column("last_seen", InstantColumn(), nullable=False),
    number_column("revision", "1"),
)
"""The last shift of a staff member at a unit; presence is told from it (domain.md 2.11)."""
