"""The demo data: complete, consistent, fictive, and quick to read."""

import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree

import msgspec
import pytest

from clinic_tui.demo import dataset as dataset_module
from clinic_tui.demo.dataset import Dataset, DatasetError, load, load_from
from clinic_tui.demo.dataset_check import check
from clinic_tui.domain.person_id import IdType, Sex
from clinic_tui.domain.phrases import PLACEHOLDERS, fill, unresolved

DATA = Path(dataset_module.__file__).parent / "data"
OFFICIAL = Path(__file__).parents[1] / "data" / "test_personal_numbers.txt"
TODAY = date(2026, 11, 23)
QUESTIONS = (
    "Har du kunnat ta tempen i dag?",
    "Hur länge har du haft besvären?",
    "Är du överkänslig mot något?",
    "Vilka läkemedel tar du regelbundet?",
    "Hur är andningen just nu?",
    "På en skala från 0 till 10, hur ont har du?",
    "Kan du komma hit i dag kl. 14:30?",
    "Får jag ringa dig?",
    "Är det något mer du undrar över?",
)


@pytest.fixture(scope="module")
def data() -> Dataset:
    return load()


def changed(data: Dataset, **fields: object) -> Dataset:
    values = {name: getattr(data, name) for name in data.__dataclass_fields__}
    return Dataset(**{**values, **fields})


def official_numbers() -> set[str]:
    return set(OFFICIAL.read_text().split()) if OFFICIAL.exists() else set()


def test_the_demo_data_has_no_faults(data: Dataset) -> None:
    assert check(data, official_numbers()) == ()


def test_reading_it_all_is_quick() -> None:
    load()
    times: list[float] = []
    for _ in range(5):
        start = time.perf_counter()
        load()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.06


def test_reading_twice_gives_the_same(data: Dataset) -> None:
    assert load() == data


