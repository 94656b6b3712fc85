"""A command keeps its id from the first time it is sent until its outcome is known."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import asdict, replace

from clinic_tui.client.errors import ClientError, Offline
from clinic_tui.protocol.commands import (
    Command,
    MarkRead,
    ReadCase,
    SaveDraft,
    StopReading,
    VersionedCaseCommand,
)
from clinic_tui.protocol.patient_commands import FindResident, OpenResident
from clinic_tui.protocol.team_commands import ReadConversation, ReadNotices, SetPresence
from clinic_tui.protocol.unit_commands import OpenUnit

Send = Callable[[Command], Awaitable[Any]]
Subject = tuple[object, ...]

REPEATED: frozenset[type[Command]] = frozenset(
    {
        FindResident,
        MarkRead,
        OpenResident,
        OpenUnit,
        ReadCase,
        ReadConversation,
        ReadNotices,
        SaveDraft,
        SetPresence,
        StopReading,
    }
)
"""Commands that are a new act each time: reading again is answered anew, and logged."""


@dataclass(eq=False)
class _Attempt:
    command: Command
    unknown: bool = False
    """Whether it was sent once without an answer, and nothing has told the outcome since."""


class Attempts:
    """Sends commands; the same one again, where it is not known what came of the first, has the first's id.

    Two commands are the same where all but their id and the version they saw is equal. Another one of the
    same kind on the same subject begins anew. Belongs to one event loop, and to one person.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._open: dict[Subject, _Attempt] = {}

    async def send(self, command: Command) -> Any:
        """Send it, or ask what became of its like; raises `ClientError` as the sending does.

        An error whose `outcome_known` is false leaves the attempt open.
        """
        if type(command) in REPEATED:
            return await self._send(command)
        subject = _subject(command)
        earlier = self._open.get(subject)
        if earlier is not None and _same(earlier.command, command):
            try:
                return await self._try(subject, earlier)
            except ClientError as error:
                seen_since = replace(command, command_id=earlier.command.command_id) != earlier.command
                if not (error.outcome_known and seen_since):
                    raise
        attempt = self._open[subject] = _Attempt(command)
        return await self._try(subject, attempt)

    def give_up(self) -> None:
        """Forget what is open: another person signs in."""
        self._open.clear()

    async def _try(self, subject: Subject, attempt: _Attempt) -> Any:
        try:
            answer = await self._send(attempt.command)
        except ClientError as error:
            attempt.unknown = attempt.unknown or not error.outcome_known
            if attempt.unknown and not error.refuses:
                error.unsettled = True
                if isinstance(error, Offline):
                    error.maybe_done = True
            else:
                self._close(subject, attempt)
            raise
        self._close(subject, attempt)
        return answer

    def _close(self, subject: Subject, attempt: _Attempt) -> None:
        if self._open.get(subject) is attempt:
            del self._open[subject]


def _subject(command: Command) -> Subject:
    """What a command is about: its kind, and everything it names by an id of its own."""
    fields = asdict(command)
    named = (fields[name] for name in sorted(fields) if name.endswith("_id") and name != "command_id")
    return (type(command), *named)


def _same(earlier: Command, command: Command) -> bool:
    """Whether two commands of one kind would do the same, whatever version of the case they saw."""
    if isinstance(earlier, VersionedCaseCommand) and isinstance(command, VersionedCaseCommand):
        command = replace(command, version=earlier.version)
    return replace(command, command_id=earlier.command_id) == earlier
