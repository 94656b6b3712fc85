"""Guardians and the children they act for, as the population register has them (slide 5, domain.md 2.12)."""

from datetime import date, datetime
from typing import Protocol

from sqlalchemy import Connection, RowMapping, bindparam, select

from clinic_tui.backend.proxies import Proxied, proxy_of
from clinic_tui.backend.rules import local_date
from clinic_tui.backend.store.tables import guardians, residents
from clinic_tui.domain.person_id import age_on
from clinic_tui.domain.proxy import Guardianship, Protection, ProxyAllowed, may_act
from clinic_tui.domain.region import RegionProfile

_ONE = select(residents).where(residents.c.id == bindparam("who"))
_CHILDREN = (
    select(residents)
    .join_from(residents, guardians, guardians.c.child_id == residents.c.id)
    .where(guardians.c.guardian_id == bindparam("who"))
    .order_by(residents.c.id)
)
_GUARDIANS = (
    select(residents)
    .join_from(residents, guardians, guardians.c.guardian_id == residents.c.id)
    .where(guardians.c.child_id == bindparam("who"))
    .order_by(residents.c.id)
)


class Moment(Protocol):
    """A look into the store at one moment; a transaction is one."""

    @property
    def conn(self) -> Connection:
        """Where to look."""
        ...

    @property
    def now(self) -> datetime:
        """When."""
        ...

    @property
    def region(self) -> RegionProfile:
        """Whose ages and time zone hold."""
        ...


def receiver_of(moment: Moment, case: Proxied) -> str:
    """Who reads and writes in a case and gets its texts: the resident, or a guardian who writes for them."""
    return proxy_of(case, moment.now, moment.region) or case.resident_id


def children_of(moment: Moment, guardian_id: str) -> tuple[RowMapping, ...]:
    """The children a resident may act for today."""
    found = moment.conn.execute(_CHILDREN, {"who": guardian_id}).mappings().all()
    if not found:
        return ()
    guardian = moment.conn.execute(_ONE, {"who": guardian_id}).mappings().one()
    return tuple(child for child in found if _acts(moment, child, guardian))


def guardians_of(moment: Moment, child_id: str) -> tuple[RowMapping, ...]:
    """Those who may act for a resident today; nobody for one who signs in alone."""
    found = moment.conn.execute(_GUARDIANS, {"who": child_id}).mappings().all()
    if not found:
        return ()
    child = moment.conn.execute(_ONE, {"who": child_id}).mappings().one()
    return tuple(guardian for guardian in found if _acts(moment, child, guardian))


def guardian_for(moment: Moment, resident: RowMapping, known: str | None = None) -> RowMapping | None:
    """Who writes for a resident in something that staff start: None for one who signs in alone.

    The guardian who already wrote (`known`) goes before the others, who come in a stable order.
    """
    if not is_child(moment, resident):
        return None
    found = guardians_of(moment, resident["id"])
    return next((one for one in found if one["id"] == known), found[0] if found else None)


def is_child(moment: Moment, resident: RowMapping) -> bool:
    """Whether the resident is too young to sign in alone."""
    born: date | None = resident["birth_date"]
    today = local_date(moment.region, moment.now)
    return born is not None and age_on(born, today) < moment.region.child_limits.until_age


def _acts(moment: Moment, child: RowMapping, guardian: RowMapping) -> bool:
    if child["birth_date"] is None:
        return False
    link = Guardianship(
        guardian_id=guardian["id"],
        child_id=child["id"],
        child_birth_date=child["birth_date"],
        guardian_protection=Protection(guardian["protected"]),
        child_protection=Protection(child["protected"]),
    )
    today = local_date(moment.region, moment.now)
    return isinstance(may_act(link, today, moment.region.child_limits), ProxyAllowed)
