"""How presence fades."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.presence import Presence, is_resumed, may_be_alerted, presence_at

SEEN = datetime(2027, 6, 24, 10, tzinfo=UTC)
P = Presence
RANK = [P.ONLINE, P.BUSY, P.AWAY, P.OFF]


@pytest.mark.parametrize(
    ("stated", "seconds", "shown"),
    [
        (P.ONLINE, 0, P.ONLINE),
        (P.ONLINE, 299, P.ONLINE),
        (P.ONLINE, 300, P.AWAY),
        (P.ONLINE, 1799, P.AWAY),
        (P.ONLINE, 1800, P.OFF),
        (P.BUSY, 299, P.BUSY),
        (P.BUSY, 300, P.AWAY),
        (P.AWAY, 0, P.AWAY),
        (P.OFF, 0, P.OFF),
        (P.ONLINE, -5, P.ONLINE),
    ],
)
def test_presence_fades_after_five_and_thirty_minutes(
    stated: Presence, seconds: int, shown: Presence
) -> None:
    assert presence_at(stated, SEEN, SEEN + timedelta(seconds=seconds)) is shown


def test_nobody_is_present_past_the_end_of_the_shift() -> None:
    end = SEEN + timedelta(minutes=2)
    assert presence_at(P.ONLINE, SEEN, end - timedelta(seconds=1), end) is P.ONLINE
    assert presence_at(P.ONLINE, SEEN, end, end) is P.OFF


def test_whoever_works_on_a_minute_after_the_end_of_the_shift_is_at_work() -> None:
    assert not is_resumed(SEEN, SEEN + timedelta(seconds=59))
    assert is_resumed(SEEN, SEEN + timedelta(seconds=60))


def test_only_one_who_is_off_gets_no_alerts() -> None:
    assert [presence for presence in P if not may_be_alerted(presence)] == [P.OFF]


@given(st.sampled_from(P), st.integers(0, 4000), st.integers(0, 4000))
def test_presence_never_grows_while_nothing_is_heard(stated: Presence, first: int, later: int) -> None:
    before = presence_at(stated, SEEN, SEEN + timedelta(seconds=first))
    after = presence_at(stated, SEEN, SEEN + timedelta(seconds=first + later))
    assert RANK.index(after) >= RANK.index(before)
