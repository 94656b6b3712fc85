"""What happens by itself among colleagues: presence fades, hand-overs return, the day ends."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, RowMapping, bindparam, select, text

from clinic_tui.backend.activity import Activity
from clinic_tui.backend.cases import CaseRecord, case_select, change_case, record, tell_case
from clinic_tui.backend.circle import leave
from clinic_tui.backend.context import Backend
from clinic_tui.backend.handlers.common import log
from clinic_tui.backend.notices import notify, text_staff
from clinic_tui.backend.rules import closed_dates, hours_of
from clinic_tui.backend.shifts import (
    SHIFTS,
    ended_for_good,
    ended_shifts,
    put_shift,
    resume_shift,
    shown_at,
    visits_of,
)
from clinic_tui.backend.store.tables import cases, units
from clinic_tui.backend.store.team_tables import notices, shifts
from clinic_tui.backend.system import in_transaction
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.cases import HELD, CaseKind
from clinic_tui.domain.hours import OpeningHours
from clinic_tui.domain.presence import is_resumed

DAY_END_HOURS = timedelta(hours=4)
"""How long after a unit's closing its staff are still told; later news of it would wake them."""
_WRITE_AFTER = timedelta(minutes=1)
_OPEN = SHIFTS.where(shifts.c.ended_at.is_(None)).order_by(shifts.c.staff_id, shifts.c.unit_id)
_LOCK_OPEN = _OPEN.with_for_update(of=shifts)
_OFFERED = case_select().where(text("cases.hand_over <> ''")).order_by(cases.c.id)
_LOCK_OFFERED = _OFFERED.with_for_update(of=cases)
_UNITS = select(units).order_by(units.c.id)
_UNENDED = (
    case_select()
    .where(
        cases.c.unit_id == bindparam("unit"),
        cases.c.state.in_([state.value for state in sorted(HELD)]),
        cases.c.kind == CaseKind.DROP_IN.value,
        cases.c.assignee_id.is_not(None),
    )
    .order_by(cases.c.assignee_id, cases.c.accepted_at, cases.c.id)
)
_TOLD = select(notices.c.id).where(
    notices.c.staff_id == bindparam("who"),
    notices.c.case_id == bindparam("of"),
    notices.c.kind == "day_end",
    notices.c.at >= bindparam("since", type_=notices.c.at.type),
)
_LOCK_UNIT = select(units.c.id).where(units.c.id == bindparam("unit")).with_for_update()


async def run_team(backend: Backend, now: datetime) -> None:
    """Everything that is due at this moment; running it twice changes nothing more."""
    await settle_shifts(backend, now)
    await return_hand_overs(backend, now)
    await end_days(backend, now)


async def settle_shifts(backend: Backend, now: datetime) -> None:
    """Write what is due of every shift: presence fades or comes back, or news of it is a minute old.

    One that was ended goes on where its staff member works on.
    """
    activity = backend.activity
    if not await backend.store.read(lambda conn: _shifts_due(conn, activity, now)):
        return

    def work(tx: Tx) -> None:
        for row in tx.conn.execute(_LOCK_OPEN).mappings().all():
            last = _last(row, activity)
            if _is_due(row, last, now, visits_of(tx.conn, (row["staff_id"],)).get(row["staff_id"], 0)):
                put_shift(tx, row, last_seen=last)
        for row in ended_shifts(tx.conn, now):
            if is_resumed(row["ended_at"], _last(row, activity)):
                resume_shift(tx, row, _last(row, activity))

    await in_transaction(backend, now, work)


def _shifts_due(conn: Connection, activity: Activity, now: datetime) -> bool:
    rows = conn.execute(_OPEN).mappings().all()
    visits = visits_of(conn, {row["staff_id"] for row in rows}) if rows else {}
    due = any(_is_due(row, _last(row, activity), now, visits.get(row["staff_id"], 0)) for row in rows)
    return due or any(is_resumed(row["ended_at"], _last(row, activity)) for row in ended_shifts(conn, now))


def _last(row: RowMapping, activity: Activity) -> datetime:
    return activity.last(row["staff_id"], row["unit_id"], row["last_seen"])


