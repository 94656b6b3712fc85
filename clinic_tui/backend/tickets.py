"""Drop-in tickets in the store, as staff and as their resident see them (domain.md 2.3)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Literal

from msgspec.structs import replace
from sqlalchemy import RowMapping, Select, bindparam, insert, or_, select, update

from clinic_tui.backend.cases import find_case
from clinic_tui.backend.guardians import children_of, guardians_of
from clinic_tui.backend.identity import ref_of_row, shown
from clinic_tui.backend.notices import notify
from clinic_tui.backend.rules import local_date
from clinic_tui.backend.store.tables import residents, units
from clinic_tui.backend.store.team_tables import tickets
from clinic_tui.backend.streams import resident_stream, staff_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.tickets import TicketState
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.events import ResidentTicketChanged, TicketChanged
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resident import ResidentTicket

UNUSED_FOR = timedelta(days=30)
"""How long a ticket that ran out is kept on its issuer's list."""

_RESIDENT = (residents.c.name, residents.c.birth_date, residents.c.sex, residents.c.protected)
_SELECT = (
    select(tickets, units.c.name.label("unit_name"), *_RESIDENT)
    .join_from(tickets, residents, residents.c.id == tickets.c.resident_id)
    .join(units, units.c.id == tickets.c.unit_id)
)
_ISSUED = tickets.c.state == TicketState.ISSUED.value
_UNTIL: Any = bindparam("now", type_=tickets.c.valid_until.type)
_ONE = _SELECT.where(tickets.c.id == bindparam("wanted"))
_ONE_LOCKED = _ONE.with_for_update(of=tickets)
_SAME = _SELECT.where(
    tickets.c.resident_id == bindparam("who"),
    tickets.c.unit_id == bindparam("unit"),
    tickets.c.role == bindparam("role"),
    _ISSUED,
).with_for_update(of=tickets)
_MINE = _SELECT.where(
    tickets.c.issuer_id == bindparam("who"),
    tickets.c.issuer_unit_id.in_(bindparam("units", expanding=True)),
    or_(
        _ISSUED,
        (tickets.c.state == TicketState.EXPIRED.value)
        & (tickets.c.ended_at >= bindparam("since", type_=tickets.c.ended_at.type)),
    ),
).order_by(tickets.c.issued_at, tickets.c.id)
_OPEN = _SELECT.where(
    tickets.c.resident_id.in_(bindparam("people", expanding=True)), _ISSUED, tickets.c.valid_until > _UNTIL
).order_by(tickets.c.valid_until, tickets.c.id)
_FROM_CASE = select(tickets.c.id).where(
    tickets.c.source_case_id == bindparam("case"), _ISSUED, tickets.c.valid_until > _UNTIL
)
_DUE = (
    _SELECT.where(_ISSUED, tickets.c.valid_until <= _UNTIL)
    .order_by(tickets.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=tickets)
)
_ADD = insert(tickets)


def add_ticket(tx: Tx, row: dict[str, Any]) -> Ticket:
    """Store an issued ticket and tell of it."""
    tx.conn.execute(_ADD, row)
    (ticket,) = _all(tx, _ONE, {"wanted": row["id"]})
    tell_ticket(tx, ticket)
    return ticket


def end_ticket(tx: Tx, ticket: Ticket, state: TicketState, redeemed_case_id: str | None = None) -> Ticket:
    """Store that a ticket is used, called back or has run out, and tell of it."""
    tx.conn.execute(
        update(tickets)
        .where(tickets.c.id == ticket.id)
        .values(
            state=state.value,
            ended_at=tx.now,
            redeemed_case_id=redeemed_case_id,
            revision=tickets.c.revision + 1,
        )
    )
    (ended,) = _all(tx, _ONE, {"wanted": ticket.id})
    tell_ticket(tx, ended)
    return ended


def reopen_ticket(tx: Tx, ticket: Ticket) -> Ticket:
    """Store that a ticket that was called back holds again, and tell of it."""
    reopened = {"state": TicketState.ISSUED.value, "ended_at": None, "revision": tickets.c.revision + 1}
    tx.conn.execute(update(tickets).where(tickets.c.id == ticket.id).values(**reopened))
    (again,) = _all(tx, _ONE, {"wanted": ticket.id})
    tell_ticket(tx, again)
    return again


def find_ticket(tx: Tx, ticket_id: str, *, lock: bool) -> Ticket | None:
    """A ticket without any check of access; locked until the transaction ends where asked."""
    found = _all(tx, _ONE_LOCKED if lock else _ONE, {"wanted": ticket_id})
    return found[0] if found else None


