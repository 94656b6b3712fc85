import pytest

from clinic_tui.client.link_events import DraftRestored
from clinic_tui.i18n import _
from clinic_tui.protocol.resources import Draft
from clinic_tui.widgets.composer import Composer
from clinic_tui.widgets.note_editor import NoteEditor
from tests.desks import NOW, case_id
from tests.screens.stage import text_of
from tests.screens.visit_stage import (
    AUTO_HISTORY,
    VisitStage,
    karin,
    settle,
    talk,
    visit_detail,
    visits,
)

pytestmark = pytest.mark.anyio


def with_drafts() -> VisitStage:
    drafts = tuple(
        Draft(case_id=case_id(1), kind=kind, body=body, revision=3, saved_at=NOW)
        for kind, body in (("message", "Ett utkast"), ("note", "En anteckning"))
    )
    return VisitStage(visits(visit_detail(karin(), talk(), drafts=drafts)))


def composed(app: VisitStage) -> str:
    return app.screen_under_test.query_one(Composer).text


def noted(app: VisitStage) -> str:
    return app.screen_under_test.query_one(NoteEditor).text


async def test_saved_drafts_stand_where_they_were_written():
    app = with_drafts()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert composed(app) == "Ett utkast"
        assert noted(app) == "En anteckning"
        assert text_of(app).count(_("Draft saved {time}").format(time="10:00")) == 2
        assert app.saved == []


async def test_the_note_begins_with_the_auto_history_and_says_so():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert noted(app) == AUTO_HISTORY
        assert _("From the auto-history {time}").format(time="09:10") in text_of(app)
        assert _("changed by you") not in text_of(app)
        await pilot.press("ctrl+n", "x")
        await settle(pilot)
        assert app.saved == [(case_id(1), "note", AUTO_HISTORY + "x")]
        assert _("changed by you") in text_of(app)


async def test_every_change_is_handed_on_to_be_saved():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("a", "b")
        await settle(pilot)
        assert app.saved[-1] == (case_id(1), "message", "ab")
        app.draft_arrives("message", "ab", 1)
        await settle(pilot)
        assert _("Draft saved {time}").format(time="10:00") in text_of(app)


async def test_ones_own_older_save_that_comes_back_does_not_touch_the_text():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("a", "b")
        await settle(pilot)
        app.draft_arrives("message", "a", 1, client=app.place.client)
        await settle(pilot)
        assert composed(app) == "ab"
        assert not app.screen_under_test.may("draft.other")


async def test_a_draft_from_elsewhere_replaces_a_text_that_was_not_touched():
    app = with_drafts()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.draft_arrives("message", "Skrivet hemma", 4)
        app.draft_arrives("note", "Antecknat hemma", 4)
        await settle(pilot)
        assert composed(app) == "Skrivet hemma"
        assert noted(app) == "Antecknat hemma"


async def test_a_draft_from_elsewhere_waits_beside_a_text_that_is_being_written():
    app = with_drafts()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("x")
        await settle(pilot)
        app.draft_arrives("message", "Skrivet hemma", 4)
        await settle(pilot)
        assert composed(app) == "Ett utkastx"
        assert "Ctrl+O" in text_of(app)
        await pilot.press("ctrl+o")
        await settle(pilot)
        assert composed(app) == "Skrivet hemma"
        assert app.saved[-1] == (case_id(1), "message", "Skrivet hemma")
        await pilot.press("ctrl+o")
        await settle(pilot)
        assert composed(app) == "Ett utkastx"


async def test_a_note_from_elsewhere_waits_beside_the_one_that_is_being_written():
    app = with_drafts()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", "x")
        await settle(pilot)
        app.draft_arrives("note", "Antecknat hemma", 4)
        await settle(pilot)
        assert noted(app) == "En anteckningx"
        await pilot.press("ctrl+o")
        await settle(pilot)
        assert noted(app) == "Antecknat hemma"


async def test_another_text_of_a_hidden_visit_is_there_when_one_comes_back():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f3")
        await settle(pilot)
        app.draft_arrives("message", "Skrivet hemma", 1)
        await pilot.press("f3")
        await settle(pilot)
        assert composed(app) == "Skrivet hemma"


async def test_without_contact_an_unsaved_draft_says_so():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert _("Draft not saved: no contact") not in text_of(app)
        await pilot.press("a")
        await settle(pilot)
        assert _("Draft not saved: no contact") in text_of(app)


async def test_a_note_that_is_emptied_stays_empty_on_this_machine():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.screen.query_one(NoteEditor).area.clear()
        await settle(pilot)
        await pilot.press("f3", "f3")
        await settle(pilot)
        app.draft_arrives("note", "", 1)
        await settle(pilot)
        assert noted(app) == ""


def left_by_an_earlier_run(body: str, revision: int) -> DraftRestored:
    return DraftRestored(case_id(1), "message", body, revision)


async def test_a_draft_that_an_earlier_run_left_stands_in_its_field():
    app = VisitStage()
    app.desk.restore(left_by_an_earlier_run("Kvar sedan sist", 0))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert composed(app) == "Kvar sedan sist"
        app.draft_arrives("message", "Kvar sedan sist", 1)
        await settle(pilot)
        assert composed(app) == "Kvar sedan sist"
        assert _("Draft saved {time}").format(time="10:00") in text_of(app)


async def test_a_draft_that_is_restored_late_replaces_nothing_that_was_written_meanwhile():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("n", "y")
        await settle(pilot)
        changes = app.desk.restore(left_by_an_earlier_run("Kvar sedan sist", 0))
        app.screen_under_test.show_changes(changes)
        await settle(pilot)
        assert composed(app) == "ny"
        await pilot.press("ctrl+o")
        await settle(pilot)
        assert composed(app) == "Kvar sedan sist"


async def test_a_draft_that_was_changed_elsewhere_stands_beside_the_one_left_here():
    app = with_drafts()
    app.desk.restore(left_by_an_earlier_run("Kvar sedan sist", 2))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert composed(app) == "Kvar sedan sist"
        await pilot.press("ctrl+o")
        await settle(pilot)
        assert composed(app) == "Ett utkast"
        assert app.saved[-1] == (case_id(1), "message", "Ett utkast")


async def test_a_text_that_was_sent_before_the_program_ended_is_not_there_to_be_sent_again():
    app = with_drafts()
    app.desk.restore(left_by_an_earlier_run("", 3))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert composed(app) == ""
        app.draft_arrives("message", "", 4, client=app.place.client)
        await settle(pilot)
        assert composed(app) == ""


async def test_a_text_that_was_changed_elsewhere_stays_though_one_had_sent_what_was_left_here():
    app = with_drafts()
    app.desk.restore(left_by_an_earlier_run("", 2))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert composed(app) == "Ett utkast"