def test_loading_needs_neither_the_terminal_nor_the_network() -> None:
    code = (
        "import sys; from clinic_tui.demo.dataset import load; load();"
        "print([m for m in ('textual','httpx','sqlalchemy','starlette','websockets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_file_is_short_enough_to_read() -> None:
    paths = list(DATA.rglob("*.json"))
    assert len(paths) > 10
    assert [path.name for path in paths if path.read_text("utf-8").count("\n") > 400] == []


def test_the_queue_of_anna_is_full_but_not_endless(data: Dataset) -> None:
    queue = [c for c in data.cases if (c.unit, c.queue_role, c.state) == ("eken", "nurse", "waiting")]
    assert 20 <= len(queue) <= 30
    assert {c.priority for c in queue} == {2, 3, 4, 5}


def test_anna_has_two_chats_going_and_one_note_to_sign(data: Dataset) -> None:
    mine = [case for case in data.cases if case.assignee == "anna-ek"]
    assert Counter(c.state for c in mine) == {"in_progress": 2, "ended_unsigned": 1}
    assert all(case.messages for case in mine)
    assert any(m.author == "staff" for case in mine for m in case.messages)


def test_the_longest_wait_comes_first(data: Dataset) -> None:
    waits = [case.waited_minutes for case in data.cases]
    assert waits == sorted(waits, reverse=True)


def test_several_units_and_roles_have_work(data: Dataset) -> None:
    queues = {(case.unit, case.queue_role) for case in data.cases}
    assert {("eken", "doctor"), ("eken", "rehab"), ("eken", "psychosocial")} <= queues
    assert {unit for unit, _ in queues} >= {"sjostaden", "vastra", "radgivningen-1177"}


def test_priority_one_stands_at_the_advice_line(data: Dataset) -> None:
    urgent = [case for case in data.cases if case.priority == 1]
    assert {case.unit for case in urgent} == {"radgivningen-1177"}


def test_the_unlisted_wait_at_the_advice_line_and_the_listed_at_their_centre(data: Dataset) -> None:
    for case in (*data.cases, *data.arrivals):
        listed = data.resident_by_id[case.resident].listed_unit
        if listed is None:
            assert case.unit == "radgivningen-1177"
        elif case.priority > 1 and case.ticket is None:
            assert case.unit == (data.unit_by_id[listed].parent or listed)


def test_the_staff_cover_all_roles(data: Dataset) -> None:
    roles = {mission.role for member in data.staff for mission in member.assignments}
    assert roles >= {"nurse", "doctor", "rehab", "psychosocial", "medical_admin", "advice_nurse"}
    assert roles >= {"contact_centre", "unit_admin", "manager", "auditor"}
    assert any(len(member.assignments) > 1 for member in data.staff)
    assert next(member for member in data.staff if member.username == "anna").name == "Anna Ek"


def test_the_residents_are_of_all_kinds(data: Dataset) -> None:
    ages = [resident.person.age(TODAY) or 0 for resident in data.residents]
    assert any(13 <= age < 18 for age in ages)
    assert sum(age >= 75 for age in ages) >= 10
    assert Counter(r.person.sex for r in data.residents)[Sex.MALE] >= 25
    assert Counter(r.protected for r in data.residents if r.protected != "none") == {
        "marked": 1,
        "relocated": 1,
    }
    coordination = [r for r in data.residents if r.person.type is IdType.COORDINATION_NUMBER]
    assert len(coordination) == 3
    assert sum(r.listed_unit is None for r in data.residents) >= 2


def test_guardians_act_for_children_under_thirteen_only(data: Dataset) -> None:
    children = [resident for resident in data.residents if resident.guardians]
    assert len(children) >= 10
    assert all(1 <= (child.person.age(TODAY) or 0) <= 12 for child in children)
    for child in children:
        for guardian in child.guardians:
            assert (data.resident_by_id[guardian].person.age(TODAY) or 0) >= 18
    alone = [r for r in data.residents if (r.person.age(TODAY) or 0) < 13 and not r.guardians]
    assert alone == []


@pytest.mark.parametrize(
    ("name", "sex"),
    [
        ("karin-lindstrom", Sex.FEMALE),
        ("omar-haddad", Sex.MALE),
        ("tuva-ekberg", Sex.FEMALE),
        ("nils-erik-dahl", Sex.MALE),
        ("fatima-yusuf", Sex.FEMALE),
        ("ernst-lindahl", Sex.MALE),
    ],
)
def test_the_number_tells_the_sex_that_the_name_does(data: Dataset, name: str, sex: Sex) -> None:
    assert data.resident_by_id[name].person.sex is sex


def test_health_centres_are_open_an_hour_longer_from_2026(data: Dataset) -> None:
    hours = data.unit_by_id["eken"].opening_hours()
    none: frozenset[date] = frozenset()
    assert hours.closes_at(datetime(2025, 11, 24, 10, tzinfo=UTC), none) == datetime(
        2025, 11, 24, 15, tzinfo=UTC
    )
    assert hours.closes_at(datetime(2026, 11, 23, 10, tzinfo=UTC), none) == datetime(
        2026, 11, 23, 16, tzinfo=UTC
    )
    assert not hours.is_open(datetime(2026, 11, 22, 10, tzinfo=UTC), none)


def test_the_advice_line_is_open_on_red_days(data: Dataset) -> None:
    hours = data.unit_by_id["radgivningen-1177"].opening_hours()
    sunday = date(2026, 11, 22)
    assert hours.is_open(datetime(2026, 11, 22, 12, tzinfo=UTC), frozenset({sunday}))


def test_the_note_is_preloaded_under_the_usual_headings(data: Dataset) -> None:
    headings = ("Kontaktorsak", "Aktuellt", "Tidigare sjukdomar", "Läkemedel", "Överkänslighet", "Socialt")
    for case in (*data.cases, *data.arrivals):
        assert tuple(section.heading for section in case.auto_history) == headings
        assert 10 <= len(case.note_text.splitlines()) <= 24


def test_phrases_leave_only_blanks_when_filled(data: Dataset) -> None:
    values = dict.fromkeys(PLACEHOLDERS, "x")
    left = {p.name for phrase in data.phrases for p in unresolved(fill(phrase.body, values)) if not p.by_hand}
    assert left == set()
    assert any(p.by_hand for phrase in data.phrases for p in unresolved(phrase.body))


def test_eken_has_enough_phrases_and_anna_some_of_her_own(data: Dataset) -> None:
    assert sum(phrase.unit == "eken" for phrase in data.phrases) >= 18
    assert sum(phrase.owner == "anna-ek" for phrase in data.phrases) >= 3
    shortcuts = {phrase.shortcut for phrase in data.phrases if phrase.unit in {"eken", None}}
    assert {"hej", "temp", "112", "återkom", "tid", "egenvård-feber"} <= shortcuts


def test_no_text_shouts_on_behalf_of_staff(data: Dataset) -> None:
    texts = [phrase.body for phrase in data.phrases] + [unit.no_answer_text for unit in data.units]
    assert [text for text in texts if "!" in text] == []


def test_every_resident_answers_the_usual_questions(data: Dataset) -> None:
    silent = [
        (case.id, question)
        for case in (*data.cases, *data.arrivals)
        for question in QUESTIONS
        if data.reply(case.script, question) is None
    ]
    assert silent == []


def test_residents_answer_in_their_own_words(data: Dataset) -> None:
    scripts = {case.id: case.script for case in data.cases}
    question = "Hej. Kan du komma hit i dag kl. 14:30?"
    assert "Min man kan köra mig" in (data.reply(scripts["karin-hosta"], question) or "")
    assert data.reply(scripts["per-olov-rygg"], question) == "Efter mjölkningen. Tio."
    assert len({data.reply(script, question) for script in scripts.values()}) > 15


def test_a_question_goes_before_a_greeting(data: Dataset) -> None:
    script = next(case.script for case in data.cases if case.id == "karin-hosta")
    assert data.reply(script, "Hej Karin. Hur är andningen?") != data.reply(script, "Hej Karin")


def test_a_keyword_counts_only_where_a_word_starts(data: Dataset) -> None:
    script = next(case.script for case in data.cases if case.id == "karin-hosta")
    assert data.reply(script, "Vad heter din xtemp") is None


def test_asking_about_earlier_trouble_is_not_taken_for_an_offered_time(data: Dataset) -> None:
    for case in (*data.cases, *data.arrivals):
        earlier = data.reply(case.script, "Har du haft det här tidigare?")
        assert earlier != data.reply(case.script, "Kan du komma hit i dag kl. 14:30?")


def test_advice_to_come_back_is_not_answered_as_a_question(data: Dataset) -> None:
    answers = {data.reply(c.script, "Hör av dig igen om du blir sämre eller får feber.") for c in data.cases}
    assert len(answers) == 1


def test_goodbye_is_answered_with_the_closing_words(data: Dataset) -> None:
    for case in data.cases:
        assert data.reply(case.script, "Då avslutar jag chatten. Krya på dig.") == case.script.closing


def test_scripts_are_written_for_many_kinds_of_people(data: Dataset) -> None:
    scripts = [case.script for case in (*data.cases, *data.arrivals)]
    assert len({script.manner for script in scripts}) == 6
    assert {script.speed for script in scripts} == {"fast", "normal", "slow"}
    assert sum(len(script.rules) >= 4 for script in scripts) >= 30
    assert all(script.fallback for script in scripts)


def test_earlier_cases_belong_to_many_residents(data: Dataset) -> None:
    assert len({case.resident for case in data.earlier}) >= 15


def test_a_misspelt_field_is_refused_with_file_and_place(tmp_path: Path) -> None:
    folder = copytree(DATA, tmp_path / "data")
    broken = (folder / "staff.json").read_text("utf-8").replace('"username"', '"user"', 1)
    (folder / "staff.json").write_text(broken, "utf-8")
    with pytest.raises(DatasetError, match=r"staff\.json: .*\$\[0\]"):
        load_from(folder)


def test_a_file_that_is_not_json_is_refused_by_name(tmp_path: Path) -> None:
    folder = copytree(DATA, tmp_path / "data")
    (folder / "cases" / "skin-1.json").write_text("[", "utf-8")
    with pytest.raises(DatasetError, match=r"skin-1\.json"):
        load_from(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = copytree(DATA, tmp_path / "data")
    (folder / "region.json").unlink()
    with pytest.raises(DatasetError, match=r"region\.json"):
        load_from(folder)


def test_a_real_looking_mobile_is_found(data: Dataset) -> None:
    first = msgspec.structs.replace(data.residents[0], mobile="+46701234567")
    faults = check(changed(data, residents=(first, *data.residents[1:])))
    assert faults == ("karin-lindstrom: +46701234567 is not a number for fiction",)


def test_a_number_with_a_wrong_check_digit_is_found(data: Dataset) -> None:
    first = msgspec.structs.replace(data.residents[0], personal_number="195109212225")
    assert len(check(changed(data, residents=(first, *data.residents[1:])))) == 1


def test_a_number_outside_the_official_list_is_found(data: Dataset) -> None:
    assert len(check(data, {"199001012385"})) >= 60


def test_a_broken_reference_is_found(data: Dataset) -> None:
    first = msgspec.structs.replace(data.cases[0], resident="nobody")
    faults = check(changed(data, cases=(first, *data.cases[1:])))
    assert any("no resident nobody" in fault for fault in faults)


def test_two_cases_of_one_resident_are_found(data: Dataset) -> None:
    twin = msgspec.structs.replace(data.cases[-1], id="twin")
    faults = check(changed(data, cases=(*data.cases, twin)))
    assert faults == (f"a case of {twin.resident} is there twice",)


def test_an_unknown_placeholder_is_found(data: Dataset) -> None:
    first = msgspec.structs.replace(data.phrases[0], body="Hej {first_name}")
    faults = check(changed(data, phrases=(first, *data.phrases[1:])))
    assert faults == (f"phrase {first.id}: no placeholder first_name",)
