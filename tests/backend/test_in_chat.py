"""Whether the resident has a chat on screen decides whether they get an SMS (slide 35, domain.md 8.5)."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.store.tables import sms_outbox
from tests.backend.served import Served, Stream, served

pytestmark = pytest.mark.anyio
_COUNT = select(func.count()).select_from(sms_outbox).where(sms_outbox.c.kind == "staff_wrote")


async def _chat(site: Served, nora: str, who: str = "r-anna") -> str:
    fields: dict[str, Any] = {"unit_id": "north", "queue_role": "nurse", "subject": "Results", "days": 5}
    if who == "r-dan":
        fields["ground"] = "Results of his blood test"
        await site.command(nora, "find_resident", person_number="20180220-2398")
    made = await site.command(nora, "create_chat", resident_id=who, **fields, body="Hello")
    assert made.status_code == 200, made.text
    return made.json()["detail"]["row"]["id"]


async def _texts_after_writing(site: Served, nora: str, case_id: str) -> int:
    sent = await site.command(nora, "post_message", case_id=case_id, body="More")
    assert sent.status_code == 200, sent.text
    return await site.backend.store.read(lambda conn: conn.execute(_COUNT).scalar_one())


def _is_pong(frame: dict[str, Any]) -> bool:
    return frame["type"] == "pong"


async def _sees(stream: Stream, case_id: str | None) -> None:
    await stream.send({"type": "beat", "seen": case_id})
    await stream.until(_is_pong)


async def _gone(site: Served, case_id: str) -> None:
    async with asyncio.timeout(60):
        while site.backend.in_chat(case_id, "r-anna"):  # noqa: ASYNC110 - a condition of another task
            await asyncio.sleep(0)


@pytest.mark.parametrize("who", ["r-anna", "r-dan"])
async def test_no_sms_while_the_chat_is_on_screen_and_one_once_it_is_left(
    memory_backend: Backend, who: str
) -> None:
    async with served(memory_backend) as site:
        nora, anna = await site.staff("nora"), await site.resident("anna")
        async with site.live(anna) as stream:
            case_id = await _chat(site, nora, who)
            assert await _texts_after_writing(site, nora, case_id) == 1
            await _sees(stream, case_id)
            assert await _texts_after_writing(site, nora, case_id) == 1
            await _sees(stream, None)
            assert await _texts_after_writing(site, nora, case_id) == 2
            await _sees(stream, case_id)
        await _gone(site, case_id)
        assert await _texts_after_writing(site, nora, case_id) == 3


async def test_nobody_says_that_another_resident_sees_their_chat(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora, anna, bo = await site.staff("nora"), await site.resident("anna"), await site.resident("bo")
        case_id = await _chat(site, nora)
        async with site.live(bo) as other, site.live(anna):
            await _sees(other, case_id)
            assert await _texts_after_writing(site, nora, case_id) == 1
