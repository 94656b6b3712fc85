"""One's own presence, notices and the end of one's shift (slides 16 and 72-73, domain.md 5.5)."""

from sqlalchemy import bindparam, select

from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.cases import case_select, readable_case, record
from clinic_tui.backend.handlers.common import log
from clinic_tui.backend.notices import read_up_to
from clinic_tui.backend.refused import TEXTS, invalid, not_found, refused
from clinic_tui.backend.shifts import end_shift as end_shift_at
from clinic_tui.backend.shifts import state_presence
from clinic_tui.backend.store.tables import cases
from clinic_tui.backend.store.team_tables import tickets
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.cases import HELD, CaseKind
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.presence import Presence
from clinic_tui.domain.refusals import REASONS
from clinic_tui.protocol.command import Done
from clinic_tui.protocol.problems import Code
from clinic_tui.protocol.team_commands import (
    ColleagueAnswer,
    EndShift,
    LeftItem,
    NoticesAnswer,
    ReadNotices,
    SetPresence,
)

_UNFINISHED = (
    case_select()
    .where(
        cases.c.assignee_id == bindparam("who"),
        cases.c.state.in_([state.value for state in sorted(HELD)]),
        cases.c.kind != CaseKind.ASYNC.value,
        cases.c.unit_id.in_(bindparam("units", expanding=True)),
    )
    .order_by(cases.c.accepted_at, cases.c.id)
)
_MY_TICKET = select(tickets.c.issuer_unit_id, tickets.c.resident_id).where(
    tickets.c.id == bindparam("wanted"), tickets.c.issuer_id == bindparam("who")
)


def set_presence(tx: Tx, command: SetPresence) -> ColleagueAnswer:
    """Say that one is available or busy; colleagues see it at once (domain.md 2.11)."""
    colleague = state_presence(tx, Presence(command.presence))
    _log_shift(tx, "presence_set", command.presence)
    return ColleagueAnswer(colleague=colleague)


def read_notices(tx: Tx, command: ReadNotices) -> NoticesAnswer:
    """One's notices up to this one are read; anybody else's do not exist here."""
    found = read_up_to(tx, tx.staff.id, command.notice_id)
    if found is None:
        raise not_found()
    return NoticesAnswer(notices=found)


def end_shift(tx: Tx, command: EndShift) -> Done:
    """End one's shift; a live visit or unsigned note of one's own is refused unless left with a reason."""
    rows = tx.conn.execute(_UNFINISHED, {"who": tx.staff.id, "units": list(tx.assignment.units)}).mappings()
    left = {item.id for item in command.left if item.kind != "ticket"}
    unfinished = [case.id for case in map(record, rows) if case.id not in left]
    if unfinished:
        detail = f"{TEXTS['shift.unfinished']} {', '.join(unfinished)}"
        raise refused(Code.BLOCKED_BY_RULE, detail, rule="shift.unfinished")
    for item in command.left:
        _log_left(tx, item)
    end_shift_at(tx, tx.staff.id, tx.assignment.unit_id, for_good=True)
    _log_shift(tx, "shift_ended")
    return Done()


def _log_left(tx: Tx, item: LeftItem) -> None:
    """What is left is in the access log with its reason; what is not one's to leave is refused."""
    if is_blank(item.reason):
        raise invalid("left", "case.reason_missing", REASONS["case.reason_missing"])
    code = "left_unfinished"
    if item.kind != "ticket":
        log(tx, readable_case(tx, item.id, lock=False), "UPDATE", code, item.reason)
        return
    ticket = tx.conn.execute(_MY_TICKET, {"wanted": item.id, "who": tx.staff.id}).one_or_none()
    if ticket is None:
        raise not_found(item.id)
    tx.audit(
        AuditEntry(
            action="UPDATE",
            code=code,
            object_type="ticket",
            object_id=item.id,
            unit_id=ticket.issuer_unit_id,
            resident_id=ticket.resident_id,
            reason=item.reason,
        )
    )


def _log_shift(tx: Tx, code: str, reason: str = "") -> None:
    unit = tx.assignment.unit_id
    tx.audit(
        AuditEntry(
            action="UPDATE",
            code=code,
            object_type="shift",
            object_id=tx.staff.id,
            unit_id=unit,
            reason=reason,
        )
    )
