"""Every list view when all its cases go at once, in front and behind another view."""

import pytest

from clinic_tui.protocol.commands import CaseAnswer
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.widgets.clinic_screen import ClinicScreen
from screens.chats import ChatsScreen
from screens.drop_in import DropInScreen
from screens.mine import MineScreen
from tests.desks import ME, row, taken
from tests.screens.stage import StageApp, desk_snapshot, queue

pytestmark = pytest.mark.anyio
VIEWS = [DropInScreen, MineScreen, ChatsScreen]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def chats() -> list[CaseRow]:
    return [
        row(40 + number, kind="async", state="new", priority=None, unit_id="ekens") for number in range(9)
    ]


@pytest.mark.parametrize("view", VIEWS)
async def test_a_case_that_came_and_went_before_it_was_painted_is_not_missed(
    view: type[ClinicScreen],
) -> None:
    app = StageApp(shown=desk_snapshot(*queue(), *chats()))
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(view(app.place))
        await pilot.pause()
        news = [
            row(90, unit_id="ekens", priority=1),
            taken(91, by=ME, unit_id="ekens", priority=1),
            row(92, kind="async", state="new", priority=None, unit_id="ekens", waited=900),
        ]
        for one in news:
            app.change(app.desk.absorb(CaseAnswer(case=one)))
        app.change(app.desk.load(desk_snapshot(row(77, unit_id="ekens"))))
        await pilot.pause()
        assert app.is_running


@pytest.mark.parametrize("view", VIEWS)
async def test_a_list_shows_the_other_desk(view: type[ClinicScreen]) -> None:
    app = StageApp(shown=desk_snapshot(*queue(), *chats()))
    async with app.run_test(size=(120, 24)) as pilot:
        await app.show(view(app.place))
        await pilot.pause()
        await pilot.resize_terminal(120, 40)
        app.change(app.desk.load(desk_snapshot(row(77, unit_id="ekens"))))
        await pilot.pause()
        assert app.is_running


@pytest.mark.parametrize("view", VIEWS)
async def test_a_list_behind_another_view_shows_the_other_desk_when_it_is_back(
    view: type[ClinicScreen],
) -> None:
    app = StageApp(shown=desk_snapshot(*queue(), *chats()))
    async with app.run_test(size=(120, 24)) as pilot:
        hidden, front = view(app.place), DropInScreen(app.place)
        await app.show(hidden)
        await pilot.pause()
        await app.push_screen(front)
        for one in app.place.lists.values():
            one.apply(app.desk.load(desk_snapshot(row(77, unit_id="ekens"))))
        await pilot.resize_terminal(120, 40)
        await app.pop_screen()
        hidden.tick()
        await pilot.pause()
        assert app.is_running
