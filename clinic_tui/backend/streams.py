"""Streams of events: their names, their heads and what came after a place in them."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, bindparam, select

from clinic_tui.backend.store.tables import events, streams
from clinic_tui.protocol.events import Envelope, Event
from clinic_tui.protocol.resources import Cursor

_payload = msgspec.json.Decoder(Event)
_AFTER = (
    select(events)
    .where(events.c.stream == bindparam("of"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("most"))
)
_HEADS = select(streams.c.name, streams.c.head).where(streams.c.name.in_(bindparam("names", expanding=True)))


def unit_stream(unit_id: str) -> str:
    """Rows of a unit's cases."""
    return f"unit:{unit_id}"


def staff_stream(staff_id: str) -> str:
    """What only one staff member sees: messages of their cases, drafts, their profile."""
    return f"staff:{staff_id}"


def resident_stream(resident_id: str) -> str:
    """What a resident sees of their own cases."""
    return f"resident:{resident_id}"


def events_after(conn: Connection, stream: str, seq: int, limit: int) -> tuple[Envelope, ...]:
    """At most `limit` events of a stream that come after `seq`, in order."""
    rows = conn.execute(_AFTER, {"of": stream, "after": seq, "most": limit})
    return tuple(
        Envelope(stream=row.stream, seq=row.seq, at=row.at, event=_payload.decode(row.payload))
        for row in rows
    )


def heads(conn: Connection, names: Iterable[str]) -> dict[str, int]:
    """The newest sequence number of each stream; 0 where nothing has happened."""
    found = dict.fromkeys(names, 0)
    if found:
        found.update({row.name: row.head for row in conn.execute(_HEADS, {"names": list(found)})})
    return found


def cursors(conn: Connection, names: Iterable[str]) -> tuple[Cursor, ...]:
    """The heads as cursors. Read them before the state they go with: what is newer is then sent again."""
    return tuple(Cursor(stream=name, seq=head) for name, head in heads(conn, names).items())
