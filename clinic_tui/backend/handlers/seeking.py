"""The resident's way in and out of the queue."""

from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select

from clinic_tui.backend.cases import OPEN_STATES, blocks, case_select, move_case, own_case, record
from clinic_tui.backend.handlers.common import log, outcome_of, resident_case, tell_all
from clinic_tui.backend.notices import notify_queue
from clinic_tui.backend.refused import blocked, by_rule, invalid, not_found
from clinic_tui.backend.rules import closed_dates, hours_of, local_date
from clinic_tui.backend.store.tables import cases, guardians, interviews, residents, units
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.cases import (
    CaseCommand,
    CaseState,
    Facts,
    Origin,
    PrioritySource,
)
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.proxy import Guardianship, Protection, may_act
from clinic_tui.domain.refusals import N_, Refusal
from clinic_tui.domain.routing import Arrival, ArrivalKind, Route, RoutingUnit, Target, queue_unit, route
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.codec import encode
from clinic_tui.protocol.commands import Done, LeaveQueue, ResidentCaseAnswer, SeekCare
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import History

_LOCK = (
    select(residents).where(residents.c.id.in_(bindparam("ids", expanding=True))).order_by(residents.c.id)
).with_for_update()
_LINK = select(guardians).where(
    guardians.c.child_id == bindparam("child"), guardians.c.guardian_id == bindparam("guardian")
)
_UNITS = select(units.c.id, units.c.kind, units.c.parent_id, units.c.hours, units.c.exceptions).order_by(
    units.c.id
)
_UNFINISHED = case_select().where(
    cases.c.resident_id == bindparam("who"),
    cases.c.kind == "drop_in",
    cases.c.state.in_(OPEN_STATES),
)
_ADD = insert(cases)
_ADD_HISTORY = insert(interviews)
_LOAD = case_select().where(cases.c.id == bindparam("wanted"))


def seek_care(tx: Tx, command: SeekCare) -> ResidentCaseAnswer:
    """A resident, or a guardian for a child, asks for a drop-in chat; the region's table says where.

    Refused while another drop-in case of the resident blocks (slide 55) or already waits.
    """
    if is_blank(command.reason):
        raise invalid("reason", "case.reason_missing", N_("Say what it is about."))
    if command.priority not in tx.region.priorities:
        raise invalid("priority", "case.priority", "The region has no such priority.")
    patient, proxy = people_at_door(tx, command.child_id)
    refuse_blocked(tx, patient["id"])
    way = way_in(tx, patient, command.priority)
    if way.unit_id is None or way.queue_role is None:
        raise blocked(f"routing.{way.shows.value}")
    case_id = new_id(int(tx.now.timestamp() * 1000))
    tx.conn.execute(
        _ADD,
        {
            **door_row(tx, case_id, patient, proxy, way),
            "origin": Origin.RESIDENT_TRIAGE.value,
            "reason": command.reason,
            "priority": command.priority,
            "priority_source": PrioritySource.TRIAGE.value,
            "from_ticket": False,
            "free_text": not is_blank(command.free_text),
        },
    )
    history = History(
        free_text=command.free_text,
        post_triage=command.post_triage,
        red_flags=command.red_flags,
        answers=command.answers,
        auto_history=command.auto_history,
    )
    tx.conn.execute(_ADD_HISTORY, {"case_id": case_id, "history": encode(history).decode()})
    return arrive(tx, case_id, "sought_care")


def arrive(tx: Tx, case_id: str, code: str) -> ResidentCaseAnswer:
    """Tell of a drop-in case that was just stored, with its row in the access log."""
    case = record(tx.conn.execute(_LOAD, {"wanted": case_id}).mappings().one())
    log(tx, case, "CREATE", code)
    tell_all(tx, case, "case.created")
    notify_queue(tx, case, "new_drop_in")
    return ResidentCaseAnswer(case=resident_case(tx, case))


