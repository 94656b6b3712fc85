"""What was asked of the backend and is not answered yet: what keys wait for, and which case is changing."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from clinic_tui.protocol.chat_commands import CloseChat, RedirectCase
from clinic_tui.protocol.commands import (
    Command,
    EndNoAnswer,
    EndVisit,
    MarkRead,
    PostMessage,
    ReleaseCase,
    SignNote,
    StopReading,
    TakeOverCase,
)
from clinic_tui.protocol.team_commands import (
    AnswerHandOver,
    AssignCase,
    HandOverCase,
    LeaveCase,
    ReadConversation,
    SayToStaff,
    StartConversation,
)

ANSWER_SECONDS = 1.0
"""So long a key that was read before a request was sent waits for the answer, which may change its object."""
ENDS = (
    SignNote,
    EndVisit,
    EndNoAnswer,
    CloseChat,
    RedirectCase,
    HandOverCase,
    AnswerHandOver,
    AssignCase,
    LeaveCase,
    ReleaseCase,
    TakeOverCase,
)
"""Commands after which the view of the case is another: it takes no input until they are answered."""
SHOWN_AT_ONCE = (PostMessage, MarkRead, StopReading, SayToStaff, StartConversation, ReadConversation)
"""Commands whose answer changes nothing that a key acts on."""


@dataclass(frozen=True)
class _Request:
    sent: float
    case_id: str | None


class UnderWay:
    """The requests without an answer; moments are by the clock of events."""

    def __init__(self) -> None:
        self._requests: dict[Future[Any], _Request] = {}
        self._changed = 0.0
        """When a case was last changed so that its view is another, or that came to nothing."""

    def sent(self, future: "Future[Any]", at: float, command: Command | None = None) -> None:
        """Something was asked; `command` where it was one."""
        if isinstance(command, SHOWN_AT_ONCE):
            return
        case_id = getattr(command, "case_id", None) if isinstance(command, ENDS) else None
        self._requests[future] = _Request(at, case_id)

    def answered(self, future: "Future[Any]", at: float) -> None:
        """Its outcome is about to be shown."""
        request = self._requests.pop(future, None)
        if request is not None and request.case_id is not None:
            self._changed = at

    def _after(self, read: float) -> Iterator[_Request]:
        return (one for one in self._requests.values() if one.sent > read)

    def due(self, read: float, now: float) -> bool:
        """Whether a key that was read then has to wait: something was sent after it, a moment ago."""
        return any(now - one.sent < ANSWER_SECONDS for one in self._after(read))

    def changes(self, case_id: str | None, read: float) -> bool:
        """Whether the view of the case on screen is about to change, or was when a key was read."""
        under_way = any(one.case_id == case_id for one in self._requests.values() if one.case_id is not None)
        return under_way or read < self._changed
