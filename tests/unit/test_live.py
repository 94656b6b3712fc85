"""The live stream against a server that follows a script."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import pytest
from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed

from clinic_tui.client.errors import ClientError, Offline, ProtocolMismatch, ServerBroken
from clinic_tui.client.live import LiveStream, Rhythm
from clinic_tui.protocol.codec import encode
from clinic_tui.protocol.events import Beat, Ended, Envelope, Gap, Live, Pong
from clinic_tui.protocol.resources import Cursor
from tests.desks import NOW, event, row

pytestmark = pytest.mark.anyio
QUICK = Rhythm(
    beat=0.05,
    ping=0.2,
    ping_timeout=0.2,
    open_timeout=1,
    close_timeout=0.1,
    first_wait=0.01,
    longest_wait=0.02,
)
Script = Callable[[ServerConnection, dict[str, Any]], Awaitable[None]]
Played = tuple[str, list[dict[str, Any]], list[Headers]]
"""The server's address, and the first frame and the headers of each connection."""
REFUSED = [(503, ServerBroken), (429, ServerBroken), (404, ProtocolMismatch)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Told:
    """Keeps what the stream told."""

    def __init__(self) -> None:
        self.events: list[Envelope] = []
        self.lives = 0
        self.heard_at: list[datetime | None] = []
        self.errors: list[ClientError] = []
        self.snapshots = 0
        self.places = [Cursor(stream="unit:backby", seq=50)]

    def live(self, server_time: datetime) -> None:
        assert server_time == NOW
        self.lives += 1

    def heard(self, server_time: datetime | None) -> None:
        self.heard_at.append(server_time)

    def event(self, envelope: Envelope) -> None:
        self.events.append(envelope)

    def down(self, error: ClientError, retry_in: float) -> None:
        assert 0 <= retry_in <= QUICK.longest_wait
        self.errors.append(error)

    async def missed(self) -> Iterable[Cursor]:
        self.snapshots += 1
        return self.places


async def say(socket: ServerConnection, frame: Any) -> None:
    await socket.send(encode(frame).decode())


@asynccontextmanager
async def scripted(*scripts: Script, refuse: int | None = None) -> AsyncIterator[Played]:
    """A server that plays one script a connection, the last one for all that follow."""
    left, hellos, heads = list(scripts), list[dict[str, Any]](), list[Headers]()

    async def handle(socket: ServerConnection) -> None:
        assert socket.request is not None
        heads.append(socket.request.headers)
        hello = json.loads(await socket.recv())
        hellos.append(hello)
        with suppress(ConnectionClosed):
            await (left.pop(0) if len(left) > 1 else left[0])(socket, hello)

    def check(_socket: ServerConnection, request: Request) -> Response | None:
        if refuse is None:
            return None
        heads.append(request.headers)
        return Response(refuse, "X", Headers({"location": "ws://127.0.0.1:1/x", "content-length": "0"}))

    wait = QUICK.close_timeout
    async with serve(
        handle, "127.0.0.1", 0, process_request=check, compression=None, close_timeout=wait
    ) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", hellos, heads


def stream(url: str, told: Told, *, idle: Callable[[], int] = lambda: 0, **cursors: int) -> LiveStream:
    places = [Cursor(stream=name.replace("_", ":"), seq=seq) for name, seq in cursors.items()]
    return LiveStream(url, "secret", places, told, rhythm=QUICK, idle=idle)


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - one turn of the loop at a time
            await asyncio.sleep(0)


async def over(socket: ServerConnection, _hello: dict[str, Any]) -> None:
    await say(socket, Live(server_time=NOW))
    await say(socket, Ended(reason="signed_out"))


async def test_the_token_the_cursors_and_the_version_are_told() -> None:
    told = Told()
    async with scripted(over) as (url, hellos, heads):
        assert await stream(url, told, unit_backby=4).run() == "signed_out"
    assert hellos == [{"type": "hello", "cursors": [{"stream": "unit:backby", "seq": 4}], "protocol": 1}]
    assert heads[0]["Authorization"] == "Bearer secret"
    assert "Origin" not in heads[0]
    assert told.lives == 1


async def test_events_move_the_cursor_and_a_break_resumes_from_it() -> None:
    async def some(socket: ServerConnection, _hello: dict[str, Any]) -> None:
        for seq in (5, 6):
            await say(socket, event(seq, row(revision=seq)))
        await say(socket, Live(server_time=NOW))
        socket.transport.abort()

    told = Told()
    async with scripted(some, over) as (url, hellos, _heads):
        await stream(url, told, unit_backby=4).run()
    assert [one.seq for one in told.events] == [5, 6]
    assert hellos[1]["cursors"] == [{"stream": "unit:backby", "seq": 6}]
    assert [type(one) for one in told.errors] == [Offline]


async def test_an_event_that_was_read_is_not_told_again() -> None:
    async def twice(socket: ServerConnection, hello: dict[str, Any]) -> None:
        for seq in (3, 4, 5, 5, 6):
            await say(socket, event(seq, row(revision=seq)))
        await over(socket, hello)

    told = Told()
    async with scripted(twice) as (url, _hellos, _heads):
        await stream(url, told, unit_backby=4).run()
    assert [one.seq for one in told.events] == [5, 6]


@pytest.mark.parametrize("frame", [Gap(streams=("unit:backby",)), event(9, row())], ids=["gap", "hole"])
async def test_a_gap_or_a_hole_asks_for_a_snapshot_and_starts_from_it(frame: Any) -> None:
    async def missing(socket: ServerConnection, _hello: dict[str, Any]) -> None:
        await say(socket, frame)
        await socket.wait_closed()

    told = Told()
    async with scripted(missing, over) as (url, hellos, _heads):
        await stream(url, told, unit_backby=4).run()
    assert told.snapshots == 1
    assert told.events == []
    assert hellos[1]["cursors"] == [{"stream": "unit:backby", "seq": 50}]
    assert told.errors == []


async def test_gaps_without_end_are_asked_with_pauses() -> None:
    async def missing(socket: ServerConnection, _hello: dict[str, Any]) -> None:
        await say(socket, Gap(streams=("unit:backby",)))
        await socket.wait_closed()

    told = Told()
    async with scripted(missing, missing, missing, over) as (url, _hellos, _heads):
        await stream(url, told).run()
    assert told.snapshots == 3
    assert len(told.errors) == 2


async def test_frames_and_events_of_a_newer_server_are_counted_and_passed_over() -> None:
    async def newer(socket: ServerConnection, hello: dict[str, Any]) -> None:
        await socket.send(json.dumps({"type": "weather", "sun": True}))
        place = {"type": "event", "stream": "unit:backby", "seq": 5, "at": NOW.isoformat()}
        await socket.send(json.dumps({**place, "event": {"type": "moon.changed", "phase": "full"}}))
        await say(socket, event(6, row(revision=6)))
        await over(socket, hello)

    told = Told()
    async with scripted(newer) as (url, _hellos, _heads):
        live = stream(url, told, unit_backby=4)
        await live.run()
    assert live.unknown == 2
    assert [one.seq for one in told.events] == [6]
    assert live.cursors == (Cursor(stream="unit:backby", seq=6),)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"type":3}', '{"type":"event","stream":3}', '"x"'])
