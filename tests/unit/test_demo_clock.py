"""The demo opens when health centres are at work."""

from datetime import UTC, datetime

import pytest

from clinic_tui.demo_server import ZONE, working_time


@pytest.mark.parametrize(
    ("real", "shown"),
    [
        ("2026-11-23T10:00+01:00", "2026-11-23T10:00+01:00"),
        ("2026-11-23T16:30+01:00", "2026-11-23T09:12+01:00"),
        ("2026-11-24T06:30+01:00", "2026-11-23T09:12+01:00"),
        ("2026-11-22T21:00+01:00", "2026-11-20T09:12+01:00"),
        ("2026-11-21T12:00+01:00", "2026-11-20T09:12+01:00"),
        ("2026-11-23T07:00+01:00", "2026-11-20T09:12+01:00"),
    ],
)
def test_a_demo_outside_working_hours_opens_on_the_last_working_morning(real: str, shown: str) -> None:
    found = working_time(datetime.fromisoformat(real).astimezone(UTC))
    assert found.astimezone(ZONE) == datetime.fromisoformat(shown)
