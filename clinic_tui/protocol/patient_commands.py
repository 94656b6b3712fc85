"""Commands on residents, scheduled visits, verification and priorities (domain.md 2.6, 2.9, 2.12)."""

from typing import Annotated, Literal

import msgspec

from clinic_tui.protocol.care import Verification, VisitMode
from clinic_tui.protocol.command import (
    CaseAnswer,
    CaseCommand,
    Command,
    DetailAnswer,
    Id,
    Line,
    Name,
    Priority,
    Reason,
    Slug,
    VersionedCaseCommand,
)
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.wire import Instant, Wire

PersonNumber = Annotated[str, msgspec.Meta(min_length=10, max_length=20)]
Minutes = Annotated[int, msgspec.Meta(ge=5, le=480)]


class FindResident(Command, frozen=True, kw_only=True):
    """Look up a resident by their full number; every look-up is logged, found or not (domain.md 3)."""

    person_number: PersonNumber


class OpenResident(Command, frozen=True, kw_only=True):
    """Open the profile of a resident one knows from a case; logged as a reading."""

    resident_id: Slug


class CreateResident(Command, frozen=True, kw_only=True):
    """Add a resident who was not found; a mobile number is required (domain.md 2.6)."""

    person_number: PersonNumber
    name: Name
    mobile: Line
    """E.164 or as one dials it in Sweden; stored as E.164."""


class SaveContact(Command, frozen=True, kw_only=True):
    """Change a resident's mobile number; the old one is told by SMS."""

    resident_id: Slug
    mobile: Line
    ground: Line = ""
    """Why, where no case, ticket or booking of the resident is at hand; kept in the access log."""


class BookVisit(Command, frozen=True, kw_only=True):
    """Book a scheduled visit; the resident gets an SMS (domain.md 2.6)."""

    resident_id: Slug
    unit_id: Slug
    role: Slug
    staff_id: Slug | None = None
    """For whom; None for anybody with the role."""
    starts_at: Instant
    minutes: Minutes
    mode: VisitMode
    reason: Name
    guardian_id: Slug | None = None
    """For a child: the guardian who takes part."""
    without_channel: bool = False


class RebookVisit(VersionedCaseCommand, frozen=True, kw_only=True):
    """Move a booked visit to another time; the resident gets an SMS."""

    starts_at: Instant
    minutes: Minutes
    mode: VisitMode
    without_channel: bool = False


class CancelVisit(VersionedCaseCommand, frozen=True, kw_only=True):
    """Cancel a booked visit; the resident gets an SMS."""

    reason: Reason
    without_channel: bool = False


class MarkNoShow(VersionedCaseCommand, frozen=True, kw_only=True):
    """The resident did not come to a booked visit; possible from its start on."""


class OpenMeeting(CaseCommand, frozen=True, kw_only=True):
    """Go over to audio or video: the unit's meeting address goes to the resident in the chat (slide 27)."""

    mode: Literal["audio", "video"]


class CloseMeeting(CaseCommand, frozen=True, kw_only=True):
    """End the call; the visit goes on until it is ended too."""


class ChangePriority(VersionedCaseCommand, frozen=True, kw_only=True):
    """Change a waiting or open case's priority with a reason; old and new are both shown (domain.md 3)."""

    priority: Priority
    reason: Reason


class AskToVerify(CaseCommand, frozen=True, kw_only=True):
    """Ask that one's signed note be countersigned, by one colleague or by anybody who may (domain.md 2.9)."""

    note_id: Id
    staff_id: Slug | None = None
    comment: Line = ""


class DecideVerification(Command, frozen=True, kw_only=True):
    """Verify an item or return it with a comment."""

    verification_id: Id
    verdict: Literal["verified", "returned"]
    comment: Line = ""
    """Required where it is returned."""


class SettleVerification(Command, frozen=True, kw_only=True):
    """Take what came back off one's own list; who returned it, and why, is kept."""

    verification_id: Id


class MarkDocumented(CaseCommand, frozen=True, kw_only=True):
    """The signed note was copied for the record under the unit's headings; logged as COPY (slide 77)."""

    note_id: Id


class ResidentFound(Wire, frozen=True, kw_only=True):
    """The profile, or None where nobody has the number."""

    profile: ResidentProfile | None
    person_number: str
    """The number as it was understood, in its twelve-digit form, to go on with."""


class ProfileOpened(Wire, frozen=True, kw_only=True):
    """A resident's profile as it is after the command."""

    profile: ResidentProfile
    old_number_told: bool = False
    """Of a number that was changed: an SMS tells the old one."""
    already_there: bool = False
    """Of one who was to be added: they were there, are shown as by a look-up, and nothing was stored."""


class VerificationAnswer(Wire, frozen=True, kw_only=True):
    """The item after the command."""

    verification: Verification


STAFF: tuple[tuple[str, type[Command], type[Wire]], ...] = (
    ("find_resident", FindResident, ResidentFound),
    ("open_resident", OpenResident, ProfileOpened),
    ("create_resident", CreateResident, ProfileOpened),
    ("save_contact", SaveContact, ProfileOpened),
    ("book_visit", BookVisit, DetailAnswer),
    ("rebook_visit", RebookVisit, CaseAnswer),
    ("cancel_visit", CancelVisit, CaseAnswer),
    ("mark_no_show", MarkNoShow, CaseAnswer),
    ("open_meeting", OpenMeeting, CaseAnswer),
    ("close_meeting", CloseMeeting, CaseAnswer),
    ("change_priority", ChangePriority, CaseAnswer),
    ("ask_to_verify", AskToVerify, VerificationAnswer),
    ("decide_verification", DecideVerification, VerificationAnswer),
    ("settle_verification", SettleVerification, VerificationAnswer),
    ("mark_documented", MarkDocumented, CaseAnswer),
)
