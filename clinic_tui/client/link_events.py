"""What the link tells its owner, each as one value."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from clinic_tui.client.errors import ClientError
from clinic_tui.protocol.commands import PostMessage
from clinic_tui.protocol.events import Envelope
from clinic_tui.protocol.resources import DeskSnapshot, Draft
from clinic_tui.protocol.team_commands import SayToStaff, StartConversation

SendState = Literal["queued", "sending", "unknown", "sent", "failed", "withdrawn"]
"""Where an outgoing message stands.

`unknown`: no answer came, and it is asked again with the same id; `queued`: no byte of it has left, or it is
known not to be stored; `withdrawn`: its author took it back.
"""


StaffLetter = SayToStaff | StartConversation
"""A message to colleagues: into a conversation, or the one that begins it."""
Letter = PostMessage | StaffLetter
"""What goes through the outbox: sent again with its id until the backend has answered."""


@dataclass(frozen=True)
class LinkStatus:
    """How the live stream is doing. Moments are of `time.monotonic`: a clock that jumps does no harm."""

    state: Literal["closed", "connecting", "live", "waiting", "ended"] = "closed"
    since: float = field(default_factory=time.monotonic)
    contact: float | None = None
    """When the backend was last heard of."""
    retry_at: float | None = None
    clock_offset: float = 0.0
    """Seconds that the backend's clock is ahead of this machine's."""
    error: ClientError | None = None

    def age(self, now: float | None = None) -> float | None:
        """Seconds since the backend was last heard of: the age of what is shown; None before that."""
        if self.contact is None:
            return None
        return max(0.0, (time.monotonic() if now is None else now) - self.contact)


@dataclass(frozen=True)
class Connected:
    """The stream is live: what was missed has arrived."""

    server_time: datetime


@dataclass(frozen=True)
class Disconnected:
    """The stream is down; it is tried again by itself."""

    since: float
    """A moment of `time.monotonic`."""
    retry_in: float
    """Seconds."""
    error: ClientError


@dataclass(frozen=True)
class SnapshotArrived:
    """Everything anew: after sign-in, or when too much was missed."""

    snapshot: DeskSnapshot


@dataclass(frozen=True)
class Arrived:
    """Events, in order, as many as came at once."""

    envelopes: tuple[Envelope, ...]


@dataclass(frozen=True)
class SessionEnded:
    """The session is over: signed_out, expired, replaced or disabled."""

    reason: str


@dataclass(frozen=True)
class OutboxChanged:
    """An outgoing message is now in this state."""

    command: Letter
    state: SendState
    error: ClientError | None = None

    @property
    def message_id(self) -> str:
        """The message's id: its command's."""
        return self.command.command_id


@dataclass(frozen=True)
class DraftSaved:
    """The backend has the draft."""

    draft: Draft


@dataclass(frozen=True)
class DraftNotSaved:
    """The backend does not have the draft; after `Offline` it is tried again by itself."""

    case_id: str
    kind: Literal["message", "note"]
    error: ClientError


@dataclass(frozen=True)
class MessageRestored:
    """A message that an earlier run left: it is sent now, or was refused for this reason."""

    command: Letter
    at: datetime
    """When it was written."""
    error: ClientError | None = None


@dataclass(frozen=True)
class DraftRestored:
    """A draft that an earlier run left and the backend does not have."""

    case_id: str
    kind: Literal["message", "note"]
    body: str
    revision: int
    """The saved draft it was written on."""


@dataclass(frozen=True)
class NotKept:
    """Unsent texts cannot be kept on this device, or not all that were kept could be read."""

    error: ClientError | None = None
    """Why the backend gave no key; None where it was the device."""
    damaged: bool = False


LinkEvent = (
    Connected
    | Disconnected
    | SnapshotArrived
    | Arrived
    | SessionEnded
    | OutboxChanged
    | DraftSaved
    | DraftNotSaved
    | MessageRestored
    | DraftRestored
    | NotKept
)
