"""Region profiles: the bundled ones, and clear errors for bad ones."""

from importlib import resources

import pytest

from clinic_tui.domain.person_id import IdType
from clinic_tui.domain.region import BUNDLED, Language, ServiceTarget, load_profile, parse
from clinic_tui.domain.roles import Permission, Role, allows
from clinic_tui.domain.tables import BadTable

TEXT = resources.files("clinic_tui.domain").joinpath("profiles", "vastmanland.toml").read_text("utf-8")


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_profile_is_whole(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert list(profile.priorities) == [1, 2, 3, 4, 5]
    assert all(priority.sv for priority in profile.priorities.values())
    assert profile.queues_seen[Role.DOCTOR] == {"doctor", "nurse"}
    assert profile.queues_seen[Role.NURSE] == {"nurse", "medical_admin"}
    assert set(profile.queues_seen) == {
        role
        for role in Role
        if allows(role, Permission.SEE_DROP_IN_QUEUE) or allows(role, Permission.SEE_ADMIN_QUEUE)
    }
    assert profile.services["vaccination"] is ServiceTarget.CONTACT_CENTRE


def test_the_regions_differ_by_data_alone() -> None:
    west, south = (load_profile(name) for name in BUNDLED)
    assert (west.unsigned_blocks, south.unsigned_blocks) == (True, False)
    assert west.resident_id_types == {IdType.PERSONAL_NUMBER}
    assert (west.async_days, west.ticket_days) == (10, 7)
    assert west.priorities[1].name(Language.ENGLISH) == "Immediate"
    assert west.priorities[1].name(Language.SWEDISH) == "Omedelbart"


def test_a_profile_is_read_from_its_text_as_well_as_by_name() -> None:
    assert load_profile(TEXT) == load_profile("vastmanland")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("unsigned_blocks = true", "", "unsigned_blocks: is missing"),
        ("unsigned_blocks = true", 'unsigned_blocks = "yes"', "unsigned_blocks: must be true or false"),
        ("unsigned_blocks = true", "unsigned_blocks = true\ntypo = 1", "typo: is not a known setting"),
        ("{note}", "", "keyword_template: must hold {note} once"),
        ("{note}", "{note} {note}", "keyword_template: must hold {note} once"),
        ("async_days = 10", "async_days = 31", "async_days: must be a whole number from 1 to 30"),
        ("async_days = 10", "async_days = true", "async_days: must be a whole number"),
        ("async_days = 10", "async_days = 1.5", "async_days: must be a whole number"),
        ('name = "vastmanland"', 'name = " "', "name: must be a text"),
        ('language = "sv"', 'language = "fi"', "language: must be one of sv, en"),
        ('language = "sv"\n', "", "language: is missing"),
        ("Europe/Stockholm", "Europe/Atlantis", "time_zone: 'Europe/Atlantis' is not a known time zone"),
        ("Europe/Stockholm", "../etc", "time_zone: '../etc' is not a known time zone"),
        ('["personal_number"]', "[]", "resident_id_types: needs at least one"),
        ('["personal_number"]', '["passport"]', "resident_id_types: must be one of"),
        ('["personal_number"]', '"personal_number"', "resident_id_types: must be a list"),
        ("from_age = 1", "from_age = 13", "child.from_age: must be lower"),
        ("number = 2", "number = 1", "priorities[1].number: priority 1 is there twice"),
        ('nurse = ["nurse", "medical_admin"]', 'nurs = ["nurse"]', "queues_seen.nurs: is no role"),
        ('mon-fri = "08:00-16:00"', 'mon-fri = "8-16"', "hours.health_centre[0].mon-fri: must be hours"),
        ("row = 7\n", "row = 0\n", "routing.rows[10].row: must be a whole number"),
        ("priorities = [1]", "priorities = [6]", "names a priority that the region does not have"),
        ('route = "choice"', 'route = "home"', "routing.rows[12].route: must be one of nowhere, centre"),
        ('kind = "ticket"\n', "", "a ticket, and nothing else"),
        (
            "row = 11\nlisted = true",
            "row = 11\nlisted = true\npriorities = [3]",
            "no row for a listed resident",
        ),
        ("[routing]", "[routing", "the region profile is not TOML"),
    ],
)
def test_a_fault_in_a_profile_is_named_with_its_place(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(BadTable) as error:
        parse(TEXT.replace(old, new, 1))
    assert message in str(error.value)


@pytest.mark.parametrize("source", ["", "stockholm", "../vastmanland"])
def test_a_name_that_is_no_profile_is_refused_with_those_there_are(source: str) -> None:
    with pytest.raises(BadTable, match="vastmanland, jonkoping"):
        load_profile(source)
