"""What a store promises: durable, undone when it fails, and the same on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from clinic_tui.backend.context import Backend
from clinic_tui.backend.store import StorageUnavailable, Store, open_store
from clinic_tui.backend.store.tables import events, idempotency, messages, streams
from clinic_tui.backend.streams import events_after
from tests.backend.town import ANNA_CASE, in_progress, staff

pytestmark = pytest.mark.anyio
_MOMENT = datetime(2026, 3, 29, 3, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))


def _answer(name: str, at: datetime = _MOMENT) -> dict[str, object]:
    return {"subject": "staff:x", "command_id": name, "digest": "d", "answer": b"{}", "at": at}


def _count(conn: Connection) -> int:
    return len(conn.execute(select(idempotency.c.command_id)).all())


async def test_a_moment_comes_back_as_the_same_moment_in_utc(store: Store) -> None:
    await store.write(lambda conn: conn.execute(insert(idempotency), _answer("a")))
    found = await store.read(lambda conn: conn.execute(select(idempotency.c.at)).scalar_one())
    assert found == _MOMENT
    assert found.tzinfo is UTC


async def test_a_moment_without_zone_is_refused(store: Store) -> None:
    naive = _MOMENT.replace(tzinfo=None)
    with pytest.raises(Exception, match="zone"):
        await store.write(lambda conn: conn.execute(insert(idempotency), _answer("a", naive)))


async def test_work_that_raises_leaves_nothing_and_does_not_disturb_its_neighbours(store: Store) -> None:
    def good(conn: Connection, name: str) -> None:
        conn.execute(insert(idempotency), _answer(name))

    def bad(conn: Connection, name: str) -> None:
        good(conn, name)
        raise LookupError(name)

    jobs = [store.write(lambda conn, n=n: (bad if n % 3 == 0 else good)(conn, str(n))) for n in range(30)]
    outcomes = await asyncio.gather(*jobs, return_exceptions=True)
    assert sum(isinstance(outcome, LookupError) for outcome in outcomes) == 10
    assert await store.read(_count) == 20


async def test_a_broken_rule_of_the_database_is_an_integrity_error(store: Store) -> None:
    await store.write(lambda conn: conn.execute(insert(idempotency), _answer("a")))
    with pytest.raises(IntegrityError):
        await store.write(lambda conn: conn.execute(insert(idempotency), _answer("a")))
    assert await store.read(_count) == 1


async def test_when_the_shared_commit_fails_everybody_in_it_is_told(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'store.db'}")

    def prepare(conn: Connection) -> None:
        conn.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        conn.execute(
            text("CREATE TABLE child (p INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
        )

    await store.write(prepare)
    orphan = store.write(lambda conn: conn.execute(text("INSERT INTO child VALUES (7)")))
    sound = store.write(lambda conn: conn.execute(text("INSERT INTO parent VALUES (1)")))
    outcomes = await asyncio.gather(orphan, sound, return_exceptions=True)
    assert isinstance(outcomes[0], StorageUnavailable)
    kept = await store.read(lambda conn: len(conn.execute(text("SELECT * FROM parent")).all()))
    assert kept == (0 if isinstance(outcomes[1], StorageUnavailable) else 1)
    await store.write(lambda conn: conn.execute(text("INSERT INTO parent VALUES (2)")))
    await store.close()


async def test_a_closed_store_is_unavailable(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'store.db'}")
    await store.close()
    with pytest.raises(StorageUnavailable):
        await store.write(_count)


async def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    first = await open_store(url)
    await first.write(lambda conn: conn.execute(text("CREATE TABLE t AS SELECT 42 AS n")))
    await first.close()
    second = await open_store(url)
    assert await second.read(lambda conn: conn.execute(text("SELECT n FROM t")).scalar_one()) == 42
    await second.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE messages SET body = 'x'",
        "DELETE FROM messages",
        "UPDATE audit SET code = 'x'",
        "DELETE FROM audit",
    ],
)
async def test_text_and_log_cannot_be_changed(backend: Backend, statement: str) -> None:
    nora = await staff(backend, "nora")
    await in_progress(nora)
    await nora.send("post_message", case_id=ANNA_CASE, body="Hello")
    with pytest.raises(DBAPIError, match="append-only"):
        await backend.store.write(lambda conn: conn.execute(text(statement)))
    kept = await backend.store.read(lambda conn: conn.execute(select(messages.c.body)).scalars().all())
    assert kept == ["Hello"]


async def test_a_stream_has_no_holes_when_commands_run_at_once_and_some_fail(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await in_progress(nora)
    good = [nora.send("post_message", case_id=ANNA_CASE, body=f"{n}") for n in range(20)]
    bad = [nora.refused("post_message", case_id=ANNA_CASE, body="Hi {staff_name}") for _ in range(20)]
    mixed = [job for pair in zip(good, bad, strict=True) for job in pair]
    await asyncio.gather(*mixed)
    names = await backend.store.read(
        lambda conn: conn.execute(select(events.c.stream).distinct()).scalars().all()
    )
    for name in names:
        found = await backend.store.read(lambda conn, name=name: events_after(conn, name, 0, 1000))
        head = await backend.store.read(
            lambda conn, name=name: conn.execute(
                select(streams.c.head).where(streams.c.name == name)
            ).scalar_one()
        )
        assert [envelope.seq for envelope in found] == list(range(1, head + 1))
    order = await backend.store.read(
        lambda conn: conn.execute(select(messages.c.seq).order_by(messages.c.seq)).scalars().all()
    )
    assert order == list(range(1, 21))
