"""What a staff member has not finished at the end of a shift (slides 72-73, domain.md 5.5)."""

from collections.abc import Iterable
from dataclasses import dataclass

from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import HELD, CaseKind, CaseState
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.refs import ResidentRef
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.team_commands import ShiftItem
from clinic_tui.state.desk import Desk
from clinic_tui.state.left_unanswered import left_unanswered

_LIVE = frozenset({CaseState.ACCEPTED, CaseState.IN_PROGRESS})
_ORDER: dict[ShiftItem, int] = {
    "live": 0,
    "unsigned": 1,
    "awaiting": 2,
    "unanswered": 3,
    "hand_over": 4,
    "draft": 5,
    "ticket": 6,
}


@dataclass(frozen=True)
class Unfinished:
    """One thing that is left: a case, or a ticket."""

    kind: ShiftItem
    id: str
    """The case's id, or the ticket's."""
    resident: ResidentRef | None = None
    row: CaseRow | None = None
    ticket: Ticket | None = None
    must_decide: bool = False
    """Whether the shift ends only once it is left with a reason: a visit of mine, offered or not."""

    @property
    def key(self) -> str:
        """What tells it from every other."""
        return f"{self.kind}:{self.id}"


def unfinished(desk: Desk) -> list[Unfinished]:
    """Everything of mine that is not finished, what matters most first; each case once."""
    found: dict[str, Unfinished] = {}
    for one in sorted(_all(desk), key=lambda one: (_ORDER[one.kind], one.id)):
        found.setdefault(one.id, one)
    return list(found.values())


def _all(desk: Desk) -> Iterable[Unfinished]:
    """A hand-over without an answer is unfinished for both: for who offers, and for who is to answer."""
    me = desk.people.staff_id
    for row in desk.rows.involved:
        kind = "hand_over" if desk.is_offered(row) else _kind(row) if desk.is_mine(row) else None
        if kind is not None:
            held = desk.is_mine(row) and row.kind != CaseKind.ASYNC and row.state in HELD
            yield Unfinished(kind, row.id, row.resident, row, must_decide=held)
    for row in desk.unanswered.rows():
        yield Unfinished("unanswered", row.id, row.resident, row)
    for draft in desk.drafts:
        row = desk.rows.get(draft.case_id)
        yield Unfinished("draft", draft.case_id, row.resident if row is not None else None, row)
    for ticket in desk.team.tickets.values():
        if ticket.state == "issued" and ticket.issuer.id == me:
            yield Unfinished("ticket", ticket.id, ticket.resident, ticket=ticket)


def _kind(row: CaseRow) -> ShiftItem | None:
    """What is unfinished in a case of mine."""
    if row.hand_over is not None:
        return "hand_over"
    if row.state == CaseState.ENDED_UNSIGNED:
        return "unsigned"
    if row.kind != CaseKind.ASYNC and row.state in _LIVE:
        return "live"
    if left_unanswered(row):
        return "unanswered"
    return "awaiting" if row.state == AsyncState.AWAITING_STAFF else None
