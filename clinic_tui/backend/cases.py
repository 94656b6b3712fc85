"""Cases in the store: loading one with its access check, changing it, and showing it as a row."""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Literal, cast

import msgspec
from msgspec.structs import replace
from sqlalchemy import RowMapping, Select, bindparam, insert, select, update

from clinic_tui.backend.access import offer_of, people_of
from clinic_tui.backend.circle import adjust, may_read, staff_streams
from clinic_tui.backend.identity import ref_of
from clinic_tui.backend.note_drafts import hand_on_note
from clinic_tui.backend.proxies import PROXY_HOLDS, proxy_of, with_proxy
from clinic_tui.backend.refused import forbidden, not_found, stale
from clinic_tui.backend.rules import local_date
from clinic_tui.backend.shifts import refresh
from clinic_tui.backend.store.prepared import Prepared
from clinic_tui.backend.store.tables import cases, messages, residents
from clinic_tui.backend.streams import unit_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.async_chats import ASYNC_OPEN
from clinic_tui.domain.blocking import blocks_resident
from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.domain.region import RegionProfile
from clinic_tui.protocol.care import Booking, HandOver, VisitMode
from clinic_tui.protocol.events import CaseChanged
from clinic_tui.protocol.resources import CaseRow, Message, Reader, ResidentRef, StaffRef

READING_FOR = timedelta(minutes=10)
"""How long somebody is shown as reading after they last asked for the case."""

_readers = msgspec.json.Decoder(tuple[Reader, ...])
_encode = msgspec.json.Encoder().encode
_RESIDENT = (
    residents.c.name.label("resident_name"),
    residents.c.birth_date,
    residents.c.sex,
    residents.c.protected,
    PROXY_HOLDS,
)
OPEN_STATES = (
    CaseState.WAITING.value,
    CaseState.ACCEPTED.value,
    CaseState.IN_PROGRESS.value,
    CaseState.ENDED_UNSIGNED.value,
    CaseState.BOOKED.value,
    *sorted(state.value for state in ASYNC_OPEN),
)


class CaseRecord(msgspec.Struct, frozen=True):
    """A case as stored and its resident as a work list shows them: the columns of `case_select`, in order."""

    id: str
    kind: str
    origin: str
    state: str
    unit_id: str
    queue_role: str
    service_code: str
    resident_id: str
    acting_proxy_id: str | None
    acting_proxy: str | None
    reason: str
    priority: int | None
    priority_source: str
    queued_at: datetime
    accepted_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    assignee_id: str | None
    assignee_name: str
    assignee_title: str
    child: bool
    from_ticket: bool
    free_text: bool
    readers: str
    unread: int
    message_count: int
    staff_messages: int
    last_resident_at: datetime | None
    last_staff_at: datetime | None
    version: int
    revision: int
    changed_by_id: str | None
    changed_by_name: str
    changed_by_title: str
    changed_at: datetime | None
    expires_at: datetime | None
    reply_allowed: bool
    parent_id: str | None
    ticket_id: str | None
    participants: str
    hand_over: str
    priority_before: int | None
    priority_reason: str
    documented_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    mode: str
    booked_id: str | None
    booked_name: str
    booked_title: str
    meeting_url: str
    meeting_since: datetime | None
    warned: int
    resident_name: str
    birth_date: date | None
    sex: Literal["female", "male", "unknown"]
    protected: Literal["none", "marked", "relocated"]
    proxy_holds: bool

    @property
    def assignee(self) -> StaffRef | None:
        """Who has the case."""
        if self.assignee_id is None:
            return None
        return StaffRef(id=self.assignee_id, name=self.assignee_name, title=self.assignee_title)

    @property
    def changed_by(self) -> StaffRef | None:
        """Who last moved the case; None for the system."""
        if self.changed_by_id is None:
            return None
        return StaffRef(id=self.changed_by_id, name=self.changed_by_name, title=self.changed_by_title)

    @property
    def reading(self) -> tuple[Reader, ...]:
        """Who reads up on it."""
        return _readers.decode(self.readers) if self.readers != "[]" else ()

    @property
    def invited(self) -> tuple[StaffRef, ...]:
        """Colleagues invited into it (slide 36)."""
        return people_of(self.participants)

    @property
    def offered(self) -> HandOver | None:
        """The hand-over that waits for its answer."""
        return offer_of(self.hand_over)

    @property
    def booking(self) -> Booking | None:
        """The booked time, or the call of a case that has none."""
        if not self.mode:
            return None
        booked = None
        if self.booked_id is not None:
            booked = StaffRef(id=self.booked_id, name=self.booked_name, title=self.booked_title)
        return Booking(
            starts_at=self.starts_at or self.queued_at,
            ends_at=self.ends_at or self.queued_at,
            mode=cast("VisitMode", self.mode),
            staff=booked,
            meeting_url=self.meeting_url,
            meeting_since=self.meeting_since,
        )


