"""Requests: every answer a server could give becomes one of our own errors."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from clinic_tui.client import errors
from clinic_tui.client.http import Http, Patience
from clinic_tui.i18n import language, set_language
from clinic_tui.protocol.address import BadAddressError, check_server, stream_address
from clinic_tui.protocol.commands import PostMessage, StopReading
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.problems import Code, Problem

pytestmark = pytest.mark.anyio
QUICK = Patience(connect=0.3, read=0.3, total=60.0, attempts=3)
"""For a server that says nothing."""
LONG = Patience(connect=60.0, read=60.0, total=200.0, attempts=3)
"""For one that answers, on a busy machine, too."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def english():
    before = language()
    set_language("en")
    yield
    set_language(before)


class Server:
    """Gives canned answers, each as raw bytes; None says nothing at all."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            found = re.search(rb"content-length: *(\d+)", head.lower())
            self.requests.append(head + await reader.readexactly(int(found[1]) if found else 0))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer is not None:
                writer.write(answer)
                await writer.drain()
            else:
                await reader.read()
        writer.close()


@asynccontextmanager
async def canned(*answers: bytes | None) -> AsyncIterator[tuple[Server, Http]]:
    found = Server(*answers)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    http = Http(found.url, "token", patience=QUICK if None in answers else LONG)
    try:
        yield found, http
    finally:
        await http.close()
        server.close()


def answer(status: int, body: bytes, kind: str = "application/problem+json", *more: str) -> bytes:
    head = [
        f"HTTP/1.1 {status} X",
        f"content-type: {kind}",
        f"content-length: {len(body)}",
        "connection: close",
        *more,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def problem(status: int, code: str, **more: object) -> bytes:
    return answer(status, json.dumps({"title": "T", "status": status, "code": code, **more}).encode())


def done() -> bytes:
    return answer(200, b"{}", "application/json")


def stop() -> StopReading:
    return StopReading(command_id=new_id(), case_id=new_id())


ERRORS = [
    (problem(401, "unauthenticated"), errors.Unauthorised),
    (problem(403, "forbidden"), errors.Forbidden),
    (problem(404, "not_found"), errors.NotFound),
    (problem(409, "already_taken", who="Ebba", at="2026-03-02T08:14:00Z"), errors.Conflict),
    (problem(409, "stale_version", current_version=4), errors.Conflict),
    (problem(409, "blocked_by_rule", rule="case.not_taken"), errors.Rejected),
    (problem(413, "too_large"), errors.Rejected),
    (problem(415, "unsupported_media"), errors.Rejected),
    (problem(422, "invalid", field="body", detail="must be there"), errors.Rejected),
    (problem(426, "unsupported_version"), errors.ProtocolMismatch),
    (problem(429, "rate_limited", retry_after=2.5), errors.TooMany),
    (problem(500, "internal"), errors.ServerBroken),
    (problem(503, "unavailable", retry_after=1), errors.ServerBroken),
    (problem(418, "newer_than_this_client"), errors.ProtocolMismatch),
    (answer(502, b"<html>bad gateway</html>", "text/html"), errors.ServerBroken),
    (answer(429, b"slow down", "text/plain"), errors.TooMany),
    (answer(404, b"<html>", "text/html"), errors.ProtocolMismatch),
    (answer(302, b"", "text/html", "location: https://elsewhere.example/"), errors.ProtocolMismatch),
    (answer(422, b"not json"), errors.ProtocolMismatch),
    (answer(200, b"not json", "application/json"), errors.ProtocolMismatch),
    (answer(200, b"[]", "application/json"), errors.ProtocolMismatch),
]


@pytest.mark.parametrize(("raw", "kind"), ERRORS)
async def test_every_refusal_is_an_error_of_ours_with_a_text(
    raw: bytes, kind: type[errors.ClientError]
) -> None:
    async with canned(raw) as (server, http):
        with pytest.raises(errors.ClientError) as caught:
            await http.send(stop())
        assert type(caught.value) is kind
        assert caught.value.user_text()
        assert "\n" not in caught.value.user_text()
        assert len(server.requests) == 1


async def test_a_conflict_names_who_and_when_in_swedish_time() -> None:
    async with canned(ERRORS[3][0]) as (_server, http):
        with pytest.raises(errors.Conflict) as caught:
            await http.send(stop())
        assert caught.value.user_text() == "Ebba took the case 09:14."


async def test_text_of_a_problem_is_cleaned() -> None:
    async with canned(problem(422, "invalid", detail="\x1b[2J")) as (_server, http):
        with pytest.raises(errors.Rejected) as caught:
            await http.send(stop())
        assert "\x1b" not in caught.value.user_text()


@pytest.mark.parametrize(
    "garbage", [b"SSH-2.0\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}", b""]
)
async def test_what_is_no_answer_is_offline_and_perhaps_done(garbage: bytes) -> None:
    async with canned(garbage) as (server, http):
        with pytest.raises(errors.Offline) as caught:
            await http.send(stop())
        assert caught.value.maybe_done
        assert len(server.requests) == LONG.attempts


async def test_a_silent_server_is_offline_in_time() -> None:
    async with canned(None) as (_server, http):
        async with asyncio.timeout(Patience().read):
            with pytest.raises(errors.Offline):
                await http.send(stop())


async def test_a_command_without_answer_is_repeated_with_the_same_id() -> None:
    async with canned(b"", done()) as (server, http):
        command = stop()
        await http.send(command)
        bodies = {one.partition(b"\r\n\r\n")[2] for one in server.requests}
        assert len(server.requests) == 2
        assert bodies == {json.dumps(json.loads(bodies.copy().pop()), separators=(",", ":")).encode()}
        assert command.command_id.encode() in bodies.pop()


async def test_a_refusal_is_not_repeated_and_the_outboxs_sends_are_tried_once() -> None:
    async with canned(b"") as (server, http):
        with pytest.raises(errors.Offline):
            await http.send(stop(), retry=False)
        assert len(server.requests) == 1


async def test_a_request_that_got_through_once_may_be_done_whatever_the_later_tries_met() -> None:
    came: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(await reader.readuntil(b"\r\n\r\n"))
        server.close()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    http = Http(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", patience=LONG)
    with pytest.raises(errors.Offline) as away:
        await http.send(StopReading(command_id=new_id(), case_id=new_id()))
    await http.close()
    assert len(came) == 1
    assert away.value.maybe_done


async def test_a_closed_port_is_offline_and_nothing_was_done() -> None:
    async with canned(done()) as (server, _http):
        url = server.url
    with pytest.raises(errors.Offline) as caught:
        await Http(url, patience=QUICK).desk()
    assert not caught.value.maybe_done
    assert not caught.value.certificate


async def test_a_server_without_a_certificate_is_refused() -> None:
    async with canned(b"not tls") as (server, _http):
        http = Http(server.url.replace("http:", "https:"), patience=QUICK)
        with pytest.raises(errors.Offline):
            await http.desk()
        await http.close()


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with canned(done()) as (server, http):
        await http.send(stop())
        assert len(server.requests) == 1


async def test_the_token_goes_in_the_header_and_personal_text_never_in_the_address() -> None:
    async with canned(problem(404, "not_found")) as (server, http):
        command = PostMessage(command_id=new_id(), case_id=new_id(), body="hemligt")
        with pytest.raises(errors.NotFound):
            await http.send(command)
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /api/v1/commands/post_message HTTP/1.1")
        assert b"Authorization: Bearer token" in head
        assert b"hemligt" not in head
        assert b"hemligt" in body


@pytest.mark.parametrize("case_id", ["", "../desk", "a?b", "x" * 40, "19121212-1212"])
async def test_nothing_but_an_id_gets_into_an_address(case_id: str) -> None:
    async with canned(done()) as (server, http):
        with pytest.raises(errors.NotFound):
            await http.case(case_id)
        with pytest.raises(errors.NotFound):
            await http.messages(case_id, 4)
        assert server.requests == []


UNSAFE = (
    "http://x.invalid",
    "ftp://localhost",
    "localhost:8080",
    "",
    "https://",
    "https://a:b@x.se",
    "https://x.se?a=1",
    "https://x.se#f",
    "http://127.0.0.1.x.se",
    "https://x.se:99999",
    "https://[::1",
)


@pytest.mark.parametrize("url", UNSAFE)
def test_addresses_that_are_not_safe_are_refused(url: str) -> None:
    with pytest.raises(BadAddressError) as caught:
        check_server(url)
    assert "a:b" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "stream"),
    [
        ("https://direkt.example/", "wss://direkt.example/api/v1/events"),
        ("http://localhost:8080", "ws://localhost:8080/api/v1/events"),
        ("http://127.0.0.1:1/x/", "ws://127.0.0.1:1/x/api/v1/events"),
        ("http://[::1]:8080", "ws://[::1]:8080/api/v1/events"),
    ],
)
def test_addresses_that_are_taken(url: str, stream: str) -> None:
    assert stream_address(check_server(url)) == stream


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_text(code: Code) -> None:
    from clinic_tui.client.http import error_of_problem
    from clinic_tui.protocol.problems import STATUS

    assert error_of_problem(Problem(title="T", status=STATUS[code], code=code)).user_text()


def test_neither_httpx_nor_websockets_nor_keyring_is_loaded_before_it_is_used() -> None:
    code = (
        "import sys, clinic_tui.client.link, clinic_tui.client.session, clinic_tui.state.selectors\n"
        "import clinic_tui.storage.config, clinic_tui.storage.filters\n"
        "heavy = ('httpx', 'websockets', 'keyring', 'stamina', 'tomlkit', 'textual')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
