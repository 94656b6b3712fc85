"""Drop-in tickets: how long they are valid and when one can be used or called back (domain.md 2.3)."""

from datetime import datetime, timedelta
from enum import StrEnum

from clinic_tui.domain.refusals import Refusal

TICKET_PRIORITY = 3
"""The priority of every case that a ticket opens (slide 60)."""


class TicketState(StrEnum):
    """Where a ticket stands; nothing leaves the last three."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_OVER = {
    TicketState.REDEEMED: "ticket.redeemed",
    TicketState.CANCELLED: "ticket.cancelled",
    TicketState.EXPIRED: "ticket.expired",
}


def valid_until(issued: datetime, days: int) -> datetime:
    """The first moment at which a ticket is no longer valid: so many times 24 hours later."""
    return issued + timedelta(hours=24 * days)


def is_open(state: TicketState, until: datetime, now: datetime) -> bool:
    """Whether a ticket can still be used; only one such may stand per resident, unit and role."""
    return state is TicketState.ISSUED and now < until


def redeem(state: TicketState, until: datetime, now: datetime) -> TicketState | Refusal:
    """The ticket's state once its resident has used it, or why they cannot."""
    if state is not TicketState.ISSUED:
        return Refusal(rule=_OVER[state])
    return TicketState.REDEEMED if now < until else Refusal(rule="ticket.expired")


def cancel(state: TicketState, until: datetime, now: datetime) -> TicketState | Refusal:
    """The ticket's state once it is called back, or why it cannot be (slide 60)."""
    outcome = redeem(state, until, now)
    return outcome if isinstance(outcome, Refusal) else TicketState.CANCELLED


def reinstate(state: TicketState, until: datetime, now: datetime, *, has_open_one: bool) -> Refusal | None:
    """Why a ticket that was called back cannot be made valid again, or None."""
    if state is not TicketState.CANCELLED:
        return Refusal(rule="undo.changed")
    if now >= until:
        return Refusal(rule="ticket.expired")
    return Refusal(rule="ticket.already_issued") if has_open_one else None


def expire(state: TicketState, until: datetime, now: datetime) -> TicketState:
    """The ticket's state as time passes."""
    return TicketState.EXPIRED if state is TicketState.ISSUED and now >= until else state


def check_issue(*, role_is_held: bool, has_open_one: bool) -> Refusal | None:
    """Whether a ticket may be issued: to a queue that somebody takes from, and one at a time."""
    if not role_is_held:
        return Refusal(rule="ticket.nobody_there")
    return Refusal(rule="ticket.already_issued") if has_open_one else None
