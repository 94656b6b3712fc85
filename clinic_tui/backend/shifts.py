"""Shifts: who is at work where, and how present they are to colleagues (domain.md 2.11, slide 73)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, bindparam, func, or_, select, update

from clinic_tui.backend.store.tables import assignments, cases, sessions, staff
from clinic_tui.backend.store.team_tables import shifts
from clinic_tui.backend.streams import unit_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.upsert import upsert
from clinic_tui.domain.cases import CaseState
from clinic_tui.domain.presence import AWAY_AFTER, OFF_AFTER, Presence, may_be_alerted, presence_at
from clinic_tui.protocol.events import ColleagueChanged
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Colleague

SHIFTS = select(shifts, staff.c.display_name, staff.c.title).join_from(
    shifts, staff, staff.c.id == shifts.c.staff_id
)
_SESSIONS = (
    select(sessions.c.staff_id, assignments.c.unit_id, func.max(sessions.c.expires_at).label("until"))
    .join_from(sessions, assignments, assignments.c.id == sessions.c.assignment_id)
    .where(
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now", type_=sessions.c.expires_at.type),
    )
    .group_by(sessions.c.staff_id, assignments.c.unit_id)
    .subquery()
)
_ENDED = (
    SHIFTS.add_columns(_SESSIONS.c.until)
    .join(_SESSIONS, (_SESSIONS.c.staff_id == shifts.c.staff_id) & (_SESSIONS.c.unit_id == shifts.c.unit_id))
    .where(shifts.c.ended_at.is_not(None))
    .order_by(shifts.c.staff_id, shifts.c.unit_id)
)
_OF_STAFF = SHIFTS.where(shifts.c.staff_id == bindparam("who")).order_by(shifts.c.unit_id)
_LOCK_OF_STAFF = _OF_STAFF.with_for_update(of=shifts)
_MOMENT = shifts.c.since.type
_AT_UNITS = SHIFTS.where(
    shifts.c.unit_id.in_(bindparam("units", expanding=True)),
    staff.c.disabled.is_(False),
    or_(shifts.c.shown != Presence.OFF.value, shifts.c.last_seen >= bindparam("since", type_=_MOMENT)),
).order_by(staff.c.display_name, shifts.c.staff_id, shifts.c.unit_id)
_VISITS = (
    select(cases.c.assignee_id, func.count())
    .where(
        cases.c.assignee_id.in_(bindparam("staff", expanding=True)),
        cases.c.state == CaseState.IN_PROGRESS.value,
    )
    .group_by(cases.c.assignee_id)
)
_CHANGE = (
    update(shifts)
    .where(shifts.c.staff_id == bindparam("who"), shifts.c.unit_id == bindparam("at"))
    .values(
        stated=bindparam("new_stated"),
        shown=bindparam("new_shown"),
        since=bindparam("new_since", type_=_MOMENT),
        last_seen=bindparam("new_last_seen", type_=_MOMENT),
        ended_at=bindparam("new_ended_at", type_=_MOMENT),
        ends_at=bindparam("new_ends_at", type_=_MOMENT),
        role=bindparam("new_role"),
        revision=bindparam("new_revision"),
    )
)
_OTHER_SESSIONS = (
    select(sessions.c.id)
    .join_from(sessions, assignments, assignments.c.id == sessions.c.assignment_id)
    .where(
        sessions.c.staff_id == bindparam("who"),
        assignments.c.unit_id == bindparam("at"),
        sessions.c.id != bindparam("this"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now", type_=sessions.c.expires_at.type),
    )
    .limit(1)
)


def begin_shift(tx: Tx) -> None:
    """The session's shift at its unit begins, or goes on where it has; any other of the session's ends.

    A shift ends by itself with the session (domain.md 5.5).
    """
    session, assignment, member = tx.session, tx.assignment, tx.staff
    if session is None:
        return
    for row in _rows_of(tx, member.id, lock=True):
        if row["unit_id"] != assignment.unit_id and row["ended_at"] is None:
            end_shift(tx, member.id, row["unit_id"])
    known = {row["unit_id"]: row for row in _rows_of(tx, member.id, lock=True)}.get(assignment.unit_id)
    if known is not None and known["ended_at"] is None:
        ends = max(known["ends_at"] or session.expires_at, session.expires_at)
        put_shift(tx, known, role=assignment.role.value, ends_at=ends, last_seen=tx.now)
        return
    values: dict[str, Any] = {
        "staff_id": member.id,
        "unit_id": assignment.unit_id,
        "role": assignment.role.value,
        "started_at": tx.now,
        "ended_at": None,
        "ends_at": session.expires_at,
        "stated": Presence.ONLINE.value,
        "shown": Presence.OFF.value,
        "since": tx.now,
        "last_seen": tx.now,
        "revision": 0 if known is None else known["revision"],
    }
    tx.conn.execute(upsert(tx.conn.dialect.name, shifts, ("staff_id", "unit_id")), values)
    refresh(tx, (member.id,))


def ensure_shift(tx: Tx) -> None:
    """Begin the shift of a session that has none; one that this session ended stays ended."""
    session = tx.session
    if session is None or session.staff is None or session.assignment is None:
        return
    known = {row["unit_id"]: row for row in _rows_of(tx, session.staff.id)}.get(session.assignment.unit_id)
    over = known is not None and known["ended_at"] is not None
    if known is None or (over and (known["ends_at"] or tx.now) < session.expires_at):
        begin_shift(tx)


def end_shift(tx: Tx, staff_id: str, unit_id: str, *, for_good: bool = False) -> None:
    """End a shift. Where another session of theirs goes on at the unit it goes on, unless for good.

    `for_good` is the staff member's own end of shift, after which no SMS comes at all.
    """
    row = {row["unit_id"]: row for row in _rows_of(tx, staff_id, lock=True)}.get(unit_id)
    if row is None or row["ended_at"] is not None:
        return
    if not for_good:
        asked = {"who": staff_id, "at": unit_id, "this": tx.session.id if tx.session else "", "now": tx.now}
        if tx.conn.execute(_OTHER_SESSIONS, asked).first() is not None:
            return
    stated = Presence.OFF.value if for_good else row["stated"]
    put_shift(tx, row, ended_at=tx.now, stated=stated)


def ended_shifts(conn: Connection, now: datetime) -> list[RowMapping]:
    """Shifts that are over though a session of theirs goes on, with `until` when that ends."""
    return list(conn.execute(_ENDED, {"now": now}).mappings())


def resume_shift(tx: Tx, row: RowMapping, last_seen: datetime) -> None:
    """A shift of `ended_shifts` goes on, as its staff member works on."""
    stated = Presence.ONLINE.value if row["stated"] == Presence.OFF.value else row["stated"]
    put_shift(tx, row, ended_at=None, ends_at=row["until"], stated=stated, last_seen=last_seen)


def state_presence(tx: Tx, presence: Presence) -> Colleague:
    """What a staff member says of themselves; it begins a shift where there is none."""
    begin_shift(tx)
    mine = {row["unit_id"]: row for row in _rows_of(tx, tx.staff.id, lock=True)}
    return put_shift(tx, mine[tx.assignment.unit_id], stated=presence.value, last_seen=tx.now)


def refresh(tx: Tx, staff_ids: Iterable[str], *, told: bool = False) -> None:
    """Look at people's presence again, such as after a visit began; `told` tells it anyway."""
    for staff_id in sorted(set(staff_ids)):
        for row in _rows_of(tx, staff_id, lock=True):
            if row["ended_at"] is None:
                put_shift(tx, row, told=told)


