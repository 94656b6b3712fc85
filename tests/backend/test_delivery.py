"""What reaches whom over the live stream, live and replayed: the same that HTTP would answer them."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.seed import Seed, SeedStaff, seed_store
from clinic_tui.backend.store.tables import audit
from tests.backend.served import Served, Stream, served
from tests.backend.town import ANNA_CASE, PASSWORD, REHAB_CASE, seed_staff

pytestmark = pytest.mark.anyio

ADMIN: SeedStaff = seed_staff("Ada", "Secretary", ("north", "medical_admin"))
PSYCHOLOGIST: SeedStaff = seed_staff("Pia", "Psychologist", ("north", "psychosocial"))
SECOND: SeedStaff = seed_staff("Per", "Psychologist", ("north", "psychosocial"))
DARK = "Thoughts of ending it"


@pytest.fixture
async def clinic(backend: Backend) -> Backend:
    """The town with psychologists and a secretary."""
    await seed_store(backend.store, Seed(staff=(ADMIN, PSYCHOLOGIST, SECOND)), PASSWORD)
    return backend


async def caught_up(stream: Stream) -> list[dict[str, Any]]:
    """Everything that came before the answer to a beat."""
    await stream.send({"type": "beat"})
    await stream.until(lambda frame: frame["type"] == "pong")
    return [frame for frame in stream.seen if frame["type"] == "event"]


async def _psychosocial_story(site: Served) -> dict[str, Any]:
    """A psychologist takes over, changes, hands over and signs what only psychologists may read."""
    pia = await site.staff("pia")
    await site.command(pia, "find_resident", person_number="19650102-2773")
    made = await site.command(
        pia,
        "create_chat",
        resident_id="r-eva",
        unit_id="north",
        queue_role="psychosocial",
        subject=DARK,
        days=5,
        body=DARK,
        ground=DARK,
    )
    assert made.status_code == 200, made.text
    row = made.json()["detail"]["row"]
    offered = await site.command(
        pia, "hand_over_case", case_id=row["id"], version=row["version"], staff_id="s-per", reason=DARK
    )
    assert offered.status_code == 200, offered.text
    return offered.json()["case"]


async def test_a_case_of_a_queue_one_does_not_see_is_a_place_in_the_stream_and_no_more(
    clinic: Backend,
) -> None:
    async with served(clinic) as site:
        ada, per = await site.staff("ada"), await site.staff("per")
        async with site.live(ada) as outside, site.live(per) as inside:
            row = await _psychosocial_story(site)
            seen, known = await caught_up(outside), await caught_up(inside)
        assert DARK not in json.dumps(seen)
        assert "Eva Holm" not in json.dumps(seen)
        assert DARK in json.dumps(known)
        hidden = [frame["event"] for frame in seen if frame["event"]["type"] == "withheld"]
        assert {one["object_id"] for one in hidden} == {row["id"]}
        for name in {frame["stream"] for frame in seen}:
            places = [frame["seq"] for frame in seen if frame["stream"] == name and frame["seq"]]
            assert places == list(range(places[0], places[0] + len(places)))


async def test_the_replay_shows_no_more_than_the_live_stream_did(clinic: Backend) -> None:
    async with served(clinic) as site:
        ada, per = await site.staff("ada"), await site.staff("per")
        cursors = {
            token: [
                (one["stream"], one["seq"])
                for one in (await site.get("/api/v1/desk", token)).json()["cursors"]
            ]
            for token in (ada, per)
        }
        await _psychosocial_story(site)
        async with site.live(ada, *cursors[ada]) as outside, site.live(per, *cursors[per]) as inside:
            seen, known = await caught_up(outside), await caught_up(inside)
        assert seen
        assert DARK not in json.dumps(seen)
        assert "Eva Holm" not in json.dumps(seen)
        assert DARK in json.dumps(known)


async def test_what_waits_to_be_verified_in_a_queue_one_does_not_see_is_not_told(clinic: Backend) -> None:
    async with served(clinic) as site:
        rolf, ada, maja = await site.staff("rolf"), await site.staff("ada"), await site.staff("maja")
        taken = await site.command(rolf, "accept_case", case_id=REHAB_CASE, version=1)
        version = taken.json()["detail"]["row"]["version"]
        started = await site.command(rolf, "start_visit", case_id=REHAB_CASE, version=version)
        version = started.json()["case"]["version"]
        signed = await site.command(rolf, "sign_note", case_id=REHAB_CASE, version=version, body="Seen")
        note = signed.json()["note"]["id"]
        async with site.live(ada) as outside, site.live(maja) as inside:
            asked = await site.command(
                rolf, "ask_to_verify", case_id=REHAB_CASE, note_id=note, comment="the torn ligament"
            )
            assert asked.status_code == 200, asked.text
            seen, known = await caught_up(outside), await caught_up(inside)
        assert "ligament" not in json.dumps(seen)
        assert "ligament" in json.dumps(known)
        for token, there in ((ada, False), (maja, True)):
            desk = (await site.get("/api/v1/desk", token)).text
            assert ("ligament" in desk) is there


async def test_a_replay_names_its_cases_in_the_access_log_once(clinic: Backend) -> None:
    async with served(clinic) as site:
        nora, nils = await site.staff("nora"), await site.staff("nils")
        desk = (await site.get("/api/v1/desk", nils)).json()
        places = [(one["stream"], one["seq"]) for one in desk["cursors"]]
        taken = await site.command(nora, "accept_case", case_id=ANNA_CASE, version=1)
        version = taken.json()["detail"]["row"]["version"]
        await site.command(nora, "start_visit", case_id=ANNA_CASE, version=version)
        async with site.live(nils, *places) as stream:
            assert await caught_up(stream)
        async with site.live(nils) as stream:
            await caught_up(stream)
        rows = await _replays(clinic)
        assert [(row["staff_id"], row["shown"], row["residents"]) for row in rows] == [
            ("s-nils", [ANNA_CASE], ["r-anna"])
        ]


async def test_a_replay_of_nothing_about_anybody_leaves_no_row(clinic: Backend) -> None:
    async with served(clinic) as site:
        ada = await site.staff("ada")
        desk = (await site.get("/api/v1/desk", ada)).json()
        await _psychosocial_story(site)
        async with site.live(ada, *((one["stream"], one["seq"]) for one in desk["cursors"])) as stream:
            assert await caught_up(stream)
        assert await _replays(clinic) == []


async def _replays(backend: Backend) -> list[dict[str, Any]]:
    found = await backend.store.read(
        lambda conn: conn.execute(select(audit.c.record).where(audit.c.code == "replayed")).scalars().all()
    )
    return [json.loads(one) for one in found]


async def test_who_left_a_case_is_told_to_let_go_of_it_and_nothing_else(backend: Backend) -> None:
    async with served(backend) as site:
        nora, sara = await site.staff("nora"), await site.staff("sara")
        taken = await site.command(nora, "accept_case", case_id=ANNA_CASE, version=1)
        await site.command(
            nora, "start_visit", case_id=ANNA_CASE, version=taken.json()["detail"]["row"]["version"]
        )
        await site.command(nora, "invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
        async with site.live(sara) as stream:
            await site.command(sara, "leave_case", case_id=ANNA_CASE)
            events = [frame["event"] for frame in await caught_up(stream)]
        cases = [one for one in events if one.get("object_id") == ANNA_CASE]
        assert len(cases) == 1
        assert cases[0]["type"] == "withheld"
        assert cases[0]["revision"] > 1
        assert "Anna Berg" not in json.dumps(events)
