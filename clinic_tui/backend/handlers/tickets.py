"""Drop-in tickets: issuing, calling back and using one (slide 60, domain.md 2.3)."""

from typing import Any

from sqlalchemy import insert

from clinic_tui.backend.audit import Action, AuditEntry
from clinic_tui.backend.cases import CaseRecord, readable_case
from clinic_tui.backend.chat_texts import text_cancelled_ticket, text_ticket
from clinic_tui.backend.chats import local_time, parties_of
from clinic_tui.backend.guardians import children_of
from clinic_tui.backend.handlers.seeking import arrive, door_row, people_at_door, refuse_blocked, way_in
from clinic_tui.backend.profiles import resident_to_contact
from clinic_tui.backend.refused import blocked, by_rule, invalid, not_found
from clinic_tui.backend.store.tables import cases, units
from clinic_tui.backend.tickets import add_ticket, end_ticket, find_ticket, same_ticket, tell_issuer
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.undo import keep_ticket
from clinic_tui.backend.units import roles_held
from clinic_tui.domain import tickets as rules
from clinic_tui.domain.cases import Origin, PrioritySource
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.refusals import REASONS, Refusal
from clinic_tui.domain.roles import Permission, Role, allows
from clinic_tui.domain.tickets import TICKET_PRIORITY, TicketState
from clinic_tui.domain.undoing import Undoable
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.chat_commands import CancelTicket, IssueTicket, TicketAnswer
from clinic_tui.protocol.commands import RedeemTicket, ResidentCaseAnswer
from clinic_tui.protocol.ids import new_id

_ADD = insert(cases)


def issue_ticket(tx: Tx, command: IssueTicket) -> TicketAnswer:
    """Let a resident into a unit's drop-in queue for a role; they are told by SMS, without the reason.

    One ticket at a time to the same queue; the refusal names who issued it.
    """
    own = command.unit_id in tx.assignment.units
    tx.require(Permission.ISSUE_TICKET_OWN_UNIT if own else Permission.ISSUE_TICKET_OTHER_UNIT)
    resident_to_contact(tx, command.resident_id, command.reason, field="reason")
    source = _source(tx, command)
    if tx.conn.execute(units.select().where(units.c.id == command.unit_id)).first() is None:
        raise not_found(command.unit_id)
    if is_blank(command.reason):
        raise invalid("reason", "case.reason_missing", REASONS["case.reason_missing"])
    standing = same_ticket(tx, command.resident_id, command.unit_id, command.role)
    if standing is not None and tx.now >= standing.valid_until:
        end_ticket(tx, standing, TicketState.EXPIRED)
        standing = None
    refusal = rules.check_issue(
        role_is_held=_takes_drop_in(tx, command.unit_id, command.role), has_open_one=standing is not None
    )
    if refusal is not None:
        raise by_rule(
            refusal, standing.issuer if standing else None, standing.issued_at if standing else None
        )
    days = command.days or tx.region.ticket_days
    row: dict[str, Any] = {
        "id": command.command_id,
        "resident_id": command.resident_id,
        "unit_id": command.unit_id,
        "role": command.role,
        "reason": command.reason.strip(),
        "issuer_id": tx.staff.id,
        "issuer_name": tx.staff.display_name,
        "issuer_title": tx.staff.title,
        "issuer_unit_id": tx.assignment.unit_id,
        "source_case_id": source.id if source else None,
        "issued_at": tx.now,
        "valid_until": rules.valid_until(tx.now, days),
        "state": TicketState.ISSUED.value,
    }
    ticket = add_ticket(tx, row)
    _log(tx, ticket, "CREATE", "ticket_issued")
    return TicketAnswer(ticket=ticket, texted=text_valid(tx, ticket))


def text_valid(tx: Tx, ticket: Ticket) -> bool:
    """Tell a resident by SMS of a ticket that holds; False where there is no mobile number."""
    return text_ticket(tx, *_address(tx, ticket), local_time(tx, ticket.valid_until))


def _source(tx: Tx, command: IssueTicket) -> CaseRecord | None:
    if command.case_id is None:
        return None
    case = readable_case(tx, command.case_id, lock=False)
    if case.resident_id != command.resident_id:
        raise not_found(command.case_id)
    return case


