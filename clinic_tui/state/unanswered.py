"""Whether the resident wrote last and waits, asked before a conversation is closed."""

from dataclasses import dataclass
from datetime import datetime

from clinic_tui.domain.cases import resident_wrote_last
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.desk import Desk
from clinic_tui.state.visit import Visit


@dataclass(frozen=True)
class LastLine:
    """What the resident wrote last, which nobody has answered."""

    at: datetime
    body: str = ""
    """Empty where the conversation is not on the desk."""
    guardian: str = ""
    """Name of the guardian who wrote it for a child; empty where the resident did."""


def last_line(desk: Desk, row: CaseRow) -> LastLine | None:
    """The resident's last line in a case, where it is unanswered; a message that is on its way answers it."""
    visit = desk.visits.get(row.id)
    if visit is not None and visit.messages:
        return _last_of(visit)
    newest = desk.rows.get(row.id) or row
    return _by_times(newest)


def _last_of(visit: Visit) -> LastLine | None:
    said = [one for one in visit.messages if one.author in {"resident", "proxy", "staff"}]
    waiting = any(one.state != "failed" for one in visit.pending)
    if not said or said[-1].author == "staff" or waiting:
        return None
    last = said[-1]
    return LastLine(last.sent_at, last.body, last.author_name if last.author == "proxy" else "")


def _by_times(row: CaseRow) -> LastLine | None:
    if row.last_resident_at is None or not resident_wrote_last(row.last_resident_at, row.last_staff_at):
        return None
    return LastLine(row.last_resident_at, guardian=row.acting_proxy or "")
