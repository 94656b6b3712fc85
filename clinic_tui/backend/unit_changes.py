"""Changes of a unit, for its administrator and for the command line alike (slide 27, domain.md 2.10)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import bindparam, insert, select, update

from clinic_tui.backend.audit import Action, AuditEntry
from clinic_tui.backend.phrases import phrase_of
from clinic_tui.backend.refused import Refused, invalid, not_found
from clinic_tui.backend.rules import hours_tables
from clinic_tui.backend.store.tables import phrases, units
from clinic_tui.backend.streams import unit_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.units import stored_hours, unit_infos, wire_hours, written
from clinic_tui.domain.hours import parse_exceptions, parse_hours
from clinic_tui.domain.note import is_blank, is_keyword_template
from clinic_tui.domain.phrases import unknown
from clinic_tui.domain.refusals import N_
from clinic_tui.domain.tables import BadTable
from clinic_tui.protocol.events import PhraseChanged, UnitChanged
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.unit import HoursException, HoursRow
from clinic_tui.protocol.unit_commands import SaveUnitPhrase

RANGES: dict[str, tuple[int, int]] = {
    "no_answer_minutes": (1, 240),
    "hand_over_minutes": (1, 240),
    "async_days": (1, 30),
}
"""The lowest and highest value of each number."""
ROOM = "{room}"
"""Where the name of a meeting's own room goes in the unit's address for meetings."""
WRONG_HOURS = N_("Hours are written in order as 08:00-12:00, 13:00-16:00, or as closed. A date stands once.")
WRONG_MEETING = N_("The address of meetings starts with https:// and holds {room} once.")
WRONG_TEMPLATE = N_("The headings hold {note} once, where the note goes.")
WRONG_PLACEHOLDER = N_(
    "The placeholders are {resident_first_name}, {staff_name}, {unit_name}, {phone} and {opening_hours}."
)
_MOST_ROWS, _MOST_DATES = 50, 400
_LOCK = select(units.c.id).where(units.c.id == bindparam("wanted")).with_for_update()
_CHANGED = update(units).where(units.c.id == bindparam("wanted")).values(revision=units.c.revision + 1)
_PHRASE = select(phrases).where(
    phrases.c.id == bindparam("wanted"), phrases.c.scope == "unit", phrases.c.unit_id == bindparam("of")
)


def save_settings(tx: Tx, unit_id: str, values: Mapping[str, Any]) -> None:
    """Change some of a unit's settings, by their columns' names. Refused with 422 where one is wrong."""
    checked = {name: _checked(name, value) for name, value in values.items()}
    _change(tx, unit_id, checked, "unit_saved")


def save_unit_hours(
    tx: Tx, unit_id: str, hours: Iterable[HoursRow] | None, exceptions: Iterable[HoursException] | None
) -> None:
    """Change the weekly hours, the dates that differ, or both.

    No weekly hours at all gives those of its kind back. Refused with 422 where one cannot be read.
    """
    values: dict[str, str] = {}
    if hours is not None:
        values["hours"] = _checked_hours(tuple(hours), tx.region.time_zone)
    if exceptions is not None:
        values["exceptions"] = _checked_exceptions(tuple(exceptions))
    _change(tx, unit_id, values, "hours_saved")


def save_phrase_of(tx: Tx, unit_id: str, command: SaveUnitPhrase) -> None:
    """Make, change or take away a phrase of the unit; another unit's does not exist here (domain.md 2.8)."""
    if is_blank(command.title) or is_blank(command.body):
        raise invalid("body", "phrase.empty", N_("A phrase needs a title and a text."))
    _refuse_unknown("body", command.body)
    values: dict[str, Any] = {
        "shortcut": command.shortcut.strip(),
        "title": command.title.strip(),
        "body": command.body,
        "category": command.category.strip(),
        "active": command.active,
    }
    _lock(tx, unit_id)
    if command.phrase_id is None:
        row = {
            "id": f"p-{new_id(int(tx.now.timestamp() * 1000))}",
            "scope": "unit",
            "unit_id": unit_id,
            "owner_id": None,
            "revision": 1,
            **values,
        }
        tx.conn.execute(insert(phrases), row)
        phrase = phrase_of(row)
    else:
        asked = {"wanted": command.phrase_id, "of": unit_id}
        stored = tx.conn.execute(_PHRASE, asked).mappings().one_or_none()
        if stored is None:
            raise not_found()
        values["revision"] = stored["revision"] + 1
        tx.conn.execute(update(phrases).where(phrases.c.id == command.phrase_id).values(**values))
        phrase = phrase_of({**stored, **values})
    tx.emit(unit_stream(unit_id), PhraseChanged(phrase=phrase))
    log_unit(tx, unit_id, "phrase_saved", object_type="phrase", object_id=phrase.id)


