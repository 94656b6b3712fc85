"""How long one waits for `--version`, for the workstation's first frame and its queue, and for the demo.

Run as ``python -m benchmarks.bench_start``; starts are interleaved with their anchor's.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.harness import PROGRAMS, Terminal, environment
from benchmarks.report import Finding, median, number, run, table
from benchmarks.served import Town

ROUNDS = 7
DEMO_ROUNDS = 3
FRAME, QUEUE, LIVE = "Drop-in", "Resident 0", "connected"
DEMO_QUEUE = "oldest in queue"
"""Stands in the top line as soon as the demo's queue is there."""
MODULE = (sys.executable, "-m", "clinic_tui")


def version() -> list[Finding]:
    """`clinic-tui --version` against an interpreter that does nothing."""
    installed = Path(sys.executable).with_name("clinic-tui")
    command = [str(installed)] if installed.exists() else list(MODULE)
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(2 * ROUNDS):
        bare.append(seconds_of([sys.executable, "-c", "pass"]))
        ours.append(seconds_of([*command, "--version"]))
    over = median(ours) - median(bare)
    table(
        ("version, ms", "median"),
        [("bare interpreter", f"{median(bare) * 1000:.0f}"), ("--version", f"{median(ours) * 1000:.0f}")],
    )
    goal = "--version over a bare interpreter"
    return [Finding(goal=goal, unit="s", ours=over, must=0.1, better="value")]


def seconds_of(command: list[str]) -> float:
    """How long a command takes from beginning to end."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment())
    return time.perf_counter() - start


def workstation() -> list[Finding]:
    """The first frame and the queue of the workstation, against a bare Textual app's only line."""
    plain: list[float] = []
    frames: list[float] = []
    queues: list[float] = []
    with Town(cases=200) as town:
        for _ in range(ROUNDS + 1):
            with Terminal(sys.executable, str(PROGRAMS / "plain.py")) as terminal:
                plain.append(terminal.wait_for("READY"))
            with town.workstation() as terminal:
                frames.append(terminal.wait_for(FRAME))
                queues.append(terminal.wait_for(QUEUE))
    plain, frames, queues = plain[1:], frames[1:], queues[1:]
    rows = {"bare Textual app": plain, "workstation, frame": frames, "workstation, queue": queues}
    table(
        ("start, ms", "median", "least", "most", "x bare"),
        [
            (name, number(median(found)), number(min(found)), number(max(found)), ratio(found, plain))
            for name, found in rows.items()
        ],
    )
    anchor = {"unit": "ms", "anchor": "bare Textual app", "theirs": median(plain)}
    return [
        Finding(goal="start to the first frame", ours=median(frames), must=1.7, **anchor),
        Finding(goal="start to the queue", ours=median(queues), **anchor),
    ]


def ratio(found: list[float], anchor: list[float]) -> str:
    """One median over another."""
    return f"{median(found) / median(anchor):.2f}"


def demo_seconds(**env: str) -> tuple[float, float]:
    """Start the demo: seconds to the frame, and to a live queue."""
    command = (*MODULE, "demo", "--lang", "en", "--now", "2026-03-10T09:12")
    with Terminal(*command, env=env) as terminal:
        frame = terminal.wait_for(FRAME)
        live = max(terminal.wait_for(DEMO_QUEUE), terminal.wait_for(LIVE))
    return frame / 1000, live / 1000


def demo() -> list[Finding]:
    """`clinic-tui demo`: warm, with its files out of the page cache, and never compiled before."""
    warm = [demo_seconds() for _ in range(DEMO_ROUNDS + 1)][1:]
    forget(files())
    cold = [demo_seconds()]
    with tempfile.TemporaryDirectory() as folder:
        first = [demo_seconds(PYTHONPYCACHEPREFIX=folder)]
    table(
        ("demo, s", "frame", "live queue", "runs"),
        [
            (
                name,
                f"{median(f for f, _ in found):.2f}",
                f"{median(q for _, q in found):.2f}",
                f"{len(found)}",
            )
            for name, found in (("warm", warm), ("files not in memory", cold), ("no bytecode", first))
        ],
    )
    return [
        Finding(goal=f"demo to a live queue, {name}", unit="s", ours=median(q for _, q in found), **limit)
        for name, found, limit in (
            ("warm", warm, {"must": 2.0, "better": "value"}),
            ("cold files", cold, {"must": 2.0, "better": "value"}),
            ("no bytecode yet", first, {}),
        )
    ]


def files() -> Iterable[Path]:
    """Everything the program and its interpreter may read at the start."""
    folders = {sysconfig.get_paths()[name] for name in ("stdlib", "platlib", "purelib")}
    checkout = Path(__file__).parents[1]
    for folder in (*map(Path, folders), *(checkout / name for name in ("clinic_tui", "screens", "styles"))):
        yield from (path for path in folder.rglob("*") if path.is_file())


def forget(paths: Iterable[Path]) -> None:
    """Have the kernel drop these files from memory; what another process has mapped stays."""
    for path in paths:
        opened = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(opened)


def measure() -> list[Finding]:
    """All starts."""
    return [*version(), *workstation(), *demo()]


if __name__ == "__main__":
    run(measure, __doc__)
