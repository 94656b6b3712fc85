"""Scheduled visits: which times can be booked, when the resident is reminded, and the meeting's address."""

from datetime import UTC, datetime, time, timedelta
from enum import IntFlag
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from clinic_tui.domain.refusals import Refusal

LONGEST = timedelta(hours=8)
"""How long a visit may be."""
FARTHEST = timedelta(days=731)
"""How far ahead one is booked."""
SOON = timedelta(minutes=15)
"""How long before the start the last reminder goes (domain.md 2.6)."""
MORNING = time(7, 0)
"""When the reminder of the same morning goes, local time."""
ROOM = "{room}"
"""What stands in a unit's meeting address where the room's name goes."""


class Reminder(IntFlag):
    """Which reminders of a visit are done with, as the case's `warned` keeps them."""

    NONE = 0
    MORNING = 1
    SOON = 2


def check_time(starts_at: datetime, lasts: timedelta, now: datetime) -> Refusal | None:
    """Why a visit cannot be booked for that time, or None."""
    if starts_at < now:
        return Refusal(rule="visit.in_past")
    if starts_at > now + FARTHEST:
        return Refusal(rule="visit.too_far_ahead")
    if lasts > LONGEST:
        return Refusal(rule="visit.too_long")
    return None


def check_place(*, own_unit: bool, role_there: bool, staff_there: bool) -> Refusal | None:
    """Why a visit cannot be booked at that unit, with that role or that colleague, or None."""
    if not own_unit:
        return Refusal(rule="visit.unit_not_yours")
    if not role_there:
        return Refusal(rule="visit.role_not_here")
    return None if staff_there else Refusal(rule="case.target_lacks_role")


def check_call(*, template: str, going_on: bool, opening: bool) -> Refusal | None:
    """Why a call cannot be opened or closed, or None."""
    if opening:
        return None if meeting_address(template, "r") else Refusal(rule="meeting.no_address")
    return None if going_on else Refusal(rule="meeting.not_on")


def morning_of(starts_at: datetime, zone: ZoneInfo) -> datetime:
    """Seven in the morning, local time, on the day of the visit, in UTC."""
    day = starts_at.astimezone(zone).date()
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


def needless(starts_at: datetime, now: datetime, zone: ZoneInfo) -> Reminder:
    """The reminders that the text at booking makes needless: those whose moment has come by then."""
    found = Reminder.NONE
    if now >= morning_of(starts_at, zone):
        found |= Reminder.MORNING
    if now >= starts_at - SOON:
        found |= Reminder.SOON
    return found


def due(starts_at: datetime, done: Reminder, now: datetime, zone: ZoneInfo) -> Reminder:
    """The one reminder that is due now, or none; one that was missed does not come after a later one."""
    if now >= starts_at:
        return Reminder.NONE
    if now >= starts_at - SOON:
        return Reminder.NONE if Reminder.SOON in done else Reminder.SOON
    if now >= morning_of(starts_at, zone) and not done & (Reminder.MORNING | Reminder.SOON):
        return Reminder.MORNING
    return Reminder.NONE


def meeting_address(template: str, room: str) -> str | None:
    """The address of a room, or None where the unit's template is no https address with a place for it.

    A template without a place would lead every resident into the same room.
    """
    if ROOM not in template or any(char.isspace() or not char.isprintable() for char in template):
        return None
    try:
        parts = urlsplit(template)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme != "https" or not host or ROOM in parts.netloc:
        return None
    return template.replace(ROOM, room)
