"""The keys under which staff keep unsent texts on their devices: one for each person and device.

The device has the texts and no key, the backend the key and no texts; only a live session of the same person
brings them together. A closed account gets none. The key stands in no log and in no entry of the access log.
"""

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, update

from clinic_tui.backend.audit import AuditEntry
from clinic_tui.backend.context import Backend
from clinic_tui.backend.refused import forbidden, refused, unauthenticated
from clinic_tui.backend.sessions import session_of
from clinic_tui.backend.store import StorageUnavailable
from clinic_tui.backend.store.tables import device_keys
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.upsert import insert_if_missing
from clinic_tui.protocol.commands import AskDeviceKey
from clinic_tui.protocol.problems import Code
from clinic_tui.protocol.resources import DeviceKey

KEY_BYTES: Final = 32
DEVICES_PER_PERSON: Final = 100
"""The device that was used longest ago makes room for one more."""
_NOTED_EVERY: Final = timedelta(days=1)
"""How exactly the last use is known."""

_MINE = device_keys.c.staff_id == bindparam("who")
_THIS = (_MINE, device_keys.c.device_id == bindparam("device"))
_FIND = select(device_keys.c.key, device_keys.c.used_at).where(*_THIS)
_USED = update(device_keys).where(*_THIS).values(used_at=bindparam("now", type_=device_keys.c.used_at.type))
_BY_USE = select(device_keys.c.device_id).where(_MINE).order_by(device_keys.c.used_at.desc())
_FORGET = delete(device_keys).where(*_THIS)


async def device_key(backend: Backend, token: str, command: AskDeviceKey) -> DeviceKey:
    """The key of the session's staff member on a device, made when it is asked for first.

    Refused without a live session, and for residents.
    """

    def work(conn: Connection) -> DeviceKey:
        now = backend.clock.now()
        session = session_of(conn, token, now, backend.region)
        if session is None:
            raise unauthenticated()
        if session.staff is None:
            raise forbidden("session.not_staff")
        tx = Tx(conn=conn, now=now, session=session, region=backend.region, settings=backend.settings)
        return DeviceKey(staff_id=session.staff.id, key=_key(tx, session.staff.id, command.device_id))

    try:
        return await backend.store.write(work)
    except StorageUnavailable:
        raise refused(Code.UNAVAILABLE, "Try again in a moment.", retry_after=1.0) from None


def _key(tx: Tx, who: str, device: str) -> str:
    this = {"who": who, "device": device}
    found = tx.conn.execute(_FIND, this).one_or_none()
    if found is None:
        row = {"staff_id": who, "device_id": device, "key": secrets.token_urlsafe(KEY_BYTES)}
        tx.conn.execute(insert_if_missing(tx.conn.dialect.name, device_keys), {**row, "used_at": tx.now})
        _make_room(tx, who)
        tx.audit(
            AuditEntry(
                action="CREATE",
                code="device_added",
                object_type="device",
                object_id=device,
                unit_id=tx.session.assignment.unit_id if tx.session and tx.session.assignment else "",
            )
        )
        tx.finish()
        return tx.conn.execute(_FIND, this).one().key
    if found.used_at <= tx.now - _NOTED_EVERY:
        tx.conn.execute(_USED, {**this, "now": tx.now})
    return found.key


def _make_room(tx: Tx, who: str) -> None:
    devices = tx.conn.execute(_BY_USE, {"who": who}).scalars().all()
    for device in devices[DEVICES_PER_PERSON:]:
        tx.conn.execute(_FORGET, {"who": who, "device": device})
