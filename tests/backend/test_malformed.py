import asyncio
import base64
import gzip
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from clinic_tui.backend.context import Backend
from tests.backend.served import JSON, Served, bearer, served
from tests.backend.town import ANNA_CASE

pytestmark = pytest.mark.anyio

_DATA = Path(__file__).parents[2] / "../shared/data/malformed_inputs.json"
_CORE: list[dict[str, Any]] = [
    {"id": "core-nan", "kind": "json_body", "payload": '{"version":NaN}'},
    {"id": "core-bom", "kind": "json_body", "payload": '\ufeff{"text":"a"}'},
    {"id": "core-surrogate", "kind": "json_body", "payload": '{"command_id":"\\ud83d"}'},
    {"id": "core-null", "kind": "json_body", "payload": "null"},
    {"id": "core-nul-byte", "kind": "json_body", "payload": "\x00"},
    {"id": "core-trailing", "kind": "json_body", "payload": "{} {}"},
    {"id": "core-dots", "kind": "url", "payload": "/api/v1/cases/../../etc/passwd"},
    {"id": "core-null-path", "kind": "url", "payload": "/api/v1/cases/%00"},
    {"id": "core-bad-utf8", "kind": "url", "payload": "/api/v1/cases/%ff%fe"},
    {"id": "core-twice", "kind": "url", "payload": "/api/v1/cases?limit=1&limit=2"},
    {"id": "core-limit", "kind": "url", "payload": "/api/v1/cases?limit=-1"},
    {"id": "core-fullwidth", "kind": "url", "payload": "/api/v1/cases?limit=%EF%BC%91"},
    {"id": "core-unknown", "kind": "url", "payload": "/api/v1/desk?debug=1"},
    {"id": "core-before", "kind": "url", "payload": f"/api/v1/cases/{ANNA_CASE}/messages?before=0"},
    {"id": "core-basic", "kind": "header", "payload": "Basic YTpi"},
    {"id": "core-empty-bearer", "kind": "header", "payload": "Bearer "},
    {"id": "core-nul-token", "kind": "header", "payload": "Bearer " + "a" * 30 + "\x00"},
]


def _cases(kind: str) -> list[dict[str, Any]]:
    found = json.loads(_DATA.read_text())["inputs"] if _DATA.exists() else []
    return [case for case in [*found, *_CORE] if case["kind"] == kind]


def _payload(case: dict[str, Any]) -> bytes:
    if "payload_base64" in case:
        return base64.b64decode(case["payload_base64"])
    if "repeat" in case:
        text, times = case["repeat"]
        return (text * times).encode()
    return case.get("payload", "").encode("utf-8", "surrogatepass")


async def _raw(site: Served, *lines: bytes, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are, and read the answer to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"\r\n".join([*lines, b"Host: localhost", b"Connection: close", b"", b""]) + body)
    await writer.drain()
    raw = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, rest = raw.partition(b"\r\n\r\n")
    status, *headers = head.split(b"\r\n")
    pairs = dict(line.decode("latin-1").lower().split(": ", 1) for line in headers)
    return int(status.split(b" ")[1]), pairs, rest


def _is_right(status: int, headers: Any, body: bytes, sent: bytes) -> bool:
    """A problem document of the client's fault, without what was sent."""
    return (
        400 <= status < 500
        and headers["content-type"] == "application/problem+json"
        and json.loads(body)["status"] == status
        and (len(sent) < 12 or sent[2:40] not in body)
    )


async def test_every_malformed_body_is_refused_and_not_repeated(memory_backend: Backend) -> None:
    wrong: list[str] = []
    async with served(memory_backend) as site:
        token = await site.staff("nora")
        for case in _cases("json_body"):
            body, headers = _payload(case), {**JSON, **bearer(token)}
            if "gzip" in case.get("name", ""):
                body, headers["content-encoding"] = gzip.compress(b"\0" * (10 << 20)), "gzip"
            for path in ("commands/accept_case", "commands/post_message", "commands/sign_note", "session"):
                answer = await site.http.post(f"/api/v1/{path}", content=body, headers=headers)
                if not _is_right(answer.status_code, answer.headers, answer.content, body):
                    wrong.append(f"{case['id']} {path}: {answer.status_code}")
    assert not wrong


async def test_every_malformed_address_is_refused_and_not_logged(
    memory_backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "clinic_tui.backend")
    wrong: list[str] = []
    async with served(memory_backend) as site:
        token = (await site.staff("nora")).encode()
        for case in _cases("url"):
            target = _payload(case)
            status, headers, body = await _raw(
                site, b"GET " + target + b" HTTP/1.1", b"Authorization: Bearer " + token
            )
            if not _is_right(status, headers, body, target):
                wrong.append(f"{case['id']}: {status}")
            told = " ".join(str(vars(record)) for record in caplog.records)
            if target.decode("utf-8", "replace")[14:] in told:
                wrong.append(f"{case['id']}: logged")
    assert not wrong


async def test_every_malformed_credential_is_refused_in_one_shape(memory_backend: Backend) -> None:
    wrong: list[str] = []
    async with served(memory_backend) as site:
        token = (await site.staff("nora")).encode()
        for case in _cases("header"):
            text = _payload(case)
            lines = [b"GET /api/v1/desk HTTP/1.1"]
            if text.startswith(b"Idempotency-Key"):
                lines += [b"Authorization: Bearer " + token, text]
            elif text:
                lines.append(b"Authorization: " + text)
            status, headers, body = await _raw(site, *lines)
            parsed = headers["content-type"] != "text/plain; charset=utf-8"
            if status not in {400, 401, 431} or (parsed and json.loads(body)["status"] != status):
                wrong.append(f"{case['id']}: {status}")
    assert not wrong


async def test_two_authorization_headers_are_refused(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        line = b"Authorization: Bearer " + (await site.staff("nora")).encode()
        status, _, _ = await _raw(site, b"GET /api/v1/desk HTTP/1.1", line, line)
        assert status == 401


async def test_a_body_without_end_is_cut_at_its_limit(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        token = (await site.staff("nora")).encode()
        head = [b"POST /api/v1/commands/accept_case HTTP/1.1", b"Content-Type: application/json"]
        head.append(b"Authorization: Bearer " + token)
        chunk = b"%x\r\n" % (1 << 16) + b"a" * (1 << 16) + b"\r\n"
        chunked = [*head, b"Transfer-Encoding: chunked"]
        status, _, _ = await _raw(site, *chunked, body=chunk * 17)
        assert status == 413
        status, _, _ = await _raw(site, *head, b"Content-Length: 1048577")
        assert status == 413


async def test_a_request_with_two_lengths_is_refused(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        for pair in (
            (b"Content-Length: 2", b"Transfer-Encoding: chunked"),
            (b"Content-Length: 2", b"Content-Length: 3"),
        ):
            head = [b"POST /api/v1/session HTTP/1.1", b"Content-Type: application/json", *pair]
            status, _, _ = await _raw(site, *head, body=b"{}")
            assert status == 400


async def test_noise_that_is_no_request_leaves_others_unaffected(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        with socket.create_connection(("127.0.0.1", site.port)) as noise:
            noise.sendall(b"\x16\x03\x01\x00" * 100)
            assert (await site.http.get("/healthz")).status_code == 200
