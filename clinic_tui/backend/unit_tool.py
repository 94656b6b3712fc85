"""What `clinic-tui admin` does to a unit: the same changes as its administrator's, without a session."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection, select

from clinic_tui.backend.admin import AdminError, NotThere
from clinic_tui.backend.audit import Actor
from clinic_tui.backend.clock import SystemClock
from clinic_tui.backend.journal import write_journal
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import Store
from clinic_tui.backend.store.tables import staff
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.unit_changes import RANGES, save_settings, save_unit_hours
from clinic_tui.backend.unit_roles import end_role, give_role, set_signer
from clinic_tui.backend.units import settings_of
from clinic_tui.domain.region import RegionProfile
from clinic_tui.protocol.unit import HoursException, HoursRow, UnitSettings

T = TypeVar("T")


async def show_unit(store: Store, region: RegionProfile, unit_id: str) -> UnitSettings:
    """A unit's settings. Raises `NotThere`."""
    return await store.read(lambda conn: _settings(conn, region, unit_id))


async def set_unit(store: Store, region: RegionProfile, unit_id: str, values: dict[str, str | int]) -> None:
    """Change settings by name. Raises `AdminError` where one is not possible."""
    for name, (low, high) in RANGES.items():
        value = values.get(name)
        if isinstance(value, int) and not low <= value <= high:
            raise AdminError(f"{name} must be from {low} to {high}")
    await as_administrator(store, region, lambda tx: save_settings(tx, unit_id, values))


async def set_hours(store: Store, region: RegionProfile, unit_id: str, row: HoursRow) -> None:
    """Put in weekly hours from a date on; a row from the same date is replaced. Raises `AdminError`."""

    def work(tx: Tx) -> None:
        known = _settings(tx.conn, region, unit_id).hours
        kept = [one for one in known if one.valid_from != row.valid_from]
        save_unit_hours(tx, unit_id, (*kept, row), None)

    await as_administrator(store, region, work)


async def set_exception(
    store: Store, region: RegionProfile, unit_id: str, day: date, row: HoursException | None
) -> None:
    """Put in other hours on a date, or take them away. Raises `AdminError`."""

    def work(tx: Tx) -> None:
        known = _settings(tx.conn, region, unit_id).exceptions
        kept = [one for one in known if one.on != day]
        save_unit_hours(tx, unit_id, None, kept if row is None else (*kept, row))

    await as_administrator(store, region, work)


async def set_role(
    store: Store, region: RegionProfile, unit_id: str, username: str, role: str, *, ended: bool
) -> None:
    """Give a user a role at a unit, or end it with its sessions. Raises `AdminError`."""

    def work(tx: Tx) -> None:
        (end_role if ended else give_role)(tx, unit_id, user_id(tx, username), role)

    await as_administrator(store, region, work)


async def name_signer(
    store: Store, region: RegionProfile, unit_id: str, username: str, role: str, *, ended: bool
) -> None:
    """Let a user see to colleagues' ended visits at a unit, or no longer. Raises `AdminError`."""
    await as_administrator(
        store, region, lambda tx: set_signer(tx, unit_id, user_id(tx, username), role, ended=ended)
    )


def user_id(tx: Tx, username: str) -> str:
    """The staff id of a user name. Raises `NotThere`."""
    found = tx.conn.execute(select(staff.c.id).where(staff.c.username == username)).scalar_one_or_none()
    if found is None:
        raise NotThere(f"there is no user {username}")
    return found


def _settings(conn: Connection, region: RegionProfile, unit_id: str) -> UnitSettings:
    found = settings_of(conn, region, unit_id)
    if found is None:
        raise NotThere(f"there is no unit {unit_id}")
    return found


async def as_administrator(store: Store, region: RegionProfile, work: Callable[[Tx], T]) -> T:
    """One transaction, in the access log as the administrator's of the installation. Raises `AdminError`."""

    def run(conn: Connection) -> T:
        tx = Tx(conn=conn, now=SystemClock().now(), session=None, region=region, settings=Settings())
        value = work(tx)
        write_journal(
            conn, tx.now, emitted=tx.emitted, audits=tx.audits, actor=Actor(party="admin"), correlation_id=""
        )
        return value

    try:
        return await store.write(run)
    except Refused as no:
        if no.problem.status == 404:
            raise NotThere("there is no such unit, user or role") from None
        place = f"{no.problem.field}: " if no.problem.field else ""
        raise AdminError(f"{place}{no.problem.detail}") from None
