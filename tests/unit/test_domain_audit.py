"""The hash chain shows every kind of tampering."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.audit import GENESIS, chain_hash, verify

Row = dict[str, Any]


def chain(count: int) -> list[Row]:
    rows: list[Row] = []
    prev = GENESIS
    for number in range(count):
        record = {"at": f"2027-06-24T10:00:{number:02}Z", "staff": "Åsa", "action": "READ", "object": number}
        prev, before = chain_hash(prev, record), prev
        rows.append({**record, "prev_hash": before, "hash": prev})
    return rows


def test_an_untouched_chain_verifies() -> None:
    assert verify(chain(8)) is None
    assert verify([]) is None


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("key", ["at", "staff", "action", "object", "prev_hash", "hash"])
def test_a_changed_value_is_found_in_its_row(place: int, key: str) -> None:
    rows = chain(5)
    rows[place][key] = "changed"
    assert verify(rows) == place


def test_a_changed_row_with_a_new_hash_breaks_the_next_one() -> None:
    rows = chain(5)
    rows[2]["action"] = "LIST"
    rows[2]["hash"] = chain_hash(rows[2]["prev_hash"], rows[2])
    assert verify(rows) == 3


def test_a_removed_an_inserted_and_a_swapped_row_are_found() -> None:
    rows = chain(5)
    assert verify([*rows[:2], *rows[3:]]) == 2
    assert verify([*rows[:3], rows[2], *rows[3:]]) == 3
    assert verify([rows[0], rows[2], rows[1], *rows[3:]]) == 1
    assert verify(rows[1:]) == 0


def test_an_added_or_missing_field_is_found() -> None:
    rows = chain(3)
    rows[1]["reason"] = ""
    assert verify(rows) == 1
    rows = chain(3)
    del rows[2]["staff"]
    assert verify(rows) == 2


def test_a_part_of_the_chain_verifies_from_the_hash_before_it() -> None:
    rows = chain(5)
    assert verify(rows[2:], start=rows[1]["hash"]) is None


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError):
        chain_hash(GENESIS, {"x": float("nan")})
    with pytest.raises(TypeError):
        chain_hash(GENESIS, {"x": object()})


values = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=3)
records = st.dictionaries(st.text(min_size=1, max_size=5), values, max_size=5)


@given(records)
def test_the_order_of_the_keys_does_not_matter(record: Row) -> None:
    assert chain_hash(GENESIS, record) == chain_hash(GENESIS, dict(reversed(record.items())))


@given(records, records)
def test_two_records_share_a_hash_only_when_they_are_the_same(one: Row, two: Row) -> None:
    clean = [{k: repr(v) for k, v in row.items() if k not in {"hash", "prev_hash"}} for row in (one, two)]
    assert (chain_hash(GENESIS, one) == chain_hash(GENESIS, two)) == (clean[0] == clean[1])
