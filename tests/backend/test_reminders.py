"""Reminders of scheduled visits by a set clock, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.jobs import run_own
from clinic_tui.backend.reminders import remind
from clinic_tui.backend.snapshot import desk_snapshot
from clinic_tui.backend.store.tables import sms_outbox
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import NoticeAdded
from tests.backend.test_bookings import book
from tests.backend.town import staff

pytestmark = pytest.mark.anyio

STARTS = datetime(2026, 3, 29, 8, 0, tzinfo=UTC)
"""Ten in the morning of the day on which the clock is set forward."""
SEVEN = datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
"""Seven in the morning of that day, in summer time."""
SECOND = timedelta(seconds=1)


async def _texts(backend: Backend) -> list[str]:
    wanted = (
        select(sms_outbox.c.body).where(sms_outbox.c.kind == "visit_soon").order_by(sms_outbox.c.queued_at)
    )
    return await backend.store.read(lambda conn: list(conn.execute(wanted).scalars()))


async def _notices(backend: Backend, who: str) -> list[str]:
    found = await backend.store.read(lambda conn: events_after(conn, f"staff:s-{who}", 0, 1000))
    return [one.event.notice.kind for one in found if isinstance(one.event, NoticeAdded)]


async def _at(backend: Backend, *moments: datetime) -> int:
    for moment in moments:
        await remind(backend, moment)
    return len(await _texts(backend))


async def test_each_reminder_comes_once_in_the_morning_and_a_quarter_before(backend: Backend) -> None:
    await book(await staff(backend, "nora"), starts_at=STARTS)
    assert await _at(backend, STARTS - timedelta(hours=25), SEVEN - SECOND) == 0
    assert await _at(backend, SEVEN) == 1
    assert await _at(backend, SEVEN, SEVEN + SECOND, STARTS - timedelta(minutes=15) - SECOND) == 1
    assert await _at(backend, STARTS - timedelta(minutes=15)) == 2
    assert await _at(backend, STARTS - SECOND, STARTS, STARTS + timedelta(hours=1)) == 2
    morning, soon = await _texts(backend)
    assert "10:00" in morning
    assert "10:00" in soon
    assert not any(word in morning + soon for word in ("Anna", "Blood", "http"))


async def test_in_autumn_the_morning_is_an_hour_later_by_utc(backend: Backend) -> None:
    await book(await staff(backend, "nora"), starts_at=datetime(2026, 10, 25, 9, tzinfo=UTC))
    assert await _at(backend, datetime(2026, 10, 25, 5, 59, 59, tzinfo=UTC)) == 0
    assert await _at(backend, datetime(2026, 10, 25, 6, 0, tzinfo=UTC)) == 1


async def test_one_booked_that_same_morning_is_told_again_in_the_last_quarter(
    backend: Backend,
) -> None:
    now = backend.clock.now()
    await book(await staff(backend, "nora"), starts_at=now + timedelta(hours=2))
    assert await _at(backend, now, now + timedelta(hours=1)) == 0
    assert await _at(backend, now + timedelta(minutes=105)) == 1


async def test_after_a_pause_only_the_last_reminder_comes(backend: Backend) -> None:
    await book(await staff(backend, "nora"), starts_at=STARTS)
    assert await _at(backend, STARTS - timedelta(minutes=5)) == 1
    assert "10:00" in (await _texts(backend))[0]


async def test_a_cancelled_or_started_visit_has_no_reminder_and_a_taken_one_has(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    gone, started, taken = [await book(nora, starts_at=STARTS) for _ in range(3)]
    await nora.send("cancel_visit", case_id=gone.id, version=gone.version, reason="Ill")
    mine = (await nora.send("accept_case", case_id=started.id, version=started.version)).detail.row
    await nora.send("start_visit", case_id=started.id, version=mine.version)
    await nora.send("accept_case", case_id=taken.id, version=taken.version)
    assert await _at(backend, SEVEN) == 1


async def test_a_moved_visit_is_reminded_of_at_its_new_time(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora, starts_at=STARTS)
    assert await _at(backend, SEVEN) == 1
    fields = {"starts_at": STARTS + timedelta(days=1), "minutes": 30, "mode": "phone"}
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    version = next(case.version for case in desk.cases if case.id == row.id)
    await nora.send("rebook_visit", case_id=row.id, version=version, **fields)
    assert await _at(backend, STARTS, SEVEN + timedelta(days=1) - SECOND) == 1
    assert await _at(backend, SEVEN + timedelta(days=1)) == 2
    assert "1177" not in (await _texts(backend))[1]


async def test_the_one_it_is_booked_for_gets_a_notice_a_quarter_before(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await book(nora, starts_at=STARTS, staff_id="s-nils")
    await _at(backend, SEVEN)
    assert await _notices(backend, "nils") == []
    await _at(backend, STARTS - timedelta(minutes=15), STARTS - SECOND)
    assert await _notices(backend, "nils") == ["scheduled"]
    assert await _notices(backend, "nora") == []


async def test_two_rounds_at_once_send_one_text(backend: Backend) -> None:
    await book(await staff(backend, "nora"), starts_at=STARTS)
    await asyncio.gather(*(remind(backend, SEVEN) for _ in range(5)))
    assert len(await _texts(backend)) == 1


async def test_the_round_of_jobs_reminds_and_live_desks_stay_as_new_ones(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora, starts_at=STARTS)
    await run_own(backend, SEVEN)
    assert len(await _texts(backend)) == 1
    found = await backend.store.read(lambda conn: events_after(conn, "unit:north", 0, 1000))
    events: list[Any] = [one.event for one in found]
    nora = await staff(backend, "nora")
    newest = [event.case for event in events if getattr(event, "cause", "").startswith("case.")][-1]
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert newest == next(case for case in desk.cases if case.id == row.id)


async def test_a_resident_without_a_number_is_passed_over(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await book(nora, starts_at=STARTS)
    await nora.send("save_contact", resident_id="r-anna", mobile="")
    assert await _at(backend, SEVEN, STARTS - SECOND) == 0
