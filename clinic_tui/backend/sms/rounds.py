"""Rounds of sending: what is due goes to the gateway, one text after the other."""

from datetime import datetime

from clinic_tui.backend.context import Backend
from clinic_tui.backend.sms.gateway import Gateway
from clinic_tui.backend.sms.sending import claim_text, due_texts, hold_texts, settle_stuck, settle_text
from clinic_tui.backend.system import in_transaction

_UNANSWERED = 3
"""A round stops after so many texts that the gateway did not take; the next goes on."""


async def send_texts(backend: Backend, now: datetime, gateway: Gateway) -> None:
    """Send what is due. What cannot be sent now is tried later, and becomes a task in the end."""
    await in_transaction(backend, now, settle_stuck)
    unanswered = 0
    for text in await backend.store.read(lambda conn: due_texts(conn, now)):
        if not await backend.store.write(lambda conn, text=text: claim_text(conn, text, now)):
            continue
        went = await gateway.send(text)
        await in_transaction(backend, now, lambda tx, text=text, went=went: settle_text(tx, text, went))
        if went.fate == "blocked":
            await backend.store.write(lambda conn: hold_texts(conn, now))
            return
        unanswered += went.fate in {"later", "unknown"}
        if unanswered == _UNANSWERED:
            return
