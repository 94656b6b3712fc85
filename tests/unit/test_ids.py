"""Identifiers are unique, sort by time and have one spelling."""

import threading
import time
import uuid

import pytest

from clinic_tui.protocol.ids import is_id, new_id


def test_an_identifier_is_a_version_seven_uuid_of_now() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before <= made.int >> 80 <= before + 60_000


def test_identifiers_of_one_process_only_grow() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_identifiers_made_in_threads_never_repeat() -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(new_id() for _ in range(3_000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 12_000


def test_a_given_clock_is_followed() -> None:
    made = [new_id(1_000) for _ in range(1_000)] + [new_id(1_001), new_id(2_000)]
    assert made == sorted(made)
    assert uuid.UUID(new_id(5)).int >> 80 == 5


def test_a_clock_set_ahead_does_not_move_the_real_one() -> None:
    new_id((1 << 48) - 1)
    assert uuid.UUID(new_id()).int >> 80 <= time.time_ns() // 1_000_000 + 1_000


@pytest.mark.parametrize("milliseconds", [-1, 1 << 48])
def test_a_time_that_does_not_fit_is_refused(milliseconds: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        new_id(milliseconds)


def test_only_the_canonical_spelling_is_an_identifier() -> None:
    made = new_id()
    assert is_id(made)
    others = [
        made.upper(),
        made.replace("-", ""),
        f"{{{made}}}",
        f"{made}\n",
        f" {made}",
        "../../x",
        "",
        None,
        7,
    ]
    others.append(made.replace(made[0], "٣", 1))
    assert not any(is_id(other) for other in others)
