"""Where the session's token is kept: the system's keyring if it is a known one, else in memory only."""

import contextlib
import secrets
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from clinic_tui.i18n import _

T = TypeVar("T")

_SERVICE = "clinic-tui"
_PROBE = "clinic-tui-probe"
_LIMIT = 3.0
_ALLOWED = frozenset(
    {
        "keyring.backends.SecretService",
        "keyring.backends.kwallet",
        "keyring.backends.macOS",
        "keyring.backends.Windows",
    }
)
"""Backends that keep secrets; others store plain text, or nothing while saying "ok" (security.md 4.9)."""


class Keyring(Protocol):
    """The part of a keyring backend that is used."""

    def get_password(self, service: str, username: str) -> str | None:
        """The stored secret."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a secret."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove a secret."""
        ...


class TokenStore:
    """Keeps one token a server; made by `open_token_store`. Any call may take 3 seconds: use a thread."""

    def __init__(self, keyring: Keyring | None, reason: str = "") -> None:
        self._keyring = keyring
        self._memory: dict[str, str] = {}
        self.reason = reason
        """Why the token is in memory only, in one line; empty when the keyring keeps it."""

    @property
    def lasting(self) -> bool:
        """Whether a token is still there at the next start."""
        return self._keyring is not None

    def load(self, server: str) -> str | None:
        """The token kept for this server."""
        keyring = self._keyring
        if keyring is None:
            return self._memory.get(server)
        return _limited(lambda: keyring.get_password(_SERVICE, server), None)

    def save(self, server: str, token: str) -> None:
        """Keep the token; in memory if the keyring fails now."""
        keyring = self._keyring
        if keyring is not None and _limited(lambda: _stored(keyring, server, token), False):
            return
        if keyring is not None:
            self._keyring, self.reason = None, _reason_broken()
        self._memory[server] = token

    def delete(self, server: str) -> None:
        """Forget the token."""
        self._memory.pop(server, None)
        keyring = self._keyring
        if keyring is not None:
            _limited(lambda: keyring.delete_password(_SERVICE, server), None)


def open_token_store() -> TokenStore:
    """The keyring if it is one of the known ones and proves to work; else memory, with the reason."""
    found = _limited(_find, None)
    if found is None:
        return TokenStore(None, _("No keyring on this machine: sign in again after a restart."))
    if not _limited(lambda: _proven(found), False):
        return TokenStore(None, _reason_broken())
    return TokenStore(found)


def _reason_broken() -> str:
    return _("The keyring did not answer: sign in again after a restart.")


def _find() -> Keyring | None:
    """The configured backend, or a known one inside a chain of them."""
    import keyring

    chosen: Any = keyring.get_keyring()
    chain: list[Any] = [chosen]
    if type(chosen).__module__ == "keyring.backends.chainer":
        chain = list(chosen.backends)
    return next((one for one in chain if type(one).__module__ in _ALLOWED), None)


def _proven(keyring: Keyring) -> bool:
    """Write, read and delete a value nobody needs."""
    name, value = secrets.token_hex(8), secrets.token_hex(16)
    try:
        keyring.set_password(_PROBE, name, value)
        return keyring.get_password(_PROBE, name) == value
    finally:
        with contextlib.suppress(OSError):
            keyring.delete_password(_PROBE, name)


def _stored(keyring: Keyring, server: str, token: str) -> bool:
    keyring.set_password(_SERVICE, server, token)
    return True


def _limited(call: Callable[[], T], otherwise: T) -> T:
    """The call's value; `otherwise` if it fails or takes too long. An unlock prompt may wait for ever."""
    outcome: list[T] = []

    def work() -> None:
        try:
            outcome.append(call())
        except Exception:  # noqa: BLE001 - a worker's edge: backends and their settings raise anything
            return

    worker = threading.Thread(target=work, name="keyring", daemon=True)
    worker.start()
    worker.join(_LIMIT)
    return outcome[0] if outcome else otherwise
