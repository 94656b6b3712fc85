"""Keeps a selection on its item while the list around it is sorted, filled and emptied."""

from collections.abc import Sequence
from dataclasses import dataclass

_NEAR = 24


@dataclass(frozen=True, slots=True)
class Place:
    """A selected item, who stood around it, and which index it had."""

    item: str
    index: int
    after: tuple[str, ...]
    before: tuple[str, ...]


def place_of(order: Sequence[str], index: int) -> Place:
    """The place of the item at this index; the order may be changed afterwards."""
    return Place(
        item=order[index],
        index=index,
        after=tuple(order[index + 1 : index + 1 + _NEAR]),
        before=tuple(reversed(order[max(0, index - _NEAR) : index])),
    )


def find_again(order: Sequence[str], place: Place) -> int:
    """Where the item stands now; if it is gone its next neighbour, else the one before, else the same index.

    The order must not be empty.
    """
    found = _index(order, place.item, place.index)
    if found >= 0:
        return found
    near = range(max(0, place.index - 2 * _NEAR), min(len(order), place.index + 2 * _NEAR))
    window = {order[index]: index for index in near}
    for neighbour in (*place.after, *place.before):
        if neighbour in window:
            return window[neighbour]
    for neighbour in (*place.after[:1], *place.before[:1]):
        found = _index(order, neighbour, place.index)
        if found >= 0:
            return found
    return min(place.index, len(order) - 1)


def _index(order: Sequence[str], item: str, hint: int) -> int:
    """The index of an item, looked for near the hint first; -1 if it is not there."""
    low = max(0, hint - _NEAR)
    for index in range(low, min(len(order), hint + _NEAR + 1)):
        if order[index] == item:
            return index
    try:
        return order.index(item)
    except ValueError:
        return -1
