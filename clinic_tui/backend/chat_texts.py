"""The SMS texts that tell a resident of chats and tickets: nothing of the matter in any (domain.md 2.7)."""

from clinic_tui.backend.cases import CaseRecord
from clinic_tui.backend.guardians import receiver_of
from clinic_tui.backend.sms.outbox import queue_number_text, queue_resident_text
from clinic_tui.backend.tx import Tx
from clinic_tui.i18n import _


def text_new_chat(tx: Tx, case: CaseRecord) -> bool:
    """Tell of a chat that staff started (slide 34); False where there is no mobile number."""
    body = _(
        "You have a new message from your care unit. Log in to 1177 to read it. You cannot answer this SMS."
    )
    return _send(tx, case, body, "chat_created")


def text_new_message(tx: Tx, case: CaseRecord) -> bool:
    """Tell that staff wrote in a chat (slide 35); False where there is no mobile number."""
    body = _("You have a new message. Log in to 1177 to read it. You cannot answer this SMS.")
    return _send(tx, case, body, "staff_wrote")


def text_ticket(tx: Tx, receiver_id: str, unit_id: str | None, until: str) -> bool:
    """Tell of a ticket and until when it is valid; False where there is no mobile number.

    No unit is named where the resident's identity is protected: then `unit_id` is None.
    """
    body = _(
        "You can start a drop-in chat until {until}. Log in to 1177. You cannot answer this SMS."
    ).format(until=until)
    return queue_resident_text(tx, None, receiver_id, body, kind="ticket_issued", unit_id=unit_id)


def text_cancelled_ticket(tx: Tx, receiver_id: str, unit_id: str | None) -> bool:
    """Tell that a ticket no longer holds; False where there is no mobile number. `unit_id` as above."""
    body = _("Your drop-in ticket no longer holds. You cannot answer this SMS.")
    return queue_resident_text(tx, None, receiver_id, body, kind="ticket_cancelled", unit_id=unit_id)


def text_old_number(tx: Tx, mobile: str) -> bool:
    """Tell a number that it is no longer used for somebody; False where it takes no texts.

    It may have been given to somebody else: nobody is named in it, no unit and nothing of the matter.
    """
    body = _(
        "This mobile number is no longer used for texts from health care in 1177. If you did not ask for"
        " that, phone your care unit. You cannot answer this SMS."
    )
    return queue_number_text(tx, mobile, body, kind="old_number")


def _send(tx: Tx, case: CaseRecord, body: str, kind: str) -> bool:
    return queue_resident_text(tx, case, receiver_of(tx, case), body, kind=kind)
