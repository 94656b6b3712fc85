"""The gateway 46elks, over its HTTP interface: one request a text, and a delivery report back.

Its documentation: https://46elks.com/docs/send-sms and https://46elks.com/docs/sms-delivery-reports. It knows
no idempotency key, so a request that may have arrived is never sent again: the delivery report, whose address
carries our own id of the text, tells what became of it.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import re
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

import httpx

from clinic_tui.backend.sms.gateway import Delivery, Fate, Text
from clinic_tui.domain.texts import e164
from clinic_tui.protocol.address import is_loopback

BASE_URL: Final = "https://api.46elks.com"
REPORT_PATH: Final = "/api/v1/sms/46elks/delivery"
"""Where delivery reports come in; the secret is the next part of the path."""

_SENDER: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{2,10}")
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 -]{4,}")
_ANSWER_LIMIT: Final = 64 << 10
_FAULT_LIMIT: Final = 80
_CONNECT_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 15.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ElksAccount:
    """How 46elks is reached and who we are there."""

    user: str
    password: str
    sender: str
    """What the receiver sees as sender: 3 to 11 letters and digits, or a number as `+46701740605`."""
    public_url: str = ""
    """Where 46elks reaches this backend with delivery reports; empty for none."""
    base_url: str = BASE_URL
    answer_seconds: float = _ANSWER_SECONDS
    """How long an answer is waited for."""

    def __repr__(self) -> str:
        return f"ElksAccount(sender={self.sender!r})"

    @property
    def report_secret(self) -> str:
        """What an address for delivery reports ends with; the same on every replica, known to 46elks only."""
        return hmac.new(self.password.encode(), b"clinic-tui delivery reports", hashlib.sha256).hexdigest()


def is_sender(text: str) -> bool:
    """Whether 46elks takes this as a sender."""
    return _SENDER.fullmatch(text) is not None or (text.startswith("+") and e164(text) == text)


class ElksGateway:
    """Sends texts through 46elks."""

    name = "46elks"

    def __init__(self, account: ElksAccount) -> None:
        self._account = account
        self._url = f"{account.base_url.rstrip('/')}/a1/sms"
        self._trust_env = not is_loopback(urlsplit(account.base_url).hostname or "")

    async def send(self, text: Text) -> Delivery:
        """Send one. A connection that is not made is tried again; a request without an answer is not."""
        try:
            async with asyncio.timeout(_CONNECT_SECONDS + self._account.answer_seconds):
                status, body = await self._post(self._fields(text))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            return Delivery(fate="later", fault=f"no connection ({type(error).__name__})")
        except (httpx.HTTPError, TimeoutError) as error:
            return Delivery(fate="unknown", fault=f"no answer ({type(error).__name__})")
        return _delivery(status, body, text)

    async def _post(self, fields: dict[str, str]) -> tuple[int, bytes]:
        """Status and the beginning of the body. Every text has a connection of its own: one that was kept and
        closed meanwhile would leave it open whether the text went out."""
        account = self._account
        timeout = httpx.Timeout(account.answer_seconds, connect=_CONNECT_SECONDS)
        async with (
            httpx.AsyncClient(
                timeout=timeout, auth=(account.user, account.password), trust_env=self._trust_env
            ) as http,
            http.stream("POST", self._url, data=fields, follow_redirects=False) as answer,
        ):
            body = b""
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > _ANSWER_LIMIT:
                    break
            return answer.status_code, body

    def _fields(self, text: Text) -> dict[str, str]:
        """The form; 46elks is asked not to keep the words."""
        account = self._account
        fields = {"from": account.sender, "to": text.mobile, "message": text.body, "dontlog": "message"}
        if account.public_url:
            place = f"{account.public_url}{REPORT_PATH}/{account.report_secret}"
            fields["whendelivered"] = f"{place}?text={text.id}"
        return fields


def _delivery(status: int, body: bytes, text: Text) -> Delivery:
    if 200 <= status < 300:
        return _taken(body)
    fault = f"{status} {_reason(body, text)}".strip()
    fate: Fate = "refused"
    if status in {401, 403, 404, 405} or 300 <= status < 400:
        # Wrong name or password, no credit, or not the interface at all: the same for every text.
        fate = "blocked"
        _log.error("46elks takes no texts from us (%d); they wait", status)
    elif status in {408, 425, 429} or status >= 500:
        fate = "later"
    return Delivery(fate=fate, fault=fault)


def _taken(body: bytes) -> Delivery:
    """What a 2xx answer says. One that cannot be read is no reason to send the text again."""
    found = _object(body)
    identity, status = found.get("id"), found.get("status")
    if not isinstance(identity, str) or not 0 < len(identity) <= 80:
        return Delivery(fate="unknown", fault="an answer without an id")
    if status == "failed":
        return Delivery(fate="refused", gateway_id=identity, fault="failed at once")
    return Delivery(fate="sent", gateway_id=identity)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _reason(body: bytes, text: Text) -> str:
    """The interface's own words for a fault, without the number and without the text."""
    said = " ".join(body[:1_000].decode("utf-8", "replace").split())
    if text.body[:20] in said or not said.isprintable():
        return ""
    return _NUMBER.sub("…", said)[:_FAULT_LIMIT]
