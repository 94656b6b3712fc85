"""Ways out for text messages."""

import logging
from dataclasses import dataclass
from typing import Protocol

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Text:
    """One text message to send."""

    id: str
    mobile: str
    body: str


class Gateway(Protocol):
    """Something that delivers text messages."""

    async def send(self, text: Text) -> bool:
        """Deliver one; False where it failed and may be tried again. The same id is never delivered twice."""
        ...


class LogGateway:
    """Sends nothing: the outbox keeps what would have been sent, and the demo shows it."""

    async def send(self, text: Text) -> bool:
        """Note that a text would have been sent, without number or words."""
        _log.info("text %s is in the outbox", text.id)
        return True
