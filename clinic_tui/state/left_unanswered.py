"""What was closed while the resident waited for an answer, for the end of the shift."""

from collections.abc import Iterable

from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import FINISHED, resident_wrote_last
from clinic_tui.protocol.resources import CaseRow

_OVER = FINISHED | {AsyncState.HANDLED, AsyncState.CLOSED}
"""States in which nobody is about to answer. A visit that is not signed stands among those already."""


def left_unanswered(row: CaseRow) -> bool:
    """Whether a conversation was closed, or marked as done, while the resident waited for an answer."""
    return row.state in _OVER and resident_wrote_last(row.last_resident_at, row.last_staff_at)


class LeftUnanswered:
    """My cases that ended in this shift while their residents waited, by id, for the end of the shift."""

    def __init__(self) -> None:
        self._rows: dict[str, CaseRow] = {}
        self._followed: set[str] = set()
        """Cases that a chat follows."""

    def load(self, rows: Iterable[CaseRow]) -> None:
        """Start anew from a snapshot's."""
        self._rows, self._followed = {row.id: row for row in rows}, set()

    def put(self, row: CaseRow, me: str) -> None:
        """Take in news of a case of my units: one of mine that ended so stays until a chat follows it."""
        mine = row.assignee is not None and row.assignee.id == me
        if mine and row.closed_at is not None and left_unanswered(row) and row.id not in self._followed:
            self._rows[row.id] = row
        else:
            self._rows.pop(row.id, None)
        if row.parent_id is not None:
            self._followed.add(row.parent_id)
            self._rows.pop(row.parent_id, None)

    def get(self, case_id: str) -> CaseRow | None:
        """The row of one of them."""
        return self._rows.get(case_id)

    def rows(self) -> Iterable[CaseRow]:
        """The rows, who has waited longest first."""
        return sorted(self._rows.values(), key=lambda row: (row.last_resident_at or row.queued_at, row.id))
