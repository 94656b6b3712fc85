"""The verification view: its tabs, reading before verifying, returning, and texts that did not arrive."""

from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from clinic_tui.actions.action import Scope
from clinic_tui.client.errors import Conflict
from clinic_tui.protocol.events import VerificationChanged
from clinic_tui.protocol.patient_commands import DecideVerification, SettleVerification
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import Assignment
from clinic_tui.state.verifying import asked_for, failed_texts, returned, to_verify, unsigned, waiting_for_me
from clinic_tui.widgets.view_tabs import ViewTabs
from screens.dialogs.help import HelpDialog
from screens.verify import VerifyScreen
from tests.desks import EBBA, ME, detail, event, taken
from tests.hostile import CORE, bad_code_points
from tests.screens.stage import StageApp, desk_snapshot, queue, text_of
from tests.screens.verify_stage import item, items, with_note
from tests.screens.visits_stage import clinic

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]


def stage(*shown: Any, **changes: Any) -> StageApp:
    mine = (detail(taken(3, state="ended_unsigned", unit_id="ekens", reason="Sår i munnen")),)
    values: dict[str, Any] = {"mine": mine, "verifications": shown or items()}
    app = StageApp(shown=desk_snapshot(*queue(), **clinic(**(values | changes))))

    def renew(case_id: str) -> None:
        one = next(one for one in app.desk.team.verifications.values() if one.case_id == case_id)
        app.change(app.desk.open(with_note(one)))

    app.place.renew = renew
    return app


async def opened(app: StageApp, pilot: Pilot[Any], tab: str = "") -> VerifyScreen:
    screen = VerifyScreen(app.place)
    await app.show(screen)
    await pilot.pause()
    while tab and screen.tab != tab:
        await pilot.press("right")
        await pilot.pause()
    return screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_definition_stands_in_the_view(size: tuple[int, int]) -> None:
    app = stage()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        assert "To verify means that another accountable person" in text_of(app)


async def test_the_definition_stands_in_the_help() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(HelpDialog(app.place, (Scope.ANYWHERE, Scope.VERIFY)))
        await pilot.press(*"countersigned")
        await pilot.pause()
        assert "What verifying is" in text_of(app)


async def test_each_tab_tells_how_much_waits_in_it() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        counts = [tab.count for tab in screen.query_one(ViewTabs).tabs]
        assert counts == [1, 2, 1, 1]
        assert waiting_for_me(app.desk) == 5


async def test_arrows_go_round_the_tabs() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        seen = [screen.tab]
        for _turn in range(4):
            await pilot.press("right")
            await pilot.pause()
            seen.append(screen.tab)
        assert seen == ["unsigned", "to_verify", "asked", "texts", "unsigned"]
        await pilot.press("left")
        await pilot.pause()
        assert screen.tab == "texts"


async def test_enter_goes_to_the_visit_whose_note_is_not_signed() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert app.asked.performed == [f"open:{taken(3).id}"]


async def test_a_note_is_read_before_it_can_be_verified() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "to_verify")
        await pilot.press("v")
        await pilot.pause()
        assert "Read the note first: ↵ shows it." in text_of(app)
        assert not screen.may("verify.approve")
        await pilot.press("enter")
        await pilot.pause()
        shown = text_of(app)
        assert "Afte. Lokalbehandling" in shown
        assert "signed by Ebba Nyman 2 March 2026 09:10" in shown
        assert screen.may("verify.approve")


async def test_a_note_is_verified_with_or_without_a_comment() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "to_verify")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("v")
        await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, DecideVerification)
        assert (command.verification_id, command.verdict, command.comment) == (items()[0].id, "verified", "")
        assert "Verified: Omar Haddad, 9 years." in text_of(app)


async def test_a_case_that_does_not_show_the_note_cannot_be_verified() -> None:
    app = stage(item(1, note_id="00000000-0000-7000-8000-00000000ffff", asked_of=ME))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "to_verify")
        await pilot.press("enter")
        await pilot.pause()
        assert "The note cannot be shown." in text_of(app)
        assert not screen.may("verify.approve")


async def test_a_correction_is_shown_beside_what_it_corrects() -> None:
    app = stage()
    first = with_note(items()[0])
    note = first.notes[0]
    later = replace(note, id="n2", number=2, body="Ny dos.", reason="Fel dos", corrects=note.id)
    app.place.renew = lambda _case: app.change(app.desk.open(replace(first, notes=(note, later))))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "to_verify")
        await pilot.press("enter")
        await pilot.pause()
        shown = text_of(app)
        for text in ("corrected later, see below", "Corrected note", "Fel dos", "Ny dos."):
            assert text in shown


