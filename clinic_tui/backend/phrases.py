"""Phrases in the store."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select

from clinic_tui.backend.store.tables import phrases
from clinic_tui.protocol.resources import PhraseInfo

_USABLE = (
    select(phrases)
    .where(
        phrases.c.active.is_(True),
        or_(
            phrases.c.scope == "region",
            and_(phrases.c.scope == "unit", phrases.c.unit_id.in_(bindparam("units", expanding=True))),
            and_(phrases.c.scope == "personal", phrases.c.owner_id == bindparam("who")),
        ),
    )
    .order_by(phrases.c.title, phrases.c.id)
)


def phrase_of(row: Mapping[Any, Any]) -> PhraseInfo:
    """A row as a phrase."""
    return PhraseInfo(
        id=row["id"],
        scope=row["scope"],
        unit_id=row["unit_id"],
        shortcut=row["shortcut"],
        title=row["title"],
        body=row["body"],
        category=row["category"],
        revision=row["revision"],
        active=row["active"],
    )


def usable_phrases(conn: Connection, staff_id: str, unit_ids: tuple[str, ...]) -> tuple[PhraseInfo, ...]:
    """The active phrases a staff member may use at these units."""
    rows = conn.execute(_USABLE, {"who": staff_id, "units": list(unit_ids)}).mappings()
    return tuple(phrase_of(row) for row in rows)
