"""Person identifiers: what is read, what is refused and what is shown."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.person_id import (
    REGIONAL_FORMATS,
    IdType,
    InvalidPersonId,
    PersonId,
    Sex,
    age_on,
    luhn_ok,
    parse,
)

TODAY = date(2027, 6, 24)
REGIONS = tuple(REGIONAL_FORMATS.values())
TEST_NUMBERS = [
    "193001227705",
    "193012099267",
    "193201027780",
    "193512136155",
    "202310122383",
    "202312092386",
]
TEST_COORDINATION_NUMBERS = ["191401682396", "191403702390", "191801812387"]
UNCERTAIN = ["191500722390", "191806602395", "191600802399"]
PUBLIC = [
    ("191212121212", date(1912, 12, 12), Sex.MALE, "121212+1212"),
    ("195009072553", date(1950, 9, 7), Sex.MALE, "500907-2553"),
    ("196101182803", date(1961, 1, 18), Sex.FEMALE, "610118-2803"),
    ("189002029800", date(1890, 2, 2), Sex.FEMALE, "900202+9800"),
]


@pytest.mark.parametrize("number", TEST_NUMBERS)
def test_the_authoritys_test_identities_are_personal_numbers(number: str) -> None:
    found = parse(number, today=TODAY)
    assert (found.type, found.value) == (IdType.PERSONAL_NUMBER, number)
    assert found.birth_date == date.fromisoformat(number[:8])


@pytest.mark.parametrize("number", TEST_COORDINATION_NUMBERS)
def test_the_authoritys_coordination_numbers_have_sixty_added_to_the_day(number: str) -> None:
    found = parse(number, today=TODAY)
    assert (found.type, found.value) == (IdType.COORDINATION_NUMBER, number)
    assert found.birth_date is not None
    assert found.birth_date.day == int(number[6:8]) - 60


@pytest.mark.parametrize("number", UNCERTAIN)
def test_a_coordination_number_may_leave_month_or_day_of_birth_unknown(number: str) -> None:
    found = parse(number, today=TODAY)
    assert (found.type, found.birth_date, found.age(TODAY)) == (IdType.COORDINATION_NUMBER, None, None)
    assert found.display(TODAY) == f"{number[2:8]}+{number[8:]}"
    assert parse(found.display(TODAY), today=TODAY) == found


@pytest.mark.parametrize(("number", "born", "sex", "shown"), PUBLIC)
def test_a_number_tells_birth_date_and_sex_and_shows_a_plus_at_a_hundred(
    number: str, born: date, sex: Sex, shown: str
) -> None:
    found = parse(number, today=TODAY)
    assert (found.birth_date, found.sex, found.display(TODAY)) == (born, sex, shown)


def test_a_coordination_number_keeps_its_day_when_shown() -> None:
    found = parse("19610973-2393")
    assert (found.birth_date, found.display(TODAY), found.masked) == (
        date(1961, 9, 13),
        "610973-2393",
        "19610973-••••",
    )


@pytest.mark.parametrize(("year", "sign"), [(2011, "-"), (2012, "+")])
def test_the_plus_comes_with_the_year_one_turns_a_hundred(year: int, sign: str) -> None:
    assert parse("191212121212").display(date(year, 1, 1)) == f"121212{sign}1212"


@pytest.mark.parametrize(
    "text",
    [
        "193001227705",
        "19300122-7705",
        " 300122-7705 ",
        "3001227705",
        "19300122 7705",
        "300122–7705",
        "300122 7705",
    ],
)
def test_every_way_of_writing_a_number_is_read_as_one(text: str) -> None:
    assert parse(text, today=TODAY).value == "193001227705"


@pytest.mark.parametrize(
    ("text", "value"),
    [("121212+1212", "191212121212"), ("231012-2383", "202310122383"), ("2310122383", "202310122383")],
)
def test_a_number_without_century_gets_the_latest_that_fits(text: str, value: str) -> None:
    assert parse(text, today=TODAY).value == value


def test_a_plus_always_means_a_hundred_years_or_more() -> None:
    assert parse("231012+2383", today=TODAY).value == "192310122383"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "person.format"),
        ("Anna", "person.format"),
        ("19300122770", "person.format"),
        ("1930012277055", "person.format"),
        ("19300122_7705", "person.format"),
        ("１９３００１２２７７０５", "person.format"),
        ("١٩٣٠٠١٢٢٧٧٠٥", "person.format"),
        ("193001227705\x00", "person.format"),
        ("193001227704", "person.check_digit"),
        ("193001327705", "person.no_such_date"),
        ("193002307705", "person.no_such_date"),
        ("193013017705", "person.no_such_date"),
        ("193001007705", "person.no_such_date"),
        ("193001607705", "person.check_digit"),
        ("193000227705", "person.no_such_date"),
        ("193013607705", "person.no_such_date"),
        ("193000927705", "person.no_such_date"),
        ("193001927705", "person.no_such_date"),
        ("163001227705", "person.no_such_date"),
        ("000000000000", "person.no_such_date"),
        ("209912121218", "person.in_future"),
        ("21950606FH20", "person.no_such_date"),
        ("24950606FH20", "person.no_such_date"),
        ("22951306FH20", "person.no_such_date"),
        ("00341245BZ31", "person.no_such_date"),
        ("00342139BZ31", "person.no_such_date"),
        ("22950606IO20", "person.format"),
        ("22950606FH2A", "person.format"),
    ],
)
def test_what_is_no_identifier_is_refused_by_rule_and_never_quoted(text: str, rule: str) -> None:
    with pytest.raises(InvalidPersonId) as error:
        parse(text, today=TODAY)
    assert error.value.rule == rule
    assert error.value.reason
    assert str(error.value) == rule


def test_a_number_without_century_needs_to_know_the_day() -> None:
    with pytest.raises(InvalidPersonId, match=r"person\.century_unknown"):
        parse("300122-7705")


@pytest.mark.parametrize(
    ("text", "born", "sex"),
    [
        ("22950606-FH20", date(1995, 6, 6), Sex.FEMALE),
        ("25780404khd5", date(1978, 4, 4), Sex.UNKNOWN),
        ("98240301AA06", date(2024, 3, 1), Sex.FEMALE),
        ("00342145BZ31", None, Sex.MALE),
        ("00749852BZK0", None, Sex.UNKNOWN),
    ],
)
def test_a_national_reserve_number_is_read_without_luhn(text: str, born: date | None, sex: Sex) -> None:
    found = parse(text, today=TODAY)
    assert (found.type, found.birth_date, found.sex) == (IdType.NATIONAL_RESERVE, born, sex)
    assert found.display(TODAY) == found.value == text.replace("-", "").upper()


@pytest.mark.parametrize(
    "number",
    [
        "22800101AB12",
        "00252555AB12",
        "22950606FH20",
        "98240301AA06",
        *TEST_NUMBERS,
        *TEST_COORDINATION_NUMBERS,
    ],
)
def test_no_region_takes_a_number_of_another_kind_for_its_own(number: str) -> None:
    alone, among = parse(number, today=TODAY), parse(number, today=TODAY, regional=REGIONS)
    assert (among, among.birth_date, among.sex) == (alone, alone.birth_date, alone.sex)
    assert among.type is not IdType.REGIONAL_RESERVE


@given(
    st.integers(0, 99),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.text("ABCDEFGHJKLMNPRSTUXYZ", min_size=2, max_size=2),
    st.sampled_from("0129AZ"),
    st.sampled_from("0159"),
)
def test_every_national_reserve_number_is_read_alike_in_every_region(
    series: int, born: date, letters: str, mark: str, check: str
) -> None:
    number = f"{series:02}{born:%y%m%d}{letters}{mark}{check}"
    try:
        alone = parse(number, today=TODAY)
    except InvalidPersonId:
        return
    assert parse(number, today=TODAY, regional=REGIONS) == alone


@pytest.mark.parametrize(
    ("text", "born"),
    [("991234567890", None), ("19850203A123", date(1985, 2, 3)), ("1985020312B4", date(1985, 2, 3))],
)
def test_a_regions_own_reserve_numbers_are_read_where_the_region_has_them(
    text: str, born: date | None
) -> None:
    found = parse(text, today=TODAY, regional=REGIONS)
    assert (found.type, found.birth_date) == (IdType.REGIONAL_RESERVE, born)
    with pytest.raises(InvalidPersonId):
        parse(text, today=TODAY)


def test_a_region_takes_only_the_types_it_names() -> None:
    with pytest.raises(InvalidPersonId, match=r"person\.type_not_taken"):
        parse("19610973-2393", types=frozenset({IdType.PERSONAL_NUMBER}))


def test_neither_repr_nor_mask_shows_the_number() -> None:
    found = parse("193001227705")
    assert "7705" not in repr(found)
    assert "1930" not in repr(found)
    assert found.masked == "19300122-••••"


@given(st.dates(date(1890, 1, 1), TODAY), st.integers(0, 999), st.sampled_from(["", "-", "+"]))
def test_every_well_made_number_comes_back_as_it_was_written(born: date, serial: int, separator: str) -> None:
    stem = f"{born:%Y%m%d}{serial:03}"
    number = next(stem + digit for digit in "0123456789" if luhn_ok(stem[2:] + digit))
    found = parse(f"{number[:8]}{separator}{number[8:]}", today=TODAY)
    assert found == PersonId(IdType.PERSONAL_NUMBER, number)
    assert parse(found.display(TODAY), today=TODAY).birth_date is not None
    if age_on(born, TODAY) < 100 and TODAY.year - born.year < 100:
        assert parse(found.display(TODAY), today=TODAY) == found


@given(st.sampled_from(TEST_NUMBERS), st.integers(2, 11), st.integers(1, 9))
def test_one_wrong_digit_never_passes(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(InvalidPersonId):
        parse(wrong, today=TODAY)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        parse(text, today=TODAY, regional=REGIONS)
    except InvalidPersonId:
        return


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(0, 40_000))
def test_age_grows_by_one_each_year_and_never_shrinks(born: date, days: int) -> None:
    day = born + timedelta(days=days)
    assert 0 <= age_on(born, day + timedelta(days=1)) - age_on(born, day) <= 1


@pytest.mark.parametrize(
    ("day", "age"), [(date(2027, 5, 9), 12), (date(2027, 5, 10), 13), (date(2014, 5, 10), 0)]
)
def test_one_turns_a_year_older_on_the_birthday(day: date, age: int) -> None:
    assert age_on(date(2014, 5, 10), day) == age
