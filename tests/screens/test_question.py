"""A question: its ways out as keys, the harmless one first, nothing by mistake."""

import pytest

from clinic_tui.widgets.modal import WayRow
from clinic_tui.widgets.workplace import Choice, Question
from screens.dialogs.question import QuestionDialog
from tests.hostile import CORE, bad_code_points
from tests.screens.stage import StageApp, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]


def act() -> None:
    """What a choice does."""


TAKE = Choice("o", "Take over", act)
CANCEL = Choice("escape", "Cancel")
ASKED = Question("Take over from Ebba?", "Ebba is told at once.", (TAKE, CANCEL))


async def opened(app: StageApp, question: Question = ASKED) -> QuestionDialog:
    dialog = QuestionDialog(question)
    dialog.QUIET = 0.0  # type: ignore[misc]
    await app.show(dialog)
    return dialog


async def test_it_says_what_why_and_the_ways_out() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app)
        await pilot.pause()
        shown = text_of(app)
        assert all(text in shown for text in (ASKED.title, ASKED.text, " o ", "Take over", "Esc", "Cancel"))


async def test_the_key_of_a_choice_takes_it() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app)
        await pilot.press("o")
        await pilot.pause()
        assert app.result is TAKE


async def test_a_capital_letter_takes_it_too() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app)
        await pilot.press("O")
        await pilot.pause()
        assert app.result is TAKE


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_escape_and_a_blind_enter_do_nothing(key: str) -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app)
        await pilot.pause()
        await pilot.press(key)
        await pilot.pause()
        assert app.result is None


async def test_a_key_pressed_as_the_dialog_opens_counts_for_nothing() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = QuestionDialog(ASKED)
        dialog.QUIET = 3600.0  # type: ignore[misc]
        await app.show(dialog)
        assert not dialog.listening
        await pilot.press("o", "escape", "enter")
        assert app.screen is dialog
        dialog._listen()
        await pilot.press("o")
        await pilot.pause()
        assert app.result is TAKE


async def test_arrows_and_the_mouse_reach_every_choice() -> None:
    for way in ("arrow", "mouse"):
        app = StageApp()
        async with app.run_test(size=(80, 24)) as pilot:
            dialog = await opened(app)
            await pilot.pause()
            if way == "arrow":
                await pilot.press("up", "enter")
            else:
                await pilot.click(dialog.query(WayRow).first())
                assert app.screen is dialog, "a click selects, and a click on the selected one takes"
                await pilot.click(dialog.query(WayRow).first())
            await pilot.pause()
            assert app.result is TAKE


async def test_other_keys_do_nothing() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app)
        await pilot.press("x", "f9", "1", "backspace", "question_mark")
        assert app.screen is dialog


async def test_a_question_without_a_harmless_choice_gets_one() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, Question("Something happened", "This is so.", ()))
        await pilot.pause()
        assert "Close" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.result is None


async def test_a_hostile_text_does_nothing_but_stand_there() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        for hostile in CORE:
            text = hostile.text
            question = Question(text[:90], text[:3000], (Choice("o", text[:90], act),))
            dialog = await opened(app, question)
            await pilot.pause()
            assert app.screen is dialog
            assert "Esc" in text_of(app)
            assert bad_code_points(text_of(app)) == []
            await app.pop_screen()
