"""The demo: a private backend with simulated residents in a child process, and the workstation on it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module

from clinic_tui.i18n import _, language

START_SECONDS = 30.0
"""How long the backend may take to start, on the slowest machine."""
STOP_SECONDS = 3.0


@dataclass(frozen=True)
class DemoOptions:
    """What `clinic-tui demo` was asked for (design.md 7)."""

    seed: int = 1
    now: str | None = None
    """The demo's clock at its start, ISO 8601; None for this machine's."""
    speed: float = 1.0
    """How many seconds of the demo pass in one."""
    staff: str = "anna"
    """User name of the staff member who is signed in."""
    lang: str | None = None
    empty: bool = False
    """No cases to begin with, and nobody who comes."""


@dataclass(frozen=True)
class Ready:
    """Where the demo's backend is, who is signed in, and who else may be."""

    url: str
    token: str
    accounts: tuple[str, ...]
    password: str


class DemoFailed(Exception):  # noqa: N818 - shown as it is
    """The backend did not start; the text says why, the code is the program's exit code."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


def run_demo(options: DemoOptions) -> int:
    """Run the demo on this terminal; nothing is left of it when it ends, however it ends.

    The child ends when its standard input closes, so it also goes when this process is killed.
    """
    child = _start(options)
    try:
        from clinic_tui.workstation import prepare, run_workstation

        prepare()
        import_module("clinic_tui.app")  # while the backend starts

        try:
            ready = _ready(child)
        except DemoFailed as error:
            sys.stderr.write(f"{error}\n")
            return error.code
        return run_workstation(
            ready.url,
            lang=options.lang,
            token=ready.token,
            private=True,
            accounts=ready.accounts,
            password=ready.password,
        )
    finally:
        _stop(child)


def _start(options: DemoOptions) -> "subprocess.Popen[str]":
    arguments = ["--seed", str(options.seed), "--speed", str(options.speed), "--as", options.staff]
    arguments += ["--lang", options.lang or language()]
    if options.now:
        arguments += ["--now", options.now]
    if options.empty:
        arguments.append("--empty")
    return subprocess.Popen(  # noqa: S603 - this program itself
        [sys.executable, "-m", "clinic_tui", "demo-host", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def _ready(child: "subprocess.Popen[str]") -> Ready:
    """What the backend says once it listens. Raises `DemoFailed`."""
    import select

    assert child.stdout is not None  # noqa: S101 - a pipe was asked for
    if not select.select([child.stdout], [], [], START_SECONDS)[0]:
        raise DemoFailed(_("The demo's backend did not start in time."))
    line = child.stdout.readline()
    if not line:
        raise DemoFailed(_("The demo's backend ended at once."))
    try:
        said = json.loads(line)
    except ValueError:
        raise DemoFailed(_("The demo's backend could not be understood.")) from None
    if "error" in said:
        raise DemoFailed(said["error"], said["code"])
    return Ready(said["url"], said["token"], tuple(said["accounts"]), said["password"])


def _stop(child: "subprocess.Popen[str]") -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
