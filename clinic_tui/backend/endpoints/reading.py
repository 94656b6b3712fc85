"""Reads requests strictly: bearer token, query and body, each refused before it can do harm."""

import asyncio
import re
from datetime import date
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import HTTPConnection, Request

from clinic_tui.backend.endpoints.answers import refuse
from clinic_tui.backend.settings import BODY_LIMIT, HEADER_LIMIT, PAGE_LIMIT
from clinic_tui.protocol.ids import is_id

_BEARER: Final = re.compile(r"Bearer ([A-Za-z0-9._~+/-]{16,512}=*)")
_DAY: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_QUERY_LIMIT: Final = 2_048
_PATH_LIMIT: Final = 1_024

RawHeaders = list[tuple[bytes, bytes]]


def check_head(headers: RawHeaders, path: bytes, query: bytes) -> None:
    """Refuse what no endpoint takes: large headers, long addresses, packed bodies, tokens in addresses."""
    if sum(len(name) + len(value) + 4 for name, value in headers) > HEADER_LIMIT:
        raise refuse(431)
    if len(path) > _PATH_LIMIT or len(query) > _QUERY_LIMIT:
        raise refuse(414)
    for name, value in headers:
        if name == b"content-encoding" and value.strip().lower() != b"identity":
            raise refuse(415)
        if name == b"idempotency-key":
            raise refuse(400, "A command's id stands in its body, not in a header.")
        if name == b"content-length" and value.isdigit() and int(value[:20]) > BODY_LIMIT:
            raise refuse(413)


def token_of(connection: HTTPConnection) -> str:
    """The one bearer token of the request; 401 in one constant shape for anything else."""
    values = connection.headers.getlist("authorization")
    found = _BEARER.fullmatch(values[0]) if len(values) == 1 else None
    if found is None:
        raise refuse(401)
    return found.group(1)


def query_of(connection: HTTPConnection, *allowed: str) -> dict[str, str]:
    """The query's values; 400 for a parameter that is not allowed or stands twice."""
    raw = connection.scope["query_string"]
    if not raw:
        return {}
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=20,
        )
    except ValueError:
        raise refuse(400, "The query cannot be read.") from None
    values = dict(pairs)
    if len(values) != len(pairs) or not values.keys() <= set(allowed):
        raise refuse(400, "The query holds a parameter that is not possible here.")
    return values


def limit_of(query: dict[str, str], default: int) -> int:
    """How many rows are asked for, from 1 to 500."""
    text = query.get("limit")
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= PAGE_LIMIT:
        raise refuse(422, f"must be a number from 1 to {PAGE_LIMIT}", field="limit")
    return int(text)


def number_of(query: dict[str, str], name: str) -> int | None:
    """A whole number from 1 in the query, or None where it is left out."""
    text = query.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text) or int(text) < 1:
        raise refuse(422, "must be a whole number from 1", field=name)
    return int(text)


def day_of(query: dict[str, str]) -> date:
    """The date in the query, from 2000 to 2099."""
    text = query.get("day", "")
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise refuse(422, "must be a date such as 2026-03-10", field="day") from None


def id_of(connection: HTTPConnection) -> str:
    """The case id in the path; anything that is not an id is not found."""
    value = connection.path_params["case_id"]
    if not is_id(value):
        raise refuse(404)
    return value


async def body_of(request: Request, seconds: float) -> bytes:
    """The JSON body, read no further than its limit and waited for no longer than this."""
    media, _, parameter = request.headers.get("content-type", "").lower().partition(";")
    if media.strip() != "application/json" or parameter.strip() not in {"", "charset=utf-8"}:
        raise refuse(415)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > BODY_LIMIT:
                    raise refuse(413)
                chunks.append(chunk)
    except TimeoutError:
        raise refuse(408) from None
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
