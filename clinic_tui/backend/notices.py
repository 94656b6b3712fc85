"""Notices: what happened to a staff member, in the bell's list and by SMS where they chose so (slide 16)."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping, and_, bindparam, insert, select, update

from clinic_tui.backend.access import sees_notice
from clinic_tui.backend.cases import CaseRecord, resident_ref
from clinic_tui.backend.delivery import subject_of_notice
from clinic_tui.backend.event_access import access_to
from clinic_tui.backend.identity import ref_of
from clinic_tui.backend.rules import local_date, roles_seen
from clinic_tui.backend.shifts import is_on_shift, on_shift_now
from clinic_tui.backend.sms.outbox import from_unit, queue_staff_text
from clinic_tui.backend.store.tables import assignments, residents, staff, units
from clinic_tui.backend.store.team_tables import notices, shifts
from clinic_tui.backend.streams import staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.roles import Role
from clinic_tui.i18n import _
from clinic_tui.protocol.events import NoticeAdded, NoticesRead
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.refs import ResidentRef, StaffRef
from clinic_tui.protocol.team import Notice, NoticeKind, NotifyChoice

SHOWN = 100
"""How many notices a workstation starts with."""
_DETAIL = 500
_TOLD_AS: dict[str, str] = {
    "new_async": "new_async",
    "new_drop_in": "new_drop_in",
    "scheduled": "scheduled",
    "visit_moved": "scheduled",
    "visit_cancelled": "scheduled",
    "assigned": "assigned",
    "assigned_back": "assigned",
    "handed_over": "assigned",
}
"""Which choice of the staff member's decides whether a kind is told by SMS too; the others never are."""
_DEFAULTS = (
    NotifyChoice(kind="new_async", terminal=False),
    NotifyChoice(kind="new_drop_in", terminal=False),
    NotifyChoice(kind="scheduled"),
    NotifyChoice(kind="assigned"),
)
"""What holds for somebody who has not chosen: nothing by SMS, and no notice of what the lists show anyway."""

_choices = msgspec.json.Decoder(tuple[NotifyChoice, ...])
_texts = msgspec.json.Decoder(tuple[str, ...])
_NOTIFY = select(staff.c.notify).where(staff.c.id == bindparam("who"))
_UNIT = select(units.c.name).where(units.c.id == bindparam("wanted"))
_ADD = insert(notices)
_UNREAD = select(notices.c.id).where(
    notices.c.staff_id == bindparam("who"),
    notices.c.conversation_id == bindparam("of"),
    notices.c.read_at.is_(None),
)
_WATCHING = (
    select(shifts, staff.c.notify, assignments.c.covers)
    .select_from(
        shifts.join(staff, staff.c.id == shifts.c.staff_id).join(
            assignments,
            and_(
                assignments.c.staff_id == shifts.c.staff_id,
                assignments.c.unit_id == shifts.c.unit_id,
                assignments.c.role == shifts.c.role,
            ),
        )
    )
    .where(shifts.c.ended_at.is_(None), staff.c.notify != "[]", staff.c.disabled.is_(False))
    .order_by(shifts.c.staff_id)
)
_RESIDENT = (
    residents.c.name.label("resident_name"),
    residents.c.birth_date,
    residents.c.sex,
    residents.c.protected,
)
_SELECT = select(notices, *_RESIDENT).join_from(
    notices, residents, residents.c.id == notices.c.resident_id, isouter=True
)
_NEWEST = _SELECT.where(notices.c.staff_id == bindparam("who")).order_by(notices.c.id.desc()).limit(SHOWN)
_ONE = select(notices.c.id).where(notices.c.id == bindparam("wanted"), notices.c.staff_id == bindparam("who"))
_READ_AT = bindparam("now", type_=notices.c.read_at.type)
_MINE_UNREAD = and_(notices.c.staff_id == bindparam("who"), notices.c.read_at.is_(None))
_UP_TO = _SELECT.where(_MINE_UNREAD, notices.c.id <= bindparam("wanted")).order_by(notices.c.id)
_READ_THESE = (
    update(notices).where(notices.c.id.in_(bindparam("ids", expanding=True))).values(read_at=_READ_AT)
)
_OF_CONVERSATION = _SELECT.where(_MINE_UNREAD, notices.c.conversation_id == bindparam("of"))
_READ_CONVERSATION = (
    update(notices).where(_MINE_UNREAD, notices.c.conversation_id == bindparam("of")).values(read_at=_READ_AT)
)


