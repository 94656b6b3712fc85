"""The global search: what it finds, that nothing is sent while one types, and where each find leads."""

from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.actions.registry import ACTIONS
from clinic_tui.global_search import GlobalSearch
from clinic_tui.protocol.resources import PhraseInfo, ResidentRef
from clinic_tui.widgets.clinic_screen import ClinicScreen
from screens.dialogs.search import Found, SearchDialog
from screens.drop_in import DropInScreen
from screens.patients import PatientsScreen
from tests.desks import case_id, row
from tests.hostile import CORE, bad_code_points
from tests.profiles import PHRASES
from tests.screens.stage import StageApp, desk_snapshot, queue, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

NUMBER = "19121212-1212"


class SearchStage(StageApp):
    """Performs the search as the application does."""

    @property
    def clinic_screen(self) -> ClinicScreen | None:
        return next((one for one in reversed(self.screen_stack) if isinstance(one, ClinicScreen)), None)

    def say(self, text: str, *, warning: bool = False) -> None:
        if self.clinic_screen is not None:
            self.clinic_screen.say(text, warning=warning)


def stage(*phrases: PhraseInfo) -> SearchStage:
    app = SearchStage(shown=desk_snapshot(phrases=phrases or PHRASES))
    app.place.app_perform = lambda action: (
        GlobalSearch(app).show() if action == "app.search" else app.asked.performed.append(action)
    )
    return app


async def opened(app: StageApp, pilot: Pilot[Any], words: str = "") -> SearchDialog:
    dialog = SearchDialog(app.place, [ACTIONS["go.settings"], ACTIONS["case.take"]])
    await app.show(dialog)
    await pilot.pause()
    await pilot.press(*words)
    await pilot.pause()
    return dialog


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("omar", f"case:{case_id(1)}"),
        ("vårtor", f"case:{case_id(5)}"),
        ("provs", "phrase:p1"),
        ("nyman", "colleague:ebba"),
        ("settings", "action:go.settings"),
        (NUMBER, "number:191212121212"),
        ("22800101AB12", "number:22800101AB12"),
        ("00252555-ab12", "number:00252555AB12"),
        ("1985020312B4", "number:1985020312B4"),
    ],
)
async def test_cases_numbers_phrases_colleagues_and_actions_are_found(words: str, found: str) -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, pilot, words)
        assert dialog.list.selected == found
        await pilot.press("enter")
        kind, _colon, name = found.partition(":")
        assert app.result == Found(kind, name)  # type: ignore[arg-type]


async def test_nothing_is_sent_while_one_types() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, NUMBER)
        assert app.asked.commands == []
        assert "logged" in text_of(app)


async def test_finds_stand_in_groups_and_arrows_walk_them() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, "t")
        text = text_of(app)
        assert [one for one in ("Cases", "Phrases", "Actions") if one in text] == [
            "Cases",
            "Phrases",
            "Actions",
        ]
        first = dialog.list.selected
        await pilot.press("down")
        assert dialog.list.selected != first
        await pilot.press("up")
        assert dialog.list.selected == first


async def test_nothing_found_is_said_and_enter_does_nothing() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "zzz")
        assert "Nothing here has all of these words." in text_of(app)
        await pilot.press("enter")
        assert app.result == "nothing yet"
        await pilot.press("escape")
        assert app.result is None


async def search(app: SearchStage, pilot: Pilot[Any], words: str) -> None:
    await app.show(DropInScreen(app.place))
    await pilot.pause()
    await pilot.press("slash")
    await pilot.pause()
    await pilot.press(*words)
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()


async def test_a_case_is_opened() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await search(app, pilot, "vårtor")
        assert app.asked.performed == [f"open:{case_id(5)}"]


async def test_a_number_is_looked_up_in_the_patients_view() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await search(app, pilot, NUMBER)
        assert app.asked.performed == ["go.patients"]
        assert app.asked.commands == []
        app.asked.answer = lambda _command: None
        app.place.submit = lambda command, _done, _failed: app.asked.commands.append(command)
        await app.show(PatientsScreen(app.place))
        await pilot.pause()
        assert [getattr(one, "person_number", "") for one in app.asked.commands] == ["191212121212"]


async def test_a_phrase_is_shown_where_nothing_is_written() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await search(app, pilot, "provs")
        (question,) = app.asked.questions
        assert question.title == "Provsvar"
        assert "{resident_first_name}" in question.text


async def test_a_colleague_is_shown_among_the_colleagues() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await search(app, pilot, "nyman")
        assert app.asked.performed == ["go.team"]
        assert app.place.wanted_tab == {"team": "colleagues"}


async def test_an_action_is_performed_in_the_view_below() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await search(app, pilot, "show the settings")
        assert app.asked.performed == ["go.settings"]


async def test_a_number_holds_no_slash_so_it_opens_the_search_there_too() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = PatientsScreen(app.place)
        await app.show(screen)
        await pilot.pause()
        assert screen.focused is screen.number_field
        assert "/  Search" in text_of(app)
        await pilot.press("1", "slash")
        await pilot.pause()
        assert isinstance(app.screen, SearchDialog)
        assert screen.number_field.value == "1"


async def test_nothing_hostile_reaches_the_terminal() -> None:
    cases = [
        row(
            n,
            reason="x" + one.text,
            resident=ResidentRef(id="r", name=one.text, birth_date=None, age=4, sex="male"),
        )
        for n, one in enumerate(CORE, start=1)
    ]
    app = SearchStage(shown=desk_snapshot(*queue()[:1], *cases))
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        for words in ("x", "xr", "x2"):
            dialog.search.value = words
            await pilot.pause()
            assert not bad_code_points(text_of(app))
