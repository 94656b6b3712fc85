"""A unit's administrator: settings, hours, phrases and roles, and what everybody at the unit then sees."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.seed import Seed, SeedAssignment, SeedStaff, insert_seed
from clinic_tui.backend.snapshot import desk_snapshot
from clinic_tui.backend.store.tables import assignments, staff, units
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import PhraseChanged, UnitChanged
from clinic_tui.protocol.unit_commands import DayHours, WeekHours
from tests.backend.town import ANNA_CASE, Person, in_progress, resident
from tests.backend.town import staff as signed_in

pytestmark = pytest.mark.anyio

SETTINGS: dict[str, Any] = {
    "unit_id": "north",
    "phone": "021-200 00",
    "no_answer_minutes": 20,
    "no_answer_text": "Hej {resident_first_name}, {unit_name} avslutar.",
    "hand_over_minutes": 30,
    "async_days": 14,
    "meeting_url": "https://meet.example/{room}",
    "keyword_template": "Kontaktorsak:\n{note}\n",
}


def _administrators(conn: Connection) -> None:
    """Uma administers the north centre; their password is Nora's."""
    hashed = conn.execute(select(staff.c.password_hash).where(staff.c.id == "s-nora")).scalar_one()
    member = SeedStaff(
        id="s-uma",
        hsa_id="SE2321000016-uma",
        username="uma",
        display_name="Uma",
        assignments=(SeedAssignment(id="a-uma-north", unit_id="north", role="unit_admin"),),
    )
    insert_seed(conn, Seed(staff=(member,)), hashed)


@pytest.fixture
async def uma(backend: Backend) -> Person:
    await backend.store.write(_administrators)
    return await signed_in(backend, "uma")


async def _desk(backend: Backend, name: str) -> Any:
    who = await signed_in(backend, name, "north")
    return await query(backend, who.token, "desk", desk_snapshot)


async def _events(backend: Backend, kind: type) -> list[Any]:
    found = await backend.store.read(lambda conn: events_after(conn, "unit:north", 0, 100))
    return [envelope.event for envelope in found if isinstance(envelope.event, kind)]


async def test_an_administrator_reads_the_units_settings(uma: Person) -> None:
    found = (await uma.send("open_unit", unit_id="north")).settings
    assert (found.name, found.phone, found.async_days) == ("North health centre", "021-100 00", 10)
    assert found.keyword_template.count("{note}") == 1
    assert "Bedömning" in found.keyword_template
    assert found.hours[0].week == {"mon-fri": "08:00-16:00"}
    assert [phrase.title for phrase in found.phrases] == ["Hello"]
    assert {(one.username, one.role) for one in found.staff} >= {("nora", "nurse"), ("uma", "unit_admin")}


async def test_settings_reach_every_desk_of_the_unit(backend: Backend, uma: Person) -> None:
    answer = (await uma.send("save_unit", **SETTINGS)).settings
    assert (answer.phone, answer.hand_over_minutes, answer.revision) == ("021-200 00", 30, 2)
    (event,) = await _events(backend, UnitChanged)
    assert (event.unit.no_answer_minutes, event.unit.meetings) == (20, True)
    desk = await _desk(backend, "nora")
    (north, *others) = desk.units
    assert (north.phone, north.async_days, north.keyword_template) == (
        "021-200 00",
        14,
        "Kontaktorsak:\n{note}\n",
    )
    assert {(one.id, one.mine) for one in others} == {("south", False), ("advice", False)}
    assert north.roles == ("doctor", "nurse", "rehab")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("meeting_url", "http://meet.example/{room}"),
        ("meeting_url", "https://meet.example/"),
        ("meeting_url", "https://{room}.example/x"),
        ("meeting_url", "https://meet.example/{room}/{room}"),
        ("meeting_url", "https://user:secret@meet.example/{room}"),
        ("meeting_url", "https://meet.example/{room} "[::-1]),
        ("meeting_url", "https://[broken/{room}"),
        ("meeting_url", "javascript:alert(1)//{room}"),
        ("keyword_template", "Kontaktorsak"),
        ("keyword_template", "{note} {note}"),
        ("no_answer_text", "Hej {namn}"),
    ],
)
async def test_a_wrong_setting_is_refused_by_name(uma: Person, field: str, value: str) -> None:
    problem = await uma.refused("save_unit", **{**SETTINGS, field: value})
    assert (problem.status, problem.field) == (422, field)
    assert (await uma.send("open_unit", unit_id="north")).settings.phone == "021-100 00"


