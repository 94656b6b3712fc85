"""From a resident's message to the clinician's screen, beside weechat on a tiny server and a bare echo.

Ours is the whole way: HTTP, the rules, the commit to disk, the live stream, the desk and the paint. Weechat's
is its own part alone: from a line on its socket to the line on its screen.
Run as ``python -m benchmarks.bench_receive``.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from select import select

from benchmarks.harness import Terminal, program
from benchmarks.irc import IrcServer
from benchmarks.marks import marks
from benchmarks.report import Finding, median, number, p99, run, table
from benchmarks.served import Town

RATES = {1: 12.0, 10: 12.0, 100: 8.0}
"""Messages a second, and for how many seconds."""
MUST = {10: 3.0, 100: 6.0}
TAIL_MS = 10.0
"""What the 99th percentile at ten a second may be above the echo's."""
TEXT = "It hurts when I swallow, and I have had a fever since Sunday."
NEXT_VISIT = b"\x1bOR"


@dataclass(frozen=True)
class Delays:
    """Milliseconds from sending to showing, and how many messages never showed."""

    shown: list[float]
    lost: int

    def cells(self) -> tuple[str, str, str]:
        """Median, 99th percentile and counts."""
        count = f"{len(self.shown)}" + (f" (+{self.lost} lost)" if self.lost else "")
        return number(median(self.shown)), number(p99(self.shown)), count


class Watch:
    """What a terminal shows, with the moment of every chunk."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._text = bytearray()
        self._chunks: list[tuple[int, float]] = []
        terminal.output.clear()

    def read(self, seconds: float) -> None:
        """Read what comes within so many seconds."""
        data = self._terminal.read(seconds)
        if data:
            self._terminal.output.clear()
            self._text += data
            self._chunks.append((len(self._text), time.perf_counter()))

    def delays(self, sent: Mapping[str, float]) -> Delays:
        """How long each marker took from its sending."""
        found: list[float] = []
        for marker, at in sent.items():
            place = self._text.find(marker.encode())
            if place >= 0:
                end = place + len(marker)
                found.append((next(when for upto, when in self._chunks if upto >= end) - at) * 1000)
        return Delays(found, len(sent) - len(found))


def scheduled(
    terminal: Terminal, rate: int, seconds: float, words: Iterator[str], send: Callable[[str], None]
) -> Delays:
    """Send on the schedule from this process, reading the terminal in between."""
    watch = Watch(terminal)
    sent: dict[str, float] = {}
    start = time.perf_counter()
    for place in range(int(rate * seconds)):
        while (left := start + place / rate - time.perf_counter()) > 0:
            watch.read(left)
        marker = next(words)
        sent[marker] = time.perf_counter()
        send(marker)
    end = time.perf_counter() + 0.5
    while (left := end - time.perf_counter()) > 0:
        watch.read(left)
    return watch.delays(sent)


def echo() -> dict[int, Delays]:
    """The harness's floor: a marker written back at once."""
    with program("echo") as terminal:
        terminal.wait_for("READY")
        words = marks()
        return {
            rate: scheduled(
                terminal, rate, min(seconds, 5.0), words, lambda word: terminal.write(word.encode())
            )
            for rate, seconds in RATES.items()
        }


def weechat(path: str) -> dict[int, Delays]:
    """Weechat in a channel of a server of ours."""
    with tempfile.TemporaryDirectory() as folder, closing(IrcServer()) as server:
        add = f"/server add bench 127.0.0.1/{server.port} -autojoin=#bench"
        with Terminal(path, "-d", folder, "-r", add, "-r", "/connect bench") as terminal:
            server.welcome(lambda: terminal.read(0.01))
            terminal.settle(1.0)
            words = marks()
            return {
                rate: scheduled(terminal, rate, seconds, words, lambda word: server.say(f"{word} {TEXT}"))
                for rate, seconds in RATES.items()
            }


def ours() -> tuple[dict[int, Delays], dict[int, list[float]]]:
    """The real backend and workstation: until shown, and until the resident's own answer."""
    shown: dict[int, Delays] = {}
    accepted: dict[int, list[float]] = {}
    with Town(cases=50, visits=1, messages=40) as town, town.workstation() as terminal:
        terminal.wait_for("Resident 0")
        terminal.write(NEXT_VISIT)
        terminal.wait_for("Message 0-39 ")
        with town.resident() as resident:
            resident.read()
            for rate, seconds in RATES.items():
                terminal.settle(0.5)
                watch = Watch(terminal)
                resident.ask(rate, seconds)
                while not select([resident.says], [], [], 0)[0]:
                    watch.read(0.05)
                sent = resident.read()
                end = time.perf_counter() + 0.5
                while (left := end - time.perf_counter()) > 0:
                    watch.read(left)
                shown[rate] = watch.delays({marker: begun for marker, begun, _ in sent})
                accepted[rate] = [(done - begun) * 1000 for _, begun, done in sent]
    return shown, accepted


def measure() -> list[Finding]:
    """All rates of all programs."""
    path = shutil.which("weechat")
    floor = echo()
    theirs = weechat(path) if path else {}
    found, accepted = ours()
    if not path:
        print("weechat is not installed: no anchor.")
    rows: list[tuple[str, ...]] = []
    for rate in RATES:
        rows.append((f"{rate}/s  echo (the harness's floor)", *floor[rate].cells()))
        if theirs:
            rows.append((f"{rate}/s  weechat, its part alone", *theirs[rate].cells()))
        rows.append((f"{rate}/s  resident to screen", *found[rate].cells()))
        answered = Delays(accepted[rate], 0)
        rows.append((f"{rate}/s  of that until stored and answered", *answered.cells()))
    table(("ms from sending", "p50", "p99", "messages"), rows)
    return [finding for rate in RATES for finding in judged(rate, found[rate], floor[rate], theirs.get(rate))]


def judged(rate: int, found: Delays, floor: Delays, theirs: Delays | None) -> list[Finding]:
    """The findings of one rate."""
    half = Finding(
        goal=f"message to screen, {rate}/s, p50",
        unit="ms",
        ours=median(found.shown),
        anchor="weechat" if theirs else "",
        theirs=median(theirs.shown) if theirs else 0.0,
        must=MUST.get(rate) if theirs else None,
    )
    tail = Finding(
        goal=f"message to screen, {rate}/s, p99",
        unit="ms",
        ours=p99(found.shown),
        anchor="echo's p99",
        theirs=p99(floor.shown),
        must=TAIL_MS + p99(floor.shown) if rate == 10 else None,
        better="value",
    )
    lost = Finding(
        goal=f"messages not seen, {rate}/s", unit="", ours=float(found.lost), must=0.0, better="value"
    )
    return [half, tail, lost]


if __name__ == "__main__":
    run(measure, __doc__)
