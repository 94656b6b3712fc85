"""Profiles, phrases, receipts, the queue's way in and out, and the jobs, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.jobs import run_due
from clinic_tui.backend.sms.outbox import inbox
from clinic_tui.backend.snapshot import desk_snapshot, resident_home
from clinic_tui.backend.store.tables import sms_outbox
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import CaseChanged, MessageChanged
from tests.backend.town import ANNA_CASE, CLARA_CASE, in_progress, resident, staff

pytestmark = pytest.mark.anyio


async def test_a_new_name_is_shown_from_then_on_and_old_messages_keep_theirs(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await in_progress(nora)
    await nora.send("post_message", case_id=ANNA_CASE, body="First")
    saved = await nora.send("save_profile", display_name="Nora B", title="Nurse", mobile="070-174 06 05")
    assert saved.profile.mobile == "+46701740605"
    sent = await nora.send("post_message", case_id=ANNA_CASE, body="Second")
    assert sent.message.author_name == "Nora B"
    assert sent.case.assignee.name == "Nora B"
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert [m.author_name for m in desk.mine[0].messages] == ["Nora", "Nora B"]


@pytest.mark.parametrize("mobile", ["12", "not a number", "+46 999"])
async def test_what_is_no_phone_number_is_refused(backend: Backend, mobile: str) -> None:
    nora = await staff(backend, "nora")
    problem = await nora.refused("save_profile", display_name="Nora", title="", mobile=mobile)
    assert (problem.status, problem.field) == (422, "mobile")


async def test_a_personal_phrase_is_its_owners_alone(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    made = (await nora.send("save_phrase", shortcut="bye", title="Bye", body="Goodbye")).phrase
    changed = await nora.send("save_phrase", phrase_id=made.id, shortcut="bye", title="Bye", body="So long")
    assert (changed.phrase.body, changed.phrase.revision) == ("So long", 2)
    stolen = await nils.refused("save_phrase", phrase_id=made.id, shortcut="b", title="B", body="B")
    assert stolen.status == 404
    desk = await query(backend, nils.token, "desk", desk_snapshot)
    assert [phrase.id for phrase in desk.phrases] == ["ph-hello"]


async def test_receipts_go_from_sent_to_delivered_to_read(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    await in_progress(nora)
    await nora.send("post_message", case_id=ANNA_CASE, body="Hello")
    await anna.send("resident_saw", case_id=ANNA_CASE, seq=1, read=False)
    await anna.send("resident_saw", case_id=ANNA_CASE, seq=1, read=True)
    await anna.send("resident_saw", case_id=ANNA_CASE, seq=1, read=True)
    found = await backend.store.read(lambda conn: events_after(conn, "staff:s-nora", 0, 100))
    states = [e.event.message for e in found if isinstance(e.event, MessageChanged)]
    shown = [(m.revision, m.delivered_at is not None, m.read_at is not None) for m in states]
    assert shown == [(1, False, False), (2, True, False), (3, True, True)]


async def test_reading_lowers_the_unread_count_once(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    await in_progress(nora)
    for text in ("One", "Two", "Three"):
        await anna.send("resident_says", case_id=ANNA_CASE, body=text)
    assert (await nora.send("mark_read", case_id=ANNA_CASE, seq=2)).case.unread == 1
    assert (await nora.send("mark_read", case_id=ANNA_CASE, seq=2)).case.unread == 1


@pytest.mark.parametrize(
    ("when", "who", "priority", "unit"),
    [
        (datetime(2026, 3, 10, 11, tzinfo=UTC), "eva", 3, "north"),
        (datetime(2026, 3, 10, 11, tzinfo=UTC), "eva", 1, "advice"),
        (datetime(2026, 3, 10, 18, tzinfo=UTC), "eva", 3, "advice"),
        (datetime(2026, 3, 10, 11, tzinfo=UTC), "fia", 3, "advice"),
        (datetime(2026, 4, 3, 11, tzinfo=UTC), "eva", 2, "advice"),
    ],
)
async def test_the_regions_table_says_where_a_resident_waits(
    backend: Backend, when: datetime, who: str, priority: int, unit: str
) -> None:
    clock: Any = backend.clock
    clock.set(when)
    person = await resident(backend, who)
    case = (await person.send("seek_care", reason="Cough", priority=priority)).case
    names = {"north": "North health centre", "advice": "1177 advice line"}
    assert (case.unit_name, case.queue_position is not None) == (names[unit], True)


async def test_a_guardian_writes_for_a_child(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    case = (await anna.send("seek_care", reason="Fever", priority=3, child_id="r-dan")).case
    taken = await nora.send("accept_case", case_id=case.id, version=1)
    assert (taken.detail.row.child, taken.detail.row.acting_proxy) == (True, "Anna Berg")
    await nora.send("start_visit", case_id=case.id, version=taken.detail.row.version)
    said = await anna.send("resident_says", case_id=case.id, body="38.5 this morning")
    assert said.message.author == "proxy"


async def test_at_midnight_of_the_thirteenth_birthday_a_chat_goes_on_with_the_child_alone(
    backend: Backend,
) -> None:
    clock: Any = backend.clock
    clock.set(datetime(2031, 2, 19, 22, 59, 58, tzinfo=UTC))
    nora, anna, dan = (
        await staff(backend, "nora"),
        await resident(backend, "anna"),
        await resident(backend, "dan"),
    )
    asked = {"service_code": "child_health", "body": "When?", "child_id": "r-dan"}
    case = (await anna.send("ask_question", **asked)).case
    taken = await nora.send("accept_case", case_id=case.id, version=1)
    assert taken.detail.row.acting_proxy == "Anna Berg"
    clock.move(timedelta(seconds=1))
    await anna.send("resident_says", case_id=case.id, body="Still in time")
    clock.move(timedelta(seconds=1))
    assert (await anna.refused("resident_says", case_id=case.id, body="Too late")).status == 404
    hers = (await query(backend, anna.token, "home", resident_home)).cases
    assert case.id not in {one.id for one in hers}
    answered = await nora.send("post_message", case_id=case.id, body="On Friday")
    assert (answered.case.child, answered.case.acting_proxy) == (True, None)
    told = await backend.store.read(lambda conn: events_after(conn, "resident:r-anna", 0, 200))
    assert "On Friday" not in str(told)
    texted = select(sms_outbox.c.resident_id)
    assert await backend.store.read(lambda conn: list(conn.execute(texted).scalars())) == ["r-dan"]
    (still,) = (await query(backend, dan.token, "home", resident_home)).cases
    assert [message.author for message in still.messages] == ["proxy", "proxy", "staff"]
    assert (await dan.send("resident_says", case_id=case.id, body="Good")).message.author == "resident"


async def test_nobody_acts_for_a_child_that_is_not_theirs(backend: Backend) -> None:
    eva = await resident(backend, "eva")
    assert (await eva.refused("seek_care", reason="Fever", priority=3, child_id="r-dan")).status == 404


async def test_leaving_the_queue_takes_the_case_from_the_desk(backend: Backend) -> None:
    eva, nora = await resident(backend, "eva"), await staff(backend, "nora")
    case = (await eva.send("seek_care", reason="Cough", priority=3)).case
    await eva.send("leave_queue", case_id=case.id)
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert case.id not in {row.id for row in desk.cases}
    assert (await query(backend, eva.token, "home", resident_home)).cases == ()


async def test_who_reads_is_shown_for_ten_minutes(backend: Backend) -> None:
    clock: Any = backend.clock
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    await nora.send("read_case", case_id=ANNA_CASE)
    shown = await nils.send("read_case", case_id=ANNA_CASE)
    assert [reader.staff.name for reader in shown.detail.row.readers] == ["Nora", "Nils"]
    await nils.send("stop_reading", case_id=ANNA_CASE)
    clock.move(timedelta(minutes=10))
    await run_due(backend, clock.now())
    await run_due(backend, clock.now())
    found = await backend.store.read(lambda conn: events_after(conn, "unit:north", 0, 100))
    counts = [len(e.event.case.readers) for e in found if isinstance(e.event, CaseChanged)]
    assert counts == [1, 2, 1, 0]


async def test_a_text_is_sent_once_and_says_nothing_of_a_protected_persons_unit(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.send("accept_case", case_id=CLARA_CASE, version=1)
    await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    await run_due(backend, backend.clock.now())
    states = await backend.store.read(lambda conn: conn.execute(select(sms_outbox.c.state)).scalars().all())
    assert states == ["sent", "sent"]
    clara = await backend.store.read(lambda conn: inbox(conn, "r-clara"))
    anna = await backend.store.read(lambda conn: inbox(conn, "r-anna"))
    assert "North" not in clara[0][1]
    assert "North" in anna[0][1]
