"""What the backend shows of itself: cases, messages, notes, people, units and phrases."""

from datetime import datetime
from typing import Literal

from clinic_tui.protocol.care import Booking, HandOver, Ticket, Verification
from clinic_tui.protocol.refs import Author, Availability, Reader, ResidentRef, StaffRef
from clinic_tui.protocol.team import Abilities, Colleague, Conversation, Notice, NotifyChoice
from clinic_tui.protocol.wire import Wire


class CaseRow(Wire, frozen=True, kw_only=True):
    """One case as a work list shows it: everything but its content (domain.md 2.1)."""

    id: str
    kind: str
    """drop_in, async or scheduled."""
    origin: str
    state: str
    """A value of `domain.cases.CaseState`, or of `domain.async_chats.AsyncState` for an asynchronous chat."""
    unit_id: str
    queue_role: str
    service_code: str
    resident: ResidentRef
    reason: str
    priority: int | None
    priority_source: str
    queued_at: datetime
    accepted_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None
    assignee: StaffRef | None = None
    acting_proxy: str | None = None
    """Name of the guardian who writes for a child."""
    child: bool = False
    from_ticket: bool = False
    free_text: bool = False
    blocks_resident: bool = False
    """Whether the resident is locked out of the service until this case ends (slide 55)."""
    readers: tuple[Reader, ...] = ()
    unread: int = 0
    """Messages from the resident that the assignee has not read."""
    last_resident_at: datetime | None = None
    last_staff_at: datetime | None = None
    expires_at: datetime | None = None
    """When an asynchronous chat closes by itself; fixed at its creation (slide 40)."""
    reply_allowed: bool = True
    """Whether the resident may answer; never in a one-way message (slide 42)."""
    parent_id: str | None = None
    """The case this one follows: a visit that went over to async, or a chat it succeeds."""
    booking: Booking | None = None
    """The booked time of a scheduled visit, or the call of another case."""
    participants: tuple[StaffRef, ...] = ()
    """Colleagues invited to read it all and to write (slide 36)."""
    hand_over: HandOver | None = None
    """The hand-over that waits for its answer (slide 38)."""
    priority_before: int | None = None
    """The priority before a person changed it."""
    priority_reason: str = ""
    documented_at: datetime | None = None
    """When it was marked as documented in the record (slide 77)."""
    version: int
    """Rises with every change of state, assignee, unit or priority; commands carry it."""
    revision: int
    """Rises with every change at all; a lower one is older news."""
    changed_by: StaffRef | None = None
    changed_at: datetime | None = None


class Answer(Wire, frozen=True, kw_only=True):
    """One question of the interview with the resident's answer."""

    question: str
    answer: str
    positive: bool | None = None
    """For a red-flag question: whether the answer is a warning sign."""


class History(Wire, frozen=True, kw_only=True):
    """What the interview gave, in the order it must be read (domain.md 3, visit page)."""

    free_text: str = ""
    post_triage: tuple[Answer, ...] = ()
    red_flags: tuple[Answer, ...] = ()
    answers: tuple[Answer, ...] = ()
    auto_history: str = ""
    triage: str = ""
    """Who triaged: provider, version and time, as one line."""


class EarlierCase(Wire, frozen=True, kw_only=True):
    """A closed case of the same resident, as one line of history."""

    id: str
    kind: str
    reason: str
    closed_at: datetime
    close_reason: str | None
    unit_name: str
    staff_name: str = ""
    note: str = ""
    """The signed note, empty when none was signed."""
    documented_at: datetime | None = None
    """When it was marked as documented in the record (slide 77)."""
    may_read: bool = False
    """Whether the session may open the whole of it; what it may not is only counted (`earlier_hidden`)."""


class Contact(Wire, frozen=True, kw_only=True):
    """What staff may see of a resident beyond the work list."""

    person_number: str
    """Display form; masked for protected identities."""
    listed_unit: str
    mobile: str
    language: str
    guardians: tuple[str, ...] = ()
    reachable: bool = True
    """Whether an SMS can tell who reads and writes in the case: the resident, or the guardian for them."""


