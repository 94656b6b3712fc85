"""From sending a message until ten colleagues have it, over HTTP and WebSockets, beside a bare broadcaster.

The anchor is a Starlette service that commits one row and sends the text on; both are measured in turn.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import websockets
from websockets.asyncio.client import ClientConnection

from benchmarks.report import Finding, median, p99, run, table
from benchmarks.served import Child
from clinic_tui.protocol.ids import new_id

MEMBERS = 10
STREAMS = 500
ROUNDS = 3
SENDS = 150
WIDE_SENDS = 20
FLOOD_SECONDS = 2.0
BODY = "Hej! Hur länge har du haft feber, och har du tagit något mot den?"


@dataclass
class Measured:
    """Milliseconds, and sends a second with ten at once."""

    answered: list[float] = field(default_factory=list[float])
    delivered: list[float] = field(default_factory=list[float])
    wide: list[float] = field(default_factory=list[float])
    """From sending until the last of 500 streams has it."""
    rates: list[float] = field(default_factory=list[float])


class Sender:
    """One kept connection that sends messages of one case."""

    def __init__(self, url: str, token: str, case_id: str) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "", parts.port or 0
        self._head = (
            "POST /api/v1/commands/post_message HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: "
        )
        self._case_id = case_id
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self) -> str:
        """Send one message and wait for its answer; the message's id."""
        if self._ends is None:
            self._ends = await asyncio.open_connection(*self._address)
        reader, writer = self._ends
        identity = new_id()
        body = json.dumps({"command_id": identity, "case_id": self._case_id, "body": BODY}).encode()
        writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        answer = await reader.readexactly(length)
        assert b" 200 " in head.split(b"\r\n")[0], answer
        return identity

    def close(self) -> None:
        """Close the connection."""
        if self._ends is not None:
            self._ends[1].close()


@asynccontextmanager
async def followers(url: str, tokens: list[str], count: int) -> AsyncGenerator[list[ClientConnection]]:
    """So many live connections, each past its hello."""
    async with AsyncExitStack() as stack:
        found: list[ClientConnection] = []
        for number in range(count):
            token = tokens[number % len(tokens)] if tokens else "none"
            socket = await stack.enter_async_context(
                websockets.connect(
                    url.replace("http", "ws") + "/api/v1/events",
                    additional_headers={"Authorization": f"Bearer {token}"},
                    compression=None,
                    proxy=None,
                    max_queue=None,
                    ping_interval=None,
                )
            )
            await socket.send('{"type":"hello"}')
            while "live" not in str(await socket.recv())[:20]:
                pass
            found.append(socket)
        yield found


async def _one_event(socket: ClientConnection) -> float:
    """When the next frame that every follower gets is here: a case's row, or the bare text."""
    while True:
        text = str(await socket.recv())
        if '"stream":"staff:' not in text:
            return time.perf_counter()


async def _timed(
    sender: Sender, sockets: list[ClientConnection], into: list[float], answered: list[float]
) -> None:
    start = time.perf_counter()
    arrivals = [asyncio.ensure_future(_one_event(socket)) for socket in sockets]
    await sender.send()
    answered.append((time.perf_counter() - start) * 1000)
    into.append((max(await asyncio.gather(*arrivals)) - start) * 1000)


async def _flood(senders: list[Sender]) -> float:
    """Sends a second, each sender waiting for its answer before the next."""
    done = 0
    start = time.perf_counter()

    async def one(sender: Sender) -> None:
        nonlocal done
        while time.perf_counter() - start < FLOOD_SECONDS:
            await sender.send()
            done += 1

    await asyncio.gather(*map(one, senders))
    return done / (time.perf_counter() - start)


async def _drain(socket: ClientConnection) -> None:
    while True:
        await socket.recv()


async def measure_one(said: dict[str, Any], into: Measured) -> None:
    """One round against one service."""
    url, tokens = said["url"], said["tokens"]
    cases = said["cases"] or [""] * MEMBERS
    senders = [Sender(url, tokens[n] if tokens else "none", cases[n]) for n in range(MEMBERS)]
    async with followers(url, tokens, MEMBERS) as sockets:
        for _ in range(SENDS):
            await _timed(senders[0], sockets, into.delivered, into.answered)
        drains = [asyncio.ensure_future(_drain(socket)) for socket in sockets]
        into.rates.append(await _flood(senders))
        for drain in drains:
            drain.cancel()
        await asyncio.gather(*drains, return_exceptions=True)
    async with followers(url, tokens, STREAMS) as sockets:
        for _ in range(WIDE_SENDS):
            await _timed(senders[0], sockets, into.wide, [])
    for sender in senders:
        sender.close()


def measure() -> list[Finding]:
    """Measure both in turn, and judge."""
    ours, bare = Measured(), Measured()
    with Child("ward", "ours", str(MEMBERS)) as real, Child("ward", "bare", str(MEMBERS)) as floor:
        places = [(real.read(), ours), (floor.read(), bare)]
        for _ in range(ROUNDS):
            for said, into in places:
                asyncio.run(measure_one(said, into))
    rows = [
        (name, *(f"{value:.2f}" for value in _numbers(found)))
        for name, found in (("ours", ours), ("bare", bare))
    ]
    heads = ("", "answer p50", "p99", "10 have it p50", "p99", "500 have it p50", "p99", "sends/s")
    table(heads, rows)
    return [
        _finding("send to ten members, p50", median(ours.delivered), median(bare.delivered)),
        _finding("send to ten members, p99", p99(ours.delivered), p99(bare.delivered)),
        _finding("one event to 500 streams, p50", median(ours.wide), median(bare.wide)),
        _finding("sends a second, ten at once", median(ours.rates), median(bare.rates), "1/s"),
    ]


def _numbers(found: Measured) -> list[float]:
    pairs = [found.answered, found.delivered, found.wide]
    return [*(part(values) for values in pairs for part in (median, p99)), median(found.rates)]


def _finding(goal: str, ours: float, theirs: float, unit: str = "ms") -> Finding:
    return Finding(goal=goal, unit=unit, ours=ours, anchor="bare", theirs=theirs)


if __name__ == "__main__":
    run(measure, __doc__)
