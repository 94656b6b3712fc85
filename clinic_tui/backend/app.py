"""The backend as one ASGI application."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.routing import Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send

from clinic_tui.backend.context import Backend
from clinic_tui.backend.delivery import Committed
from clinic_tui.backend.edge import Edge
from clinic_tui.backend.endpoints import cases, commands, health, live, sessions, texts
from clinic_tui.backend.endpoints.answers import refuse
from clinic_tui.backend.endpoints.site import SignInLimits, Site
from clinic_tui.backend.event_access import Reading, events_to_deliver
from clinic_tui.backend.hub import Hub
from clinic_tui.backend.limits import RateLimit
from clinic_tui.backend.logs import logger
from clinic_tui.backend.metrics import Metrics
from clinic_tui.backend.presence import Presence
from clinic_tui.backend.store import StorageUnavailable
from clinic_tui.backend.watch import check_sessions

_MODULES = (sessions, cases, commands, live, texts, health)


def create_app(backend: Backend) -> Edge:
    """The application for an opened backend; the backend's hub becomes the live stream's.

    Without a lifespan (some test clients skip it) only the repeated look at open sessions is missing.
    """
    metrics = Metrics()

    async def read_after(stream: str, seq: int, limit: int) -> tuple[Committed, ...]:
        now = backend.clock.now()
        return await backend.store.read(
            lambda conn: events_to_deliver(Reading(conn, now, backend.region), stream, seq, limit)
        )

    hub = Hub(read_after, metrics)
    backend.hub = hub
    presence = Presence(backend.store, hub, backend.clock, backend.region)
    backend.in_chat = presence.in_chat
    backend.availability = presence.availability
    settings = backend.settings
    site = Site(
        backend=backend,
        hub=hub,
        presence=presence,
        metrics=metrics,
        commands=RateLimit(settings.commands_per_minute, settings.commands_burst),
        sign_ins=SignInLimits(settings),
    )
    routes = [route for module in _MODULES for route in module.routes(site)]
    for route in routes:
        if isinstance(route, Route) and route.methods is not None:
            route.methods.discard("HEAD")
    router = Router(routes, redirect_slashes=False, default=_not_found, lifespan=_lifespan(site))
    return Edge(router, _templates(routes), _allowed(routes), metrics)


def _templates(routes: list[Any]) -> Mapping[Any, str]:
    return {route.endpoint: route.path for route in routes if isinstance(route, Route | WebSocketRoute)}


def _allowed(routes: list[Any]) -> Mapping[str, str]:
    """The methods of each route template, as the Allow header lists them."""
    found: dict[str, set[str]] = {}
    for route in routes:
        if isinstance(route, Route):
            found.setdefault(route.path, set()).update(route.methods or ())
    return {path: ", ".join(sorted(methods)) for path, methods in found.items()}


async def _not_found(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise refuse(404)


def _lifespan(site: Site) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncGenerator[None]:
        task = asyncio.create_task(_repeat(site.settings.session_check_seconds, lambda: check_sessions(site)))
        try:
            yield
        finally:
            site.hub.close()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return lifespan


async def _repeat(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except StorageUnavailable:
            logger().warning("open sessions could not be looked up")
