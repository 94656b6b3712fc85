"""What staff share beside the cases: colleagues, conversations, notices, tickets and items to verify."""

from typing import Literal

from msgspec.structs import replace

from clinic_tui.protocol.care import Ticket, Verification
from clinic_tui.protocol.events import (
    ColleagueChanged,
    ConversationChanged,
    Event,
    NoticeAdded,
    NoticesRead,
    TicketChanged,
    VerificationChanged,
)
from clinic_tui.protocol.resources import DeskSnapshot
from clinic_tui.protocol.team import Colleague, Conversation, Notice, StaffMessage

Part = Literal["colleagues", "conversations", "notices", "tickets", "verifications", "drafts", "units"]
"""What of the team differs, for `Changes.team`."""

_NOTICES = 200
"""How many notices are kept."""


class Team:
    """Folds the team's events; older news than what is known is ignored."""

    def __init__(self) -> None:
        self.colleagues: dict[tuple[str, str], Colleague] = {}
        """By staff id and unit id."""
        self.conversations: dict[str, Conversation] = {}
        self.notices: dict[str, Notice] = {}
        """By id, oldest first."""
        self.tickets: dict[str, Ticket] = {}
        self.verifications: dict[str, Verification] = {}

    def load(self, snapshot: DeskSnapshot) -> None:
        """Take everything from a snapshot; what was fetched of older staff messages stays."""
        self.colleagues = {(one.staff.id, one.unit_id): one for one in snapshot.colleagues}
        known = self.conversations
        self.conversations = {}
        for one in snapshot.conversations:
            self.conversations[one.id] = _merged(known.get(one.id), one)
        self.notices = {one.id: one for one in snapshot.notices}
        self.tickets = {one.id: one for one in snapshot.tickets}
        self.verifications = {one.id: one for one in snapshot.verifications}

    def fold(self, event: Event) -> Part | None:
        """Take in one event; which part of the team differs, or None."""
        match event:
            case ColleagueChanged():
                return "colleagues" if self._put_colleague(event.colleague) else None
            case ConversationChanged():
                return "conversations" if self.put_conversation(event.conversation) else None
            case NoticeAdded():
                return "notices" if self._put_notice(event.notice) else None
            case NoticesRead():
                return "notices" if self.mark_read(event.notice_id) else None
            case TicketChanged():
                return "tickets" if self.put_ticket(event.ticket) else None
            case VerificationChanged():
                return "verifications" if self.put_verification(event.verification) else None
            case _:
                return None

    def put_conversation(self, conversation: Conversation) -> bool:
        """Take in a conversation, joining its new messages to those that are known."""
        known = self.conversations.get(conversation.id)
        if known is not None and conversation.revision <= known.revision:
            missing = {one.seq for one in conversation.messages} - {one.seq for one in known.messages}
            if not missing and conversation.read <= known.read:
                return False
            self.conversations[conversation.id] = replace(
                known,
                messages=_joined(known.messages, conversation.messages),
                read=max(known.read, conversation.read),
            )
            return True
        self.conversations[conversation.id] = _merged(known, conversation)
        return True

    def put_ticket(self, ticket: Ticket) -> bool:
        """Take in a ticket; False when it is no news."""
        known = self.tickets.get(ticket.id)
        if known is not None and ticket.revision <= known.revision:
            return False
        self.tickets[ticket.id] = ticket
        return True

    def put_verification(self, item: Verification) -> bool:
        """Take in an item to verify; False when it is no news."""
        known = self.verifications.get(item.id)
        if known is not None and item.revision <= known.revision:
            return False
        self.verifications[item.id] = item
        return True

    def mark_read(self, notice_id: str) -> bool:
        """Mark this notice, and all before it, as read."""
        unread = [one for one in self.notices.values() if not one.read and one.id <= notice_id]
        for one in unread:
            self.notices[one.id] = replace(one, read=True)
        return bool(unread)

    def let_go(self, object_id: str) -> frozenset[Part]:
        """Forget something that is not for this session any more, and its notices; which parts differ.

        A conversation stays as a closed one with nothing in it, for it may be on the screen.
        """
        parts: set[Part] = set()
        if self.verifications.pop(object_id, None) is not None:
            parts.add("verifications")
        gone = [one.id for one in self.notices.values() if object_id in {one.case_id, one.conversation_id}]
        for notice_id in gone if object_id else ():
            del self.notices[notice_id]
            parts.add("notices")
        known = self.conversations.get(object_id)
        if known is not None and known.members:
            self.conversations[object_id] = replace(
                known, state="closed", subject="", last_body="", members=(), messages=(), count=0, read=0
            )
            parts.add("conversations")
        return frozenset(parts)

    @property
    def unread_notices(self) -> int:
        """How many notices nobody has looked at."""
        return sum(not one.read for one in self.notices.values())

    def _put_colleague(self, colleague: Colleague) -> bool:
        place = (colleague.staff.id, colleague.unit_id)
        known = self.colleagues.get(place)
        if known is not None and colleague.revision <= known.revision:
            return False
        self.colleagues[place] = colleague
        return True

    def _put_notice(self, notice: Notice) -> bool:
        known = self.notices.get(notice.id)
        if known is not None and (known.read or not notice.read):
            return False
        self.notices[notice.id] = notice
        while len(self.notices) > _NOTICES:
            del self.notices[next(iter(self.notices))]
        return True


def _merged(known: Conversation | None, news: Conversation) -> Conversation:
    if known is None:
        return news
    return replace(news, messages=_joined(known.messages, news.messages), read=max(known.read, news.read))


def _joined(known: tuple[StaffMessage, ...], news: tuple[StaffMessage, ...]) -> tuple[StaffMessage, ...]:
    found = {one.seq: one for one in (*known, *news)}
    return tuple(found[seq] for seq in sorted(found))
