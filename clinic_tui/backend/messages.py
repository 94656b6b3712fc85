"""Messages in the store: receipts and pages."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from clinic_tui.backend.identity import masked_message
from clinic_tui.backend.store.tables import messages, residents
from clinic_tui.protocol.resources import Author, Message, MessagePage

PAGE = 50
"""Messages a page holds unless asked otherwise."""
_PAGE = (
    select(messages, residents.c.protected)
    .join_from(messages, residents, residents.c.id == messages.c.author_id, isouter=True)
    .where(messages.c.case_id == bindparam("of"), messages.c.seq < bindparam("before"))
    .order_by(messages.c.seq.desc())
    .limit(bindparam("most"))
)
_NEVER = 1 << 62


def _receipts(side: tuple[Author, ...], *, read: bool) -> Any:
    values: dict[str, Any] = {
        "revision": messages.c.revision + 1,
        "delivered_at": func.coalesce(
            messages.c.delivered_at, bindparam("now", type_=messages.c.sent_at.type)
        ),
    }
    if read:
        values["read_at"] = bindparam("now", type_=messages.c.sent_at.type)
    missing = messages.c.read_at if read else messages.c.delivered_at
    return (
        update(messages)
        .where(
            messages.c.case_id == bindparam("of"),
            messages.c.seq <= bindparam("upto"),
            messages.c.author.in_(side),
            missing.is_(None),
        )
        .values(values)
        .returning(*messages.c)
    )


_FROM_STAFF: tuple[Author, ...] = ("staff", "system")
_FROM_RESIDENT: tuple[Author, ...] = ("resident", "proxy")
_READ_BY_STAFF = _receipts(_FROM_RESIDENT, read=True)
_READ_BY_RESIDENT = _receipts(_FROM_STAFF, read=True)
_GIVEN_TO_RESIDENT = _receipts(_FROM_STAFF, read=False)


def read_by_staff(conn: Connection, case_id: str, upto: int, now: datetime) -> list[Message]:
    """Mark the resident's messages up to a place as read; those that changed."""
    rows = conn.execute(_READ_BY_STAFF, {"of": case_id, "upto": upto, "now": now}).mappings()
    return sorted((message_of(row) for row in rows), key=_seq)


def seen_by_resident(
    conn: Connection, case_id: str, upto: int, now: datetime, *, read: bool
) -> list[Message]:
    """Mark the staff's messages up to a place as delivered, or read; those that changed."""
    statement = _READ_BY_RESIDENT if read else _GIVEN_TO_RESIDENT
    rows = conn.execute(statement, {"of": case_id, "upto": upto, "now": now}).mappings()
    return sorted((message_of(row) for row in rows), key=_seq)


def message_of(row: RowMapping) -> Message:
    """A row as a message."""
    return Message(**cast("dict[str, Any]", dict(row)))


def newest(
    conn: Connection, case_id: str, before: int | None = None, limit: int = PAGE, *, reader: str | None = None
) -> MessagePage:
    """The newest messages before a place, oldest first, and how many are older still.

    An author whose identity is protected is named to themselves alone: to the resident `reader`.
    """
    asked = {"of": case_id, "before": _NEVER if before is None else before, "most": limit}
    found = [_of_page(row, reader) for row in conn.execute(_PAGE, asked).mappings()]
    found.reverse()
    return MessagePage(messages=tuple(found), messages_before=found[0].seq - 1 if found else 0)


def _of_page(row: RowMapping, reader: str | None) -> Message:
    fields = dict(row)
    grade = fields.pop("protected")
    message = Message(**cast("dict[str, Any]", fields))
    return message if grade is None else masked_message(message, {message.author_id: grade}, reader)


def _seq(message: Message) -> int:
    return message.seq
