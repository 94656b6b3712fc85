"""The desk: one model of all that the workstation shows, folded from snapshots, events and answers."""

from collections.abc import Iterable
from datetime import datetime

from clinic_tui.client.link_events import Arrived, DraftNotSaved, LinkStatus
from clinic_tui.domain.async_chats import ASYNC_HELD
from clinic_tui.domain.cases import FINISHED, HELD, CaseKind, CaseState
from clinic_tui.protocol.chat_commands import ChatAnswer, TicketAnswer
from clinic_tui.protocol.commands import (
    CaseAnswer,
    DetailAnswer,
    DraftAnswer,
    MessageAnswer,
    NoteAnswer,
    PhraseAnswer,
    ProfileAnswer,
    UndoAnswer,
)
from clinic_tui.protocol.events import (
    AssignmentLost,
    CaseChanged,
    DraftChanged,
    Envelope,
    Event,
    MessageChanged,
    NoteSigned,
    NoticeAdded,
    PhraseChanged,
    ProfileChanged,
    ResidentCaseChanged,
    ResidentPresence,
    ResidentTicketChanged,
    StaffTyping,
    TextSent,
    UnitChanged,
    Withheld,
)
from clinic_tui.protocol.patient_commands import VerificationAnswer
from clinic_tui.protocol.resources import (
    CaseDetail,
    CaseRow,
    DeskSnapshot,
    Draft,
    Message,
    MessagePage,
)
from clinic_tui.protocol.team_commands import ConversationAnswer
from clinic_tui.protocol.wire import Wire
from clinic_tui.state.changes import NOTHING, Changes
from clinic_tui.state.left_unanswered import LeftUnanswered
from clinic_tui.state.outgoing import Outgoing, team_changes
from clinic_tui.state.people import People
from clinic_tui.state.rows import Rows
from clinic_tui.state.saved_drafts import SavedDrafts
from clinic_tui.state.team import Team
from clinic_tui.state.visit import Visit

_HELD = HELD | ASYNC_HELD
"""States in which somebody has a case of any kind."""


