"""Keeps what is unsent on the device for as long as the backend does not have it, on a thread of its own."""

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final, Protocol, TypeVar

from clinic_tui.client.errors import ClientError, TooOld
from clinic_tui.client.link_events import Letter, NotKept
from clinic_tui.client.unsent import (
    SENT_FOR,
    Drafted,
    DraftKind,
    DraftSettled,
    Record,
    Settled,
    Unsent,
    UnsentMessage,
    encode,
    merged,
    queued,
    refused,
)
from clinic_tui.protocol.resources import DeviceKey

T = TypeVar("T")

TIDY_BYTES: Final = 256 << 10
"""A file is written anew when it is this much longer than what is still needed of it."""


class Journal(Protocol):
    """One person's records on this device; its methods block, and raise `OSError`."""

    found: list[list[bytes]]
    damaged: bool

    @property
    def size(self) -> int:
        """Bytes in the file."""
        ...

    def append(self, records: Sequence[bytes], *, sync: bool = True) -> None:
        """Add records."""
        ...

    def rewrite(self, records: Sequence[bytes]) -> None:
        """Keep these records and no others."""
        ...

    def close(self) -> None:
        """Let go; what is kept stays."""
        ...


class Device(Protocol):
    """Where journals are kept; its methods block, and raise `OSError`, or `ValueError` for a bad key."""

    def device_id(self) -> str:
        """By which the device's keys are asked for."""
        ...

    def open(self, server: str, staff_id: str, key: bytes) -> Journal:
        """A person's records, with what processes that are gone have left."""
        ...


AskKey = Callable[[str], Awaitable[DeviceKey]]
Notify = Callable[[NotKept], None]


