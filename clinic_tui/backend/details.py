"""The whole of one case, for those who may read it."""

import json
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import bindparam, select

from clinic_tui.backend.cases import CaseRecord, case_row
from clinic_tui.backend.circle import may_read
from clinic_tui.backend.conversations import beside
from clinic_tui.backend.guardians import receiver_of
from clinic_tui.backend.handlers.drafts import drafts_of
from clinic_tui.backend.messages import newest
from clinic_tui.backend.notes import history_of, notes_of
from clinic_tui.backend.people import can_be_texted, contact_of
from clinic_tui.backend.rules import local_date
from clinic_tui.backend.store.tables import audit, cases, notes, staff, units
from clinic_tui.backend.tickets import open_tickets_of
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.cases import FINISHED
from clinic_tui.protocol.resources import CaseDetail, CaseEvent, EarlierCase, StaffRef

_EARLIER = (
    select(
        cases.c.id,
        cases.c.kind,
        cases.c.reason,
        cases.c.closed_at,
        cases.c.close_reason,
        cases.c.assignee_name,
        cases.c.documented_at,
        cases.c.unit_id,
        cases.c.queue_role,
        cases.c.assignee_id,
        cases.c.participants,
        cases.c.hand_over,
        units.c.name.label("unit_name"),
    )
    .join_from(cases, units, units.c.id == cases.c.unit_id)
    .where(
        cases.c.resident_id == bindparam("who"),
        cases.c.id != bindparam("this"),
        cases.c.unit_id.in_(bindparam("units", expanding=True)),
        cases.c.state.in_([state.value for state in FINISHED]),
        cases.c.closed_at.is_not(None),
    )
    .order_by(cases.c.closed_at.desc())
    .limit(20)
)
_BODIES = (
    select(notes.c.case_id, notes.c.body)
    .where(notes.c.case_id.in_(bindparam("ids", expanding=True)))
    .order_by(notes.c.number)
)
_APART = ("messages_read", "conversation_read", "conversation_closed", "answer_repeated")
"""What is in the access log and is no step of the case's own history."""
_LINES = (
    select(audit.c.at, audit.c.code, audit.c.record, audit.c.staff_id, staff.c.display_name, staff.c.title)
    .join_from(audit, staff, staff.c.id == audit.c.staff_id, isouter=True)
    .where(
        audit.c.object_id == bindparam("of"),
        audit.c.action.in_(["CREATE", "UPDATE", "SIGN", "READ", "COPY"]),
        audit.c.code.not_in(_APART),
    )
    .order_by(audit.c.at.desc(), audit.c.n.desc())
    .limit(200)
)

_WITH_REASON = frozenset(
    {
        "amended",
        "cancelled",
        "hand_over_declined",
        "handed_over",
        "priority_changed",
        "ticket_cancelled",
        "verification_returned",
        "verification_verified",
    }
)
"""Events whose reason is what somebody wrote, and stands beside them."""
_TO_SOMEBODY = frozenset(
    {
        "assigned",
        "ended_released",
        "hand_over_offered",
        "invited",
        "left",
        "note_handed_on",
        "signed_for_colleague",
    }
)
"""Events whose reason begins with the id of the colleague it is about."""
_NAMES = select(staff.c.id, staff.c.display_name).where(staff.c.id.in_(bindparam("ids", expanding=True)))


def case_detail_of(tx: Tx, case: CaseRecord) -> CaseDetail:
    """The whole case. The caller has checked the access and writes the row in the access log."""
    page = newest(tx.conn, case.id)
    receiver = receiver_of(tx, case)
    earlier, hidden = earlier_of(tx, case.resident_id, but=case.id)
    return CaseDetail(
        row=case_row(case, tx.now, tx.region),
        history=history_of(tx.conn, case.id),
        contact=replace(
            contact_of(tx.conn, case.resident_id, local_date(tx.region, tx.now)),
            reachable=can_be_texted(tx.conn, receiver),
        ),
        earlier=earlier,
        earlier_hidden=hidden,
        messages=page.messages,
        messages_before=page.messages_before,
        notes=notes_of(tx.conn, case.id),
        drafts=drafts_of(tx, case),
        events=_events(tx, case.id),
        conversations=beside(tx, case.id),
        tickets=open_tickets_of(tx, case.resident_id),
        resident_presence=tx.availability(case.id, receiver),
    )


def earlier_of(tx: Tx, resident_id: str, *, but: str = "") -> tuple[tuple[EarlierCase, ...], int]:
    """Closed cases of the resident at the session's own units; others are inside their own secrecy (7.1).

    Those that the session may read, and how many there are beside them: that they exist, and nothing more.
    """
    asked = {"who": resident_id, "this": but, "units": list(tx.assignment.units)}
    found: Sequence[Any] = tx.conn.execute(_EARLIER, asked).all()
    rows = [row for row in found if may_read(tx, row)]
    hidden = len(found) - len(rows)
    if not rows:
        return (), hidden
    bodies = {row.case_id: row.body for row in tx.conn.execute(_BODIES, {"ids": [row.id for row in rows]})}
    shown = tuple(
        EarlierCase(
            id=row.id,
            kind=row.kind,
            reason=row.reason,
            closed_at=row.closed_at,
            close_reason=row.close_reason,
            unit_name=row.unit_name,
            staff_name=row.assignee_name,
            note=bodies.get(row.id, ""),
            documented_at=row.documented_at,
            may_read=True,
        )
        for row in rows
    )
    return shown, hidden


def _events(tx: Tx, case_id: str) -> tuple[CaseEvent, ...]:
    rows = tx.conn.execute(_LINES, {"of": case_id}).all()
    told = _WITH_REASON | _TO_SOMEBODY
    reasons = [json.loads(row.record)["reason"] if row.code in told else "" for row in rows]
    ids = {
        text.partition(": ")[0] for row, text in zip(rows, reasons, strict=True) if row.code in _TO_SOMEBODY
    }
    names = {row.id: row.display_name for row in tx.conn.execute(_NAMES, {"ids": list(ids)})} if ids else {}
    return tuple(
        CaseEvent(
            at=row.at,
            action=row.code,
            staff=None
            if row.display_name is None
            else StaffRef(id=row.staff_id, name=row.display_name, title=row.title),
            detail=_detail(row.code, reason, names),
        )
        for row, reason in zip(reversed(rows), reversed(reasons), strict=True)
    )


def _detail(code: str, reason: str, names: dict[str, str]) -> str:
    """What stands beside an event: what somebody wrote, and to whom."""
    if code not in _TO_SOMEBODY:
        return reason
    who, _colon, text = reason.partition(": ")
    return ": ".join(part for part in (names.get(who, ""), text) if part)
