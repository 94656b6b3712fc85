"""The dialogs, over the view they are opened from."""

from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.actions.action import Scope
from clinic_tui.domain.filters import GlobalFilter
from clinic_tui.protocol.resources import Note
from clinic_tui.widgets.modal import ClinicDialog
from clinic_tui.widgets.note_editor import NoteEditor
from clinic_tui.widgets.palette_provider import ActionsPalette
from clinic_tui.widgets.workplace import Choice, Question
from screens.dialogs.amend import AmendDialog
from screens.dialogs.filter import FilterDialog
from screens.dialogs.help import HelpDialog
from screens.dialogs.question import QuestionDialog
from screens.drop_in import DropInScreen
from tests.desks import ME, NOW, case_id
from tests.screens.stage import StageApp
from tests.screens.visit_stage import AUTO_HISTORY, settle
from tests.snapshots.conftest import Prepare, Snap
from tests.snapshots.scenes import MIDDLE, SMALL, press, queue_app, visit_app

both = pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=lambda size: f"{size[0]}x{size[1]}")


def over_the_queue(app: StageApp, dialog: ClinicDialog[Any], *keys: str) -> Prepare:
    async def show(pilot: Pilot[Any]) -> None:
        await app.show(DropInScreen(app.place))
        dialog.QUIET = 0.0  # type: ignore[misc]
        await app.show(dialog)
        await press(pilot, *keys)

    return show


def keys(*pressed: str) -> Prepare:
    async def show(pilot: Pilot[Any]) -> None:
        await press(pilot, *pressed)

    return show


@both
def test_the_phrase_picker(snap: Snap, size: tuple[int, int]) -> None:
    snap(visit_app(), size, keys("f4"))


def test_the_phrase_picker_with_words_that_find_one(snap: Snap) -> None:
    snap(visit_app("light"), MIDDLE, keys("f4", *"tid"))


def test_a_new_phrase(snap: Snap) -> None:
    snap(visit_app(), MIDDLE, keys("f4", "ctrl+n", *"hem"))


@both
def test_the_sign_dialog(snap: Snap, size: tuple[int, int]) -> None:
    snap(visit_app(), size, keys("f9"))


@pytest.mark.parametrize("body", ["", ".,-"], ids=["empty", "no-words"])
def test_the_sign_dialog_that_warns(snap: Snap, body: str) -> None:
    app = visit_app(first=case_id(3))

    async def show(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        app.screen.query_one(NoteEditor).area.text = body
        await press(pilot, "f9")

    snap(app, MIDDLE, show)


def test_the_end_dialog(snap: Snap) -> None:
    snap(visit_app(), MIDDLE, keys(*"Hej", "f10"))


def test_the_correction(snap: Snap) -> None:
    app = queue_app()
    note = Note(
        id="n1",
        case_id=case_id(1),
        number=1,
        body=AUTO_HISTORY,
        source="manual",
        signed_by=ME,
        signed_at=NOW,
    )
    snap(app, MIDDLE, over_the_queue(app, AmendDialog(note, "Karin Lindström, 71 år"), "f9"))


@both
def test_the_filter_dialog(snap: Snap, size: tuple[int, int]) -> None:
    app = queue_app()
    app.place.drop_in.set_filter(GlobalFilter(priorities=frozenset({1, 2, 3}), roles=frozenset({"nurse"})))
    snap(app, size, over_the_queue(app, FilterDialog(app.place), "down"))


def test_the_filter_dialog_of_the_first_time(snap: Snap) -> None:
    app = queue_app("light")
    snap(app, MIDDLE, over_the_queue(app, FilterDialog(app.place, first=True)))


def test_the_help(snap: Snap) -> None:
    app = queue_app()
    snap(app, MIDDLE, over_the_queue(app, HelpDialog(app.place, (Scope.LIST, Scope.ANYWHERE))))


def test_the_palette(snap: Snap) -> None:
    app = queue_app()

    async def show(pilot: Pilot[Any]) -> None:
        await app.show(DropInScreen(app.place))
        await app.push_screen(ActionsPalette())
        await pilot.press(*"f")
        await app.workers.wait_for_complete()

    snap(app, MIDDLE, show)


def test_a_question(snap: Snap) -> None:
    app = queue_app()
    asked = Question(
        "Ta över från Ebba Nyman?",
        "Ebba Nyman har ärendet sedan 09:58 och får veta direkt att du tar över.",
        (Choice("o", "Ta över", lambda: None), Choice("escape", "Avbryt")),
        warning=True,
    )
    snap(app, MIDDLE, over_the_queue(app, QuestionDialog(asked)))