def _is_due(row: RowMapping, last: datetime, now: datetime, visits: int) -> bool:
    if shown_at({**row, "last_seen": last}, now, visits).value != row["shown"]:
        return True
    return last > row["last_seen"] and max(last - row["last_seen"], now - last) >= _WRITE_AFTER


async def return_hand_overs(backend: Backend, now: datetime) -> None:
    """What nobody answered in time goes back to the sender, who had it all along (slide 38)."""

    def due(case: CaseRecord) -> bool:
        return case.offered is not None and case.offered.returns_at <= now

    def look(conn: Connection) -> bool:
        return any(due(record(row)) for row in conn.execute(_OFFERED).mappings())

    def work(tx: Tx) -> None:
        for row in tx.conn.execute(_LOCK_OFFERED).mappings().all():
            case = record(row)
            if case.offered is None or not due(case):
                continue
            offer = case.offered
            leave(tx, case.id, offer.receiver.id)
            case = change_case(tx, case, hand_over="")
            notify(tx, offer.sender.id, "hand_over_returned", case=case)
            log(tx, case, "UPDATE", "hand_over_returned")
            tell_case(tx, case, "case.hand_over_returned")

    if await backend.store.read(look):
        await in_transaction(backend, now, work)


def unended_drop_ins(conn: Connection, unit_id: str) -> dict[str, tuple[CaseRecord, ...]]:
    """Every drop-in of a unit that somebody has and has not ended, by assignee (domain.md 8, vector 20)."""
    found: dict[str, list[CaseRecord]] = {}
    for row in conn.execute(_UNENDED, {"unit": unit_id}).mappings():
        case = record(row)
        if case.assignee_id is not None:
            found.setdefault(case.assignee_id, []).append(case)
    return {assignee: tuple(of_theirs) for assignee, of_theirs in found.items()}


async def end_days(backend: Backend, now: datetime) -> None:
    """At a unit's closing time each assignee is told, once, of what they have not ended (slide 55).

    In the list of notices for each case, and by one SMS where they have a mobile: also after their presence
    faded, but not after they ended their shift themselves, for then they gave their reasons.
    """
    closed = closed_dates(backend.region, now)

    def closings(conn: Connection) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for row in conn.execute(_UNITS).mappings():
            at = closed_at(
                hours_of(backend.region, row["kind"], row["hours"], row["exceptions"]), now, closed
            )
            if at is not None and now - at < DAY_END_HOURS and _untold(conn, row["id"], at):
                found[row["id"]] = at
        return found

    due = await backend.store.read(closings)
    if not due:
        return

    def work(tx: Tx) -> None:
        for unit_id, at in due.items():
            tx.conn.execute(_LOCK_UNIT, {"unit": unit_id})
            for assignee, of_theirs in _untold(tx.conn, unit_id, at).items():
                for case in of_theirs:
                    notify(tx, assignee, "day_end", case=case)
                if not ended_for_good(tx.conn, assignee):
                    text_staff(tx, assignee, "day_end", of_theirs[0], count=len(of_theirs))

    await in_transaction(backend, now, work)


def _untold(conn: Connection, unit_id: str, since: datetime) -> dict[str, tuple[CaseRecord, ...]]:
    """What was taken before the unit closed and its assignee was not told of since."""
    found: dict[str, tuple[CaseRecord, ...]] = {}
    for assignee, of_theirs in unended_drop_ins(conn, unit_id).items():
        untold = tuple(
            case
            for case in of_theirs
            if (case.accepted_at or case.queued_at) < since
            and conn.execute(_TOLD, {"who": assignee, "of": case.id, "since": since}).first() is None
        )
        if untold:
            found[assignee] = untold
    return found


def closed_at(hours: OpeningHours, now: datetime, closed: frozenset[date]) -> datetime | None:
    """When a unit that is closed now closed last, today or yesterday; None where it is open or was not."""
    if hours.is_open(now, closed):
        return None
    today = hours.local(now).date()
    ends = [end for day in (today - timedelta(days=1), today) for _start, end in hours.spans(day, closed)]
    return max((end for end in ends if end <= now), default=None)
