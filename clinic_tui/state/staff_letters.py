"""Messages to colleagues that are on their way, shown below the others until the backend has them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from clinic_tui.client.errors import ClientError
from clinic_tui.client.link_events import SendState, StaffLetter
from clinic_tui.protocol.team import Conversation
from clinic_tui.protocol.team_commands import SayToStaff, StartConversation


@dataclass(frozen=True, slots=True)
class StaffPending:
    """One message to colleagues and how its sending goes."""

    command: StaffLetter
    at: datetime
    state: SendState = "queued"
    error: ClientError | None = None
    """Why it failed."""
    restored: bool = False
    """Whether an earlier run of the program left it: nobody waits here for its answer."""

    @property
    def id(self) -> str:
        """The command's id, which becomes the message's."""
        return self.command.command_id


class StaffLetters:
    """What was written to colleagues and is not with the backend, in the order it was written."""

    def __init__(self) -> None:
        self._waiting: tuple[StaffPending, ...] = ()

    def __len__(self) -> int:
        return len(self._waiting)

    def queue(self, command: StaffLetter, at: datetime) -> None:
        """Show a message before the backend has it."""
        self._waiting = (*self._others(command.command_id), StaffPending(command, at))

    def restore(self, command: StaffLetter, at: datetime, error: ClientError | None) -> None:
        """Show a message that an earlier run of the program left; with the reason where it was refused."""
        state: SendState = "queued" if error is None else "failed"
        pending = StaffPending(command, at, state, error, restored=True)
        self._waiting = (*self._others(command.command_id), pending)

    def is_restored(self, message_id: str) -> bool:
        """Whether an earlier run left it."""
        return any(one.restored for one in self._waiting if one.id == message_id)

    def mark(self, message_id: str, state: SendState, error: ClientError | None) -> bool:
        """Take in how sending goes; whether that is news."""
        before = self._waiting
        self._waiting = tuple(
            replace(one, state=state, error=error) if one.id == message_id else one for one in before
        )
        return self._waiting != before

    def settle(self, message_id: str) -> bool:
        """Take a message away: the backend has it, or its text was given back to be written anew."""
        before = self._waiting
        self._waiting = tuple(self._others(message_id))
        return self._waiting != before

    def into(self, conversation: Conversation) -> list[StaffPending]:
        """What is on its way into a conversation, or begins it, and is not among its messages yet."""
        there = {message.id for message in conversation.messages}
        return [one for one in self._waiting if one.id not in there and _belongs(one.command, conversation)]

    def beginning(self, *, case_id: str | None = None, staff_id: str = "") -> list[StaffPending]:
        """What is on its way to begin the staff chat beside a case, or a direct chat with a colleague."""
        return [
            one
            for one in self._waiting
            if isinstance(one.command, StartConversation)
            and (
                one.command.staff_ids == (staff_id,) and one.command.kind == "direct"
                if case_id is None
                else one.command.case_id == case_id
            )
        ]

    def _others(self, message_id: str) -> Iterable[StaffPending]:
        return (one for one in self._waiting if one.id != message_id)


def _belongs(command: StaffLetter, conversation: Conversation) -> bool:
    if isinstance(command, SayToStaff):
        return command.conversation_id == conversation.id
    if command.kind != conversation.kind:
        return False
    if command.case_id is not None:
        return command.case_id == conversation.case_id
    return set(command.staff_ids) <= {member.id for member in conversation.members}
