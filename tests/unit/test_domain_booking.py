"""Times of scheduled visits, their reminders and meeting addresses."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.booking import (
    Reminder,
    check_time,
    due,
    meeting_address,
    morning_of,
    needless,
)
from clinic_tui.domain.refusals import REASONS

ZONE = ZoneInfo("Europe/Stockholm")
NOW = datetime(2027, 3, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("starts_in", "lasts", "rule"),
    [
        (timedelta(0), HOUR, None),
        (timedelta(microseconds=-1), HOUR, "visit.in_past"),
        (HOUR, 8 * HOUR, None),
        (HOUR, 8 * HOUR + timedelta(minutes=1), "visit.too_long"),
        (timedelta(days=731), HOUR, None),
        (timedelta(days=732), HOUR, "visit.too_far_ahead"),
    ],
)
def test_a_visit_is_booked_for_a_time_to_come_and_at_most_eight_hours(
    starts_in: timedelta, lasts: timedelta, rule: str | None
) -> None:
    no = check_time(NOW + starts_in, lasts, NOW)
    assert (no.rule if no else None) == rule
    assert no is None or no.reason == REASONS[no.rule]


@pytest.mark.parametrize(
    ("starts", "morning"),
    [
        (datetime(2027, 3, 27, 9, tzinfo=UTC), datetime(2027, 3, 27, 6, tzinfo=UTC)),
        (datetime(2027, 3, 28, 9, tzinfo=UTC), datetime(2027, 3, 28, 5, tzinfo=UTC)),
        (datetime(2027, 10, 31, 9, tzinfo=UTC), datetime(2027, 10, 31, 6, tzinfo=UTC)),
        (datetime(2027, 3, 27, 23, 30, tzinfo=UTC), datetime(2027, 3, 28, 5, tzinfo=UTC)),
    ],
)
def test_the_morning_is_seven_by_the_wall_clock_also_when_it_was_changed(
    starts: datetime, morning: datetime
) -> None:
    assert morning_of(starts, ZONE) == morning


STARTS = datetime(2027, 3, 28, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "done", "expected"),
    [
        (datetime(2027, 3, 28, 4, 59, 59, tzinfo=UTC), Reminder.NONE, Reminder.NONE),
        (datetime(2027, 3, 28, 5, tzinfo=UTC), Reminder.NONE, Reminder.MORNING),
        (datetime(2027, 3, 28, 8, 30, tzinfo=UTC), Reminder.NONE, Reminder.MORNING),
        (datetime(2027, 3, 28, 8, 30, tzinfo=UTC), Reminder.MORNING, Reminder.NONE),
        (datetime(2027, 3, 28, 8, 45, tzinfo=UTC), Reminder.MORNING, Reminder.SOON),
        (datetime(2027, 3, 28, 8, 59, 59, tzinfo=UTC), Reminder.NONE, Reminder.SOON),
        (datetime(2027, 3, 28, 8, 50, tzinfo=UTC), Reminder.SOON, Reminder.NONE),
        (STARTS, Reminder.NONE, Reminder.NONE),
    ],
)
def test_each_reminder_has_its_moment(at: datetime, done: Reminder, expected: Reminder) -> None:
    assert due(STARTS, done, at, ZONE) == expected


def test_what_the_text_at_booking_says_is_not_said_again_the_same_morning() -> None:
    evening = datetime(2027, 3, 27, 18, tzinfo=UTC)
    assert needless(STARTS, evening, ZONE) == Reminder.NONE
    assert needless(STARTS, STARTS - HOUR, ZONE) == Reminder.MORNING
    assert needless(STARTS, STARTS - HOUR / 6, ZONE) == Reminder.MORNING | Reminder.SOON


@given(st.lists(st.integers(0, 60 * 60), max_size=60), st.integers(0, 48 * 60))
def test_no_reminder_comes_twice_and_the_last_one_is_never_followed(steps: list[int], ahead: int) -> None:
    now = STARTS - timedelta(minutes=ahead)
    done = needless(STARTS, now, ZONE)
    sent: list[Reminder] = []
    for seconds in steps:
        now += timedelta(seconds=seconds)
        found = due(STARTS, done, now, ZONE)
        if found:
            sent.append(found)
            done |= found
    assert sent in ([], [Reminder.MORNING], [Reminder.SOON], [Reminder.MORNING, Reminder.SOON])


def test_a_meeting_address_has_the_room_in_its_place() -> None:
    assert meeting_address("https://meet.example/v/{room}?x=1", "r7") == "https://meet.example/v/r7?x=1"


@pytest.mark.parametrize(
    "template",
    [
        "",
        "https://meet.example/one-room",
        "http://meet.example/{room}",
        "https://{room}",
        "https://{room}.example/",
        "https:///{room}",
        "javascript:alert({room})",
        "https://meet.example/{room} and more",
        "https://meet.example/\x1b]8;;{room}",
        "https://[meet/{room}",
        " https://meet.example/{room}",
    ],
)
def test_no_other_address_leads_to_a_meeting(template: str) -> None:
    assert meeting_address(template, "r7") is None