class Message(Wire, frozen=True, kw_only=True):
    """A message of a case; its text never changes (domain.md 2.2)."""

    id: str
    """The command id it was sent with."""
    case_id: str
    seq: int
    """Position in the case, from 1, without holes."""
    author: Author
    author_id: str
    author_name: str
    author_title: str = ""
    body: str
    sent_at: datetime
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    phrase_id: str | None = None
    revision: int = 1


class Note(Wire, frozen=True, kw_only=True):
    """One version of a case's note (domain.md 2.4)."""

    id: str
    case_id: str
    number: int
    """Version number, from 1."""
    body: str
    source: str
    """auto_history when signed unchanged, else manual."""
    signed_by: StaffRef
    signed_at: datetime
    corrects: str | None = None
    """Id of the version this one corrects."""
    reason: str = ""
    signed_for: StaffRef | None = None
    """Whose visit it was, where a manager or a named colleague signed for them."""


class NotePart(Wire, frozen=True, kw_only=True):
    """The unsigned note as somebody left it when the case went on to another."""

    author: StaffRef
    at: datetime
    """When they last saved it."""
    body: str


class Draft(Wire, frozen=True, kw_only=True):
    """Unsent text in a case: one author's message, or the case's note."""

    case_id: str
    kind: Literal["message", "note"]
    body: str
    revision: int
    saved_at: datetime
    client: str = ""
    """Which workstation saved it, as it named itself in `SaveDraft`."""
    author: StaffRef | None = None
    """Who saved it; told of a note."""
    parts: tuple[NotePart, ...] = ()
    """What others had written in a note when they left the case, oldest first."""


class CaseEvent(Wire, frozen=True, kw_only=True):
    """One line of a case's own history, for the events tab."""

    at: datetime
    action: str
    """A stable code such as accepted, released, started, signed, read."""
    staff: StaffRef | None = None
    detail: str = ""


