"""Events of the live stream: whole states, so that folding one twice changes nothing."""

from datetime import datetime
from typing import Literal

from clinic_tui.protocol.resources import (
    Availability,
    CaseRow,
    Cursor,
    Draft,
    Message,
    Note,
    PhraseInfo,
    Profile,
    ResidentCase,
    StaffRef,
)
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


Event = (
    CaseChanged
    | MessageChanged
    | NoteSigned
    | DraftChanged
    | ProfileChanged
    | PhraseChanged
    | ResidentCaseChanged
    | AssignmentLost
    | ResidentPresence
    | StaffTyping
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
