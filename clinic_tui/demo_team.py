"""Where the demo's chats, scheduled visits and tickets become rows of a store."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic_tui.backend.seed import SeedCase, SeedTicket
from clinic_tui.demo.dataset import Dataset
from clinic_tui.demo.team_records import Booked, Chat, OpenTicket
from clinic_tui.demo_messages import identifier, seed_messages

ZONE = ZoneInfo("Europe/Stockholm")
_SATURDAY = 5


def chat_case(chat: Chat, dataset: Dataset, now: datetime) -> SeedCase:
    """An asynchronous chat; it closes so many days after it was created (slide 40)."""
    created = now - timedelta(minutes=chat.age_minutes)
    expires = created + timedelta(days=chat.days)
    closed = chat.state == "closed"
    queued = timedelta(0) if chat.origin == "staff" else timedelta(minutes=1)
    taken = None if chat.assignee is None else created + queued
    return SeedCase(
        id=identifier(chat.id),
        kind="async",
        origin=chat.origin,
        state=chat.state,
        unit_id=chat.unit,
        queue_role=chat.queue_role,
        resident_id=chat.resident,
        acting_proxy_id=chat.proxy,
        child=chat.proxy is not None,
        reason=chat.reason,
        priority=None,
        service_code=chat.service_code,
        queued_at=created,
        accepted_at=taken,
        closed_at=min(expires, now) if closed else None,
        close_reason=("expired" if chat.reply_allowed else "one_way") if closed else None,
        assignee_id=chat.assignee,
        expires_at=expires,
        reply_allowed=chat.reply_allowed,
        messages=seed_messages(chat, dataset, now),
    )


def booked_case(visit: Booked, now: datetime) -> SeedCase:
    """A scheduled visit, booked two days before the demo's own day."""
    starts = _moment(visit, now)
    return SeedCase(
        id=identifier(visit.id),
        kind="scheduled",
        origin="booking",
        state="booked",
        unit_id=visit.unit,
        queue_role=visit.role,
        resident_id=visit.resident,
        acting_proxy_id=visit.proxy,
        child=visit.proxy is not None,
        reason=visit.reason,
        priority=None,
        queued_at=now - timedelta(days=2),
        starts_at=starts,
        ends_at=starts + timedelta(minutes=visit.minutes),
        mode=visit.mode,
        booked_id=visit.staff,
    )


def _moment(visit: Booked, now: datetime) -> datetime:
    """When a visit starts: its time of day, so many working days from the demo's day."""
    day = now.astimezone(ZONE).date()
    step = 1 if visit.day >= 0 else -1
    for _ in range(abs(visit.day)):
        day += timedelta(days=step)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=step)
    local = datetime.combine(day, time.fromisoformat(visit.at), tzinfo=ZONE)
    return local.astimezone(now.tzinfo)


def open_ticket(ticket: OpenTicket, now: datetime) -> SeedTicket:
    """A drop-in ticket; one whose days are over has expired unused (slide 60)."""
    issued = now - timedelta(hours=ticket.issued_hours)
    until = issued + timedelta(days=ticket.days)
    expired = until <= now
    return SeedTicket(
        id=identifier(ticket.id),
        resident_id=ticket.resident,
        unit_id=ticket.unit,
        role=ticket.role,
        reason=ticket.reason,
        issuer_id=ticket.issuer,
        issuer_unit_id=ticket.issuer_unit,
        issued_at=issued,
        valid_until=until,
        state="expired" if expired else "issued",
        ended_at=until if expired else None,
    )
