"""Commands on asynchronous chats, one-way messages and drop-in tickets (slides 23-47 and 60-63)."""

from typing import Annotated

import msgspec

from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.command import (
    Body,
    CaseAnswer,
    CaseCommand,
    Command,
    DetailAnswer,
    Id,
    Line,
    Name,
    Reason,
    Slug,
    VersionedCaseCommand,
)
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.wire import Wire

Days = Annotated[int, msgspec.Meta(ge=1, le=30)]
TicketDays = Annotated[int, msgspec.Meta(ge=1, le=90)]


class CreateChat(Command, frozen=True, kw_only=True):
    """Start an asynchronous chat with a resident; its days are chosen now and fixed (slides 30-32)."""

    resident_id: Slug
    unit_id: Slug
    queue_role: Slug
    subject: Name
    days: Days
    body: Body = ""
    """The first message; empty where `mark_done` is set or it is written afterwards."""
    phrase_id: Slug | None = None
    mark_done: bool = False
    """Off the to-do list at once (slide 32)."""
    without_channel: bool = False
    """The author has seen that the resident cannot be told by SMS."""
    ground: Line = ""
    """Why, where no case, ticket or booking of the resident is at hand; kept in the access log."""


class SendOneWay(Command, frozen=True, kw_only=True):
    """Write, send and close in one step: the resident can read and never answer (slide 42)."""

    resident_id: Slug
    unit_id: Slug
    queue_role: Slug
    subject: Name
    body: Body
    phrase_id: Slug | None = None
    without_channel: bool = False
    ground: Line = ""
    """As for a chat."""


class MarkDone(VersionedCaseCommand, frozen=True, kw_only=True):
    """Take a chat off the to-do list without closing it; their next message brings it back (slide 32)."""


class CloseChat(VersionedCaseCommand, frozen=True, kw_only=True):
    """End a chat before its time; it can be read and not written any more (slide 24)."""

    discard_draft: bool = False
    """The author has seen that an unsent draft goes."""


class ProlongChat(VersionedCaseCommand, frozen=True, kw_only=True):
    """Always refused: nobody can prolong a chat (slide 40). The refusal says how to go on instead."""


class ContinueChat(CaseCommand, frozen=True, kw_only=True):
    """A new chat with the same resident that quotes this one (domain.md 5.6)."""

    days: Days
    without_channel: bool = False


class IssueTicket(Command, frozen=True, kw_only=True):
    """Let a resident into a unit's drop-in queue for a role; the priority is always 3 (slide 60)."""

    resident_id: Slug
    unit_id: Slug
    role: Slug
    reason: Reason
    days: TicketDays | None = None
    """How long it is valid; None for the region's days."""
    case_id: Id | None = None
    """The case it is issued from."""


class RedirectCase(VersionedCaseCommand, frozen=True, kw_only=True):
    """End a drop-in case that was not started, whose resident holds a ticket from it (slide 60)."""


class CancelTicket(Command, frozen=True, kw_only=True):
    """Call a ticket back that was not redeemed (slide 60)."""

    ticket_id: Id
    reason: Line = ""


class TicketAnswer(Wire, frozen=True, kw_only=True):
    """The ticket after the command."""

    ticket: Ticket
    texted: bool = False
    """Whether the resident is told by SMS."""
    undo_id: str | None = None
    """What `undo_action` undoes it by, for some ten seconds; None where it cannot be undone."""


class ChatAnswer(Wire, frozen=True, kw_only=True):
    """The row of a case that was made and closed at once."""

    case: CaseRow
    texted: bool
    """Whether the resident is told by SMS."""


STAFF: tuple[tuple[str, type[Command], type[Wire]], ...] = (
    ("create_chat", CreateChat, DetailAnswer),
    ("send_one_way", SendOneWay, ChatAnswer),
    ("mark_done", MarkDone, CaseAnswer),
    ("close_chat", CloseChat, CaseAnswer),
    ("prolong_chat", ProlongChat, CaseAnswer),
    ("continue_chat", ContinueChat, DetailAnswer),
    ("issue_ticket", IssueTicket, TicketAnswer),
    ("redirect_case", RedirectCase, CaseAnswer),
    ("cancel_ticket", CancelTicket, TicketAnswer),
)
