"""Swedish local time: what people type, and the nights when the clock is changed."""

from datetime import UTC, date, datetime, time

import pytest

from clinic_tui.domain.local_time import (
    easter,
    is_red,
    local_day,
    moment,
    parse_day,
    parse_time,
    step_time,
    week,
)

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9", time(9)),
        ("09:30", time(9, 30)),
        ("9.30", time(9, 30)),
        ("930", time(9, 30)),
        ("0930", time(9, 30)),
        (" 23:59 ", time(23, 59)),
        ("24:00", None),
        ("9:60", None),
        ("9:3", None),
        ("", None),
        ("nio", None),
        ("٩:٣٠", time(9, 30)),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, expected: time | None) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-09", date(2026, 3, 9)),
        ("20260309", date(2026, 3, 9)),
        ("9/3", date(2026, 3, 9)),
        ("1/3", date(2027, 3, 1)),
        ("2/3", TODAY),
        ("29/2", None),
        ("9/3/2028", date(2028, 3, 9)),
        ("2026-02-30", None),
        ("0000-01-01", None),
        ("i morgon", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_write_it_and_a_short_one_is_to_come(
    text: str, expected: date | None
) -> None:
    assert parse_day(text, TODAY) == expected


def test_a_common_time_has_nothing_doubtful() -> None:
    assert moment(date(2026, 3, 2), time(9, 30)).at == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    assert moment(date(2026, 7, 2), time(9, 30)).at == datetime(2026, 7, 2, 7, 30, tzinfo=UTC)
    assert not moment(date(2026, 7, 2), time(9, 30)).doubt


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(2, 59)])
def test_a_time_that_does_not_exist_is_told_with_the_moment_the_clock_jumps_to(at: time) -> None:
    found = moment(date(2026, 3, 29), at)
    assert (found.at, found.doubt) == (datetime(2026, 3, 29, 1, tzinfo=UTC), "gap")


def test_the_edges_of_the_jump_exist() -> None:
    assert not moment(date(2026, 3, 29), time(1, 59)).doubt
    assert not moment(date(2026, 3, 29), time(3)).doubt


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(2, 59)])
def test_of_a_time_that_comes_twice_the_first_is_chosen(at: time) -> None:
    found = moment(date(2026, 10, 25), at)
    assert (found.at, found.doubt) == (datetime(2026, 10, 25, 0, at.minute, tzinfo=UTC), "twice")


def test_the_day_is_that_of_swedish_midnight() -> None:
    assert local_day(datetime(2026, 3, 1, 23, 0, tzinfo=UTC)) == TODAY
    assert local_day(datetime(2026, 3, 1, 22, 59, tzinfo=UTC)) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("day", "number"), [(TODAY, 10), (date(2026, 12, 31), 53), (date(2027, 1, 3), 53), (date(2027, 1, 4), 1)]
)
def test_weeks_are_numbered_as_in_sweden(day: date, number: int) -> None:
    assert week(day) == number


@pytest.mark.parametrize(
    ("at", "quarters", "expected"),
    [
        (time(9), 1, time(9, 15)),
        (time(9, 7), 1, time(9, 15)),
        (time(9, 7), -1, time(9)),
        (time(9), -1, time(8, 45)),
        (time(23, 50), 1, time(23, 45)),
        (time(0, 5), -2, time(0)),
    ],
)
def test_a_time_steps_by_whole_quarters_within_its_day(at: time, quarters: int, expected: time) -> None:
    assert step_time(at, quarters) == expected


@pytest.mark.parametrize(
    ("year", "day"), [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5))]
)
def test_easter_is_where_the_almanac_has_it(year: int, day: date) -> None:
    assert easter(year) == day


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 14),
        date(2026, 6, 6),
        date(2026, 3, 1),
    ],
)
def test_sundays_and_public_holidays_are_red(day: date) -> None:
    assert is_red(day)


def test_a_common_monday_is_not_red() -> None:
    assert not is_red(TODAY)
