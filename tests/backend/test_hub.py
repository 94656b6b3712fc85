import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from clinic_tui.backend.access import CaseAccess, Viewer
from clinic_tui.backend.bus import Bus, payloads
from clinic_tui.backend.context import Backend
from clinic_tui.backend.delivery import Committed
from clinic_tui.backend.hub import Hub
from clinic_tui.backend.metrics import Metrics
from clinic_tui.backend.streams import events_after, heads
from clinic_tui.backend.subscription import Subscription
from clinic_tui.protocol.events import AssignmentLost, Envelope, StaffTyping
from clinic_tui.protocol.resources import StaffRef
from tests.backend.served import served
from tests.backend.town import ANNA_CASE

pytestmark = pytest.mark.anyio

_AT = datetime(2026, 3, 10, tzinfo=UTC)
_VIEWER = Viewer(staff_id="s-nora", units=frozenset({"a"}))
_CASE = CaseAccess(unit_id="a", queue_role="nurse", assignee_id=None, readers=frozenset({"r"}))
_EVENT = AssignmentLost(case_id="c", by=StaffRef(id="s", name="S"), at=_AT)


def _envelope(seq: int, stream: str = "unit:a") -> Committed:
    return Committed(Envelope(stream=stream, seq=seq, at=_AT, event=_EVENT), _CASE)


def _follow(
    hub: Hub, *streams: str, head: int = 0, limit: int = 500, viewer: Viewer = _VIEWER
) -> Subscription:
    subscription = Subscription("session", "token", frozenset(streams), limit, viewer)
    hub.subscribe(subscription)
    for stream in streams:
        subscription.replayed(stream, head)
        hub.settle(stream, head)
    return subscription


async def _numbers(subscription: Subscription) -> list[int]:
    return [msgspec.json.decode(frame)["seq"] for frame in await subscription.take()]


async def test_events_told_out_of_order_arrive_in_order() -> None:
    hub = Hub()
    follower = _follow(hub, "unit:a")
    hub.publish([_envelope(2)])
    hub.publish([_envelope(4), _envelope(3)])
    hub.publish([_envelope(1)])
    assert await _numbers(follower) == [1, 2, 3, 4]


async def test_an_event_told_twice_arrives_once() -> None:
    hub = Hub()
    follower = _follow(hub, "unit:a", head=3)
    hub.publish([_envelope(3), _envelope(4), _envelope(4)])
    assert await _numbers(follower) == [4]


async def test_a_hole_that_stays_is_read_from_the_store() -> None:
    asked: list[tuple[str, int]] = []

    async def read(stream: str, seq: int, limit: int) -> Sequence[Committed]:
        asked.append((stream, seq))
        return [_envelope(number) for number in range(seq + 1, 4)][:limit]

    hub = Hub(read)
    follower = _follow(hub, "unit:a")
    hub.publish([_envelope(3)])
    assert await _numbers(follower) == [1, 2, 3]
    assert asked == [("unit:a", 0)]


async def test_news_from_another_replica_is_read_from_the_store() -> None:
    written = [_envelope(1)]

    async def read(stream: str, seq: int, limit: int) -> Sequence[Committed]:
        return [one for one in written if one.envelope.seq > seq][:limit]

    hub = Hub(read)
    follower = _follow(hub, "unit:a")
    hub.woken(["unit:a", "unit:nobody"])
    assert await _numbers(follower) == [1]
    written.append(_envelope(2))
    hub.woken(["unit:a"])
    hub.woken(["unit:a"])
    assert await _numbers(follower) == [2]


async def test_what_is_published_during_the_replay_is_neither_lost_nor_doubled() -> None:
    hub = Hub()
    subscription = Subscription("session", "token", frozenset({"unit:a"}), 500, _VIEWER)
    hub.subscribe(subscription)
    hub.publish([_envelope(4), _envelope(5), _envelope(6)])
    subscription.replayed("unit:a", 5)
    hub.settle("unit:a", 5)
    assert await _numbers(subscription) == [6]


