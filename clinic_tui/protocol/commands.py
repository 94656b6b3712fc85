"""Every command there is: its struct, its answer and who may send it."""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from clinic_tui.protocol import chat_commands, patient_commands, team_commands, unit_commands
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.command import (
    Body,
    CaseAnswer,
    CaseCommand,
    Command,
    DetailAnswer,
    Done,
    DraftBody,
    Id,
    Line,
    Name,
    NoteBody,
    Priority,
    Slug,
    Version,
    VersionedCaseCommand,
)
from clinic_tui.protocol.resident import ResidentCase
from clinic_tui.protocol.resources import (
    Answer,
    CaseDetail,
    CaseRow,
    Draft,
    Message,
    Note,
    PhraseInfo,
    Profile,
)
from clinic_tui.protocol.team import NotifyChoice
from clinic_tui.protocol.wire import StrictWire, Wire


class ReadCase(CaseCommand, frozen=True, kw_only=True):
    """Read up on a case without taking it; colleagues see it, the resident does not (slide 51)."""


class StopReading(CaseCommand, frozen=True, kw_only=True):
    """Stop being shown as a reader of a waiting case."""


class AcceptCase(VersionedCaseCommand, frozen=True, kw_only=True):
    """Take a waiting case; one wins (slide 52)."""


class ReleaseCase(VersionedCaseCommand, frozen=True, kw_only=True):
    """Put a case back with its old queue time; refused once a message was sent."""


class StartVisit(VersionedCaseCommand, frozen=True, kw_only=True):
    """Open the chat of a case one has taken (slide 53)."""


class TakeOverCase(VersionedCaseCommand, frozen=True, kw_only=True):
    """Take a case from a colleague, who is told (slide 40)."""

    confirmed: bool = False


class PostMessage(CaseCommand, frozen=True, kw_only=True):
    """Write to the resident; its id becomes the message's."""

    body: Body
    phrase_id: Slug | None = None


class MarkRead(CaseCommand, frozen=True, kw_only=True):
    """The assignee has read the resident's messages up to this one."""

    seq: Version


class SaveDraft(CaseCommand, frozen=True, kw_only=True):
    """Keep unsent text; an empty body removes the draft. A message is its author's, a note is the case's."""

    kind: Literal["message", "note"]
    body: DraftBody
    revision: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    """The draft revision this text was written on; 0 when there was none."""
    client: Annotated[str, msgspec.Meta(max_length=36, pattern="^[0-9a-f-]*$")] = ""
    """A name that the workstation made for itself, by which it knows its own drafts again."""


class EndVisit(VersionedCaseCommand, frozen=True, kw_only=True):
    """End the chat; the note remains to be signed (slide 55)."""


class EndNoAnswer(VersionedCaseCommand, frozen=True, kw_only=True):
    """End because the resident does not answer, with the unit's template."""


class SignNote(VersionedCaseCommand, frozen=True, kw_only=True):
    """Sign the note; an in-progress visit is ended by it (slide 55)."""

    body: NoteBody
    acknowledged: bool = False
    """Whether the author confirmed a note of punctuation only."""
    draft_revision: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None
    """The draft of the note that the author has seen; refused where a colleague has written in it since."""
    to_async_days: Annotated[int, msgspec.Meta(ge=1, le=30)] | None = None
    """Go over to an asynchronous chat of so many days: same owner, new life time (slide 57)."""


class AmendNote(CaseCommand, frozen=True, kw_only=True):
    """Correct a signed note by a new version that points at the old one."""

    corrects: Id
    body: NoteBody
    reason: Line


class UndoAction(Command, frozen=True, kw_only=True):
    """Undo what a command of one's own has just done, while nothing has happened since."""

    undoes: Id
    """The `undo_id` of the answer to it."""


class SaveProfile(Command, frozen=True, kw_only=True):
    """Change the name, title and mobile number shown to residents (slide 15)."""

    display_name: Name
    title: Line
    mobile: Line = ""
    notify: tuple[NotifyChoice, ...] | None = None
    """None leaves the choices as they are."""


class SavePhrase(Command, frozen=True, kw_only=True):
    """Make or change a personal phrase."""

    phrase_id: Slug | None = None
    shortcut: Line
    title: Name
    body: Body
    active: bool = True


class SeekCare(Command, frozen=True, kw_only=True):
    """A resident asks for a drop-in chat with what their interview gave."""

    reason: Name
    priority: Priority
    free_text: Body = ""
    post_triage: tuple[Answer, ...] = ()
    red_flags: tuple[Answer, ...] = ()
    answers: tuple[Answer, ...] = ()
    auto_history: NoteBody = ""
    child_id: Slug | None = None


class ResidentSays(CaseCommand, frozen=True, kw_only=True):
    """A resident writes in their case; its id becomes the message's."""

    body: Body


