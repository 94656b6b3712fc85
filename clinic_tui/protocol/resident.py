"""The resident's side: their cases, tickets and text messages as they see them."""

from datetime import datetime

from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import Cursor, Message
from clinic_tui.protocol.wire import Wire


class ResidentCase(Wire, frozen=True, kw_only=True):
    """A case as its resident sees it."""

    id: str
    kind: str
    state: str
    unit_name: str
    reason: str
    staff: StaffRef | None
    messages: tuple[Message, ...]
    queue_position: int | None = None
    reply_allowed: bool = True
    expires_at: datetime | None = None
    starts_at: datetime | None = None
    """When a scheduled visit begins."""
    revision: int = 1


class ResidentTicket(Wire, frozen=True, kw_only=True):
    """A drop-in ticket as its resident sees it."""

    id: str
    unit_name: str
    role: str
    valid_until: datetime
    state: str
    revision: int = 1


class TextMessage(Wire, frozen=True, kw_only=True):
    """An SMS the resident was sent."""

    at: datetime
    body: str


class ResidentHome(Wire, frozen=True, kw_only=True):
    """What a resident meets when they sign in: who they are and their open cases."""

    resident_id: str
    name: str
    cases: tuple[ResidentCase, ...]
    blocked: bool
    tickets: tuple[ResidentTicket, ...] = ()
    texts: tuple[TextMessage, ...] = ()
    """The newest SMS, oldest first, at most 50; only with demo data."""
    cursors: tuple[Cursor, ...]
