"""Whether a staff member has any ground to open a resident's profile, and one to contact the resident."""

from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, and_, bindparam, or_, select

from clinic_tui.backend.access import circle_of
from clinic_tui.backend.cases import OPEN_STATES
from clinic_tui.backend.refused import not_found
from clinic_tui.backend.store.tables import audit, cases, residents
from clinic_tui.backend.store.team_tables import conversation_members, conversations, participants, tickets
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.tickets import TicketState

FOUND_FOR = timedelta(minutes=30)
"""How long a look-up by number is a ground to open the profile."""
AT_HAND_FOR = timedelta(days=30)
"""How long after its end a case is still a ground to contact its resident, as with a test result."""
_ONE = select(residents).where(residents.c.id == bindparam("wanted"))
_THEIRS = or_(cases.c.resident_id == bindparam("who"), cases.c.acting_proxy_id == bindparam("who"))
_CURRENT = or_(
    cases.c.state.in_(OPEN_STATES),
    cases.c.closed_at >= bindparam("ended_since", type_=cases.c.closed_at.type),
)
_AT_HAND: tuple[Select[Any], ...] = (
    select(cases.c.id).where(
        _THEIRS,
        _CURRENT,
        or_(
            cases.c.assignee_id == bindparam("me"),
            and_(
                cases.c.unit_id.in_(bindparam("units", expanding=True)),
                cases.c.queue_role.in_(bindparam("queues", expanding=True)),
            ),
        ),
    ),
    select(cases.c.id)
    .join_from(participants, cases, cases.c.id == participants.c.case_id)
    .where(_THEIRS, _CURRENT, participants.c.staff_id == bindparam("me")),
    select(tickets.c.id).where(
        tickets.c.resident_id == bindparam("who"),
        tickets.c.state == TicketState.ISSUED.value,
        tickets.c.valid_until > bindparam("now", type_=tickets.c.valid_until.type),
        or_(
            tickets.c.issuer_id == bindparam("me"),
            tickets.c.unit_id.in_(bindparam("units", expanding=True)),
            tickets.c.issuer_unit_id.in_(bindparam("units", expanding=True)),
        ),
    ),
)
_GROUNDS: tuple[Select[Any], ...] = (
    select(cases.c.id).where(
        _THEIRS,
        or_(cases.c.unit_id.in_(bindparam("units", expanding=True)), cases.c.assignee_id == bindparam("me")),
    ),
    select(tickets.c.id).where(
        tickets.c.resident_id == bindparam("who"), tickets.c.unit_id.in_(bindparam("units", expanding=True))
    ),
    select(cases.c.id)
    .join_from(participants, cases, cases.c.id == participants.c.case_id)
    .where(_THEIRS, participants.c.staff_id == bindparam("me")),
    select(cases.c.id)
    .select_from(
        conversation_members.join(
            conversations, conversations.c.id == conversation_members.c.conversation_id
        ).join(cases, cases.c.id == conversations.c.case_id)
    )
    .where(_THEIRS, conversation_members.c.staff_id == bindparam("me")),
    select(audit.c.n).where(
        audit.c.resident_id == bindparam("who"),
        audit.c.staff_id == bindparam("me"),
        audit.c.action.in_(["SEARCH", "CREATE"]),
        audit.c.at >= bindparam("since", type_=audit.c.at.type),
    ),
)
_OFFERS = select(cases.c.participants, cases.c.hand_over).where(_THEIRS, cases.c.hand_over != "")


def known_resident(tx: Tx, resident_id: str) -> RowMapping:
    """A resident the staff member has a ground to open; anybody else does not exist for them.

    A ground is a case, a ticket or a conversation at hand, or an exact look-up within half an hour.
    """
    row = tx.conn.execute(_ONE, {"wanted": resident_id}).mappings().one_or_none()
    asked: dict[str, object] = {
        "who": resident_id,
        "me": tx.staff.id,
        "units": list(tx.assignment.units),
        "since": tx.now - FOUND_FOR,
    }
    if row is None or not (_any(tx, _GROUNDS, asked) or _is_offered(tx, resident_id)):
        raise not_found(resident_id)
    return row


def is_at_hand(tx: Tx, resident_id: str) -> bool:
    """Whether a case, a booking or a ticket of the resident is the session's business.

    An open one, or a case that ended within 30 days: at the session's unit in a queue that its role sees,
    one's own, one that one was invited into, or one that is offered to one.
    """
    asked: dict[str, object] = {
        "who": resident_id,
        "me": tx.staff.id,
        "units": list(tx.assignment.units),
        "queues": list(tx.roles_seen),
        "ended_since": tx.now - AT_HAND_FOR,
        "now": tx.now,
    }
    return _any(tx, _AT_HAND, asked) or _is_offered(tx, resident_id)


def _any(tx: Tx, grounds: tuple[Select[Any], ...], asked: dict[str, object]) -> bool:
    return any(tx.conn.execute(ground.limit(1), asked).first() is not None for ground in grounds)


def _is_offered(tx: Tx, resident_id: str) -> bool:
    rows = tx.conn.execute(_OFFERS, {"who": resident_id})
    return any(tx.staff.id in circle_of(row.participants, row.hand_over) for row in rows)
