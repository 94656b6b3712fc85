"""The scheduled visits of one day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_

from clinic_tui.backend.cases import case_row, case_select, record
from clinic_tui.backend.snapshot import log_list
from clinic_tui.backend.store.tables import cases
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.cases import CaseKind
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.resources import CasePage

_MOST = 1000
_STARTS = cases.c.starts_at
_OF_DAY = (
    case_select()
    .where(
        cases.c.kind == CaseKind.SCHEDULED.value,
        cases.c.unit_id.in_(bindparam("units", expanding=True)),
        or_(
            cases.c.queue_role.in_(bindparam("roles", expanding=True)),
            cases.c.assignee_id == bindparam("who"),
        ),
        bindparam("first", type_=_STARTS.type) <= _STARTS,
        bindparam("after", type_=_STARTS.type) > _STARTS,
    )
    .order_by(cases.c.starts_at, cases.c.id)
    .limit(_MOST)
)


def visits_on(tx: Tx, day: date) -> CasePage:
    """The visits that start on that local day, of every state, by time; the list is in the access log."""
    tx.require(Permission.PREVIEW_CASE)
    asked = {
        "units": list(tx.assignment.units),
        "roles": list(tx.roles_seen),
        "who": tx.staff.id,
        "first": _midnight(tx, day),
        "after": _midnight(tx, day + timedelta(days=1)),
    }
    found = [record(row) for row in tx.conn.execute(_OF_DAY, asked).mappings()]
    log_list(tx, found, "visits")
    return CasePage(cases=tuple(case_row(case, tx.now, tx.region) for case in found))


def _midnight(tx: Tx, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(tx.region.time_zone)).astimezone(UTC)
