"""A resident's profile, and whether a staff member has any ground to open it (domain.md 3, 7.1)."""

import json
from collections.abc import Iterable

from sqlalchemy import RowMapping, bindparam, select

from clinic_tui.backend.access import sees_case, staff_access
from clinic_tui.backend.audit import Action, AuditEntry, chain_of
from clinic_tui.backend.cases import OPEN_STATES, case_row, case_select, record
from clinic_tui.backend.details import earlier_of
from clinic_tui.backend.grounds import is_at_hand, known_resident
from clinic_tui.backend.guardians import guardian_for, is_child
from clinic_tui.backend.identity import is_protected, ref_of_row, shown
from clinic_tui.backend.people import contact_of
from clinic_tui.backend.refused import invalid
from clinic_tui.backend.rules import local_date
from clinic_tui.backend.store.tables import audit, cases, guardians, residents, staff, units
from clinic_tui.backend.tickets import open_tickets_of
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.refusals import REASONS
from clinic_tui.domain.roles import Grant, Permission
from clinic_tui.domain.texts import e164
from clinic_tui.protocol.patients import AccessEntry, ResidentProfile

_LINES = 100
_OPEN = (
    case_select()
    .where(cases.c.resident_id == bindparam("who"), cases.c.state.in_(OPEN_STATES))
    .order_by(cases.c.queued_at.desc(), cases.c.id)
)
_CHILDREN = (
    select(residents)
    .join_from(residents, guardians, guardians.c.child_id == residents.c.id)
    .where(guardians.c.guardian_id == bindparam("who"))
    .order_by(residents.c.birth_date, residents.c.id)
)
_GUARDIANS = (
    select(residents)
    .join_from(residents, guardians, guardians.c.guardian_id == residents.c.id)
    .where(guardians.c.child_id == bindparam("who"))
    .order_by(residents.c.name, residents.c.id)
)
_LOG = (
    select(
        audit.c.at,
        audit.c.action,
        audit.c.code,
        audit.c.object_id,
        audit.c.record,
        staff.c.name,
        staff.c.display_name,
        staff.c.title,
    )
    .join_from(audit, staff, staff.c.id == audit.c.staff_id, isouter=True)
    .where(audit.c.resident_id == bindparam("who"))
    .order_by(audit.c.at.desc(), audit.c.n.desc())
    .limit(3 * _LINES)
)
_LOG_HERE = _LOG.where(audit.c.chain.in_(bindparam("chains", expanding=True)))
_NAMES = select(units.c.id, units.c.name)


def resident_to_contact(tx: Tx, resident_id: str, stated: str, *, field: str = "ground") -> RowMapping:
    """A resident whose number may be changed, or who may be written to; 404 for one without any ground.

    A case, a ticket or a booking at hand is ground enough. A look-up is not: then one says why, which is kept
    in the access log, and without it the command is refused. `field` is where it stands in the command: a
    ticket and a booking have a reason anyway.
    """
    row = known_resident(tx, resident_id)
    if not is_at_hand(tx, resident_id):
        if is_blank(stated):
            rule = "resident.ground_missing" if field == "ground" else "case.reason_missing"
            raise invalid(field, rule, REASONS[rule])
        log_resident(tx, "UPDATE", "ground_stated", resident_id, reason=stated.strip())
    return row


def profile_of(tx: Tx, row: RowMapping) -> ResidentProfile:
    """Everything the session may see of a resident. The caller has checked the ground, and logs it.

    Of a protected one neither relatives nor what other units have (domain.md 7.5).
    """
    today = local_date(tx.region, tx.now)
    who, grade = row["id"], row["protected"]
    found = [record(one) for one in tx.conn.execute(_OPEN, {"who": who}).mappings()]
    visible = [case for case in found if sees_case(tx.viewer, staff_access(case))]
    hidden = [case for case in found if case not in visible]
    children = shown(_relatives(tx, who, children=True), grade, ())
    grown = shown(_relatives(tx, who, children=False) if is_child(tx, row) else (), grade, ())
    guardian = guardian_for(tx, row)
    earlier, earlier_hidden = earlier_of(tx, who)
    return ResidentProfile(
        resident=ref_of_row(row, today),
        contact=contact_of(tx.conn, who, today),
        at_hand=is_at_hand(tx, who),
        can_be_reached=any(e164(one["mobile"]) is not None for one in (row, *grown)),
        children=tuple(ref_of_row(child, today) for child in children),
        guardian_refs=tuple(ref_of_row(guardian, today) for guardian in grown),
        guardian=None if guardian is None else ref_of_row(guardian, today),
        cases=tuple(case_row(case, tx.now, tx.region) for case in visible),
        elsewhere=shown(sum(1 for case in hidden if case.unit_id not in tx.assignment.units), grade, 0),
        earlier=earlier,
        earlier_hidden=earlier_hidden,
        tickets=open_tickets_of(tx, who),
        access=access_log(tx, who),
    )


def _relatives(tx: Tx, who: str, *, children: bool) -> tuple[RowMapping, ...]:
    rows = tx.conn.execute(_CHILDREN if children else _GUARDIANS, {"who": who}).mappings()
    return tuple(
        row for row in rows if not is_protected(row["protected"]) and (not children or is_child(tx, row))
    )


def access_log(tx: Tx, resident_id: str) -> tuple[AccessEntry, ...]:
    """Who did what with the resident's data, the newest first (domain.md 7.3).

    At the session's own units; an auditor sees every unit's. What the resident did themselves is left out.
    """
    asked: dict[str, object] = {"who": resident_id}
    everywhere = tx.allows(Permission.READ_ACCESS_LOG) is Grant.ALL
    if not everywhere:
        asked["chains"] = [chain_of(unit) for unit in tx.assignment.units]
    rows = tx.conn.execute(_LOG if everywhere else _LOG_HERE, asked).mappings().all()
    names = {row.id: row.name for row in tx.conn.execute(_NAMES)}
    entries = (_entry(row, json.loads(row["record"]), names) for row in rows)
    return tuple(entry for entry in entries if entry is not None)[:_LINES]


def _entry(row: RowMapping, sealed: dict[str, str], names: dict[str, str]) -> AccessEntry | None:
    if sealed["party"] == "resident":
        return None
    return AccessEntry(
        at=row["at"],
        who=row["name"] or row["display_name"] or "",
        title=row["title"] or "",
        unit_name=names.get(sealed["unit_id"], ""),
        action=row["action"],
        code=row["code"],
        case_id=row["object_id"] if sealed["object_type"] == "case" else None,
    )


def log_resident(
    tx: Tx,
    action: Action,
    code: str,
    resident_id: str | None,
    opened: ResidentProfile | None = None,
    *,
    reason: str = "",
) -> None:
    """A row in the access log about a resident; it names every relative whose name was shown."""
    people: Iterable[str] = ()
    if opened is not None:
        people = (one.id for one in (*opened.children, *opened.guardian_refs))
    tx.audit(
        AuditEntry(
            action=action,
            code=code,
            object_type="resident",
            object_id=resident_id or "",
            unit_id=tx.assignment.unit_id,
            resident_id=resident_id,
            reason=reason,
            shown=tuple(case.id for case in opened.cases) if opened is not None else (),
            residents=tuple(sorted(people)),
        )
    )
