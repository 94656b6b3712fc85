"""What clients start from: the desk, a case, older messages, and the resident's home."""

from sqlalchemy import bindparam, or_, select

from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.cases import (
    OPEN_STATES,
    CaseRecord,
    blocks,
    case_row,
    case_select,
    own_case,
    record,
    staff_case,
)
from clinic_tui.backend.details import case_detail_of
from clinic_tui.backend.handlers.common import log, resident_case
from clinic_tui.backend.messages import newest
from clinic_tui.backend.people import colleagues, resident_name
from clinic_tui.backend.phrases import usable_phrases
from clinic_tui.backend.rules import closed_dates, hours_of, local_date, wire_region
from clinic_tui.backend.store.tables import cases, units
from clinic_tui.backend.streams import cursors, resident_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.resident import ResidentHome
from clinic_tui.protocol.resources import (
    Assignment,
    CaseDetail,
    CaseRow,
    DeskSnapshot,
    MessagePage,
    Profile,
    UnitInfo,
)

_IN_UNITS = cases.c.unit_id.in_(bindparam("units", expanding=True))
_VISIBLE = or_(
    cases.c.queue_role.in_(bindparam("roles", expanding=True)), cases.c.assignee_id == bindparam("who")
)
_OPEN = case_select().where(_IN_UNITS, _VISIBLE, cases.c.state.in_(OPEN_STATES)).order_by(cases.c.id)
_PAGE = (
    case_select()
    .where(_IN_UNITS, _VISIBLE, cases.c.id > bindparam("after"))
    .order_by(cases.c.id)
    .limit(bindparam("most"))
)
_UNITS = select(units).where(units.c.id.in_(bindparam("ids", expanding=True)))
_RESIDENTS = (
    case_select()
    .where(
        or_(cases.c.resident_id == bindparam("who"), cases.c.acting_proxy_id == bindparam("who")),
        cases.c.state.in_(OPEN_STATES),
    )
    .order_by(cases.c.id)
)


def desk_snapshot(tx: Tx) -> DeskSnapshot:
    """Everything a workstation starts from. The access log names every case and resident shown (2.13).

    The cursors are read first: an event between them and the state is sent again, and is then old news.
    """
    session, assignment, member = tx.session, tx.assignment, tx.staff
    places = cursors(tx.conn, session.streams if session else ())
    asked = {"units": list(assignment.units), "roles": list(tx.roles_seen), "who": member.id}
    found = [record(row) for row in tx.conn.execute(_OPEN, asked).mappings()]
    _log_list(tx, found, "desk")
    infos = unit_infos(tx, assignment.units)
    names = {info.id: info.name for info in infos}
    mine = tuple(case_detail_of(tx, case) for case in found if case.assignee_id == member.id)
    for detail in mine:
        log(tx, next(case for case in found if case.id == detail.row.id), "READ", "opened")
    return DeskSnapshot(
        server_time=tx.now,
        region=wire_region(tx.region),
        profile=Profile(
            staff_id=member.id,
            username=member.username,
            display_name=member.display_name,
            title=member.title,
            mobile=member.mobile,
            revision=member.revision,
        ),
        assignment=Assignment(
            id=assignment.id,
            unit_id=assignment.unit_id,
            unit_name=names.get(assignment.unit_id, ""),
            role=assignment.role.value,
        ),
        roles_seen=tx.roles_seen,
        permissions=tuple(sorted(p.value for p in Permission if tx.allows(p))),
        units=infos,
        staff=colleagues(tx.conn, assignment.units),
        phrases=usable_phrases(tx.conn, member.id, assignment.units),
        cases=tuple(case_row(case, tx.now, tx.region) for case in found),
        mine=mine,
        cursors=places,
        shift_ends_at=session.expires_at if session else None,
    )


def case_page(tx: Tx, after: str, limit: int) -> tuple[tuple[CaseRow, ...], str | None]:
    """Rows of the session's cases, closed ones too, by id; the cursor of the next page."""
    asked = {
        "units": list(tx.assignment.units),
        "roles": list(tx.roles_seen),
        "who": tx.staff.id,
        "after": after,
        "most": limit + 1,
    }
    found = [record(row) for row in tx.conn.execute(_PAGE, asked).mappings()]
    page, more = found[:limit], len(found) > limit
    _log_list(tx, page, "cases")
    return tuple(case_row(case, tx.now, tx.region) for case in page), page[-1].id if more else None


def _log_list(tx: Tx, shown: list[CaseRecord], code: str) -> None:
    if not tx.allows(Permission.PREVIEW_CASE) and not shown:
        return
    tx.audit(
        AuditEntry(
            action="LIST",
            code=code,
            object_type="cases",
            object_id=tx.assignment.unit_id,
            unit_id=tx.assignment.unit_id,
            shown=tuple(case.id for case in shown),
            residents=tuple(sorted({case.resident_id for case in shown})),
        )
    )


def case_detail(tx: Tx, case_id: str) -> CaseDetail:
    """The whole of a case, with its READ row in the access log."""
    tx.require(Permission.PREVIEW_CASE, case_id)
    case = staff_case(tx, case_id, lock=False)
    log(tx, case, "READ", "opened")
    return case_detail_of(tx, case)


def message_page(tx: Tx, case_id: str, before: int | None, limit: int) -> MessagePage:
    """Older messages of a case, for staff who may read it or its resident."""
    if tx.session is not None and tx.session.party == "resident":
        case = own_case(tx, case_id, lock=False)
    else:
        tx.require(Permission.PREVIEW_CASE, case_id)
        case = staff_case(tx, case_id, lock=False)
        log(tx, case, "READ", "messages_read")
    return newest(tx.conn, case.id, before, limit)


def resident_home(tx: Tx) -> ResidentHome:
    """Who a resident is, and their open cases with the newest messages."""
    who = tx.resident_id
    places = cursors(tx.conn, (resident_stream(who),))
    found = [record(row) for row in tx.conn.execute(_RESIDENTS, {"who": who}).mappings()]
    return ResidentHome(
        resident_id=who,
        name=resident_name(tx.conn, who),
        cases=tuple(resident_case(tx, case, newest(tx.conn, case.id).messages) for case in found),
        blocked=any(blocks(case, tx.region) for case in found),
        cursors=places,
    )


def unit_infos(tx: Tx, ids: tuple[str, ...]) -> tuple[UnitInfo, ...]:
    """Units as a workstation shows them, in the order asked for."""
    closed = closed_dates(tx.region, tx.now)
    found: dict[str, UnitInfo] = {}
    for row in tx.conn.execute(_UNITS, {"ids": list(ids)}):
        hours = hours_of(tx.region, row.kind, row.hours)
        today = hours.on(local_date(tx.region, tx.now), closed)
        found[row.id] = UnitInfo(
            id=row.id,
            name=row.name,
            kind=row.kind,
            phone=row.phone,
            opening_hours=", ".join(str(interval) for interval in today),
            closes_at=hours.closes_at(tx.now, closed),
            no_answer_minutes=row.no_answer_minutes,
            no_answer_text=row.no_answer_text,
            parent_id=row.parent_id,
        )
    return tuple(found[unit] for unit in ids if unit in found)
