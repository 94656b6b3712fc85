"""Emptying the outbox: a text is claimed before it is sent, so that none goes out twice."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from clinic_tui.backend.sms.failing import tell_failed
from clinic_tui.backend.sms.gateway import Delivery, Text
from clinic_tui.backend.store.tables import sms_outbox
from clinic_tui.backend.tx import Tx

MOST_ATTEMPTS = 6
"""How many times a text is tried, where the gateway answers that it cannot take it now."""
FIRST_DELAY = timedelta(seconds=30)
"""Until the second try; every further one waits four times as long: 2, 8, 32 and 128 minutes."""
BLOCKED_DELAY = timedelta(minutes=5)
"""Until the next try where the gateway's settings are wrong; such tries are not counted."""
TOO_OLD = timedelta(hours=6)
"""A text that could not be sent for so long says something that is no longer so; it fails."""
NO_ANSWER = timedelta(minutes=2)
"""A text claimed so long ago was being sent when the backend stopped: nobody knows whether it went out."""
NO_REPORT = timedelta(hours=1)
"""How long a delivery report is waited for where nobody knows whether the text went out."""

_AT = sms_outbox.c.next_at.type
_BATCH = 100
_FAULT = 200
_DUE = (
    select(sms_outbox.c.id, sms_outbox.c.mobile, sms_outbox.c.body, sms_outbox.c.attempts)
    .where(
        sms_outbox.c.state == "queued",
        or_(sms_outbox.c.next_at.is_(None), sms_outbox.c.next_at <= bindparam("now", type_=_AT)),
    )
    .order_by(sms_outbox.c.id)
    .limit(_BATCH)
)
_CLAIM = (
    update(sms_outbox)
    .where(sms_outbox.c.id == bindparam("which"), sms_outbox.c.state == "queued")
    .values(
        state="sending",
        attempts=sms_outbox.c.attempts + 1,
        next_at=bindparam("until", type_=_AT),
    )
)
_SETTLE = (
    update(sms_outbox)
    .where(sms_outbox.c.id == bindparam("which"), sms_outbox.c.state == "sending")
    .values(
        state=bindparam("state_"),
        sent_at=bindparam("sent_", type_=sms_outbox.c.sent_at.type),
        next_at=bindparam("next_", type_=_AT),
        attempts=bindparam("attempts_"),
        gateway_id=bindparam("gateway_"),
        fault=bindparam("fault_"),
    )
)
_STATE = (
    update(sms_outbox)
    .where(sms_outbox.c.id == bindparam("which"), sms_outbox.c.state == bindparam("was"))
    .values(state=bindparam("state_"), next_at=bindparam("next_", type_=_AT), fault=bindparam("fault_"))
)
_HOLD = update(sms_outbox).where(sms_outbox.c.state == "queued").values(next_at=bindparam("until", type_=_AT))
_STUCK = (
    select(sms_outbox.c.id, sms_outbox.c.state)
    .where(
        or_(
            and_(
                sms_outbox.c.state.in_(("sending", "unknown")),
                sms_outbox.c.next_at <= bindparam("now", type_=_AT),
            ),
            and_(
                sms_outbox.c.state == "queued",
                sms_outbox.c.next_at.is_not(None),
                sms_outbox.c.queued_at <= bindparam("old", type_=sms_outbox.c.queued_at.type),
            ),
        )
    )
    .order_by(sms_outbox.c.id)
    .limit(_BATCH)
)


def due_texts(conn: Connection, now: datetime) -> list[Text]:
    """Texts to send now, oldest first."""
    rows = conn.execute(_DUE, {"now": now})
    return [Text(id=row.id, mobile=row.mobile, body=row.body, attempts=row.attempts) for row in rows]


def claim_text(conn: Connection, text: Text, now: datetime) -> bool:
    """Take a text to send it; False where somebody else has taken it."""
    return conn.execute(_CLAIM, {"which": text.id, "until": now + NO_ANSWER}).rowcount == 1


def hold_texts(conn: Connection, now: datetime) -> None:
    """Let every queued text wait: the gateway takes nothing from us."""
    conn.execute(_HOLD, {"until": now + BLOCKED_DELAY})


def settle_text(tx: Tx, text: Text, delivery: Delivery) -> None:
    """Keep how the sending of a claimed text went; one that will never arrive becomes a task."""
    attempts = text.attempts + 1
    state, again = "failed", None
    if delivery.fate == "sent":
        state = "sent"
    elif delivery.fate == "unknown":
        state, again = "unknown", tx.now + NO_REPORT
    elif delivery.fate == "blocked":
        state, again, attempts = "queued", tx.now + BLOCKED_DELAY, text.attempts
    elif delivery.fate == "later" and attempts < MOST_ATTEMPTS:
        state, again = "queued", tx.now + FIRST_DELAY * 4 ** (attempts - 1)
    done = tx.conn.execute(
        _SETTLE,
        {
            "which": text.id,
            "state_": state,
            "sent_": tx.now if state == "sent" else None,
            "next_": again,
            "attempts_": attempts,
            "gateway_": delivery.gateway_id or None,
            "fault_": delivery.fault[:_FAULT],
        },
    )
    if done.rowcount and state == "failed":
        tell_failed(tx, text.id)


def settle_stuck(tx: Tx) -> None:
    """Texts that nobody knows the fate of, or that are too old to be sent, are given up in time."""
    for row in tx.conn.execute(_STUCK, {"now": tx.now, "old": tx.now - TOO_OLD}).all():
        if row.state == "sending":
            values = {"state_": "unknown", "next_": tx.now + NO_REPORT, "fault_": "stopped while sending"}
        else:
            fault = "no answer and no report" if row.state == "unknown" else "not sent in time"
            values = {"state_": "failed", "next_": None, "fault_": fault}
        done = tx.conn.execute(_STATE, {"which": row.id, "was": row.state, **values})
        if done.rowcount and values["state_"] == "failed":
            tell_failed(tx, row.id)