async def test_a_frame_that_makes_no_sense_breaks_the_connection(text: str) -> None:
    async def senseless(socket: ServerConnection, _hello: dict[str, Any]) -> None:
        await socket.send(text)
        await socket.wait_closed()

    told = Told()
    async with scripted(senseless, over) as (url, _hellos, _heads):
        await stream(url, told).run()
    assert [type(one) for one in told.errors] == [ProtocolMismatch]


async def test_text_in_events_is_cleaned() -> None:
    async def hostile(socket: ServerConnection, hello: dict[str, Any]) -> None:
        await say(socket, event(1, row(reason="\x1b]0;x\x07")))
        await over(socket, hello)

    told = Told()
    async with scripted(hostile) as (url, _hellos, _heads):
        await stream(url, told).run()
    assert "\x1b" not in str(told.events)


async def test_beats_tell_what_is_on_screen_and_pongs_the_servers_clock() -> None:
    beats: list[dict[str, Any]] = []

    async def listen(socket: ServerConnection, hello: dict[str, Any]) -> None:
        await say(socket, Live(server_time=NOW))
        async for text in socket:
            beats.append(json.loads(text))
            await say(socket, Pong(server_time=NOW))
            if beats[-1].get("typing_in") == "c1" and len(beats) > 4:
                break
        await over(socket, hello)

    told = Told()
    async with scripted(listen) as (url, _hellos, _heads):
        live = stream(url, told, idle=lambda: 61)
        running = asyncio.create_task(live.run())
        await eventually(lambda: told.heard_at)
        await live.show(Beat(seen="c1", typing_in="c1"))
        assert await asyncio.wait_for(running, 5) == "signed_out"
    assert beats[0] == {"type": "beat", "typing_in": None, "seen": None, "idle": 61}
    assert beats[-1] == {"type": "beat", "typing_in": "c1", "seen": "c1", "idle": 61}
    assert NOW in told.heard_at


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_session_ends_the_stream(status: int) -> None:
    async with scripted(over, refuse=status) as (url, _hellos, _heads):
        assert await stream(url, Told()).run() == "expired"


@pytest.mark.parametrize(("status", "kind"), REFUSED)
async def test_other_refusals_are_tried_again(status: int, kind: type[ClientError]) -> None:
    told = Told()
    async with scripted(over, refuse=status) as (url, _hellos, heads):
        running = asyncio.create_task(stream(url, told).run())
        await eventually(lambda: len(heads) >= 3)
        running.cancel()
    assert {type(one) for one in told.errors} == {kind}


async def test_a_redirect_is_not_followed_with_the_token() -> None:
    told = Told()
    async with scripted(over, refuse=302) as (url, _hellos, heads):
        running = asyncio.create_task(stream(url, told).run())
        await eventually(lambda: len(heads) >= 2)
        running.cancel()
    assert {type(one) for one in told.errors} == {ProtocolMismatch}


async def test_a_server_that_falls_silent_is_noticed() -> None:
    noticed = asyncio.Event()

    async def silent(socket: ServerConnection, _hello: dict[str, Any]) -> None:
        await say(socket, Live(server_time=NOW))
        socket.transport.pause_reading()  # type: ignore[attr-defined]
        await noticed.wait()

    told = Told()
    async with scripted(silent, over) as (url, _hellos, _heads):
        async with asyncio.timeout(Rhythm().ping):
            await stream(url, told).run()
        noticed.set()
    assert [type(one) for one in told.errors] == [Offline]


def test_waits_grow_up_to_a_limit_and_differ() -> None:
    rhythm = Rhythm()
    firsts = [rhythm.wait(0) for _ in range(200)]
    lates = [rhythm.wait(50) for _ in range(200)]
    assert max(firsts) <= 0.5
    assert 5 < sum(lates) / len(lates) < 25
    assert max(lates) <= 30
    assert len(set(lates)) > 100
