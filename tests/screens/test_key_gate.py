"""The order of input where the app is held up, and dialogs that are answered more than once."""

import asyncio
from typing import Any

import pytest
from textual import events
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from clinic_tui.activity import WatchedApp
from clinic_tui.widgets import key_gate, stillness
from clinic_tui.widgets.modal import ClinicDialog, Way
from clinic_tui.widgets.stillness import check_textual
from tests.screens.stage import StageApp

pytestmark = pytest.mark.anyio


class Held(Input):
    """A field that stops at F2 until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def key_f2(self) -> None:
        await self.go_on.wait()
        self.insert_text_at_cursor("<")


class HeldApp(StageApp):
    """One field, and how many keys were thrown away."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: list[int] = []
        self.field = Held()

    def compose(self) -> ComposeResult:
        yield self.field

    def keys_lost(self, count: int) -> None:
        self.lost.append(count)

    def type(self, *keys: str) -> None:
        """Keys in one read."""
        for key in keys:
            self.post_message(events.Key(key, key if len(key) == 1 else None))


class Twice(ClinicDialog[str]):
    """A dialog with two ways out."""

    QUIET = 0.0

    def heading(self) -> str:
        return "Which?"

    def ways(self) -> tuple[Way, ...]:
        return (Way("y", "Yes"), Way("escape", "No"))

    def take(self, key: str) -> None:
        self.dismiss(key)


class Quiet(Twice):
    """One that hears nothing for an hour."""

    QUIET = 3600.0


async def until(condition: Any) -> None:
    """Wait for it."""
    for _turn in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came")


async def test_keys_wait_for_the_key_before_them() -> None:
    app = HeldApp()
    async with app.run_test():
        app.type("a", "f2", "b", "backspace", "c")
        await until(lambda: app.field.value == "a" and app.gate.busy)
        app.field.go_on.set()
        await until(lambda: not app.gate.busy)
        assert app.field.value == "a<c"


async def test_keys_behind_one_that_never_ends_are_thrown_away_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(key_gate, "PATIENCE_SECONDS", 0.05)
    app = HeldApp()
    async with app.run_test():
        app.type("a", "f2", "b", "c")
        await until(lambda: app.lost)
        assert app.lost == [2]
        app.field.go_on.set()
        await until(lambda: app.field.value == "a<")
        app.type("d")
        await until(lambda: app.field.value == "a<d")


def test_a_textual_with_other_insides_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    check_textual()
    monkeypatch.setattr(stillness, "_SCREEN", ("_callbacks", "_no_such_thing"))
    with pytest.raises(RuntimeError, match="_no_such_thing"):
        WatchedApp()


async def shown(pilot: Pilot[Any], dialog: Twice, taken: list[str | None]) -> None:
    pilot.app.push_screen(dialog, taken.append)
    await pilot.pause()


async def test_a_dialog_gives_its_first_answer_alone() -> None:
    taken: list[str | None] = []
    app = HeldApp()
    async with app.run_test() as pilot:
        dialog = Twice()
        await shown(pilot, dialog, taken)
        dialog.take("y")
        dialog.take("escape")
        dialog.dismiss("network")
        await pilot.pause()
        assert taken == ["y"]
        assert len(app.screen_stack) == 1


async def test_a_click_and_a_key_are_one_answer() -> None:
    taken: list[str | None] = []
    app = HeldApp()
    async with app.run_test() as pilot:
        dialog = Twice()
        await shown(pilot, dialog, taken)
        await pilot.click("WayRow")
        await pilot.click("WayRow")
        app.type("escape")
        await pilot.pause()
        assert taken == ["y"]


async def test_a_dialog_below_another_closes_after_it() -> None:
    below: list[str | None] = []
    above: list[str | None] = []
    app = HeldApp()
    async with app.run_test() as pilot:
        first, second = Twice(), Twice()
        await shown(pilot, first, below)
        await shown(pilot, second, above)
        first.dismiss("network")
        await pilot.pause()
        assert (below, app.screen) == ([], second)
        await pilot.press("y")
        await pilot.pause()
        assert (below, above) == (["network"], ["y"])
        assert len(app.screen_stack) == 1


async def test_the_first_moments_of_a_dialog_count_from_when_a_key_was_read() -> None:
    taken: list[str | None] = []
    app = HeldApp()
    async with app.run_test() as pilot:
        opened = events.Key("y", "y").time
        dialog = Quiet()
        await shown(pilot, dialog, taken)
        early, late = events.Key("y", "y"), events.Key("y", "y")
        late.time = opened + 2 * Quiet.QUIET
        app.post_message(early)
        await pilot.pause()
        assert taken == []
        app.post_message(late)
        await pilot.pause()
        assert taken == ["y"]
