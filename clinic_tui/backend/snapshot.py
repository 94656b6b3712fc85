"""What clients start from: the desk, a case, older messages, and the resident's home."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import bindparam, exists, or_, select, text

from clinic_tui.backend.access import sees_case
from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.cases import (
    OPEN_STATES,
    CaseRecord,
    blocks,
    case_row,
    case_select,
    own_case,
    readable_case,
    record,
)
from clinic_tui.backend.circle import invited_into
from clinic_tui.backend.conversations import my_conversations
from clinic_tui.backend.details import case_detail_of
from clinic_tui.backend.event_access import cases_access
from clinic_tui.backend.handlers.common import is_chat, log, resident_case
from clinic_tui.backend.handlers.drafts import every_draft_of
from clinic_tui.backend.handlers.profile import own_profile
from clinic_tui.backend.messages import newest
from clinic_tui.backend.notices import newest_notices
from clinic_tui.backend.people import colleagues, resident_name
from clinic_tui.backend.phrases import usable_phrases
from clinic_tui.backend.proxies import proxy_of
from clinic_tui.backend.rules import wire_region
from clinic_tui.backend.shifts import colleagues_at, ensure_shift
from clinic_tui.backend.sms.outbox import inbox
from clinic_tui.backend.store.tables import cases
from clinic_tui.backend.streams import cursors, resident_stream
from clinic_tui.backend.targets import abilities_at
from clinic_tui.backend.tickets import tickets_of_issuer, tickets_of_resident
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.units import other_units, unit_infos
from clinic_tui.backend.verifications import verifications_of
from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import CaseKind
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.resident import ResidentHome, TextMessage
from clinic_tui.protocol.resources import (
    Assignment,
    CaseDetail,
    CasePage,
    CaseRow,
    DeskSnapshot,
    Draft,
    MessagePage,
)
from clinic_tui.protocol.team import Conversation

_IN_UNITS = cases.c.unit_id.in_(bindparam("units", expanding=True))
_VISIBLE = or_(
    cases.c.queue_role.in_(bindparam("roles", expanding=True)), cases.c.assignee_id == bindparam("who")
)
_OPEN = case_select().where(_IN_UNITS, _VISIBLE, cases.c.state.in_(OPEN_STATES)).order_by(cases.c.id)
_OFFERED = case_select().where(text("cases.hand_over <> ''"))
_BY_ID = case_select().where(cases.c.id.in_(bindparam("ids", expanding=True)), cases.c.state.in_(OPEN_STATES))
_PAGE = (
    case_select()
    .where(_IN_UNITS, _VISIBLE, cases.c.id > bindparam("after"))
    .order_by(cases.c.id)
    .limit(bindparam("most"))
)
_LEFT_FOR = timedelta(hours=12)
"""So long what was closed unanswered is told: as long as a shift may be, whatever sessions it has."""
_after = cases.alias("after")
_UNANSWERED = (
    case_select()
    .where(
        cases.c.assignee_id == bindparam("who"),
        cases.c.closed_at >= bindparam("since", type_=cases.c.closed_at.type),
        cases.c.last_resident_at.is_not(None),
        or_(cases.c.last_staff_at.is_(None), cases.c.last_staff_at < cases.c.last_resident_at),
        ~exists().where(_after.c.parent_id == cases.c.id),
    )
    .order_by(cases.c.id)
)
_ABOUT = select(cases.c.resident_id).where(cases.c.id.in_(bindparam("ids", expanding=True)))
_READABLE_FOR = timedelta(days=30)
"""How long a resident's home shows a chat that has ended (domain.md 2.1.2)."""
_TEXTS = 50
_ENDED = (
    case_select()
    .where(
        _IN_UNITS, _VISIBLE, cases.c.kind == CaseKind.ASYNC.value, cases.c.state == AsyncState.CLOSED.value
    )
    .order_by(cases.c.closed_at.desc(), cases.c.id.desc())
    .limit(200)
)
_RESIDENTS = (
    case_select()
    .where(
        or_(cases.c.resident_id == bindparam("who"), cases.c.acting_proxy_id == bindparam("who")),
        or_(
            cases.c.state.in_(OPEN_STATES),
            (cases.c.kind == CaseKind.ASYNC.value)
            & (cases.c.closed_at >= bindparam("since", type_=cases.c.closed_at.type)),
        ),
    )
    .order_by(cases.c.id)
)