def _rows_of(tx: Tx, staff_id: str, *, lock: bool = False) -> list[RowMapping]:
    statement = _LOCK_OF_STAFF if lock else _OF_STAFF
    return list(tx.conn.execute(statement, {"who": staff_id}).mappings().all())


def put_shift(tx: Tx, row: RowMapping, *, told: bool = False, **changes: Any) -> Colleague:
    """Store a shift with changes, and tell the unit where colleagues see it differently."""
    new: dict[str, Any] = {**row, **changes}
    visits = visits_of(tx.conn, (row["staff_id"],)).get(row["staff_id"], 0)
    shown = shown_at(new, tx.now, visits)
    differs = (
        told or shown.value != row["shown"] or any(new[name] != row[name] for name in ("role", "stated"))
    )
    if shown.value != row["shown"]:
        new["since"] = _since(new, shown, tx.now)
    if shown is Presence.OFF and new["ended_at"] is None and new["ends_at"] and new["ends_at"] <= tx.now:
        new["ended_at"] = new["ends_at"]
    new["shown"] = shown.value
    new["revision"] = row["revision"] + differs
    names = ("stated", "shown", "since", "last_seen", "ended_at", "ends_at", "role", "revision")
    key = {"who": row["staff_id"], "at": row["unit_id"]}
    tx.conn.execute(_CHANGE, {**key, **{f"new_{name}": new[name] for name in names}})
    colleague = _colleague(new, visits)
    if differs:
        tx.emit(unit_stream(row["unit_id"]), ColleagueChanged(colleague=colleague))
    return colleague


