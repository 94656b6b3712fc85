"""Pictures of screens: one fixture of our own around the plug-in, which nobody maintains."""

import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import textual
from textual.app import App
from textual.pilot import Pilot

from clinic_tui.widgets.modal import ClinicDialog
from tests.steady import parse_styles_once, steady_pauses

PINNED = re.search(
    r"^textual==(\S+)$", (Path(__file__).parents[2] / "constraints.txt").read_text(), re.MULTILINE
)
MOST_BYTES = 60_000
"""A picture that is larger is a nuisance in the history."""
_PARTS = "TEXTUAL_SNAPSHOT_TEMPDIR"
"""Where the plug-in keeps what its report is made of; it finds the folder by this variable."""
NEAR = 0.5
"""Lines of a picture overlap by this much at most."""
_RECT = re.compile(
    r'<rect fill="([^"]+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"'
    r' shape-rendering="crispEdges"/>'
)

Prepare = Callable[[Pilot[Any]], Awaitable[None]]
Snap = Callable[..., None]


def pytest_configure(config: pytest.Config) -> None:
    pinned = PINNED.group(1) if PINNED else ""
    if config.getoption("update_snapshots", default=False) and textual.__version__ != pinned:
        raise pytest.UsageError(
            f"Pictures are made with textual {pinned} (constraints.txt); this is {textual.__version__}."
        )


@pytest.fixture(scope="session")
def report_parts() -> str:
    return os.environ[_PARTS]


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that last, and dialogs that listen at once; a test of their first moments sets its own."""
    steady_pauses(monkeypatch)
    parse_styles_once(monkeypatch)
    monkeypatch.setattr(ClinicDialog, "QUIET", 0.0)


@pytest.fixture
def snap(report_parts: str, snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> Snap:
    """Show an app at a size, prepare it, and compare it with its picture."""

    def compare(app: App[Any], size: tuple[int, int] = (120, 40), prepare: Prepare | None = None) -> None:
        async def ready(pilot: Pilot[Any]) -> None:
            if prepare is not None:
                await prepare(pilot)
            await pilot.app.workers.wait_for_complete()
            for _turn in range(3):
                await pilot.pause()

        def picture(*, title: str | None = None, **_options: Any) -> str:
            svg = light(type(app).export_screenshot(app, title=title, simplify=True))
            assert len(svg.encode()) <= MOST_BYTES
            return svg

        monkeypatch.setenv(_PARTS, report_parts)
        monkeypatch.setattr(app, "export_screenshot", picture)
        assert snap_compare(app, terminal_size=size, run_before=ready)

    return compare


def light(svg: str) -> str:
    """The picture with neighbouring grounds of one colour drawn as one."""
    found = list(_RECT.finditer(svg))
    if not found:
        return svg
    grounds = [Ground(one[1], *map(float, one.groups()[1:])) for one in found]
    drawn = "".join(ground.drawn for ground in joined(joined(grounds, Ground.beside), Ground.below))
    return svg[: found[0].start()] + drawn + svg[found[-1].end() :]


class Ground(NamedTuple):
    """A stretch of one colour, in the picture's units."""

    fill: str
    x: float
    y: float
    width: float
    height: float

    def beside(self, other: "Ground") -> "Ground | None":
        """Both as one, where the other goes on at the right."""
        near = abs(self.x + self.width - other.x) < NEAR and self.y == other.y
        return self._replace(width=other.x + other.width - self.x) if near else None

    def below(self, other: "Ground") -> "Ground | None":
        """Both as one, where the other goes on below."""
        near = -NEAR < self.y + self.height - other.y < NEAR
        same = abs(self.x - other.x) < NEAR and abs(self.width - other.width) < NEAR
        return self._replace(height=other.y + other.height - self.y) if near and same else None

    @property
    def drawn(self) -> str:
        """As a rectangle of the picture."""
        place = f'x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" height="{self.height:g}"'
        return f'<rect fill="{self.fill}" {place} shape-rendering="crispEdges"/>'


def joined(grounds: list[Ground], join: Callable[[Ground, Ground], Ground | None]) -> list[Ground]:
    """The grounds, with those drawn as one that can be."""
    done: list[Ground] = []
    last: dict[tuple[str, float], int] = {}
    for ground in grounds:
        key = (ground.fill, ground.y if join is Ground.beside else round(ground.x))
        index = last.get(key)
        both = join(done[index], ground) if index is not None else None
        if both is None or index is None:
            last[key] = len(done)
            done.append(ground)
        else:
            done[index] = both
    return done