def desk_snapshot(tx: Tx) -> DeskSnapshot:
    """Everything a workstation starts from. The access log names every case and resident shown (2.13).

    The cursors are read first: an event between them and the state is sent again, and is then old news.
    """
    session, assignment, member = tx.session, tx.assignment, tx.staff
    ensure_shift(tx)
    places = cursors(tx.conn, session.streams if session else ())
    found = _open_cases(tx)
    items, notices, issued = verifications_of(tx), newest_notices(tx, member.id), tickets_of_issuer(tx)
    talks = my_conversations(tx)
    named = [one.resident.id for one in (*items, *notices, *issued) if one.resident is not None]
    unanswered = _closed_unanswered(tx)
    log_list(tx, [*found, *unanswered], "desk", more=(*named, *_talked_about(tx, talks)))
    infos = unit_infos(tx, assignment.units)
    names = {info.id: info.name for info in infos}
    mine = tuple(case_detail_of(tx, case) for case in found if not is_chat(case) and _takes_part(tx, case))
    for detail in mine:
        log(tx, next(case for case in found if case.id == detail.row.id), "READ", "opened")
    return DeskSnapshot(
        server_time=tx.now,
        region=wire_region(tx.region),
        profile=own_profile(tx),
        assignment=Assignment(
            id=assignment.id,
            unit_id=assignment.unit_id,
            unit_name=names.get(assignment.unit_id, ""),
            role=assignment.role.value,
        ),
        roles_seen=tx.roles_seen,
        permissions=tuple(sorted(p.value for p in Permission if tx.allows(p))),
        units=(*infos, *other_units(tx, assignment.units)),
        staff=colleagues(tx.conn, assignment.units),
        phrases=usable_phrases(tx.conn, member.id, assignment.units),
        cases=tuple(case_row(case, tx.now, tx.region) for case in found),
        mine=mine,
        cursors=places,
        colleagues=colleagues_at(tx, assignment.units),
        abilities=abilities_at(tx, assignment.units),
        conversations=talks,
        notices=notices,
        tickets=issued,
        verifications=items,
        drafts=_drafts(tx),
        unanswered=tuple(case_row(case, tx.now, tx.region) for case in unanswered),
        shift_ends_at=session.expires_at if session else None,
    )


def _closed_unanswered(tx: Tx) -> list[CaseRecord]:
    """One's own cases at the session's units that were closed while the resident waited; no chat followed."""
    asked = {"who": tx.staff.id, "since": tx.now - _LEFT_FOR}
    found = [record(row) for row in tx.conn.execute(_UNANSWERED, asked).mappings()]
    known = cases_access(tx, (case.id for case in found))
    return [case for case in found if sees_case(tx.viewer, known[case.id])]


def _drafts(tx: Tx) -> tuple[Draft, ...]:
    """The staff member's drafts in the cases that this session may read."""
    found = every_draft_of(tx.conn, tx.staff.id)
    known = cases_access(tx, (draft.case_id for draft in found))
    return tuple(draft for draft in found if sees_case(tx.viewer, known[draft.case_id]))


def _talked_about(tx: Tx, talks: Iterable[Conversation]) -> tuple[str, ...]:
    """The residents whose cases conversations are about."""
    of_cases = sorted({talk.case_id for talk in talks if talk.case_id is not None})
    return tuple(tx.conn.execute(_ABOUT, {"ids": of_cases}).scalars()) if of_cases else ()


