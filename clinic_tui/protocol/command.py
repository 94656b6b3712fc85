"""What every command carries, the types of its fields, and the answers that many share."""

from typing import Annotated

import msgspec

from clinic_tui.protocol.limits import (
    DRAFT_LIMIT,
    LINE_LIMIT,
    MESSAGE_LIMIT,
    NAME_LIMIT,
    NOTE_LIMIT,
    REASON_LIMIT,
)
from clinic_tui.protocol.resources import CaseDetail, CaseRow
from clinic_tui.protocol.wire import StrictWire, Wire

Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Slug = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9_.:-]+$")]
Line = Annotated[str, msgspec.Meta(max_length=LINE_LIMIT)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LIMIT)]
Body = Annotated[str, msgspec.Meta(max_length=MESSAGE_LIMIT)]
NoteBody = Annotated[str, msgspec.Meta(max_length=NOTE_LIMIT)]
DraftBody = Annotated[str, msgspec.Meta(max_length=DRAFT_LIMIT)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_LIMIT)]
Version = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Priority = Annotated[int, msgspec.Meta(ge=1, le=99)]


class Command(StrictWire, frozen=True, kw_only=True):
    """What every command carries."""

    command_id: Id
    """A UUIDv7 made before the first byte leaves; the same id again gives the first answer."""


class CaseCommand(Command, frozen=True, kw_only=True):
    """A command on one case."""

    case_id: Id


class VersionedCaseCommand(CaseCommand, frozen=True, kw_only=True):
    """A command that changes a case's life cycle; it carries the version the user saw."""

    version: Version


class Done(Wire, frozen=True, kw_only=True):
    """The answer where there is nothing to show."""


class CaseAnswer(Wire, frozen=True, kw_only=True):
    """The case's row after the command."""

    case: CaseRow
    undo_id: str | None = None
    """What `undo_action` undoes it by, for some ten seconds; None where it cannot be undone."""


class DetailAnswer(Wire, frozen=True, kw_only=True):
    """The whole case after the command."""

    detail: CaseDetail
