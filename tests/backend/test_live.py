import asyncio
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from websockets.exceptions import ConnectionClosed, InvalidStatus

from clinic_tui.backend.clock import SettableClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.hub import Hub
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store.tables import events, staff
from tests.backend.served import Served, Stream, bearer, served
from tests.backend.town import ANNA_CASE, BO_CASE, CLARA_CASE

pytestmark = pytest.mark.anyio


def _with(backend: Backend, **changes: Any) -> Backend:
    backend.settings = Settings(demo_data=True, **changes)
    return backend


async def _closed(stream: Stream) -> int:
    """Read until the connection closes; its code."""
    try:
        while True:
            await asyncio.wait_for(stream.next(), 5)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


async def _visit(site: Served, token: str, case: str = ANNA_CASE) -> None:
    taken = await site.command(token, "accept_case", case_id=case, version=1)
    version = taken.json()["detail"]["row"]["version"]
    started = await site.command(token, "start_visit", case_id=case, version=version)
    assert started.status_code == 200, started.text


async def test_an_accepted_case_reaches_a_colleague(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora, nils = await site.staff("nora"), await site.staff("nils")
        async with site.live(nils) as stream:
            assert (await site.command(nora, "accept_case", case_id=ANNA_CASE, version=1)).is_success
            event = await stream.event("case.changed")
            assert event["event"]["case"]["assignee"]["name"] == "Nora"


async def test_what_was_missed_is_replayed_once_and_in_order(backend: Backend) -> None:
    async with served(_with(backend, replay_batch=2)) as site:
        nora, anna = await site.staff("nora"), await site.resident("anna")
        places = [(c["stream"], c["seq"]) for c in (await site.get("/api/v1/desk", nora)).json()["cursors"]]
        await _visit(site, nora)
        for number in range(7):
            assert (await site.command(anna, "resident_says", case_id=ANNA_CASE, body=str(number))).is_success
        async with site.live(nora, *places) as stream:
            heads = {c["stream"]: c["seq"] for c in (await site.get("/api/v1/desk", nora)).json()["cursors"]}
            for name, since in places:
                assert [s for n, s in stream.places if n == name] == list(range(since + 1, heads[name] + 1))


async def test_resuming_while_others_write_loses_and_repeats_nothing(backend: Backend) -> None:
    async with served(_with(backend, replay_batch=3)) as site:
        nora, anna = await site.staff("nora"), await site.resident("anna")
        await _visit(site, nora)
        desk = (await site.get("/api/v1/desk", nora)).json()
        place = next((c["stream"], c["seq"]) for c in desk["cursors"] if c["stream"] == "staff:s-nora")

        async def write() -> None:
            for number in range(30):
                await site.command(anna, "resident_says", case_id=ANNA_CASE, body=str(number))

        writing = asyncio.create_task(write())
        bodies: list[str] = []
        while len(bodies) < 30:
            async with site.live(nora, place) as stream:
                for _ in range(4):
                    if len(bodies) + sum(map(_is_new, stream.seen)) >= 30:
                        break
                    await stream.event("message.changed")
                bodies += [f["event"]["message"]["body"] for f in stream.seen if _is_new(f)]
                place = max((p for p in stream.places if p[0] == place[0]), default=place)
        await writing
        assert bodies == [str(number) for number in range(30)]


def _is_new(frame: dict[str, Any]) -> bool:
    """Whether it is a message as first stored, and not one that was read meanwhile."""
    return frame["type"] == "event" and frame["event"].get("message", {}).get("revision") == 1


async def test_a_cursor_from_the_future_and_a_foreign_stream_are_gaps(memory_backend: Backend) -> None:
    async with (
        served(memory_backend) as site,
        site.live(await site.staff("nora"), ("staff:s-nora", 99), ("unit:south", 0), ("x", 1)) as stream,
    ):
        gap = next(frame for frame in stream.seen if frame["type"] == "gap")
        assert sorted(gap["streams"]) == ["staff:s-nora", "unit:south", "x"]


async def test_a_cursor_older_than_what_is_kept_is_a_gap(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora = await site.staff("nora")
        for case in (ANNA_CASE, BO_CASE, CLARA_CASE):
            await site.command(nora, "accept_case", case_id=case, version=1)
        await memory_backend.store.write(lambda conn: conn.execute(delete(events).where(events.c.seq == 1)))
        async with site.live(nora, ("unit:north", 0)) as stream:
            assert [f["streams"] for f in stream.seen if f["type"] == "gap"] == [["unit:north"]]


async def test_far_behind_is_a_gap(memory_backend: Backend) -> None:
    async with served(_with(memory_backend, replay_limit=1)) as site:
        nora = await site.staff("nora")
        for case in (ANNA_CASE, BO_CASE):
            await site.command(nora, "accept_case", case_id=case, version=1)
        async with site.live(nora, ("unit:north", 0)) as stream:
            assert stream.seen[0]["type"] == "gap"


async def test_another_units_events_and_anothers_messages_stay_away(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora, nils, sara = [await site.staff(name) for name in ("nora", "nils", "sara")]
        anna = await site.resident("anna")
        async with site.live(nils) as colleague, site.live(sara) as stranger:
            await _visit(site, nora)
            await site.command(anna, "resident_says", case_id=ANNA_CASE, body="private")
            await site.command(nora, "save_profile", display_name="Nora N", title="Nurse")
            for stream in (colleague, stranger):
                await stream.send({"type": "beat"})
                await stream.until(lambda frame: frame["type"] == "pong")
            assert "private" not in json.dumps(colleague.seen)
            assert not stranger.places


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"type":"send"}', 1008),
        ('{"type":"beat"}', 1008),
        ('{"type":"hello","since":99999999}', 1008),
        ('{"type":"hello","protocol":2}', 1008),
        ('{"type":"hello","cursors":[{"stream":"x","seq":1e999}]}', 1008),
        ("not json", 1008),
        ("[" * 1000, 1008),
        (b"\x00\x01", 1003),
        ("x" * (65 << 10), 1009),
    ],
)
async def test_a_first_frame_that_is_no_hello_closes(
    memory_backend: Backend, frame: str | bytes, code: int
) -> None:
    async with served(memory_backend) as site, site.connect(await site.staff("nora")) as socket:
        await socket.send(frame)
        assert await _closed(Stream(socket)) == code