class CaseDetail(Wire, frozen=True, kw_only=True):
    """The whole of one case, for those who may read it."""

    row: CaseRow
    history: History
    contact: Contact
    earlier: tuple[EarlierCase, ...] = ()
    """Closed cases at the session's units that it may read, the newest first."""
    earlier_hidden: int = 0
    """How many more there are that the session may not read: that they exist, and nothing else."""
    messages: tuple[Message, ...] = ()
    """The newest messages, oldest first."""
    messages_before: int = 0
    """How many older messages there are."""
    notes: tuple[Note, ...] = ()
    drafts: tuple[Draft, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    """Staff chats beside the case that I am a member of (slide 37)."""
    tickets: tuple[Ticket, ...] = ()
    """The resident's open tickets."""
    resident_presence: Availability = "off"


class UnitInfo(Wire, frozen=True, kw_only=True):
    """A unit the session may see."""

    id: str
    name: str
    kind: str
    phone: str = ""
    opening_hours: str = ""
    """Today's hours as text, such as 08:00-17:00; empty when closed."""
    closes_at: datetime | None = None
    no_answer_minutes: int = 10
    no_answer_text: str = ""
    parent_id: str | None = None
    roles: tuple[str, ...] = ()
    """Queue roles that somebody holds at the unit: where a chat, ticket or visit can be sent."""
    mine: bool = True
    """Whether the session works there; others are known as targets of tickets only."""
    async_days: int = 10
    """Life of a chat that staff start, where nothing else is chosen (slide 57)."""
    ticket_days: int = 7
    hand_over_minutes: int = 15
    meetings: bool = False
    """Whether the unit has a meeting address for audio and video."""
    keyword_template: str = ""
    """The headings of a note for the record (slide 77)."""


class PhraseInfo(Wire, frozen=True, kw_only=True):
    """A phrase the session may use (domain.md 2.8)."""

    id: str
    scope: Literal["personal", "unit", "region"]
    unit_id: str | None = None
    shortcut: str
    title: str
    body: str
    category: str = ""
    revision: int = 1
    active: bool = True


class PriorityInfo(Wire, frozen=True, kw_only=True):
    """What a priority is called and how long one may wait, by the region's profile."""

    priority: int
    name: str
    target_minutes: int | None = None


class Region(Wire, frozen=True, kw_only=True):
    """The parts of the region profile a workstation shows."""

    name: str
    priorities: tuple[PriorityInfo, ...] = ()
    unsigned_blocks: bool = True
    contact_type: str = ""
    """What a chat is called in the record, such as Skriftlig distanskontakt (slide 77)."""


class Assignment(Wire, frozen=True, kw_only=True):
    """One staff mission: a unit and a role (domain.md 2.11)."""

    id: str
    unit_id: str
    unit_name: str
    role: str


class Profile(Wire, frozen=True, kw_only=True):
    """The signed-in staff member's own settings that live on the backend."""

    staff_id: str
    username: str
    display_name: str
    title: str
    mobile: str = ""
    notify: tuple[NotifyChoice, ...] = ()
    revision: int = 1


class SignedIn(Wire, frozen=True, kw_only=True):
    """The answer to a sign-in: the token, and the assignments to choose from."""

    token: str
    staff: StaffRef
    assignments: tuple[Assignment, ...]
    expires_at: datetime
    assignment_id: str | None = None


class DeviceKey(Wire, frozen=True, kw_only=True):
    """What a staff member's unsent texts are kept under on one device: 32 bytes, in URL-safe base64."""

    staff_id: str
    key: str

    def __repr__(self) -> str:
        return f"DeviceKey(staff_id={self.staff_id!r})"


class Cursor(Wire, frozen=True, kw_only=True):
    """How far a stream has been read."""

    stream: str
    seq: int


class DeskSnapshot(Wire, frozen=True, kw_only=True):
    """Everything a workstation starts from; later events are folded into it."""

    server_time: datetime
    region: Region
    profile: Profile
    assignment: Assignment
    roles_seen: tuple[str, ...]
    """Queue roles whose cases this session sees."""
    permissions: tuple[str, ...]
    units: tuple[UnitInfo, ...]
    staff: tuple[StaffRef, ...]
    phrases: tuple[PhraseInfo, ...]
    cases: tuple[CaseRow, ...]
    """Open cases in the session's units and roles, and the session's own."""
    mine: tuple[CaseDetail, ...]
    """The whole of each open case the staff member has."""
    cursors: tuple[Cursor, ...]
    colleagues: tuple[Colleague, ...] = ()
    """Staff of the session's units with a shift today, oneself included."""
    abilities: tuple[Abilities, ...] = ()
    """What each of the staff may be given at the session's units."""
    conversations: tuple[Conversation, ...] = ()
    """My open conversations, and consultations that wait for a role of mine."""
    notices: tuple[Notice, ...] = ()
    """What happened to me, oldest first, at most 100."""
    tickets: tuple[Ticket, ...] = ()
    """Tickets I issued that are open, or ran out unused within 30 days."""
    verifications: tuple[Verification, ...] = ()
    """Open items of the session's units, and those I asked for that came back within 30 days."""
    drafts: tuple[Draft, ...] = ()
    """All my drafts, also in cases that are not mine."""
    unanswered: tuple[CaseRow, ...] = ()
    """My cases that were closed in the last 12 hours while their resident waited for an answer."""
    shift_ends_at: datetime | None = None


class MessagePage(Wire, frozen=True, kw_only=True):
    """Older messages of a case, oldest first."""

    messages: tuple[Message, ...]
    messages_before: int


class CasePage(Wire, frozen=True, kw_only=True):
    """Some of the open cases a session sees, by id."""

    cases: tuple[CaseRow, ...]
    next: str | None = None
    """The cursor of the following page; None on the last."""
