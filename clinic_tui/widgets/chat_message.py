"""One message as the chat log shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Side = Literal["resident", "staff", "system"]
Status = Literal["", "queued", "sent", "delivered", "read", "failed"]
Thread = Literal["resident", "staff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """A message, cleaned when it was decoded, with what stands beside it in the user's language."""

    id: str
    body: str
    at: datetime
    """In the zone it is to be shown in."""
    side: Side
    author: str = ""
    me: bool = False
    status: Status = ""
    status_text: str = ""
    """The status in words: ``läst 09:15``."""
    thread: Thread = "resident"
    """Staff-only threads have a bar of another colour (ui.md, rules of motion)."""
    revision: int = 0
    """A later state of the same message has a higher one."""

    @property
    def indented(self) -> bool:
        """The care side's messages stand to the right of the resident's; in a staff thread, one's own."""
        return self.side == "staff" and (self.me or self.thread == "resident")
