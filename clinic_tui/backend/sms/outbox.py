"""The SMS outbox: texts are stored with the change they tell of, and sent afterwards."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from clinic_tui.backend.cases import CaseRecord
from clinic_tui.backend.guardians import receiver_of
from clinic_tui.backend.store.tables import residents, sms_outbox, staff, units
from clinic_tui.backend.streams import resident_stream
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.texts import LINK_KINDS, e164, has_link
from clinic_tui.i18n import _
from clinic_tui.protocol.events import TextSent
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resident import TextMessage

_RESIDENT = select(residents.c.mobile, residents.c.protected).where(residents.c.id == bindparam("wanted"))
_STAFF = select(staff.c.mobile, staff.c.disabled).where(staff.c.id == bindparam("wanted"))
_UNIT = select(units.c.name).where(units.c.id == bindparam("wanted"))
_ADD = insert(sms_outbox)
_QUEUED = and_(sms_outbox.c.id == bindparam("which"), sms_outbox.c.state == "queued")
_WAIT = update(sms_outbox).where(_QUEUED).values(next_at=bindparam("until", type_=sms_outbox.c.next_at.type))
_WITHDRAW = update(sms_outbox).where(_QUEUED).values(state="withdrawn", next_at=None)
_INBOX = (
    select(sms_outbox.c.body, sms_outbox.c.queued_at)
    .where(sms_outbox.c.resident_id == bindparam("who"), sms_outbox.c.state != "withdrawn")
    .order_by(sms_outbox.c.queued_at, sms_outbox.c.id)
)


def queue_resident_text(
    tx: Tx, case: CaseRecord | None, resident_id: str, body: str, *, kind: str, unit_id: str | None = None
) -> bool:
    """Queue a text to a resident, or to the guardian who writes for one; False where no mobile can be used.

    `body` says nothing of the matter and names no unit: the unit's name (the case's, or `unit_id`'s) is put
    before it here, and never where the resident's or the receiver's identity is protected (domain.md 7.5).
    `kind` says what the text is about, in a word. ValueError where it holds a link, but for the two kinds
    that may (domain.md 8.19).
    """
    _check(body, kind)
    row = tx.conn.execute(_RESIDENT, {"wanted": resident_id}).one()
    mobile = e164(row.mobile)
    if mobile is None:
        return False
    of = unit_id or (case.unit_id if case is not None else None)
    protected = row.protected != "none" or (case is not None and case.protected != "none")
    if of is not None and not protected:
        body = from_unit(tx.conn.execute(_UNIT, {"wanted": of}).scalar_one(), body)
    _add(tx, case, mobile, body, kind, resident_id=resident_id)
    if tx.settings.demo_data:
        text = TextMessage(at=tx.now, body=body)
        tx.emit(resident_stream(resident_id), TextSent(text=text))
    return True


def queue_number_text(tx: Tx, mobile: str, body: str, *, kind: str) -> bool:
    """Queue a text to a number that is nobody's any more, and in no inbox; False where it takes none."""
    _check(body, kind)
    number = e164(mobile)
    if number is None:
        return False
    _add(tx, None, number, body, kind)
    return True


def from_unit(name: str, text: str) -> str:
    """A text with the unit's name before it; without where the name looks like an address."""
    body = _("{unit}: {text}").format(unit=name, text=text)
    return text if has_link(body) else body


def queue_staff_text(tx: Tx, staff_id: str, body: str, *, kind: str, case: CaseRecord | None = None) -> bool:
    """Queue a text to a staff member; False where they have no mobile or may not sign in any more.

    `body` names no resident and says nothing of the matter. ValueError where it holds a link.
    """
    _check(body, kind)
    row = tx.conn.execute(_STAFF, {"wanted": staff_id}).one()
    mobile = None if row.disabled else e164(row.mobile)
    if mobile is None:
        return False
    _add(tx, case, mobile, body, kind, staff_id=staff_id)
    return True


def queue_your_turn(tx: Tx, taken: CaseRecord) -> None:
    """Tell the resident, or the guardian who writes for them, that it is their turn (slide 52).

    No link, no name, nothing of the matter (domain.md 2.7, 7.5).
    """
    body = _("It is your turn now. Log in to 1177. You cannot answer this SMS.")
    queue_resident_text(tx, taken, receiver_of(tx, taken), body, kind="your_turn")


def hold_for(tx: Tx, text_ids: Iterable[str], wait: timedelta) -> None:
    """Let texts queued in this transaction wait so long: what they tell of may be undone meanwhile.

    With demo data they are on the demo's phones already, and do not wait.
    """
    if tx.settings.demo_data:
        return
    for text_id in text_ids:
        tx.conn.execute(_WAIT, {"which": text_id, "until": tx.now + wait})


def withdraw_texts(tx: Tx, text_ids: Iterable[str]) -> bool:
    """Take back texts that wait to be sent; False where one may have been sent, whoever it went to.

    With demo data every text counts as sent: the demo's phones show it at once.
    """
    if tx.settings.demo_data:
        return not list(text_ids)
    stopped = [tx.conn.execute(_WITHDRAW, {"which": one}).rowcount == 1 for one in text_ids]
    return all(stopped)


def inbox(conn: Connection, resident_id: str) -> list[tuple[datetime, str]]:
    """Every text a resident was sent, oldest first, for the demo's phone."""
    return [(row.queued_at, row.body) for row in conn.execute(_INBOX, {"who": resident_id})]


def _check(body: str, kind: str) -> None:
    if kind not in LINK_KINDS and has_link(body):
        raise ValueError(f"a text of kind {kind} holds no link")


def _add(
    tx: Tx,
    case: CaseRecord | None,
    mobile: str,
    body: str,
    kind: str,
    *,
    resident_id: str | None = None,
    staff_id: str | None = None,
) -> None:
    text_id = new_id(int(tx.now.timestamp() * 1000))
    tx.texts.append(text_id)
    tx.conn.execute(
        _ADD,
        {
            "id": text_id,
            "case_id": case.id if case is not None else None,
            "resident_id": resident_id,
            "staff_id": staff_id,
            "mobile": mobile,
            "body": body,
            "kind": kind,
            "state": "queued",
            "queued_at": tx.now,
        },
    )
