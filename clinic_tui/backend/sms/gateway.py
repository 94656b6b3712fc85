"""Ways out for text messages."""

import logging
from dataclasses import dataclass
from typing import Literal, Protocol

_log = logging.getLogger(__name__)

Fate = Literal["sent", "refused", "later", "blocked", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Text:
    """One text message to send."""

    id: str
    mobile: str
    """The number, as `+46701740605`."""
    body: str
    attempts: int = 0
    """How many times it was tried before."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How the sending of a text went.

    sent: the gateway has taken it. refused: it never will. later: it has not, and may be asked again.
    blocked: the gateway takes nothing from us until somebody corrects its settings. unknown: it may have
    taken it.
    """

    fate: Fate
    gateway_id: str = ""
    """The gateway's own id of the text, that its delivery report names."""
    fault: str = ""
    """What was wrong, without number or words."""


class Gateway(Protocol):
    """Something that delivers text messages."""

    name: str

    async def send(self, text: Text) -> Delivery:
        """Deliver one. Never raises; whatever goes wrong is in the answer."""
        ...


class LogGateway:
    """Sends nothing: the outbox keeps what would have been sent, and the demo shows it."""

    name = "log"

    async def send(self, text: Text) -> Delivery:
        """Note that a text would have been sent, without number or words."""
        _log.info("text %s is in the outbox", text.id)
        return Delivery(fate="sent")
