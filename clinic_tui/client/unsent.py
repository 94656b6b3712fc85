"""What a person has written and the backend does not have: folded from the records of a journal, and back.

A message is in it from before it leaves until its outcome is known; one that was refused stays until its
author has seen to it. Of a draft the newest text is in it until the backend has that text.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from clinic_tui.client import errors
from clinic_tui.client.errors import ClientError
from clinic_tui.client.link_events import Letter
from clinic_tui.protocol.commands import COMMANDS, PostMessage
from clinic_tui.protocol.problems import Problem
from clinic_tui.protocol.team_commands import SayToStaff, StartConversation

DraftKind = Literal["message", "note"]
SENT_REMEMBERED: Final = 16
"""So many saves of one draft without an answer are known again."""
DraftPlace = tuple[str, DraftKind]


class Queued(msgspec.Struct, frozen=True, tag="queued"):
    """A message was written."""

    name: str
    """Its command's name in the registry."""
    command: msgspec.Raw
    at: datetime
    assignment: str
    """Under which assignment it was written; it is sent under no other."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """A message was refused for good."""

    id: str
    kind: str
    """The error's class."""
    problem: Problem | None


class Settled(msgspec.Struct, frozen=True, tag="settled"):
    """A message is with the backend, or its author has taken its text back."""

    id: str


class Drafted(msgspec.Struct, frozen=True, tag="drafted"):
    """A draft's newest text; an empty one is to be removed on the backend."""

    case_id: str
    kind: DraftKind
    body: str
    revision: int
    """The saved draft it was written on."""
    at: datetime
    assignment: str
    sent: bool = False
    """Whether this very text was sent to be saved: the backend may have it, though nobody was told."""
    before: tuple[str, ...] = ()
    """Digests of earlier texts that were sent without an answer, the newest last."""

    @property
    def place(self) -> DraftPlace:
        """Its case and its kind."""
        return (self.case_id, self.kind)


class DraftSettled(msgspec.Struct, frozen=True, tag="saved"):
    """The backend has a draft as it is."""

    case_id: str
    kind: DraftKind


Record = Queued | Refused | Settled | Drafted | DraftSettled
_DECODER: Final = msgspec.json.Decoder(Record)
_LETTERS: Final[dict[str, type[Letter]]] = {
    name: spec.struct
    for name, spec in COMMANDS.items()
    if issubclass(spec.struct, PostMessage | SayToStaff | StartConversation)
}
_NAMES: Final = {struct: name for name, struct in _LETTERS.items()}
SENT_FOR: Final = timedelta(days=6)
"""A message is sent by itself so long after it was written: after that its case has moved on, and the backend
knows for seven days only that it was stored before (security.md 4.14)."""
_KINDS: Final[dict[str, Callable[[Problem | None], ClientError]]] = {
    kind.__name__: kind
    for kind in (
        errors.Conflict,
        errors.Forbidden,
        errors.NotFound,
        errors.ProtocolMismatch,
        errors.Rejected,
        errors.TooOld,
    )
}


def encode(record: Record) -> bytes:
    """The record as it is kept. Raises `UnicodeEncodeError` for half a surrogate pair."""
    return msgspec.json.encode(record)


def decode(data: bytes) -> Record | None:
    """The record; None for one of another version of the program."""
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def queued(command: Letter, at: datetime, assignment: str) -> Queued:
    """The record of a message."""
    raw = msgspec.Raw(msgspec.json.encode(command))
    return Queued(_NAMES[type(command)], raw, at, assignment)


def refused(command_id: str, error: ClientError) -> Refused:
    """The record of a refusal."""
    return Refused(command_id, type(error).__name__, error.problem)


@dataclass(frozen=True)
class UnsentMessage:
    """A message that is not with the backend, and why where it was refused."""

    command: Letter
    at: datetime
    assignment: str
    error: ClientError | None = None


@dataclass(frozen=True)
class Left:
    """What the backend does not have at a moment: asked before one leaves."""

    messages: tuple[UnsentMessage, ...] = ()
    drafts: tuple[DraftPlace, ...] = ()
    lasting: bool = False
    """Whether it is kept on the device."""

    def __bool__(self) -> bool:
        return bool(self.messages or self.drafts)