def _open_cases(tx: Tx) -> list[CaseRecord]:
    """Open cases of the session's queues, its own, and those it was invited into or is offered."""
    who = tx.staff.id
    asked = {"units": list(tx.assignment.units), "roles": list(tx.roles_seen), "who": who}
    found = {row["id"]: record(row) for row in tx.conn.execute(_OPEN, asked).mappings()}
    invited = [one for one in invited_into(tx, who) if one not in found]
    if invited:
        found |= {row["id"]: record(row) for row in tx.conn.execute(_BY_ID, {"ids": invited}).mappings()}
    for case in map(record, tx.conn.execute(_OFFERED).mappings()):
        if case.offered is not None and case.offered.receiver.id == who:
            found[case.id] = case
    return [found[one] for one in sorted(found)]


def _takes_part(tx: Tx, case: CaseRecord) -> bool:
    who = tx.staff.id
    return case.assignee_id == who or any(person.id == who for person in case.invited)


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
    log_list(tx, page, "cases")
    return tuple(case_row(case, tx.now, tx.region) for case in page), page[-1].id if more else None


def ended_chats(tx: Tx) -> CasePage:
    """The newest chats that have ended in the session's units and roles, the newest first."""
    asked = {"units": list(tx.assignment.units), "roles": list(tx.roles_seen), "who": tx.staff.id}
    found = [record(row) for row in tx.conn.execute(_ENDED, asked).mappings()]
    log_list(tx, found, "ended_chats")
    return CasePage(cases=tuple(case_row(case, tx.now, tx.region) for case in found))


def _texts(tx: Tx, resident_id: str) -> tuple[TextMessage, ...]:
    """What the demo's phone shows; nothing of a real resident's."""
    if not tx.settings.demo_data:
        return ()
    return tuple(TextMessage(at=at, body=body) for at, body in inbox(tx.conn, resident_id)[-_TEXTS:])


def log_list(tx: Tx, shown: list[CaseRecord], code: str, *, more: Iterable[str] = ()) -> None:
    """A row in the access log that names every case and resident of a list; `more` are other residents."""
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
            residents=tuple(sorted({case.resident_id for case in shown}.union(more))),
        )
    )


def case_detail(tx: Tx, case_id: str) -> CaseDetail:
    """The whole of a case, with its READ row in the access log."""
    tx.require(Permission.PREVIEW_CASE, case_id)
    case = readable_case(tx, case_id, lock=False)
    log(tx, case, "READ", "opened")
    return case_detail_of(tx, case)


def message_page(tx: Tx, case_id: str, before: int | None, limit: int) -> MessagePage:
    """Older messages of a case, for staff who may read it or its resident."""
    if tx.session is not None and tx.session.party == "resident":
        case = own_case(tx, case_id, lock=False)
        return newest(tx.conn, case.id, before, limit, reader=tx.resident_id)
    tx.require(Permission.PREVIEW_CASE, case_id)
    case = readable_case(tx, case_id, lock=False)
    log(tx, case, "READ", "messages_read")
    return newest(tx.conn, case.id, before, limit)


def resident_home(tx: Tx) -> ResidentHome:
    """Who a resident is, their tickets, open cases and lately ended chats with the newest messages."""
    who = tx.resident_id
    places = cursors(tx.conn, (resident_stream(who),))
    rows = tx.conn.execute(_RESIDENTS, {"who": who, "since": tx.now - _READABLE_FOR}).mappings()
    found = [
        case for case in map(record, rows) if who in {case.resident_id, proxy_of(case, tx.now, tx.region)}
    ]
    return ResidentHome(
        resident_id=who,
        name=resident_name(tx.conn, who),
        cases=tuple(resident_case(tx, case, newest(tx.conn, case.id, reader=who).messages) for case in found),
        blocked=any(blocks(case, tx.region) for case in found),
        tickets=tickets_of_resident(tx, who),
        texts=_texts(tx, who),
        cursors=places,
    )
