"""Units in the store: as a workstation shows them, and as their administrator does."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, or_, select

from clinic_tui.backend.phrases import phrase_of
from clinic_tui.backend.rules import closed_dates, hours_of, local_date
from clinic_tui.backend.sessions import holds
from clinic_tui.backend.store.tables import assignments, phrases, staff, units
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.hours import DAYS, Intervals, OpeningHours
from clinic_tui.domain.hours import HoursRow as DomainRow
from clinic_tui.domain.region import RegionProfile
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import PhraseInfo, UnitInfo
from clinic_tui.protocol.unit import HoursException, HoursRow, StaffRole, UnitSettings

CLOSED = "closed"
_texts = msgspec.json.Decoder(tuple[str, ...])
_UNITS = select(units).where(units.c.id.in_(bindparam("ids", expanding=True)))
_IDS = select(units.c.id).order_by(units.c.name, units.c.id)
_HELD = (
    select(
        assignments.c.unit_id,
        assignments.c.covers,
        assignments.c.role,
        assignments.c.valid_from,
        assignments.c.valid_to,
    )
    .join_from(assignments, staff, staff.c.id == assignments.c.staff_id)
    .where(
        staff.c.disabled.is_(False),
        or_(assignments.c.unit_id.in_(bindparam("ids", expanding=True)), assignments.c.covers != "[]"),
    )
)
_STAFF = (
    select(
        assignments.c.id,
        assignments.c.role,
        assignments.c.extra,
        assignments.c.valid_to,
        staff.c.id.label("staff_id"),
        staff.c.username,
        staff.c.display_name,
        staff.c.title,
    )
    .join_from(assignments, staff, staff.c.id == assignments.c.staff_id)
    .where(assignments.c.unit_id == bindparam("of"))
    .order_by(staff.c.display_name, staff.c.id, assignments.c.role, assignments.c.id)
)
_PHRASES = (
    select(phrases)
    .where(phrases.c.scope == "unit", phrases.c.unit_id == bindparam("of"))
    .order_by(phrases.c.title, phrases.c.id)
)


def unit_infos(tx: Tx, ids: tuple[str, ...], *, mine: bool = True) -> tuple[UnitInfo, ...]:
    """Units as a workstation shows them, in the order asked for."""
    closed, day = closed_dates(tx.region, tx.now), local_date(tx.region, tx.now)
    held = _roles(tx, ids)
    found: dict[str, UnitInfo] = {}
    for row in tx.conn.execute(_UNITS, {"ids": list(ids)}):
        hours = hours_of(tx.region, row.kind, row.hours, row.exceptions)
        found[row.id] = UnitInfo(
            id=row.id,
            name=row.name,
            kind=row.kind,
            phone=row.phone,
            opening_hours=", ".join(str(interval) for interval in hours.on(day, closed)),
            closes_at=hours.closes_at(tx.now, closed),
            no_answer_minutes=row.no_answer_minutes,
            no_answer_text=row.no_answer_text,
            parent_id=row.parent_id,
            roles=tuple(sorted(held.get(row.id, ()))),
            mine=mine,
            async_days=row.async_days,
            ticket_days=tx.region.ticket_days,
            hand_over_minutes=row.hand_over_minutes,
            meetings=bool(row.meeting_url),
            keyword_template=row.keyword_template or tx.region.keyword_template,
        )
    return tuple(found[unit] for unit in ids if unit in found)


def other_units(tx: Tx, own: tuple[str, ...]) -> tuple[UnitInfo, ...]:
    """The region's other units, as targets of tickets."""
    return unit_infos(tx, tuple(one for one in tx.conn.execute(_IDS).scalars() if one not in own), mine=False)


def roles_held(tx: Tx, unit_id: str) -> frozenset[str]:
    """The queue roles that somebody holds at a unit now."""
    return frozenset(_roles(tx, (unit_id,)).get(unit_id, ()))


def _roles(tx: Tx, ids: tuple[str, ...]) -> dict[str, set[str]]:
    """The queue roles that somebody holds at each unit now, where a case can be sent."""
    queues = frozenset[str]().union(*tx.region.queues_seen.values())
    found: dict[str, set[str]] = {}
    for row in tx.conn.execute(_HELD, {"ids": list(ids)}):
        if row.role not in queues or not holds(row.valid_from, row.valid_to, tx.now):
            continue
        for unit in (row.unit_id, *(_texts.decode(row.covers) if row.covers != "[]" else ())):
            found.setdefault(unit, set()).add(row.role)
    return found


def settings_of(conn: Connection, region: RegionProfile, unit_id: str) -> UnitSettings | None:
    """Everything a unit's administrator may change; None where there is no such unit."""
    row = conn.execute(_UNITS, {"ids": [unit_id]}).one_or_none()
    if row is None:
        return None
    return UnitSettings(
        unit_id=row.id,
        name=row.name,
        phone=row.phone,
        no_answer_minutes=row.no_answer_minutes,
        no_answer_text=row.no_answer_text,
        hand_over_minutes=row.hand_over_minutes,
        async_days=row.async_days,
        meeting_url=row.meeting_url,
        keyword_template=row.keyword_template or region.keyword_template,
        hours=wire_hours(hours_of(region, row.kind, row.hours)),
        exceptions=tuple(
            HoursException(on=date.fromisoformat(one["on"]), hours=one["hours"], reason=one.get("reason", ""))
            for one in json.loads(row.exceptions)
        ),
        phrases=unit_phrases(conn, unit_id),
        staff=tuple(_staff_role(one) for one in conn.execute(_STAFF, {"of": unit_id}).mappings()),
        revision=row.revision,
    )


def unit_phrases(conn: Connection, unit_id: str) -> tuple[PhraseInfo, ...]:
    """The unit's own phrases, inactive ones too."""
    return tuple(phrase_of(row) for row in conn.execute(_PHRASES, {"of": unit_id}).mappings())


def wire_hours(hours: OpeningHours) -> tuple[HoursRow, ...]:
    """Weekly hours as they are written, neighbouring days that are alike together."""
    return tuple(
        HoursRow(
            valid_from=row.valid_from,
            week=_week(row),
            closed_dates="as_usual" if row.on_closed_dates is None else written(row.on_closed_dates),
        )
        for row in hours.rows
    )


def stored_hours(rows: Iterable[HoursRow]) -> str:
    """Weekly hours as they are stored."""
    found: list[dict[str, Any]] = [
        {"valid_from": row.valid_from.isoformat(), **row.week, "closed_dates": row.closed_dates}
        for row in rows
    ]
    return json.dumps(found)


def written(intervals: Intervals) -> str:
    """Hours as they are written: `closed`, or `08:00-12:00, 13:00-16:00`."""
    return ", ".join(str(one) for one in intervals) or CLOSED


def _week(row: DomainRow) -> dict[str, str]:
    found: dict[str, str] = {}
    start = 0
    for day in range(1, len(DAYS) + 1):
        if day < len(DAYS) and row.week[day] == row.week[start]:
            continue
        name = DAYS[start] if day - start == 1 else f"{DAYS[start]}-{DAYS[day - 1]}"
        if row.week[start]:
            found[name] = written(row.week[start])
        start = day
    return found


def _staff_role(row: RowMapping) -> StaffRole:
    return StaffRole(
        assignment_id=row["id"],
        staff=StaffRef(id=row["staff_id"], name=row["display_name"], title=row["title"]),
        username=row["username"],
        role=row["role"],
        ended_at=row["valid_to"],
        signs_for_colleagues=Permission.SIGN_FOR_COLLEAGUE.value in _texts.decode(row["extra"]),
    )
