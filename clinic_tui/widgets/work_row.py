"""What one line of the work list says, and how its columns share the width."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from clinic_tui.i18n import _

Flag = Literal["child", "protected", "ticket", "free_text", "unread", "mine", "unsigned"]

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_NARROW, _WORD, _UNIT, _OWNER = 84, 150, 140, 180
_WAIT_WIDTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """One case as the work list shows it; every text is already cleaned and in the user's language."""

    case_id: str
    resident: str
    """Name, age and legal sex in short: ``Karin Lindström, 71 K``."""
    reason: str = ""
    priority: int | None = None
    priority_word: str = ""
    queued_at: float | None = None
    """When the wait began, in seconds since the epoch; None shows no wait."""
    unit: str = ""
    state: str = ""
    owner: str = ""
    """Who has the case and what they do with it: ``Ebba Nyman · läser``."""
    flags: frozenset[Flag] = field(default_factory=frozenset[Flag])
    unread: int = 0
    warn: bool = False
    """The wait is over its target: the one thing in the row that asks for attention."""

    def time_text(self, now: float) -> str:
        """What the line tells of time at this moment, in seconds since the epoch."""
        return wait_text(self.queued_at, now)


@dataclass(frozen=True, slots=True)
class Columns:
    """Width of each column in cells; 0 for a column that is not shown."""

    width: int
    gap: int
    word: int
    resident: int
    reason: int
    flags: int
    unit: int
    state: int
    owner: int
    wait: int = _WAIT_WIDTH

    @property
    def merged(self) -> bool:
        """Owner and state share one column."""
        return not self.owner


@lru_cache(maxsize=64)
def columns_for(width: int) -> Columns:
    """The columns of a list this wide: unit from 140 cells, the priority's word from 150, owner from 180."""
    gap = 1 if width < _NARROW else 2
    flags = 3 if width < _NARROW else 5
    word = 14 if width >= _WORD else 0
    unit = 20 if width >= _UNIT else 0
    owner = 26 if width >= _OWNER else 0
    state = 16 if owner else 0
    badge_area = 1 + 3 + (1 + word if word else 0) + gap
    taken = badge_area + _WAIT_WIDTH + gap + flags + 3 * gap + 1
    taken += sum(column + gap for column in (unit, owner) if column)
    free = max(24, width - taken - state)
    if not state:
        state = min(28, max(10, int(free * 0.30)))
        free -= state
    resident = min(34, max(8, int(free * 0.55)))
    return Columns(
        width=width,
        gap=gap,
        word=word,
        resident=resident,
        reason=max(0, free - resident),
        flags=flags,
        unit=unit,
        state=state,
        owner=owner,
    )


def wait_text(queued_at: float | None, now: float) -> str:
    """A wait as H:MM, or in whole days from two days on; empty without a start."""
    if queued_at is None:
        return ""
    seconds = max(0, int(now - queued_at))
    if seconds >= 2 * DAY:
        return _("{days} d").format(days=seconds // DAY)
    return f"{seconds // HOUR}:{seconds % HOUR // MINUTE:02}"
