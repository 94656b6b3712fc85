"""A backend of its own for a benchmark, and the program's own workstation on it."""

import json
import select
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from benchmarks.harness import PROGRAMS, Terminal, environment

START_SECONDS = 60.0


class Child:
    """A program of ours that talks in lines of JSON and ends when its standard input closes."""

    def __init__(self, name: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAMS / f"{name}.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def ask(self, *words: object) -> None:
        """Send a line of words."""
        assert self._process.stdin
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()

    @property
    def says(self) -> int:
        """The file descriptor of what it says, to wait for."""
        assert self._process.stdout
        return self._process.stdout.fileno()

    def read(self, timeout: float = START_SECONDS) -> Any:
        """Its next line."""
        assert self._process.stdout
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            raise TimeoutError("the child said nothing")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the child ended")
        return json.loads(line)


@dataclass
class Town:
    """The real backend over a SQLite file, with this many waiting cases and visits under way.

    Use it in a `with` block. The residents of the visits are named `Visitor 0` and so on.
    """

    cases: int
    visits: int = 0
    messages: int = 0
    url: str = ""
    token: str = ""
    secret: str = ""
    residents: list[tuple[str, str]] = field(default_factory=list)
    """The id of each visit's resident, and of the case."""
    _child: Child | None = None

    def __enter__(self) -> "Town":
        self._child = Child("town", str(self.cases), str(self.visits), str(self.messages))
        said = self._child.read()
        self.url, self.token, self.secret = said["url"], said["token"], said["secret"]
        self.residents = [(one[0], one[1]) for one in said["residents"]]
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.__exit__()

    def workstation(self) -> Terminal:
        """The real workstation, signed in."""
        return Terminal(sys.executable, str(PROGRAMS / "station.py"), self.url, self.token)

    def resident(self, visit: int = 0) -> Child:
        """The sender of this visit's messages; ask it for `rate seconds`."""
        resident_id, case_id = self.residents[visit]
        return Child("sender", self.url, self.secret, resident_id, case_id)
