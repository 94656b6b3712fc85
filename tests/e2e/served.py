"""A backend in a process of its own, and colleagues who use it without a screen."""

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from clinic_tui.backend.serve import DEMO_PASSWORD as PASSWORD
from clinic_tui.protocol.ids import new_id
from tests.e2e.terminal import PATIENCE, PROGRAM

ROOT = Path(__file__).parents[2]
SERVE = (*PROGRAM, "serve", "--demo-data", "--port", "0")
HOST = (sys.executable, "-m", "tests.e2e.host")
_WHERE = re.compile(r"listening on (\S+)")


class Colleague:
    """A staff member at another workstation."""

    def __init__(self, url: str, username: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1", trust_env=False, timeout=PATIENCE)
        signed_in = self._call("POST", "session", {"username": username, "password": PASSWORD})
        self._http.headers["Authorization"] = f"Bearer {signed_in['token']}"
        if not signed_in.get("assignment_id"):
            usual = next(one for one in signed_in["assignments"] if one["unit_id"] == "eken")
            chosen = {"assignment_id": usual["id"]}
            signed_in = self._call("POST", "session/assignment", chosen)
            self._http.headers["Authorization"] = f"Bearer {signed_in['token']}"

    @property
    def token(self) -> str:
        """The session's."""
        return self._http.headers["Authorization"].removeprefix("Bearer ")

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def desk(self) -> Any:
        """All that a workstation starts from."""
        return self._call("GET", "desk")

    def rows(self) -> dict[str, Any]:
        """The cases by id."""
        return {row["id"]: row for row in self.desk()["cases"]}

    def case(self, case_id: str) -> Any:
        """The whole of a case."""
        return self._call("GET", f"cases/{case_id}")

    def do(self, command: str, **fields: Any) -> Any:
        """Send a command."""
        return self._call("POST", f"commands/{command}", {"command_id": new_id(), **fields})

    def close(self) -> None:
        """Leave."""
        self._http.close()


class Backend:
    """A backend process; ready when made."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        found = _WHERE.search(self.process.stdout.readline())
        assert found, "the backend did not start"
        self.url = found.group(1)
        self._colleagues: dict[str, Colleague] = {}

    def colleague(self, username: str) -> Colleague:
        """This staff member, signed in elsewhere."""
        if username not in self._colleagues:
            self._colleagues[username] = Colleague(self.url, username)
        return self._colleagues[username]

    def close(self) -> None:
        """Stop it."""
        for colleague in self._colleagues.values():
            colleague.close()
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
