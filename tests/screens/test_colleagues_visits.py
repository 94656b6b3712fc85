"""Colleagues' ended visits in the verification view: read, then signed for them, taken over or let go of."""

from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.protocol.commands import ReleaseCase, SignNote, TakeOverCase
from clinic_tui.protocol.resources import History
from clinic_tui.protocol.team import Abilities
from clinic_tui.widgets.note_text import signer
from clinic_tui.widgets.view_tabs import ViewTabs
from screens.dialogs.sign_for import SignForDialog
from screens.verify import VerifyScreen
from tests.desks import EBBA, ME, detail, message, row, taken
from tests.screens.stage import StageApp, desk_snapshot, text_of
from tests.screens.verify_stage import NOTE_ID, item, with_note
from tests.screens.visits_stage import clinic

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]
MANAGER = ("preview_case", "verify", "sign_for_colleague", "release_for_others")
HERS = taken(3, by=EBBA, state="ended_unsigned", unit_id="ekens", reason="Sår i munnen")


def stage(*rows: Any, permissions: tuple[str, ...] = MANAGER, **changes: Any) -> StageApp:
    values: dict[str, Any] = {"permissions": permissions, "verifications": (), **changes}
    app = StageApp(shown=desk_snapshot(*(rows or (HERS,)), **clinic(**values)))
    app.place.renew = lambda case_id: app.change(app.desk.open(_whole(app, case_id)))
    return app


def _whole(app: StageApp, case_id: str) -> Any:
    shown = app.desk.rows.get(case_id)
    assert shown is not None
    said = message(1, body="It hurts when I eat.")
    return detail(shown, (said,), history=History(auto_history="Sår sedan två veckor."))


async def opened(app: StageApp, pilot: Pilot[Any]) -> VerifyScreen:
    screen = VerifyScreen(app.place)
    await app.show(screen)
    await pilot.pause()
    for _tab in screen.query_one(ViewTabs).tabs:
        if screen.tab != "colleagues":
            await pilot.press("right")
            await pilot.pause()
    assert screen.tab == "colleagues"
    return screen


async def test_a_manager_sees_whose_visits_are_not_signed() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        assert [tab.id for tab in screen.query_one(ViewTabs).tabs][1] == "colleagues"
        assert screen.list.selected == HERS.id
        assert "Ebba" in text_of(app)
        for action in ("verify.sign_for", "verify.take_over", "verify.let_go"):
            assert not screen.may(action)
        await pilot.press("s")
        await pilot.pause()
        assert "Read the visit first" in text_of(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_whole_visit_is_read_before_it_is_seen_to(size: tuple[int, int]) -> None:
    app = stage()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        await pilot.press("enter")
        await pilot.pause()
        text = text_of(app)
        assert "Ended visit of Ebba" in text
        assert "It hurts when I eat." in text


async def test_the_note_is_signed_for_the_colleague() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("enter", "s")
        await pilot.pause()
        assert isinstance(app.screen, SignForDialog)
        assert "You sign for Ebba" in text_of(app)
        assert app.screen.area.text == "Sår sedan två veckor."
        await pilot.press(*" ok", "ctrl+s")
        await pilot.pause()
        (command,) = [one for one in app.asked.commands if isinstance(one, SignNote)]
        assert (command.case_id, command.version) == (HERS.id, HERS.version)
        assert command.body == "Sår sedan två veckor. ok"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_empty_note_is_not_signed_and_one_without_words_is_asked_about(
    size: tuple[int, int],
) -> None:
    app = stage()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        await pilot.press("enter", "s")
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, SignForDialog)
        dialog.area.text = " "
        await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "The note is empty." in text_of(app)
        assert "Cancel" in text_of(app)
        dialog.area.text = "."
        await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert not any(isinstance(one, SignNote) for one in app.asked.commands)
        await pilot.press("ctrl+s")
        await pilot.pause()
        (command,) = [one for one in app.asked.commands if isinstance(one, SignNote)]
        assert (command.body, command.acknowledged) == (".", True)


@pytest.mark.parametrize(("key", "kind"), [("t", TakeOverCase), ("r", ReleaseCase)])
async def test_taking_over_and_letting_go_ask_first(key: str, kind: type[Any]) -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("enter", key)
        await pilot.pause()
        assert len(app.asked.questions) == 1
        assert not any(isinstance(one, kind) for one in app.asked.commands)
        choice = next(one for one in app.asked.questions[0].choices if one.key == "y")
        assert choice.act is not None
        choice.act()
        await pilot.pause()
        (command,) = [one for one in app.asked.commands if isinstance(one, kind)]
        assert (command.case_id, command.version) == (HERS.id, HERS.version)


async def test_without_the_right_one_sees_only_visits_that_nobody_has() -> None:
    free = row(4, state="ended_unsigned", unit_id="ekens", assignee=None)
    able = (Abilities(staff_id=ME.id, unit_id="ekens", visits=("nurse",)),)
    mine = ("preview_case", "accept_drop_in", "take_over", "sign_note")
    app = stage(HERS, free, permissions=mine, abilities=able)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        assert screen.list.selected == free.id
        await pilot.press("enter")
        await pilot.pause()
        assert "Ended visit that nobody has" in text_of(app)
        assert not screen.may("verify.sign_for")
        assert not screen.may("verify.let_go")
        await pilot.press("t")
        await pilot.pause()
        (command,) = [one for one in app.asked.commands if isinstance(one, TakeOverCase)]
        assert command.case_id == free.id


async def test_others_have_no_such_tab() -> None:
    app = stage(permissions=("preview_case", "accept_drop_in", "sign_note"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = VerifyScreen(app.place)
        await app.show(screen)
        await pilot.pause()
        assert "colleagues" not in [tab.id for tab in screen.query_one(ViewTabs).tabs]


def test_a_note_signed_for_somebody_names_both() -> None:
    note = with_note(item(1, note_id=NOTE_ID)).notes[0]
    assert signer(note) == EBBA.name
    from msgspec.structs import replace

    assert signer(replace(note, signed_by=ME, signed_for=EBBA)) == f"{ME.name} for {EBBA.name}"
