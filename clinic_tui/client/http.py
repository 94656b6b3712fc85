"""Requests to the backend: the one module that knows httpx, which is imported at the first request."""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from clinic_tui import __version__
from clinic_tui.client.errors import (
    ClientError,
    Conflict,
    Forbidden,
    NotFound,
    Offline,
    ProtocolMismatch,
    Rejected,
    ServerBroken,
    TooMany,
    Unauthorised,
)
from clinic_tui.protocol import codec
from clinic_tui.protocol.address import check_server
from clinic_tui.protocol.commands import (
    COMMANDS,
    AskDeviceKey,
    ChooseAssignment,
    Command,
    CommandSpec,
    ResidentSignIn,
    SignIn,
)
from clinic_tui.protocol.ids import is_id
from clinic_tui.protocol.problems import CONTENT_TYPE, Code, Problem, ProtocolError
from clinic_tui.protocol.resident import ResidentHome
from clinic_tui.protocol.resources import (
    CaseDetail,
    CasePage,
    DeskSnapshot,
    DeviceKey,
    MessagePage,
    SignedIn,
)
from clinic_tui.protocol.wire import Wire

if TYPE_CHECKING:
    import httpx

A = TypeVar("A", bound=Wire)

_SPECS: dict[type[Command], CommandSpec] = {spec.struct: spec for spec in COMMANDS.values()}
_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait, in seconds, and how often to try (security.md 3, row 6)."""

    connect: float = 3.0
    read: float = 10.0
    total: float = 20.0
    attempts: int = 3
    """Tries of one request when there is no answer; repeating is safe, for a command carries its id."""


class Http:
    """A backend's HTTP interface, typed. Raises `ClientError` and nothing else.

    Proxies and secrets of the environment are not used, redirects are not followed, and plain http goes to
    this machine alone (security.md 4.10). One instance belongs to one event loop.
    """

    def __init__(self, server: str, token: str | None = None, *, patience: Patience | None = None) -> None:
        self.server = check_server(server)
        self.token = token
        self.patience = patience or Patience()
        self._client: httpx.AsyncClient | None = None

    async def sign_in(self, username: str, password: str) -> SignedIn:
        """Start a session with name and password; later requests use it."""
        body = SignIn(username=username, password=password)
        return self._signed_in(await self._call("POST", "session", SignedIn, body, tries=1))

    async def choose_assignment(self, assignment_id: str) -> SignedIn:
        """Work under this assignment from now on."""
        body = ChooseAssignment(assignment_id=assignment_id)
        return self._signed_in(await self._call("POST", "session/assignment", SignedIn, body))

    async def device_key(self, device_id: str) -> DeviceKey:
        """The key of what the signed-in person keeps on a device."""
        return await self._call("POST", "session/device", DeviceKey, AskDeviceKey(device_id=device_id))

    async def sign_out(self) -> None:
        """End the session; the token is forgotten whatever the answer."""
        try:
            await self._request("DELETE", "session", None)
        except (Unauthorised, NotFound):
            return
        finally:
            self.token = None

    async def desk(self) -> DeskSnapshot:
        """Everything a workstation starts from."""
        return await self._call("GET", "desk", DeskSnapshot)

    async def case(self, case_id: str) -> CaseDetail:
        """The whole of one case; the read is audited."""
        return await self._call("GET", f"cases/{_checked(case_id)}", CaseDetail)

    async def messages(self, case_id: str, before: int, limit: int = _PAGE) -> MessagePage:
        """Messages older than number `before`."""
        path = f"cases/{_checked(case_id)}/messages?before={before:d}&limit={limit:d}"
        return await self._call("GET", path, MessagePage)

    async def ended_chats(self) -> CasePage:
        """The newest ended asynchronous chats, newest first."""
        return await self._call("GET", "chats/ended", CasePage)

    async def visits_on(self, day: date) -> CasePage:
        """Every scheduled visit of a day (Swedish time), by its start."""
        return await self._call("GET", f"visits?day={day.isoformat()}", CasePage)

    async def send(self, command: Command, *, retry: bool = True) -> Any:
        """Send a command; the answer is of the registry's type for it. Safe to repeat with the same id."""
        spec = _SPECS[type(command)]
        tries = self.patience.attempts if retry else 1
        return await self._call("POST", f"commands/{spec.name}", spec.answer, command, tries=tries)

    async def resident_sign_in(self, resident_id: str, secret: str) -> SignedIn:
        """Start a session as a resident; only where the backend has demo data."""
        body = ResidentSignIn(resident_id=resident_id, secret=secret)
        return self._signed_in(await self._call("POST", "resident-session", SignedIn, body))

    async def resident_home(self) -> ResidentHome:
        """What the signed-in resident meets."""
        return await self._call("GET", "resident/home", ResidentHome)

    async def close(self) -> None:
        """Let go of all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _signed_in(self, answer: SignedIn) -> SignedIn:
        self.token = answer.token
        return answer

    async def _call(
        self, method: str, path: str, answer: type[A], body: Wire | None = None, *, tries: int | None = None
    ) -> A:
        data = _encoded(body)
        try:
            async with asyncio.timeout(self.patience.total):
                found = await self._tried(tries or self.patience.attempts, method, path, data)
        except TimeoutError:
            raise Offline(maybe_done=True) from None
        return _decoded(answer, found)

    async def _tried(self, tries: int, method: str, path: str, data: bytes | None) -> bytes:
        if tries == 1:
            return await self._request(method, path, data)
        import stamina

        lost = False
        async for attempt in stamina.retry_context(
            on=Offline, attempts=tries, timeout=None, wait_initial=0.1, wait_max=2.0, wait_jitter=0.3
        ):
            with attempt:
                try:
                    return await self._request(method, path, data)
                except Offline as error:
                    error.maybe_done = lost = lost or error.maybe_done
                    raise
        raise Offline(maybe_done=True)

    async def _request(self, method: str, path: str, data: bytes | None) -> bytes:
        import httpx

        headers = {"Content-Type": "application/json"} if data is not None else {}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        client = self._opened()
        try:
            url = f"{self.server}/api/v1/{path}"
            response = await client.request(method, url, content=data, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Offline(certificate=_is_certificate(error)) from None
        except (httpx.TransportError, OSError):
            raise Offline(maybe_done=True) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise ProtocolMismatch() from None
        if 200 <= response.status_code < 300:
            return response.content
        raise _error_of(response)

    def _opened(self) -> "httpx.AsyncClient":
        import httpx

        if self._client is None:
            patience = self.patience
            self._client = httpx.AsyncClient(
                trust_env=False,
                verify=not self.server.startswith("http:"),  # no TLS there: spare its set-up
                follow_redirects=False,
                timeout=httpx.Timeout(
                    connect=patience.connect, read=patience.read, write=patience.read, pool=patience.connect
                ),
                limits=httpx.Limits(max_connections=20, max_keepalive_connections=10),
                headers={"User-Agent": f"clinic-tui/{__version__}", "Accept": "application/json"},
            )
        return self._client


def error_of_problem(problem: Problem, *, incident: str = "") -> ClientError:
    """The error that goes with a problem document."""
    if problem.code in (Code.BLOCKED_BY_RULE, Code.INVALID, Code.TOO_LARGE):
        return Rejected(problem)
    if problem.status >= 500:
        return ServerBroken(problem, incident=problem.instance or incident)
    kinds: dict[int, type[ClientError]] = {
        401: Unauthorised,
        403: Forbidden,
        404: NotFound,
        409: Conflict,
        413: Rejected,
        422: Rejected,
        426: ProtocolMismatch,
        429: TooMany,
    }
    return kinds.get(problem.status, Rejected if problem.status in (400, 414, 415) else ProtocolMismatch)(
        problem
    )


def _error_of(response: "httpx.Response") -> ClientError:
    status = response.status_code
    if status < 400:
        return ProtocolMismatch()
    incident = response.headers.get("x-request-id", "") if status >= 500 else ""
    problem = Problem(title="", status=status, code="")
    if response.headers.get("content-type", "").partition(";")[0].strip() == CONTENT_TYPE:
        try:
            problem = codec.decode(Problem, response.content)
        except ProtocolError:
            return ProtocolMismatch()
    elif status not in (413, 429) and status < 500:
        return ProtocolMismatch()
    return error_of_problem(problem, incident=incident if is_id(incident) else "")


def _is_certificate(error: BaseException) -> bool:
    """Whether a failed connection failed for the server's certificate."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _encoded(body: Wire | None) -> bytes | None:
    try:
        return codec.encode(body) if body is not None else None
    except ProtocolError as error:
        raise _rejected(error) from None


def _decoded(answer: type[A], data: bytes) -> A:
    try:
        return codec.decode(answer, data)
    except ProtocolError:
        raise ProtocolMismatch() from None


def _rejected(error: ProtocolError) -> Rejected:
    return Rejected(Problem(title="", status=422, code=Code.INVALID, detail=str(error), field=error.field))


def _checked(case_id: str) -> str:
    """An id as part of an address: nothing but a UUID ever gets there."""
    if not is_id(case_id):
        raise NotFound()
    return case_id
