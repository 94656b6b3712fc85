"""Whether the backend lives, whether it can work, and what it counts."""

import ipaddress
from typing import Final

from sqlalchemy import Connection, text
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from clinic_tui.backend.endpoints.answers import answer, refuse
from clinic_tui.backend.endpoints.reading import query_of
from clinic_tui.backend.endpoints.site import Site
from clinic_tui.backend.metrics import CONTENT_TYPE
from clinic_tui.backend.store import StorageUnavailable
from clinic_tui.backend.store.tables import streams

_ALIVE: Final = {"status": "alive"}


class HealthEndpoint:
    """Answers those who run the backend; nothing here tells of residents or staff."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def alive(self, request: Request) -> Response:
        """The process runs."""
        query_of(request)
        return answer(_ALIVE)

    async def ready(self, request: Request) -> Response:
        """The database answers and has our tables; 503 otherwise."""
        query_of(request)
        store = self._site.backend.store
        try:
            schema = await store.read(_schema)
        except StorageUnavailable:
            raise refuse(503, "The database does not answer.", wait=1) from None
        sms = self._site.settings.sms
        return answer({"status": "ready", "database": store.dialect, "schema": schema, "sms": sms})

    async def metrics(self, request: Request) -> Response:
        """The counters, for this host alone unless the deployment opens them."""
        query_of(request)
        if not self._site.settings.metrics_everywhere and not _is_local(request):
            raise refuse(404)
        return Response(self._site.metrics.render(), headers={"Content-Type": CONTENT_TYPE})


def _schema(conn: Connection) -> str:
    """The schema's version; `unversioned` for one that was made at once, as the demo's is."""
    conn.execute(streams.select().limit(1))
    if not conn.dialect.has_table(conn, "alembic_version"):
        return "unversioned"
    return str(conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _is_local(request: Request) -> bool:
    """Whether the peer is on this host: a loopback address, or a Unix socket, which has none."""
    if request.client is None or not request.client.host:
        return True
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def routes(site: Site) -> list[BaseRoute]:
    """The operators' routes."""
    endpoint = HealthEndpoint(site)
    return [
        Route("/healthz", endpoint.alive, methods=["GET"]),
        Route("/readyz", endpoint.ready, methods=["GET"]),
        Route("/metrics", endpoint.metrics, methods=["GET"]),
    ]