@dataclass
class Unsent:
    """Everything of one person that the backend does not have, in the order it was written."""

    messages: dict[str, UnsentMessage] = field(default_factory=dict[str, UnsentMessage])
    drafts: dict[DraftPlace, Drafted] = field(default_factory=dict[DraftPlace, Drafted])
    newer: tuple[bytes, ...] = ()
    """Records of a newer version of the program: they mean nothing here, and are handed on as they are."""

    def __bool__(self) -> bool:
        return bool(self.messages or self.drafts or self.newer)

    def apply(self, record: Record) -> None:
        """Take in one record."""
        match record:
            case Queued():
                self._queue(record)
            case Refused(id=name, kind=kind, problem=problem):
                known = self.messages.get(name)
                if known is not None:
                    error = _KINDS.get(kind, ClientError)(problem)
                    self.messages[name] = replace(known, error=error)
            case Settled():
                self.messages.pop(record.id, None)
            case Drafted():
                self.drafts[record.place] = _after(self.drafts.get(record.place), record)
            case DraftSettled():
                self.drafts.pop((record.case_id, record.kind), None)

    def _queue(self, record: Queued) -> None:
        """A message came from the draft of its case: whoever finds both has not written it twice."""
        struct = _LETTERS.get(record.name)
        if struct is None:
            return
        try:
            command = msgspec.json.decode(record.command, type=struct)
        except msgspec.DecodeError:
            return
        self.messages.setdefault(command.command_id, UnsentMessage(command, record.at, record.assignment))
        if isinstance(command, PostMessage):
            draft = self.drafts.get((command.case_id, "message"))
            if draft is not None and draft.body == command.body:
                emptied = msgspec.structs.replace(draft, body="", sent=False, before=())
                self.drafts[draft.place] = _after(draft, emptied)

    def records(self) -> list[Record]:
        """What leads to the same when it is applied."""
        made: list[Record] = []
        for name, one in self.messages.items():
            made.append(queued(one.command, one.at, one.assignment))
            if one.error is not None:
                made.append(refused(name, one.error))
        return [*made, *self.drafts.values()]

    def encoded(self) -> list[bytes]:
        """The same as it is kept; without what cannot be, which is half a surrogate pair."""
        kept = list(self.newer)
        for record in self.records():
            with contextlib.suppress(UnicodeEncodeError):
                kept.append(encode(record))
        return kept


def merged(files: Iterable[Iterable[bytes]]) -> Unsent:
    """What several processes left, as one.

    A message that one of them knows to be settled is so for all. Where two have written different drafts in
    one place, the older stands above the newer, for neither may be lost.
    """
    whole, settled = Unsent(), set[str]()
    parts: list[Unsent] = []
    for file in files:
        part = Unsent()
        for data in file:
            record = decode(data)
            if record is None:
                whole.newer = (*whole.newer, data)
                continue
            part.apply(record)
            if isinstance(record, Settled):
                settled.add(record.id)
        parts.append(part)
    messages = [one for part in parts for one in part.messages.items() if one[0] not in settled]
    for name, one in sorted(messages, key=lambda item: item[1].at):
        known = whole.messages.get(name)
        whole.messages[name] = one if known is None or one.error is not None else known
    for draft in sorted((draft for part in parts for draft in part.drafts.values()), key=lambda one: one.at):
        whole.drafts[draft.place] = _both(whole.drafts.get(draft.place), draft)
    return whole


def digest(text: str) -> str:
    """By which a text is known again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _after(earlier: Drafted | None, record: Drafted) -> Drafted:
    """The record, with what was sent before it."""
    if earlier is None:
        return record
    before = (*earlier.before, *record.before)
    if earlier.sent:
        before = (*before, digest(earlier.body))
    return msgspec.structs.replace(record, before=tuple(dict.fromkeys(before))[-SENT_REMEMBERED:])


def _both(older: Drafted | None, newer: Drafted) -> Drafted:
    if older is None or not older.body or older.body in newer.body:
        return newer
    body = f"{older.body}\n\n{newer.body}" if newer.body else older.body
    return msgspec.structs.replace(newer, body=body)
