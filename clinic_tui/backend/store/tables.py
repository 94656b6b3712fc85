"""Every table of the backend."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)

from clinic_tui.backend.store.types import InstantColumn

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text_column(name: str, default: str | None = "") -> Column[str]:
    """A text that is never null and empty unless given."""
    return Column(name, Text, nullable=False, server_default=default)


def number_column(name: str, default: str | None = "0") -> Column[int]:
    """A whole number that is never null and 0 unless given."""
    return Column(name, BigInteger, nullable=False, server_default=default)


units = Table(
    "units",
    metadata,
    Column("id", String(64), primary_key=True),
    text_column("hsa_id"),
    text_column("care_provider_id"),
    text_column("name"),
    text_column("kind"),
    text_column("phone"),
    Column("parent_id", String(64), ForeignKey("units.id")),
    Column("hours", Text, nullable=False, server_default="[]"),
    Column("no_answer_minutes", Integer, nullable=False, server_default="10"),
    text_column("no_answer_text"),
    Column("exceptions", Text, nullable=False, server_default="[]"),
    Column("hand_over_minutes", Integer, nullable=False, server_default="15"),
    Column("async_days", Integer, nullable=False, server_default="10"),
    text_column("meeting_url"),
    text_column("keyword_template"),
    number_column("revision", "1"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hsa_id", String(31), nullable=False, unique=True),
    Column("username", String(80), nullable=False, unique=True),
    text_column("password_hash"),
    text_column("name"),
    text_column("display_name"),
    text_column("title"),
    text_column("mobile"),
    Column("disabled", Boolean, nullable=False),
    number_column("revision", "1"),
    Column("notify", Text, nullable=False, server_default="[]"),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("staff_id", String(64), ForeignKey("staff.id"), nullable=False, index=True),
    Column("unit_id", String(64), ForeignKey("units.id"), nullable=False),
    Column("covers", Text, nullable=False, server_default="[]"),
    Column("role", String(40), nullable=False),
    Column("extra", Text, nullable=False, server_default="[]"),
    Column("valid_from", InstantColumn()),
    Column("valid_to", InstantColumn()),
)

residents = Table(
    "residents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_number", String(13), nullable=False, unique=True),
    text_column("name"),
    Column("birth_date", Date),
    Column("sex", String(8), nullable=False, server_default="unknown"),
    Column("protected", String(10), nullable=False, server_default="none"),
    Column("listed_unit_id", String(64), ForeignKey("units.id")),
    text_column("mobile"),
    Column("language", String(16), nullable=False, server_default="sv"),
)

guardians = Table(
    "guardians",
    metadata,
    Column("child_id", String(64), ForeignKey("residents.id"), primary_key=True),
    Column("guardian_id", String(64), ForeignKey("residents.id"), primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("subject", String(80), nullable=False, index=True),
    Column("staff_id", String(64), ForeignKey("staff.id")),
    Column("resident_id", String(64), ForeignKey("residents.id")),
    Column("assignment_id", String(64), ForeignKey("assignments.id")),
    Column("created_at", InstantColumn(), nullable=False),
    Column("expires_at", InstantColumn(), nullable=False),
    Column("ended_at", InstantColumn()),
    text_column("end_reason"),
    text_column("client"),
    Column("address", String(45), nullable=False, server_default=""),
    Index("ix_sessions_staff_address", "staff_id", "address"),
)

_OFFERED = text("hand_over <> ''")
cases = Table(
    "cases",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("origin", String(24), nullable=False),
    Column("state", String(24), nullable=False),
    Column("unit_id", String(64), ForeignKey("units.id"), nullable=False),
    Column("queue_role", String(40), nullable=False),
    text_column("service_code"),
    Column("resident_id", String(64), ForeignKey("residents.id"), nullable=False, index=True),
    Column("acting_proxy_id", String(64), ForeignKey("residents.id")),
    Column("acting_proxy", Text),
    text_column("reason"),
    Column("priority", Integer),
    Column("priority_source", String(16), nullable=False, server_default="triage"),
    Column("queued_at", InstantColumn(), nullable=False),
    Column("accepted_at", InstantColumn()),
    Column("started_at", InstantColumn()),
    Column("ended_at", InstantColumn()),
    Column("closed_at", InstantColumn()),
    Column("close_reason", String(24)),
    Column("assignee_id", String(64), ForeignKey("staff.id")),
    text_column("assignee_name"),
    text_column("assignee_title"),
    Column("child", Boolean, nullable=False),
    Column("from_ticket", Boolean, nullable=False),
    Column("free_text", Boolean, nullable=False),
    Column("readers", Text, nullable=False, server_default="[]"),
    number_column("unread"),
    number_column("message_count"),
    number_column("staff_messages"),
    Column("last_resident_at", InstantColumn()),
    Column("last_staff_at", InstantColumn()),
    number_column("version", "1"),
    number_column("revision", "1"),
    Column("changed_by_id", String(64)),
    text_column("changed_by_name"),
    text_column("changed_by_title"),
    Column("changed_at", InstantColumn()),
    Column("expires_at", InstantColumn(), index=True),
    Column("reply_allowed", Boolean, nullable=False, server_default=true()),
    Column("parent_id", String(36)),
    Column("ticket_id", String(36)),
    Column("participants", Text, nullable=False, server_default="[]"),
    text_column("hand_over"),
    Column("priority_before", Integer),
    text_column("priority_reason"),
    Column("documented_at", InstantColumn()),
    Column("starts_at", InstantColumn(), index=True),
    Column("ends_at", InstantColumn()),
    text_column("mode"),
    Column("booked_id", String(64)),
    text_column("booked_name"),
    text_column("booked_title"),
    text_column("meeting_url"),
    Column("meeting_since", InstantColumn()),
    Column("warned", Integer, nullable=False, server_default="0"),
    Index("ix_cases_unit_state", "unit_id", "state"),
    Index("ix_cases_assignee_state", "assignee_id", "state"),
    Index("ix_cases_offered", "id", sqlite_where=_OFFERED, postgresql_where=_OFFERED),
)

interviews = Table(
    "interviews",
    metadata,
    Column("case_id", String(36), ForeignKey("cases.id"), primary_key=True),
    Column("history", Text, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("author", String(8), nullable=False),
    text_column("author_id"),
    text_column("author_name"),
    text_column("author_title"),
    text_column("body", None),
    Column("sent_at", InstantColumn(), nullable=False),
    Column("delivered_at", InstantColumn()),
    Column("read_at", InstantColumn()),
    Column("phrase_id", String(64)),
    number_column("revision", "1"),
    UniqueConstraint("case_id", "seq"),
)

notes = Table(
    "notes",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    text_column("body", None),
    Column("source", String(16), nullable=False),
    Column("signed_by_id", String(64), ForeignKey("staff.id"), nullable=False),
    text_column("signed_by_name"),
    text_column("signed_by_title"),
    Column("signed_at", InstantColumn(), nullable=False),
    Column("corrects", String(36)),
    text_column("reason"),
    Column("signed_for_id", String(64)),
    text_column("signed_for_name"),
    text_column("signed_for_title"),
    UniqueConstraint("case_id", "number"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("staff_id", String(64), ForeignKey("staff.id"), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), primary_key=True, index=True),
    Column("kind", String(8), primary_key=True),
    text_column("body", None),
    number_column("revision", "1"),
    Column("saved_at", InstantColumn(), nullable=False),
    text_column("client"),
)

note_drafts = Table(
    "note_drafts",
    metadata,
    Column("case_id", String(36), ForeignKey("cases.id"), primary_key=True),
    text_column("body", None),
    number_column("revision", "1"),
    Column("saved_at", InstantColumn(), nullable=False),
    text_column("client"),
    Column("author_id", String(64), ForeignKey("staff.id"), nullable=False),
    text_column("author_name"),
    text_column("author_title"),
    Column("parts", Text, nullable=False, server_default="[]"),
)

phrases = Table(
    "phrases",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("scope", String(8), nullable=False),
    Column("unit_id", String(64), ForeignKey("units.id"), index=True),
    Column("owner_id", String(64), ForeignKey("staff.id"), index=True),
    text_column("shortcut"),
    text_column("title"),
    text_column("body"),
    text_column("category"),
    Column("active", Boolean, nullable=False),
    number_column("revision", "1"),
)

streams = Table(
    "streams",
    metadata,
    Column("name", String(96), primary_key=True),
    number_column("head"),
    Column("prev", String(64)),
    Column("hash", String(64)),
    Column("record", Text),
)

events = Table(
    "events",
    metadata,
    Column("stream", String(96), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", InstantColumn(), nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("command_id", String(36), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("at", InstantColumn(), nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("chain", String(96), primary_key=True),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("at", InstantColumn(), nullable=False),
    Column("object_id", String(64), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("code", String(40), nullable=False),
    Column("resident_id", String(64), index=True),
    Column("staff_id", String(64)),
    Column("record", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

sms_outbox = Table(
    "sms_outbox",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id")),
    Column("resident_id", String(64), ForeignKey("residents.id")),
    Column("mobile", String(20), nullable=False),
    text_column("body", None),
    Column("state", String(12), nullable=False, index=True),
    Column("queued_at", InstantColumn(), nullable=False),
    Column("sent_at", InstantColumn()),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("staff_id", String(64), ForeignKey("staff.id")),
    Column("gateway_id", String(80), index=True),
    Column("next_at", InstantColumn()),
    text_column("fault"),
    text_column("kind"),
)

device_keys = Table(
    "device_keys",
    metadata,
    Column("staff_id", String(64), ForeignKey("staff.id"), primary_key=True),
    Column("device_id", String(32), primary_key=True),
    Column("key", String(44), nullable=False),
    Column("used_at", InstantColumn(), nullable=False),
)
"""What each staff member's unsent texts are kept under on each of their devices (see `devices`)."""

database_facts = Table(
    "database_facts",
    metadata,
    Column("name", String(40), primary_key=True),
    text_column("value", None),
)
"""What is true of the whole database, such as its purpose (see `store.purpose`)."""
