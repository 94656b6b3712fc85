"""Delivery reports: what became of a text after the gateway took it."""

from typing import Literal

from sqlalchemy import bindparam, or_, select, update

from clinic_tui.backend.sms.failing import tell_failed
from clinic_tui.backend.store.tables import sms_outbox
from clinic_tui.backend.tx import Tx

_FIND = (
    select(sms_outbox.c.id, sms_outbox.c.state)
    .where(
        or_(
            sms_outbox.c.gateway_id == bindparam("gateway"),
            (sms_outbox.c.id == bindparam("ours")) & sms_outbox.c.gateway_id.is_(None),
        )
    )
    .limit(1)
    .with_for_update()
)
_SETTLE = (
    update(sms_outbox)
    .where(sms_outbox.c.id == bindparam("which"))
    .values(
        state=bindparam("state_"),
        gateway_id=bindparam("gateway_"),
        fault=bindparam("fault_"),
        next_at=bindparam("next_", type_=sms_outbox.c.next_at.type),
    )
)
_MAY_COME: dict[str, frozenset[str]] = {
    "delivered": frozenset({"sending", "sent", "unknown", "failed"}),
    "failed": frozenset({"sending", "sent", "unknown"}),
}
"""From which states a report leads on: the last word is `delivered`."""


def report_delivery(tx: Tx, gateway_id: str, text_id: str, status: Literal["delivered", "failed"]) -> None:
    """Keep what the gateway reports of a text, found by the gateway's id or by ours; nothing where neither is
    known. A text that failed becomes a task."""
    row = tx.conn.execute(_FIND, {"gateway": gateway_id, "ours": text_id}).first()
    if row is None or row.state not in _MAY_COME[status]:
        return
    fault = "" if status == "delivered" else "not delivered"
    tx.conn.execute(
        _SETTLE,
        {"which": row.id, "state_": status, "gateway_": gateway_id, "fault_": fault, "next_": None},
    )
    if status == "failed":
        tell_failed(tx, row.id)
