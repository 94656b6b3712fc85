"""What ends by itself: chats with their warnings, and tickets, on both databases with a clock that is set."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.jobs import run_due
from clinic_tui.backend.snapshot import case_detail, desk_snapshot, ended_chats, resident_home
from clinic_tui.backend.store.team_tables import notices
from clinic_tui.protocol.resources import CaseRow
from tests.backend.town import Person, resident, staff

pytestmark = pytest.mark.anyio
STOCKHOLM = ZoneInfo("Europe/Stockholm")
CREATED = datetime(2027, 3, 25, 10, 0, tzinfo=STOCKHOLM).astimezone(UTC)
EXPIRES = datetime(2027, 4, 4, 11, 0, tzinfo=STOCKHOLM).astimezone(UTC)


async def _at(backend: Backend, moment: datetime) -> None:
    clock: Any = backend.clock
    clock.set(moment)
    await run_due(backend, moment)


async def _told(backend: Backend) -> list[tuple[str, str, str]]:
    found = select(notices.c.staff_id, notices.c.kind, notices.c.detail).order_by(notices.c.id)
    rows = await backend.store.read(lambda conn: conn.execute(found).all())
    return [(row.staff_id, row.kind, row.detail) for row in rows]


async def _taken(backend: Backend) -> tuple[Person, str]:
    clock: Any = backend.clock
    clock.set(CREATED)
    eva, nora = await resident(backend, "eva"), await staff(backend, "nora")
    case_id = (await eva.send("ask_question", service_code="invoice", body="Why?")).case.id
    await nora.send("accept_case", case_id=case_id, version=1)
    return nora, case_id


async def _row(backend: Backend, case_id: str) -> CaseRow:
    nora = await staff(backend, "nora")
    return (await query(backend, nora.token, "case", lambda tx: case_detail(tx, case_id))).row


async def test_a_chat_ends_ten_times_24_hours_later_whatever_the_clock_on_the_wall_does(
    backend: Backend,
) -> None:
    _nora, case_id = await _taken(backend)
    assert (await _row(backend, case_id)).expires_at == EXPIRES
    await _at(backend, EXPIRES - timedelta(seconds=1))
    assert (await _row(backend, case_id)).state == "awaiting_staff"
    await _at(backend, EXPIRES)
    row = await _row(backend, case_id)
    assert (row.state, row.close_reason, row.closed_at) == ("closed", "expired", EXPIRES)
    await _at(backend, EXPIRES + timedelta(seconds=5))
    assert (await _row(backend, case_id)).revision == row.revision
    eva = await resident(backend, "eva")
    (case,) = (await query(backend, eva.token, "home", resident_home)).cases
    assert [message.author for message in case.messages] == ["resident", "system"]
    assert (await eva.refused("resident_says", case_id=case_id, body="Hello?")).rule == "case.finished"
    nora = await staff(backend, "nora")
    page = await query(backend, nora.token, "ended", ended_chats)
    assert [one.id for one in page.cases] == [case_id]


async def test_whoever_has_a_chat_is_warned_twice_and_told_of_its_end_once(backend: Backend) -> None:
    await _taken(backend)
    steps = [
        (EXPIRES - timedelta(hours=48, seconds=1), 0),
        (EXPIRES - timedelta(hours=48), 1),
        (EXPIRES - timedelta(hours=47), 1),
        (EXPIRES - timedelta(hours=4, seconds=1), 1),
        (EXPIRES - timedelta(hours=4), 2),
        (EXPIRES - timedelta(hours=1), 2),
        (EXPIRES, 3),
        (EXPIRES + timedelta(hours=1), 3),
    ]
    for moment, count in steps:
        await _at(backend, moment)
        assert len(await _told(backend)) == count
    told = await _told(backend)
    assert told == [
        ("s-nora", "async_expiring", EXPIRES.isoformat()),
        ("s-nora", "async_expiring", EXPIRES.isoformat()),
        ("s-nora", "async_ended", ""),
    ]


async def test_after_a_long_pause_only_the_later_warning_is_given(backend: Backend) -> None:
    await _taken(backend)
    await _at(backend, EXPIRES - timedelta(hours=3))
    await _at(backend, EXPIRES - timedelta(hours=2))
    assert len(await _told(backend)) == 1


async def test_a_chat_of_a_day_is_not_called_short_when_it_begins(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    place = {"unit_id": "north", "queue_role": "nurse", "subject": "Short"}
    await nora.send("create_chat", resident_id="r-anna", **place, days=1, body="Hi")
    start = backend.clock.now()
    await _at(backend, start)
    assert await _told(backend) == []
    await _at(backend, start + timedelta(hours=20))
    assert len(await _told(backend)) == 1


async def test_a_chat_that_nobody_has_warns_nobody_and_still_ends(backend: Backend) -> None:
    eva = await resident(backend, "eva")
    case_id = (await eva.send("ask_question", service_code="invoice", body="Why?")).case.id
    end = backend.clock.now() + timedelta(days=10)
    await _at(backend, end - timedelta(hours=3))
    await _at(backend, end)
    assert await _told(backend) == []
    assert (await _row(backend, case_id)).close_reason == "expired"


async def test_a_ticket_runs_out_and_its_issuer_sees_that_nobody_used_it(backend: Backend) -> None:
    clock: Any = backend.clock
    clock.set(CREATED)
    nora = await staff(backend, "nora")
    fields = {"resident_id": "r-anna", "unit_id": "north", "role": "doctor", "reason": "Knee"}
    ticket = (await nora.send("issue_ticket", **fields)).ticket
    await _at(backend, ticket.valid_until - timedelta(seconds=1))
    assert await _told(backend) == []
    await _at(backend, ticket.valid_until)
    await _at(backend, ticket.valid_until + timedelta(seconds=5))
    assert [(who, kind) for who, kind, _detail in await _told(backend)] == [("s-nora", "ticket_expired")]
    nora = await staff(backend, "nora")
    (kept,) = (await query(backend, nora.token, "desk", desk_snapshot)).tickets
    assert (kept.id, kept.state, kept.ended_at) == (ticket.id, "expired", ticket.valid_until)
    clock.move(timedelta(days=30, seconds=1))
    nora = await staff(backend, "nora")
    assert (await query(backend, nora.token, "desk", desk_snapshot)).tickets == ()