class Desk(Outgoing):
    """What a signed-in staff member sees. No I/O: changes come in by `load`, `fold` and `absorb`.

    Older news than what is known is ignored, so an event may come twice, or after the answer that held it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.people = People()
        self.team = Team()
        self.drafts = SavedDrafts()
        self.unanswered = LeftUnanswered()
        self.rows = Rows(self._shows, self._involves)
        self.cursors: dict[str, int] = {}
        self.connection = LinkStatus()
        self._lost: set[tuple[str, datetime]] = set()
        self.loaded = False
        """Whether a snapshot has arrived."""

    def load(self, snapshot: DeskSnapshot) -> Changes:
        """Start anew from a snapshot.

        Open visits that are not mine stay, marked stale; what waits to be sent stays.
        """
        self.people.load(snapshot)
        self.team.load(snapshot)
        self.drafts.load(snapshot.drafts)
        self.unanswered.load(snapshot.unanswered)
        self.cursors = {cursor.stream: cursor.seq for cursor in snapshot.cursors}
        self.rows.replace(snapshot.cases)
        for detail in snapshot.mine:
            self.rows.put(detail.row)
        mine = {detail.row.id: detail for detail in snapshot.mine}
        for case_id, visit in self.visits.items():
            if case_id not in mine:
                visit.stale = True
                row = self.rows.get(case_id)
                if row is not None:
                    visit.row = row
        for case_id, detail in mine.items():
            visit = Visit(detail)
            known = self.visits.get(case_id)
            if known is not None:
                visit.pending = tuple(one for one in known.pending if visit.message(one.id) is None)
                visit.restored = known.restored
                visit.sent_here = known.sent_here
            self.restored.into(visit)
            self.visits[case_id] = visit
        self.loaded = True
        return Changes(
            everything=True, lists=True, profile=True, phrases=True, wanted=frozenset(self._unfetched())
        )

    def fold(self, envelope: Envelope) -> Changes:
        """Take in one event. One that was read already, or is older news, changes nothing."""
        if envelope.seq:
            read = self.cursors.get(envelope.stream, 0)
            if envelope.seq <= read:
                return NOTHING
            if envelope.seq == read + 1 or envelope.stream not in self.cursors:
                self.cursors[envelope.stream] = envelope.seq
        return self._fold_event(envelope.event)

    def fold_all(self, arrived: Arrived | Iterable[Envelope]) -> Changes:
        """Take in several events; one `Changes` for all of them."""
        changes = NOTHING
        for envelope in arrived.envelopes if isinstance(arrived, Arrived) else arrived:
            changes |= self.fold(envelope)
        return changes

    def _fold_event(self, event: Event) -> Changes:
        match event:
            case CaseChanged():
                return self._put_row(event.case)
            case MessageChanged():
                return self._put_message(event.message)
            case NoteSigned():
                return self.in_visit(event.note.case_id, lambda visit: visit.put_note(event.note))
            case DraftChanged():
                return self.put_saved_draft(event.draft)
            case ProfileChanged():
                return Changes(profile=True) if self.people.put_profile(event.profile) else NOTHING
            case PhraseChanged():
                return Changes(phrases=True) if self.people.put_phrase(event.phrase) else NOTHING
            case AssignmentLost():
                return self._put_lost(event)
            case ResidentPresence():
                return self.in_visit(event.case_id, lambda visit: visit.put_presence(event.presence))
            case UnitChanged():
                return team_changes("units") if self.people.put_unit(event.unit) else NOTHING
            case Withheld():
                return self._let_go(event)
            case StaffTyping() | ResidentCaseChanged() | ResidentTicketChanged() | TextSent():
                return NOTHING
            case _:
                part = self.team.fold(event)
                fresh = isinstance(event, NoticeAdded) and not event.notice.read
                noticed = (event.notice,) if isinstance(event, NoticeAdded) and fresh and part else ()
                return NOTHING if part is None else Changes(team=frozenset({part}), noticed=noticed)

    def absorb(self, answer: Wire) -> Changes:
        """Take in the answer of one's own command, without waiting for its event."""
        match answer:
            case DetailAnswer():
                return self.open(answer.detail)
            case CaseAnswer():
                return self._put_row(answer.case)
            case MessageAnswer():
                row = self._put_row(answer.case) if answer.case is not None else NOTHING
                return row | self._put_message(answer.message)
            case DraftAnswer():
                return self.put_saved_draft(answer.draft)
            case NoteAnswer():
                note = answer.note
                signed = self._put_row(answer.case)
                signed |= self.in_visit(note.case_id, lambda visit: visit.put_note(note))
                return signed | (self.open(answer.successor) if answer.successor is not None else NOTHING)
            case ProfileAnswer():
                return Changes(profile=True) if self.people.put_profile(answer.profile) else NOTHING
            case PhraseAnswer():
                return Changes(phrases=True) if self.people.put_phrase(answer.phrase) else NOTHING
            case ConversationAnswer():
                return (
                    team_changes("conversations")
                    if self.team.put_conversation(answer.conversation)
                    else NOTHING
                )
            case TicketAnswer():
                return team_changes("tickets") if self.team.put_ticket(answer.ticket) else NOTHING
            case VerificationAnswer():
                return (
                    team_changes("verifications")
                    if self.team.put_verification(answer.verification)
                    else NOTHING
                )
            case ChatAnswer():
                return self._put_row(answer.case)
            case UndoAnswer():
                row = self._put_row(answer.case) if answer.case is not None else NOTHING
                ticket = answer.ticket
                return row | (team_changes("tickets") if ticket and self.team.put_ticket(ticket) else NOTHING)
            case _:
                return NOTHING

    def open(self, detail: CaseDetail) -> Changes:
        """Put a fetched case on the desk, or renew it."""
        visit = self.visits.get(detail.row.id)
        if visit is None:
            self.visits[detail.row.id] = visit = Visit(detail)
            self.restored.into(visit)
        else:
            visit.merge(detail)
        known = self.rows.get(detail.row.id)
        if known is not None:
            visit.put_row(known)
        for conversation in detail.conversations:
            self.team.put_conversation(conversation)
        ids = frozenset({detail.row.id})
        wanted = ids if visit.stale and self.is_mine(visit.row) else frozenset[str]()
        return self._put_row(detail.row) | Changes(visits=ids, lists=True, wanted=wanted)

    def close(self, case_id: str) -> Changes:
        """Take a visit off the desk; its row stays in the lists. A live visit of mine is kept."""
        visit = self.visits.get(case_id)
        if visit is None or self._kept(visit.row) or visit.pending:
            return NOTHING
        del self.visits[case_id]
        return Changes(visits=frozenset({case_id}), lists=True)

    def add_page(self, case_id: str, page: MessagePage) -> Changes:
        """Take in older messages of a visit."""
        return self.in_visit(case_id, lambda visit: visit.add_page(page))

    def is_mine(self, row: CaseRow) -> bool:
        """Whether I have the case and it is not finished."""
        return row.assignee is not None and row.assignee.id == self.people.staff_id and row.state in _HELD

    def takes_part(self, row: CaseRow) -> bool:
        """Whether I have the case, or was invited into it: I may write, and am told of what is written."""
        me = self.people.staff_id
        return self.is_mine(row) or (row.closed_at is None and any(one.id == me for one in row.participants))

    def is_offered(self, row: CaseRow) -> bool:
        """Whether a colleague hands the case over to me and waits for my answer."""
        return row.hand_over is not None and row.hand_over.receiver.id == self.people.staff_id

    def _kept(self, row: CaseRow) -> bool:
        """Whether the case stays open on the desk until it is finished: a visit of mine, but not a chat."""
        return self.is_mine(row) and row.kind != CaseKind.ASYNC

    def _involves(self, row: CaseRow) -> bool:
        """Whether the case is mine, I was invited into it, or a colleague hands it over to me."""
        return self.takes_part(row) or self.is_offered(row)

    def _shows(self, row: CaseRow) -> bool:
        """Whether the row belongs on this desk: not finished, of my units, and mine or of a queue I see."""
        if row.state in FINISHED:
            return False
        if self._involves(row):
            return True
        if row.unit_id not in self.people.units:
            return False
        return row.queue_role in self.people.roles_seen or self.is_mine(row)

    def _unfetched(self) -> Iterable[str]:
        return (row.id for row in self.rows.involved if self._kept(row) and row.id not in self.visits)

    def _put_lost(self, event: AssignmentLost) -> Changes:
        if (event.case_id, event.at) in self._lost:
            return NOTHING
        self._lost.add((event.case_id, event.at))
        return Changes(lost=(event,), visits=frozenset({event.case_id} & self.visits.keys()))

    def _put_row(self, row: CaseRow) -> Changes:
        news = self.rows.put(row)
        if row.unit_id in self.people.units:
            self.unanswered.put(row, self.people.staff_id)
        visit = self.visits.get(row.id)
        before = visit.row if visit is not None else None
        in_visit = visit is not None and visit.put_row(row)
        if not news and not in_visit:
            return NOTHING
        if visit is not None and before is not None and in_visit and not self._followed(before, row):
            visit.stale = True
        wanted = self._kept(row) if visit is None else self.takes_part(row) and visit.stale
        ids = frozenset({row.id})
        return Changes(
            rows=ids if news else frozenset(),
            visits=ids if in_visit else frozenset(),
            lists=True,
            wanted=ids if wanted else frozenset(),
        )

    def _let_go(self, event: Withheld) -> Changes:
        """What the event names is not for this session any more: it leaves the lists; I take no part in it.

        An open view of it stays until it is closed, for what is written there must not be lost.
        """
        parts = self.team.let_go(event.object_id)
        changes = Changes(team=parts) if parts else NOTHING
        ids = frozenset({event.object_id})
        if self.rows.let_go(event.object_id, event.revision):
            changes |= Changes(rows=ids, lists=True)
        visit = self.visits.get(event.object_id)
        if visit is not None and visit.let_go(self.people.staff_id, event.revision):
            changes |= Changes(visits=ids, lists=True)
        return changes

    def _followed(self, before: CaseRow, row: CaseRow) -> bool:
        """Whether nothing can have been written between the two that was not sent to me.

        Messages come for my own cases only; a waiting case has none.
        """
        if self.takes_part(before):
            return self.takes_part(row) or row.state in FINISHED
        if not self.takes_part(row):
            return True
        return before.state == CaseState.WAITING and row.version == before.version + 1

    def _put_message(self, message: Message) -> Changes:
        visit = self.visits.get(message.case_id)
        if visit is None:
            row = self.rows.get(message.case_id)
            heard = message.author in ("resident", "proxy") and message.read_at is None
            if row is not None and self._kept(row):
                return Changes(wanted=frozenset({message.case_id}))
            return Changes(arrived=(message,)) if heard and message.revision == 1 else NOTHING
        fresh = visit.message(message.id) is None
        if not visit.put_message(message):
            return NOTHING
        ids = frozenset({message.case_id})
        heard = fresh and message.author in ("resident", "proxy") and message.read_at is None
        return Changes(
            visits=ids, arrived=(message,) if heard else (), wanted=ids if visit.has_hole else frozenset()
        )

    def draft_not_saved(self, event: DraftNotSaved) -> Changes:
        """Take in why a draft is not with the backend."""

        def note_why(visit: Visit) -> bool:
            visit.not_saved[event.kind] = event.error
            return True

        return self.in_visit(event.case_id, note_why)

    def put_saved_draft(self, draft: Draft) -> Changes:
        """Take in a draft as the backend saved it."""
        listed = team_changes("drafts") if self.drafts.put(draft) else NOTHING
        return listed | self.in_visit(draft.case_id, lambda visit: visit.put_draft(draft))
