"""Guardians and the children they act for, as the population register has them (slide 5, domain.md 2.12)."""

from datetime import date, datetime
from typing import Protocol

from sqlalchemy import RowMapping, bindparam, select

from clinic_tui.backend.rules import local_date
from clinic_tui.backend.store.tables import guardians, residents
from clinic_tui.backend.tx import Tx
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


class Proxied(Protocol):
    """A case, as far as it says who writes for its resident."""

    @property
    def resident_id(self) -> str:
        """Whom it is about."""
        ...

    @property
    def acting_proxy_id(self) -> str | None:
        """The guardian who began to write for them."""
        ...

    @property
    def birth_date(self) -> date | None:
        """When the resident was born."""
        ...

    @property
    def protected(self) -> str:
        """How far the resident's identity is protected."""
        ...


def proxy_of(case: Proxied, now: datetime, region: RegionProfile) -> str | None:
    """The guardian who still writes for a case's resident (domain.md 2.12).

    Nobody from 00:00 on the birthday from which a child signs in alone, or once its identity is protected.
    """
    if case.acting_proxy_id is None or case.birth_date is None:
        return case.acting_proxy_id
    age = age_on(case.birth_date, local_date(region, now))
    ended = age >= region.child_limits.until_age or case.protected != Protection.NONE.value
    return None if ended else case.acting_proxy_id


def receiver_of(tx: Tx, case: Proxied) -> str:
    """Who reads and writes in a case and gets its texts: the resident, or a guardian who writes for them."""
    return proxy_of(case, tx.now, tx.region) or case.resident_id


def children_of(tx: Tx, guardian_id: str) -> tuple[RowMapping, ...]:
    """The children a resident may act for today."""
    found = tx.conn.execute(_CHILDREN, {"who": guardian_id}).mappings().all()
    if not found:
        return ()
    guardian = tx.conn.execute(_ONE, {"who": guardian_id}).mappings().one()
    return tuple(child for child in found if _acts(tx, child, guardian))


def guardians_of(tx: Tx, child_id: str) -> tuple[RowMapping, ...]:
    """Those who may act for a resident today; nobody for one who signs in alone."""
    found = tx.conn.execute(_GUARDIANS, {"who": child_id}).mappings().all()
    if not found:
        return ()
    child = tx.conn.execute(_ONE, {"who": child_id}).mappings().one()
    return tuple(guardian for guardian in found if _acts(tx, child, guardian))


def guardian_for(tx: Tx, resident: RowMapping, known: str | None = None) -> RowMapping | None:
    """Who writes for a resident in something that staff start: None for one who signs in alone.

    The guardian who already wrote (`known`) goes before the others, who come in a stable order.
    """
    if not is_child(tx, resident):
        return None
    found = guardians_of(tx, resident["id"])
    return next((one for one in found if one["id"] == known), found[0] if found else None)


def is_child(tx: Tx, resident: RowMapping) -> bool:
    """Whether the resident is too young to sign in alone."""
    born: date | None = resident["birth_date"]
    today = local_date(tx.region, tx.now)
    return born is not None and age_on(born, today) < tx.region.child_limits.until_age


def _acts(tx: Tx, child: RowMapping, guardian: RowMapping) -> bool:
    if child["birth_date"] is None:
        return False
    link = Guardianship(
        guardian_id=guardian["id"],
        child_id=child["id"],
        child_birth_date=child["birth_date"],
        guardian_protection=Protection(guardian["protected"]),
        child_protection=Protection(child["protected"]),
    )
    today = local_date(tx.region, tx.now)
    return isinstance(may_act(link, today, tx.region.child_limits), ProxyAllowed)
