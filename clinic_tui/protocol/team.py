"""Colleagues: who is here, what they say to each other, and what is told to one of them."""

from datetime import datetime
from typing import Literal

from clinic_tui.protocol.refs import ResidentRef, StaffRef
from clinic_tui.protocol.wire import Wire

PresenceState = Literal["online", "busy", "away", "off"]
"""As `domain.presence.Presence`."""
ConversationKind = Literal["staff_chat", "consultation", "direct"]
NoticeKind = Literal[
    "new_async",
    "new_drop_in",
    "scheduled",
    "visit_moved",
    "visit_cancelled",
    "assigned",
    "assigned_back",
    "invited",
    "handed_over",
    "hand_over_answered",
    "hand_over_returned",
    "taken_over",
    "let_go",
    "signed_for",
    "async_expiring",
    "async_ended",
    "ticket_expired",
    "ticket_cancelled",
    "ticket_reinstated",
    "verification",
    "verified",
    "returned",
    "sms_failed",
    "conversation",
    "day_end",
]


class Colleague(Wire, frozen=True, kw_only=True):
    """A staff member on or off shift, as colleagues see them (slide 73)."""

    staff: StaffRef
    unit_id: str
    role: str
    presence: PresenceState
    since: datetime
    """Since when the presence is this."""
    visits: int = 0
    """Live visits they have now; busy with one or more."""
    stays_busy: bool = False
    """Whether they said that they are busy: they stay so when their visits are over."""
    revision: int = 1


class Abilities(Wire, frozen=True, kw_only=True):
    """What a staff member may be given at a unit (domain.md 2.11)."""

    staff_id: str
    unit_id: str
    visits: tuple[str, ...] = ()
    """Queue roles whose visits they take."""
    chats: tuple[str, ...] = ()
    """Queue roles whose chats they answer."""
    verifies: bool = False
    """Whether they may countersign notes."""


class StaffMessage(Wire, frozen=True, kw_only=True):
    """A message between staff; no resident ever sees it (slide 37)."""

    id: str
    """The command id it was sent with."""
    conversation_id: str
    seq: int
    """Position in the conversation, from 1, without holes."""
    author: StaffRef
    body: str
    sent_at: datetime


class Conversation(Wire, frozen=True, kw_only=True):
    """A conversation between staff: beside a case, a consultation, or direct (domain.md 2.5)."""

    id: str
    kind: ConversationKind
    case_id: str | None = None
    unit_id: str
    role: str = ""
    """For a consultation of a role's queue: anybody of that role may answer."""
    subject: str = ""
    urgent: bool = False
    asked_by: StaffRef
    members: tuple[StaffRef, ...]
    state: Literal["open", "answered", "closed"] = "open"
    started_at: datetime
    last_at: datetime
    last_body: str = ""
    """The newest message, shortened to 200 characters, for a list."""
    messages: tuple[StaffMessage, ...] = ()
    """The newest messages, oldest first, in a snapshot and in answers; an event carries the new one only."""
    count: int = 0
    """How many messages there are."""
    read: int = 0
    """Number of the newest message that I have read; on my own stream only."""
    revision: int = 1


class Notice(Wire, frozen=True, kw_only=True):
    """Something that happened to me, for the bell's list (slide 16)."""

    id: str
    kind: NoticeKind
    at: datetime
    case_id: str | None = None
    conversation_id: str | None = None
    who: StaffRef | None = None
    """The colleague who did it."""
    resident: ResidentRef | None = None
    detail: str = ""
    """A reason or comment a colleague wrote; when the chat ends, as ISO 8601 (`async_expiring`); what kind of
    text did not arrive (`sms_failed`)."""
    read: bool = False


class NotifyChoice(Wire, frozen=True, kw_only=True):
    """How one kind of news is told: by SMS while on shift, and in the terminal (slide 16)."""

    kind: Literal["new_async", "new_drop_in", "scheduled", "assigned"]
    sms: bool = False
    terminal: bool = True
