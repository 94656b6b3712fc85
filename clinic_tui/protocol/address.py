"""Where the backend is: plain http only on this machine, https everywhere else."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from clinic_tui.i18n import _


class BadAddressError(ValueError):
    """An address that is not used; the text is for the user and does not repeat it."""


def check_server(url: str) -> str:
    """The address without a trailing slash, or `BadAddressError` (security.md 4.10).

    Taken are `https://host[:port][/path]` and, to this machine alone, `http://`. A user name, a query or a
    fragment is refused: nothing secret belongs in an address.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadAddressError(_("The server address cannot be read.")) from None
    if not host or parts.scheme not in ("http", "https") or not url.isprintable() or port == 0:
        raise BadAddressError(_("The server address must start with https://."))
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise BadAddressError(_("The server address must hold nothing but the server's name and path."))
    if parts.scheme == "http" and not is_loopback(host):
        raise BadAddressError(
            _("Only a server on this machine may be reached without encryption; use https://.")
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether this names the machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def stream_address(server: str) -> str:
    """The address of the live stream, from a checked server address."""
    return "ws" + server.removeprefix("http") + "/api/v1/events"
