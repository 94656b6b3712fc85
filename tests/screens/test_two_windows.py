"""The same person at two terminals: what is done in one never throws away what is written in the other."""

from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.client.errors import Offline
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import EndVisit, SignNote
from clinic_tui.protocol.events import CaseChanged, MessageChanged, NoteSigned
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.widgets.chat_log import ChatLog
from clinic_tui.widgets.composer import Composer
from clinic_tui.widgets.note_editor import NoteEditor
from tests.desks import EBBA, ME, NOW, case_id
from tests.screens.stage import text_of
from tests.screens.visit_stage import VisitStage, listening, said, settle

pytestmark = pytest.mark.anyio


def composed(app: VisitStage) -> str:
    return app.screen_under_test.query_one(Composer).text


async def typed(pilot: Pilot[Any], text: str) -> None:
    await settle(pilot)
    await pilot.press(*text)
    await settle(pilot)


def sent_in_the_other(app: VisitStage, body: str, seq: int = 5, **changes: Any) -> None:
    app.happen(MessageChanged(message=said(seq, body, staff=True, sent_at=NOW, **changes)))


async def test_what_was_sent_in_the_other_window_does_not_wait_to_be_sent_again() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "Hej")
        sent_in_the_other(app, "Hej")
        await settle(pilot)
        assert composed(app) == ""
        assert app.saved[-1] == (app.visit.case_id, "message", "")
        said_so = _("Sent from another window at {time}. The same text is gone from here.")
        assert said_so.format(time="10:00") in text_of(app)
        app.draft_arrives("message", "", 4)
        await settle(pilot)
        await typed(pilot, "Ny")
        assert composed(app) == "Ny"


async def test_a_text_that_was_changed_here_stays_and_one_learns_of_the_other() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "Hej du")
        sent_in_the_other(app, "Hej")
        app.draft_arrives("message", "", 4)
        await settle(pilot)
        assert composed(app) == "Hej du"
        said_so = _("You sent a message from another window at {time}. What you are writing here stays.")
        assert said_so.format(time="10:00") in text_of(app)


async def test_a_draft_that_was_only_removed_in_the_other_window_stays_where_it_was_written() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "Hej")
        app.draft_arrives("message", "", 4)
        await settle(pilot)
        assert composed(app) == "Hej"


async def test_what_is_sent_here_or_by_others_says_nothing_of_another_window() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "Hej")
        await pilot.press("ctrl+j")
        await typed(pilot, "Ja")
        sent = app.asked.commands[-1]
        sent_in_the_other(app, "Hej", id=sent.command_id)
        sent_in_the_other(app, "Ja", seq=6, author_id="ebba", author_name="Ebba Nyman")
        app.happen(MessageChanged(message=said(7, "Ja")))
        await settle(pilot)
        assert composed(app) == "Ja"
        assert not app.screen_under_test.query_one("#notice").display


async def test_a_text_in_a_visit_that_is_not_on_screen_is_looked_at_when_it_is_shown() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "Hej")
        first = app.visit.case_id
        await pilot.press("f3")
        await settle(pilot)
        assert app.visit.case_id != first
        sent_in_the_other(app, "Hej")
        await settle(pilot)
        await pilot.press("f3")
        await settle(pilot)
        assert (app.visit.case_id, composed(app)) == (first, "")


def moved_in_the_other(app: VisitStage, by: StaffRef = ME, **changes: Any) -> None:
    row = app.row_after(case_id(1), changed_by=by, changed_at=NOW, **changes)
    app.happen(CaseChanged(case=row, cause="case.moved"))


def signed_in_the_other(app: VisitStage, body: str) -> None:
    app.happen(NoteSigned(note=app.note(case_id(1), body)))
    moved_in_the_other(app, state="closed", closed_at=NOW, close_reason="treated")


async def test_signed_in_the_other_window_the_text_stays_and_letters_do_nothing() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "Ta det lugnt")
        asked = len(app.asked.commands)
        signed_in_the_other(app, "Signerad text")
        await settle(pilot)
        await pilot.press("e", "b", "d", "1", "enter", "backspace")
        await settle(pilot)
        area = app.screen_under_test.query_one(Composer).area
        assert area.has_focus
        assert area.text == "Ta det lugnt" == area.selected_text
        assert len(app.asked.commands) == asked
        assert app.asked.performed == []
        shown = text_of(app)
        assert _("Signed in another window at {time}.").format(time="10:00") in shown
        assert _("What you have written is still here.") in shown
        assert "Ta det lugnt" in shown
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen_under_test.query_one("#log", ChatLog).has_focus
        assert "Ta det lugnt" in text_of(app)
        await pilot.press("escape")
        assert app.asked.performed == ["app.back"]


async def test_a_note_that_is_not_the_one_that_was_signed_stays_beside_it() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", *"Mer")
        await settle(pilot)
        signed_in_the_other(app, "Signerad text")
        await settle(pilot)
        await pilot.press("x", "d")
        await settle(pilot)
        note = app.screen_under_test.query_one(NoteEditor)
        assert note.area.has_focus
        assert note.text.endswith("Mer")
        assert "Signerad text" in text_of(app)
        assert app.asked.performed == []
        assert app.sent(SignNote) == []


async def test_the_note_that_was_signed_in_the_other_window_is_shown_as_signed() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", *"Mer")
        await settle(pilot)
        text = app.screen_under_test.query_one(NoteEditor).text
        signed_in_the_other(app, text)
        await settle(pilot)
        assert app.screen_under_test.query_one(NoteEditor).has_class("-signed")
        assert _("Signed in another window at {time}.").format(time="10:00") in text_of(app)


async def test_a_colleague_who_takes_over_leaves_me_my_text() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "Nej")
        moved_in_the_other(app, by=EBBA, assignee=EBBA)
        await settle(pilot)
        await pilot.press("x")
        await settle(pilot)
        assert composed(app) == "Nej"
        assert _("{name} has the case since {time}.").format(name="Ebba Nyman", time="10:00") in text_of(app)
        moved_in_the_other(app, assignee=ME)
        await settle(pilot)
        assert composed(app) == "Nej"
        assert not app.screen_under_test.query_one(Composer).area.read_only


async def test_what_ends_the_visit_here_needs_no_such_word() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "Hej")
        await pilot.press("f10")
        await listening(pilot)
        await pilot.press("e")
        await settle(pilot)
        assert app.sent(EndVisit)
        assert _("What you have written is still here.") not in text_of(app)
        assert app.screen_under_test.query_one(Composer).has_class("-closed")


async def test_a_text_stopped_in_a_visit_behind_is_there_when_one_comes_back() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "Hej")
        await pilot.press("f3")
        await settle(pilot)
        signed_in_the_other(app, "Signerad text")
        await settle(pilot)
        app.place.open_case(case_id(1))
        await settle(pilot)
        assert composed(app) == "Hej"
        assert _("What you have written is still here.") in text_of(app)


async def test_a_message_that_waits_is_said_to_wait_and_goes_back_where_it_was_written() -> None:
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "Hej")
        await pilot.press("ctrl+j")
        await typed(pilot, "Mer")
        app.sending("queued", Offline())
        await settle(pilot)
        assert _("Take it back") in text_of(app)
        assert "Shift+F12" in text_of(app)
        app.sending("withdrawn")
        app.place.give_back(case_id(1), "Hej")
        await settle(pilot)
        assert composed(app) == "Hej\n\nMer"
        assert app.visit.pending == ()
