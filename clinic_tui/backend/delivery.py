"""What of the streams' events reaches whom: asked at live delivery and at replay alike.

An event one may not see is not left out, for then its stream would have a hole: `withheld` stands in its
place, with the id of what it was about where a desk may have to let go of it, and nothing else.
"""

from dataclasses import dataclass
from typing import NamedTuple

from clinic_tui.backend.access import (
    Access,
    CaseAccess,
    TalkAccess,
    TicketAccess,
    Viewer,
    issued_here,
    reads_own,
    sees_case,
    sees_item,
    sees_notice,
    sees_talk,
)
from clinic_tui.protocol.events import (
    AssignmentLost,
    CaseChanged,
    ColleagueChanged,
    ConversationChanged,
    DraftChanged,
    Envelope,
    Event,
    MessageChanged,
    NoteSigned,
    NoticeAdded,
    NoticesRead,
    PhraseChanged,
    ProfileChanged,
    ResidentCaseChanged,
    ResidentPresence,
    ResidentTicketChanged,
    StaffTyping,
    TextSent,
    TicketChanged,
    UnitChanged,
    VerificationChanged,
    Withheld,
)
from clinic_tui.protocol.team import Notice


class Subject(NamedTuple):
    """What an event is about, as far as it decides who may see it."""

    kind: str
    """case, talk, ticket, or issued: the tickets of a resident."""
    id: str


@dataclass(frozen=True, slots=True)
class Committed:
    """An event in its place, and what decides who may see it."""

    envelope: Envelope
    access: Access | None = None


def subject_of(event: Event) -> Subject | None:
    """What an event is about; None where everybody who follows its stream may see it."""
    match event:
        case CaseChanged() | ResidentCaseChanged():
            return Subject("case", event.case.id)
        case MessageChanged():
            return Subject("case", event.message.case_id)
        case NoteSigned():
            return Subject("case", event.note.case_id)
        case DraftChanged():
            return Subject("case", event.draft.case_id)
        case AssignmentLost() | ResidentPresence() | StaffTyping():
            return Subject("case", event.case_id)
        case ConversationChanged():
            return Subject("talk", event.conversation.id)
        case ResidentTicketChanged():
            return Subject("ticket", event.ticket.id)
        case VerificationChanged():
            found = event.verification.case_id
        case NoticeAdded():
            return subject_of_notice(event.notice)
        case _:
            return None
    return None if found is None else Subject("case", found)


def subject_of_notice(notice: Notice) -> Subject | None:
    """What a notice is about: a case, a conversation, or the tickets of a resident it names."""
    if notice.case_id is not None:
        return Subject("case", notice.case_id)
    if notice.conversation_id is not None:
        return Subject("talk", notice.conversation_id)
    return None if notice.resident is None else Subject("issued", notice.resident.id)


def may_receive(viewer: Viewer, event: Event, access: Access | None) -> bool:
    """Whether somebody who follows an event's stream may see it now.

    What is about a case, a conversation or a resident's ticket is not, where nothing is known of it.
    """
    if viewer.resident_id is not None:
        return _resident_may(viewer, event, access)
    match event:
        case DraftChanged() if not event.draft.body:
            return True
        case CaseChanged() | MessageChanged() | NoteSigned() | DraftChanged() | ResidentPresence():
            return isinstance(access, CaseAccess) and _reads(viewer, access)
        case VerificationChanged():
            return sees_item(viewer, event.verification, access if isinstance(access, CaseAccess) else None)
        case ConversationChanged():
            return isinstance(access, TalkAccess) and viewer.reads_cases and sees_talk(viewer, access)
        case NoticeAdded():
            return (access is not None or subject_of(event) is None) and sees_notice(viewer, access)
        case TicketChanged():
            return issued_here(viewer, event.ticket)
        case AssignmentLost():
            return isinstance(access, CaseAccess) and (
                access.unit_id in viewer.units or viewer.staff_id in access.circle
            )
        case ColleagueChanged() | UnitChanged() | PhraseChanged() | ProfileChanged() | NoticesRead():
            return True
        case _:
            return False


def withheld(event: Event) -> Withheld:
    """What stands in the place of an event that somebody may not see."""
    match event:
        case CaseChanged():
            return Withheld(object_id=event.case.id, revision=event.case.revision)
        case ConversationChanged():
            return Withheld(object_id=event.conversation.id)
        case VerificationChanged():
            return Withheld(object_id=event.verification.id)
        case _:
            return Withheld()


def delivered(viewer: Viewer, committed: Committed) -> Envelope:
    """An event as this viewer gets it."""
    envelope = committed.envelope
    if may_receive(viewer, envelope.event, committed.access):
        return envelope
    return withheld_envelope(envelope)


def withheld_envelope(envelope: Envelope) -> Envelope:
    """An event's place without the event."""
    return Envelope(stream=envelope.stream, seq=envelope.seq, at=envelope.at, event=withheld(envelope.event))


def _reads(viewer: Viewer, case: CaseAccess) -> bool:
    return viewer.reads_cases and sees_case(viewer, case)


def _resident_may(viewer: Viewer, event: Event, access: Access | None) -> bool:
    match event:
        case ResidentCaseChanged() | MessageChanged() | StaffTyping():
            return isinstance(access, CaseAccess) and reads_own(viewer, access)
        case ResidentTicketChanged():
            return isinstance(access, TicketAccess) and viewer.resident_id in access.readers
        case TextSent():
            return True
        case _:
            return False
