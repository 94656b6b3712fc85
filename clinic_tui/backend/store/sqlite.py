"""SQLite: one writer thread that makes many commands durable with one sync, and reader threads beside it."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from clinic_tui.backend.private_files import protect_database
from clinic_tui.backend.store.base import StorageUnavailable
from clinic_tui.domain.audit import seal

T = TypeVar("T")

_BATCH = 256
"""Commands that share one commit at most."""
_READERS = 3


@dataclass(slots=True)
class _Job:
    """Queued work with the place its outcome goes to."""

    work: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    outcome: Any = None
    error: BaseException | None = None


class SqliteStore:
    """A store in one SQLite file, or in memory.

    Writing is done by one thread: work queued meanwhile joins the same transaction, each in a savepoint of
    its own, so that a commit (and its fsync) is shared. In memory, reads use its connection too.
    """

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, url: str) -> None:
        self._in_memory = url in {"sqlite://", "sqlite:///:memory:"}
        self.engine = make_engine(url)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="store-reader")
        self._writer = threading.Thread(target=self._write_forever, name="store-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """See `Store.write`."""
        if self._closed:
            raise StorageUnavailable("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(work, loop, future))
        return await future

    async def read(self, work: Callable[[Connection], T]) -> T:
        """See `Store.read`."""
        if self._in_memory:
            return await self.write(work)
        if self._closed:
            raise StorageUnavailable("the store is closed")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def close(self) -> None:
        """See `Store.close`."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._readers.shutdown)
        self.engine.dispose()

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self.engine.connect() as conn, conn.begin():
                raw(conn).execute("BEGIN")
                try:
                    return work(conn)
                finally:
                    raw(conn).execute("ROLLBACK")
        except (OperationalError, sqlite3.OperationalError) as error:
            raise StorageUnavailable("the database cannot be read") from error

    def _write_forever(self) -> None:
        with self.engine.connect() as conn:
            while (job := self._jobs.get()) is not None:
                batch = [job]
                while len(batch) < _BATCH and not self._jobs.empty():
                    following = self._jobs.get()
                    if following is None:
                        self._jobs.put(None)
                        break
                    batch.append(following)
                self._run_batch(conn, batch)
                _deliver(batch)

    def _run_batch(self, conn: Connection, batch: list[_Job]) -> None:
        db = raw(conn)
        # SQLAlchemy must know of the transaction: outside of one it rolls back by itself on an error.
        marker = conn.begin()
        try:
            db.execute("BEGIN IMMEDIATE")
            for job in batch:
                _run_in_savepoint(conn, db, job)
            db.execute("COMMIT")
        except sqlite3.Error as error:
            _undo(db)
            for job in batch:
                job.error = StorageUnavailable("the database could not make the change durable")
                job.error.__cause__ = error
        finally:
            marker.close()


def _run_in_savepoint(conn: Connection, db: sqlite3.Connection, job: _Job) -> None:
    db.execute("SAVEPOINT job")
    try:
        job.outcome = job.work(conn)
    except BaseException as error:  # noqa: BLE001 - the worker boundary: the caller gets it
        job.error = error
        db.execute("ROLLBACK TO job")
    db.execute("RELEASE job")


def _undo(db: sqlite3.Connection) -> None:
    if db.in_transaction:
        db.execute("ROLLBACK")


def _deliver(batch: list[_Job]) -> None:
    """Hand out the outcomes with one wake-up a loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, jobs)


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is None:
            job.future.set_result(job.outcome)
        elif isinstance(job.error, OperationalError):
            job.future.set_exception(StorageUnavailable("the database failed"))
        else:
            job.future.set_exception(job.error)


def raw(conn: Connection) -> sqlite3.Connection:
    """The driver's own connection."""
    return cast("sqlite3.Connection", conn.connection.driver_connection)


def make_engine(url: str) -> Engine:
    """An engine whose connections are durable (WAL, FULL), strict about keys and know `chain_hash`.

    The file is its owner's alone, also where it lies in a folder that others may read.
    """
    protect_database(url)
    options: dict[str, Any] = {"connect_args": {"check_same_thread": False, "isolation_level": None}}
    if url in {"sqlite://", "sqlite:///:memory:"}:
        options["poolclass"] = StaticPool
    engine = create_engine(url, **options)
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(db: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        db.execute(f"PRAGMA {pragma}")
    db.create_function("chain_hash", 2, _chain_hash, deterministic=True)


def _chain_hash(prev: str | None, record: str | None) -> str | None:
    """`domain.audit.seal`, with NULL in and out."""
    if prev is None or record is None:
        return None
    return seal(prev, record)
