"""Asynchronous chats in the store: opening one, what follows a case, and those that have ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, bindparam, insert, select

from clinic_tui.backend.cases import CaseRecord, assigned_to, case_select, record
from clinic_tui.backend.guardians import guardian_for
from clinic_tui.backend.store.tables import cases, residents
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.async_chats import ASYNC_OPEN, AsyncState, expires_at
from clinic_tui.domain.cases import CaseKind, CloseReason, Origin, PrioritySource
from clinic_tui.domain.texts import e164
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.refs import StaffRef

WARN_HOURS = (48, 4)
"""How long before the end the one who has the chat is warned (domain.md 2.1.2)."""

_ADD = insert(cases)
_LOAD = case_select().where(cases.c.id == bindparam("wanted"))
_RESIDENT = select(residents).where(residents.c.id == bindparam("who"))
_SUCCESSOR = select(cases.c.id).where(
    cases.c.parent_id == bindparam("of"),
    cases.c.kind == CaseKind.ASYNC.value,
    cases.c.state.in_([state.value for state in ASYNC_OPEN]),
)


@dataclass(frozen=True, kw_only=True)
class Parties:
    """Whom a chat is with: the resident, and the guardian who writes for a child."""

    resident: RowMapping
    proxy: RowMapping | None = None

    @property
    def receiver(self) -> RowMapping:
        """Who reads and writes, and gets the texts."""
        return self.proxy or self.resident

    @property
    def has_channel(self) -> bool:
        """Whether an SMS can tell of the chat."""
        return e164(self.receiver["mobile"]) is not None


def parties_of(tx: Tx, resident_id: str, known_proxy: str | None = None) -> Parties:
    """The parties of a chat that staff start with a resident who exists."""
    resident = tx.conn.execute(_RESIDENT, {"who": resident_id}).mappings().one()
    return Parties(resident=resident, proxy=guardian_for(tx, resident, known_proxy))


@dataclass(frozen=True, kw_only=True)
class NewChat:
    """A chat to open."""

    unit_id: str
    queue_role: str
    parties: Parties
    reason: str
    origin: Origin
    state: AsyncState
    days: int
    """Its life, in times of 24 hours; nothing changes it afterwards (slide 40)."""
    assignee: StaffRef | None = None
    service_code: str = ""
    parent_id: str | None = None
    one_way: bool = False
    """Closed at once, and never to be answered (slide 42)."""


def open_chat(tx: Tx, chat: NewChat) -> CaseRecord:
    """Store a new chat; the caller tells of it, and writes its row in the access log."""
    parties = chat.parties
    row: dict[str, Any] = {
        "id": new_id(int(tx.now.timestamp() * 1000)),
        "kind": CaseKind.ASYNC.value,
        "origin": chat.origin.value,
        "state": chat.state.value,
        "unit_id": chat.unit_id,
        "queue_role": chat.queue_role,
        "service_code": chat.service_code,
        "resident_id": parties.resident["id"],
        "acting_proxy_id": parties.proxy["id"] if parties.proxy else None,
        "acting_proxy": parties.proxy["name"] if parties.proxy else None,
        "reason": chat.reason,
        "priority": None,
        "priority_source": PrioritySource.MANUAL.value,
        "queued_at": tx.now,
        "child": parties.proxy is not None,
        "from_ticket": False,
        "free_text": False,
        "changed_at": tx.now,
        "parent_id": chat.parent_id,
        "reply_allowed": not chat.one_way,
        "warned": _warned_at_start(chat.days),
        **assigned_to(chat.assignee),
    }
    if chat.assignee is not None:
        row["accepted_at"] = tx.now
    if tx.session is not None and tx.session.staff is not None:
        by = tx.session.staff.ref
        row |= {"changed_by_id": by.id, "changed_by_name": by.name, "changed_by_title": by.title}
    if chat.one_way:
        row |= {"closed_at": tx.now, "close_reason": CloseReason.ONE_WAY.value}
    else:
        row["expires_at"] = expires_at(tx.now, chat.days)
    tx.conn.execute(_ADD, row)
    return record(tx.conn.execute(_LOAD, {"wanted": row["id"]}).mappings().one())


def _warned_at_start(days: int) -> int:
    """How many of the warnings come no later than its start, and are left out."""
    return sum(1 for hours in WARN_HOURS if 24 * days <= hours)


def has_open_successor(tx: Tx, case_id: str) -> bool:
    """Whether a chat that follows this case is open."""
    return tx.conn.execute(_SUCCESSOR, {"of": case_id}).first() is not None


def local_time(tx: Tx, at: datetime) -> str:
    """A moment as residents read it, where the region is."""
    return f"{at.astimezone(ZoneInfo(tx.region.time_zone)):%Y-%m-%d %H:%M}"
