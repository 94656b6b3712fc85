"""What ends by itself: asynchronous chats, after two warnings, and drop-in tickets (domain.md 2.1.2, 2.3)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_

from clinic_tui.backend.cases import CaseRecord, case_select, change_case, move_case, record
from clinic_tui.backend.chats import WARN_HOURS
from clinic_tui.backend.context import Backend
from clinic_tui.backend.handlers.chats import say
from clinic_tui.backend.handlers.common import log, outcome_of, tell_all
from clinic_tui.backend.notices import notify
from clinic_tui.backend.store.tables import cases
from clinic_tui.backend.system import in_transaction
from clinic_tui.backend.tickets import due_tickets, end_ticket, tell_issuer
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.async_chats import ASYNC_OPEN, AsyncCommand, AsyncFacts
from clinic_tui.domain.cases import CaseKind
from clinic_tui.domain.refusals import Refusal
from clinic_tui.domain.tickets import TicketState
from clinic_tui.i18n import _

_MOST = 100
"""Chats, and tickets, that one round takes; the next takes the others."""
_OPEN_CHAT = and_(
    cases.c.kind == CaseKind.ASYNC.value, cases.c.state.in_([state.value for state in ASYNC_OPEN])
)


def _before(name: str) -> Any:
    return bindparam(name, type_=cases.c.expires_at.type)


_OVER = (
    case_select()
    .where(_OPEN_CHAT, cases.c.expires_at <= _before("now"))
    .order_by(cases.c.id)
    .limit(_MOST)
    .with_for_update(of=cases)
)
_NEAR = (
    case_select()
    .where(
        _OPEN_CHAT,
        cases.c.assignee_id.is_not(None),
        cases.c.expires_at > _before("now"),
        or_(
            *(
                and_(cases.c.warned <= place, cases.c.expires_at <= _before(f"within_{hours}"))
                for place, hours in enumerate(WARN_HOURS)
            )
        ),
    )
    .order_by(cases.c.id)
    .limit(_MOST)
    .with_for_update(of=cases)
)


async def run_expiry(backend: Backend, now: datetime) -> None:
    """Close and warn what is due at this moment; running it twice changes nothing more."""

    def work(tx: Tx) -> None:
        end_chats(tx)
        warn_owners(tx)
        end_tickets(tx)

    await in_transaction(backend, now, work)


def end_chats(tx: Tx) -> None:
    """Close the chats whose time is out: the resident reads why, and the one who has it is told."""
    for row in tx.conn.execute(_OVER, {"now": tx.now}).mappings().all():
        _end(tx, record(row))


def _end(tx: Tx, case: CaseRecord) -> None:
    facts = AsyncFacts(is_system=True, time_is_out=True)
    outcome = outcome_of(case, AsyncCommand.EXPIRE, facts)
    if isinstance(outcome, Refusal) or outcome.close_reason is None:
        return
    case = say(tx, case, _("The chat has ended, for its time is out. You can still read it."))
    case = move_case(
        tx,
        case,
        None,
        state=outcome.state.value,
        close_reason=outcome.close_reason.value,
        closed_at=tx.now,
        readers="[]",
    )
    log(tx, case, "UPDATE", "expired")
    tell_all(tx, case, "case.expired")
    if case.assignee_id is not None:
        notify(tx, case.assignee_id, "async_ended", case=case)


def warn_owners(tx: Tx) -> None:
    """Warn whoever has a chat 48 and 4 hours before its end, once each; where both are due, the later one."""
    asked = {f"within_{hours}": tx.now + timedelta(hours=hours) for hours in WARN_HOURS}
    for row in tx.conn.execute(_NEAR, {**asked, "now": tx.now}).mappings().all():
        case = record(row)
        if case.expires_at is None or case.assignee_id is None:
            continue
        left = case.expires_at - tx.now
        passed = [hours for hours in WARN_HOURS if left <= timedelta(hours=hours)]
        change_case(tx, case, warned=len(passed))
        notify(tx, case.assignee_id, "async_expiring", case=case, detail=case.expires_at.isoformat())


def end_tickets(tx: Tx) -> None:
    """Let tickets run out that nobody used, and tell who issued them."""
    for ticket in due_tickets(tx, _MOST):
        ended = end_ticket(tx, ticket, TicketState.EXPIRED)
        tell_issuer(tx, ended, "ticket_expired")
