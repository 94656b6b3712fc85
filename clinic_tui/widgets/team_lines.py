"""The lines of the colleagues view: who is here, conversations, consultations."""

from datetime import datetime, timedelta

from clinic_tui.i18n import _, ngettext, pgettext
from clinic_tui.protocol.team import Colleague, Conversation, PresenceState
from clinic_tui.state.desk import Desk
from clinic_tui.widgets.line_list import Cell, Column, Line
from clinic_tui.widgets.menu_counts import answered_by, is_asked, needs_me, unread_in
from clinic_tui.widgets.presence import ORDER, presence_sign, presence_word
from clinic_tui.widgets.texts import ZONE, clock, month, resident_with_age, role_text
from clinic_tui.widgets.workplace import Workplace

COLLEAGUE_COLUMNS = (
    Column(),
    Column(flex=True, most=44),
    Column(rank=1, most=26),
    Column(rank=4, most=28),
    Column(),
    Column(rank=2),
    Column(rank=3),
)
"""Sign, name, role, unit, presence, since when, visits."""
CONVERSATION_COLUMNS = (
    Column(),
    Column(most=30),
    Column(rank=2, most=34),
    Column(flex=True, most=60),
    Column(rank=1),
)
"""Unread, with whom, about whom, the newest, when."""
_SIGN_STYLES: dict[PresenceState, str] = {
    "online": "$success",
    "busy": "$foreground",
    "away": "$muted",
    "off": "$muted",
}


def colleagues(desk: Desk) -> list[Colleague]:
    """Everybody once a unit: I first, then those who can be reached soonest."""
    me = desk.people.staff_id
    return sorted(
        desk.team.colleagues.values(),
        key=lambda one: (one.staff.id != me, ORDER[one.presence], one.staff.name.casefold(), one.unit_id),
    )


def colleague_lines(place: Workplace) -> list[Line]:
    """A line for each colleague; its id is the staff id and the unit's."""
    desk, now = place.desk, place.now()
    return [Line(f"{one.staff.id} {one.unit_id}", _colleague(one, desk, now)) for one in colleagues(desk)]


def _colleague(one: Colleague, desk: Desk, now: datetime) -> tuple[Cell, ...]:
    gone = one.presence in {"away", "off"}
    style = "$muted" if gone else "$foreground"
    name = one.staff.name + (f", {one.staff.title}" if one.staff.title else "")
    if one.staff.id == desk.people.staff_id:
        name = _("{name} (you)").format(name=one.staff.name)
    unit = desk.people.all_units.get(one.unit_id)
    visits = (
        ngettext("{count} visit", "{count} visits", one.visits).format(count=one.visits) if one.visits else ""
    )
    return (
        Cell(presence_sign(one.presence), _SIGN_STYLES[one.presence]),
        Cell(name, style),
        Cell(role_text(one.role), style),
        Cell(unit.name if unit else "", "$muted"),
        Cell(presence_word(one.presence), style),
        Cell(_("since {time}").format(time=short_time(one.since, now)), "$muted"),
        Cell(visits, "$foreground"),
    )


def talks(desk: Desk) -> list[Conversation]:
    """Direct chats and staff chats that are open, unread first, then the newest first."""
    found = [one for one in desk.team.conversations.values() if one.kind != "consultation"]
    return _sorted(desk, found)


def consultations(desk: Desk) -> list[Conversation]:
    """Consultations to me, to my role and by me: those that wait for me first, the urgent ones before."""
    found = [one for one in desk.team.conversations.values() if one.kind == "consultation"]
    return _sorted(desk, found)


def _sorted(desk: Desk, found: list[Conversation]) -> list[Conversation]:
    newest = sorted(
        (one for one in found if one.state != "closed"), key=lambda one: one.last_at, reverse=True
    )
    return sorted(newest, key=lambda one: (not needs_me(desk, one), not (one.urgent and one.state == "open")))


def conversation_lines(place: Workplace) -> list[Line]:
    """A line for each conversation; its id is the conversation's."""
    desk, now = place.desk, place.now()
    lines: list[Line] = []
    for one in talks(desk):
        about, unread = about_text(desk, one), unread_in(desk, one)
        kind = pgettext("conversation", "staff chat") if one.kind == "staff_chat" else ""
        lines.append(
            Line(
                one.id,
                (
                    _unread(unread),
                    Cell(with_text(desk, one), "bold" if unread else "$foreground"),
                    Cell(about or kind, "$muted"),
                    Cell(one.last_body, "$foreground" if unread else "$muted"),
                    Cell(short_time(one.last_at, now), "$muted"),
                ),
            )
        )
    return lines


def consultation_lines(place: Workplace) -> list[Line]:
    """A line for each consultation; its id is the conversation's."""
    desk, now = place.desk, place.now()
    lines: list[Line] = []
    for one in consultations(desk):
        asked, unread = is_asked(desk, one), unread_in(desk, one)
        urgent = _("Urgent: ") if one.urgent and one.state == "open" else ""
        lines.append(
            Line(
                one.id,
                (
                    _unread(unread or int(asked)),
                    Cell(with_text(desk, one), "bold" if asked or unread else "$foreground"),
                    Cell(about_text(desk, one), "$muted"),
                    Cell(urgent + (one.subject or one.last_body), "$warning" if urgent else "$foreground"),
                    Cell(_state(desk, one, asked=asked) or short_time(one.last_at, now), "$muted"),
                ),
            )
        )
    return lines


def _state(desk: Desk, one: Conversation, *, asked: bool) -> str:
    if one.state == "answered":
        return pgettext("consultation", "answered")
    if asked:
        return pgettext("consultation", "waits for an answer")
    answering = answered_by(one)
    if answering is not None:
        mine = answering.id == desk.people.staff_id
        return _("you answered") if mine else _("{name} answered").format(name=answering.name)
    if one.asked_by.id == desk.people.staff_id:
        return pgettext("consultation", "you asked")
    return ""


def _unread(number: int) -> Cell:
    return Cell(str(min(number, 99)) if number else " ", "$warning bold")


def with_text(desk: Desk, one: Conversation) -> str:
    """With whom one talks: the others by name, or the role that is asked."""
    if one.kind == "consultation" and one.role:
        role = role_text(one.role)
        return f"{one.asked_by.name} → {role}" if one.asked_by.id != desk.people.staff_id else f"→ {role}"
    return names_text(desk, one)


def names_text(desk: Desk, one: Conversation) -> str:
    """The others in a conversation by name; the role where nobody of it has answered yet."""
    names = [member.name for member in one.members if member.id != desk.people.staff_id]
    return ", ".join(names) or (role_text(one.role) if one.role else one.asked_by.name)


def about_text(desk: Desk, one: Conversation) -> str:
    """The resident whose case it is about; empty for none, and for a case that is not on the desk."""
    row = desk.rows.get(one.case_id) if one.case_id else None
    if row is None and one.case_id in desk.visits:
        row = desk.visits[one.case_id].row
    return resident_with_age(row.resident) if row is not None else ""


def heading_text(one: Conversation) -> str:
    """What a conversation is called above it."""
    if one.kind == "consultation":
        return _("CONSULTATION")
    return _("STAFF CHAT") if one.kind == "staff_chat" else _("DIRECT CHAT")


def short_time(at: datetime, now: datetime) -> str:
    """The clock for today, else the date, such as `3 mars`."""
    local = at.astimezone(ZONE)
    if local.date() == now.astimezone(ZONE).date():
        return clock(at)
    if now - at < timedelta(days=300):
        return f"{local.day} {month(local.month)}"
    return f"{local.year}-{local.month:02}-{local.day:02}"