def notify(
    tx: Tx,
    staff_id: str,
    kind: NoticeKind,
    *,
    case: CaseRecord | None = None,
    resident: ResidentRef | None = None,
    conversation_id: str | None = None,
    who: StaffRef | None = None,
    detail: str = "",
    by_text: bool = True,
) -> None:
    """Tell a staff member what happened to them; nobody is told what they did themselves.

    `who` is the colleague who did it, None for the system; `resident` whom it is about, else the case's. An
    SMS goes too where they chose so and are on shift (domain.md 2.7), unless `by_text` says no. A
    conversation has one unread notice at a time.
    """
    if who is not None and who.id == staff_id:
        return
    if kind == "conversation" and conversation_id is not None and _is_told(tx, staff_id, conversation_id):
        return
    if resident is None and case is not None:
        resident = resident_ref(case, local_date(tx.region, tx.now))
    _add(
        tx,
        staff_id,
        kind,
        case=case,
        resident=resident,
        conversation_id=conversation_id,
        who=who,
        detail=detail,
    )
    wanted = _TOLD_AS.get(kind)
    if wanted is None or not by_text:
        return
    stored = tx.conn.execute(_NOTIFY, {"who": staff_id}).scalar_one_or_none() or "[]"
    if choice_of(stored, wanted).sms and is_on_shift(tx.conn, staff_id, tx.now):
        text_staff(tx, staff_id, kind, case)


def notify_queue(tx: Tx, case: CaseRecord, kind: NoticeKind) -> None:
    """Tell those on shift at the case's unit whose role sees its queue, each as they chose (slide 16).

    Only for new_async, new_drop_in and scheduled; nobody is told of what they did themselves.
    """
    mine = tx.session.staff.id if tx.session and tx.session.staff else None
    resident = resident_ref(case, local_date(tx.region, tx.now))
    told: set[str] = set()
    for row in tx.conn.execute(_WATCHING).mappings().all():
        if row["staff_id"] in told | {mine} or not _watches(tx, row, case):
            continue
        choice = choice_of(row["notify"], kind)
        if not (choice.sms or choice.terminal) or not on_shift_now(row, tx.now):
            continue
        told.add(row["staff_id"])
        if choice.terminal:
            _add(tx, row["staff_id"], kind, case=case, resident=resident)
        if choice.sms:
            text_staff(tx, row["staff_id"], kind, case)


def _watches(tx: Tx, row: RowMapping, case: CaseRecord) -> bool:
    places = {row["unit_id"], *_texts.decode(row["covers"])}
    return case.unit_id in places and case.queue_role in roles_seen(tx.region, Role(row["role"]))


def _is_told(tx: Tx, staff_id: str, conversation_id: str) -> bool:
    found = tx.conn.execute(_UNREAD, {"who": staff_id, "of": conversation_id}).first()
    return found is not None


def _add(
    tx: Tx,
    staff_id: str,
    kind: NoticeKind,
    *,
    case: CaseRecord | None = None,
    resident: ResidentRef | None = None,
    conversation_id: str | None = None,
    who: StaffRef | None = None,
    detail: str = "",
) -> None:
    notice = Notice(
        id=new_id(int(tx.now.timestamp() * 1000)),
        kind=kind,
        at=tx.now,
        case_id=case.id if case else None,
        conversation_id=conversation_id,
        who=who,
        resident=resident,
        detail=detail[:_DETAIL],
    )
    row: dict[str, Any] = {
        "id": notice.id,
        "staff_id": staff_id,
        "kind": kind,
        "at": tx.now,
        "case_id": notice.case_id,
        "conversation_id": conversation_id,
        "resident_id": resident.id if resident else None,
        "who_id": who.id if who else None,
        "who_name": who.name if who else "",
        "who_title": who.title if who else "",
        "detail": notice.detail,
    }
    tx.conn.execute(_ADD, row)
    tx.emit(staff_stream(staff_id), NoticeAdded(notice=notice))


def text_staff(tx: Tx, staff_id: str, kind: NoticeKind, case: CaseRecord | None, *, count: int = 1) -> None:
    """Queue an SMS to a staff member, whatever they chose: the unit and the kind of news (domain.md 2.7).

    No name and nothing of the matter. `count` is how many cases it is about.
    """
    body = text_of(kind, count)
    if case is not None:
        body = from_unit(tx.conn.execute(_UNIT, {"wanted": case.unit_id}).scalar_one(), body)
    queue_staff_text(tx, staff_id, body, kind=kind, case=case)


