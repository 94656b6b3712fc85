"""Commands between colleagues: assign, hand over, invite, talk, end the shift (slides 36-40, 72-73)."""

from typing import Literal

from clinic_tui.protocol.command import (
    Body,
    CaseAnswer,
    CaseCommand,
    Command,
    DetailAnswer,
    Done,
    Id,
    Line,
    Reason,
    Slug,
    Version,
    VersionedCaseCommand,
)
from clinic_tui.protocol.team import Colleague, Conversation, Notice
from clinic_tui.protocol.wire import StrictWire, Wire

ShiftItem = Literal["live", "unsigned", "awaiting", "unanswered", "draft", "hand_over", "ticket"]


class AssignCase(VersionedCaseCommand, frozen=True, kw_only=True):
    """Give a chat or a booked visit to a colleague, who is told (slide 40)."""

    staff_id: Slug


class HandOverCase(VersionedCaseCommand, frozen=True, kw_only=True):
    """Offer one's case to a colleague with a reason; it returns when unanswered (slide 38)."""

    staff_id: Slug
    reason: Reason
    summary: Body = ""


class AnswerHandOver(VersionedCaseCommand, frozen=True, kw_only=True):
    """Accept or decline a case a colleague hands over."""

    accept: bool
    comment: Line = ""


class WithdrawHandOver(VersionedCaseCommand, frozen=True, kw_only=True):
    """Take back a hand-over nobody has answered."""


class InviteColleague(CaseCommand, frozen=True, kw_only=True):
    """Invite a colleague into one's case: they read it all and may write to the resident (slide 36)."""

    staff_id: Slug
    note: Line = ""


class LeaveCase(CaseCommand, frozen=True, kw_only=True):
    """Leave a case one was invited into, or end a colleague's invitation to one's own."""

    staff_id: Slug | None = None
    """Whose invitation ends; None for one's own."""


class StartConversation(Command, frozen=True, kw_only=True):
    """Start a staff chat beside a case, a consultation, or a direct chat (slide 37, domain.md 2.5).

    A direct chat with the same colleague is one and the same: the open one is answered. A staff chat belongs
    to a case; a consultation names a case and either colleagues or a role.
    """

    kind: Literal["staff_chat", "consultation", "direct"]
    case_id: Id | None = None
    staff_ids: tuple[Slug, ...] = ()
    role: Slug | None = None
    subject: Line = ""
    urgent: bool = False
    body: Body = ""


class SayToStaff(Command, frozen=True, kw_only=True):
    """Write in a conversation between staff; never seen by a resident."""

    conversation_id: Id
    body: Body


class ReadConversation(Command, frozen=True, kw_only=True):
    """Read a conversation up to this message."""

    conversation_id: Id
    seq: Version


class CloseConversation(Command, frozen=True, kw_only=True):
    """End a conversation: answered for a consultation, closed for the others."""

    conversation_id: Id


class SetPresence(Command, frozen=True, kw_only=True):
    """Say that one is available or busy; fading happens by itself (domain.md 2.11)."""

    presence: Literal["online", "busy"]


class ReadNotices(Command, frozen=True, kw_only=True):
    """Everything told up to this notice is read."""

    notice_id: Id


class LeftItem(StrictWire, frozen=True, kw_only=True):
    """Something left unfinished at the end of a shift, with the reason."""

    kind: ShiftItem
    id: Id
    """The case's id, or the ticket's."""
    reason: Reason


class EndShift(Command, frozen=True, kw_only=True):
    """End the shift: every unfinished item is finished, or left with a reason (slides 72-73, domain.md 5.5).

    Refused with the rule `shift.unfinished` while a live visit or an unsigned note of one's own is not among
    `left`. Presence ends and no more SMS come; the session is ended by signing out afterwards.
    """

    left: tuple[LeftItem, ...] = ()


class ConversationAnswer(Wire, frozen=True, kw_only=True):
    """The conversation after the command, with its newest messages."""

    conversation: Conversation


class ColleagueAnswer(Wire, frozen=True, kw_only=True):
    """How colleagues see one now."""

    colleague: Colleague


class NoticesAnswer(Wire, frozen=True, kw_only=True):
    """The notices that were read by this."""

    notices: tuple[Notice, ...]


STAFF: tuple[tuple[str, type[Command], type[Wire]], ...] = (
    ("assign_case", AssignCase, CaseAnswer),
    ("hand_over_case", HandOverCase, CaseAnswer),
    ("answer_hand_over", AnswerHandOver, CaseAnswer),
    ("withdraw_hand_over", WithdrawHandOver, CaseAnswer),
    ("invite_colleague", InviteColleague, DetailAnswer),
    ("leave_case", LeaveCase, CaseAnswer),
    ("start_conversation", StartConversation, ConversationAnswer),
    ("say_to_staff", SayToStaff, ConversationAnswer),
    ("read_conversation", ReadConversation, ConversationAnswer),
    ("close_conversation", CloseConversation, ConversationAnswer),
    ("set_presence", SetPresence, ColleagueAnswer),
    ("read_notices", ReadNotices, NoticesAnswer),
    ("end_shift", EndShift, Done),
)
