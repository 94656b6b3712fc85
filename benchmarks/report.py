"""What a benchmark found, as a table to read and as JSON; every number stands beside its anchor's."""

import argparse
import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Better = Literal["ratio", "value", "most"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One number beside its anchor, measured in the same run, and the limit it must keep."""

    goal: str
    unit: str
    ours: float
    anchor: str = ""
    theirs: float = 0.0
    must: float | None = None
    """None where nothing was promised."""
    better: Better = "ratio"
    """What the limit is of: at most the ratio, at most the value, or at least the ratio ("most")."""

    @property
    def ratio(self) -> float | None:
        """Ours over the anchor's; None without an anchor."""
        return self.ours / self.theirs if self.theirs else None

    @property
    def verdict(self) -> str:
        """Whether the limit is kept: ok, MISS, or nothing where there is none."""
        if self.must is None:
            return ""
        found = self.ours if self.better == "value" else self.ratio
        if found is None or found != found:
            return "MISS"
        kept = found >= self.must if self.better == "most" else found <= self.must
        return "ok" if kept else "MISS"

    def cells(self) -> tuple[str, ...]:
        """The line of the closing table."""
        sign = "≥" if self.better == "most" else "≤"
        unit = f" {self.unit}" if self.better == "value" else " x"
        return (
            self.goal,
            f"{number(self.ours)} {self.unit}",
            f"{self.anchor} {number(self.theirs)}" if self.anchor else "",
            f"{self.ratio:.2f}" if self.ratio is not None else "",
            f"{sign} {number(self.must)}{unit}" if self.must is not None else "",
            self.verdict,
        )


def number(value: float) -> str:
    """A number with about three digits that mean something."""
    if value != value:
        return "none"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def median(values: Iterable[float]) -> float:
    """The median; not a number of none."""
    found = list(values)
    return statistics.median(found) if found else float("nan")


def p99(values: Iterable[float]) -> float:
    """The 99th percentile by nearest rank; not a number of none."""
    found = sorted(values)
    return found[min(len(found) - 1, int(len(found) * 0.99))] if found else float("nan")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under headings: the first column to the left, the rest to the right."""
    lines = [tuple(headings), *map(tuple, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    for line in lines:
        rest = (f"{cell:>{width}}" for cell, width in zip(line[1:], widths[1:], strict=True))
        print("  ".join((f"{line[0]:<{widths[0]}}", *rest)).rstrip(), flush=True)


def summary(findings: Sequence[Finding]) -> None:
    """Print the closing table."""
    headings = ("goal", "ours", "anchor", "ratio", "must", "")
    table(headings, (finding.cells() for finding in findings))


def run(measure: Callable[[], list[Finding]], about: str | None) -> None:
    """Measure, print the closing table, and write the findings to the file asked for with `--json`."""
    run_named(lambda _names: measure(), about)


def run_named(measure: Callable[[list[str]], list[Finding]], about: str | None) -> None:
    """As `run`; the words given on the command line are handed on."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("names", nargs="*", metavar="NAME", help="measure these alone")
    parser.add_argument("--json", type=Path, help="write the findings to this file")
    options = parser.parse_args()
    findings = measure(options.names)
    print()
    summary(findings)
    if options.json:
        write(options.json, findings)


def write(path: Path, findings: Sequence[Finding]) -> None:
    """Write the findings as JSON, ratio and verdict with them."""
    rows = [{**asdict(one), "ratio": one.ratio, "verdict": one.verdict} for one in findings]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def read(path: Path) -> list[Finding]:
    """The findings of such a file."""
    fields = Finding.__dataclass_fields__
    return [Finding(**{k: v for k, v in row.items() if k in fields}) for row in json.loads(path.read_text())]
