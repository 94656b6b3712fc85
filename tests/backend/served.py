"""The town's backend behind a real server, and clients for it."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from clinic_tui.backend.app import create_app
from clinic_tui.backend.context import Backend
from clinic_tui.backend.listening import address_of, listening, tcp_socket
from clinic_tui.protocol.ids import new_id
from tests.backend.town import PASSWORD

JSON = {"content-type": "application/json"}


@dataclass
class Served:
    """A running backend, as its clients meet it."""

    url: str
    backend: Backend
    http: httpx.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def staff(self, name: str) -> str:
        """A new session of a staff member."""
        answer = await self.http.post("/api/v1/session", json={"username": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return answer.json()["token"]

    async def resident(self, name: str) -> str:
        body = {"resident_id": f"r-{name}", "secret": "demo"}
        answer = await self.http.post("/api/v1/resident-session", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["token"]

    async def get(self, path: str, token: str) -> httpx.Response:
        return await self.http.get(path, headers=bearer(token))

    async def command(self, token: str, name: str, **fields: Any) -> httpx.Response:
        body = {"command_id": new_id(), **fields}
        return await self.http.post(f"/api/v1/commands/{name}", json=body, headers=bearer(token))

    def connect(self, token: str, path: str = "", **options: Any) -> Any:
        options.setdefault("additional_headers", bearer(token))
        return websockets.connect(
            self.url.replace("http", "ws") + f"/api/v1/events{path}", compression=None, proxy=None, **options
        )

    @asynccontextmanager
    async def live(self, token: str, *cursors: tuple[str, int]) -> AsyncIterator["Stream"]:
        async with self.connect(token) as socket:
            stream = Stream(socket)
            await stream.hello(*cursors)
            yield stream


@dataclass
class Stream:
    """One end of a live connection."""

    socket: ClientConnection
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def hello(self, *cursors: tuple[str, int]) -> None:
        """Say hello and read on until live; what came before is in `seen`."""
        places = [{"stream": stream, "seq": seq} for stream, seq in cursors]
        await self.send({"type": "hello", "cursors": places})
        await self.until(lambda frame: frame["type"] == "live")

    async def send(self, frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def next(self) -> dict[str, Any]:
        text = await self.socket.recv()
        assert isinstance(text, str)
        self.seen.append(json.loads(text))
        return self.seen[-1]

    async def until(self, wanted: Any) -> dict[str, Any]:
        """Read on until a frame is as wanted."""
        while True:
            frame = await self.next()
            if wanted(frame):
                return frame

    async def event(self, kind: str) -> dict[str, Any]:
        """Read on until an event of this kind; its envelope."""
        return await self.until(lambda f: f["type"] == "event" and f["event"]["type"] == kind)

    @property
    def places(self) -> list[tuple[str, int]]:
        """Stream and number of every event seen that is stored."""
        return [(f["stream"], f["seq"]) for f in self.seen if f["type"] == "event" and f["seq"]]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def random_id() -> str:
    return str(uuid.uuid4())


@asynccontextmanager
async def served(backend: Backend) -> AsyncIterator[Served]:
    """The backend on a free port of this machine."""
    bound = tcp_socket("127.0.0.1", 0)
    url = address_of(bound)
    async with (
        listening(create_app(backend), bound),
        httpx.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        yield Served(url, backend, http)
