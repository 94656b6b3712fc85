"""The tickets I have issued that nobody has used: those that still can be, and those that ran out."""

from datetime import datetime

from clinic_tui.protocol.care import Ticket
from clinic_tui.state.desk import Desk


def ticket_open(ticket: Ticket, now: datetime) -> bool:
    """Whether the ticket can still be used and called back."""
    return ticket.state == "issued" and ticket.valid_until > now


def open_tickets(desk: Desk, now: datetime) -> list[Ticket]:
    """My tickets that can still be used, the one that runs out first at the top."""
    return sorted((one for one in _mine(desk) if ticket_open(one, now)), key=lambda one: one.valid_until)


def unused_tickets(desk: Desk, now: datetime) -> list[Ticket]:
    """My tickets that ran out and were never used, the newest first; the desk has those of thirty days."""
    found = [one for one in _mine(desk) if one.state in {"issued", "expired"} and not ticket_open(one, now)]
    return sorted(found, key=lambda one: one.valid_until, reverse=True)


def _mine(desk: Desk) -> list[Ticket]:
    me = desk.people.staff_id
    return [one for one in desk.team.tickets.values() if one.issuer.id == me]
