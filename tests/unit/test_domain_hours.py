"""Opening hours on plain days, closed dates, exceptions and the nights when clocks move."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.hours import HoursRow, Interval, OpeningHours, parse_hours, parse_intervals
from clinic_tui.domain.tables import BadTable, Table

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = (Interval(480, 960),)
LONG = (Interval(480, 1020),)
WEEK = (*[DAY] * 5, (), ())
CENTRE = OpeningHours(
    rows=(
        HoursRow(valid_from=date(2024, 1, 1), week=WEEK),
        HoursRow(valid_from=date(2026, 1, 1), week=(*[LONG] * 5, (), ())),
    ),
    exceptions=((date(2027, 4, 30), (Interval(480, 720),)),),
)
ALWAYS = OpeningHours(
    rows=(HoursRow(valid_from=date(2000, 1, 1), week=((Interval(0, 1440),),) * 7, on_closed_dates=None),)
)
CLOSED = frozenset({date(2027, 6, 25), date(2027, 6, 26), date(2027, 5, 6)})


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("at", "opened"),
    [
        ("2027-06-24 07:59:59", False),
        ("2027-06-24 08:00", True),
        ("2027-06-24 16:59:59", True),
        ("2027-06-24 17:00", False),
        ("2027-06-25 10:00", False),
        ("2027-06-27 10:00", False),
        ("2027-04-30 11:59", True),
        ("2027-04-30 12:00", False),
        ("2025-12-01 16:30", False),
        ("2026-03-02 16:30", True),
        ("2023-12-29 10:00", False),
    ],
)
def test_a_unit_is_open_by_the_row_of_its_date(at: str, opened: bool) -> None:
    assert CENTRE.is_open(local(at), CLOSED) is opened


@pytest.mark.parametrize(
    ("at", "next_opening"),
    [
        ("2027-06-24 07:00", "2027-06-24 08:00"),
        ("2027-06-24 16:50", "2027-06-28 08:00"),
        ("2027-06-24 23:30", "2027-06-28 08:00"),
        ("2027-06-23 23:30", "2027-06-24 08:00"),
        ("2025-12-31 18:00", "2026-01-01 08:00"),
        ("2023-11-20 10:00", "2024-01-01 08:00"),
    ],
)
def test_the_next_opening_skips_weekends_and_closed_dates(at: str, next_opening: str) -> None:
    assert CENTRE.opens_after(local(at), CLOSED) == local(next_opening)


def test_a_unit_without_hours_never_opens() -> None:
    none = OpeningHours(rows=())
    assert none.opens_after(local("2027-06-24 10:00"), CLOSED) is None
    assert none.closes_at(local("2027-06-24 10:00"), CLOSED) is None


def test_hours_past_midnight_are_one_opening() -> None:
    rows = (
        HoursRow(
            valid_from=date(2024, 1, 1),
            week=((Interval(1200, 1440),), (Interval(0, 120), Interval(480, 600)), *[()] * 5),
        ),
    )
    hours = OpeningHours(rows=rows)
    assert hours.closes_at(local("2027-06-21 23:00"), CLOSED) == local("2027-06-22 02:00")
    assert hours.is_taking(local("2027-06-21 23:59"), CLOSED, last_intake_min=15)


@pytest.mark.parametrize(
    ("at", "taking"), [("16:44:59", True), ("16:45", False), ("17:00", False), ("07:59", False)]
)
def test_no_new_case_is_taken_in_the_last_minutes(at: str, taking: bool) -> None:
    assert CENTRE.is_taking(local(f"2027-06-24 {at}"), CLOSED, last_intake_min=15) is taking


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2027-06-24", 24)])
def test_a_whole_day_is_as_long_as_the_clocks_make_it(day: str, hours: int) -> None:
    ((start, end),) = ALWAYS.spans(date.fromisoformat(day), CLOSED)
    assert end - start == timedelta(hours=hours)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        CENTRE.is_open(datetime(2027, 6, 24, 10), CLOSED)  # noqa: DTZ001


instants = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@given(instants)
def test_the_closing_is_the_first_instant_that_is_no_longer_open(at: datetime) -> None:
    end = CENTRE.closes_at(at, CLOSED)
    assert CENTRE.is_open(at, CLOSED) == (end is not None)
    if end is not None:
        assert at < end
        assert not CENTRE.is_open(end, CLOSED)
        assert CENTRE.is_open(end - timedelta(microseconds=1), CLOSED)


@given(instants)
def test_the_next_opening_is_open_and_just_before_it_is_not(at: datetime) -> None:
    opening = CENTRE.opens_after(at, CLOSED)
    assert opening is not None
    assert opening > at
    assert CENTRE.is_open(opening, CLOSED)
    assert not CENTRE.is_open(opening - timedelta(microseconds=1), CLOSED)


@given(instants, st.integers(0, 240))
def test_a_unit_that_takes_cases_is_open(at: datetime, minutes: int) -> None:
    if CENTRE.is_taking(at, CLOSED, last_intake_min=minutes):
        assert CENTRE.is_open(at + timedelta(minutes=minutes), CLOSED)


@pytest.mark.parametrize("text", ["08:00-16:00", "08:00-12:00, 13:00-16:00", "00:00-24:00", "closed"])
def test_hours_are_read_as_they_are_written(text: str) -> None:
    assert ", ".join(str(interval) for interval in parse_intervals(text, "x")) == text.replace("closed", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8-16",
        "16:00-08:00",
        "08:00-08:00",
        "08:00-25:00",
        "23:00-24:01",
        "13:00-16:00,08:00-12:00",
        "8:00",
    ],
)
def test_bad_hours_are_refused_with_their_place(text: str) -> None:
    with pytest.raises(BadTable, match=r"^here: "):
        parse_intervals(text, "here")


def table(**data: object) -> Table:
    return Table(
        {"valid_from": date(2024, 1, 1)} | {key.replace("_to_", "-"): v for key, v in data.items()},
        "hours[0]",
    )


def test_a_row_of_a_table_becomes_a_week() -> None:
    hours = parse_hours([table(mon_to_fri="08:00-16:00", sat="10:00-14:00", closed_dates="as_usual")])
    assert hours.rows[0].week == (*[DAY] * 5, (Interval(600, 840),), ())
    assert hours.rows[0].on_closed_dates is None


@pytest.mark.parametrize(
    "data",
    [
        {"valid_from": "2024-01-01"},
        {"valid_from": datetime(2024, 1, 1)},  # noqa: DTZ001
        {"monday": "08:00-16:00"},
        {"fri_to_mon": "08:00-16:00"},
        {"mon_to_fri": "08:00-16:00", "wed": "closed"},
        {"mon": 8},
        {"closed_dates": "perhaps"},
        {"closed_dates": True},
    ],
)
def test_a_bad_row_is_refused_with_its_place(data: dict[str, object]) -> None:
    with pytest.raises(BadTable, match=r"^hours\[0\]"):
        parse_hours([table(**data)])


def test_two_rows_from_one_date_are_refused() -> None:
    with pytest.raises(BadTable):
        parse_hours([table(), table()])


def test_a_dates_exception_wins_over_the_week_and_over_red_days() -> None:
    christmas, eve, monday = date(2026, 12, 25), date(2026, 12, 23), date(2026, 12, 21)
    hours = parse_hours(
        [table(mon_to_fri="08:00-16:00")],
        exceptions=[
            Table({"on": christmas, "hours": "10:00-12:00", "reason": "Jourmottagning"}, "exceptions[0]"),
            Table({"on": eve, "hours": "closed"}, "exceptions[1]"),
        ],
    )
    red = frozenset({christmas})
    assert hours.on(christmas, red) == (Interval(600, 720),)
    assert hours.on(eve, red) == ()
    assert hours.on(monday, red) == DAY
    at = datetime(2026, 12, 25, 9, 30, tzinfo=UTC)
    assert hours.closes_at(at, red) == datetime(2026, 12, 25, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "rows",
    [
        [{"on": "2026-12-25", "hours": "closed"}],
        [{"on": date(2026, 12, 25), "hours": "sometimes"}],
        [{"on": date(2026, 12, 25)}],
        [{"on": date(2026, 12, 25), "hours": "closed", "more": 1}],
        [{"on": date(2026, 12, 25), "hours": "closed"}, {"on": date(2026, 12, 25), "hours": "08:00-09:00"}],
    ],
)
def test_bad_exceptions_are_refused_with_their_place(rows: list[dict[str, object]]) -> None:
    with pytest.raises(BadTable, match=r"^exceptions\["):
        parse_hours([], exceptions=[Table(row, f"exceptions[{n}]") for n, row in enumerate(rows)])
