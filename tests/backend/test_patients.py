"""Finding, opening and adding residents, on both databases."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from clinic_tui.backend.audit import verify_chain
from clinic_tui.backend.context import Backend
from clinic_tui.backend.store.tables import audit, residents
from clinic_tui.domain.person_id import ALL_TYPES, REGIONAL_FORMATS
from tests.backend.town import ANNA_CASE, REHAB_CASE, SOUTH_CASE, Person, in_progress, staff

pytestmark = pytest.mark.anyio

ANNA, BO, CLARA, DAN = "199001012385", "198510039889", "199008162399", "201802202398"
NEW = "196101182803"


async def _log(backend: Backend, action: str) -> list[dict[str, Any]]:
    wanted = select(audit.c.record).where(audit.c.action == action).order_by(audit.c.at, audit.c.n)
    return await backend.store.read(lambda conn: [json.loads(r) for r in conn.execute(wanted).scalars()])


async def _find(person: Person, number: str) -> Any:
    return await person.send("find_resident", person_number=number)


async def _create(person: Person, **fields: Any) -> Any:
    given = {"person_number": NEW, "name": "Gun Ny", "mobile": "070-174 06 05", **fields}
    return (await person.send("create_resident", **given)).profile


@pytest.mark.parametrize("typed", ["900101-2385", "19900101-2385", "199001012385", " 9001012385 "])
async def test_a_resident_is_found_by_the_whole_number_however_it_is_written(
    backend: Backend, typed: str
) -> None:
    nora = await staff(backend, "nora")
    found = await _find(nora, typed)
    assert (found.profile.resident.name, found.person_number) == ("Anna Berg", ANNA)
    assert found.profile.contact.person_number == "900101-2385"
    assert found.profile.can_be_reached
    assert {case.id for case in found.profile.cases} == {ANNA_CASE}
    assert [child.name for child in found.profile.children] == ["Dan Ås"]


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("900101-2386", "person.check_digit"),
        ("199013012385", "person.no_such_date"),
        ("Anna Berg Anna", "person.format"),
        ("196109732394", "person.check_digit"),
        ("%199001012385", "person.format"),
    ],
)
async def test_a_number_that_is_none_is_refused_with_its_rule(
    backend: Backend, typed: str, rule: str
) -> None:
    nora = await staff(backend, "nora")
    no = await nora.refused("find_resident", person_number=typed)
    assert (no.status, no.field, no.rule) == (422, "person_number", rule)
    assert typed not in f"{no.title}{no.detail}"
    assert await _log(backend, "SEARCH") == []


@pytest.mark.parametrize("number", ["196109732393", "22950606FH20"])
async def test_a_resident_with_a_coordination_or_a_reserve_number_is_added_and_found(
    backend: Backend, number: str
) -> None:
    nora = await staff(backend, "nora")
    found = await _find(nora, number)
    assert (found.profile, found.person_number) == (None, number)
    made = await nora.send("create_resident", person_number=number, name="Kim Ny", mobile="070-174 06 05")
    again = await _find(nora, number)
    assert again.profile.resident == made.profile.resident


async def test_every_search_is_logged_found_or_not_and_never_with_the_number(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    assert (await _find(nora, NEW)).profile is None
    await _find(nora, ANNA)
    rows = await _log(backend, "SEARCH")
    assert [(row["code"], row["resident_id"]) for row in rows] == [
        ("resident_not_found", None),
        ("resident_found", "r-anna"),
    ]
    assert rows[1]["residents"] == ["r-dan"]
    assert not any(number in json.dumps(rows) for number in (NEW, ANNA, "900101", "610118"))
    assert await backend.store.read(verify_chain) is None


async def test_a_protected_resident_is_found_and_stays_hidden(backend: Backend) -> None:
    sara = await staff(backend, "sara")
    profile = (await _find(sara, CLARA)).profile
    assert (profile.resident.name, profile.resident.birth_date) == ("", None)
    assert (profile.contact.listed_unit, profile.contact.mobile) == ("", "")
    assert "2399" not in profile.contact.person_number
    assert (profile.cases, profile.elsewhere, profile.children, profile.guardian_refs) == ((), 0, (), ())
    assert profile.can_be_reached


async def test_cases_of_other_units_are_only_counted(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    at_south = (await _find(sara, BO)).profile
    assert ([case.id for case in at_south.cases], at_south.elsewhere) == ([SOUTH_CASE], 1)
    assert (await _find(sara, ANNA)).profile.elsewhere == 2
    anna = (await _find(nora, ANNA)).profile
    assert ([case.reason for case in anna.cases], anna.elsewhere) == (["Cough"], 0)


async def test_a_child_is_shown_with_its_guardians(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    dan = (await _find(nora, DAN)).profile
    assert [person.name for person in dan.guardian_refs] == ["Anna Berg"]
    assert dan.children == ()
    assert dan.guardian == dan.guardian_refs[0]
    assert (await _find(nora, ANNA)).profile.guardian is None


async def test_a_profile_opens_only_on_a_ground(backend: Backend) -> None:
    clock: Any = backend.clock
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    assert (await nora.send("open_resident", resident_id="r-clara")).profile.resident.protected == "marked"
    assert (await nora.refused("open_resident", resident_id="r-eva")).status == 404
    assert (await sara.refused("open_resident", resident_id="r-clara")).status == 404
    assert (await nora.refused("open_resident", resident_id="r-nobody")).status == 404
    await _find(nora, "196501022773")
    assert (await sara.refused("open_resident", resident_id="r-eva")).status == 404
    clock.move(timedelta(minutes=30))
    assert (await nora.send("open_resident", resident_id="r-eva")).profile.resident.name == "Eva Holm"
    clock.move(timedelta(seconds=1))
    assert (await nora.refused("open_resident", resident_id="r-eva")).status == 404
    denied = [row["object_id"] for row in await _log(backend, "DENIED")]
    assert denied.count("r-eva") == 3


async def test_who_reads_no_cases_finds_nobody(backend: Backend) -> None:
    person = await staff(backend, "axel")
    for command, fields in (
        ("find_resident", {"person_number": ANNA}),
        ("open_resident", {"resident_id": "r-anna"}),
        ("create_resident", {"person_number": NEW, "name": "A", "mobile": "0701740605"}),
        ("save_contact", {"resident_id": "r-anna", "mobile": ""}),
    ):
        assert (await person.refused(command, **fields)).status == 403


async def test_the_access_log_says_who_did_what_where(backend: Backend) -> None:
    clock: Any = backend.clock
    nora, maja = await staff(backend, "nora"), await staff(backend, "maja")
    await maja.send("read_case", case_id=ANNA_CASE)
    clock.move(timedelta(minutes=1))
    profile = (await nora.send("open_resident", resident_id="r-anna")).profile
    newest = profile.access[0]
    assert (newest.who, newest.title, newest.unit_name) == ("Maja", "Manager", "North health centre")
    assert (newest.action, newest.code, newest.case_id) == ("READ", "read", ANNA_CASE)
    again = (await nora.send("open_resident", resident_id="r-anna")).profile
    assert (again.access[0].who, again.access[0].code) == ("Nora", "profile_opened")


async def test_an_earlier_case_is_shown_to_who_may_read_it_and_only_counted_to_others(
    backend: Backend,
) -> None:
    nora, rolf = await staff(backend, "nora"), await staff(backend, "rolf")
    started = await in_progress(nora)
    ended = await nora.send("end_visit", case_id=ANNA_CASE, version=started.case.version)
    signed = await nora.send("sign_note", case_id=ANNA_CASE, version=ended.case.version, body="Rest")
    (earlier,) = (await _find(nora, ANNA)).profile.earlier
    assert (earlier.id, earlier.may_read, earlier.documented_at) == (ANNA_CASE, True, None)
    assert (await nora.send("read_case", case_id=ANNA_CASE)).detail.notes[-1].body == "Rest"
    await nora.send("mark_documented", case_id=ANNA_CASE, note_id=signed.note.id)
    (known,) = (await _find(nora, ANNA)).profile.earlier
    assert (known.note, known.documented_at) == ("Rest", backend.clock.now())
    hidden = (await _find(rolf, ANNA)).profile
    assert (hidden.earlier, hidden.earlier_hidden) == ((), 1)
    mine = (await rolf.send("read_case", case_id=REHAB_CASE)).detail
    assert (mine.earlier, mine.earlier_hidden) == ((), 1)
    assert (await rolf.refused("read_case", case_id=ANNA_CASE)).status == 403


async def test_an_ended_chat_is_an_earlier_case(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await _find(nora, "196501022773")
    chat = await nora.send(
        "create_chat",
        resident_id="r-eva",
        unit_id="north",
        queue_role="nurse",
        subject="Results",
        days=5,
        body="Well.",
        ground="Her results came",
    )
    await nora.send("close_chat", case_id=chat.detail.row.id, version=chat.detail.row.version)
    (earlier,) = (await nora.send("open_resident", resident_id="r-eva")).profile.earlier
    assert (earlier.id, earlier.kind, earlier.may_read) == (chat.detail.row.id, "async", True)


async def test_what_other_units_did_is_not_told(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    await sara.send("read_case", case_id=SOUTH_CASE)
    profile = (await nora.send("open_resident", resident_id="r-bo")).profile
    assert "Sara" not in {entry.who for entry in profile.access}


async def test_a_resident_is_added_with_birth_date_and_sex_from_the_number(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    profile = await _create(nora)
    assert profile.resident.birth_date.isoformat() == "1961-01-18"
    assert (profile.resident.sex, profile.contact.mobile) == ("female", "+46701740605")
    assert (
        await nora.send("open_resident", resident_id=profile.resident.id)
    ).profile.resident.name == "Gun Ny"
    sara = await staff(backend, "sara")
    assert (await sara.refused("open_resident", resident_id=profile.resident.id)).status == 404


@pytest.mark.parametrize(
    ("fields", "status", "field", "rule"),
    [
        ({"person_number": ANNA, "name": " "}, 422, "name", "resident.name_missing"),
        ({"person_number": CLARA, "mobile": ""}, 422, "mobile", "resident.mobile"),
        ({"name": " \u200b"}, 422, "name", "resident.name_missing"),
        ({"mobile": ""}, 422, "mobile", "resident.mobile"),
        ({"mobile": "021-100 00 00"}, 422, "mobile", "resident.mobile"),
        ({"mobile": "call me"}, 422, "mobile", "resident.mobile"),
        ({"person_number": "196101182804"}, 422, "person_number", "person.check_digit"),
        ({"person_number": "209001012385"}, 422, "person_number", "person.in_future"),
    ],
)
async def test_a_resident_is_not_added_without_what_is_needed(
    backend: Backend, fields: dict[str, Any], status: int, field: str | None, rule: str
) -> None:
    nora = await staff(backend, "nora")
    before = await backend.store.read(
        lambda conn: conn.execute(select(func.count()).select_from(residents)).scalar()
    )
    given = {"person_number": NEW, "name": "Gun Ny", "mobile": "0701740605", **fields}
    no = await nora.refused("create_resident", **given)
    assert (no.status, no.field, no.rule) == (status, field, rule)
    after = await backend.store.read(
        lambda conn: conn.execute(select(func.count()).select_from(residents)).scalar()
    )
    assert before == after


async def test_a_mobile_number_is_changed_and_taken_away(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    saved = (await nora.send("save_contact", resident_id="r-bo", mobile="0046 70 174 06 06")).profile
    assert saved.contact.mobile == "+46701740606"
    gone = (await nora.send("save_contact", resident_id="r-bo", mobile="")).profile
    assert (gone.contact.mobile, gone.can_be_reached) == ("", False)
    no = await nora.refused("save_contact", resident_id="r-bo", mobile="12")
    assert (no.status, no.field) == (422, "mobile")
    assert (await nora.refused("save_contact", resident_id="r-eva", mobile="")).status == 404
    hidden = (await nora.send("save_contact", resident_id="r-clara", mobile="0701740606")).profile
    assert (hidden.contact.mobile, hidden.can_be_reached) == ("", True)


def _official() -> list[str]:
    lines = (Path(__file__).parents[1] / "data" / "test_personal_numbers.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line.isdigit() and int(line[6:8]) <= 31][:40]


async def test_official_test_identities_are_understood(memory_backend: Backend) -> None:
    nora = await staff(memory_backend, "nora")
    for number in ["191212121212", "195009072553", "189002029800", *_official()]:
        found = await _find(nora, number)
        assert found.person_number == number


async def test_one_over_a_hundred_is_shown_with_a_plus(memory_backend: Backend) -> None:
    nora = await staff(memory_backend, "nora")
    profile = await _create(nora, person_number="189002029800")
    assert profile.contact.person_number == "900202+9800"


@pytest.mark.parametrize(
    ("typed", "stored", "born", "sex"),
    [
        ("19610973-2393", "196109732393", "1961-09-13", "male"),
        ("22610913-AB24", "22610913AB24", "1961-09-13", "female"),
        ("22610913abX4", "22610913ABX4", "1961-09-13", "unknown"),
    ],
)
async def test_other_numbers_are_taken_where_the_region_takes_them(
    memory_backend: Backend, typed: str, stored: str, born: str, sex: str
) -> None:
    memory_backend.region = replace(memory_backend.region, resident_id_types=ALL_TYPES)
    nora = await staff(memory_backend, "nora")
    assert (await _find(nora, typed)).person_number == stored
    profile = await _create(nora, person_number=typed)
    assert (profile.resident.birth_date.isoformat(), profile.resident.sex) == (born, sex)
    assert (await _find(nora, stored)).profile.resident.id == profile.resident.id


@pytest.mark.parametrize("number", ["991234567890", "1985020312B4"])
async def test_a_regions_own_reserve_number_is_taken_where_the_region_has_them(
    memory_backend: Backend, number: str
) -> None:
    nora = await staff(memory_backend, "nora")
    assert (await nora.refused("find_resident", person_number=number)).status == 422
    memory_backend.region = replace(memory_backend.region, reserve_formats=tuple(REGIONAL_FORMATS.values()))
    profile = await _create(nora, person_number=number.lower())
    assert profile.contact.person_number == number
    assert (await _find(nora, number)).profile.resident.id == profile.resident.id
    assert (await _find(nora, "22800101AB12")).person_number == "22800101AB12"


async def test_two_who_add_the_same_resident_make_one(backend: Backend) -> None:
    people = [await staff(backend, name) for name in ("nora", "nils")]

    async def add(person: Person) -> Any:
        return await person.send("create_resident", person_number=NEW, name="Gun Ny", mobile="0701740605")

    outcomes = await asyncio.gather(*(add(people[n % 2]) for n in range(6)))
    assert sorted(one.already_there for one in outcomes) == [False] + [True] * 5
    assert len({one.profile.resident.id for one in outcomes}) == 1
    assert len(await _log(backend, "SEARCH")) == 5
