"""Every test has a home of its own, an environment that steers nothing, and begins in Swedish."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from clinic_tui.backend import passwords
from clinic_tui.i18n import set_language

_STEERS = ("CLINIC_TUI_", "TEXTUAL", "XDG_", "LC_", "PG", "SSL_", "SSLKEYLOG")
_STEERS_TOO = frozenset(
    {"NO_COLOR", "FORCE_COLOR", "LANGUAGE", "COLUMNS", "LINES", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY"}
)
_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ws_proxy", "wss_proxy"})
_numbers = count(1)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords as cheaply as argon2 can; what is tested is never how long it takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture(scope="session")
def homes() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ct-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def home(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home folder; a short path, for sockets have to fit."""
    folder = homes / str(next(_numbers))
    folder.mkdir(mode=0o700)
    for name in list(os.environ):
        if name.startswith(_STEERS) or name in _STEERS_TOO or name.lower() in _PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("LANG", "sv_SE.UTF-8")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    yield folder
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def swedish() -> Iterator[None]:
    """The program's own language, whatever a test before this one has chosen."""
    set_language("sv")
    yield
    set_language("sv")