async def test_an_empty_template_gives_the_regions_back(backend: Backend, uma: Person) -> None:
    await uma.send("save_unit", **SETTINGS)
    await uma.send("save_unit", **{**SETTINGS, "keyword_template": "  ", "meeting_url": ""})
    found = (await uma.send("open_unit", unit_id="north")).settings
    assert found.keyword_template == backend.region.keyword_template
    stored = await backend.store.read(
        lambda conn: conn.execute(select(units.c.keyword_template).where(units.c.id == "north")).scalar_one()
    )
    assert stored == ""


async def test_hours_and_dates_that_differ_decide_where_a_resident_comes(
    backend: Backend, uma: Person
) -> None:
    week = WeekHours(valid_from=date(2024, 1, 1), week={"mon": "08:00-18:00", "tue-fri": "08:00-18:00"})
    today = DayHours(on=date(2026, 3, 10), hours="08:00-11:00", reason="Utbildning")
    answer = (await uma.send("save_hours", unit_id="north", hours=(week,), exceptions=(today,))).settings
    assert answer.hours[0].week == {"mon-fri": "08:00-18:00"}
    assert answer.exceptions[0].reason == "Utbildning"
    (event,) = await _events(backend, UnitChanged)
    assert (event.unit.opening_hours, event.unit.closes_at) == ("08:00-11:00", None)
    eva = await resident(backend, "eva")
    sent_on = await eva.send("seek_care", reason="Feber", priority=3)
    assert sent_on.case.unit_name == "1177 advice line"
    await uma.send("save_hours", unit_id="north", hours=(), exceptions=())
    (_first, event) = await _events(backend, UnitChanged)
    assert event.unit.closes_at == datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("week", "closed_dates", "place"),
    [
        ({"mon": "8-17"}, "closed", "hours[0].mon"),
        ({"mon-fri": "08:00-16:00", "tue": "closed"}, "closed", "hours[0].tue"),
        ({"monday": "08:00-16:00"}, "closed", "hours[0].monday"),
        ({"mon": "16:00-08:00"}, "closed", "hours[0].mon"),
        ({}, "maybe", "hours[0].closed_dates"),
        ({"valid_from": "2020-01-01"}, "closed", ""),
    ],
)
async def test_hours_that_cannot_be_read_are_refused_with_their_place(
    uma: Person, week: dict[str, str], closed_dates: str, place: str
) -> None:
    row = WeekHours(valid_from=date(2024, 1, 1), week=week, closed_dates=closed_dates)
    if not place:
        found = (await uma.send("save_hours", unit_id="north", hours=(row,))).settings
        assert found.hours[0].valid_from == date(2024, 1, 1)
        return
    problem = await uma.refused("save_hours", unit_id="north", hours=(row,))
    assert (problem.status, problem.field, problem.rule) == (422, place, "unit.hours")


async def test_a_date_stands_once(uma: Person) -> None:
    day = DayHours(on=date(2026, 12, 24), hours="closed")
    problem = await uma.refused("save_hours", unit_id="north", hours=(), exceptions=(day, day))
    assert (problem.status, problem.rule) == (422, "unit.hours")


async def test_a_phrase_of_the_unit_is_made_changed_and_taken_away(backend: Backend, uma: Person) -> None:
    made = await uma.send(
        "save_unit_phrase", unit_id="north", shortcut="tack", title="Tack", body="Tack, {staff_name}"
    )
    phrase = next(one for one in made.settings.phrases if one.title == "Tack")
    kept = {"unit_id": "north", "phrase_id": phrase.id, "shortcut": "tack", "title": "Tack"}
    await uma.send("save_unit_phrase", **kept, body="Tack så mycket")
    await uma.send("save_unit_phrase", **kept, body="Tack så mycket", active=False)
    told = [
        (e.phrase.body, e.phrase.active, e.phrase.revision) for e in await _events(backend, PhraseChanged)
    ]
    assert told == [
        ("Tack, {staff_name}", True, 1),
        ("Tack så mycket", True, 2),
        ("Tack så mycket", False, 3),
    ]
    assert [one.title for one in (await _desk(backend, "nora")).phrases] == ["Hello"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"body": "Hej {patient}"}, 422),
        ({"body": "\u200b"}, 422),
        ({"title": " "}, 422),
        ({"phrase_id": "ph-elsewhere"}, 404),
    ],
)
async def test_a_wrong_phrase_is_refused(uma: Person, fields: dict[str, str], status: int) -> None:
    usual = {"unit_id": "north", "shortcut": "x", "title": "Titel", "body": "Text"}
    assert (await uma.refused("save_unit_phrase", **{**usual, **fields})).status == status


