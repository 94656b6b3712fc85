"""Every key of every action reaches its action, in the views where it should."""

from dataclasses import replace
from typing import Any

import pytest

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.keymap import as_sent
from clinic_tui.actions.registry import ACTIONS, in_scopes
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.widgets.clinic_screen import ClinicScreen
from screens.booked import BookedScreen
from screens.chats import ChatsScreen
from screens.drop_in import DropInScreen
from screens.mine import MineScreen
from screens.patients import FOR_RESIDENT, PatientsScreen
from screens.settings import SettingsScreen
from screens.start import StartScreen
from screens.team import TeamScreen
from screens.unit import UnitScreen
from screens.verify import VerifyScreen
from screens.visit.screen import VisitScreen
from tests.screens.stage import StageApp, desk_snapshot
from tests.screens.visit_stage import VisitStage, settle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

SCREENS: tuple[type[ClinicScreen], ...] = (
    BookedScreen,
    ChatsScreen,
    DropInScreen,
    MineScreen,
    PatientsScreen,
    SettingsScreen,
    StartScreen,
    TeamScreen,
    UnitScreen,
    VerifyScreen,
    VisitScreen,
)
BY_SCREENS = frozenset(
    {"app.back", "app.help", "app.palette", "app.leader", "filter.edit", "app.search", "app.quit"}
)
"""What a screen or the terminal library answers itself; their own tests press them."""


def keys_of(action: Action) -> list[str]:
    return [key.strip() for key in action.keys.split(",") if key.strip()]


def bound(screen: type[ClinicScreen]) -> dict[str, str]:
    """Keys by action id, as the screen and its ancestors bind them."""
    found: dict[str, str] = {}
    for kind in screen.__mro__:
        for binding in kind.__dict__.get("BINDINGS", ()):
            if getattr(binding, "id", None) in ACTIONS:
                found.setdefault(binding.id, binding.key)
    return found


def always(_action: str, _row: CaseRow) -> bool:
    return True


def anything(_action: str) -> bool:
    return True


def may_everything() -> StageApp:
    app = StageApp(shown=desk_snapshot(permissions=tuple(Permission)))
    app.may_begin = always
    app.place = replace(app.place, app_may=anything)
    return app


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_a_view_binds_every_key_of_its_scopes(screen: type[ClinicScreen]) -> None:
    keys = bound(screen)
    wanted = {one.id: as_sent(one.keys) for one in in_scopes(*screen.SCOPES)}
    assert {name: keys.get(name) for name in wanted} == wanted


def test_every_scope_has_a_view() -> None:
    assert {scope for screen in SCREENS for scope in screen.SCOPES} == set(Scope)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_whatever_a_view_offers_of_its_own_it_can_do(screen: type[ClinicScreen]) -> None:
    own = [scope for scope in screen.SCOPES if scope not in {Scope.ANYWHERE, Scope.LIST, Scope.CASE}]
    by_parts = screen is VisitScreen
    theirs = FOR_RESIDENT if screen is PatientsScreen else frozenset[str]()
    wanted = () if by_parts else in_scopes(*own)
    assert [one.id for one in wanted if one.id not in theirs and not hasattr(screen, one.method)] == []


async def test_every_key_of_a_case_acts_in_a_list() -> None:
    app = may_everything()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = DropInScreen(app.place)
        await app.show(screen)
        await settle(pilot)
        row = screen.selected
        assert row is not None
        for action in in_scopes(Scope.CASE):
            for key in keys_of(action):
                app.asked.performed.clear()
                await pilot.press(key)
                assert (key, app.asked.performed) == (key, [f"{action.id}:{row.id}"])


async def test_every_function_key_of_a_case_acts_while_one_writes_to_the_resident() -> None:
    app = VisitStage()
    app.may_begin = always
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        case = app.place.current_visit
        for action in in_scopes(Scope.CASE):
            for key in [key for key in keys_of(action) if len(key) > 1 and action.id != "case.staff_chat"]:
                app.asked.performed.clear()
                await pilot.press(key)
                assert (key, app.asked.performed) == (key, [f"{action.id}:{case}"])
        await pilot.press("f7")
        await settle(pilot)
        assert case in app.place.staff_side


@pytest.mark.parametrize("screen", [StartScreen, DropInScreen, TeamScreen, VerifyScreen, BookedScreen])
async def test_every_key_that_works_anywhere_acts_there(screen: type[Any]) -> None:
    app = may_everything()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(screen(app.place))
        await settle(pilot)
        for action in in_scopes(Scope.ANYWHERE):
            for key in keys_of(action) if action.id not in BY_SCREENS else ():
                app.asked.performed.clear()
                await pilot.press(key)
                assert (key, app.asked.performed) == (key, [action.id])


async def test_the_cursor_goes_down_and_up_with_letters_and_arrows() -> None:
    app = may_everything()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = DropInScreen(app.place)
        await app.show(screen)
        await settle(pilot)
        first = screen.selected
        for down, up in (("j", "k"), ("down", "up")):
            await pilot.press(down)
            assert screen.selected != first
            await pilot.press(up)
            assert screen.selected == first
