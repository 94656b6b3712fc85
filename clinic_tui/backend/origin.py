"""Where a request comes from: the peer or, behind a proxy on this machine, the one whom it forwards for."""

import ipaddress
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from clinic_tui.backend.logs import logger

LOCAL: Final = "local"
"""The address of what comes over a Unix socket without a proxy's word."""
_HEADER: Final = b"x-forwarded-for"
_PREFIX: Final = 64
"""Bits of an IPv6 address that a provider gives one customer: the rest is theirs to choose from."""


class BehindProxy:
    """Puts the address that the proxy forwards for in place of the proxy's own.

    The proxy is on this machine (`--behind-proxy`): only a loopback peer or a Unix socket is believed, and of
    the header only its last entry, which the proxy wrote itself. What stands before it a client can make up.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._told = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection under its real address."""
        if scope["type"] != "lifespan" and _is_here(scope.get("client")):
            found = _forwarded(scope["headers"])
            if found is not None:
                scope["client"] = (found, 0)
            elif scope["path"].startswith("/api/") and not self._told:
                self._told = True
                logger().warning("the proxy does not say in X-Forwarded-For whom it asks for")
        await self._app(scope, receive, send)


def network_of(host: str) -> str:
    """What counts as one place: an IPv4 address, or the network of an IPv6 one."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return LOCAL
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, _PREFIX), strict=False))


def _is_here(peer: tuple[str, int] | None) -> bool:
    """Whether the peer is on this machine: over loopback, or over a Unix socket, which has no address."""
    if peer is None or not peer[0]:
        return True
    try:
        return ipaddress.ip_address(peer[0]).is_loopback
    except ValueError:
        return False


def _forwarded(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The last address of the last header, without a port; None where there is none that can be read."""
    values = [value for name, value in headers if name == _HEADER]
    if not values:
        return None
    last = values[-1].decode("latin-1").rpartition(",")[2].strip()
    if last.startswith("["):
        last = last[1:].partition("]")[0]
    elif last.count(":") == 1:
        last = last.partition(":")[0]
    try:
        return str(ipaddress.ip_address(last))
    except ValueError:
        return None
