"""Going over to audio or video, and back, on both databases."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from clinic_tui.backend.context import Backend
from clinic_tui.backend.store.tables import sms_outbox, units
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import MessageChanged
from tests.backend.test_bookings import book
from tests.backend.town import ANNA_CASE, BO_CASE, Person, in_progress, resident, staff

pytestmark = pytest.mark.anyio

TEMPLATE = "https://meet.example/v/{room}?lang=sv"


async def _configure(backend: Backend, template: str = TEMPLATE) -> None:
    await backend.store.write(
        lambda conn: conn.execute(update(units).where(units.c.id == "north").values(meeting_url=template))
    )


async def _said(backend: Backend, who: str = "anna") -> list[Any]:
    found = await backend.store.read(lambda conn: events_after(conn, f"resident:r-{who}", 0, 1000))
    return [one.event.message for one in found if isinstance(one.event, MessageChanged)]


async def _texts(backend: Backend) -> list[str]:
    wanted = select(sms_outbox.c.body).where(sms_outbox.c.kind == "meeting")
    return await backend.store.read(lambda conn: list(conn.execute(wanted).scalars()))


async def _open(person: Person, mode: str = "video", case_id: str = ANNA_CASE) -> Any:
    return (await person.send("open_meeting", case_id=case_id, mode=mode)).case


async def test_the_address_goes_to_the_resident_in_the_chat_and_never_in_a_text(backend: Backend) -> None:
    await _configure(backend)
    nora = await staff(backend, "nora")
    started = await in_progress(nora)
    row = await _open(nora)
    address = row.booking.meeting_url
    prefix, suffix = TEMPLATE.split("{room}")
    room = address.removeprefix(prefix).removesuffix(suffix)
    assert len(room) == 32
    assert int(room, 16) >= 0
    assert (row.booking.mode, row.booking.meeting_since is not None) == ("video", True)
    assert row.version == started.case.version
    (message,) = await _said(backend)
    assert (message.author, message.author_name) == ("system", "North health centre")
    assert message.body.endswith(address)
    (text,) = await _texts(backend)
    assert room not in text
    assert "http" not in text


async def test_one_who_is_in_the_chat_gets_no_text(backend: Backend) -> None:
    await _configure(backend)
    backend.in_chat = lambda case_id, _who: case_id == ANNA_CASE
    nora = await staff(backend, "nora")
    await in_progress(nora)
    await _open(nora)
    assert await _texts(backend) == []


async def test_the_room_is_the_cases_own_and_kept(backend: Backend) -> None:
    await _configure(backend)
    nora = await staff(backend, "nora")
    await in_progress(nora)
    first = await _open(nora)
    changed = await _open(nora, "audio")
    assert (changed.booking.mode, changed.booking.meeting_since) == ("audio", first.booking.meeting_since)
    assert len(await _said(backend)) == 1
    closed = (await nora.send("close_meeting", case_id=ANNA_CASE)).case
    assert (closed.state, closed.booking.meeting_since) == ("in_progress", None)
    assert closed.booking.meeting_url == first.booking.meeting_url
    again = await _open(nora)
    assert again.booking.meeting_url == first.booking.meeting_url
    assert len(await _said(backend)) == 2
    await in_progress(nora, BO_CASE)
    other = await _open(nora, case_id=BO_CASE)
    assert other.booking.meeting_url != first.booking.meeting_url


async def test_a_call_that_does_not_go_on_cannot_be_ended(backend: Backend) -> None:
    await _configure(backend)
    nora = await staff(backend, "nora")
    await in_progress(nora)
    no = await nora.refused("close_meeting", case_id=ANNA_CASE)
    assert (no.status, no.rule) == (409, "meeting.not_on")


@pytest.mark.parametrize("command", ["end_visit", "sign_note"])
async def test_the_call_ends_with_the_visit(backend: Backend, command: str) -> None:
    await _configure(backend)
    nora = await staff(backend, "nora")
    started = await in_progress(nora)
    await _open(nora)
    fields = {"body": "Well."} if command == "sign_note" else {}
    row = (await nora.send(command, case_id=ANNA_CASE, version=started.case.version, **fields)).case
    assert row.booking.meeting_since is None


@pytest.mark.parametrize(
    "template", ["", "http://meet.example/{room}", "https://meet.example/room", "javascript:{room}"]
)
async def test_without_a_proper_address_there_is_no_call(backend: Backend, template: str) -> None:
    await _configure(backend, template)
    nora = await staff(backend, "nora")
    await in_progress(nora)
    no = await nora.refused("open_meeting", case_id=ANNA_CASE, mode="video")
    assert (no.status, no.rule) == (409, "meeting.no_address")
    texts = select(func.count()).select_from(sms_outbox).where(sms_outbox.c.kind == "meeting")
    assert await backend.store.read(lambda conn: conn.execute(texts).scalar_one()) == 0


async def test_only_the_one_who_has_the_started_visit_calls(backend: Backend) -> None:
    await _configure(backend)
    nora, nils, sara = [await staff(backend, name) for name in ("nora", "nils", "sara")]
    waiting = await nora.refused("open_meeting", case_id=ANNA_CASE, mode="video")
    assert waiting.rule == "case.not_assignee"
    taken = await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    early = await nora.refused("open_meeting", case_id=ANNA_CASE, mode="video")
    assert early.rule == "case.not_started"
    await nora.send("start_visit", case_id=ANNA_CASE, version=taken.detail.row.version)
    assert (await nils.refused("open_meeting", case_id=ANNA_CASE, mode="video")).rule == "case.not_assignee"
    assert (await sara.refused("open_meeting", case_id=ANNA_CASE, mode="video")).status == 404
    await _open(nora)
    assert (await nils.refused("close_meeting", case_id=ANNA_CASE)).rule == "case.not_assignee"
    anna = await resident(backend, "anna")
    assert (await anna.refused("open_meeting", case_id=ANNA_CASE, mode="video")).status == 403


async def test_a_scheduled_video_visit_keeps_its_time_beside_the_call(backend: Backend) -> None:
    await _configure(backend)
    nora = await staff(backend, "nora")
    row = await book(nora)
    taken = (await nora.send("accept_case", case_id=row.id, version=row.version)).detail.row
    await nora.send("start_visit", case_id=row.id, version=taken.version)
    called = await _open(nora, case_id=row.id)
    assert called.booking.starts_at == row.booking.starts_at
    assert called.booking.meeting_url.startswith("https://meet.example/v/")
