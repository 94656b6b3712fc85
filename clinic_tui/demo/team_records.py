"""The records of the demo's asynchronous chats, scheduled visits, tickets and colleagues."""

from typing import Literal

from clinic_tui.demo.records import Message, Record, Rule, Script


class Chat(Record, frozen=True, kw_only=True):
    """An asynchronous chat (domain.md 2.1.2). Minutes count back from the start of the demo."""

    id: str
    resident: str
    proxy: str | None = None
    unit: str
    queue_role: str
    service_code: str
    reason: str
    origin: Literal["resident_admin", "staff"] = "resident_admin"
    state: Literal["new", "awaiting_staff", "awaiting_resident", "handled", "closed"] = "new"
    assignee: str | None = None
    age_minutes: int
    """Since it was created; less than nothing for one that comes while the demo runs."""
    days: int = 10
    reply_allowed: bool = True
    messages: tuple[Message, ...]
    script: Script

    @property
    def comes_later(self) -> bool:
        """Whether it is sent while the demo runs."""
        return self.age_minutes < 0


class Booked(Record, frozen=True, kw_only=True):
    """A scheduled visit (domain.md 2.6), on a working day counted from the demo's own."""

    id: str
    resident: str
    proxy: str | None = None
    unit: str
    role: str
    staff: str | None = None
    day: int
    """Working days from the demo's day; negative for those before."""
    at: str
    """Local time, `HH:MM`."""
    minutes: int = 30
    mode: Literal["chat", "audio", "video", "phone"]
    reason: str
    script: Script


class OpenTicket(Record, frozen=True, kw_only=True):
    """A drop-in ticket issued before the start (domain.md 2.3)."""

    id: str
    resident: str
    unit: str
    role: str
    issuer: str
    issuer_unit: str
    reason: str
    issued_hours: int
    days: int = 7


class Initiative(Record, frozen=True, kw_only=True):
    """Something a colleague does by themselves, some seconds into the demo."""

    after_seconds: int
    kind: Literal["direct", "consultation", "hand_over", "invite"]
    to: str = ""
    """Staff id; empty for a consultation of a role."""
    role: str = ""
    case: str = ""
    """The data set's id of the case it is about."""
    subject: str = ""
    body: str = ""
    urgent: bool = False


class ColleagueScript(Record, frozen=True, kw_only=True):
    """How a staff member on shift behaves."""

    staff: str
    accepts: bool = True
    """Whether they accept what is handed over to them."""
    comment: str = ""
    """What they say to a hand-over."""
    rules: tuple[Rule, ...] = ()
    fallback: tuple[str, ...]
    """What they answer colleagues when no rule fits."""
    does: tuple[Initiative, ...] = ()
