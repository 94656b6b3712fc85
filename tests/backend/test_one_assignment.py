"""Somebody with two assignments: desk and streams hold what belongs to the one in force, and no more."""

import json
from typing import Any

import pytest

from clinic_tui.backend.context import Backend
from tests.backend.served import Served, bearer, served
from tests.backend.town import ANNA_CASE, SOUTH_CASE

pytestmark = pytest.mark.anyio

SECRETS = ("the northern draft", "the northern question", "the northern hand-over", "the northern ticket")
KEPT = ("conversations", "notices", "drafts", "tickets", "verifications", "cases", "mine")


async def _choose(site: Served, token: str, unit: str) -> None:
    chosen = {"assignment_id": f"a-disa-{unit}"}
    answer = await site.http.post("/api/v1/session/assignment", json=chosen, headers=bearer(token))
    assert answer.status_code == 200, answer.text


async def _do(site: Served, token: str, name: str, **fields: Any) -> dict[str, Any]:
    answer = await site.command(token, name, **fields)
    assert answer.status_code == 200, (name, answer.text)
    return answer.json()


async def _northern_day(site: Served) -> tuple[str, str]:
    """Disa works at the north: a draft, a consultation, a ticket, and a case that came back to her."""
    disa, nora = await site.staff("disa"), await site.staff("nora")
    await _choose(site, disa, "north")
    row = (await _do(site, disa, "accept_case", case_id=ANNA_CASE, version=1))["detail"]["row"]
    await _do(site, disa, "save_draft", case_id=ANNA_CASE, kind="note", body="the northern draft", revision=0)
    question = {"kind": "consultation", "role": "nurse", "body": "the northern question"}
    talk = (await _do(site, disa, "start_conversation", case_id=ANNA_CASE, **question))["conversation"]
    await _do(site, nora, "say_to_staff", conversation_id=talk["id"], body="the northern question answered")
    ticket = {"unit_id": "north", "role": "nurse", "reason": "the northern ticket"}
    await _do(site, disa, "find_resident", person_number="19851003-9889")
    await _do(site, disa, "issue_ticket", resident_id="r-bo", **ticket)
    offer = {"version": row["version"], "staff_id": "s-nora", "reason": "the northern hand-over"}
    row = (await _do(site, disa, "hand_over_case", case_id=ANNA_CASE, **offer))["case"]
    no = {"version": row["version"], "accept": False, "comment": "the northern hand-over"}
    await _do(site, nora, "answer_hand_over", case_id=ANNA_CASE, **no)
    return disa, nora


async def _seen(site: Served, token: str) -> tuple[dict[str, Any], str]:
    desk = (await site.get("/api/v1/desk", token)).json()
    places = [(one["stream"], 0) for one in desk["cursors"]]
    async with site.live(token, *places) as stream:
        await stream.send({"type": "beat"})
        await stream.until(lambda frame: frame["type"] == "pong")
        return {name: desk[name] for name in KEPT}, json.dumps([desk, stream.seen])


async def test_the_other_assignment_sees_neither_drafts_notices_consultations_nor_tickets(
    backend: Backend,
) -> None:
    async with served(backend) as site:
        disa, _nora = await _northern_day(site)
        north, text = await _seen(site, disa)
        assert all(secret in text for secret in SECRETS)
        assert all(north[name] for name in ("conversations", "notices", "drafts", "tickets", "mine"))
        await _choose(site, disa, "south")
        south, text = await _seen(site, disa)
        assert not [secret for secret in SECRETS if secret in text]
        assert not any(south[name] for name in KEPT if name != "cases")
        assert {row["id"] for row in south["cases"]} == {SOUTH_CASE}
        assert "Anna Berg" not in text
        await _choose(site, disa, "north")
        again, text = await _seen(site, disa)
        assert all(secret in text for secret in SECRETS)
        for detail in (*again["mine"], *north["mine"]):
            del detail["events"]
        assert again == north


async def test_what_happens_at_the_other_unit_is_a_place_in_ones_own_stream_and_no_more(
    backend: Backend,
) -> None:
    async with served(backend) as site:
        disa, nora = await _northern_day(site)
        await _choose(site, disa, "south")
        async with site.live(disa) as stream:
            desk = (await site.get("/api/v1/desk", nora)).json()
            talk = desk["conversations"][0]["id"]
            await _do(site, nora, "say_to_staff", conversation_id=talk, body="the northern secret")
            await stream.send({"type": "beat"})
            await stream.until(lambda frame: frame["type"] == "pong")
        events = [frame["event"] for frame in stream.seen if frame["type"] == "event"]
        assert events
        assert {one["type"] for one in events} == {"withheld"}
        assert "northern" not in json.dumps(stream.seen)
        assert "r-anna" not in json.dumps(stream.seen)


async def test_reading_notices_under_one_assignment_leaves_those_of_the_other_unread(
    backend: Backend,
) -> None:
    async with served(backend) as site:
        disa, nora = await _northern_day(site)
        north = (await site.get("/api/v1/desk", disa)).json()["notices"]
        await _choose(site, disa, "south")
        asked = {"kind": "direct", "staff_ids": ["s-disa"], "body": "Lunch?"}
        sara = await site.staff("sara")
        await _do(site, sara, "start_conversation", **asked)
        mine = (await site.get("/api/v1/desk", disa)).json()["notices"]
        assert [one["kind"] for one in mine] == ["conversation"]
        read = await _do(site, disa, "read_notices", notice_id=mine[-1]["id"])
        assert [one["id"] for one in read["notices"]] == [mine[-1]["id"]]
        await _choose(site, disa, "north")
        now = (await site.get("/api/v1/desk", disa)).json()["notices"]
        assert [(one["id"], one["read"]) for one in now] == [(one["id"], one["read"]) for one in north]
        assert nora