def case_select() -> Select[Any]:
    """The columns of `CaseRecord`, to be narrowed by the caller."""
    found = select(cases, *_RESIDENT).join_from(cases, residents, residents.c.id == cases.c.resident_id)
    return with_proxy(found)


_LOAD = case_select().where(cases.c.id == bindparam("wanted"))
_COLUMNS = tuple(_LOAD.selected_columns)
_FIND = Prepared(_LOAD, _COLUMNS)
_ADD_MESSAGE = Prepared(insert(messages))
_FIND_AND_LOCK = Prepared(_LOAD.with_for_update(of=cases), _COLUMNS)


def record(row: RowMapping) -> CaseRecord:
    """A row of `case_select` as a record."""
    return CaseRecord(**cast("dict[str, Any]", dict(row)))


def find_case(tx: Tx, case_id: str, *, lock: bool) -> CaseRecord | None:
    """A case without any check of access; locked until the transaction ends where asked."""
    row = (_FIND_AND_LOCK if lock else _FIND).one(tx.conn, {"wanted": case_id})
    if row is None:
        return None
    found = CaseRecord(*row)
    tx.known[case_id] = found
    return found


def staff_case(tx: Tx, case_id: str, *, lock: bool = True) -> CaseRecord:
    """A case this staff session may see (domain.md 7.1).

    Another unit's case does not exist for it; one in a queue that the role does not see is forbidden.
    """
    return _checked(tx, find_case(tx, case_id, lock=lock), case_id)


def _checked(tx: Tx, case: CaseRecord | None, case_id: str) -> CaseRecord:
    if case is None or case.unit_id not in tx.assignment.units:
        raise not_found(case_id)
    if case.queue_role not in tx.roles_seen and case.assignee_id != tx.staff.id:
        raise forbidden(object_id=case_id)
    return case


def readable_case(tx: Tx, case_id: str, *, lock: bool = True) -> CaseRecord:
    """A case this staff session may read and talk about: `circle.may_read`, refused as by `staff_case`."""
    case = find_case(tx, case_id, lock=lock)
    if case is not None and may_read(tx, case):
        return case
    return _checked(tx, case, case_id)


def own_case(tx: Tx, case_id: str, *, lock: bool = True) -> CaseRecord:
    """A case of the resident who asks, or of the child they still write for; no other exists for them."""
    case = find_case(tx, case_id, lock=lock)
    if case is None or tx.resident_id not in {case.resident_id, proxy_of(case, tx.now, tx.region)}:
        raise not_found(case_id)
    return case


def check_version(case: CaseRecord, version: int) -> None:
    """Refused where the case's life cycle moved after the user saw it; says who moved it and when."""
    if case.version != version:
        raise stale(case.changed_by, case.changed_at, case.version)


@cache
def _update(columns: tuple[str, ...], *, with_message: bool = False) -> Prepared:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    statement = (
        update(cases)
        .where(cases.c.id == bindparam("the_id"), cases.c.revision == bindparam("the_revision"))
        .values(values)
    )
    if with_message:
        sent: dict[str, Any] = {column.name: bindparam(f"m_{column.name}") for column in messages.c}
        statement = statement.add_cte(insert(messages).values(sent).cte("sent"))
    return Prepared(statement)


def change_case(tx: Tx, case: CaseRecord, message: Message | None = None, **changes: Any) -> CaseRecord:
    """Store a change that is no step of the life cycle, and a new message with it; the case as it is then."""
    changes["revision"] = case.revision + 1
    names = tuple(sorted(changes))
    parameters: dict[str, Any] = {f"new_{name}": changes[name] for name in names}
    parameters |= {"the_id": case.id, "the_revision": case.revision}
    # PostgreSQL stores both in one statement: each is a journey over a socket.
    together = message is not None and tx.conn.dialect.name == "postgresql"
    if message is not None:
        sent = {name: getattr(message, name) for name in message.__struct_fields__}
        if together:
            parameters |= {f"m_{name}": value for name, value in sent.items()}
        else:
            _ADD_MESSAGE.run(tx.conn, sent)
    if _update(names, with_message=together).run(tx.conn, parameters) != 1:
        raise stale(case.changed_by, case.changed_at, case.version)
    changed = replace(case, **changes)
    tx.known[case.id] = changed
    return changed


