"""Signing in, choosing an assignment and signing out."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from clinic_tui.backend.auth import (
    Client,
    choose_assignment,
    has_signed_in_from,
    resident_sign_in,
    sign_in,
    sign_out,
)
from clinic_tui.backend.devices import device_key
from clinic_tui.backend.endpoints.answers import answer, refuse
from clinic_tui.backend.endpoints.reading import body_of, query_of, token_of
from clinic_tui.backend.endpoints.site import Site
from clinic_tui.backend.origin import LOCAL, network_of
from clinic_tui.backend.sessions import session_of
from clinic_tui.protocol.codec import decode_strict
from clinic_tui.protocol.commands import AskDeviceKey, ChooseAssignment, ResidentSignIn, SignIn


class SessionEndpoint:
    """Opens, changes and ends sessions."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def sign_in(self, request: Request) -> Response:
        """User name and password against a session."""
        asked = decode_strict(SignIn, await self._body(request))
        client = Client(name=_client(request), address=_address(request))
        known = await self._let_in(asked.username, client.address)
        signed_in = await sign_in(self._site.backend, asked, client)
        self._site.sign_ins.succeeded(asked.username, client.address, known=known)
        return answer(signed_in)

    async def _let_in(self, username: str, address: str) -> bool:
        """Count an attempt; True where it is let in as from an address that is known. 429 if it is not."""
        limits, store = self._site.sign_ins, self._site.backend.store
        wait = limits.take(username, address)
        if not wait:
            return False
        now = self._site.backend.clock.now()
        if not await store.read(lambda conn: has_signed_in_from(conn, username, address, now)):
            raise refuse(429, wait=wait)
        wait = limits.take(username, address, known=True)
        if wait:
            raise refuse(429, wait=wait)
        return True

    async def choose_assignment(self, request: Request) -> Response:
        """Which assignment the session works under; its live connections must connect again."""
        token = token_of(request)
        asked = decode_strict(ChooseAssignment, await self._body(request))
        signed_in = await choose_assignment(self._site.backend, token, asked)
        self._site.hub.reconnect(token)
        return answer(signed_in)

    async def device_key(self, request: Request) -> Response:
        """The key of what the session's own user keeps on a device."""
        token = token_of(request)
        asked = decode_strict(AskDeviceKey, await self._body(request))
        return answer(await device_key(self._site.backend, token, asked))

    async def sign_out(self, request: Request) -> Response:
        """End the session; its live connections close at once."""
        query_of(request)
        token = token_of(request)
        backend, now = self._site.backend, self._site.backend.clock.now()
        session = await backend.store.read(lambda conn: session_of(conn, token, now))
        await sign_out(backend, token)
        if session is not None:
            self._site.hub.end_session(session.id, "signed_out")
        return Response(status_code=204)

    async def resident_sign_in(self, request: Request) -> Response:
        """The simulated e-ID; without demo data there is no such thing."""
        if not self._site.settings.demo_data:
            raise refuse(404)
        asked = decode_strict(ResidentSignIn, await self._body(request))
        client = Client(name=_client(request), address=_address(request))
        return answer(await resident_sign_in(self._site.backend, asked, client))

    async def _body(self, request: Request) -> bytes:
        query_of(request)
        return await body_of(request, self._site.settings.body_seconds)


def _address(request: Request) -> str:
    return network_of(request.client.host) if request.client is not None else LOCAL


def _client(request: Request) -> str:
    """The client's name for the access log, cut to what is plain and short."""
    name = request.headers.get("user-agent", "")
    return "".join(sign for sign in name if sign.isascii() and sign.isprintable())[:120]


def routes(site: Site) -> list[BaseRoute]:
    """The routes of sessions."""
    endpoint = SessionEndpoint(site)
    return [
        Route("/api/v1/session", endpoint.sign_in, methods=["POST"]),
        Route("/api/v1/session", endpoint.sign_out, methods=["DELETE"]),
        Route("/api/v1/session/assignment", endpoint.choose_assignment, methods=["POST"]),
        Route("/api/v1/session/device", endpoint.device_key, methods=["POST"]),
        Route("/api/v1/resident-session", endpoint.resident_sign_in, methods=["POST"]),
    ]
