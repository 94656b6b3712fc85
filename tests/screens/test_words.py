"""Words and colleagues, as dialogs ask for them."""

import pytest

from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Colleague
from clinic_tui.widgets.modal import Way, WayRow
from screens.dialogs.colleague_picker import ANYBODY, ColleaguePicker
from screens.dialogs.words import WordsDialog
from tests.desks import ME, NOW
from tests.screens.stage import StageApp, desk_snapshot, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

PEOPLE = (("ebba", "Ebba Nyman", "doctor", "busy"), ("olle", "Olle [b]Berg", "nurse", "online"))


def app_with_colleagues() -> StageApp:
    colleagues = tuple(
        Colleague(
            staff=StaffRef(id=key, name=name),
            unit_id="ekens",
            role=role,
            presence=presence,
            since=NOW,
            visits=1,
        )
        for key, name, role, presence in PEOPLE
    )
    me = Colleague(staff=ME, unit_id="ekens", role="nurse", presence="online", since=NOW)
    return StageApp(shown=desk_snapshot(colleagues=(*colleagues, me)))


async def test_what_is_written_is_given_without_blanks_around_it() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = WordsDialog("Why", ("It is told.",), label="Reason")
        await app.show(dialog)
        await pilot.press(*" ill ", "ctrl+s")
        assert app.result == "ill"
        assert dialog.taken == "ctrl+s"


async def test_nothing_is_asked_for_again() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(WordsDialog("Why", lines=True))
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.result == "nothing yet"
        assert "Something must be written here" in text_of(app)


async def test_nothing_will_do_where_it_is_not_required() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(
            WordsDialog("Comment", required=False, ways=(Way("f9", "Accept"), Way("f8", "Decline")))
        )
        await pilot.press("f8")
        assert app.result == ""


async def test_enter_in_a_line_goes_to_the_first_way_and_no_further() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = WordsDialog("Why")
        await app.show(dialog)
        await pilot.press("x", "enter")
        assert app.result == "nothing yet"
        assert isinstance(dialog.focused, WayRow)
        await pilot.press("enter")
        assert app.result == "x"


async def test_esc_asks_once_more_where_text_would_go() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(WordsDialog("Why"))
        await pilot.press("x", "escape")
        assert app.result == "nothing yet"
        await pilot.press("escape")
        assert app.result is None


async def test_colleagues_stand_by_who_can_be_reached_and_oneself_is_left_out() -> None:
    app = app_with_colleagues()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(ColleaguePicker(app.place, "Invite", unit_id="ekens"))
        await pilot.pause()
        shown = text_of(app)
        assert shown.index("Olle [b]Berg") < shown.index("Ebba Nyman")
        assert "Anna Ek" not in shown
        assert "◐ busy · 1 visit" in shown


async def test_typing_narrows_and_enter_chooses() -> None:
    app = app_with_colleagues()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(ColleaguePicker(app.place, "Invite"))
        await pilot.press(*"doct", "enter")
        assert app.result == StaffRef(id="ebba", name="Ebba Nyman")


async def test_a_name_is_found_by_how_its_words_begin() -> None:
    app = app_with_colleagues()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(ColleaguePicker(app.place, "Invite"))
        await pilot.press(*"bba")
        await pilot.pause()
        assert "Ebba Nyman" not in text_of(app)


async def test_arrows_walk_while_one_types() -> None:
    app = app_with_colleagues()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(ColleaguePicker(app.place, "Invite"))
        await pilot.press("down", "enter")
        assert app.result.id == "ebba"


async def test_anybody_can_be_asked_where_that_is_offered() -> None:
    app = app_with_colleagues()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(ColleaguePicker(app.place, "Ask", anybody="Anybody here"))
        await pilot.press("ctrl+a")
        assert app.result == ANYBODY


async def test_a_name_nobody_has_chooses_nobody() -> None:
    app = app_with_colleagues()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(ColleaguePicker(app.place, "Invite"))
        await pilot.press(*"zz", "enter")
        await pilot.pause()
        assert app.result == "nothing yet"
        assert "No colleague by that name" in text_of(app)
