"""The request boundary: limits before, problem documents, one log line and counters after."""

import logging
import secrets
from collections.abc import Mapping, MutableMapping
from time import perf_counter
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clinic_tui.backend.endpoints.answers import problem, problem_answer, problem_of
from clinic_tui.backend.endpoints.reading import check_head
from clinic_tui.backend.logs import logger
from clinic_tui.backend.metrics import Metrics
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.store import StorageUnavailable
from clinic_tui.protocol.problems import ProtocolError

_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz"
_UNMATCHED: Final = "unmatched"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


def new_request_id() -> str:
    """A short id of letters only, so that it never looks like a person number."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


class Edge:
    """Wraps the routes: nothing that goes wrong inside leaves it as anything but an answer."""

    def __init__(
        self, routes: ASGIApp, templates: Mapping[Any, str], allowed: Mapping[str, str], metrics: Metrics
    ) -> None:
        self._routes = routes
        self._templates = templates
        self._allowed = allowed
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one live connection or the lifespan."""
        if scope["type"] == "lifespan":
            await self._routes(scope, receive, send)
            return
        scope["request_id"] = new_request_id()
        scope["app"] = self
        started = perf_counter()
        sent = _Sent(send, scope)
        try:
            check_head(scope["headers"], scope.get("raw_path") or b"", scope["query_string"])
            await self._routes(scope, receive, sent)
        except ClientDisconnect:
            sent.status = sent.status or 499
        except Exception as error:  # noqa: BLE001 - the request boundary
            await self._answer(error, scope, receive, sent)
        self._tell(scope, sent.status, perf_counter() - started)

    async def _answer(self, error: Exception, scope: Scope, receive: Receive, sent: "_Sent") -> None:
        response = self._response_to(error, scope)
        if sent.status:
            return
        await response(scope, receive, sent)

    def _response_to(self, error: Exception, scope: Scope) -> Response:
        if isinstance(error, Refused):
            return problem_answer(error.problem)
        if isinstance(error, ProtocolError):
            return problem_answer(problem_of(error))
        if isinstance(error, HTTPException) and error.status_code in {404, 405}:
            response = problem_answer(problem(error.status_code))
            if error.status_code == 405:
                response.headers["Allow"] = self._allowed[self._template(scope)]
            return response
        if isinstance(error, StorageUnavailable):
            return problem_answer(problem(503, wait=1))
        incident = scope["request_id"]
        logger().error("a request failed", exc_info=error, extra={"incident": incident})
        return problem_answer(problem(500, f"Incident {incident}."))

    def _template(self, scope: Scope) -> str:
        """The route's template, never the path that was asked for."""
        return self._templates.get(scope.get("endpoint"), _UNMATCHED)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = self._template(scope)
        self._metrics.requests.add(route, str(status))
        if scope["type"] == "http":
            self._metrics.request_seconds.observe(seconds)
        log = logger()
        if log.isEnabledFor(logging.INFO):
            method = scope.get("method", "WS")
            log.info(
                "request",
                extra={
                    "request_id": scope["request_id"],
                    "route": route,
                    "method": method if method in _METHODS else "WS" if method == "WS" else "other",
                    "status": status,
                    "ms": round(seconds * 1000, 1),
                },
            )


class _Sent:
    """The sending side of a request, which adds the headers of every answer and remembers the status."""

    def __init__(self, send: Send, scope: Scope) -> None:
        self._send = send
        self._request_id: str = scope["request_id"]
        self._api = scope["path"].startswith("/api/")
        self.status = 0

    async def __call__(self, message: Message) -> None:
        """Pass a message on."""
        kind = message["type"]
        if kind in {"http.response.start", "websocket.http.response.start"}:
            self.status = message["status"]
            self._add_headers(message)
        elif kind == "websocket.accept":
            self.status = 101
            self._add_headers(message)
        await self._send(message)

    def _add_headers(self, message: MutableMapping[str, Any]) -> None:
        headers = list(message.get("headers", ()))
        headers.append((b"x-request-id", self._request_id.encode()))
        headers.append((b"x-content-type-options", b"nosniff"))
        if self._api:
            headers.append((b"cache-control", b"no-store"))
        message["headers"] = headers
