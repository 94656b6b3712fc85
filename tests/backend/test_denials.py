"""What one may not know is not told by a refusal either, and every refusal names whose data it was about."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.audit import verify_chain
from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.snapshot import case_detail
from clinic_tui.backend.store.tables import audit
from clinic_tui.protocol.codec import encode
from tests.backend.town import ANNA_CASE, SOUTH_CASE, Person, resident, staff

pytestmark = pytest.mark.anyio

EVA, CLARA, NOBODY = "196501022773", "199008162399", "196101182803"
NEW = {"name": "Gun Ny", "mobile": "0701740699"}


async def _rows(backend: Backend, *actions: str) -> list[dict[str, Any]]:
    wanted = select(audit.c.record).where(audit.c.action.in_(actions)).order_by(audit.c.at, audit.c.n)
    return await backend.store.read(lambda conn: [json.loads(r) for r in conn.execute(wanted).scalars()])


async def _created(person: Person, number: str) -> Any:
    return await person.send("create_resident", person_number=number, **NEW)


@pytest.mark.parametrize("number", [EVA, CLARA])
async def test_adding_one_who_is_there_tells_what_a_search_tells_and_is_logged_as_one(
    backend: Backend, number: str
) -> None:
    sara, nora = await staff(backend, "sara"), await staff(backend, "nora")
    found = await sara.send("find_resident", person_number=number)
    created = await _created(sara, number)
    assert created.already_there
    assert _shown(created.profile) == _shown(found.profile)
    await _created(nora, number)
    searched = await _rows(backend, "SEARCH")
    assert [row["code"] for row in searched] == ["resident_found"] * 3
    assert {row["resident_id"] for row in searched} == {found.profile.resident.id}
    assert sorted(row["staff_id"] for row in searched) == ["s-nora", "s-sara", "s-sara"]
    assert await _rows(backend, "CREATE") == []
    assert await backend.store.read(verify_chain) is None


def _shown(profile: Any) -> Any:
    """The profile without its access log, which grows with each look."""
    return {**json.loads(encode(profile)), "access": None}


async def test_adding_one_who_is_there_stores_nothing(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    profile = (await _created(nora, EVA)).profile
    assert profile.resident.name == "Eva Holm"
    assert profile.contact.mobile != "+46701740699"


async def test_what_is_wrong_with_the_rest_is_told_without_a_word_of_the_number(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    answers = [
        await nora.refused("create_resident", person_number=number, name=" ", mobile="x")
        for number in (EVA, CLARA, NOBODY)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert await _rows(backend, "SEARCH") == []


@pytest.mark.parametrize("command", ["find_resident", "create_resident"])
async def test_who_may_not_search_gets_one_answer_and_leaves_a_row(backend: Backend, command: str) -> None:
    axel = await staff(backend, "axel")
    more = NEW if command == "create_resident" else {}
    answers = [await axel.refused(command, person_number=n, **more) for n in (EVA, CLARA, NOBODY)]
    assert answers[0] == answers[1] == answers[2]
    rows = await _rows(backend, "DENIED")
    assert [row["resident_id"] for row in rows] == ["r-eva", "r-clara", None]
    assert {(row["code"], row["object_type"], row["staff_id"]) for row in rows} == {
        (command, "resident", "s-axel")
    }
    assert not any(number[2:] in json.dumps(rows) for number in (EVA, CLARA, NOBODY))


async def test_a_refused_reading_names_the_resident_and_the_unit_whose_case_it_is(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.refused("read_case", case_id=SOUTH_CASE)
    with pytest.raises(Refused):
        await query(backend, nora.token, "case", lambda tx: case_detail(tx, SOUTH_CASE))
    await nora.refused("open_resident", resident_id="r-eva")
    rows = [
        (row["object_type"], row["resident_id"], row["unit_id"]) for row in await _rows(backend, "DENIED")
    ]
    assert rows == [("case", "r-bo", "south"), ("case", "r-bo", "south"), ("resident", "r-eva", "north")]


async def test_refused_tickets_conversations_and_writing_name_the_resident(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    place = {"unit_id": "north", "role": "doctor", "reason": "Knee"}
    ticket = (await nora.send("issue_ticket", resident_id="r-anna", **place)).ticket
    talk = await nora.send(
        "start_conversation", kind="consultation", case_id=ANNA_CASE, role="doctor", body="What now?"
    )
    axel = await staff(backend, "axel")
    await axel.refused("cancel_ticket", ticket_id=ticket.id)
    await sara.refused("read_conversation", conversation_id=talk.conversation.id, seq=1)
    await sara.refused("create_chat", resident_id="r-eva", **_chat("south"))
    await axel.refused("create_chat", resident_id="r-eva", **_chat("north"))
    rows = await _rows(backend, "DENIED")
    assert sorted((row["object_type"], row["resident_id"]) for row in rows) == [
        ("conversation", "r-anna"),
        ("resident", "r-eva"),
        ("resident", "r-eva"),
        ("ticket", "r-anna"),
    ]


def _chat(unit: str) -> dict[str, Any]:
    return {"unit_id": unit, "queue_role": "nurse", "subject": "Results", "days": 5, "body": "Well."}


async def test_a_residents_own_attempt_at_anothers_case_names_that_resident(backend: Backend) -> None:
    bo = await resident(backend, "bo")
    await bo.refused("resident_says", case_id=ANNA_CASE, body="Hello")
    (row,) = await _rows(backend, "DENIED")
    assert (row["party"], row["resident_id"], row["unit_id"]) == ("resident", "r-anna", "north")


async def test_what_is_not_there_is_logged_without_a_resident(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.refused("open_resident", resident_id="r-nobody")
    (row,) = await _rows(backend, "DENIED")
    assert (row["object_type"], row["object_id"], row["resident_id"], row["unit_id"]) == (
        "unknown",
        "r-nobody",
        None,
        "north",
    )