async def test_a_second_follower_gets_what_the_first_gets() -> None:
    hub = Hub()
    first = _follow(hub, "unit:a")
    hub.publish([_envelope(1)])
    late = Subscription("other", "token", frozenset({"unit:a"}), 500, _VIEWER)
    hub.subscribe(late)
    hub.publish([_envelope(2)])
    late.replayed("unit:a", 1)
    hub.settle("unit:a", 1)
    assert await _numbers(first) == [1, 2]
    assert await _numbers(late) == [2]


async def test_a_full_queue_ends_only_that_connection() -> None:
    hub = Hub()
    slow, quick = _follow(hub, "unit:a", limit=2), _follow(hub, "unit:a")
    hub.publish([_envelope(number) for number in (1, 2, 3)])
    assert slow.closing is not None
    assert slow.closing.code == 1013
    assert await slow.take() == []
    assert await _numbers(quick) == [1, 2, 3]


async def test_an_event_that_is_never_stored_reaches_who_follows_now() -> None:
    hub = Hub()
    follower = _follow(hub, "resident:r", head=7, viewer=Viewer(resident_id="r"))
    hub.pulse("resident:r", StaffTyping(case_id="c", staff_name="Nora"), _AT, _CASE)
    hub.pulse("resident:other", StaffTyping(case_id="c", staff_name="Nora"), _AT, _CASE)
    assert await _numbers(follower) == [0]


async def test_five_hundred_streams_are_encoded_for_once_each_and_nobody_is_forgotten() -> None:
    metrics = Metrics()
    hub = Hub(metrics=metrics)
    followers = [_follow(hub, f"unit:{number}") for number in range(500)]
    started = asyncio.get_running_loop().time()
    hub.publish([_envelope(1, f"unit:{number}") for number in range(500)])
    assert asyncio.get_running_loop().time() - started < 0.5
    assert [await _numbers(follower) for follower in followers] == [[1]] * 500
    assert "clinic_events_sent_total 500" in metrics.render()
    assert "clinic_live_connections 500" in metrics.render()


async def test_a_stream_nobody_follows_is_forgotten() -> None:
    hub = Hub()
    follower = _follow(hub, "unit:a")
    hub.unsubscribe(follower)
    hub.unsubscribe(follower)
    assert hub.followed == {}
    hub.publish([_envelope(1)])
    assert not hub.subscriptions


def test_notifications_stay_within_the_databases_limit() -> None:
    names = [f"unit:{number:060d}" for number in range(400)]
    found = payloads("me", names)
    assert len(found) > 1
    assert all(len(payload) < 8_000 for payload in found)
    assert [name for p in found for name in msgspec.json.decode(p.partition(" ")[2])] == names


@pytest.mark.postgres
async def test_two_replicas_on_postgresql_bring_each_others_events(store: Any, backend: Backend) -> None:
    if store.dialect != "postgresql":
        pytest.skip("one replica only on SQLite")
    import dataclasses

    url = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def read_heads(names: list[str]) -> dict[str, int]:
        return await store.read(lambda conn: heads(conn, names))

    assert events_after
    other = dataclasses.replace(backend)
    async with served(backend) as here, served(other) as there:
        buses = [Bus(url, site.backend.hub, read_heads) for site in (here, there)]  # type: ignore[arg-type]
        for site, bus in zip((here, there), buses, strict=True):
            site.backend.hub.waker = bus  # type: ignore[attr-defined]
        tasks = [asyncio.create_task(bus.run()) for bus in buses]
        nils = await there.staff("nils")
        async with there.live(nils) as stream:
            nora = await here.staff("nora")
            await here.command(nora, "accept_case", case_id=ANNA_CASE, version=1)
            event = await asyncio.wait_for(stream.event("case.changed"), 8)
            assert event["event"]["case"]["assignee"]["name"] == "Nora"
            await here.http.delete("/api/v1/session", headers={"Authorization": f"Bearer {nils}"})
            ended = await asyncio.wait_for(stream.until(lambda frame: frame["type"] == "ended"), 4)
            assert ended["reason"] == "signed_out"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
