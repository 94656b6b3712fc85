"""Who takes part in a case beside its assignee: the invited, and the one it is offered to (slides 36, 38)."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, insert, select

from clinic_tui.backend.access import Readable, offer_of, people_of, sees_case, staff_access
from clinic_tui.backend.store.team_tables import participants, verifications
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import FINISHED, CaseState
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.care import HandOver
from clinic_tui.protocol.refs import StaffRef

_encode = msgspec.json.Encoder().encode
_ADD = insert(participants)
_REMOVE = delete(participants).where(
    participants.c.case_id == bindparam("of"), participants.c.staff_id == bindparam("who")
)
_MINE = select(participants.c.case_id).where(participants.c.staff_id == bindparam("who"))
_TO_VERIFY = select(verifications.c.id).where(
    verifications.c.case_id == bindparam("of"),
    verifications.c.state == "open",
    verifications.c.asked_of_id.is_(None) | (verifications.c.asked_of_id == bindparam("who")),
)
_QUEUED = frozenset({CaseState.WAITING.value, CaseState.BOOKED.value, AsyncState.NEW.value})
_OVER = frozenset({*(state.value for state in FINISHED), CaseState.ENDED_UNSIGNED.value}) | {
    AsyncState.CLOSED.value
}


def stored_people(people: tuple[StaffRef, ...]) -> str:
    """The invited for the case's column."""
    return _encode(people).decode() if people else "[]"


def stored_offer(offer: HandOver) -> str:
    """A hand-over for the case's column."""
    return _encode(offer).decode()


def is_to_verify(tx: Tx, case_id: str, unit_id: str) -> bool:
    """Whether something of a case waits for the staff member, or anybody, to verify it (domain.md 2.9)."""
    if unit_id not in tx.assignment.units or not tx.allows(Permission.VERIFY):
        return False
    return tx.conn.execute(_TO_VERIFY, {"of": case_id, "who": tx.staff.id}).first() is not None


def may_read(tx: Tx, case: Readable) -> bool:
    """Whether this session may read a case and talk about it (slides 36 and 38, domain.md 7.1).

    One of its units in a queue that the role sees, its own, and one with something to verify; and any that
    the staff member was invited into or is offered, from whatever unit.
    """
    return sees_case(tx.viewer, staff_access(case)) or is_to_verify(tx, case.id, case.unit_id)


def staff_streams(invited: str, hand_over: str, others: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The streams of those who take part in a case beside its assignee, and of these others."""
    found = {person.id for person in people_of(invited)} | others
    offer = offer_of(hand_over)
    if offer is not None:
        found.add(offer.receiver.id)
    return tuple(staff_stream(one) for one in sorted(found))


def writers(assignee_id: str | None, invited: str) -> tuple[str, ...]:
    """Everybody who follows what is written in a case: its assignee and the invited."""
    found = {person.id for person in people_of(invited)}
    if assignee_id is not None:
        found.add(assignee_id)
    return tuple(sorted(found))


def invited_into(tx: Tx, staff_id: str) -> list[str]:
    """The ids of all cases somebody was invited into."""
    return list(tx.conn.execute(_MINE, {"who": staff_id}).scalars())


def add_person(tx: Tx, case_id: str, staff_id: str, by: str) -> None:
    """Keep an invitation; the case's column is the caller's."""
    row = {"case_id": case_id, "staff_id": staff_id, "invited_by": by, "since": tx.now}
    tx.conn.execute(_ADD, row)


def remove_person(tx: Tx, case_id: str, staff_id: str) -> None:
    """End an invitation; the case's column is the caller's."""
    tx.conn.execute(_REMOVE, {"of": case_id, "who": staff_id})
    leave(tx, case_id, staff_id)


def leave(tx: Tx, case_id: str, staff_id: str) -> None:
    """Somebody no longer takes part: the next `tell_case` tells them of the row once more."""
    tx.left[case_id] = tx.left.get(case_id, frozenset()) | {staff_id}


def adjust(tx: Tx, case_id: str, invited: str, hand_over: str, changes: dict[str, Any]) -> None:
    """Let a step of the life cycle carry with it who takes part: `changes` gets the columns that follow.

    A case that goes back to its queue has nobody left in it; one that ends, or gets another assignee, is no
    longer offered to anybody; whoever becomes its assignee is no guest any more.
    """
    state, moved = changes.get("state"), "assignee_id" in changes
    if hand_over and "hand_over" not in changes and (moved or state in _QUEUED | _OVER):
        changes["hand_over"] = ""
    if hand_over and changes.get("hand_over") == "":
        offer = offer_of(hand_over)
        if offer is not None:
            leave(tx, case_id, offer.receiver.id)
    if invited == "[]" or "participants" in changes:
        return
    people = people_of(invited)
    gone = people if state in _QUEUED else tuple(p for p in people if p.id == changes.get("assignee_id"))
    for person in gone:
        remove_person(tx, case_id, person.id)
    if gone:
        changes["participants"] = stored_people(tuple(p for p in people if p not in gone))
