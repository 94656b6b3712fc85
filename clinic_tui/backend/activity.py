"""What staff do themselves: kept in memory, written to their shifts at most once a minute."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping

from clinic_tui.backend.shifts import SHIFTS, put_shift, shown_at, visits_of
from clinic_tui.backend.store.team_tables import shifts
from clinic_tui.backend.tx import Tx

_WRITE_AFTER = timedelta(minutes=1)
_OPEN = SHIFTS.where(shifts.c.ended_at.is_(None)).order_by(shifts.c.staff_id, shifts.c.unit_id)
_LOCK_OPEN = _OPEN.with_for_update(of=shifts)


class Activity:
    """When staff last did something themselves, in memory; `settle_shifts` brings it to the store."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], datetime] = {}

    def acted(self, staff_id: str, unit_id: str, at: datetime) -> None:
        """Somebody did something at this moment."""
        key = (staff_id, unit_id)
        known = self._last.get(key)
        if known is None or known < at:
            self._last[key] = at

    def last(self, row: RowMapping) -> datetime:
        """The last that is known of a shift."""
        known = self._last.get((row["staff_id"], row["unit_id"]))
        return row["last_seen"] if known is None else max(known, row["last_seen"])


def shifts_due(conn: Connection, activity: Activity, now: datetime) -> bool:
    """Whether any shift must be written: presence fades or comes back, or news of it is a minute old."""
    rows = conn.execute(_OPEN).mappings().all()
    visits = visits_of(conn, {row["staff_id"] for row in rows}) if rows else {}
    return any(_is_due(row, activity.last(row), now, visits.get(row["staff_id"], 0)) for row in rows)


def _is_due(row: RowMapping, last: datetime, now: datetime, visits: int) -> bool:
    if shown_at({**row, "last_seen": last}, now, visits).value != row["shown"]:
        return True
    return last > row["last_seen"] and (last - row["last_seen"] >= _WRITE_AFTER or now - last >= _WRITE_AFTER)


def settle_shifts(tx: Tx, activity: Activity) -> None:
    """Write what is due of every shift; running it twice changes nothing more."""
    for row in tx.conn.execute(_LOCK_OPEN).mappings().all():
        last = activity.last(row)
        if _is_due(row, last, tx.now, visits_of(tx.conn, (row["staff_id"],)).get(row["staff_id"], 0)):
            put_shift(tx, row, last_seen=last)
