"""Whether a staff member is there: presence fades by itself when nothing is heard."""

from datetime import datetime, timedelta
from enum import StrEnum

AWAY_AFTER = timedelta(minutes=5)
OFF_AFTER = timedelta(minutes=30)
RESUMED_AFTER = timedelta(minutes=1)


class Presence(StrEnum):
    """How present a staff member is to colleagues."""

    ONLINE = "online"
    BUSY = "busy"
    AWAY = "away"
    OFF = "off"


def presence_at(
    stated: Presence, last_seen: datetime, now: datetime, shift_end: datetime | None = None
) -> Presence:
    """What presence shows now: away after 5 idle minutes, off after 30 or past the shift's end.

    `stated` is what the person chose; fading never makes anyone more present (domain.md 2.11, vector
    15). `last_seen` is the person's own last action, not a connection's heartbeat.
    """
    idle = now - last_seen
    if stated is Presence.OFF or idle >= OFF_AFTER or (shift_end is not None and now >= shift_end):
        return Presence.OFF
    return Presence.AWAY if idle >= AWAY_AFTER else stated


def is_resumed(ended_at: datetime, last_seen: datetime) -> bool:
    """Whether somebody works on after their shift's end; what they did at first was to end it."""
    return last_seen - ended_at >= RESUMED_AFTER


def may_be_alerted(presence: Presence) -> bool:
    """Whether SMS alerts go to the person; never to one who is off (domain.md 8, vector 15)."""
    return presence is not Presence.OFF
