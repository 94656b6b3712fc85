"""How much there is in each view, for the menu."""

from datetime import datetime, timedelta
from typing import NamedTuple

from clinic_tui.domain.cases import CaseState
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.team import Conversation
from clinic_tui.state.desk import Desk
from clinic_tui.state.selectors import is_overdue
from clinic_tui.state.verifying import failed_texts, returned, waiting_for_me
from clinic_tui.widgets.texts import ZONE
from clinic_tui.widgets.workplace import Workplace

EXPIRY_WARNING = timedelta(hours=48)
"""From this long before its end on a chat is said to run out (domain.md 2.1.2)."""


class Count(NamedTuple):
    """How many, and whether they need somebody."""

    number: int
    alert: bool = False


NONE = Count(0)


def menu_counts(place: Workplace) -> dict[str, Count]:
    """The counts by the id of the action that shows the view."""
    desk, now = place.desk, place.now()
    oldest = place.drop_in.oldest_waiting
    unread = any(place.unread(visit) for visit in desk.visits.values())
    booked = booked_on(place, now)
    late = any(row.state == CaseState.BOOKED and start_of(row) < now for row in booked)
    return {
        "go.drop_in": Count(place.drop_in.waiting, oldest is not None and is_overdue(desk, oldest, now)),
        "go.booked": Count(sum(row.state == CaseState.BOOKED for row in booked), late),
        "go.chats": Count(
            place.lists["unassigned"].waiting + place.lists["my_chats"].waiting,
            place.lists["my_chats"].waiting > 0,
        ),
        "go.team": Count(len(conversations_for_me(desk)), alert=True),
        "go.verify": Count(waiting_for_me(desk), bool(returned(desk) or failed_texts(desk))),
        "go.mine": Count(len(place.mine), unread),
    }


def booked_on(place: Workplace, at: datetime) -> list[CaseRow]:
    """The scheduled visits of the day of this instant (Swedish time) that are not finished."""
    day = at.astimezone(ZONE).date()
    rows = map(place.desk.rows.get, place.lists["booked"].ids())
    return [row for row in rows if row and start_of(row).astimezone(ZONE).date() == day]


def start_of(row: CaseRow) -> datetime:
    """When the visit is booked for."""
    return row.booking.starts_at if row.booking else row.queued_at


def conversations_for_me(desk: Desk) -> list[Conversation]:
    """The conversations that wait for me: something unread, or a question put to me or my role."""
    return [one for one in desk.team.conversations.values() if needs_me(desk, one)]


def needs_me(desk: Desk, one: Conversation) -> bool:
    """Whether the conversation has something that I have not read, or a question for me to answer."""
    if one.state == "closed":
        return False
    return is_asked(desk, one) or unread_in(desk, one) > 0


def unread_in(desk: Desk, one: Conversation) -> int:
    """How many messages of a conversation I have not read: none where I take no part."""
    me = desk.people.staff_id
    return max(0, one.count - one.read) if any(member.id == me for member in one.members) else 0


def answered_by(one: Conversation) -> StaffRef | None:
    """Who answered a consultation first; None while nobody has."""
    authors = (message.author for message in one.messages)
    return next((author for author in authors if author.id != one.asked_by.id), None)


def is_asked(desk: Desk, one: Conversation) -> bool:
    """Whether a consultation waits for an answer by me, or by anybody of my role (domain.md 2.5)."""
    me = desk.people.staff_id
    if one.kind != "consultation" or one.state != "open" or one.asked_by.id == me:
        return False
    if answered_by(one) is not None:
        return False
    assignment = desk.people.assignment
    if one.role and assignment is not None and one.role in desk.people.roles_seen | {assignment.role}:
        return True
    return any(member.id == me for member in one.members)
