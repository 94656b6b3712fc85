"""Which cases belong to which work list, and in what order they stand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from clinic_tui.domain.async_chats import ASYNC_HELD, ASYNC_OPEN, AsyncState
from clinic_tui.domain.cases import CaseKind, CaseState, queue_key
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.desk import Desk

ListName = Literal[
    "drop_in", "mine", "unassigned", "my_chats", "colleagues_chats", "active_chats", "by_expiry", "booked"
]
"""Drop-in (waiting, and taken but not ended); my unfinished cases; the tabs of chats; scheduled visits."""
SortKey = tuple[bool, int, datetime, str]

_IN_DROP_IN = frozenset({CaseState.WAITING, CaseState.ACCEPTED, CaseState.IN_PROGRESS})


@dataclass(frozen=True)
class ListRule:
    """One work list: what it holds, in what order, and which of its cases wait for staff."""

    belongs: Callable[[Desk, CaseRow], bool]
    key: Callable[[CaseRow], SortKey]
    any_owner: bool = False
    """Whether the filter's choice of owner is left out: the list has chosen already."""


def waits(row: CaseRow) -> bool:
    """Whether staff are waited for: a case nobody has taken, or a chat the resident wrote in last."""
    return row.state in {CaseState.WAITING, AsyncState.NEW, AsyncState.AWAITING_STAFF}


def _open_chat(row: CaseRow) -> bool:
    return row.kind == CaseKind.ASYNC and row.state in ASYNC_OPEN


def _queue(row: CaseRow) -> SortKey:
    return queue_key(row.priority, row.queued_at, row.id)


def _since(row: CaseRow) -> SortKey:
    """Longest without an answer first; chats have no priority."""
    return (False, 0, row.last_resident_at or row.queued_at, row.id)


def _expiry(row: CaseRow) -> SortKey:
    return (False, 0, row.expires_at or row.queued_at, row.id)


def _start(row: CaseRow) -> SortKey:
    return (False, 0, row.booking.starts_at if row.booking else row.queued_at, row.id)


def _held_by_others(desk: Desk, row: CaseRow) -> bool:
    return row.kind == CaseKind.ASYNC and row.state in ASYNC_HELD and not desk.is_mine(row)


LISTS: dict[ListName, ListRule] = {
    "drop_in": ListRule(
        lambda _desk, row: row.kind == CaseKind.DROP_IN and row.state in _IN_DROP_IN,
        _queue,
    ),
    "mine": ListRule(lambda desk, row: desk.is_mine(row), _queue, any_owner=True),
    "unassigned": ListRule(
        lambda _desk, row: row.kind == CaseKind.ASYNC and row.state == AsyncState.NEW, _since, any_owner=True
    ),
    "my_chats": ListRule(
        lambda desk, row: (
            row.kind == CaseKind.ASYNC and desk.is_mine(row) and row.state != AsyncState.HANDLED
        ),
        _since,
        any_owner=True,
    ),
    "colleagues_chats": ListRule(_held_by_others, _since, any_owner=True),
    "active_chats": ListRule(lambda _desk, row: _open_chat(row), _since),
    "by_expiry": ListRule(lambda _desk, row: _open_chat(row) and row.expires_at is not None, _expiry),
    "booked": ListRule(lambda _desk, row: row.kind == CaseKind.SCHEDULED, _start),
}
"""Every work list (slide 33). The order is by priority and time alone (domain.md 7.7)."""
