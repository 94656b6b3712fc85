"""The start page, colleagues, notices, the end of the shift, settings for notices and the unit."""

import pytest

from clinic_tui.protocol.resources import DeskSnapshot
from screens.dialogs.consult import ConsultDialog
from screens.dialogs.end_shift import EndShiftDialog
from screens.dialogs.leave_reason import LeaveReasonDialog
from screens.dialogs.notices import NoticesDialog
from screens.dialogs.unit_forms import week_form
from screens.drop_in import DropInScreen
from screens.settings import SettingsScreen
from screens.start import StartScreen
from screens.team import TeamScreen
from screens.unit import UnitScreen
from tests.desks import ME, taken
from tests.screens.stage import StageApp, desk_snapshot
from tests.screens.test_end_shift import everything
from tests.screens.test_notices import notice
from tests.screens.test_start import work
from tests.screens.test_team_view import OLLE, colleague, question, said, talk, team
from tests.screens.test_unit_screen import UnitStage, unit
from tests.snapshots.conftest import Snap
from tests.snapshots.scenes import MIDDLE, SIZES, SMALL, press, queue_app, themed

every_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
two_sizes = pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=lambda size: f"{size[0]}x{size[1]}")


def colleagues() -> DeskSnapshot:
    """Ebba has written, Olle has gone, and a question waits for the nurses."""
    ask = question(case_id=taken(1).id, subject="Ska hon till akuten?")
    chat = talk(
        "talk",
        messages=(
            said(1, "Kan du ta Karin efter lunch?"),
            said(2, "Ja, från 13.", by=ME),
            said(3, "Tack. Jag har skrivit vad hon har provat."),
        ),
        count=3,
        read=2,
        last_body="Tack. Jag har skrivit vad hon har provat.",
    )
    return team(conversations=(chat, ask))


def happened() -> DeskSnapshot:
    """Five things, two of which nobody has looked at."""
    return desk_snapshot(
        notices=(
            notice(1, "invited", read=True),
            notice(2, "async_expiring", who=None, read=True),
            notice(3, "sms_failed", who=None, read=True),
            notice(4, "conversation", resident=None, conversation_id="talk"),
            notice(5, "handed_over", detail="Jag går hem för dagen"),
        )
    )


@every_size
def test_the_start_page(snap: Snap, size: tuple[int, int]) -> None:
    app = queue_app(shown=work())

    async def show(pilot) -> None:
        await app.show(StartScreen(app.place))
        await press(pilot, "down")

    snap(app, size, show)


def test_the_start_page_in_light(snap: Snap) -> None:
    app = queue_app("light", work())

    async def show(pilot) -> None:
        await app.show(StartScreen(app.place))
        await press(pilot)

    snap(app, MIDDLE, show)


@every_size
def test_colleagues_with_a_direct_chat(snap: Snap, size: tuple[int, int]) -> None:
    app = queue_app(shown=colleagues())

    async def show(pilot) -> None:
        await app.show(TeamScreen(app.place))
        await press(pilot, "down", "enter")

    snap(app, size, show)


@two_sizes
def test_who_is_here(snap: Snap, size: tuple[int, int]) -> None:
    app = queue_app(shown=colleagues())
    app.desk.team.colleagues["olle", "backby"] = colleague(OLLE, "away", unit_id="backby", role="doctor")

    async def show(pilot) -> None:
        await app.show(TeamScreen(app.place))
        await press(pilot)

    snap(app, size, show)


def test_consultations_in_light(snap: Snap) -> None:
    app = queue_app("light", colleagues())

    async def show(pilot) -> None:
        await app.show(TeamScreen(app.place))
        await press(pilot, "left", "enter")

    snap(app, MIDDLE, show)


@two_sizes
def test_asking_a_question(snap: Snap, size: tuple[int, int]) -> None:
    app = queue_app(shown=colleagues())

    async def show(pilot) -> None:
        await app.show(TeamScreen(app.place))
        await press(pilot)
        await app.show(ConsultDialog(app.place))
        await press(pilot)

    snap(app, size, show)


async def over_the_queue(app: StageApp, pilot, dialog) -> None:
    """Show a dialog over the queue."""
    await app.show(DropInScreen(app.place))
    await press(pilot)
    await app.show(dialog)
    await press(pilot)


@two_sizes
def test_notices(snap: Snap, size: tuple[int, int]) -> None:
    app = queue_app(shown=happened())
    snap(app, size, lambda pilot: over_the_queue(app, pilot, NoticesDialog(app.place)))


@two_sizes
def test_the_end_of_the_shift(snap: Snap, size: tuple[int, int]) -> None:
    app = queue_app(shown=everything())
    app.may_begin = lambda action, row: action == "case.hand_over" or row.kind == "async"
    reasons = {"unsigned:" + taken(2).id: "Jag fortsätter på nästa pass"}
    snap(
        app,
        size,
        lambda pilot: over_the_queue(app, pilot, EndShiftDialog(app.place, reasons, "Lämna programmet")),
    )


def test_the_end_of_the_shift_with_nothing_left(snap: Snap) -> None:
    app = queue_app("light", desk_snapshot())
    snap(app, SMALL, lambda pilot: over_the_queue(app, pilot, EndShiftDialog(app.place, {})))


def test_why_it_is_left(snap: Snap) -> None:
    app = queue_app(shown=everything())
    snap(app, SMALL, lambda pilot: over_the_queue(app, pilot, LeaveReasonDialog(3)))


@two_sizes
def test_settings_for_notices(snap: Snap, size: tuple[int, int]) -> None:
    app = queue_app(shown=happened())

    async def show(pilot) -> None:
        await app.show(SettingsScreen(app.place))
        await press(pilot, "down", "enter")

    snap(app, size, show)


@pytest.mark.parametrize("tab", range(4), ids=("phrases", "hours", "roles", "texts"))
@two_sizes
def test_the_unit(snap: Snap, size: tuple[int, int], tab: int) -> None:
    app = UnitStage()
    themed(app, "dark")

    async def show(pilot) -> None:
        await app.show(UnitScreen(app.place))
        await press(pilot, *["ctrl+t"] * tab)

    snap(app, size, show)


def test_weekly_hours(snap: Snap) -> None:
    app = UnitStage()
    themed(app, "dark")
    settings = unit()
    snap(
        app,
        SMALL,
        lambda pilot: over_the_queue(app, pilot, week_form(app.place, settings, settings.hours[0])),
    )