def same_ticket(tx: Tx, resident_id: str, unit_id: str, role: str) -> Ticket | None:
    """The one ticket to the same queue that is issued, whether or not its time is out; locked."""
    found = _all(tx, _SAME, {"who": resident_id, "unit": unit_id, "role": role})
    return found[0] if found else None


def leads_elsewhere(tx: Tx, case_id: str) -> bool:
    """Whether an open ticket was issued from the case."""
    return tx.conn.execute(_FROM_CASE, {"case": case_id, "now": tx.now}).first() is not None


def tickets_of_issuer(tx: Tx) -> tuple[Ticket, ...]:
    """Tickets the staff member issued under this assignment: those open, and those that ran out lately."""
    asked = {"who": tx.staff.id, "since": tx.now - UNUSED_FOR, "units": list(tx.assignment.units)}
    return _all(tx, _MINE, asked)


def open_tickets_of(tx: Tx, resident_id: str) -> tuple[Ticket, ...]:
    """The resident's open tickets; the reason of one between two other units stays with them (7.1).

    Of a protected resident only those of one's own units: any other says where they seek care (7.5).
    """
    mine = set(tx.assignment.units)
    found = _all(tx, _OPEN, {"people": [resident_id], "now": tx.now})
    known = (
        ticket
        if mine & {ticket.unit_id, ticket.issuer_unit_id}
        else shown(replace(ticket, reason=""), ticket.resident.protected, None)
        for ticket in found
    )
    return tuple(ticket for ticket in known if ticket is not None)


def due_tickets(tx: Tx, most: int) -> tuple[Ticket, ...]:
    """Issued tickets whose time is out; locked."""
    return _all(tx, _DUE, {"now": tx.now, "most": most})


def tickets_of_resident(tx: Tx, resident_id: str) -> tuple[ResidentTicket, ...]:
    """The open tickets of a resident and of the children they may act for."""
    people = [resident_id, *(child["id"] for child in children_of(tx, resident_id))]
    return tuple(resident_ticket(one) for one in _all(tx, _OPEN, {"people": people, "now": tx.now}))


def resident_ticket(ticket: Ticket) -> ResidentTicket:
    """A ticket as its resident sees it."""
    return ResidentTicket(
        id=ticket.id,
        unit_name=ticket.unit_name,
        role=ticket.role,
        valid_until=ticket.valid_until,
        state=ticket.state,
        revision=ticket.revision,
    )


def tell_ticket(tx: Tx, ticket: Ticket) -> None:
    """Tell the issuer, the resident and those who act for them what the ticket is now."""
    tx.emit(staff_stream(ticket.issuer.id), TicketChanged(ticket=ticket))
    event = ResidentTicketChanged(ticket=resident_ticket(ticket))
    for person in (ticket.resident.id, *(row["id"] for row in guardians_of(tx, ticket.resident.id))):
        tx.emit(resident_stream(person), event)


def tell_issuer(
    tx: Tx,
    ticket: Ticket,
    kind: Literal["ticket_expired", "ticket_cancelled", "ticket_reinstated"],
    who: StaffRef | None = None,
) -> None:
    """Tell who issued a ticket what became of it, unless they did it themselves."""
    source = find_case(tx, ticket.source_case_id, lock=False) if ticket.source_case_id else None
    notify(
        tx, ticket.issuer.id, kind, case=source, resident=ticket.resident, who=who, detail=ticket.unit_name
    )


def _all(tx: Tx, statement: Select[Any], asked: dict[str, Any]) -> tuple[Ticket, ...]:
    rows: Iterable[RowMapping] = tx.conn.execute(statement, asked).mappings().all()
    return tuple(_ticket(tx, row) for row in rows)


def _ticket(tx: Tx, row: RowMapping) -> Ticket:
    who = {**row, "id": row["resident_id"]}
    return Ticket(
        id=row["id"],
        resident=ref_of_row(who, local_date(tx.region, tx.now)),
        unit_id=row["unit_id"],
        unit_name=row["unit_name"],
        role=row["role"],
        reason=row["reason"],
        issuer=StaffRef(id=row["issuer_id"], name=row["issuer_name"], title=row["issuer_title"]),
        issuer_unit_id=row["issuer_unit_id"],
        source_case_id=row["source_case_id"],
        issued_at=row["issued_at"],
        valid_until=row["valid_until"],
        state=row["state"],
        ended_at=row["ended_at"],
        redeemed_case_id=row["redeemed_case_id"],
        revision=row["revision"],
    )
