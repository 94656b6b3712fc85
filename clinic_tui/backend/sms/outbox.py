"""The SMS outbox: texts are stored with the change they tell of, and sent afterwards."""

from sqlalchemy import bindparam, insert, select

from clinic_tui.backend.cases import CaseRecord
from clinic_tui.backend.store.tables import residents, sms_outbox, units
from clinic_tui.backend.tx import Tx
from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id

_TO = select(residents.c.mobile, residents.c.protected).where(residents.c.id == bindparam("wanted"))
_UNIT = select(units.c.name).where(units.c.id == bindparam("wanted"))
_ADD = insert(sms_outbox)


def queue_your_turn(tx: Tx, case: CaseRecord) -> None:
    """Tell the resident, or the guardian who writes for them, that it is their turn (slide 52).

    No link, no name and nothing of the matter; for a protected identity not even the unit (domain.md 2.7, 7.5).
    """
    receiver = case.acting_proxy_id or case.resident_id
    row = tx.conn.execute(_TO, {"wanted": receiver}).one()
    if not row.mobile:
        return
    if row.protected != "none" or case.protected != "none":
        body = _("It is your turn now. Log in to 1177.se. You cannot answer this message.")
    else:
        name = tx.conn.execute(_UNIT, {"wanted": case.unit_id}).scalar_one()
        body = _("{unit}: it is your turn now. Log in to 1177.se. You cannot answer this message.").format(
            unit=name
        )
    tx.conn.execute(
        _ADD,
        {
            "id": new_id(int(tx.now.timestamp() * 1000)),
            "case_id": case.id,
            "resident_id": receiver,
            "mobile": row.mobile,
            "body": body,
            "state": "queued",
            "queued_at": tx.now,
        },
    )
