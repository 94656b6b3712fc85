"""A stand-in for 46elks on this machine, that answers as its documentation says."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

Answer = Callable[[dict[str, str]], tuple[int, str]]
USER, PASSWORD = "u0123", "a secret of ours"


@dataclass
class Elks:
    """What was asked of it, and how it answers the next requests; as usual where nothing is scripted."""

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    script: list[str | Answer] = field(default_factory=list[str | Answer])
    """`hang` never answers, `drop` closes without an answer, a function makes status and body."""

    def fails(self, status: int, body: str = "Try again") -> None:
        self.script.append(lambda _form: (status, body))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:]) if k}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            await self._answer(lines[0], headers, body.decode(), writer)
        writer.close()

    async def _answer(
        self, line: str, headers: dict[str, str], body: str, writer: asyncio.StreamWriter
    ) -> None:
        form = dict(parse_qsl(body, keep_blank_values=True))
        assert line == "POST /a1/sms HTTP/1.1"
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        given = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
        self.asked.append(form)
        step = self.script.pop(0) if self.script else self.usual
        if given != f"{USER}:{PASSWORD}":
            step = _unauthorized
        if step == "hang":
            await asyncio.Event().wait()
        if isinstance(step, str):
            return
        status, text = step(form)
        data = text.encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)
        await writer.drain()

    def usual(self, form: dict[str, str]) -> tuple[int, str]:
        """The answer of a text taken, or 400 for a number that is none."""
        if not form["to"].startswith("+46"):
            return 400, f"Invalid to-number {form['to']}"
        return 200, json.dumps(
            {
                "id": f"s{len(self.asked):032x}",
                "status": "created",
                "direction": "outgoing",
                "from": form["from"],
                "to": form["to"],
                "parts": 1,
                "cost": 5000,
            }
        )


def _unauthorized(_form: dict[str, str]) -> tuple[int, str]:
    return 401, "API access requires Basic HTTP authentication."


@asynccontextmanager
async def elks_server() -> AsyncGenerator[Elks]:
    """It on a free port; connections still open at the end are closed."""
    elks = Elks()
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        await elks.serve(reader, writer)

    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] = serve
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    elks.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield elks
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
