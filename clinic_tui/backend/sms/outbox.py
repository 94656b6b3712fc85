"""The SMS outbox: texts are stored with the change they tell of, and sent afterwards."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, case, insert, select, update

from clinic_tui.backend.cases import CaseRecord
from clinic_tui.backend.sms.gateway import Text
from clinic_tui.backend.store.tables import residents, sms_outbox, units
from clinic_tui.backend.tx import Tx
from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id

_TO = select(residents.c.mobile, residents.c.protected).where(residents.c.id == bindparam("wanted"))
_UNIT = select(units.c.name).where(units.c.id == bindparam("wanted"))
_ADD = insert(sms_outbox)
_DUE = (
    select(sms_outbox.c.id, sms_outbox.c.mobile, sms_outbox.c.body)
    .where(sms_outbox.c.state == "queued")
    .order_by(sms_outbox.c.id)
    .limit(100)
)
_ATTEMPTS = 3
_SENT = (
    update(sms_outbox)
    .where(sms_outbox.c.id == bindparam("which"), sms_outbox.c.state == "queued")
    .values(
        state="sent",
        sent_at=bindparam("now", type_=sms_outbox.c.sent_at.type),
        attempts=sms_outbox.c.attempts + 1,
    )
)
_FAILED = (
    update(sms_outbox)
    .where(sms_outbox.c.id == bindparam("which"), sms_outbox.c.state == "queued")
    .values(
        state=case((sms_outbox.c.attempts + 1 >= _ATTEMPTS, "failed"), else_="queued"),
        attempts=sms_outbox.c.attempts + 1,
    )
)
_INBOX = (
    select(sms_outbox.c.body, sms_outbox.c.queued_at)
    .where(sms_outbox.c.resident_id == bindparam("who"))
    .order_by(sms_outbox.c.queued_at, sms_outbox.c.id)
)


def queue_your_turn(tx: Tx, taken: CaseRecord) -> None:
    """Tell the resident, or the guardian who writes for them, that it is their turn (slide 52).

    No link, no name, nothing of the matter; for a protected identity not even the unit (domain.md 2.7, 7.5).
    """
    receiver = taken.acting_proxy_id or taken.resident_id
    row = tx.conn.execute(_TO, {"wanted": receiver}).one()
    if not row.mobile:
        return
    if row.protected != "none" or taken.protected != "none":
        body = _("It is your turn now. Log in to 1177.se. You cannot answer this message.")
    else:
        name = tx.conn.execute(_UNIT, {"wanted": taken.unit_id}).scalar_one()
        body = _("{unit}: it is your turn now. Log in to 1177.se. You cannot answer this message.").format(
            unit=name
        )
    tx.conn.execute(
        _ADD,
        {
            "id": new_id(int(tx.now.timestamp() * 1000)),
            "case_id": taken.id,
            "resident_id": receiver,
            "mobile": row.mobile,
            "body": body,
            "state": "queued",
            "queued_at": tx.now,
        },
    )


def due_texts(conn: Connection) -> list[Text]:
    """Texts to send now, oldest first."""
    return [Text(id=row.id, mobile=row.mobile, body=row.body) for row in conn.execute(_DUE)]


def settle_text(conn: Connection, text: Text, now: datetime, *, sent: bool) -> None:
    """Keep how the sending of a text went."""
    if sent:
        conn.execute(_SENT, {"which": text.id, "now": now})
    else:
        conn.execute(_FAILED, {"which": text.id})


def inbox(conn: Connection, resident_id: str) -> list[tuple[datetime, str]]:
    """Every text a resident was sent, oldest first, for the demo's phone."""
    return [(row.queued_at, row.body) for row in conn.execute(_INBOX, {"who": resident_id})]