def _takes_drop_in(tx: Tx, unit_id: str, role: str) -> bool:
    if role not in set(Role) or not allows(Role(role), Permission.ACCEPT_DROP_IN):
        return False
    return role in roles_held(tx, unit_id)


def _address(tx: Tx, ticket: Ticket) -> tuple[str, str | None]:
    """Who gets a text about a ticket, and the unit that may be named in it."""
    parties = parties_of(tx, ticket.resident.id)
    return parties.receiver["id"], None if ticket.resident.protected != "none" else ticket.unit_id


def cancel_ticket(tx: Tx, command: CancelTicket) -> TicketAnswer:
    """Call a ticket back that was not used; the resident sees it at once and gets an SMS (slide 60).

    Whoever issued it is told where somebody else does it. Those at the unit it came from or leads to may,
    and whoever issues to other units.
    """
    tx.require(Permission.ISSUE_TICKET_OWN_UNIT, command.ticket_id)
    ticket = find_ticket(tx, command.ticket_id, lock=True)
    mine = set(tx.assignment.units)
    near = ticket is not None and bool(mine & {ticket.unit_id, ticket.issuer_unit_id})
    if ticket is None or not (near or ticket.issuer.id == tx.staff.id):
        raise not_found(command.ticket_id)
    outcome = rules.cancel(TicketState(ticket.state), ticket.valid_until, tx.now)
    if isinstance(outcome, Refusal):
        raise by_rule(outcome, at=ticket.ended_at)
    ticket = end_ticket(tx, ticket, outcome)
    _log(tx, ticket, "UPDATE", "ticket_cancelled", command.reason)
    tell_issuer(tx, ticket, "ticket_cancelled", tx.staff.ref)
    texted = text_cancelled_ticket(tx, *_address(tx, ticket))
    keep_ticket(tx, command.command_id, Undoable.CANCEL_TICKET, ticket)
    return TicketAnswer(ticket=ticket, texted=texted, undo_id=command.command_id)


def redeem_ticket(tx: Tx, command: RedeemTicket) -> ResidentCaseAnswer:
    """The resident, or a guardian who acts for them, uses a ticket: a new drop-in case with priority 3.

    Where the unit is closed the case waits for its opening (domain.md 4.1 rows 13 and 14). Refused while
    another drop-in case of the resident waits or blocks (domain.md 8.3).
    """
    known = find_ticket(tx, command.ticket_id, lock=False)
    if known is None:
        raise not_found()
    child_id = None if known.resident.id == tx.resident_id else known.resident.id
    if child_id is not None and child_id not in {child["id"] for child in children_of(tx, tx.resident_id)}:
        raise not_found()
    patient, proxy = people_at_door(tx, child_id)
    ticket = find_ticket(tx, command.ticket_id, lock=True) or known
    outcome = rules.redeem(TicketState(ticket.state), ticket.valid_until, tx.now)
    if isinstance(outcome, Refusal):
        raise by_rule(outcome, at=ticket.ended_at)
    refuse_blocked(tx, patient["id"])
    way = way_in(tx, patient, TICKET_PRIORITY, ticket)
    if way.unit_id is None or way.queue_role is None:
        raise blocked(f"routing.{way.shows.value}")
    case_id = new_id(int(tx.now.timestamp() * 1000))
    tx.conn.execute(
        _ADD,
        {
            **door_row(tx, case_id, patient, proxy, way),
            "origin": Origin.TICKET.value,
            "reason": ticket.reason,
            "priority": TICKET_PRIORITY,
            "priority_source": PrioritySource.TICKET.value,
            "from_ticket": True,
            "ticket_id": ticket.id,
            "parent_id": ticket.source_case_id,
            "free_text": False,
        },
    )
    ticket = end_ticket(tx, ticket, outcome, redeemed_case_id=case_id)
    _log(tx, ticket, "UPDATE", "ticket_redeemed")
    return arrive(tx, case_id, "ticket_redeemed")


def _log(tx: Tx, ticket: Ticket, action: Action, code: str, reason: str = "") -> None:
    tx.audit(
        AuditEntry(
            action=action,
            code=code,
            object_type="ticket",
            object_id=ticket.id,
            unit_id=ticket.unit_id,
            resident_id=ticket.resident.id,
            reason=reason,
        )
    )
