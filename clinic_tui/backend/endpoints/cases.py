"""Reading: the desk, cases, older messages and the resident's home, each with its row in the access log."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from clinic_tui.backend.dispatch import query
from clinic_tui.backend.endpoints.answers import answer, json_answer, refuse
from clinic_tui.backend.endpoints.reading import day_of, id_of, limit_of, number_of, query_of, token_of
from clinic_tui.backend.endpoints.site import Site
from clinic_tui.backend.openapi import document_bytes
from clinic_tui.backend.snapshot import (
    case_detail,
    case_page,
    desk_snapshot,
    ended_chats,
    message_page,
    resident_home,
)
from clinic_tui.backend.tx import Tx
from clinic_tui.backend.visits import visits_on
from clinic_tui.protocol.ids import is_id
from clinic_tui.protocol.resources import CasePage

T = TypeVar("T")

_CASES = 100
_MESSAGES = 50


class CaseEndpoint:
    """Answers queries for a session."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def desk(self, request: Request) -> Response:
        """Everything a workstation starts from."""
        query_of(request)
        return answer(await self._query(request, "desk", desk_snapshot))

    async def cases(self, request: Request) -> Response:
        """Rows by id, a page at a time."""
        asked = query_of(request, "cursor", "limit")
        after, limit = asked.get("cursor", ""), limit_of(asked, _CASES)
        if "cursor" in asked and not is_id(after):
            raise refuse(422, "is not a cursor from here", field="cursor")
        rows, following = await self._query(request, "cases", partial(case_page, after=after, limit=limit))
        return answer(CasePage(cases=rows, next=following))

    async def case(self, request: Request) -> Response:
        """The whole of one case."""
        query_of(request)
        return answer(await self._query(request, "case", partial(case_detail, case_id=id_of(request))))

    async def ended_chats(self, request: Request) -> Response:
        """Chats that have ended."""
        query_of(request)
        return answer(await self._query(request, "ended_chats", ended_chats))

    async def visits(self, request: Request) -> Response:
        """A day's scheduled visits."""
        asked = query_of(request, "day")
        return answer(await self._query(request, "visits", partial(visits_on, day=day_of(asked))))

    async def messages(self, request: Request) -> Response:
        """Older messages of a case."""
        asked = query_of(request, "before", "limit")
        work = partial(
            message_page,
            case_id=id_of(request),
            before=number_of(asked, "before"),
            limit=limit_of(asked, _MESSAGES),
        )
        return answer(await self._query(request, "messages", work))

    async def home(self, request: Request) -> Response:
        """What a resident meets."""
        query_of(request)
        return answer(await self._query(request, "resident_home", resident_home))

    async def openapi(self, request: Request) -> Response:
        """The interface's description."""
        query_of(request)
        return json_answer(document_bytes())

    async def _query(self, request: Request, name: str, work: Callable[[Tx], T]) -> T:
        return await query(self._site.backend, token_of(request), name, work, request.scope["request_id"])


def routes(site: Site) -> list[BaseRoute]:
    """The routes of queries."""
    endpoint = CaseEndpoint(site)
    return [
        Route("/api/v1/desk", endpoint.desk, methods=["GET"]),
        Route("/api/v1/cases", endpoint.cases, methods=["GET"]),
        Route("/api/v1/cases/{case_id}", endpoint.case, methods=["GET"]),
        Route("/api/v1/cases/{case_id}/messages", endpoint.messages, methods=["GET"]),
        Route("/api/v1/chats/ended", endpoint.ended_chats, methods=["GET"]),
        Route("/api/v1/visits", endpoint.visits, methods=["GET"]),
        Route("/api/v1/resident/home", endpoint.home, methods=["GET"]),
        Route("/api/v1/openapi.json", endpoint.openapi, methods=["GET"]),
    ]