def people_at_door(tx: Tx, child_id: str | None) -> tuple[RowMapping, RowMapping | None]:
    """The patient and, for a child, the guardian who writes. Locked, so that one case at a time is begun."""
    me = tx.resident_id
    ids = [me] if child_id is None else [me, child_id]
    found = {row["id"]: row for row in tx.conn.execute(_LOCK, {"ids": ids}).mappings()}
    if child_id is None:
        return found[me], None
    child = found.get(child_id)
    if child is None or child_id == me or not _linked(tx, child_id):
        raise not_found()
    link = Guardianship(
        guardian_id=me,
        child_id=child_id,
        child_birth_date=child["birth_date"],
        guardian_protection=Protection(found[me]["protected"]),
        child_protection=Protection(child["protected"]),
    )
    verdict = may_act(link, local_date(tx.region, tx.now), tx.region.child_limits)
    if isinstance(verdict, Refusal):
        raise by_rule(verdict)
    return child, found[me]


def _linked(tx: Tx, child_id: str) -> bool:
    return tx.conn.execute(_LINK, {"child": child_id, "guardian": tx.resident_id}).first() is not None


def refuse_blocked(tx: Tx, resident_id: str) -> None:
    """Refused while a drop-in case of the resident waits, or blocks (slide 55)."""
    for row in tx.conn.execute(_UNFINISHED, {"who": resident_id}).mappings():
        case = record(row)
        if case.state == CaseState.WAITING.value:
            raise blocked("case.already_waiting")
        if blocks(case, tx.region):
            raise blocked("case.unfinished")


def way_in(tx: Tx, patient: RowMapping, priority: int, ticket: Ticket | None = None) -> Route:
    """Where the region's table sends a resident, or a ticket its holder (domain.md 4.1)."""
    found = tx.conn.execute(_UNITS).all()
    hours = {row.id: hours_of(tx.region, row.kind, row.hours, row.exceptions) for row in found}
    parents = {row.id: row.parent_id for row in found if row.parent_id is not None}
    advice = next((row.id for row in found if row.kind == "advice_line"), None)
    listed = patient["listed_unit_id"]
    centre = None if listed is None else queue_unit(listed, parents)
    arrival = Arrival(
        at=tx.now,
        priority=priority,
        advice_line=RoutingUnit(
            unit_id=advice or "", hours=hours[advice] if advice else hours_of(tx.region, "advice_line", "[]")
        ),
        centre=None if centre is None else RoutingUnit(unit_id=centre, hours=hours[centre]),
        kind=ArrivalKind.ORDINARY if ticket is None else ArrivalKind.TICKET,
        ticket_unit=ticket and RoutingUnit(unit_id=ticket.unit_id, hours=hours[ticket.unit_id]),
        ticket_role=ticket and ticket.role,
    )
    way = route(tx.region.routing, arrival, closed_dates(tx.region, tx.now))
    if way.target is Target.CHOICE and centre is not None:
        # The resident is not asked yet: the case waits where they are listed.
        role = tx.region.routing.intake_roles[Target.CENTRE]
        return Route(row=way.row, target=Target.CENTRE, shows=way.shows, unit_id=centre, queue_role=role)
    if way.target is Target.ADVICE_LINE and advice is None:
        return Route(row=way.row, target=Target.NOWHERE, shows=way.shows)
    return way


def door_row(
    tx: Tx, case_id: str, patient: RowMapping, proxy: RowMapping | None, way: Route
) -> dict[str, Any]:
    """The columns that every new drop-in case has; its kind of arrival adds the others."""
    return {
        "id": case_id,
        "kind": "drop_in",
        "state": CaseState.WAITING.value,
        "unit_id": way.unit_id,
        "queue_role": way.queue_role,
        "resident_id": patient["id"],
        "acting_proxy_id": proxy["id"] if proxy else None,
        "acting_proxy": proxy["name"] if proxy else None,
        "queued_at": tx.now,
        "child": proxy is not None,
        "changed_at": tx.now,
    }


def leave_queue(tx: Tx, command: LeaveQueue) -> Done:
    """Leave before the visit started."""
    case = own_case(tx, command.case_id)
    outcome = outcome_of(case, CaseCommand.CANCEL, Facts(is_resident=True))
    if isinstance(outcome, Refusal):
        raise by_rule(outcome)
    reason = outcome.close_reason.value if outcome.close_reason else None
    case = move_case(
        tx, case, None, state=outcome.state.value, close_reason=reason, closed_at=tx.now, readers="[]"
    )
    log(tx, case, "UPDATE", "left_queue")
    tell_all(tx, case, "case.cancelled")
    return Done()
