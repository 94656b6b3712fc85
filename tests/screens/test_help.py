"""The help: every action with its key in force, and words that narrow it down."""

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from clinic_tui.actions.action import Scope
from clinic_tui.actions.keymap import Keymap
from clinic_tui.actions.registry import ACTIONS
from clinic_tui.protocol.resources import PriorityInfo, Region
from clinic_tui.widgets.badges import FLAG_LEGEND
from screens.dialogs.help import HelpDialog, HelpText
from tests.hostile import CORE, bad_code_points
from tests.screens.stage import StageApp, desk_snapshot, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]


async def opened(app: StageApp, pilot: Pilot[None], *scopes: Scope) -> HelpDialog:
    dialog = HelpDialog(app.place, scopes)
    await app.show(dialog)
    await pilot.pause()
    await pilot.pause()
    return dialog


def everything(dialog: HelpDialog) -> str:
    return "\n".join(line.plain for line in dialog.query_one(HelpText).lines(90))


async def test_every_action_stands_there_with_its_key() -> None:
    app = StageApp(shown=desk_snapshot(permissions=("administer_unit",)))
    async with app.run_test(size=(120, 40)) as pilot:
        text = everything(await opened(app, pilot))
        for action in ACTIONS.values():
            assert action.title in text
        assert "Ctrl+J" in text
        assert "F10" in text


async def test_who_does_not_administer_the_unit_is_told_no_keys_for_it() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        text = everything(await opened(app, pilot))
        assert "Change the unit's settings." not in text
        assert "In the unit's administration" not in text
        assert "Show my unfinished cases." in text


async def test_a_changed_key_is_the_one_shown() -> None:
    app = StageApp()
    app.place.keymap = Keymap({"case.take": "f12"})
    async with app.run_test(size=(120, 40)) as pilot:
        lines = everything(await opened(app, pilot)).split("\n")
        assert any(line.split()[:2] == ["F12", "Take"] for line in lines)


async def test_what_works_here_comes_first() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        text = everything(await opened(app, pilot, Scope.VISIT, Scope.ANYWHERE))
        assert text.startswith("In a visit")
        assert text.index("Anywhere") < text.index("In the lists")


async def test_the_signs_and_the_priorities_are_explained() -> None:
    app = StageApp()
    async with app.run_test(size=(120, 40)) as pilot:
        text = everything(await opened(app, pilot))
        assert all(sign in text for sign, _meaning in FLAG_LEGEND)
        assert "Omedelbar  within 30 min" in text


async def test_typing_narrows_it_down() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, pilot)
        await pilot.press(*"put back")
        await pilot.pause()
        text = everything(dialog)
        assert "Put the case back" in text
        assert "Settings" not in text
        await pilot.press(*"xyz")
        assert everything(dialog) == "Nothing here has these words."


@pytest.mark.parametrize("key", ["escape", "question_mark", "f1"])
async def test_escape_and_the_key_that_opened_it_close_it(key: str) -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press(key)
        await pilot.pause()
        assert app.result is None


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_arrows_and_pages_scroll_and_the_way_out_stays_in_sight(size: tuple[int, int]) -> None:
    app = StageApp()
    async with app.run_test(size=size) as pilot:
        dialog = await opened(app, pilot)
        body = dialog.query_one("#dialog-body", VerticalScroll)
        await pilot.press("down", "down", "up")
        assert body.scroll_y == min(1, body.max_scroll_y)
        await pilot.press(*["pagedown"] * 20)
        await pilot.pause()
        assert body.scroll_y == body.max_scroll_y
        assert "Egenvård" in text_of(app)
        assert "Close" in text_of(app)


async def test_hostile_names_of_priorities_do_nothing_but_stand_there() -> None:
    named = tuple(
        PriorityInfo(priority=number, name=one.text[:60], target_minutes=5)
        for number, one in enumerate(CORE, 1)
    )
    app = StageApp(shown=desk_snapshot(region=Region(name="", priorities=named)))
    async with app.run_test(size=(120, 60)) as pilot:
        await opened(app, pilot)
        await pilot.press(*"prior")
        await pilot.pause()
        assert bad_code_points(text_of(app)) == []
        await pilot.press(*["pagedown"] * 5)
        await pilot.pause()
        assert bad_code_points(text_of(app)) == []
