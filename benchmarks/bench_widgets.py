"""Times the work list and the chat log from outside, against a bare Textual app and Textual's own table.

Run as ``python -m benchmarks.bench_widgets``; ``--rows 100,5000`` leaves the slow table of 100,000 out.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

from benchmarks.harness import DOWN, PAGE_DOWN, PAGE_UP, UP, Timing, program
from benchmarks.report import Finding, summary, write

_FIRST_ROW = "Resident 000000"
_MANY = 4000
"""From so many rows on every page key shows rows that have not been drawn before."""


def show(name: str, timing: Timing, bare: float, extra: str = "") -> None:
    """Print one line: first and last byte, the last one's 99th percentile, bytes, ratio to the bare app."""
    print(
        f"{name:<34}{timing.first:8.2f}{timing.median:9.2f}{timing.p99:8.2f}{timing.size:9.0f}"
        f"{timing.median / bare:8.2f}{timing.answered:6}/{timing.asked:<4}{extra}",
        flush=True,
    )


def measure_floor() -> float:
    """The harness's own cost and the bare app's; returns the latter's median in milliseconds."""
    with program("echo") as terminal:
        terminal.wait_for("READY")
        terminal.settle()
        echo = terminal.keys([b"x"] * 100)
    with program("bare") as terminal:
        ready = terminal.wait_for("READY")
        terminal.settle()
        bare = terminal.keys([b"x"] * 100)
        memory = terminal.memory()
    show("echo (the harness's floor)", echo, bare.median)
    show("bare Textual app", bare, bare.median, f"  shown {ready:.0f} ms, {memory:.0f} MB")
    return bare.median


def measure_list(name: str, rows: int, bare: float) -> tuple[Timing, Timing]:
    """Cursor and page keys in one list."""
    with program(name, str(rows)) as terminal:
        ready = terminal.wait_for(_FIRST_ROW)
        terminal.settle()
        cursor = terminal.keys([DOWN, DOWN, UP] * 30)
        page = terminal.keys([PAGE_DOWN] * 40 if rows >= _MANY else [PAGE_DOWN, PAGE_UP] * 20)
        memory = terminal.memory()
    show(f"{name} {rows} cursor", cursor, bare, f"  filled {ready:.0f} ms, {memory:.0f} MB")
    show(f"{name} {rows} page", page, bare)
    return cursor, page


def measure_chat(messages: int, bare: float) -> Timing:
    """A message that comes, and the first and later showing of another chat."""
    with program("chat_log", str(messages)) as terminal:
        ready = terminal.wait_for(f"Message {messages - 1} ")
        terminal.settle()
        cold = Timing.of([terminal.key(b"s")])
        switch = terminal.keys([b"s"] * 30)
        append = terminal.keys([b"a"] * 40)
        memory = terminal.memory()
    show(f"chat_log {messages} append", append, bare, f"  filled {ready:.0f} ms, {memory:.0f} MB")
    show(f"chat_log {messages} switch, first", cold, bare)
    show(f"chat_log {messages} switch, later", switch, bare)
    return switch


def main() -> None:
    """Measure and print everything, the ratios last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="100,5000,100000")
    parser.add_argument("--messages", default="2000,10000")
    parser.add_argument("--json", type=Path, help="write the findings to this file")
    options = parser.parse_args()
    findings = measure(options.rows, options.messages)
    print()
    summary(findings)
    if options.json:
        write(options.json, findings)


def measure(sizes: str, chats: str) -> list[Finding]:
    """Both lists at these numbers of rows, and the log at these numbers of messages."""
    print(f"{'ms from key to':<34}{'first':>8}{'last':>9}{'p99':>8}{'bytes':>9}{'x bare':>8}{'answers':>9}")
    bare = measure_floor()
    ours: dict[int, tuple[Timing, Timing]] = {}
    theirs: dict[int, tuple[Timing, Timing]] = {}
    for rows in map(int, sizes.split(",")):
        ours[rows] = measure_list("work_list", rows, bare)
        theirs[rows] = measure_list("data_table", rows, bare)
    switches = {messages: measure_chat(messages, bare) for messages in map(int, chats.split(","))}
    return [*list_findings(ours, theirs), *chat_findings(switches)]


Lists = Mapping[int, tuple[Timing, Timing]]
"""Cursor and page keys by the number of rows."""


def list_findings(ours: Lists, theirs: Lists) -> list[Finding]:
    """The work list against the table, and against itself with fewer rows."""
    small, large = min(ours), max(ours)
    found = [
        Finding(
            goal=f"work list's page key, {rows:,} rows",
            unit="ms",
            ours=page.median,
            anchor="DataTable",
            theirs=theirs[rows][1].median,
            must=0.4 if rows >= _MANY else None,
        )
        for rows, (_, page) in ours.items()
    ]
    few, many = ours[small][0].median, ours[large][0].median
    goal = f"work list's cursor key, {large:,} over {small:,}"
    return [*found, Finding(goal=goal, unit="ms", ours=many, anchor=f"{small:,} rows", theirs=few, must=1.3)]


def chat_findings(switches: Mapping[int, Timing]) -> list[Finding]:
    """The log among many messages against itself among few."""
    small, large = min(switches), max(switches)
    return [
        Finding(
            goal=f"to another chat of {large:,} over {small:,}",
            unit="ms",
            ours=switches[large].median,
            anchor=f"{small:,} messages",
            theirs=switches[small].median,
            must=1.3,
        )
    ]


if __name__ == "__main__":
    main()