async def test_a_binary_frame_closes_and_others_stay(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora, nils = await site.staff("nora"), await site.staff("nils")
        async with site.live(nora) as bad, site.live(nils) as good:
            await bad.socket.send(b"beat")
            assert await _closed(bad) == 1003
            await good.send({"type": "beat"})
            assert (await good.until(lambda frame: frame["type"] == "pong"))["server_time"]


async def test_silence_closes(memory_backend: Backend) -> None:
    async with served(_with(memory_backend, hello_seconds=0.05, silence_seconds=0.1)) as site:
        token = await site.staff("nora")
        async with site.connect(token) as socket:
            assert await _closed(Stream(socket)) == 4408
        async with site.live(token) as stream:
            fragments = stream.socket.send(_endless())
            sending = asyncio.create_task(fragments)
            assert await _closed(stream) == 4408
            sending.cancel()


async def _endless() -> Any:
    yield '{"type":'
    await asyncio.Event().wait()


async def test_a_flood_of_frames_or_pings_closes_that_connection_only(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora, nils = await site.staff("nora"), await site.staff("nils")
        async with site.live(nils) as good:
            async with site.live(nora) as bad:
                with suppress(ConnectionClosed):
                    for _ in range(200):
                        await bad.send({"type": "beat"})
                assert await _closed(bad) == 1008
            async with site.live(nora) as bad:
                with suppress(ConnectionClosed):
                    for number in range(500):
                        await bad.socket.ping(str(number))
                assert await _closed(bad) == 1008
            await good.send({"type": "beat"})
            await good.until(lambda frame: frame["type"] == "pong")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("", {"Origin": "https://evil.example"}, 403),
        ("", {"Origin": "http://127.0.0.1"}, 403),
        ("?token=abc", {}, 400),
        ("", {"Authorization": "Bearer " + "x" * 43}, 401),
        ("", {"Authorization": "Basic YTpi"}, 401),
        ("/other", {}, 404),
    ],
)
async def test_an_upgrade_that_may_not_be_is_refused_with_a_problem(
    memory_backend: Backend, path: str, headers: dict[str, str], status: int
) -> None:
    async with served(memory_backend) as site:
        token = await site.staff("nora")
        with pytest.raises(InvalidStatus) as refused:
            async with site.connect(token, path=path, additional_headers={**bearer(token), **headers}):
                pass
        assert refused.value.response.status_code == status
        assert refused.value.response.headers["content-type"] == "application/problem+json"
        assert json.loads(refused.value.response.body)["status"] == status


