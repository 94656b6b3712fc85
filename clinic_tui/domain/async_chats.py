"""The life of an asynchronous chat: its states, the commands that move it and who may give them."""

from enum import StrEnum


class AsyncState(StrEnum):
    """Where an asynchronous chat stands (domain.md 2.1.2)."""

    NEW = "new"
    """Nobody has taken it."""
    AWAITING_STAFF = "awaiting_staff"
    AWAITING_RESIDENT = "awaiting_resident"
    HANDLED = "handled"
    """Marked as done: off the to-do list, still open (slide 32)."""
    CLOSED = "closed"


ASYNC_OPEN = frozenset(
    {AsyncState.NEW, AsyncState.AWAITING_STAFF, AsyncState.AWAITING_RESIDENT, AsyncState.HANDLED}
)
"""States in which the resident and staff may still write."""
ASYNC_HELD = ASYNC_OPEN - {AsyncState.NEW}
"""States in which a staff member has the chat."""
