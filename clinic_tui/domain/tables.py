"""Reading settings tables strictly: every error names the place, and unknown keys are refused."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar, cast

_E = TypeVar("_E", bound=Enum)
_MISSING = object()


class BadTable(ValueError):  # noqa: N818 - a name others rely on
    """A settings table is wrong; the text says where and what was expected."""


class Table:
    """One table being read: take what is known, then `done` refuses the rest."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, Mapping):
            raise BadTable(f"{path}: must be a table")
        self._data = dict(cast("Mapping[str, Any]", data))
        self.path = path

    def take(self, key: str, default: object = _MISSING) -> Any:
        """The raw value of a key, or the default; without one the key must be there."""
        value = self._data.pop(key, default)
        if value is _MISSING:
            raise BadTable(f"{self.at(key)}: is missing")
        return value

    @property
    def left(self) -> list[str]:
        """The keys not yet taken."""
        return list(self._data)

    def at(self, key: str) -> str:
        """The full path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def text(self, key: str) -> str:
        """A text that is not blank."""
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            raise BadTable(f"{self.at(key)}: must be a text")
        return value

    def flag(self, key: str, default: object = _MISSING) -> bool:
        """True or false."""
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise BadTable(f"{self.at(key)}: must be true or false")
        return value

    def number(self, key: str, low: int, high: int) -> int:
        """A whole number within the bounds, both included."""
        return self._whole(self.take(key), key, low, high)

    def numbers(self, key: str, low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers within the bounds; empty where the key is left out."""
        return tuple(self._whole(item, key, low, high) for item in self._items(key))

    def choice(self, key: str, kind: type[_E], default: object = _MISSING) -> _E:
        """One value of an enumeration."""
        value = self.take(key, default)
        return value if isinstance(value, kind) else self._member(value, key, kind)

    def choices(self, key: str, kind: type[_E]) -> tuple[_E, ...]:
        """A list of values of an enumeration; empty where the key is left out."""
        return tuple(self._member(item, key, kind) for item in self._items(key))

    def table(self, key: str) -> "Table":
        """A table inside this one."""
        return Table(self.take(key), self.at(key))

    def tables(self, key: str) -> list["Table"]:
        """A list of tables inside this one, with at least one."""
        items = self._items(key)
        if not items:
            raise BadTable(f"{self.at(key)}: needs at least one row")
        return [Table(item, f"{self.at(key)}[{place}]") for place, item in enumerate(items)]

    def done(self) -> None:
        """Refuse what nobody took."""
        if self._data:
            raise BadTable(f"{self.at(min(self._data))}: is not a known setting")

    def _items(self, key: str) -> list[object]:
        value = self.take(key, ())
        if not isinstance(value, list | tuple):
            raise BadTable(f"{self.at(key)}: must be a list")
        return list(cast("list[object]", value))

    def _whole(self, value: object, key: str, low: int, high: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise BadTable(f"{self.at(key)}: must be a whole number from {low} to {high}")
        return value

    def _member(self, value: object, key: str, kind: type[_E]) -> _E:
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(str(member.value) for member in kind)
            raise BadTable(f"{self.at(key)}: must be one of {known}") from None