def text_of(kind: NoticeKind, count: int = 1) -> str:
    """What an SMS says of a kind of news."""
    match kind:
        case "new_async":
            return _("A new chat waits. You cannot answer this SMS.")
        case "new_drop_in":
            return _("A new drop-in case waits. You cannot answer this SMS.")
        case "scheduled" | "visit_moved" | "visit_cancelled":
            return _("There is news about a scheduled visit. You cannot answer this SMS.")
        case "handed_over":
            return _("A colleague asks you to take over a case. You cannot answer this SMS.")
        case "assigned_back":
            return _("A case given to you has been taken back. You cannot answer this SMS.")
        case "day_end":
            if count == 1:
                return _("The case is not ended. You cannot answer this SMS.")
            return _("You have {count} cases that are not ended. You cannot answer this SMS.").format(
                count=count
            )
        case _:
            return _("A colleague has given you a case. You cannot answer this SMS.")


def choices_of(stored: str) -> tuple[NotifyChoice, ...]:
    """A staff member's choice for every kind, in a stable order; what they never chose is as it began."""
    chosen = {choice.kind: choice for choice in _choices.decode(stored)} if stored != "[]" else {}
    return tuple(chosen.get(default.kind, default) for default in _DEFAULTS)


def stored_choices(choices: Iterable[NotifyChoice]) -> str:
    """Choices as the staff member's column keeps them; the last one of a kind holds."""
    return msgspec.json.encode(tuple({choice.kind: choice for choice in choices}.values())).decode()


def choice_of(stored: str, kind: str) -> NotifyChoice:
    """The choice for one kind."""
    return next(choice for choice in choices_of(stored) if choice.kind == kind)


def newest_notices(tx: Tx, staff_id: str) -> tuple[Notice, ...]:
    """The newest notices of a staff member that the session shows, oldest first."""
    rows = tx.conn.execute(_NEWEST, {"who": staff_id}).mappings().all()
    return shown_notices(tx, [_notice(tx, row) for row in reversed(rows)])


def shown_notices(tx: Tx, notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """Those of the session's assignment, and of cases it may still read (see `access.sees_notice`)."""
    about = {one.id: subject for one in notices if (subject := subject_of_notice(one)) is not None}
    known = access_to(tx, set(about.values()))
    shown: list[Notice] = []
    for one in notices:
        subject = about.get(one.id)
        access = None if subject is None else known.get(subject)
        if (access is not None or subject is None) and sees_notice(tx.desk_viewer, access):
            shown.append(one)
    return tuple(shown)


def read_up_to(tx: Tx, staff_id: str, notice_id: str) -> tuple[Notice, ...] | None:
    """Mark a notice and all before it that are shown as read; those that were not.

    None where there is no such notice. What belongs to another assignment is read there.
    """
    asked = {"wanted": notice_id, "who": staff_id}
    if tx.conn.execute(_ONE, asked).first() is None:
        return None
    rows = tx.conn.execute(_UP_TO, asked).mappings().all()
    found = shown_notices(tx, [_notice(tx, row, read=True) for row in rows])
    if found:
        tx.conn.execute(_READ_THESE, {"ids": [one.id for one in found], "now": tx.now})
        tx.emit(staff_stream(staff_id), NoticesRead(notice_id=notice_id))
    return found


def read_of_conversation(tx: Tx, staff_id: str, conversation_id: str) -> None:
    """A conversation was read, so its notice is."""
    asked = {"who": staff_id, "of": conversation_id}
    found = tx.conn.execute(_OF_CONVERSATION, asked).mappings().all()
    if not found:
        return
    tx.conn.execute(_READ_CONVERSATION, {**asked, "now": tx.now})
    for row in found:
        tx.emit(staff_stream(staff_id), NoticeAdded(notice=_notice(tx, row, read=True)))


def _notice(tx: Tx, row: RowMapping, *, read: bool = False) -> Notice:
    who = None
    if row["who_id"] is not None:
        who = StaffRef(id=row["who_id"], name=row["who_name"], title=row["who_title"])
    return Notice(
        id=row["id"],
        kind=row["kind"],
        at=row["at"],
        case_id=row["case_id"],
        conversation_id=row["conversation_id"],
        who=who,
        resident=_resident(tx, row),
        detail=row["detail"],
        read=read or row["read_at"] is not None,
    )


def _resident(tx: Tx, row: RowMapping) -> ResidentRef | None:
    if row["resident_id"] is None:
        return None
    return ref_of(
        identity=row["resident_id"],
        name=row["resident_name"],
        birth_date=row["birth_date"],
        sex=row["sex"],
        protected=row["protected"],
        today=local_date(tx.region, tx.now),
    )
