"""Scheduled visits: booking, moving, cancelling, and the resident who did not come (domain.md 2.6)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, bindparam, insert

from clinic_tui.backend.cases import CaseRecord, case_row, case_select, record, staff_case
from clinic_tui.backend.chats import Parties
from clinic_tui.backend.details import case_detail_of
from clinic_tui.backend.guardians import guardians_of, is_child, receiver_of
from clinic_tui.backend.handlers.common import facts_of, log, step, tell_all
from clinic_tui.backend.notices import notify
from clinic_tui.backend.profiles import resident_to_contact
from clinic_tui.backend.refused import by_rule, invalid
from clinic_tui.backend.sms.outbox import queue_resident_text
from clinic_tui.backend.store.tables import cases
from clinic_tui.backend.targets import queue_roles, target
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.undo import keep_case
from clinic_tui.domain.async_chats import check_channel
from clinic_tui.domain.booking import check_place, check_time, needless
from clinic_tui.domain.cases import CaseCommand, CaseKind, CaseState, Origin, PrioritySource
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.refusals import REASONS, Refusal
from clinic_tui.domain.residents import check_guardian
from clinic_tui.domain.roles import Permission, Role, allows
from clinic_tui.domain.undoing import Undoable
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import CaseAnswer, DetailAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import BookVisit, CancelVisit, MarkNoShow, RebookVisit
from clinic_tui.protocol.refs import StaffRef

_ADD = insert(cases)
_LOAD = case_select().where(cases.c.id == bindparam("wanted"))
_FIELDS = {
    "visit.unit_not_yours": "unit_id",
    "visit.role_not_here": "role",
    "case.target_lacks_role": "staff_id",
    "visit.guardian_missing": "guardian_id",
    "visit.guardian_not_for_adult": "guardian_id",
    "proxy.no_link": "guardian_id",
    "visit.in_past": "starts_at",
    "visit.too_far_ahead": "starts_at",
    "visit.too_long": "minutes",
    "case.reason_missing": "reason",
}
"""The field of the command that breaks a rule; what is not here is about the state, not a field."""


def book_visit(tx: Tx, command: BookVisit) -> DetailAnswer:
    """Book a visit for a resident one has a ground to open; they get an SMS."""
    tx.require(Permission.CREATE_ASYNC)
    resident = resident_to_contact(tx, command.resident_id, command.reason, field="reason")
    booked = _place(tx, command)
    ends_at = _ends(tx, command.starts_at, command.minutes)
    on_the_day = replace(tx, now=command.starts_at)
    proxy = _guardian(on_the_day, resident, command.guardian_id)
    if is_blank(command.reason):
        raise _refused(Refusal(rule="case.reason_missing"))
    parties = Parties(resident=resident, proxy=proxy)
    no = check_channel(has_channel=parties.has_channel, without_channel=command.without_channel)
    if no is not None:
        raise _refused(no)
    case_id = new_id(int(tx.now.timestamp() * 1000))
    row: dict[str, Any] = {
        "id": case_id,
        "kind": CaseKind.SCHEDULED.value,
        "origin": Origin.BOOKING.value,
        "state": CaseState.BOOKED.value,
        "unit_id": command.unit_id,
        "queue_role": command.role,
        "resident_id": resident["id"],
        "acting_proxy_id": proxy["id"] if proxy else None,
        "acting_proxy": proxy["name"] if proxy else None,
        "reason": command.reason.strip(),
        "priority_source": PrioritySource.MANUAL.value,
        "queued_at": tx.now,
        "child": is_child(on_the_day, resident),
        "from_ticket": False,
        "free_text": False,
        "ends_at": ends_at,
        "booked_id": booked.id if booked else None,
        "booked_name": booked.name if booked else "",
        "booked_title": booked.title if booked else "",
        "changed_by_id": tx.staff.id,
        "changed_by_name": tx.staff.display_name,
        "changed_by_title": tx.staff.title,
        "changed_at": tx.now,
        **_timed(tx, command.starts_at, command.mode),
    }
    tx.conn.execute(_ADD, row)
    case = record(tx.conn.execute(_LOAD, {"wanted": case_id}).mappings().one())
    _text(tx, case, _("You have a visit booked {when}. You cannot answer this SMS."))
    log(tx, case, "CREATE", "booked")
    tell_all(tx, case, "case.booked")
    return DetailAnswer(detail=case_detail_of(tx, case))


def rebook_visit(tx: Tx, command: RebookVisit) -> CaseAnswer:
    """Move a booked visit to another time; the resident gets an SMS."""
    case = staff_case(tx, command.case_id)
    ends_at = _ends(tx, command.starts_at, command.minutes)
    case = step(
        tx,
        case,
        CaseCommand.REBOOK,
        booking_facts(tx, case),
        version=command.version,
        ends_at=ends_at,
        **_timed(tx, command.starts_at, command.mode),
    )
    text = _("Your visit is moved to {when}. You cannot answer this SMS.")
    _tell(tx, case, text, "visit_moved", when_text(tx, command.starts_at), command)
    log(tx, case, "UPDATE", "rebooked")
    tell_all(tx, case, "case.rebooked")
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def cancel_visit(tx: Tx, command: CancelVisit) -> CaseAnswer:
    """Cancel a booked visit; the resident gets an SMS, without the reason."""
    case = staff_case(tx, command.case_id)
    if is_blank(command.reason):
        raise _refused(Refusal(rule="case.reason_missing"))
    facts = booking_facts(tx, case)
    case = step(tx, case, CaseCommand.CANCEL_VISIT, facts, version=command.version, closed_at=tx.now)
    text = _("Your visit {when} is cancelled. You cannot answer this SMS.")
    _tell(tx, case, text, "visit_cancelled", command.reason, command)
    log(tx, case, "UPDATE", "cancelled", command.reason)
    tell_all(tx, case, "case.cancelled")
    return CaseAnswer(case=case_row(case, tx.now, tx.region))


def mark_no_show(tx: Tx, command: MarkNoShow) -> CaseAnswer:
    """The resident did not come; possible from the booked start on."""
    before = staff_case(tx, command.case_id)
    facts = booking_facts(tx, before)
    case = step(tx, before, CaseCommand.NO_SHOW, facts, version=command.version, closed_at=tx.now)
    keep_case(tx, command.command_id, Undoable.NO_SHOW, before, case)
    log(tx, case, "UPDATE", "no_show")
    tell_all(tx, case, "case.no_show")
    return CaseAnswer(case=case_row(case, tx.now, tx.region), undo_id=command.command_id)


def booking_facts(tx: Tx, case: CaseRecord) -> Any:
    """What the life cycle needs to know of a booking."""
    return facts_of(
        tx,
        case,
        may_book=bool(tx.allows(Permission.CREATE_ASYNC)),
        has_begun=case.starts_at is not None and tx.now >= case.starts_at,
    )


def _ends(tx: Tx, starts_at: datetime, minutes: int) -> datetime:
    lasts = timedelta(minutes=minutes)
    no = check_time(starts_at, lasts, tx.now)
    if no is not None:
        raise _refused(no)
    return starts_at + lasts


def _timed(tx: Tx, starts_at: datetime, mode: str) -> dict[str, Any]:
    """The columns of a time: reminders that the text sent now makes needless are marked as done."""
    done = needless(starts_at, tx.now, ZoneInfo(tx.region.time_zone))
    return {"starts_at": starts_at, "mode": mode, "warned": int(done)}


def _place(tx: Tx, command: BookVisit) -> StaffRef | None:
    """For whom it is booked; refused where the unit, the role or the colleague does not fit together."""
    person = None if command.staff_id is None else target(tx, command.staff_id)
    live = command.role in set(Role) and allows(Role(command.role), Permission.ACCEPT_DROP_IN)
    no = check_place(
        own_unit=command.unit_id in tx.assignment.units,
        role_there=bool(live) and command.role in queue_roles(tx).get(command.unit_id, ()),
        staff_there=person is None or person.takes(command.unit_id, command.role, Permission.ACCEPT_DROP_IN),
    )
    if no is not None:
        raise _refused(no)
    return person.ref if person else None


def _guardian(tx: Tx, resident: RowMapping, guardian_id: str | None) -> RowMapping | None:
    """Who takes part for a child, as the register and the child's age will be on the day of the visit."""
    able = guardians_of(tx, resident["id"])
    chosen = next((row for row in able if row["id"] == guardian_id), None)
    no = check_guardian(
        child=is_child(tx, resident),
        given=guardian_id is not None,
        any_may=bool(able),
        allowed=chosen is not None,
    )
    if no is not None:
        raise _refused(no)
    return chosen


def when_text(tx: Tx, at: datetime) -> str:
    """A moment as a text message says it: `2026-03-12 10:00`, local time."""
    return at.astimezone(ZoneInfo(tx.region.time_zone)).strftime("%Y-%m-%d %H:%M")


def _text(tx: Tx, case: CaseRecord, body: str) -> bool:
    body = body.format(when=when_text(tx, case.starts_at or tx.now))
    return queue_resident_text(tx, case, receiver_of(tx, case), body, kind="scheduled")


def _tell(
    tx: Tx,
    case: CaseRecord,
    body: str,
    kind: Literal["visit_moved", "visit_cancelled"],
    detail: str,
    command: RebookVisit | CancelVisit,
) -> None:
    """Tell the resident and for whom it is booked; refused where no SMS can go and nobody said so be it."""
    no = check_channel(has_channel=_text(tx, case, body), without_channel=command.without_channel)
    if no is not None:
        raise _refused(no)
    if case.booked_id is not None:
        notify(tx, case.booked_id, kind, case=case, who=tx.staff.ref, detail=detail)


def _refused(no: Refusal) -> Exception:
    field = _FIELDS.get(no.rule)
    return by_rule(no) if field is None else invalid(field, no.rule, REASONS[no.rule])
