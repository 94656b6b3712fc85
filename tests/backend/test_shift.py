"""Shifts: presence that fades, the end of the shift and the end of the day, with a clock that is set."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.auth import sign_out
from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.jobs import run_due
from clinic_tui.backend.sessions import session_of
from clinic_tui.backend.snapshot import desk_snapshot
from clinic_tui.backend.store.tables import audit, sms_outbox
from clinic_tui.backend.store.team_tables import shifts
from clinic_tui.backend.streams import events_after
from clinic_tui.backend.team_rounds import unended_drop_ins
from clinic_tui.protocol.events import ColleagueChanged, NoticeAdded
from clinic_tui.protocol.team import Colleague
from tests.backend.served import served
from tests.backend.town import ANNA_CASE, BO_CASE, CLARA_CASE, Person, in_progress, resident, staff

pytestmark = pytest.mark.anyio
MOBILE = {"display_name": "Nora", "title": "Nurse", "mobile": "070-174 06 05"}
CLOSING = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
"""When the health centres of the region close on the tests' Tuesday: five o'clock."""


async def shown(backend: Backend, name: str, unit: str = "north") -> list[str]:
    found = await backend.store.read(lambda conn: events_after(conn, f"unit:{unit}", 0, 500))
    events = [e.event.colleague for e in found if isinstance(e.event, ColleagueChanged)]
    return [one.presence for one in events if one.staff.id == f"s-{name}"]


async def seen(person: Person) -> dict[str, Colleague]:
    desk = await query(person.backend, person.token, "desk", desk_snapshot)
    return {one.staff.name: one for one in desk.colleagues}


async def pass_time(backend: Backend, step: timedelta) -> None:
    clock: Any = backend.clock
    clock.move(step)
    await run_due(backend, clock.now())


async def beat(person: Person, idle: int) -> None:
    backend, now = person.backend, person.backend.clock.now()
    session = await backend.store.read(lambda conn: session_of(conn, person.token, now, backend.region))
    assert session is not None
    backend.activity.of_session(session, now, idle)


async def texts(backend: Backend) -> list[str]:
    return await backend.store.read(
        lambda conn: list(
            conn.execute(select(sms_outbox.c.body).where(sms_outbox.c.staff_id.is_not(None))).scalars()
        )
    )


async def day_ends(backend: Backend, name: str) -> list[str]:
    found = await backend.store.read(lambda conn: events_after(conn, f"staff:s-{name}", 0, 500))
    events = [e.event.notice for e in found if isinstance(e.event, NoticeAdded)]
    return [notice.case_id or "" for notice in events if notice.kind == "day_end"]


async def test_a_shift_begins_with_the_sign_in_and_ends_with_the_sign_out(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    assert {name: one.presence for name, one in (await seen(nils)).items()} == {
        "Nora": "online",
        "Nils": "online",
    }
    await sign_out(backend, nora.token)
    assert await shown(backend, "nora") == ["online", "off"]
    assert (await seen(nils))["Nora"].presence == "off"


async def test_another_session_keeps_the_shift(backend: Backend) -> None:
    first, second = await staff(backend, "nora"), await staff(backend, "nora")
    await sign_out(backend, first.token)
    assert await shown(backend, "nora") == ["online"]
    await sign_out(backend, second.token)
    assert await shown(backend, "nora") == ["online", "off"]


async def test_another_assignment_moves_the_shift(backend: Backend) -> None:
    await staff(backend, "disa", "north")
    await staff(backend, "disa", "south")
    assert await shown(backend, "disa", "south") == ["online"]
    assert await shown(backend, "disa", "north") == ["online"]


async def test_presence_fades_after_five_and_thirty_minutes(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await pass_time(backend, timedelta(minutes=5) - timedelta(seconds=1))
    assert await shown(backend, "nora") == ["online"]
    await pass_time(backend, timedelta(seconds=1))
    assert await shown(backend, "nora") == ["online", "away"]
    await pass_time(backend, timedelta(minutes=25) - timedelta(seconds=1))
    await pass_time(backend, timedelta(seconds=1))
    await run_due(backend, backend.clock.now())
    assert await shown(backend, "nora") == ["online", "away", "off"]
    await beat(nora, idle=0)
    await run_due(backend, backend.clock.now())
    assert await shown(backend, "nora") == ["online", "away", "off", "online"]


async def test_a_beat_says_for_how_long_nothing_was_done(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await pass_time(backend, timedelta(minutes=10))
    await beat(nora, idle=299)
    await run_due(backend, backend.clock.now())
    assert await shown(backend, "nora") == ["online", "away", "online"]
    await beat(nora, idle=10**12)
    await pass_time(backend, timedelta(seconds=1))
    assert await shown(backend, "nora") == ["online", "away", "online", "away"]


async def test_what_is_done_is_written_at_most_once_a_minute(backend: Backend) -> None:
    nora = await staff(backend, "nora")

    async def last() -> datetime:
        return await backend.store.read(lambda conn: conn.execute(select(shifts.c.last_seen)).scalar_one())

    start = await last()
    for _second in range(3):
        await pass_time(backend, timedelta(seconds=10))
        await beat(nora, idle=0)
        await run_due(backend, backend.clock.now())
    assert await last() == start
    await pass_time(backend, timedelta(seconds=40))
    await beat(nora, idle=0)
    await run_due(backend, backend.clock.now())
    assert await last() == backend.clock.now()


async def test_a_live_visit_makes_busy_and_its_end_free(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = (await in_progress(nora)).case
    assert (await seen(nora))["Nora"].visits == 1
    await nora.send("end_visit", case_id=ANNA_CASE, version=row.version)
    assert await shown(backend, "nora") == ["online", "busy", "online"]


async def test_taking_over_a_visit_frees_one_and_busies_the_other(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    row = (await in_progress(nora)).case
    await nils.send("take_over_case", case_id=ANNA_CASE, version=row.version, confirmed=True)
    assert await shown(backend, "nora") == ["online", "busy", "online"]
    assert await shown(backend, "nils") == ["online", "busy"]


async def test_one_says_that_one_is_busy_and_free_again(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    busy = (await nora.send("set_presence", presence="busy")).colleague
    assert (busy.presence, busy.visits) == ("busy", 0)
    await nora.send("set_presence", presence="online")
    assert await shown(backend, "nora") == ["online", "busy", "online"]


async def test_busy_said_in_a_visit_holds_when_the_visit_is_over(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    started = (await in_progress(nora)).case
    said = (await nora.send("set_presence", presence="busy")).colleague
    assert (said.presence, said.visits, said.stays_busy) == ("busy", 1, True)
    assert (await seen(nora))["Nora"].revision == said.revision
    await nora.send("end_visit", case_id=ANNA_CASE, version=started.version)
    assert (await seen(nora))["Nora"].presence == "busy"
    assert (await nora.send("set_presence", presence="online")).colleague.presence == "online"


async def test_the_shift_ends_with_the_session(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    clock: Any = backend.clock
    clock.move(timedelta(hours=12) - timedelta(seconds=1))
    await beat(nora, idle=0)
    await run_due(backend, clock.now())
    await pass_time(backend, timedelta(seconds=1))
    assert (await shown(backend, "nora"))[-1] == "off"


async def test_a_new_name_is_shown_to_colleagues(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.send("save_profile", display_name="Nora B", title="Nurse")
    assert "Nora B" in await seen(nora)


async def test_a_shift_ends_only_when_everything_is_done_or_left_with_a_reason(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    await in_progress(nora)
    bo = (await nora.send("accept_case", case_id=BO_CASE, version=1)).detail.row
    bo = (await nora.send("start_visit", case_id=BO_CASE, version=bo.version)).case
    await nora.send("end_visit", case_id=BO_CASE, version=bo.version)
    problem = await nora.refused("end_shift")
    assert (problem.rule, ANNA_CASE in problem.detail, BO_CASE in problem.detail) == (
        "shift.unfinished",
        True,
        True,
    )
    live = {"kind": "live", "id": ANNA_CASE, "reason": "Nils goes on"}
    assert (await nora.refused("end_shift", left=(live,))).rule == "shift.unfinished"
    unsigned = {"kind": "unsigned", "id": BO_CASE, "reason": "Tomorrow morning"}
    await nora.send("end_shift", left=(live, unsigned))
    assert (await seen(nils))["Nora"].presence == "off"
    reasons = await backend.store.read(
        lambda conn: [
            row.code
            for row in conn.execute(
                select(audit.c.code).where(audit.c.code.like("left%")).order_by(audit.c.n)
            )
        ]
    )
    assert reasons == ["left_unfinished", "left_unfinished"]


async def test_an_ended_shift_stays_ended_until_the_next_sign_in(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.send("end_shift")
    assert (await seen(nora))["Nora"].presence == "off"
    await beat(nora, idle=0)
    await run_due(backend, backend.clock.now())
    assert await shown(backend, "nora") == ["online", "off"]
    await staff(backend, "nora")
    assert await shown(backend, "nora") == ["online", "off", "online"]


async def test_who_works_on_after_the_end_of_the_shift_is_seen_to_be_there(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    await in_progress(nora)
    await nora.send("end_shift", left=({"kind": "live", "id": ANNA_CASE, "reason": "Until later"},))
    await pass_time(backend, timedelta(minutes=2))
    assert (await seen(nils))["Nora"].presence == "off"
    await nora.send("post_message", case_id=ANNA_CASE, body="Still here")
    await run_due(backend, backend.clock.now())
    assert (await seen(nils))["Nora"].presence == "busy"
    await pass_time(backend, timedelta(minutes=6))
    assert (await seen(nils))["Nora"].presence == "away"


async def test_what_is_not_ones_own_cannot_be_left(backend: Backend) -> None:
    sara = await staff(backend, "sara")
    for kind in ("awaiting", "ticket"):
        left = ({"kind": kind, "id": ANNA_CASE, "reason": "Why"},)
        assert (await sara.refused("end_shift", left=left)).status == 404
    blank = await (await staff(backend, "nora")).refused(
        "end_shift", left=({"kind": "awaiting", "id": ANNA_CASE, "reason": " "},)
    )
    assert blank.rule == "case.reason_missing"


async def test_at_closing_every_assignee_is_told_once_what_is_not_ended(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    await nora.send("save_profile", **MOBILE)
    await in_progress(nora)
    await nora.send("accept_case", case_id=BO_CASE, version=1)
    await nils.send("accept_case", case_id=CLARA_CASE, version=1)
    clock: Any = backend.clock
    clock.set(CLOSING - timedelta(seconds=1))
    await run_due(backend, clock.now())
    assert await day_ends(backend, "nora") == []
    listed = await backend.store.read(lambda conn: unended_drop_ins(conn, "north"))
    assert {who: {case.id for case in found} for who, found in listed.items()} == {
        "s-nora": {ANNA_CASE, BO_CASE},
        "s-nils": {CLARA_CASE},
    }
    clock.set(CLOSING)
    await run_due(backend, clock.now())
    await pass_time(backend, timedelta(minutes=10))
    assert sorted(await day_ends(backend, "nora")) == sorted([ANNA_CASE, BO_CASE])
    assert await day_ends(backend, "nils") == [CLARA_CASE]
    sent = await texts(backend)
    assert len(sent) == 1
    assert "2" in sent[0]
    assert not any(word in sent[0] for word in ("Anna", "Cough", "Bo", "Rash"))


async def test_who_ended_their_shift_with_a_reason_gets_no_text_at_closing(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.send("save_profile", **MOBILE)
    await in_progress(nora)
    await nora.send("end_shift", left=({"kind": "live", "id": ANNA_CASE, "reason": "Nils goes on"},))
    clock: Any = backend.clock
    clock.set(CLOSING)
    await run_due(backend, clock.now())
    assert (await day_ends(backend, "nora"), await texts(backend)) == ([ANNA_CASE], [])


async def test_nobody_is_woken_by_a_closing_of_long_ago(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await in_progress(nora)
    clock: Any = backend.clock
    clock.set(CLOSING + timedelta(hours=5))
    await run_due(backend, clock.now())
    assert await day_ends(backend, "nora") == []


async def test_no_text_goes_to_who_is_off(backend: Backend) -> None:
    nora, eva = await staff(backend, "nora"), await resident(backend, "eva")
    choice = {"kind": "new_drop_in", "sms": True, "terminal": False}
    await nora.send("save_profile", **MOBILE, notify=(choice,))
    await pass_time(backend, timedelta(minutes=30))
    await eva.send("seek_care", reason="Cough", priority=3)
    assert await texts(backend) == []


def is_pong(frame: dict[str, Any]) -> bool:
    return frame["type"] == "pong"


async def test_the_beats_of_a_connection_say_who_is_there(memory_backend: Backend) -> None:
    clock: Any = memory_backend.clock
    async with served(memory_backend) as site:
        token = await site.staff("nora")
        async with site.live(token) as stream:
            for idle, told in ((0, "online"), (300, "away"), (1800, "off"), (2, "online")):
                clock.move(timedelta(minutes=31))
                await stream.send({"type": "beat", "idle": idle})
                await stream.until(is_pong)
                await run_due(memory_backend, clock.now())
                assert (await shown(memory_backend, "nora"))[-1] == told
            last = await stream.event("colleague.changed")
            assert last["event"]["colleague"]["staff"]["id"] == "s-nora"
