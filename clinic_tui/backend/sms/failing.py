"""A text that could not be delivered becomes a task that somebody sees (domain.md 7.5)."""

import logging
from typing import Any

from sqlalchemy import bindparam, insert, or_, select

from clinic_tui.backend.cases import CaseRecord, case_select, record, resident_ref
from clinic_tui.backend.identity import ref_of_row
from clinic_tui.backend.notices import notify
from clinic_tui.backend.rules import local_date
from clinic_tui.backend.store.tables import cases, guardians, residents, sms_outbox
from clinic_tui.backend.store.team_tables import tickets, verifications
from clinic_tui.backend.streams import unit_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.protocol.care import Verification
from clinic_tui.protocol.events import VerificationChanged
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.refs import ResidentRef, StaffRef

_TEXT = select(sms_outbox.c.case_id, sms_outbox.c.resident_id, sms_outbox.c.kind, sms_outbox.c.fault).where(
    sms_outbox.c.id == bindparam("which")
)
_CASE = case_select().where(cases.c.id == bindparam("of"))
_RESIDENT = select(residents).where(residents.c.id == bindparam("who"))
_CHILDREN = select(guardians.c.child_id).where(guardians.c.guardian_id == bindparam("who"))
_TICKET = (
    select(tickets)
    .where(or_(tickets.c.resident_id == bindparam("who"), tickets.c.resident_id.in_(_CHILDREN)))
    .order_by(tickets.c.issued_at.desc())
    .limit(1)
)
_OPEN = select(verifications.c.id).where(
    verifications.c.kind == "sms_failed",
    verifications.c.state == "open",
    verifications.c.resident_id == bindparam("who"),
    verifications.c.unit_id == bindparam("at"),
)
_ADD = insert(verifications)
_log = logging.getLogger(__name__)


def tell_failed(tx: Tx, text_id: str) -> None:
    """Make a task of a text to a resident that will not arrive, at the unit of its case or ticket.

    Who has the case, or issued the ticket, is told. One task at a time is open for a resident at a unit. A
    text to a staff member is only noted in the log.
    """
    text = tx.conn.execute(_TEXT, {"which": text_id}).one()
    _log.warning("text %s (%s) was not delivered: %s", text_id, text.kind, text.fault)
    if text.resident_id is None:
        return
    case = _case(tx, text.case_id)
    found = _of_case(tx, case) if case is not None else _of_ticket(tx, text.resident_id)
    if found is None:
        return
    resident, unit_id, asked_of = found
    if tx.conn.execute(_OPEN, {"who": resident.id, "at": unit_id}).first() is None:
        task = Verification(
            id=new_id(int(tx.now.timestamp() * 1000)),
            kind="sms_failed",
            state="open",
            unit_id=unit_id,
            case_id=case.id if case is not None else None,
            resident=resident,
            asked_of=asked_of,
            asked_at=tx.now,
            detail=text.kind,
        )
        tx.conn.execute(_ADD, _row(task, resident.id))
        tx.emit(unit_stream(unit_id), VerificationChanged(verification=task))
    if asked_of is not None:
        notify(tx, asked_of.id, "sms_failed", case=case, detail=text.kind)


def _case(tx: Tx, case_id: str | None) -> CaseRecord | None:
    if case_id is None:
        return None
    return record(tx.conn.execute(_CASE, {"of": case_id}).mappings().one())


_Place = tuple[ResidentRef, str, StaffRef | None]
"""Whom the task is about, at which unit, and who is asked first."""


def _of_case(tx: Tx, case: CaseRecord) -> _Place:
    return resident_ref(case, local_date(tx.region, tx.now)), case.unit_id, case.assignee


def _of_ticket(tx: Tx, receiver_id: str) -> _Place | None:
    """The newest ticket of the receiver, or of a child whose guardian they are."""
    ticket = tx.conn.execute(_TICKET, {"who": receiver_id}).first()
    if ticket is None:
        return None
    row = tx.conn.execute(_RESIDENT, {"who": ticket.resident_id}).mappings().one()
    issuer = StaffRef(id=ticket.issuer_id, name=ticket.issuer_name, title=ticket.issuer_title)
    return ref_of_row(row, local_date(tx.region, tx.now)), ticket.issuer_unit_id, issuer


def _row(task: Verification, resident_id: str) -> dict[str, Any]:
    of = task.asked_of
    return {
        "id": task.id,
        "kind": task.kind,
        "state": task.state,
        "unit_id": task.unit_id,
        "case_id": task.case_id,
        "resident_id": resident_id,
        "asked_of_id": of.id if of else None,
        "asked_of_name": of.name if of else "",
        "asked_of_title": of.title if of else "",
        "asked_at": task.asked_at,
        "detail": task.detail,
    }
