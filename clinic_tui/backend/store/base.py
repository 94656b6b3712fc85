"""What the rest of the backend may ask of a store."""

from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
Dialect = Literal["sqlite", "postgresql"]


class StorageUnavailable(Exception):  # noqa: N818 - a name others rely on
    """The database could not be reached, or could not make a change durable; nothing was stored."""


class Store(Protocol):
    """A database. `work` is a plain function over one connection; it must not keep the connection.

    Both methods raise `StorageUnavailable` when the database fails, and whatever `work` raises.
    """

    @property
    def dialect(self) -> Dialect:
        """Which database this is."""
        ...

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction that is durable when this returns and undone when `work` raises."""
        ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` over one consistent view; it must not write."""
        ...

    async def close(self) -> None:
        """Let go of the database. What is queued is finished first."""
        ...
