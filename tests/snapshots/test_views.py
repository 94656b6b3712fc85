"""The five views one works in, at every size, dark and light."""

import pytest

from screens.drop_in import DropInScreen
from screens.mine import MineScreen
from tests.desks import case_id
from tests.snapshots.conftest import Snap
from tests.snapshots.scenes import SIZES, THEMES, morning, press, queue_app, visit_app, visit_detail

every_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
every_theme = pytest.mark.parametrize("theme", THEMES)


@every_theme
@every_size
def test_the_drop_in_queue(snap: Snap, size: tuple[int, int], theme: str) -> None:
    app = queue_app(theme)

    async def show(pilot) -> None:
        await app.show(DropInScreen(app.place))
        await press(pilot, "down", "down")

    snap(app, size, show)


@every_theme
@every_size
def test_the_queue_with_its_reading_pane(snap: Snap, size: tuple[int, int], theme: str) -> None:
    app = queue_app(theme)

    async def show(pilot) -> None:
        screen = DropInScreen(app.place)
        await app.show(screen)
        await press(pilot, "down", "down")
        row = screen.selected
        assert row is not None
        app.desk.open(visit_detail(row))
        screen.open_reading(row.id)

    snap(app, size, show)


@every_theme
@every_size
def test_my_cases(snap: Snap, size: tuple[int, int], theme: str) -> None:
    app = queue_app(theme)

    async def show(pilot) -> None:
        await app.show(MineScreen(app.place))
        await press(pilot, "down")

    snap(app, size, show)


@every_theme
@every_size
def test_a_visit_in_progress(snap: Snap, size: tuple[int, int], theme: str) -> None:
    app = visit_app(theme)

    async def show(pilot) -> None:
        await press(pilot)
        await pilot.press(*"tid", "enter")

    snap(app, size, show)


@every_theme
@every_size
def test_an_ended_visit_whose_note_is_not_signed(snap: Snap, size: tuple[int, int], theme: str) -> None:
    snap(visit_app(theme, morning(), first=case_id(3)), size)
