"""The palette: what can be done here, and nothing else."""

import pytest
from textual.command import CommandList
from textual.pilot import Pilot

from clinic_tui.widgets.palette_provider import ActionsPalette
from screens.drop_in import DropInScreen
from tests.screens.stage import StageApp, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]


async def opened(app: StageApp, pilot: Pilot[None], words: str = "") -> list[str]:
    """Open the palette over the queue, write the words, and give the lines that it then shows."""
    await app.push_screen(DropInScreen(app.place))
    await app.push_screen(ActionsPalette())
    await pilot.press(*words)
    await app.workers.wait_for_complete()
    await pilot.pause()
    options = app.screen.query_one(CommandList).options
    return [str(option.prompt) for option in options]


async def test_what_can_be_done_with_the_selected_case_is_offered_with_key_and_help() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        lines = await opened(app, pilot)
        assert any(line.split() == ["t", "Take", "Take", "the", "case."] for line in lines)
        assert any("Sign out" in line for line in lines)


async def test_what_cannot_be_done_now_is_not_offered() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        titles = [line[10:30].strip() for line in await opened(app, pilot)]
        assert "Put back" not in titles
        assert "Sign" not in titles
        assert "All" not in titles


async def test_nothing_of_textuals_own_is_offered() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        text = "\n".join(await opened(app, pilot)).casefold()
        assert not any(word in text for word in ("screenshot", "maximize", "svg"))


async def test_words_find_by_title_first_and_then_by_help() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        titles = [line[10:30].strip() for line in await opened(app, pilot, "theme")]
        assert titles[0] == "Next theme"
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        titles = [line[10:30].strip() for line in await opened(app, pilot, "colour")]
        assert titles == ["Next theme"]


async def test_enter_performs_the_action_on_the_view_below() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "settings")
        await pilot.press("enter")
        await pilot.pause()
        assert app.asked.performed == ["go.settings"]
        assert isinstance(app.screen, DropInScreen)


async def test_an_action_of_the_view_itself_is_performed_too() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "take")
        await pilot.press("enter")
        await pilot.pause()
        assert [type(command).__name__ for command in app.asked.commands] == ["AcceptCase"]


async def test_a_word_that_finds_nothing_says_so_and_enter_does_nothing() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        assert await opened(app, pilot, "qqqq") == ["Nothing by that name can be done here now."]
        await pilot.press("enter")
        await pilot.pause()
        assert app.asked.performed == []


async def test_escape_closes_it() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "What do you want to do?" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, DropInScreen)
