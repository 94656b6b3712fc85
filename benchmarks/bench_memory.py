"""What the workstation holds with 5,000 cases and five visits, and what it does while nobody touches it.

Run as ``python -m benchmarks.bench_memory``; both programs are idle during the same seconds.
"""

import sys
import time
from select import select

from benchmarks.harness import PROGRAMS, Terminal
from benchmarks.report import Finding, number, run, table
from benchmarks.served import Town

CASES, VISITS, MESSAGES = 5_000, 5, 200
IDLE_SECONDS = 20.0
NEXT_VISIT = b"\x1bOR"


def open_all(terminal: Terminal) -> None:
    """Go to each visit once."""
    terminal.wait_for("Resident 0")
    for visit in range(VISITS):
        terminal.write(NEXT_VISIT)
        terminal.wait_for(f"Message {visit}-{MESSAGES - 1} ")
    terminal.settle(2.0)


def idle(*terminals: Terminal) -> list[tuple[float, int]]:
    """Leave them alone: the processor seconds and the bytes written by each."""
    before = [terminal.cpu_seconds() for terminal in terminals]
    for terminal in terminals:
        terminal.output.clear()
    by_file = {terminal.terminal: terminal for terminal in terminals}
    deadline = time.perf_counter() + IDLE_SECONDS
    while (left := deadline - time.perf_counter()) > 0:
        for ready in select(list(by_file), [], [], left)[0]:
            by_file[ready].read(0)
    return [
        (terminal.cpu_seconds() - spent, len(terminal.output))
        for terminal, spent in zip(terminals, before, strict=True)
    ]


def measure() -> list[Finding]:
    """Memory and idleness of both."""
    with (
        Town(cases=CASES, visits=VISITS, messages=MESSAGES) as town,
        Terminal(sys.executable, str(PROGRAMS / "plain.py")) as plain,
        town.workstation() as ours,
    ):
        plain.wait_for("READY")
        open_all(ours)
        plain.settle()
        (our_cpu, our_bytes), (plain_cpu, plain_bytes) = idle(ours, plain)
        our_share, plain_share = ours.share(), plain.share()
        our_peak, plain_peak = ours.memory(), plain.memory()
    table(
        ("", "PSS MB", "peak RSS MB", f"CPU s in {IDLE_SECONDS:.0f} s", "bytes written"),
        [
            (name, number(share), number(peak), f"{cpu:.3f}", str(size))
            for name, share, peak, cpu, size in (
                ("bare Textual app", plain_share, plain_peak, plain_cpu, plain_bytes),
                (f"workstation, {CASES} cases, {VISITS} visits", our_share, our_peak, our_cpu, our_bytes),
            )
        ],
    )
    bare = "bare Textual app"
    return [
        Finding(
            goal="memory",
            unit="MB",
            ours=our_share,
            anchor=bare,
            theirs=plain_share,
            must=80.0,
            better="value",
        ),
        Finding(
            goal=f"processor, idle for {IDLE_SECONDS:.0f} s",
            unit="s",
            ours=our_cpu,
            anchor=bare,
            theirs=plain_cpu,
            must=0.15,
            better="value",
        ),
        Finding(
            goal="written while idle", unit="bytes", ours=our_bytes, anchor=bare, theirs=float(plain_bytes)
        ),
    ]


if __name__ == "__main__":
    run(measure, __doc__)
