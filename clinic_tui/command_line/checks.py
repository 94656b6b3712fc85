"""The checks of `clinic-tui doctor`, one function each."""

import os
import platform
import shutil
import sys
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, cast

from clinic_tui import __version__
from clinic_tui.command_line.doctor import Finding
from clinic_tui.command_line.exits import Exit
from clinic_tui.i18n import _
from clinic_tui.protocol.address import BadAddressError, check_server
from clinic_tui.protocol.text import safe_line

if TYPE_CHECKING:
    import httpx

    from clinic_tui.storage.config import Config

_COLUMNS, _LINES = 80, 24
_PACKAGES = ("textual", "httpx", "websockets", "msgspec", "keyring")
_SKEW_SECONDS = 60
_TIMEOUT_SECONDS = 5.0


def examine(server: str | None, config: Path | None) -> list[Finding]:
    """Everything, in the order it is shown."""
    url, settings = _settings(server, config)
    return [_versions(), *_terminal(), *settings, _keyring(), *_server(url)]


def _versions() -> Finding:
    found = [f"{name} {_version(name)}" for name in _PACKAGES]
    text = f"clinic-tui {__version__}, Python {platform.python_version()}, " + ", ".join(found)
    return Finding(name="versions", verdict="ok", text=text)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"


def _terminal() -> list[Finding]:
    columns, lines = shutil.get_terminal_size()
    term = os.environ.get("TERM", "")
    out: list[Finding] = []
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        out.append(Finding(name="terminal", verdict="note", text=_("This is not a terminal.")))
    elif term in {"", "dumb"}:
        text = _("The terminal says that it can do nothing (TERM={term}).").format(term=safe_line(term))
        out.append(Finding(name="terminal", verdict="fault", text=text, code=Exit.ERROR))
    elif columns < _COLUMNS or lines < _LINES:
        text = _("The terminal is {columns}×{lines}; it should be 80×24 at least.")
        text = text.format(columns=columns, lines=lines)
        out.append(Finding(name="terminal", verdict="note", text=text))
    else:
        text = _("The terminal is {columns}×{lines}.").format(columns=columns, lines=lines)
        out.append(Finding(name="terminal", verdict="ok", text=text))
    encoding = (sys.stdout.encoding or "").lower()
    if encoding.replace("-", "") != "utf8":
        text = _("The terminal's text is not UTF-8 but {encoding}; set LANG.").format(encoding=encoding)
        out.append(Finding(name="encoding", verdict="note", text=text))
    return out


def _settings(server: str | None, config: Path | None) -> tuple[str | None, list[Finding]]:
    """The server's address, and where it and the other settings come from."""
    from clinic_tui.storage.config import Config
    from clinic_tui.storage.paths import find_paths

    paths = find_paths()
    file = config or (paths.config if paths else None)
    settings, out = Config(), list[Finding]()
    if file is None:
        text = _("There is no home folder; nothing is kept.")
        out.append(Finding(name="config", verdict="note", text=text))
    elif file.exists():
        settings, out = _file(file)
    else:
        text = _("No settings file; it would be {path}.").format(path=file)
        out.append(Finding(name="config", verdict="ok", text=text))
    asked, origin = _origin(server, settings.server.url, file)
    if asked is None:
        out.append(Finding(name="server", verdict="note", text=_("No server is set.")))
        return None, out
    try:
        url = check_server(asked)
    except BadAddressError as error:
        out.append(Finding(name="server", verdict="fault", text=str(error), code=Exit.USAGE))
        return None, out
    out.append(Finding(name="server", verdict="ok", text=f"{_('Server')}: {url} ({origin})"))
    return url, out


def _file(file: Path) -> tuple["Config", list[Finding]]:
    """The settings in force, and everything in the file that cannot be used; the file is only read."""
    from clinic_tui.actions.keymap import Keymap
    from clinic_tui.storage.config import load_config

    settings, wrong = load_config(file)
    problems = [*wrong, *Keymap(settings.keys, settings.ui.send_key).problems]
    verdict = "note" if problems else "ok"
    return settings, [
        Finding(name="config", verdict=verdict, text=_("Settings: {path}").format(path=file)),
        *(Finding(name="config", verdict="fault", text=one, code=Exit.USAGE) for one in problems),
    ]


def _origin(given: str | None, configured: str | None, file: Path | None) -> tuple[str | None, str]:
    environment = os.environ.get("CLINIC_TUI_SERVER")
    if given and given != environment:
        return given, "--server"
    if environment:
        return environment, "CLINIC_TUI_SERVER"
    return configured, str(file)


def _keyring() -> Finding:
    from clinic_tui.client.session import open_token_store

    store = open_token_store()
    if store.lasting:
        return Finding(name="keyring", verdict="ok", text=_("The keyring keeps the session."))
    return Finding(name="keyring", verdict="note", text=store.reason)


def _server(url: str | None) -> list[Finding]:
    """Whether the backend answers and is ready, and how far its clock is from ours."""
    if url is None:
        return []
    import httpx

    try:
        answer = httpx.get(f"{url}/readyz", timeout=_TIMEOUT_SECONDS, trust_env=False)
    except (httpx.HTTPError, OSError):
        text = _("The server does not answer.")
        return [Finding(name="reach", verdict="fault", text=text, code=Exit.UNREACHABLE)]
    if answer.status_code != 200:
        text = _("The server answers, but is not ready ({status}).").format(status=answer.status_code)
        return [Finding(name="reach", verdict="fault", text=text, code=Exit.UNREACHABLE)]
    took = round(answer.elapsed.total_seconds() * 1000)
    text = _("The server answers in {ms} ms.").format(ms=took)
    return [
        Finding(name="reach", verdict="ok", text=text),
        _clock(answer.headers.get("date")),
        *_sms(answer),
    ]


def _sms(answer: "httpx.Response") -> list[Finding]:
    """Which way the server's SMS go out."""
    try:
        told = answer.json()
    except ValueError:
        return []
    name = cast("dict[str, object]", told).get("sms") if isinstance(told, dict) else None
    if not isinstance(name, str):
        return []
    if name == "log":
        return [Finding(name="sms", verdict="note", text=_("The server sends no SMS (--sms log)."))]
    text = _("The server sends SMS by {name}.").format(name=safe_line(name))
    return [Finding(name="sms", verdict="ok", text=text)]


def _clock(told: str | None) -> Finding:
    try:
        theirs = parsedate_to_datetime(told or "")
    except ValueError:
        return Finding(name="clock", verdict="note", text=_("The server does not tell its time."))
    seconds = round((datetime.now(UTC) - theirs).total_seconds())
    if abs(seconds) > _SKEW_SECONDS:
        text = _("This computer's clock is {seconds} s from the server's.").format(seconds=seconds)
        return Finding(name="clock", verdict="note", text=text)
    return Finding(name="clock", verdict="ok", text=_("The clock agrees with the server's."))
