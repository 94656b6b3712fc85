"""A click selects; what cannot be undone takes a second one, and none takes the focus from a text."""

from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.protocol.commands import SignNote
from clinic_tui.protocol.team_commands import AssignCase
from clinic_tui.widgets.bar import Bar
from clinic_tui.widgets.choice_list import ChoiceList
from clinic_tui.widgets.modal import WayRow
from clinic_tui.widgets.side_panel import SidePanel
from screens.dialogs.sign import SignDialog
from tests.desks import case_id
from tests.screens.deeds_stage import DeedsStage, booked, chat, chat_detail, everything
from tests.screens.stage import text_of
from tests.screens.visit_stage import VisitStage, listening, settle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]


async def signing(app: DeedsStage, pilot: Pilot[Any]) -> WayRow:
    """The row that signs and goes over to messages, in the dialog that asks."""
    await settle(pilot)
    await pilot.press("ctrl+n", *"Ok", "f9")
    await settle(pilot)
    await listening(pilot)
    return next(row for row in app.screen.query(WayRow) if row.way.key == "m")


def sign_at(app: DeedsStage, row: WayRow, mark: str) -> tuple[int, int]:
    """Where a mark of the row stands, from its corner."""
    line = text_of(app).split("\n")[row.region.y]
    return (line.index(mark, row.region.x) - row.region.x, 0)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_click_on_plus_and_minus_changes_the_days_and_signs_nothing(size: tuple[int, int]) -> None:
    app = DeedsStage(everything(chat_detail(booked("in_progress"))), first=case_id(4))
    async with app.run_test(size=size) as pilot:
        row = await signing(app, pilot)
        for mark, days in (("+", 11), ("+", 12), ("−", 11)):
            await pilot.click(row, offset=sign_at(app, row, mark))
            await settle(pilot)
            assert isinstance(app.screen, SignDialog)
            assert app.screen.days == days
        assert app.sent(SignNote) == []


async def test_a_click_on_a_way_selects_it_and_the_next_one_takes_it() -> None:
    app = DeedsStage(everything(chat_detail(booked("in_progress"))), first=case_id(4))
    async with app.run_test(size=(120, 40)) as pilot:
        row = await signing(app, pilot)
        await pilot.click(row, offset=(8, 0))
        await settle(pilot)
        assert app.screen.focused is row
        assert app.sent(SignNote) == []
        await pilot.click(row, offset=(8, 0))
        await settle(pilot)
        assert [one.to_async_days for one in app.sent(SignNote)] == [10]


async def test_a_click_in_the_picker_gives_the_case_to_nobody_until_the_colleague_is_selected() -> None:
    app = DeedsStage(everything(chat_detail(chat("new"))), first=case_id(3))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.deeds.begin("case.assign", case_id(3))
        await settle(pilot)
        await pilot.click(ChoiceList, offset=(4, 0))
        await settle(pilot)
        assert app.sent(AssignCase) == []
        await pilot.click(ChoiceList, offset=(4, 0))
        await settle(pilot)
        assert [one.staff_id for one in app.sent(AssignCase)] == ["ebba"]


async def test_a_click_on_a_side_tab_leaves_the_focus_where_one_writes() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"He")
        tabs = app.screen.query_one(SidePanel).query_one("#panel-tabs", Bar)
        for offset in (1, 10, 20):
            await pilot.click(tabs, offset=(offset, 0))
            await settle(pilot)
        await pilot.press("j", "b")
        await settle(pilot)
        assert app.screen_under_test.panel.page != "note"
        assert app.screen_under_test.talk.composer.text == "Hejb"


async def test_a_side_tab_that_hides_the_note_leaves_nothing_to_write_in() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n")
        await settle(pilot)
        tabs = app.screen.query_one(SidePanel).query_one("#panel-tabs", Bar)
        await pilot.click(tabs, offset=(1, 0))
        await settle(pilot)
        assert app.screen_under_test.panel.page == "history"
        await pilot.press(*"bu9")
        await settle(pilot)
        assert (app.asked.commands, app.asked.performed) == ([], [])
        assert app.screen_under_test.talk.composer.text == ""
