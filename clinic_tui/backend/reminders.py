"""Reminders of scheduled visits: the same morning, and a quarter of an hour before (domain.md 2.6)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam

from clinic_tui.backend.cases import CaseRecord, case_select, change_case, record, tell_case
from clinic_tui.backend.context import Backend
from clinic_tui.backend.guardians import receiver_of
from clinic_tui.backend.notices import notify, notify_queue
from clinic_tui.backend.sms.outbox import queue_resident_text
from clinic_tui.backend.store.tables import cases
from clinic_tui.backend.system import in_transaction
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.booking import Reminder, due
from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.i18n import _

_AHEAD = timedelta(hours=24)
_STARTS = cases.c.starts_at
_COMING = (
    case_select()
    .where(
        cases.c.kind == CaseKind.SCHEDULED.value,
        cases.c.state.in_([CaseState.BOOKED.value, CaseState.ACCEPTED.value]),
        bindparam("now", type_=_STARTS.type) < _STARTS,
        bindparam("until", type_=_STARTS.type) >= _STARTS,
    )
    .order_by(cases.c.id)
)
_LOCKED = _COMING.where(cases.c.id.in_(bindparam("ids", expanding=True))).with_for_update(of=cases)


async def remind(backend: Backend, now: datetime) -> None:
    """Send the reminders that are due, each once; a visit that is cancelled or has begun gets none."""
    zone = ZoneInfo(backend.region.time_zone)
    asked = {"now": now, "until": now + _AHEAD}

    def waiting(conn: Connection) -> list[str]:
        rows = conn.execute(_COMING, asked).mappings().all()
        return [case.id for case in map(record, rows) if _due(case, now, zone)]

    def work(tx: Tx) -> None:
        for row in tx.conn.execute(_LOCKED, {**asked, "ids": ids}).mappings().all():
            case = record(row)
            found = _due(case, now, zone)
            if found:
                case = change_case(tx, case, warned=case.warned | int(found))
                _send(tx, case, found, zone)
                tell_case(tx, case, "case.reminded")

    ids = await backend.store.read(waiting)
    if ids:
        await in_transaction(backend, now, work)


def _due(case: CaseRecord, now: datetime, zone: ZoneInfo) -> Reminder:
    if case.starts_at is None:
        return Reminder.NONE
    return due(case.starts_at, Reminder(case.warned), now, zone)


def _send(tx: Tx, case: CaseRecord, found: Reminder, zone: ZoneInfo) -> None:
    """Tell the resident and, at the last one, the staff who take the visit."""
    queue_resident_text(tx, case, receiver_of(tx, case), _body(case, found, zone), kind="visit_soon")
    if found is not Reminder.SOON:
        return
    booked = case.booking.staff if case.booking else None
    who = case.assignee or booked
    if who is None:
        notify_queue(tx, case, "scheduled")
    else:
        notify(tx, who.id, "scheduled", case=case)


def _body(case: CaseRecord, found: Reminder, zone: ZoneInfo) -> str:
    at = (case.starts_at or case.queued_at).astimezone(zone).strftime("%H:%M")
    if case.mode == "phone":
        text = _("You have a visit by phone at {time} today. We phone you. You cannot answer this SMS.")
    elif found is Reminder.SOON:
        text = _("Your visit starts at {time}. Log in to 1177. You cannot answer this SMS.")
    else:
        text = _("You have a visit at {time} today. Log in to 1177 then. You cannot answer this SMS.")
    return text.format(time=at)
