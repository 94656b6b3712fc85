"""One open case: its history, messages, notes and drafts, and what waits to be sent."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from clinic_tui.client.errors import ClientError
from clinic_tui.client.link_events import DraftRestored, SendState
from clinic_tui.protocol.commands import PostMessage
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import (
    Availability,
    CaseDetail,
    CaseRow,
    Draft,
    Message,
    MessagePage,
    Note,
)

DraftKind = Literal["message", "note"]


@dataclass(frozen=True, slots=True)
class Pending:
    """A message on its way: shown below the others until the backend's own copy is there."""

    id: str
    """The command's id, which becomes the message's."""
    body: str
    at: datetime
    phrase_id: str | None = None
    state: SendState = "queued"
    error: ClientError | None = None
    """Why it failed."""


class Visit:
    """A case that is open on the desk. Folding the same state twice changes nothing."""

    def __init__(self, detail: CaseDetail) -> None:
        self.row = detail.row
        self.history = detail.history
        self.contact = detail.contact
        self.earlier, self.earlier_hidden = detail.earlier, detail.earlier_hidden
        self.events = detail.events
        self.presence: Availability = detail.resident_presence
        self.before = detail.messages_before
        """Older messages that are not fetched yet."""
        self.closed_by: StaffRef | None = None
        """Who closed the case; None where nobody did, or where its rows have told of something since."""
        self.stale = False
        """The content may be old: fetch the case again before relying on it."""
        self.pending: tuple[Pending, ...] = ()
        self.restored: dict[DraftKind, DraftRestored] = {}
        """Drafts that an earlier run of the program left, until they are shown."""
        self.sent_here: set[str] = set()
        """Ids of the messages that were sent from this workstation."""
        self._messages: list[Message] = []
        self._ids: set[str] = set()
        self._notes: dict[str, Note] = {}
        self._drafts: dict[DraftKind, Draft] = {}
        self.not_saved: dict[DraftKind, ClientError] = {}
        """Why the newest text of a draft is not with the backend, until one is."""
        self._take_row(detail.row)
        self.merge(detail)

    @property
    def case_id(self) -> str:
        """The case's id."""
        return self.row.id

    @property
    def messages(self) -> tuple[Message, ...]:
        """The fetched messages, oldest first."""
        return tuple(self._messages)

    @property
    def last_seq(self) -> int:
        """The number of the newest message; 0 when there is none."""
        return self._messages[-1].seq if self._messages else 0

    @property
    def unread(self) -> int:
        """Messages by the resident that the assignee has not read."""
        return self.row.unread

    @property
    def notes(self) -> tuple[Note, ...]:
        """The signed versions, oldest first."""
        return tuple(sorted(self._notes.values(), key=lambda note: note.number))

    @property
    def has_hole(self) -> bool:
        """Whether a message in between, or one of the newest, was never received."""
        return bool(self._messages) and len(self._messages) != self.last_seq - self._messages[0].seq + 1

    def message(self, message_id: str) -> Message | None:
        """The message with this id, if it is fetched."""
        if message_id not in self._ids:
            return None
        return next((one for one in reversed(self._messages) if one.id == message_id), None)

    def draft(self, kind: DraftKind) -> Draft | None:
        """The draft as last saved; None when there is none."""
        draft = self._drafts.get(kind)
        return draft if draft is not None and draft.body else None

    def newest_draft(self, kind: DraftKind) -> Draft | None:
        """The draft as last told of, also one that is gone."""
        return self._drafts.get(kind)

    def draft_revision(self, kind: DraftKind) -> int:
        """The revision to build the next draft on; 0 when there never was one."""
        draft = self._drafts.get(kind)
        return draft.revision if draft is not None else 0

    def merge(self, detail: CaseDetail) -> None:
        """Take in a newly fetched copy; what is already newer here stays."""
        if detail.row.revision >= self.row.revision:
            self.stale = False
        self.put_row(detail.row)
        self.history, self.contact = detail.history, detail.contact
        self.earlier, self.earlier_hidden = detail.earlier, detail.earlier_hidden
        self.events, self.presence = detail.events, detail.resident_presence
        if not self._connects(detail.messages):
            self._messages, self._ids = [], set()
        for message in detail.messages:
            self.put_message(message)
        if detail.messages and self._messages[0].seq == detail.messages[0].seq:
            self.before = detail.messages_before
        for note in detail.notes:
            self.put_note(note)
        for draft in detail.drafts:
            self.put_draft(draft)

    def _connects(self, messages: tuple[Message, ...]) -> bool:
        """Whether these messages follow the known ones without a hole."""
        if not self._messages or not messages:
            return True
        return messages[0].seq <= self.last_seq + 1 and not (
            self.has_hole and messages[0].seq > self._messages[0].seq
        )

    def put_row(self, row: CaseRow) -> bool:
        """Take in the case's row; False when it is no news."""
        if row.revision <= self.row.revision:
            return False
        self._take_row(row)
        return True

    def let_go(self, staff_id: str, revision: int) -> bool:
        """The staff member no longer sees the case from this revision on; False when that is older news."""
        if revision <= self.row.revision:
            return False
        row = self.row
        mine = row.assignee is not None and row.assignee.id == staff_id
        offered = row.hand_over is not None and row.hand_over.receiver.id == staff_id
        self.row = replace(
            row,
            assignee=None if mine else row.assignee,
            participants=tuple(one for one in row.participants if one.id != staff_id),
            hand_over=None if offered else row.hand_over,
            revision=revision,
        )
        self.stale = True
        return True

    def _take_row(self, row: CaseRow) -> None:
        self.row = row
        if row.closed_at is not None and row.changed_at == row.closed_at:
            self.closed_by = row.changed_by

    def put_message(self, message: Message) -> bool:
        """Take in a message in its place; False when it is no news. Its waiting copy goes."""
        settled = self.settle(message.id)
        place = bisect_left(self._messages, message.seq, key=lambda known: known.seq)
        if place < len(self._messages) and self._messages[place].seq == message.seq:
            if message.revision <= self._messages[place].revision:
                return settled
            self._messages[place] = message
            return True
        self._messages.insert(place, message)
        self._ids.add(message.id)
        return True

    def add_page(self, page: MessagePage) -> bool:
        """Take in a page of older messages."""
        news = [self.put_message(message) for message in page.messages]
        self.before = page.messages_before
        return any(news)

    def put_note(self, note: Note) -> bool:
        """Take in a signed version; one never changes."""
        if note.id in self._notes:
            return False
        self._notes[note.id] = note
        return True

    def put_draft(self, draft: Draft) -> bool:
        """Take in a saved draft; an empty one means it is gone."""
        known = self._drafts.get(draft.kind)
        if known is not None and draft.revision <= known.revision:
            return False
        self._drafts[draft.kind] = draft
        self.not_saved.pop(draft.kind, None)
        return known != draft

    def put_presence(self, presence: Availability) -> bool:
        """Take in whether the resident is here."""
        if presence == self.presence:
            return False
        self.presence = presence
        return True

    def send(self, command: PostMessage, at: datetime) -> None:
        """Show a message before the backend has it."""
        self.sent_here.add(command.command_id)
        pending = Pending(command.command_id, command.body, at, command.phrase_id)
        if command.command_id not in self._ids:
            self.pending = (*self._others(command.command_id), pending)

    def mark(self, message_id: str, state: SendState, error: ClientError | None) -> bool:
        """Take in how sending goes; a sent one stays until the backend's copy is there."""
        news = False
        marked: list[Pending] = []
        for one in self.pending:
            same = one.id != message_id or (one.state, one.error) == (state, error)
            news = news or not same
            marked.append(one if same else Pending(one.id, one.body, one.at, one.phrase_id, state, error))
        self.pending = tuple(marked)
        return news

    def settle(self, message_id: str) -> bool:
        """Take the waiting copy away: it was sent, or the user gave it up."""
        left = tuple(self._others(message_id))
        gone = len(left) != len(self.pending)
        self.pending = left
        return gone

    def _others(self, message_id: str) -> Iterable[Pending]:
        return (one for one in self.pending if one.id != message_id)