async def test_a_role_is_given_and_ended_with_its_sessions(backend: Backend, uma: Person) -> None:
    given = {"unit_id": "north", "staff_id": "s-sara", "role": "rehab"}
    await uma.send("save_role", **given)
    again = (await uma.send("save_role", **given)).settings
    assert len([one for one in again.staff if one.username == "sara"]) == 1
    nils = await signed_in(backend, "nils")
    ended = await uma.send("save_role", unit_id="north", staff_id="s-nils", role="nurse", ended=True)
    assert next(one for one in ended.settings.staff if one.username == "nils").ended_at is not None
    assert (await nils.refused("read_case", case_id=ANNA_CASE)).status == 401
    rows = await backend.store.read(
        lambda conn: conn.execute(select(assignments.c.id).where(assignments.c.staff_id == "s-nils")).all()
    )
    assert len(rows) == 1
    gone = await uma.refused("save_role", unit_id="north", staff_id="s-nils", role="nurse", ended=True)
    assert gone.status == 404


async def test_a_unit_names_who_signs_for_colleagues_and_no_longer(backend: Backend, uma: Person) -> None:
    nora, nils = await signed_in(backend, "nora"), await signed_in(backend, "nils")
    started = await in_progress(nora)
    at = {"case_id": ANNA_CASE, "version": started.case.version}
    at["version"] = (await nora.send("end_visit", **at)).case.version
    named = {"unit_id": "north", "staff_id": "s-nils", "role": "nurse"}
    for ended in (False, True):
        settings = (await uma.send("save_signer", **named, ended=ended)).settings
        found = {one.username for one in settings.staff if one.signs_for_colleagues}
        assert found == ({"sigrid"} if ended else {"nils", "sigrid"})
    assert (await nils.refused("release_case", **at)).status == 409
    await uma.send("save_signer", **named)
    assert (await nils.send("release_case", **at)).case.assignee is None


@pytest.mark.parametrize(
    ("staff_id", "role", "status"),
    [("s-nora", "doctor", 404), ("s-nora", "king", 422), ("s-maja", "manager", 422), ("s-uma", "nurse", 409)],
)
async def test_only_who_signs_there_is_named_and_nobody_by_themselves(
    uma: Person, staff_id: str, role: str, status: int
) -> None:
    asked = {"unit_id": "north", "staff_id": staff_id, "role": role}
    assert (await uma.refused("save_signer", **asked)).status == status


async def test_nobody_gives_themselves_a_role(uma: Person) -> None:
    for ended in (False, True):
        problem = await uma.refused(
            "save_role", unit_id="north", staff_id="s-uma", role="doctor", ended=ended
        )
        assert (problem.status, problem.rule) == (409, "unit.own_role")


@pytest.mark.parametrize(
    ("staff_id", "role", "status"), [("s-nora", "king", 422), ("s-nobody", "nurse", 404)]
)
async def test_a_role_or_person_that_is_none_is_refused(
    uma: Person, staff_id: str, role: str, status: int
) -> None:
    assert (await uma.refused("save_role", unit_id="north", staff_id=staff_id, role=role)).status == status


async def test_another_unit_does_not_exist_for_its_neighbours_administrator(uma: Person) -> None:
    for unit in ("south", "nowhere"):
        assert (await uma.refused("open_unit", unit_id=unit)).status == 404
        assert (await uma.refused("save_unit", **{**SETTINGS, "unit_id": unit})).status == 404
        assert (await uma.refused("save_hours", unit_id=unit, hours=())).status == 404
        role = await uma.refused("save_role", unit_id=unit, staff_id="s-sara", role="nurse")
        assert role.status == 404


async def test_a_manager_changes_hours_and_nothing_else(backend: Backend) -> None:
    maja = await signed_in(backend, "maja")
    await maja.send("open_unit", unit_id="north")
    await maja.send("save_hours", unit_id="north", hours=())
    assert (await maja.refused("save_unit", **SETTINGS)).status == 403
    for name in ("nora", "axel"):
        who = await signed_in(backend, name)
        assert (await who.refused("open_unit", unit_id="north")).status == 403
        assert (await who.refused("save_hours", unit_id="north", hours=())).status == 403