async def test_a_session_has_three_connections_at_most(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        token = await site.staff("nora")
        async with site.live(token), site.live(token), site.live(token):
            with pytest.raises(InvalidStatus) as refused:
                await site.connect(token)
            assert refused.value.response.status_code == 429
        async with site.live(token):
            pass


async def test_signing_out_ends_the_stream_at_once(memory_backend: Backend) -> None:
    async with served(_with(memory_backend, session_check_seconds=3600.0)) as site:
        token = await site.staff("nora")
        async with site.live(token) as stream:
            answer = await site.http.delete("/api/v1/session", headers=bearer(token))
            assert answer.status_code == 204
            async with asyncio.timeout(60):
                assert await _closed(stream) == 4401
            assert stream.seen[-1] == {"type": "ended", "reason": "signed_out"}


async def test_an_expired_or_disabled_session_ends_the_stream(memory_backend: Backend) -> None:
    async with served(_with(memory_backend, session_check_seconds=0.05)) as site:
        nora, nils = await site.staff("nora"), await site.staff("nils")
        async with site.live(nora) as first, site.live(nils) as second:
            off = update(staff).where(staff.c.id == "s-nora").values(disabled=True)
            await memory_backend.store.write(lambda conn: conn.execute(off))
            assert await _closed(first) == 4401
            assert first.seen[-1]["reason"] == "disabled"
            clock = memory_backend.clock
            assert isinstance(clock, SettableClock)
            clock.move(timedelta(hours=13))
            assert await _closed(second) == 4401
            assert second.seen[-1]["reason"] == "expired"


async def test_another_assignment_asks_to_connect_again(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        disa = await site.staff("disa")
        body = {"assignment_id": "a-disa-north"}
        await site.http.post("/api/v1/session/assignment", json=body, headers=bearer(disa))
        async with site.live(disa) as stream:
            body = {"assignment_id": "a-disa-south"}
            await site.http.post("/api/v1/session/assignment", json=body, headers=bearer(disa))
            assert await _closed(stream) == 4409


async def test_a_client_that_does_not_read_is_closed_and_others_are_not_delayed(
    memory_backend: Backend,
) -> None:
    async with served(_with(memory_backend, queue_limit=5)) as site:
        nora, nils = await site.staff("nora"), await site.staff("nils")
        hub = memory_backend.hub
        assert isinstance(hub, Hub)
        async with site.live(nora) as slow, site.live(nils) as quick:
            await _visit(site, nora)
            reader = asyncio.create_task(_read_forever(quick))
            stalled = next(s for s in hub.subscriptions if "staff:s-nora" in s.streams)
            slow.socket.transport.pause_reading()
            for number in range(400):
                await site.command(
                    nora, "save_draft", case_id=ANNA_CASE, kind="note", body="x" * 39_000, revision=number
                )
                if stalled.closing is not None:
                    break
            assert stalled.closing is not None
            assert stalled.closing.code == 1013
            slow.socket.transport.resume_reading()
            reader.cancel()


async def _read_forever(stream: Stream) -> None:
    while True:
        await stream.next()


async def test_the_assignee_sees_the_resident_come_type_and_go(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora, anna = await site.staff("nora"), await site.resident("anna")
        async with site.live(nora) as stream:
            async with site.live(anna) as resident:
                await _visit(site, nora)
                assert (await stream.event("resident.presence"))["event"]["presence"] == "present"
                await resident.send({"type": "beat", "typing_in": ANNA_CASE})
                assert (await stream.event("resident.presence"))["event"]["presence"] == "typing"
                detail = (await site.get(f"/api/v1/cases/{ANNA_CASE}", nora)).json()
                assert detail["resident_presence"] == "typing"
                await resident.send({"type": "beat"})
                assert (await stream.event("resident.presence"))["event"]["presence"] == "present"
                await stream.send({"type": "beat", "typing_in": ANNA_CASE})
                typing = await resident.event("staff.typing")
                assert typing["event"] == {"type": "staff.typing", "case_id": ANNA_CASE, "staff_name": "Nora"}
                assert typing["seq"] == 0
            assert (await stream.event("resident.presence"))["event"]["presence"] == "off"


async def test_only_the_assignee_learns_of_a_resident_typing(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora, nils = await site.staff("nora"), await site.staff("nils")
        anna, bo = await site.resident("anna"), await site.resident("bo")
        await _visit(site, nora)
        async with site.live(nils) as stream, site.live(anna) as resident, site.live(bo) as other:
            await resident.send({"type": "beat", "typing_in": ANNA_CASE})
            await other.send({"type": "beat", "typing_in": ANNA_CASE})
            await stream.send({"type": "beat", "typing_in": ANNA_CASE})
            for one in (resident, other, stream):
                await one.until(lambda frame: frame["type"] == "pong")
            assert [f for f in stream.seen + resident.seen if f["type"] == "event"] == []


async def test_stopping_the_backend_closes_streams(memory_backend: Backend, tmp_path: Path) -> None:
    async with served(memory_backend) as site:
        socket = await site.connect(await site.staff("nora"))
        await Stream(socket).hello()
    assert await _closed(Stream(socket)) in {1001, 1012}
