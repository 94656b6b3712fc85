"""Commands: every change there is goes through here."""

from time import perf_counter
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from clinic_tui.backend.dispatch import dispatch
from clinic_tui.backend.endpoints.answers import json_answer, problem_of, refuse
from clinic_tui.backend.endpoints.reading import body_of, query_of, token_of
from clinic_tui.backend.endpoints.site import Site
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.sessions import token_hash
from clinic_tui.protocol.commands import COMMANDS
from clinic_tui.protocol.problems import ProtocolError

PATH: Final = "/api/v1/commands/{name}"
_NEW_CASES: Final = frozenset({"seek_care", "ask_question", "redeem_ticket"})
"""After these a resident who is connected may be in the chat of one case more, such as a child's."""


class CommandEndpoint:
    """Carries out commands by name."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def command(self, request: Request) -> Response:
        """One command: the body is its struct, the answer what the registry says."""
        query_of(request)
        name = request.path_params["name"]
        if name not in COMMANDS:
            raise refuse(404)
        token = token_of(request)
        wait = self._site.commands.take(token_hash(token))
        if wait:
            raise refuse(429, wait=wait)
        body = await body_of(request, self._site.settings.body_seconds)
        return await self._run(request, token, name, body)

    async def _run(self, request: Request, token: str, name: str, body: bytes) -> Response:
        metrics, started = self._site.metrics, perf_counter()
        try:
            status, answer = await dispatch(
                self._site.backend, token, name, body, request.scope["request_id"]
            )
        except Refused as no:
            metrics.commands.add(name, no.problem.code)
            raise
        except ProtocolError as error:
            metrics.commands.add(name, problem_of(error).code)
            raise
        metrics.commands.add(name, "done")
        metrics.commit_seconds.observe(perf_counter() - started)
        if name in _NEW_CASES:
            await self._site.refresh_presence(token)
        return json_answer(answer, status)


def routes(site: Site) -> list[BaseRoute]:
    """The one route of every command."""
    return [Route(PATH, CommandEndpoint(site).command, methods=["POST"])]
