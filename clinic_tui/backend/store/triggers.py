"""Triggers that keep what must never change: the access log, signed notes and the text of messages."""

_KEPT_WHOLE = ("audit", "notes", "staff_messages")
"""Tables whose rows are only ever added (domain.md 2.5, 2.13, 7.2)."""
_MESSAGE_TEXT = (
    *("id", "case_id", "seq", "body", "sent_at"),
    *("author", "author_id", "author_name", "author_title"),
)
"""Columns of a message that never change (domain.md 2.2); the receipts may."""


def statements(dialect: str) -> list[str]:
    """The statements that make the triggers, each to be run by itself."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _sqlite() -> list[str]:
    made = [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in _KEPT_WHOLE
        for verb in ("UPDATE", "DELETE")
    ]
    made.append(
        f"CREATE TRIGGER messages_no_update BEFORE UPDATE OF {', '.join(_MESSAGE_TEXT)} ON messages "
        "BEGIN SELECT RAISE(ABORT, 'messages is append-only'); END"
    )
    made.append(
        "CREATE TRIGGER messages_no_delete BEFORE DELETE ON messages "
        "BEGIN SELECT RAISE(ABORT, 'messages is append-only'); END"
    )
    return made


def _postgresql() -> list[str]:
    made = [
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    ]
    made += [
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in _KEPT_WHOLE
    ]
    made += [
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in (*_KEPT_WHOLE, "messages")
    ]
    made.append(
        f"CREATE TRIGGER messages_text BEFORE UPDATE OF {', '.join(_MESSAGE_TEXT)} ON messages "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    made.append(
        "CREATE TRIGGER messages_kept BEFORE DELETE ON messages FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    return made