async def test_an_item_is_returned_with_a_comment_alone() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "to_verify")
        await pilot.press("x")
        await pilot.pause()
        await pilot.press("ctrl+s")
        assert not app.asked.commands
        await pilot.press(*"dos", "ctrl+s")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, DecideVerification)
        assert (command.verdict, command.comment) == ("returned", "dos")


async def test_a_new_priority_shows_old_and_new_and_needs_no_opening() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "to_verify")
        await pilot.press("down")
        await pilot.pause()
        assert "4 → 2: sämre sedan i morse" in text_of(app)
        assert screen.may("verify.approve")


async def test_what_came_back_stands_first_with_its_comment() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "asked")
        shown = text_of(app)
        assert "Ebba Nyman: ”Skriv till allergin.”" in shown
        assert "You have asked that the note for" in shown
        assert "Waits" in shown
        assert not screen.may("verify.approve")
        await pilot.press("enter")
        await pilot.pause()
        assert app.asked.performed == [f"open:{items()[2].case_id}"]


async def test_what_came_back_is_taken_off_the_list_by_a_key_and_counts_no_more() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "asked")
        assert "d  Done with it" in text_of(app)
        await pilot.press("d")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, SettleVerification)
        assert command.verification_id == items()[2].id
        settled = replace(items()[2], state="settled", revision=3)
        app.change(app.desk.fold(event(11, VerificationChanged(verification=settled))))
        await pilot.pause()
        assert screen.item == items()[3]
        assert returned(app.desk) == 0
        assert "Skriv till allergin" not in text_of(app)
        assert not screen.may("verify.settle")


async def test_a_text_that_did_not_arrive_is_done_once_the_resident_was_reached() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "texts")
        await pilot.press("enter")
        await pilot.pause()
        assert app.asked.performed == ["resident:r2"]
        assert "v  Reached another way" in text_of(app)
        await pilot.press("v")
        await pilot.pause()
        await pilot.press("ctrl+s")
        assert not app.asked.commands
        await pilot.press(*"Ringde", "ctrl+s")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, DecideVerification)
        assert (command.verdict, command.comment) == ("verified", "Ringde")
        assert "was reached" in text_of(app)


async def test_a_colleague_who_was_first_is_told_in_place() -> None:
    app = stage()
    app.asked.refuse = Conflict()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "texts")
        await pilot.press("v")
        await pilot.pause()
        await pilot.press(*"x", "ctrl+s")
        await pilot.pause()
        assert "Somebody else changed this first." in text_of(app)


async def test_an_item_decided_elsewhere_goes() -> None:
    app = stage()
    decided = replace(items()[0], state="verified", decided_by=EBBA, revision=2)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "to_verify")
        app.change(app.desk.fold(event(11, VerificationChanged(verification=decided))))
        await pilot.pause()
        assert screen.item == items()[1]


async def test_escape_closes_what_one_reads() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, "to_verify")
        await pilot.press("enter")
        await pilot.pause()
        assert "Afte." in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "Afte." not in text_of(app)
        assert items()[0].case_id not in app.desk.visits
        assert screen.may("verify.approve")


async def test_empty_tabs_say_so() -> None:
    app = StageApp(shown=desk_snapshot(**clinic()))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        for text in ("waits to be verified by you", "asked for nothing", "have arrived", "notes are signed"):
            assert text in text_of(app)
            await pilot.press("right")
            await pilot.pause()


def test_whoever_may_not_verify_is_shown_nothing_to_verify() -> None:
    desk = stage(permissions=()).desk
    assert not to_verify(desk)
    assert len(failed_texts(desk)) == 1


def test_what_was_asked_of_another_is_shown_to_a_manager_alone() -> None:
    other = item(1, asked_by=EBBA, asked_of=StaffRef(id="liv", name="Liv Ask"))
    assert not to_verify(stage(other).desk)
    manager = Assignment(id="a1", unit_id="ekens", unit_name="Ekens vårdcentral", role="manager")
    assert to_verify(stage(other, assignment=manager).desk) == [other]


def test_nobody_is_shown_their_own_requests_to_verify() -> None:
    desk = stage(item(1, asked_by=ME)).desk
    assert not to_verify(desk)
    assert [one.state for one in asked_for(stage().desk)] == ["returned", "open"]
    assert returned(stage().desk) == 1


def test_unsigned_are_my_ended_visits() -> None:
    assert [row.id for row in unsigned(stage().desk)] == [taken(3).id]


async def test_hostile_texts_are_shown_as_text() -> None:
    shown = [
        item(number, detail=one.text, comment=one.text, asked_of=ME) for number, one in enumerate(CORE[:30])
    ]
    app = stage(*shown)
    async with app.run_test(size=(120, 50)) as pilot:
        await opened(app, pilot, "to_verify")
        for _one in shown:
            await pilot.press("down")
            await pilot.pause()
            assert not bad_code_points(text_of(app))
