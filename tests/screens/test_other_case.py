"""What was filled in for one case is not sent while another is on screen."""

import pytest

from clinic_tui.protocol.commands import EndVisit, PostMessage, SignNote
from clinic_tui.protocol.team_commands import SayToStaff, StartConversation
from clinic_tui.widgets.bar import Bar
from clinic_tui.widgets.composer import Composer
from clinic_tui.widgets.note_editor import NoteEditor
from clinic_tui.widgets.staff_chat import StaffChat
from screens.visit.screen import VisitScreen
from tests.desks import case_id
from tests.screens.stage import text_of
from tests.screens.visit_stage import VisitStage, listening, settle, two_visits

pytestmark = pytest.mark.anyio

KEPT = "Inget skickades: det skrevs till Karin Lindström, 71 år"


def view(app: VisitStage) -> VisitScreen:
    screen = app.screen_under_test
    assert isinstance(screen, VisitScreen)
    return screen


async def test_a_message_is_not_sent_to_whom_it_was_not_written() -> None:
    app = VisitStage(two_visits())
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"hej")
        app.place.current_visit = case_id(2)
        await pilot.press("ctrl+j")
        await settle(pilot)
        assert app.sent(PostMessage) == []
        assert KEPT in text_of(app)
        karin = app.desk.visits[case_id(1)]
        assert view(app).drafts.text(karin, "message") == "hej"
        app.place.current_visit = case_id(1)
        view(app).show_current()
        await pilot.press("ctrl+j")
        await settle(pilot)
        assert [(one.case_id, one.body) for one in app.sent(PostMessage)] == [(case_id(1), "hej")]


async def test_a_composer_keeps_its_text_for_its_case_whatever_is_shown_next() -> None:
    app = VisitStage(two_visits())
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        screen = view(app)
        screen.query_one(Composer).area.replace_text("halvt")
        app.place.current_visit = case_id(2)
        screen.talk.show_composer(app.desk.visits[case_id(2)])
        assert screen.drafts.text(app.desk.visits[case_id(1)], "message") == "halvt"
        assert screen.query_one(Composer).text == ""


async def test_a_word_to_colleagues_goes_to_those_of_its_case() -> None:
    app = VisitStage(two_visits())
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        screen = view(app)
        app.place.current_visit = case_id(2)
        screen.query_one("#staff", StaffChat).post_message(StaffChat.Said("ord", None, case_id(1)))
        await settle(pilot)
        assert [*app.sent(SayToStaff), *app.sent(StartConversation)] == []
        assert screen.query_one("#staff", StaffChat).draft(case_id(1)) == "ord"
        assert KEPT in text_of(app)


@pytest.mark.parametrize(("key", "choice", "kind"), [("f9", "s", SignNote), ("f10", "e", EndVisit)])
async def test_a_dialog_does_to_no_case_what_another_is_shown_for(
    key: str, choice: str, kind: type[object]
) -> None:
    app = VisitStage(two_visits())
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        view(app).query_one(NoteEditor).area.insert("fynd ")
        await pilot.press(key)
        await listening(pilot)
        app.place.current_visit = case_id(2)
        await pilot.press(choice)
        await settle(pilot)
        assert app.sent(kind) == []
        assert KEPT in text_of(app)
        assert "fynd" in view(app).drafts.text(app.desk.visits[case_id(1)], "note")


async def test_the_send_key_sends_from_the_message_alone() -> None:
    app = VisitStage(two_visits())
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"halvt", "ctrl+n", *"fynd", "ctrl+j", "x")
        await settle(pilot)
        screen = view(app)
        assert app.sent(PostMessage) == []
        assert screen.query_one(Composer).text == "halvt"
        assert screen.query_one(NoteEditor).text.endswith("fynd\nx")
        screen.talk.log.focus()
        await pilot.press("ctrl+j")
        await settle(pilot)
        assert (app.sent(PostMessage), screen.focused) == ([], screen.talk.log)
        assert "skickar när du står i meddelandet" in str(
            screen.query_one("#notice", Bar).render_line(0).text
        )
