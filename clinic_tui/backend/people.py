"""Residents and staff in the store, as others see them."""

from datetime import date

from sqlalchemy import Connection, bindparam, select

from clinic_tui.backend.identity import shown
from clinic_tui.backend.store.tables import assignments, guardians, residents, staff, units
from clinic_tui.domain.person_id import REGIONAL_FORMATS, InvalidPersonId, parse
from clinic_tui.domain.texts import e164
from clinic_tui.protocol.resources import Contact, StaffRef

_NAME = select(residents.c.name).where(residents.c.id == bindparam("wanted"))
_MOBILE = select(residents.c.mobile).where(residents.c.id == bindparam("wanted"))
_CONTACT = (
    select(residents, units.c.name.label("unit_name"))
    .join_from(residents, units, units.c.id == residents.c.listed_unit_id, isouter=True)
    .where(residents.c.id == bindparam("wanted"))
)
_GUARDIANS = (
    select(residents.c.name)
    .join_from(residents, guardians, guardians.c.guardian_id == residents.c.id)
    .where(guardians.c.child_id == bindparam("wanted"), residents.c.protected == "none")
    .order_by(residents.c.name)
)
_COLLEAGUES = (
    select(staff.c.id, staff.c.display_name, staff.c.title)
    .join_from(staff, assignments, assignments.c.staff_id == staff.c.id)
    .where(assignments.c.unit_id.in_(bindparam("units", expanding=True)), staff.c.disabled.is_(False))
    .distinct()
    .order_by(staff.c.display_name, staff.c.id)
)


def resident_name(conn: Connection, resident_id: str) -> str:
    """A resident's name, as they see it themselves."""
    return conn.execute(_NAME, {"wanted": resident_id}).scalar_one()


def can_be_texted(conn: Connection, resident_id: str) -> bool:
    """Whether a resident has a mobile number that an SMS can be sent to."""
    return e164(conn.execute(_MOBILE, {"wanted": resident_id}).scalar_one()) is not None


def contact_of(conn: Connection, resident_id: str, today: date) -> Contact:
    """What staff may see of a resident; for a protected one neither listing, number nor relatives (7.5)."""
    row = conn.execute(_CONTACT, {"wanted": resident_id}).mappings().one()
    grade = row["protected"]
    names = conn.execute(_GUARDIANS, {"wanted": resident_id}).scalars().all()
    return Contact(
        person_number=_number(row["person_number"], today, grade),
        listed_unit=shown(row["unit_name"] or "", grade, ""),
        mobile=shown(row["mobile"], grade, ""),
        language=row["language"],
        guardians=shown(tuple(names), grade, ()),
    )


def _number(number: str, today: date, grade: str) -> str:
    try:
        found = parse(number, regional=tuple(REGIONAL_FORMATS.values()))
    except InvalidPersonId:
        return ""
    return shown(found.display(today), grade, found.masked)


def colleagues(conn: Connection, unit_ids: tuple[str, ...]) -> tuple[StaffRef, ...]:
    """Everybody with an assignment at these units."""
    rows = conn.execute(_COLLEAGUES, {"units": list(unit_ids)})
    return tuple(StaffRef(id=row.id, name=row.display_name, title=row.title) for row in rows)
