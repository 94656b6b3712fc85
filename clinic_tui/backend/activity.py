"""What staff do themselves, in memory; `team_rounds` writes it to their shifts at most once a minute."""

from datetime import datetime, timedelta

from clinic_tui.backend.sessions import Session

BY_ITSELF = frozenset({"mark_read", "read_conversation", "stop_reading", "save_draft"})
"""Commands that a workstation sends of itself: they do not say that anybody is there."""
_IDLE_AT_MOST = 86_400


class Activity:
    """When each staff member last did something at each unit."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], datetime] = {}

    def of_session(self, session: Session, now: datetime, idle: int = 0) -> None:
        """A session's staff member last did something so many seconds ago."""
        if session.staff is None or session.assignment is None:
            return
        at = now - timedelta(seconds=min(max(idle, 0), _IDLE_AT_MOST))
        key = (session.staff.id, session.assignment.unit_id)
        self._last[key] = max(at, self._last.get(key, at))

    def last(self, staff_id: str, unit_id: str, stored: datetime) -> datetime:
        """The later of what is known here and what is stored."""
        return max(stored, self._last.get((staff_id, unit_id), stored))
