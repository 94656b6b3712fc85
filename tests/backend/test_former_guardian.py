"""Who was a guardian: nothing of the child's case reaches them any more, by any way, nor are they in it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, select, update

from clinic_tui.backend.context import Backend
from clinic_tui.backend.store.tables import guardians, residents, sms_outbox
from tests.backend.served import Served, Stream, served

pytestmark = pytest.mark.anyio

BODY = "The rash has spread"
_TEXTED = select(sms_outbox.c.resident_id, func.count()).group_by(sms_outbox.c.resident_id)


async def link_ended(backend: Backend) -> None:
    await backend.store.write(lambda conn: conn.execute(delete(guardians)))


async def guardian_protected(backend: Backend) -> None:
    await _protect(backend, "r-anna")


async def child_protected(backend: Backend) -> None:
    await _protect(backend, "r-dan")


async def child_of_thirteen(backend: Backend) -> None:
    clock: Any = backend.clock
    clock.set(datetime(2031, 2, 19, 23, 0, tzinfo=UTC))


async def _protect(backend: Backend, who: str) -> None:
    def work(conn: Connection) -> None:
        conn.execute(update(residents).where(residents.c.id == who).values(protected="relocated"))

    await backend.store.write(work)


ENDS = [link_ended, guardian_protected, child_protected, child_of_thirteen]
ends = pytest.mark.parametrize("end", ENDS, ids=[one.__name__ for one in ENDS])


async def _beat(stream: Stream, seen: str | None = None) -> None:
    await stream.send({"type": "beat", "seen": seen})
    await stream.until(lambda frame: frame["type"] == "pong")


async def _chat(site: Served) -> tuple[str, str, str]:
    """Anna writes for Dan of twelve; the nurse, Anna and the case, which the nurse has."""
    clock: Any = site.backend.clock
    clock.set(datetime(2031, 2, 19, 22, 0, tzinfo=UTC))
    nora, anna = await site.staff("nora"), await site.resident("anna")
    asked = {"service_code": "child_health", "body": BODY, "child_id": "r-dan"}
    made = await site.command(anna, "ask_question", **asked)
    assert made.status_code == 200, made.text
    case = made.json()["case"]["id"]
    taken = await site.command(nora, "accept_case", case_id=case, version=1)
    assert taken.json()["detail"]["row"]["acting_proxy"] == "Anna Berg", taken.text
    assert (await site.command(nora, "post_message", case_id=case, body="Since when?")).is_success
    return nora, anna, case


async def _texted(site: Served) -> dict[str, int]:
    rows = await site.backend.store.read(lambda conn: conn.execute(_TEXTED).all())
    return {row[0]: row[1] for row in rows}


@ends
async def test_a_former_guardian_replays_nothing_of_the_childs_case(backend: Backend, end: Any) -> None:
    async with served(backend) as site:
        _nora, anna, case = await _chat(site)
        async with site.live(anna, ("resident:r-anna", 0)) as stream:
            await _beat(stream)
            assert BODY in json.dumps(stream.seen)
        await end(backend)
        async with site.live(anna, ("resident:r-anna", 0)) as stream:
            await _beat(stream)
            text = json.dumps(stream.seen)
            assert BODY not in text
            assert "Since when?" not in text
            assert case not in text
            numbers = [number for name, number in stream.places if name == "resident:r-anna"]
            assert numbers == list(range(1, len(numbers) + 1))
        home = (await site.get("/api/v1/resident/home", anna)).text
        assert case not in home
        assert (await site.get(f"/api/v1/cases/{case}/messages", anna)).status_code == 404


@ends
async def test_a_former_guardian_replays_no_ticket_of_the_child(backend: Backend, end: Any) -> None:
    async with served(backend) as site:
        nora, anna, _case = await _chat(site)
        await site.command(nora, "find_resident", person_number="20180220-2398")
        asked = {"unit_id": "north", "role": "nurse", "reason": "Rash"}
        issued = await site.command(nora, "issue_ticket", resident_id="r-dan", **asked)
        assert issued.status_code == 200, issued.text
        ticket = issued.json()["ticket"]["id"]
        for told in (True, False):
            async with site.live(anna, ("resident:r-anna", 0)) as stream:
                await _beat(stream)
                assert (ticket in json.dumps(stream.seen)) is told
            await end(backend)


@ends
async def test_a_former_guardian_is_not_in_the_chat_and_keeps_no_sms_from_the_child(
    backend: Backend, end: Any
) -> None:
    async with served(backend) as site:
        nora, anna, case = await _chat(site)
        async with site.live(anna) as stream:
            await _beat(stream, case)
            shown = (await site.get(f"/api/v1/cases/{case}", nora)).json()
            assert shown["resident_presence"] == "present"
            before = await _texted(site)
            await end(backend)
            shown = (await site.get(f"/api/v1/cases/{case}", nora)).json()
            assert (shown["resident_presence"], shown["row"]["acting_proxy"]) == ("off", None)
            sent = await site.command(nora, "post_message", case_id=case, body="Only for Dan")
            assert sent.status_code == 200, sent.text
            after = await _texted(site)
            assert after.get("r-dan", 0) == before.get("r-dan", 0) + 1
            assert after.get("r-anna") == before.get("r-anna")
            await _beat(stream, case)
            assert "Only for Dan" not in json.dumps(stream.seen)


async def test_the_name_of_a_guardian_who_became_protected_is_nowhere(backend: Backend) -> None:
    async with served(backend) as site:
        nora, _anna, case = await _chat(site)
        nils = await site.staff("nils")
        await guardian_protected(backend)
        for token in (nora, nils):
            desk = (await site.get("/api/v1/desk", token)).json()
            found = [desk, (await site.get(f"/api/v1/cases/{case}", token)).json()]
            found.append((await site.command(token, "open_resident", resident_id="r-dan")).json())
            places = [(one["stream"], 0) for one in desk["cursors"]]
            async with site.live(token, *places) as stream:
                await _beat(stream)
                found += stream.seen
            assert BODY in json.dumps(found)
            assert "Anna Berg" not in json.dumps(found)


async def test_staff_do_not_show_as_typing_to_a_former_guardian(backend: Backend) -> None:
    async with served(backend) as site:
        nora, anna, case = await _chat(site)
        async with site.live(nora) as nurse, site.live(anna) as stream:
            await _beat(stream, case)
            await child_of_thirteen(backend)
            await nurse.send({"type": "beat", "typing_in": case})
            await nurse.until(lambda frame: frame["type"] == "pong")
            await _beat(stream, case)
            assert not [f for f in stream.seen if f.get("event", {}).get("type") == "staff.typing"]
