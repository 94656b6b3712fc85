"""Items to verify in the store: adding, deciding, and those a workstation starts with (domain.md 2.9)."""

from datetime import timedelta
from typing import Any, Literal

from msgspec.structs import replace
from sqlalchemy import RowMapping, Select, bindparam, insert, or_, select, update

from clinic_tui.backend.access import sees_item
from clinic_tui.backend.cases import CaseRecord, resident_ref
from clinic_tui.backend.event_access import cases_access
from clinic_tui.backend.identity import ref_of_row
from clinic_tui.backend.rules import local_date
from clinic_tui.backend.store.tables import residents
from clinic_tui.backend.store.team_tables import verifications
from clinic_tui.backend.streams import staff_stream, unit_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.care import Verification, VerificationKind
from clinic_tui.protocol.events import VerificationChanged
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.refs import StaffRef

DECIDED_FOR = timedelta(days=30)
"""How long an item that was decided is kept on the list of the one who asked."""
_DETAIL = 200

_SELECT = select(
    verifications,
    residents.c.name,
    residents.c.birth_date,
    residents.c.sex,
    residents.c.protected,
).join_from(verifications, residents, residents.c.id == verifications.c.resident_id, isouter=True)
_ONE = _SELECT.where(verifications.c.id == bindparam("wanted")).with_for_update(of=verifications)
_OF_NOTE = select(verifications.c.id).where(
    verifications.c.note_id == bindparam("of"), verifications.c.state == "open"
)
_RETURNED = _SELECT.where(
    verifications.c.case_id == bindparam("of"),
    verifications.c.kind == bindparam("what"),
    verifications.c.state == "returned",
).with_for_update(of=verifications)
_MINE: Select[Any] = _SELECT.where(
    or_(
        verifications.c.unit_id.in_(bindparam("units", expanding=True)) & (verifications.c.state == "open"),
        (verifications.c.asked_by_id == bindparam("who"))
        & (verifications.c.state != "settled")
        & or_(
            verifications.c.state == "open",
            verifications.c.decided_at >= bindparam("since", type_=verifications.c.decided_at.type),
        ),
    )
).order_by(verifications.c.asked_at, verifications.c.id)
_ADD = insert(verifications)


def add_item(
    tx: Tx,
    case: CaseRecord,
    kind: VerificationKind,
    *,
    detail: str,
    note_id: str | None = None,
    asked_of: StaffRef | None = None,
) -> Verification:
    """Store an item that the staff member asks for, and tell of it; it settles what came back before."""
    before = tx.conn.execute(_RETURNED, {"of": case.id, "what": kind}).mappings().all()
    for known in before:
        settle_item(tx, _item(tx, known))
    item = Verification(
        id=new_id(int(tx.now.timestamp() * 1000)),
        kind=kind,
        state="open",
        unit_id=case.unit_id,
        case_id=case.id,
        note_id=note_id,
        resident=resident_ref(case, local_date(tx.region, tx.now)),
        asked_by=tx.staff.ref,
        asked_of=asked_of,
        asked_at=tx.now,
        detail=detail if len(detail) <= _DETAIL else f"{detail[: _DETAIL - 1]}…",
    )
    row: dict[str, Any] = {
        "id": item.id,
        "kind": kind,
        "state": item.state,
        "unit_id": item.unit_id,
        "case_id": item.case_id,
        "note_id": note_id,
        "resident_id": case.resident_id,
        "asked_at": tx.now,
        "detail": item.detail,
        **_columns("asked_by", item.asked_by),
        **_columns("asked_of", asked_of),
    }
    tx.conn.execute(_ADD, row)
    _tell(tx, item)
    return item


def find_item(tx: Tx, item_id: str) -> Verification | None:
    """An item without any check of access, locked until the transaction ends."""
    row = tx.conn.execute(_ONE, {"wanted": item_id}).mappings().one_or_none()
    return None if row is None else _item(tx, row)


def decide_item(
    tx: Tx, item: Verification, verdict: Literal["verified", "returned"], comment: str
) -> Verification:
    """Store what was decided, and tell of it."""
    changes: dict[str, Any] = {
        "state": verdict,
        "comment": comment,
        "decided_at": tx.now,
        "revision": item.revision + 1,
        **_columns("decided_by", tx.staff.ref),
    }
    tx.conn.execute(update(verifications).where(verifications.c.id == item.id).values(changes))
    decided = replace(
        item,
        state=verdict,
        comment=comment,
        decided_by=tx.staff.ref,
        decided_at=tx.now,
        revision=item.revision + 1,
    )
    _tell(tx, decided)
    return decided


def settle_item(tx: Tx, item: Verification) -> Verification:
    """Store that what came back has been seen to, and tell of it; the decision stays as it was."""
    settled = replace(item, state="settled", revision=item.revision + 1)
    changes = {"state": settled.state, "revision": settled.revision}
    tx.conn.execute(update(verifications).where(verifications.c.id == item.id).values(changes))
    _tell(tx, settled)
    return settled


def is_asked_for(tx: Tx, note_id: str) -> bool:
    """Whether a note waits to be countersigned."""
    return tx.conn.execute(_OF_NOTE, {"of": note_id}).first() is not None


def verifications_of(tx: Tx) -> tuple[Verification, ...]:
    """Open items of the session's units, and those of the staff member that were decided lately.

    Only those that `access.sees_item` shows: they name residents and say what is the matter.
    """
    if not tx.allows(Permission.PREVIEW_CASE):
        return ()
    asked = {"units": list(tx.assignment.units), "who": tx.staff.id, "since": tx.now - DECIDED_FOR}
    items = [_item(tx, row) for row in tx.conn.execute(_MINE, asked).mappings()]
    known = cases_access(tx, (item.case_id for item in items))
    return tuple(item for item in items if sees_item(tx.viewer, item, known.get(item.case_id or "")))


def may_see(tx: Tx, item: Verification) -> bool:
    """Whether an item is shown to the session; see `access.sees_item`."""
    return sees_item(tx.viewer, item, cases_access(tx, (item.case_id,)).get(item.case_id or ""))


def _tell(tx: Tx, item: Verification) -> None:
    event = VerificationChanged(verification=item)
    tx.emit(unit_stream(item.unit_id), event)
    if item.asked_by is not None:
        tx.emit(staff_stream(item.asked_by.id), event)


def _columns(which: str, person: StaffRef | None) -> dict[str, Any]:
    return {
        f"{which}_id": person.id if person else None,
        f"{which}_name": person.name if person else "",
        f"{which}_title": person.title if person else "",
    }


def _person(row: RowMapping, which: str) -> StaffRef | None:
    if row[f"{which}_id"] is None:
        return None
    return StaffRef(id=row[f"{which}_id"], name=row[f"{which}_name"], title=row[f"{which}_title"])


def _item(tx: Tx, row: RowMapping) -> Verification:
    resident = None
    if row["resident_id"] is not None:
        person = {**row, "id": row["resident_id"]}
        resident = ref_of_row(person, local_date(tx.region, tx.now))
    return Verification(
        id=row["id"],
        kind=row["kind"],
        state=row["state"],
        unit_id=row["unit_id"],
        case_id=row["case_id"],
        note_id=row["note_id"],
        resident=resident,
        asked_by=_person(row, "asked_by"),
        asked_of=_person(row, "asked_of"),
        asked_at=row["asked_at"],
        detail=row["detail"],
        comment=row["comment"],
        decided_by=_person(row, "decided_by"),
        decided_at=row["decided_at"],
        revision=row["revision"],
    )
