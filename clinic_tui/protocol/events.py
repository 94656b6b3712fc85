"""Events of the live stream: whole states, so that folding one twice changes nothing."""

from datetime import datetime
from typing import Literal

from clinic_tui.protocol.care import Ticket, Verification
from clinic_tui.protocol.resident import ResidentCase, ResidentTicket, TextMessage
from clinic_tui.protocol.resources import (
    Availability,
    CaseRow,
    Cursor,
    Draft,
    Message,
    Note,
    PhraseInfo,
    Profile,
    StaffRef,
    UnitInfo,
)
from clinic_tui.protocol.team import Colleague, Conversation, Notice
from clinic_tui.protocol.wire import StrictWire, Wire


class CaseChanged(Wire, frozen=True, kw_only=True, tag="case.changed"):
    """A case's row is now this; `cause` says what made it so (case.accepted, case.released …)."""

    case: CaseRow
    cause: str


class MessageChanged(Wire, frozen=True, kw_only=True, tag="message.changed"):
    """A message was sent, delivered or read."""

    message: Message


class NoteSigned(Wire, frozen=True, kw_only=True, tag="note.signed"):
    """A version of a note was signed."""

    note: Note


class DraftChanged(Wire, frozen=True, kw_only=True, tag="draft.changed"):
    """The staff member's own draft is now this; an empty body means it is gone."""

    draft: Draft


class ProfileChanged(Wire, frozen=True, kw_only=True, tag="profile.changed"):
    """The staff member's own profile is now this."""

    profile: Profile


class PhraseChanged(Wire, frozen=True, kw_only=True, tag="phrase.changed"):
    """A phrase is now this; an inactive one is gone."""

    phrase: PhraseInfo


class ResidentCaseChanged(Wire, frozen=True, kw_only=True, tag="resident_case.changed"):
    """A case as its resident sees it is now this, its messages left out; only on the resident's stream."""

    case: ResidentCase


class ColleagueChanged(Wire, frozen=True, kw_only=True, tag="colleague.changed"):
    """A colleague's presence is now this; on the unit's stream."""

    colleague: Colleague


class ConversationChanged(Wire, frozen=True, kw_only=True, tag="conversation.changed"):
    """A conversation is now this, with its new message; on its members' streams and an asked unit's."""

    conversation: Conversation


class NoticeAdded(Wire, frozen=True, kw_only=True, tag="notice.added"):
    """Something happened to me."""

    notice: Notice


class NoticesRead(Wire, frozen=True, kw_only=True, tag="notices.read"):
    """My notices up to this one are read."""

    notice_id: str


class TicketChanged(Wire, frozen=True, kw_only=True, tag="ticket.changed"):
    """A ticket is now this; on the stream of its issuer."""

    ticket: Ticket


class VerificationChanged(Wire, frozen=True, kw_only=True, tag="verification.changed"):
    """An item to verify is now this; on the unit's stream, and on that of the one who asked."""

    verification: Verification


class UnitChanged(Wire, frozen=True, kw_only=True, tag="unit.changed"):
    """A unit's settings that a workstation shows are now these."""

    unit: UnitInfo


class ResidentTicketChanged(Wire, frozen=True, kw_only=True, tag="resident_ticket.changed"):
    """A ticket as its resident sees it is now this; only on the resident's stream."""

    ticket: ResidentTicket


class TextSent(Wire, frozen=True, kw_only=True, tag="text.sent"):
    """The resident was sent an SMS; only on the resident's stream, and only with demo data."""

    text: TextMessage


class AssignmentLost(Wire, frozen=True, kw_only=True, tag="assignment.lost"):
    """A case of mine was taken over by a colleague."""

    case_id: str
    by: StaffRef
    at: datetime


class ResidentPresence(Wire, frozen=True, kw_only=True, tag="resident.presence"):
    """Whether the resident is in the chat, and typing; never stored, sent with sequence 0."""

    case_id: str
    presence: Availability


class StaffTyping(Wire, frozen=True, kw_only=True, tag="staff.typing"):
    """A staff member types to the resident; never stored, sent with sequence 0."""

    case_id: str
    staff_name: str


class Withheld(Wire, frozen=True, kw_only=True, tag="withheld"):
    """Something happened that this session may not see; it stands in that event's place, so that the stream
    has no hole. What it names, if anything, is not for this session (any more): let go of it.
    """

    object_id: str = ""
    """A case, conversation, item to verify, ticket or notice; empty where nothing is to be let go of."""
    revision: int = 0
    """Of a case: the revision from which it is not seen."""


Event = (
    CaseChanged
    | MessageChanged
    | NoteSigned
    | DraftChanged
    | ProfileChanged
    | PhraseChanged
    | ResidentCaseChanged
    | ColleagueChanged
    | ConversationChanged
    | NoticeAdded
    | NoticesRead
    | TicketChanged
    | VerificationChanged
    | UnitChanged
    | ResidentTicketChanged
    | TextSent
    | AssignmentLost
    | ResidentPresence
    | StaffTyping
    | Withheld
)


class Envelope(Wire, frozen=True, kw_only=True, tag="event"):
    """An event with its place: stream and sequence number, without holes, from 1."""

    stream: str
    seq: int
    at: datetime
    event: Event


class Hello(StrictWire, frozen=True, kw_only=True, tag="hello"):
    """The client's first frame: which streams it follows, and how far it has read each."""

    cursors: tuple[Cursor, ...] = ()
    protocol: int = 1


class Beat(StrictWire, frozen=True, kw_only=True, tag="beat"):
    """The client is there; `typing_in` names the case it types in, `seen` the case on screen."""

    typing_in: str | None = None
    seen: str | None = None
    idle: int = 0
    """Whole seconds since the user last did anything; presence fades by it (domain.md 2.11)."""


class Live(Wire, frozen=True, kw_only=True, tag="live"):
    """The replay is done; events are live from here."""

    server_time: datetime


class Gap(Wire, frozen=True, kw_only=True, tag="gap"):
    """What is missing is no longer kept: fetch a snapshot."""

    streams: tuple[str, ...]


class Pong(Wire, frozen=True, kw_only=True, tag="pong"):
    """The answer to a beat, with the server's clock."""

    server_time: datetime


class Ended(Wire, frozen=True, kw_only=True, tag="ended"):
    """The session is over; `reason` is signed_out, expired or replaced."""

    reason: Literal["signed_out", "expired", "replaced", "disabled"]


ServerFrame = Envelope | Live | Gap | Pong | Ended
ClientFrame = Hello | Beat


def is_newer(revision: int, known: int | None) -> bool:
    """Whether a state with this revision replaces the known one."""
    return known is None or revision > known
