"""The scheduled visits, their dialogs, and the verification view."""

import pytest

from screens.booked import BookedScreen
from screens.dialogs.booking import BookingDialog
from screens.verify import VerifyScreen
from tests.screens.stage import StageApp
from tests.screens.verify_stage import items, with_note
from tests.screens.visits_stage import clinic, phone_detail, profile, resident, the_day
from tests.snapshots.conftest import Snap
from tests.snapshots.scenes import LARGE, MIDDLE, SIZES, SMALL, morning, press, queue_app

every_view = pytest.mark.parametrize(
    ("size", "theme"),
    [
        pytest.param(size, theme, id=f"{theme}-{size[0]}x{size[1]}")
        for size, theme in (*((size, "dark") for size in SIZES), (MIDDLE, "light"))
    ],
)
small_and_middle = pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=lambda size: f"{size[0]}x{size[1]}")


def day_app(theme: str = "dark") -> StageApp:
    """A day with what becomes of visits; the phone visit is mine."""
    day = the_day()
    taken = phone_detail(day[5])
    going = tuple(row for row in day if row.state in {"booked", "in_progress"})
    before = morning()
    shown = morning(**clinic(cases=(*before.cases, *going), mine=(*before.mine, taken)))
    app = queue_app(theme, shown)
    app.day = day
    return app


def verify_app(theme: str = "dark") -> StageApp:
    """A note of mine to sign, and five things of colleagues."""
    app = queue_app(theme, morning(**clinic(verifications=items())))
    app.place.renew = lambda _case: app.change(app.desk.open(with_note(items()[0])))
    return app


@every_view
def test_the_day(snap: Snap, size: tuple[int, int], theme: str) -> None:
    app = day_app(theme)

    async def show(pilot) -> None:
        await app.show(BookedScreen(app.place))
        await press(pilot, "down")

    snap(app, size, show)


@small_and_middle
def test_a_phone_visit_of_mine(snap: Snap, size: tuple[int, int]) -> None:
    app = day_app()

    async def show(pilot) -> None:
        screen = BookedScreen(app.place)
        await app.show(screen)
        await press(pilot, "end", "up")
        screen.open_reading(the_day()[5].id)

    snap(app, size, show)


def test_a_day_without_visits(snap: Snap) -> None:
    app = day_app()

    async def show(pilot) -> None:
        await app.show(BookedScreen(app.place))
        app.day = ()
        await press(pilot, "right")

    snap(app, MIDDLE, show)


@pytest.mark.parametrize(("size", "theme"), [(MIDDLE, "dark"), (SMALL, "light")], ids=("dark", "light"))
def test_the_calendar(snap: Snap, size: tuple[int, int], theme: str) -> None:
    app = day_app(theme)

    async def show(pilot) -> None:
        await app.show(BookedScreen(app.place))
        await press(pilot, "l", "pagedown", "down")

    snap(app, size, show)


@every_view
def test_booking_with_a_collision(snap: Snap, size: tuple[int, int], theme: str) -> None:
    app = day_app(theme)

    async def show(pilot) -> None:
        await app.push_screen(BookedScreen(app.place))
        await press(pilot)
        await app.show(BookingDialog(app.place, patient=profile(1)))
        await press(pilot, "tab", "up")

    snap(app, size, show)


@small_and_middle
def test_booking_for_a_child_without_a_number(snap: Snap, size: tuple[int, int]) -> None:
    app = day_app()
    child = profile(2, can_be_reached=False, guardian_refs=(resident(1), resident(3)))

    async def show(pilot) -> None:
        await app.push_screen(BookedScreen(app.place))
        await press(pilot)
        await app.show(BookingDialog(app.place, patient=child))
        await press(pilot, "ctrl+s")

    snap(app, size, show)


def test_moving_a_visit_into_the_hour_that_does_not_exist(snap: Snap) -> None:
    app = day_app()

    async def show(pilot) -> None:
        await app.push_screen(BookedScreen(app.place))
        await press(pilot)
        dialog = BookingDialog(app.place, visit=the_day()[4])
        await app.show(dialog)
        await press(pilot)
        for field, text in (("#when-day", "2026-03-29"), ("#when-time", "02:30")):
            dialog.query_one(field).value = text  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")

    snap(app, MIDDLE, show)


def test_cancelling_a_visit(snap: Snap) -> None:
    app = day_app()

    async def show(pilot) -> None:
        await app.show(BookedScreen(app.place))
        await press(pilot, "down", "x")

    snap(app, MIDDLE, show)


@every_view
def test_what_is_to_be_verified(snap: Snap, size: tuple[int, int], theme: str) -> None:
    app = verify_app(theme)

    async def show(pilot) -> None:
        await app.show(VerifyScreen(app.place))
        await press(pilot, "right", "down")

    snap(app, size, show)


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_note_that_is_read_before_it_is_verified(snap: Snap, size: tuple[int, int]) -> None:
    app = verify_app()

    async def show(pilot) -> None:
        await app.show(VerifyScreen(app.place))
        await press(pilot, "right", "enter")

    snap(app, size, show)


@pytest.mark.parametrize("tab", [0, 2, 3], ids=("unsigned", "asked", "texts"))
def test_the_other_tabs(snap: Snap, tab: int) -> None:
    app = verify_app()

    async def show(pilot) -> None:
        await app.show(VerifyScreen(app.place))
        await press(pilot, *["right"] * tab)

    snap(app, MIDDLE, show)


@pytest.mark.parametrize("keys", [("right", "enter", "v"), ("right", "x")], ids=("verify", "return"))
def test_the_verdict(snap: Snap, keys: tuple[str, ...]) -> None:
    app = verify_app()

    async def show(pilot) -> None:
        await app.show(VerifyScreen(app.place))
        await press(pilot, *keys)

    snap(app, MIDDLE, show)
