"""How long a key takes to show in the program itself: in the queue, in a visit, and while messages arrive.

Run as ``python -m benchmarks.bench_keys``.
"""

import time

from benchmarks.harness import DOWN, PAGE_DOWN, PAGE_UP, UP, Terminal, Timing, program
from benchmarks.report import Finding, median, number, p99, run, table
from benchmarks.served import Town

SIZES = (100, 1_000, 5_000, 100_000)
PAGED = 5_000
"""From so many cases on every page key shows cases that have not been drawn before."""
AT_ONCE = 10
"""Keys that a slow link delivers in one read."""
MESSAGES = 2_000
NEXT_VISIT, BACKSPACE = b"\x1bOR", b"\x7f"
RATE, WORD = 100, "zqxjvkwbpfmygcrl" * 2
"""Typed while messages arrive; stands in no message."""
HEADINGS = ("ms from key to", "first", "last", "p99", "bytes", "answers")


def row(name: str, timing: Timing) -> tuple[str, ...]:
    """One line of a table of keys."""
    return (
        name,
        number(timing.first),
        number(timing.median),
        number(timing.p99),
        number(timing.size),
        f"{timing.answered}/{timing.asked}",
    )


def floor() -> tuple[Timing, Timing, Timing]:
    """A key in a program that only echoes, in a bare Textual app, and in Textual's own input."""
    found: list[Timing] = []
    for name in ("echo", "bare", "bare_input"):
        with program(name) as terminal:
            terminal.wait_for("READY")
            terminal.settle()
            found.append(terminal.keys([b"x"] * 100))
    return found[0], found[1], found[2]


def queue(cases: int) -> tuple[Timing, Timing, Timing]:
    """The cursor, the page keys, and cursor keys in one write, in the queue of so many cases."""
    with program("desk", str(cases)) as terminal:
        terminal.wait_for("Resident 000000")
        terminal.settle()
        pages = [PAGE_DOWN] * 44 if cases >= PAGED else [PAGE_DOWN, PAGE_UP] * 22
        at_once = [DOWN * AT_ONCE, UP * AT_ONCE] * 10
        return terminal.keys([DOWN, DOWN, UP] * 34), terminal.keys(pages), terminal.keys(at_once)


def table_pages() -> Timing:
    """The page keys in Textual's own table with as many cases."""
    with program("data_table", str(PAGED)) as terminal:
        terminal.wait_for("Resident 000000")
        terminal.settle()
        return terminal.keys([PAGE_DOWN] * 44)


def queues(echo: Timing, bare: Timing) -> list[Finding]:
    """The queue at every size."""
    found = {cases: queue(cases) for cases in SIZES}
    paged = table_pages()
    lines = [row(f"queue of {cases}, cursor", cursor) for cases, (cursor, _, _) in found.items()]
    lines += [row(f"queue of {cases}, page", page) for cases, (_, page, _) in found.items()]
    lines += [row(f"queue of {cases}, {AT_ONCE} in one write", many) for cases, (_, _, many) in found.items()]
    table(HEADINGS, [*lines, row(f"DataTable of {PAGED}, page", paged)])
    large, small = found[SIZES[-1]][0], found[1_000][0]
    anchor = {"unit": "ms", "anchor": "bare Textual key", "theirs": bare.median}
    return [
        Finding(goal="cursor key, 1,000 cases", ours=small.median, must=1.6, **anchor),
        Finding(goal="cursor key, 100,000 cases", ours=large.median, must=1.6, **anchor),
        Finding(
            goal="cursor key's p99, 100,000 cases",
            unit="ms",
            ours=large.p99,
            must=3 * large.median + echo.p99,
            better="value",
            anchor="echo's p99",
            theirs=echo.p99,
        ),
        Finding(
            goal="cursor key, 100,000 over 1,000",
            unit="ms",
            ours=large.median,
            anchor="1,000 cases",
            theirs=small.median,
            must=1.3,
        ),
        Finding(
            goal=f"page key, {PAGED:,} cases",
            unit="ms",
            ours=found[PAGED][1].median,
            anchor="DataTable",
            theirs=paged.median,
            must=0.4,
        ),
    ]


def open_visit(terminal: Terminal) -> None:
    """Go to the first visit, and wait until all that is fetched behind it has come."""
    terminal.wait_for("Resident 0")
    terminal.write(NEXT_VISIT)
    terminal.wait_for(f"Message 0-{MESSAGES - 1} ")
    terminal.settle(1.0)


def clear(terminal: Terminal, count: int) -> None:
    """Take back what was typed."""
    for _ in range(count):
        terminal.key(BACKSPACE)
    terminal.settle(0.1)


def typed(terminal: Terminal) -> list[float]:
    """Type a word, a key at a time; milliseconds from each key to the word so far on the screen."""
    found: list[float] = []
    for end in range(1, len(WORD) + 1):
        terminal.output.clear()
        start = time.perf_counter()
        terminal.write(WORD[end - 1].encode())
        while WORD[:end].encode() not in terminal.output and time.perf_counter() < start + 1.0:
            terminal.read(1.0)
        found.append((time.perf_counter() - start) * 1000)
        time.sleep(0.02)
    return found[1:]


def flooded(town: Town, terminal: Terminal) -> tuple[list[float], list[float]]:
    """Keys in the composer in quiet, and while messages arrive in the same visit."""
    quiet = typed(terminal)
    clear(terminal, len(WORD))
    with town.resident(0) as resident:
        resident.read()
        terminal.settle(0.5)
        resident.ask(RATE, 6)
        terminal.read(1.0)
        flood = typed(terminal)
        clear(terminal, len(WORD))
        flood += typed(terminal)
        resident.read()
    return quiet, flood


def visits(own_input: Timing) -> list[Finding]:
    """The composer, and from visit to visit."""
    with Town(cases=50, visits=2, messages=MESSAGES) as town, town.workstation() as terminal:
        open_visit(terminal)
        terminal.key(NEXT_VISIT)
        terminal.settle(0.5)
        switch = terminal.keys([NEXT_VISIT] * 44)
        compose = terminal.keys([b"x"] * 64)
        clear(terminal, 64)
        quiet, flood = flooded(town, terminal)
    table(
        HEADINGS,
        [
            row("Textual's Input", own_input),
            row(f"composer, {MESSAGES} messages", compose),
            row(f"to another visit of {MESSAGES}", switch),
        ],
    )
    table(
        ("ms from key to letter, composer", "median", "p99", "keys"),
        [
            (name, number(median(found)), number(p99(found)), str(len(found)))
            for name, found in (("quiet", quiet), (f"{RATE} messages a second", flood))
        ],
    )
    return [
        Finding(
            goal=f"key in the composer, {MESSAGES:,} messages",
            unit="ms",
            ours=compose.median,
            anchor="Textual's Input",
            theirs=own_input.median,
        ),
        Finding(
            goal=f"to another visit of {MESSAGES:,} messages",
            unit="ms",
            ours=switch.median,
            anchor="Textual's Input",
            theirs=own_input.median,
            must=40.0,
            better="value",
        ),
        Finding(
            goal=f"key while {RATE} messages a second arrive",
            unit="ms",
            ours=median(flood),
            anchor="in quiet",
            theirs=median(quiet),
        ),
    ]


def measure() -> list[Finding]:
    """All keys."""
    echo, bare, own_input = floor()
    table(HEADINGS, [row("echo (the harness's floor)", echo), row("bare Textual app", bare)])
    return [*queues(echo, bare), *visits(own_input)]


if __name__ == "__main__":
    run(measure, __doc__)
