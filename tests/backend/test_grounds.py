"""A look-up alone is no ground to write to somebody or to change their number: one says why, logged."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.audit import verify_chain
from clinic_tui.backend.context import Backend
from clinic_tui.backend.store.tables import audit, residents, sms_outbox
from tests.backend.town import ANNA_CASE, CLARA_CASE, Person, in_progress, staff

pytestmark = pytest.mark.anyio
EVA = "196501022773"
WHY = "Her sister phoned and asked us to"
CHAT = {"unit_id": "north", "queue_role": "nurse", "subject": "Results", "body": "Well."}


async def _found(backend: Backend, name: str = "nora") -> Person:
    """Somebody who has looked Eva up, and has nothing else to do with her."""
    person = await staff(backend, name)
    assert not (await person.send("find_resident", person_number=EVA)).profile.at_hand
    return person


async def _stated(backend: Backend) -> list[tuple[str, str, str]]:
    wanted = select(audit.c.record).where(audit.c.code == "ground_stated")
    rows = await backend.store.read(lambda conn: [json.loads(r) for r in conn.execute(wanted).scalars()])
    return [(row["staff_id"], row["resident_id"], row["reason"]) for row in rows]


async def _mobile(backend: Backend, who: str = "r-eva") -> str:
    wanted = select(residents.c.mobile).where(residents.c.id == who)
    return await backend.store.read(lambda conn: conn.execute(wanted).scalar_one())


async def _texts(backend: Backend) -> list[Any]:
    return await backend.store.read(lambda conn: conn.execute(select(sms_outbox)).all())


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("save_contact", {"mobile": "0701740606"}),
        ("create_chat", {**CHAT, "days": 5}),
        ("send_one_way", CHAT),
    ],
)
@pytest.mark.parametrize("ground", ["", " \u200b"])
async def test_without_a_reason_nothing_is_done(
    backend: Backend, command: str, fields: dict[str, Any], ground: str
) -> None:
    nora = await _found(backend)
    before = await _mobile(backend)
    no = await nora.refused(command, resident_id="r-eva", **fields, ground=ground)
    assert (no.status, no.field, no.rule) == (422, "ground", "resident.ground_missing")
    assert (await _mobile(backend), await _texts(backend), await _stated(backend)) == (before, [], [])
    await nora.send(command, resident_id="r-eva", **fields, ground=WHY)
    assert await _stated(backend) == [("s-nora", "r-eva", WHY)]
    assert await backend.store.read(verify_chain) is None


async def test_the_reason_of_a_ticket_and_of_a_booking_is_the_one_that_is_logged(backend: Backend) -> None:
    nora, nils = await _found(backend), await _found(backend, "nils")
    place = {"unit_id": "north", "role": "doctor", "reason": "Knee"}
    await nora.send("issue_ticket", resident_id="r-eva", **place)
    assert await _stated(backend) == [("s-nora", "r-eva", "Knee")]
    await nils.send("save_contact", resident_id="r-eva", mobile="0701740606")
    assert len(await _stated(backend)) == 1


async def test_a_booking_is_logged_with_its_reason_and_is_a_ground_then(backend: Backend) -> None:
    nora = await _found(backend)
    visit = {"unit_id": "north", "role": "nurse", "minutes": 30, "mode": "phone", "reason": "Check"}
    await nora.send(
        "book_visit", resident_id="r-eva", starts_at=backend.clock.now() + timedelta(days=1), **visit
    )
    assert await _stated(backend) == [("s-nora", "r-eva", "Check")]
    assert (await nora.send("open_resident", resident_id="r-eva")).profile.at_hand
    await nora.send("send_one_way", resident_id="r-eva", **CHAT)
    assert len(await _stated(backend)) == 1


async def test_a_case_is_ground_enough_for_those_who_see_it_and_for_thirty_days(backend: Backend) -> None:
    clock: Any = backend.clock
    nora, rolf = await staff(backend, "nora"), await staff(backend, "rolf")
    started = await in_progress(nora, CLARA_CASE)
    ended = await nora.send("end_visit", case_id=CLARA_CASE, version=started.case.version)
    await nora.send("sign_note", case_id=CLARA_CASE, version=ended.case.version, body="Rest.")
    await nora.send("save_contact", resident_id="r-clara", mobile="0701740606")
    assert not (await rolf.send("open_resident", resident_id="r-clara")).profile.at_hand
    assert (await rolf.refused("save_contact", resident_id="r-clara", mobile="")).field == "ground"
    clock.move(timedelta(days=30, seconds=1))
    nora = await staff(backend, "nora")
    assert (await nora.refused("save_contact", resident_id="r-clara", mobile="")).field == "ground"
    assert await _stated(backend) == []


async def test_one_without_any_ground_to_open_is_still_not_there(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    for ground in ("", WHY):
        no = await nora.refused("save_contact", resident_id="r-eva", mobile="0701740606", ground=ground)
        assert no.status == 404


async def test_the_old_number_is_told_of_the_change_and_of_nothing_else(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    old = await _mobile(backend, "r-anna")
    saved = await nora.send("save_contact", resident_id="r-anna", mobile="0701740606")
    assert saved.old_number_told
    (text,) = await _texts(backend)
    assert (text.mobile, text.kind, text.resident_id, text.state) == (old, "old_number", None, "queued")
    for word in ("Anna", "Berg", "North", "0606", "1740606"):
        assert word not in text.body


@pytest.mark.parametrize("mobile", ["070-174 06 05", "+46701740605"])
async def test_the_same_number_is_told_nothing(backend: Backend, mobile: str) -> None:
    nora = await staff(backend, "nora")
    assert await _mobile(backend, "r-anna") == "+46701740605"
    saved = await nora.send("save_contact", resident_id="r-anna", mobile=mobile)
    assert (saved.old_number_told, await _texts(backend)) == (False, [])


async def test_a_number_taken_away_is_told_and_none_before_tells_nobody(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    assert (await nora.send("save_contact", resident_id="r-anna", mobile="")).old_number_told
    assert not (await nora.send("save_contact", resident_id="r-anna", mobile="0701740606")).old_number_told
    assert len(await _texts(backend)) == 1


async def test_writing_in_a_case_asks_for_nothing_more(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await in_progress(nora)
    await nora.send("post_message", case_id=ANNA_CASE, body="Hello")
    assert await _stated(backend) == []