def shown_at(row: Any, now: datetime, visits: int) -> Presence:
    """What a shift shows at a moment: busy with a live visit or when said so; it fades."""
    if row["ended_at"] is not None:
        return Presence.OFF
    stated = Presence.BUSY if visits else Presence(row["stated"])
    return presence_at(stated, row["last_seen"], now, row["ends_at"])


def _since(row: dict[str, Any], shown: Presence, now: datetime) -> datetime:
    """When the presence became this; fading is told later than it happens."""
    if shown is Presence.AWAY:
        return min(now, row["last_seen"] + AWAY_AFTER)
    if shown is Presence.OFF and row["ended_at"] is None:
        faded = row["last_seen"] + OFF_AFTER
        return min(now, faded, row["ends_at"] or faded)
    return now


def visits_of(conn: Connection, staff_ids: Iterable[str]) -> dict[str, int]:
    """How many visits each has in progress."""
    rows = conn.execute(_VISITS, {"staff": list(staff_ids)}).all()
    return {row[0]: row[1] for row in rows}


def is_on_shift(conn: Connection, staff_id: str, now: datetime) -> bool:
    """Whether somebody is at work anywhere: only then are they alerted (domain.md 8, vector 15)."""
    return any(on_shift_now(row, now) for row in conn.execute(_OF_STAFF, {"who": staff_id}).mappings())


def on_shift_now(row: RowMapping, now: datetime) -> bool:
    """Whether a shift goes on and its presence has not faded to off."""
    return may_be_alerted(shown_at(row, now, 0))


def ended_for_good(conn: Connection, staff_id: str) -> bool:
    """Whether somebody ended their last shift themselves, everywhere they had one."""
    rows = conn.execute(_OF_STAFF, {"who": staff_id}).mappings().all()
    return bool(rows) and all(
        row["ended_at"] is not None and row["stated"] == Presence.OFF.value for row in rows
    )


def colleagues_at(tx: Tx, unit_ids: Iterable[str]) -> tuple[Colleague, ...]:
    """Everybody with a shift today at these units, those that are over included."""
    zone = ZoneInfo(tx.region.time_zone)
    midnight = tx.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = tx.conn.execute(_AT_UNITS, {"units": list(unit_ids), "since": midnight}).mappings().all()
    visits = visits_of(tx.conn, {row["staff_id"] for row in rows})
    return tuple(_colleague(row, visits.get(row["staff_id"], 0)) for row in rows)


def _colleague(row: Any, visits: int) -> Colleague:
    return Colleague(
        staff=StaffRef(id=row["staff_id"], name=row["display_name"], title=row["title"]),
        unit_id=row["unit_id"],
        role=row["role"],
        presence=row["shown"],
        since=row["since"],
        visits=visits,
        stays_busy=row["stated"] == Presence.BUSY.value,
        revision=row["revision"],
    )