def tell_unit(tx: Tx, unit_id: str) -> None:
    """Tell workstations what the unit is now."""
    for info in unit_infos(tx, (unit_id,)):
        tx.emit(unit_stream(unit_id), UnitChanged(unit=info))


def touch_unit(tx: Tx, unit_id: str) -> None:
    """Lock the unit and count its revision. Raises 404 where there is none."""
    if not tx.conn.execute(_CHANGED, {"wanted": unit_id}).rowcount:
        raise not_found()


def log_unit(
    tx: Tx,
    unit_id: str,
    code: str,
    *,
    object_type: str = "unit",
    object_id: str = "",
    action: Action = "UPDATE",
) -> None:
    """Write the change to the access log."""
    tx.audit(
        AuditEntry(
            action=action,
            code=code,
            object_type=object_type,
            object_id=object_id or unit_id,
            unit_id=unit_id,
        )
    )


def _lock(tx: Tx, unit_id: str) -> None:
    if tx.conn.execute(_LOCK, {"wanted": unit_id}).first() is None:
        raise not_found()


def _change(tx: Tx, unit_id: str, values: Mapping[str, Any], code: str) -> None:
    touch_unit(tx, unit_id)
    if values:
        tx.conn.execute(update(units).where(units.c.id == unit_id).values(**values))
    log_unit(tx, unit_id, code)
    tell_unit(tx, unit_id)


def _checked(name: str, value: Any) -> Any:
    if name in RANGES:
        low, high = RANGES[name]
        if not low <= value <= high:
            raise invalid(name, "unit.range", f"must be from {low} to {high}")
        return value
    text = str(value)
    if name == "meeting_url":
        return _checked_meeting(text.strip())
    if name == "keyword_template":
        if text.strip() and not is_keyword_template(text):
            raise invalid(name, "unit.keyword_template", WRONG_TEMPLATE)
        return text if text.strip() else ""
    if name == "no_answer_text":
        _refuse_unknown(name, text)
        return "" if is_blank(text) else text
    return text.strip()


def _checked_meeting(url: str) -> str:
    """The address of a meeting: https, with `{room}` once, after the host; empty for none."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    if (
        parts.scheme != "https"
        or not host
        or "@" in parts.netloc
        or url.count(ROOM) != 1
        or ROOM in parts.netloc
        or not url.isascii()
        or not url.isprintable()
        or " " in url
    ):
        raise invalid("meeting_url", "unit.meeting_url", WRONG_MEETING)
    return url


def _refuse_unknown(field: str, text: str) -> None:
    if unknown(text):
        raise invalid(field, "phrase.unknown_placeholder", WRONG_PLACEHOLDER)


def _checked_hours(rows: tuple[HoursRow, ...], zone: str) -> str:
    if len(rows) > _MOST_ROWS:
        raise invalid("hours", "unit.hours", WRONG_HOURS)
    found = [
        {**row.week, "valid_from": row.valid_from.isoformat(), "closed_dates": row.closed_dates}
        for row in rows
    ]
    try:
        hours = parse_hours(hours_tables(found, "valid_from", "hours"), zone)
    except BadTable as error:
        raise _wrong_hours(error) from None
    return stored_hours(wire_hours(hours))


def _checked_exceptions(rows: tuple[HoursException, ...]) -> str:
    if len(rows) > _MOST_DATES:
        raise invalid("exceptions", "unit.hours", WRONG_HOURS)
    found = [{"on": row.on.isoformat(), "hours": row.hours, "reason": row.reason.strip()} for row in rows]
    try:
        days = parse_exceptions(hours_tables(found, "on", "exceptions"))
    except BadTable as error:
        raise _wrong_hours(error) from None
    reasons = {row.on: row.reason.strip() for row in rows}
    return json.dumps(
        [
            {"on": day.isoformat(), "hours": written(intervals), "reason": reasons[day]}
            for day, intervals in days
        ]
    )


def _wrong_hours(error: BadTable) -> Refused:
    """The refusal that names the place, such as `hours[0].mon`."""
    return invalid(str(error).partition(":")[0], "unit.hours", WRONG_HOURS)
