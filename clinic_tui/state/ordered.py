"""A sorted list of unique keys that is kept in order key by key."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar, cast, overload


class Sortable(Protocol):
    """Anything with an order."""

    def __lt__(self, other: Any, /) -> bool:
        """Whether this comes first."""
        ...


K = TypeVar("K", bound=Sortable)


class Ordered(Generic[K]):
    """Unique keys in order: finding one takes O(log n), moving one a short shift of pointers."""

    def __init__(self, keys: Iterable[K] = ()) -> None:
        self._keys: list[K] = sorted(cast("Any", keys))

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[K]:
        return iter(self._keys)

    @overload
    def __getitem__(self, place: int) -> K: ...
    @overload
    def __getitem__(self, place: slice) -> list[K]: ...
    def __getitem__(self, place: int | slice) -> K | list[K]:
        return self._keys[place]

    def place(self, key: K) -> int:
        """Where the key stands, or would stand."""
        return bisect_left(self._keys, key)

    def find(self, key: K) -> int | None:
        """Where the key stands, or None."""
        place = bisect_left(self._keys, key)
        return place if place < len(self._keys) and self._keys[place] == key else None

    def add(self, key: K) -> None:
        """Put the key in its place; one that is there already stays alone."""
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            self._keys.insert(place, key)

    def discard(self, key: K) -> None:
        """Take the key away, if it is there."""
        place = self.find(key)
        if place is not None:
            del self._keys[place]
