"""PostgreSQL: a pool of connections, a transaction each."""

from collections.abc import Callable
from typing import Literal, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from clinic_tui.backend.store.base import StorageUnavailable

T = TypeVar("T")


class PostgresStore:
    """A store in a PostgreSQL database; nothing but a role that may create tables is asked of it."""

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, url: str, *, connections: int = 20) -> None:
        self.engine: AsyncEngine = create_async_engine(
            async_url(url),
            pool_size=connections,
            max_overflow=0,
            pool_timeout=10,
            connect_args={"server_settings": {"timezone": "UTC", "jit": "off"}},
        )
        self._snapshot = self.engine.execution_options(isolation_level="REPEATABLE READ")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """See `Store.write`."""
        return await self._run(self.engine, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """See `Store.read`."""
        return await self._run(self._snapshot, work)

    async def close(self) -> None:
        """See `Store.close`."""
        await self.engine.dispose()

    async def _run(self, engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
        try:
            async with engine.begin() as conn:
                return await conn.run_sync(work)
        except (OperationalError, InterfaceError, OSError, TimeoutError) as error:
            raise StorageUnavailable("the database failed") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise StorageUnavailable("the database went away") from error
            raise


def async_url(url: str) -> str:
    """The address with the driver named."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+asyncpg://{rest}" if scheme in {"postgresql", "postgres"} else url
