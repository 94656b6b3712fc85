"""Counters for operators in the Prometheus text format; labels never hold what a client wrote."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Counter:
    """A number that rises, by label values."""

    kind = "counter"

    def __init__(self, name: str, text: str, labels: tuple[str, ...] = ()) -> None:
        self.name = name
        self.text = text
        self._labels = labels
        self._values: defaultdict[tuple[str, ...], float] = defaultdict(float)
        if not labels:
            self._values[()] = 0

    def add(self, *labels: str, amount: float = 1) -> None:
        """Add to the number with these label values."""
        self._values[labels] += amount

    def lines(self) -> list[str]:
        """The samples as text lines."""
        return [
            f"{self.name}{_labels(self._labels, values)} {number:g}"
            for values, number in self._values.items()
        ]


class Gauge(Counter):
    """A number that rises and falls."""

    kind = "gauge"

    def set(self, value: float) -> None:
        """The number is now this."""
        self._values[()] = value


class Histogram:
    """How long something took, in seconds, in fixed buckets."""

    kind = "histogram"

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._counts = [0] * (len(_BUCKETS) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """One more took this long."""
        self._counts[bisect_left(_BUCKETS, seconds)] += 1
        self._sum += seconds

    def lines(self) -> list[str]:
        """The samples as text lines, buckets cumulative."""
        out: list[str] = []
        total = 0
        for bound, count in zip((*map(str, _BUCKETS), "+Inf"), self._counts, strict=True):
            total += count
            out.append(f'{self.name}_bucket{{le="{bound}"}} {total}')
        return [*out, f"{self.name}_sum {self._sum:g}", f"{self.name}_count {total}"]


def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    if not names:
        return ""
    return "{" + ",".join(f'{name}="{value}"' for name, value in zip(names, values, strict=True)) + "}"


@dataclass(kw_only=True)
class Metrics:
    """Everything one backend process counts."""

    requests: Counter = field(
        default_factory=lambda: Counter(
            "clinic_requests_total", "Requests by route template and status.", ("route", "status")
        )
    )
    request_seconds: Histogram = field(
        default_factory=lambda: Histogram("clinic_request_seconds", "Time from request to answer.")
    )
    commands: Counter = field(
        default_factory=lambda: Counter(
            "clinic_commands_total", "Commands by name and outcome.", ("command", "outcome")
        )
    )
    commit_seconds: Histogram = field(
        default_factory=lambda: Histogram(
            "clinic_commit_seconds", "Time from a command's body to its commit."
        )
    )
    connections: Gauge = field(
        default_factory=lambda: Gauge("clinic_live_connections", "Open live connections.")
    )
    events: Counter = field(
        default_factory=lambda: Counter("clinic_events_sent_total", "Events put on live connections.")
    )
    overflows: Counter = field(
        default_factory=lambda: Counter(
            "clinic_live_overflows_total", "Connections closed for being too slow."
        )
    )

    def render(self) -> str:
        """All of it as the text a scraper reads."""
        out: list[str] = []
        for item in vars(self).values():
            out += [f"# HELP {item.name} {item.text}", f"# TYPE {item.name} {item.kind}", *item.lines()]
        return "\n".join(out) + "\n"
