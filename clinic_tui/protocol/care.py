"""What belongs to a case beside its chat: a hand-over, a booking, tickets and things to verify."""

from datetime import datetime
from typing import Literal

from clinic_tui.protocol.refs import ResidentRef, StaffRef
from clinic_tui.protocol.wire import Wire

VisitMode = Literal["chat", "audio", "video", "phone"]
TicketState = Literal["issued", "redeemed", "cancelled", "expired"]
VerificationKind = Literal["note_countersign", "priority_change", "sms_failed"]
VerificationState = Literal["open", "verified", "returned", "settled"]
"""Settled is what came back and has been seen to: asked for anew, or noted by its asker."""


class HandOver(Wire, frozen=True, kw_only=True):
    """A case offered to a colleague who has not answered yet (slide 38)."""

    sender: StaffRef
    receiver: StaffRef
    reason: str
    summary: str = ""
    at: datetime
    returns_at: datetime
    """When it goes back to the sender by itself."""


class Booking(Wire, frozen=True, kw_only=True):
    """The booked time of a scheduled visit (domain.md 2.6)."""

    starts_at: datetime
    ends_at: datetime
    mode: VisitMode
    staff: StaffRef | None = None
    """For whom it is booked; None for anybody with the role."""
    meeting_url: str = ""
    """The address of the meeting; empty before it was opened, and for chat and phone."""
    meeting_since: datetime | None = None
    """Since when the audio or video call goes on; None while it does not."""


class Ticket(Wire, frozen=True, kw_only=True):
    """Permission for a resident to enter a unit's drop-in queue for a role; always priority 3 (slide 60)."""

    id: str
    resident: ResidentRef
    unit_id: str
    unit_name: str
    role: str
    reason: str
    issuer: StaffRef
    issuer_unit_id: str
    source_case_id: str | None = None
    issued_at: datetime
    valid_until: datetime
    state: TicketState
    ended_at: datetime | None = None
    """When it was redeemed, cancelled or ran out."""
    redeemed_case_id: str | None = None
    revision: int = 1


class Verification(Wire, frozen=True, kw_only=True):
    """Something another accountable person must confirm having seen (domain.md 2.9)."""

    id: str
    kind: VerificationKind
    state: VerificationState
    unit_id: str
    case_id: str | None
    note_id: str | None = None
    resident: ResidentRef | None = None
    asked_by: StaffRef | None = None
    """Who asks; None for the system, such as for an SMS that could not be delivered."""
    asked_of: StaffRef | None = None
    """Who is asked; None for anybody at the unit who may verify."""
    asked_at: datetime
    detail: str = ""
    """What it is about in a few words, such as `4 → 2: worse since morning`; never a note's text."""
    comment: str = ""
    """What the one who decided wrote."""
    decided_by: StaffRef | None = None
    decided_at: datetime | None = None
    revision: int = 1
