"""The calendar: every key, the mouse, and the years at the edges."""

from datetime import date

import pytest
from textual.app import App, ComposeResult

from clinic_tui.widgets.calendar import Calendar
from screens.dialogs.calendar import CalendarDialog
from styles import css_paths
from styles.themes import VARIABLE_DEFAULTS
from tests.screens.stage import StageApp, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

TODAY = date(2026, 3, 2)


class CalendarApp(App[None]):
    CSS_PATH = css_paths("base")

    def __init__(self, chosen: date = TODAY) -> None:
        super().__init__()
        self.calendar = Calendar(chosen, TODAY)
        self.picked: list[date] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def compose(self) -> ComposeResult:
        yield self.calendar

    def on_calendar_picked(self, message: Calendar.Picked) -> None:
        self.picked.append(message.day)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("left", date(2026, 3, 1)),
        ("right", date(2026, 3, 3)),
        ("h", date(2026, 3, 1)),
        ("l", date(2026, 3, 3)),
        ("up", date(2026, 2, 23)),
        ("down", date(2026, 3, 9)),
        ("k", date(2026, 2, 23)),
        ("j", date(2026, 3, 9)),
        ("pageup", date(2026, 2, 2)),
        ("pagedown", date(2026, 4, 2)),
        ("shift+pageup", date(2025, 3, 2)),
        ("shift+pagedown", date(2027, 3, 2)),
    ],
)
async def test_a_key_moves_the_cursor(key: str, expected: date) -> None:
    app = CalendarApp()
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert app.calendar.chosen == expected


@pytest.mark.parametrize("key", ["home", "full_stop"])
async def test_one_key_goes_back_to_today(key: str) -> None:
    app = CalendarApp(date(2027, 7, 14))
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert app.calendar.chosen == TODAY


async def test_enter_picks_the_day_under_the_cursor() -> None:
    app = CalendarApp()
    async with app.run_test() as pilot:
        await pilot.press("right", "enter")
        assert app.picked == [date(2026, 3, 3)]


async def test_from_the_31st_one_comes_to_the_last_day_of_a_shorter_month() -> None:
    app = CalendarApp(date(2028, 1, 31))
    async with app.run_test() as pilot:
        await pilot.press("pagedown")
        assert app.calendar.chosen == date(2028, 2, 29)


async def test_the_week_starts_on_monday_with_its_number() -> None:
    app = CalendarApp()
    async with app.run_test():
        lines = app.calendar.render().plain.split("\n")
        assert lines[0].split() == ["‹", "March", "2026", "›"]
        assert lines[2].split() == ["w", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
        assert lines[3].split() == ["9", "23", "24", "25", "26", "27", "28", "1"]
        assert lines[4].split()[0] == "10"
        assert {len(line) for line in lines[2:]} == {32}


async def test_a_click_picks_a_day_and_the_ends_of_the_first_line_turn_the_month() -> None:
    app = CalendarApp()
    async with app.run_test() as pilot:
        await pilot.click(Calendar, offset=(4 + 4 * 2 + 1, 5))
        assert app.picked == [date(2026, 3, 11)]
        await pilot.click(Calendar, offset=(31, 0))
        assert app.calendar.chosen == date(2026, 4, 11)
        await pilot.click(Calendar, offset=(0, 0))
        assert app.calendar.chosen == date(2026, 3, 11)
        await pilot.click(Calendar, offset=(1, 5))
        assert len(app.picked) == 1


@pytest.mark.parametrize("edge", [date.min, date.max])
async def test_the_first_and_the_last_day_there_are_hold(edge: date) -> None:
    app = CalendarApp(edge)
    async with app.run_test() as pilot:
        for key in ("left", "right", "up", "down", "pageup", "pagedown", "shift+pageup", "shift+pagedown"):
            await pilot.press(key)
        assert app.is_running


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_dialog_says_the_day_in_words_and_gives_it(size: tuple[int, int]) -> None:
    app = StageApp()
    async with app.run_test(size=size) as pilot:
        await app.show(CalendarDialog(TODAY, TODAY))
        await pilot.pause()
        assert "Monday 2 March 2026 · week 10 · today" in text_of(app)
        await pilot.press("right")
        await pilot.pause()
        assert "Tuesday 3 March 2026 · week 10 · tomorrow" in text_of(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.result == date(2026, 3, 3)


async def test_escape_leaves_the_dialog_without_a_day() -> None:
    app = StageApp()
    async with app.run_test() as pilot:
        await app.show(CalendarDialog(TODAY, TODAY))
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert app.result is None