class Keeper:
    """Holds one person's unsent texts in memory and, where it can, in a journal. Belongs to one event loop.

    Records are written in the order they are given, on a thread of their own: a slow disk holds up neither
    the terminal nor the stream. Where the journal fails that is told once, and everything goes on in memory;
    the next record then tries to write all of it anew.
    """

    def __init__(self, server: str, device: Device | None, ask_key: AskKey, notify: Notify) -> None:
        """Without a device nothing is ever written."""
        self._server = server
        self._device = device
        self._ask_key = ask_key
        self._notify = notify
        self._thread: ThreadPoolExecutor | None = None
        self._journal: Journal | None = None
        self._behind = False
        """Whether the journal lacks something that is in memory."""
        self._told = False
        self._beginning = asyncio.Lock()
        self.unsent = Unsent()
        """What the backend does not have."""
        self.staff_id = ""
        """Whose it is; empty while nobody is known."""
        self.assignment = ""

    @property
    def lasting(self) -> bool:
        """Whether what is unsent is still there when the program ends, however it ends."""
        return self._journal is not None and not self._behind

    def messages(self) -> list[UnsentMessage]:
        """The messages written under this assignment, in order."""
        return [one for one in self.unsent.messages.values() if one.assignment == self.assignment]

    def drafts(self) -> list[Drafted]:
        """The drafts written under this assignment."""
        return [one for one in self.unsent.drafts.values() if one.assignment == self.assignment]

    def refuse_old(self, now: datetime, under_way: Container[str]) -> None:
        """What has waited too long is not sent by itself any more, but for what is under way already."""
        for one in self.messages():
            name = one.command.command_id
            if one.error is None and now - one.at > SENT_FOR and name not in under_way:
                self.refused(name, TooOld())

    async def begin(self) -> bool:
        """Take up what earlier processes have left of this person, before what is here already.

        Whether the journal was opened by this call.
        """
        async with self._beginning:
            if self._journal is not None or self._device is None or not self.staff_id:
                return False
            try:
                journal = await self._open(self._device, self.staff_id)
            except (ClientError, OSError, ValueError) as error:
                self._fail(error)
                return False
            self._journal = journal
            if journal.damaged:
                self._notify(NotKept(damaged=True))
            here, self.unsent = self.unsent, merged(journal.found)
            for record in here.records():
                self.unsent.apply(record)
            self._write_anew()
            return True

    async def _open(self, device: Device, staff_id: str) -> Journal:
        asked = await self._in_thread(device.device_id)
        answer = await self._ask_key(asked)
        if answer.staff_id != staff_id:
            raise ValueError("the key is another person's")
        key = base64.urlsafe_b64decode(answer.key + "=" * (-len(answer.key) % 4))
        return await self._in_thread(lambda: device.open(self._server, staff_id, key))

    async def end(self) -> None:
        """Let go of everything; what is in the journal stays there for its person."""
        journal, self._journal = self._journal, None
        if journal is not None:
            unsent = bool(self.unsent)
            await self._in_thread(lambda: _closed(journal, empty=not unsent))
        if self._thread is not None:
            self._thread.shutdown(wait=False)
            self._thread = None
        self.unsent, self._behind, self._told = Unsent(), False, False
        self.staff_id = self.assignment = ""

    async def written(self) -> None:
        """Wait until everything so far is on the disk, or has failed to get there."""
        if self._thread is not None:
            await self._in_thread(lambda: None)

    def message(self, command: Letter) -> "asyncio.Future[None]":
        """A message was written; the future ends when it may be sent, whether it could be kept or not."""
        try:
            record = queued(command, datetime.now(UTC), self.assignment)
        except UnicodeEncodeError:  # half a surrogate pair: it is refused before it leaves
            return _done()
        return self._add(record)

    def refused(self, command_id: str, error: ClientError) -> None:
        """A message was refused for good; its text is kept until its author has seen to it."""
        if command_id in self.unsent.messages:
            self._add(refused(command_id, error))

    def settled(self, command_id: str) -> None:
        """A message is with the backend, or its text was taken back."""
        if command_id in self.unsent.messages:
            self._add(Settled(command_id), sync=False)

    def draft(
        self, case_id: str, kind: DraftKind, body: str, revision: int, *, sent: bool = False
    ) -> "asyncio.Future[None]":
        """A draft now reads so; `sent` where it is about to be saved. The future ends once it is kept."""
        known = self.unsent.drafts.get((case_id, kind))
        if known is not None and known.body == body and known.sent >= sent:
            return _done()
        return self._add(Drafted(case_id, kind, body, revision, datetime.now(UTC), self.assignment, sent))

    def draft_settled(self, case_id: str, kind: DraftKind) -> None:
        """The backend has the draft as it is, or nothing of it is needed."""
        if (case_id, kind) in self.unsent.drafts:
            self._add(DraftSettled(case_id, kind), sync=False)

    def _add(self, record: Record, *, sync: bool = True) -> "asyncio.Future[None]":
        self.unsent.apply(record)
        journal = self._journal
        if journal is None:
            return _done()
        if self._behind or journal.size > TIDY_BYTES + 4 * _size(self.unsent):
            return self._write_anew()
        try:
            data = encode(record)
        except UnicodeEncodeError:
            return _done()
        return self._write(lambda: journal.append([data], sync=sync))

    def _write_anew(self) -> "asyncio.Future[None]":
        journal = self._journal
        assert journal is not None  # noqa: S101 - asked for by who has one
        records = self.unsent.encoded()
        self._behind = False
        return self._write(lambda: journal.rewrite(records))

    def _write(self, act: Callable[[], None]) -> "asyncio.Future[None]":
        submitted = self._in_thread(act)

        async def finish() -> None:
            try:
                await submitted
            except OSError as error:
                self._fail(error)

        return asyncio.ensure_future(finish())

    def _fail(self, error: Exception) -> None:
        self._behind = self._journal is not None
        if not self._told:
            self._told = True
            self._notify(NotKept(error if isinstance(error, ClientError) else None))

    def _in_thread(self, act: Callable[[], T]) -> "asyncio.Future[T]":
        """The act's outcome, after all acts before it; submitted at once."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        return asyncio.get_running_loop().run_in_executor(self._thread, act)


def _done() -> "asyncio.Future[None]":
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


def _closed(journal: Journal, *, empty: bool) -> None:
    if empty:
        with contextlib.suppress(OSError):
            journal.rewrite([])
    journal.close()


def _size(unsent: Unsent) -> int:
    """About how many bytes is needed."""
    texts = [len(draft.body) for draft in unsent.drafts.values()]
    return sum(texts) + 1_000 * len(unsent.messages)