class ResidentSaw(CaseCommand, frozen=True, kw_only=True):
    """A resident received, or read, the staff's messages up to this one."""

    seq: Version
    read: bool


class LeaveQueue(CaseCommand, frozen=True, kw_only=True):
    """A resident leaves before the visit started."""


class AskQuestion(Command, frozen=True, kw_only=True):
    """A resident asks an administrative question: an asynchronous chat, where its service goes (slide 8)."""

    service_code: Slug
    body: Body
    child_id: Slug | None = None


class RedeemTicket(Command, frozen=True, kw_only=True):
    """A resident uses a ticket: a new drop-in case in the ticket's queue, with priority 3 (slide 60)."""

    ticket_id: Id


class MessageAnswer(Wire, frozen=True, kw_only=True):
    """The message as stored."""

    message: Message
    case: CaseRow | None = None


class DraftAnswer(Wire, frozen=True, kw_only=True):
    """The draft as stored."""

    draft: Draft


class UndoAnswer(Wire, frozen=True, kw_only=True):
    """What was put back, as it is now: a case or a ticket."""

    case: CaseRow | None = None
    ticket: Ticket | None = None
    texted: bool = False
    """Whether the resident is told again by SMS; not where the first SMS could be stopped."""


class NoteAnswer(Wire, frozen=True, kw_only=True):
    """The signed version, and the case's row after it."""

    note: Note
    case: CaseRow
    successor: CaseDetail | None = None
    """The asynchronous chat that goes on, where the visit went over to one."""


class ProfileAnswer(Wire, frozen=True, kw_only=True):
    """The profile as stored."""

    profile: Profile


class PhraseAnswer(Wire, frozen=True, kw_only=True):
    """The phrase as stored."""

    phrase: PhraseInfo


class ResidentCaseAnswer(Wire, frozen=True, kw_only=True):
    """The case as its resident sees it."""

    case: ResidentCase


@dataclass(frozen=True)
class CommandSpec:
    """One row of the registry."""

    name: str
    struct: type[Command]
    answer: type[Wire]
    party: Literal["staff", "resident"]

    @property
    def summary(self) -> str:
        """The first line of the struct's docstring."""
        return (self.struct.__doc__ or "").strip().split("\n")[0]


_STAFF: tuple[tuple[str, type[Command], type[Wire]], ...] = (
    ("read_case", ReadCase, DetailAnswer),
    ("stop_reading", StopReading, Done),
    ("accept_case", AcceptCase, DetailAnswer),
    ("release_case", ReleaseCase, CaseAnswer),
    ("start_visit", StartVisit, CaseAnswer),
    ("take_over_case", TakeOverCase, DetailAnswer),
    ("post_message", PostMessage, MessageAnswer),
    ("mark_read", MarkRead, CaseAnswer),
    ("save_draft", SaveDraft, DraftAnswer),
    ("end_visit", EndVisit, CaseAnswer),
    ("end_no_answer", EndNoAnswer, CaseAnswer),
    ("sign_note", SignNote, NoteAnswer),
    ("amend_note", AmendNote, NoteAnswer),
    ("undo_action", UndoAction, UndoAnswer),
    ("save_profile", SaveProfile, ProfileAnswer),
    ("save_phrase", SavePhrase, PhraseAnswer),
    *chat_commands.STAFF,
    *team_commands.STAFF,
    *patient_commands.STAFF,
    *unit_commands.STAFF,
)
_RESIDENT: tuple[tuple[str, type[Command], type[Wire]], ...] = (
    ("seek_care", SeekCare, ResidentCaseAnswer),
    ("resident_says", ResidentSays, MessageAnswer),
    ("resident_saw", ResidentSaw, Done),
    ("leave_queue", LeaveQueue, Done),
    ("ask_question", AskQuestion, ResidentCaseAnswer),
    ("redeem_ticket", RedeemTicket, ResidentCaseAnswer),
)
COMMANDS: dict[str, CommandSpec] = {
    **{name: CommandSpec(name, struct, answer, "staff") for name, struct, answer in _STAFF},
    **{name: CommandSpec(name, struct, answer, "resident") for name, struct, answer in _RESIDENT},
}
"""The one registry: it feeds routing, OpenAPI, the client and the docs."""


class SignIn(StrictWire, frozen=True, kw_only=True):
    """User name and password of a staff member."""

    username: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class ChooseAssignment(StrictWire, frozen=True, kw_only=True):
    """Which assignment the session works under."""

    assignment_id: Slug


class AskDeviceKey(StrictWire, frozen=True, kw_only=True):
    """Which device asks for the key of what its user keeps there; the id is made by the device."""

    device_id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class ResidentSignIn(StrictWire, frozen=True, kw_only=True):
    """The resident's side of the demo: a simulated e-ID, by resident id; only with demo data."""

    resident_id: Slug
    secret: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
