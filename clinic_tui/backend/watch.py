"""Looks at the sessions of open live connections again, and closes those that are over."""

from datetime import datetime
from typing import cast

from sqlalchemy import Connection, select

from clinic_tui.backend.access import Viewer
from clinic_tui.backend.endpoints.site import Site
from clinic_tui.backend.sessions import Session, session_of, token_hash
from clinic_tui.backend.store.tables import sessions, staff
from clinic_tui.backend.subscription import CHANGED, SESSION_OVER, Closing, EndReason, Subscription
from clinic_tui.domain.region import RegionProfile

_REASONS = frozenset({"signed_out", "expired", "replaced", "disabled"})


async def check_sessions(site: Site) -> None:
    """End every connection whose session has ended, expired, been disabled or changed its streams."""
    open_now = tuple(site.hub.subscriptions)
    if not open_now:
        return
    backend, now = site.backend, site.backend.clock.now()
    found = await backend.store.read(lambda conn: _over(conn, open_now, now, backend.region))
    for subscription, closing in found:
        subscription.end(closing)


def _over(
    conn: Connection, open_now: tuple[Subscription, ...], now: datetime, region: RegionProfile
) -> list[tuple[Subscription, Closing]]:
    out: list[tuple[Subscription, Closing]] = []
    for subscription in open_now:
        session = session_of(conn, subscription.token, now, region)
        if session is None:
            out.append((subscription, Closing(SESSION_OVER, _reason(conn, subscription.token))))
        elif frozenset(session.streams) != subscription.streams or not _sees_the_same(session, subscription):
            out.append((subscription, Closing(CHANGED)))
    return out


def _sees_the_same(session: Session, subscription: Subscription) -> bool:
    """Whether what the session may be shown is what its connection goes by."""
    return Viewer.of(session, subscription.viewer.elsewhere) == subscription.viewer


def _reason(conn: Connection, token: str) -> EndReason:
    """Why a token is no longer good, as the store tells it."""
    row = conn.execute(
        select(sessions.c.end_reason, sessions.c.ended_at, staff.c.disabled)
        .select_from(sessions.outerjoin(staff, staff.c.id == sessions.c.staff_id))
        .where(sessions.c.token_hash == token_hash(token))
    ).one_or_none()
    if row is None:
        return "signed_out"
    if row.disabled:
        return "disabled"
    if row.ended_at is None:
        return "expired"
    return cast("EndReason", row.end_reason) if row.end_reason in _REASONS else "signed_out"
