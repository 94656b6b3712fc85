"""Runs the application under uvicorn on a socket of ours."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from clinic_tui.backend.origin import BehindProxy
from clinic_tui.backend.settings import FRAME_LIMIT
from clinic_tui.backend.sockets import LiveProtocol

_BACKLOG = 2_048
_PING_SECONDS = 10.0
_STOP_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Transport:
    """How connections arrive: over TLS, or through a proxy that ends it."""

    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False


class Listener(uvicorn.Server):
    """A uvicorn server that says when it is ready and when it is told to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.stopping = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to whoever runs the process."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell those who wait, and stop."""
        self.stopping.set()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell those who wait."""
        await super().startup(sockets)
        self.ready.set()


def listener(app: Any, transport: Transport | None = None) -> Listener:
    """A server for the application; the limits of the live stream are set here."""
    transport = transport or Transport()
    config = uvicorn.Config(
        BehindProxy(app) if transport.behind_proxy else app,
        http="httptools",
        ws=LiveProtocol,
        ws_max_size=FRAME_LIMIT,
        ws_ping_interval=_PING_SECONDS,
        ws_ping_timeout=_PING_SECONDS,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_STOP_SECONDS,
        backlog=_BACKLOG,
        ssl_certfile=transport.certificate,
        ssl_keyfile=transport.key,
    )
    return Listener(config)


def tcp_socket(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. OSError where the address is taken or not ours."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    found = socket.socket(family, kind, protocol)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
    except OSError:
        found.close()
        raise
    return found


def unix_socket(path: Path) -> socket.socket:
    """A bound Unix socket that only its owner may use. A dead one in its place is removed."""
    if path.is_socket() and not _answers(path):
        path.unlink()
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        found.bind(str(path))
    except OSError:
        found.close()
        raise
    finally:
        os.umask(before)
    return found


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def address_of(bound: socket.socket, *, tls: bool = False) -> str:
    """Where the socket is reached, as a client writes it."""
    if bound.family == socket.AF_UNIX:
        return f"unix:{bound.getsockname()}"
    host, port = bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{port}"


@asynccontextmanager
async def listening(
    app: Any, bound: socket.socket, transport: Transport | None = None
) -> AsyncGenerator["Listener"]:
    """Serve within the block; ready when it begins, and stopped, connections closed, when it ends."""
    server = listener(app, transport)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    waiting = asyncio.create_task(server.ready.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        waiting.cancel()
        task.result()
    try:
        yield server
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await task
