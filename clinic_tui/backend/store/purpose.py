"""Whether a database is for demo data or for real people: decided once, and never served as the other.

Demo accounts share a password that everybody knows, and with demo data residents sign in by a simulated e-ID.
"""

from typing import Literal, cast

from sqlalchemy import Connection, bindparam, select

from clinic_tui.backend.store.tables import database_facts, residents, staff, units
from clinic_tui.backend.upsert import insert_if_missing

Purpose = Literal["demo", "real"]

_NAME = "purpose"
_FIND = select(database_facts.c.value).where(database_facts.c.name == bindparam("wanted"))
_PEOPLE = (units, staff, residents)


def purpose_of(conn: Connection) -> Purpose | None:
    """What the database is for; None while nobody has used it."""
    found = conn.execute(_FIND, {"wanted": _NAME}).scalar_one_or_none()
    return None if found is None else cast("Purpose", found)


def claim(conn: Connection, wanted: Purpose) -> Purpose:
    """What the database is for, after marking one that is not marked; of two at once, one decides.

    One that is not marked and holds units, staff or residents is real, whatever is wanted.
    """
    if purpose_of(conn) is None:
        made = "real" if wanted == "real" or not is_empty(conn) else "demo"
        statement = insert_if_missing(conn.dialect.name, database_facts)
        conn.execute(statement, {"name": _NAME, "value": made})
    return cast("Purpose", conn.execute(_FIND, {"wanted": _NAME}).scalar_one())


def is_empty(conn: Connection) -> bool:
    """Whether it holds no unit, no staff and no resident."""
    return all(conn.execute(select(table.c.id).limit(1)).first() is None for table in _PEOPLE)