def move_case(
    tx: Tx, case: CaseRecord, by: StaffRef | None, message: Message | None = None, **changes: Any
) -> CaseRecord:
    """Store a step of the life cycle, and a message with it: the version rises and who did it is kept.

    One conditional UPDATE: where the case is no longer as it was loaded, nothing changes and it is refused.
    Who takes part follows the step (see `circle.adjust`), and so does who is busy with a visit; the unsigned
    note goes with the case.
    """
    adjust(tx, case.id, case.participants, case.hand_over, changes)
    moved = change_case(
        tx,
        case,
        message,
        version=case.version + 1,
        changed_by_id=by.id if by else None,
        changed_by_name=by.name if by else "",
        changed_by_title=by.title if by else "",
        changed_at=tx.now,
        **changes,
    )
    if moved.assignee_id != case.assignee_id:
        hand_on_note(tx, case, moved.assignee_id)
    before, after = _visited_by(case), _visited_by(moved)
    if before != after:
        refresh(tx, before | after, told=True)
    return moved


def _visited_by(case: CaseRecord) -> frozenset[str]:
    """Whom the case keeps busy: the one whose live visit it is."""
    if case.state != CaseState.IN_PROGRESS.value or case.assignee_id is None:
        return frozenset()
    return frozenset({case.assignee_id})


def assigned_to(person: StaffRef | None) -> dict[str, Any]:
    """The columns that say who has a case."""
    if person is None:
        return {"assignee_id": None, "assignee_name": "", "assignee_title": ""}
    return {"assignee_id": person.id, "assignee_name": person.name, "assignee_title": person.title}


def encode_readers(readers: tuple[Reader, ...]) -> str:
    """Readers as the column keeps them."""
    return _encode(readers).decode() if readers else "[]"


def tell_case(tx: Tx, case: CaseRecord, cause: str) -> CaseRow:
    """Tell the unit what the case is now, and those of other units who take part in it."""
    tx.known[case.id] = case
    row = case_row(case, tx.now, tx.region)
    event = CaseChanged(case=row, cause=cause)
    tx.emit(unit_stream(case.unit_id), event)
    if case.participants != "[]" or case.hand_over or tx.left:
        left = tx.left.pop(case.id, frozenset())
        for stream in staff_streams(case.participants, case.hand_over, left):
            tx.emit(stream, event)
    return row


def resident_ref(case: CaseRecord, today: date) -> ResidentRef:
    """The case's resident as a work list shows them; a protected one without a name (domain.md 7.5)."""
    return ref_of(
        identity=case.resident_id,
        name=case.resident_name,
        birth_date=case.birth_date,
        sex=case.sex,
        protected=case.protected,
        today=today,
    )


def blocks(case: CaseRecord, region: RegionProfile) -> bool:
    """Whether the case keeps its resident from starting another; only a drop-in case can (slide 55)."""
    if case.kind != CaseKind.DROP_IN.value:
        return False
    return blocks_resident(
        CaseState(case.state),
        unsigned_blocks=region.unsigned_blocks,
        has_assignee=case.assignee_id is not None,
    )


def case_row(case: CaseRecord, now: datetime, region: RegionProfile) -> CaseRow:
    """The case as a work list shows it."""
    return CaseRow(
        id=case.id,
        kind=case.kind,
        origin=case.origin,
        state=case.state,
        unit_id=case.unit_id,
        queue_role=case.queue_role,
        service_code=case.service_code,
        resident=resident_ref(case, local_date(region, now)),
        reason=case.reason,
        priority=case.priority,
        priority_source=case.priority_source,
        queued_at=case.queued_at,
        accepted_at=case.accepted_at,
        started_at=case.started_at,
        ended_at=case.ended_at,
        closed_at=case.closed_at,
        close_reason=case.close_reason,
        assignee=case.assignee,
        acting_proxy=case.acting_proxy if proxy_of(case, now, region) else None,
        child=case.child,
        from_ticket=case.from_ticket,
        free_text=case.free_text,
        blocks_resident=blocks(case, region),
        readers=case.reading,
        unread=case.unread,
        last_resident_at=case.last_resident_at,
        last_staff_at=case.last_staff_at,
        expires_at=case.expires_at,
        reply_allowed=case.reply_allowed,
        parent_id=case.parent_id,
        booking=case.booking,
        participants=case.invited,
        hand_over=case.offered,
        priority_before=case.priority_before,
        priority_reason=case.priority_reason,
        documented_at=case.documented_at,
        version=case.version,
        revision=case.revision,
        changed_by=case.changed_by,
        changed_at=case.changed_at,
    )
