from datetime import timedelta

import msgspec
import pytest

from clinic_tui.client.errors import Offline, Rejected
from clinic_tui.i18n import _, pgettext
from clinic_tui.protocol.commands import MarkRead, PostMessage, ReleaseCase, StartVisit
from clinic_tui.protocol.events import CaseChanged, MessageChanged, ResidentPresence
from clinic_tui.protocol.text import safe_line, safe_text
from clinic_tui.widgets.bar import Bar
from clinic_tui.widgets.chat_log import ChatLog
from clinic_tui.widgets.composer import Composer, ComposerText
from clinic_tui.widgets.side_menu import SideMenu
from clinic_tui.widgets.side_panel import SidePanel
from clinic_tui.widgets.visit_tabs import VisitTabs
from tests.desks import EBBA, NOW, case_id
from tests.hostile import CORE, bad_code_points, load_hostile
from tests.screens.stage import text_of
from tests.screens.visit_stage import (
    KARIN,
    VisitStage,
    karin,
    omar,
    said,
    settle,
    talk,
    two_visits,
    visit_detail,
    visits,
)

pytestmark = pytest.mark.anyio


def area(app: VisitStage) -> ComposerText:
    return app.screen.query_one(Composer).area


async def type_in(pilot, text: str) -> None:
    names = {" ": "space", ".": "full_stop", "?": "question_mark", "{": "left_curly_bracket"}
    await pilot.press(*[names.get(char, char) for char in text])
    await settle(pilot)


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (200, 60)])
async def test_the_visit_fits_every_size(size):
    app = VisitStage()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        shown = text_of(app)
        for text in (
            "Karin",
            "Karin Lindström, 71 år",
            _("{key} sends").format(key="Ctrl+J"),
            "Tack. Har du kunnat",
        ):
            assert text in shown
        for page in ("Anamnes", "Anteckning"):
            assert page[:3] in shown


async def test_enter_is_a_new_line_and_the_send_key_sends_and_empties():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await type_in(pilot, "Goddag")
        await pilot.press("enter")
        await type_in(pilot, "du")
        await pilot.press("ctrl+j")
        await settle(pilot)
        assert [one.body for one in app.sent(PostMessage)] == ["Goddag\ndu"]
        assert area(app).text == ""
        assert app.saved[-1] == (case_id(1), "message", "")
        assert "… " + pgettext("message", "queued") in text_of(app)


async def test_a_message_goes_from_queued_over_sent_and_delivered_to_read():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await type_in(pilot, "Hej")
        await pilot.press("ctrl+j")
        sent = app.sent(PostMessage)[0]
        app.sending("sending")
        await settle(pilot)
        assert "… " + pgettext("message", "being sent") in text_of(app)
        stored = said(5, "Hej", staff=True, id=sent.command_id, sent_at=NOW)
        app.happen(MessageChanged(message=stored))
        await settle(pilot)
        assert "· " + pgettext("message", "sent") in text_of(app)
        assert text_of(app).count("Hej\n") == 1
        app.happen(
            MessageChanged(message=said(5, "Hej", staff=True, id=stored.id, delivered_at=NOW, revision=2))
        )
        await settle(pilot)
        assert text_of(app).count("✓ " + pgettext("message", "delivered")) == 2
        app.happen(MessageChanged(message=said(5, "Hej", staff=True, id=stored.id, read_at=NOW, revision=3)))
        await settle(pilot)
        assert text_of(app).count(_("read {time}").format(time="10:00")) == 2


async def test_a_message_that_fails_says_why_and_can_be_sent_again():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await type_in(pilot, "Hej")
        await pilot.press("ctrl+j")
        app.sending("failed", Rejected())
        await settle(pilot)
        shown = text_of(app)
        assert "✗ " + pgettext("message", "not sent") in shown
        assert "Ctrl+R" in shown
        assert "Ctrl+B" in shown
        await pilot.press("ctrl+r")
        await settle(pilot)
        first, second = app.sent(PostMessage)
        assert first.body == second.body
        assert first.command_id != second.command_id
        assert "✗" not in text_of(app)


async def test_a_failed_message_is_taken_back_before_what_is_written():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await type_in(pilot, "Ett")
        await pilot.press("ctrl+j")
        await type_in(pilot, "Tre")
        app.sending("failed", Rejected())
        await settle(pilot)
        await pilot.press("ctrl+b")
        await settle(pilot)
        assert area(app).text == "Ett\n\nTre"
        assert app.visit.pending == ()
        assert app.saved[-1] == (case_id(1), "message", "Ett\n\nTre")


async def test_without_contact_the_message_waits_and_is_not_called_failed():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await type_in(pilot, "Hej")
        await pilot.press("ctrl+j")
        app.sending("unknown", Offline(maybe_done=True))
        await settle(pilot)
        assert "✗" not in text_of(app)
        assert not app.screen_under_test.may("message.retry")


async def test_a_blank_in_the_text_keeps_it_from_being_sent():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await type_in(pilot, "tid")
        await pilot.press("enter")
        await settle(pilot)
        assert "{tid?}" in area(app).text
        await pilot.press("ctrl+j")
        await settle(pilot)
        assert app.sent(PostMessage) == []
        assert app.screen.query_one(Composer).refusal()[:20] in text_of(app)
        assert area(app).selected_text == "{tid?}"


async def test_nothing_is_sent_of_blanks_alone():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("space", "enter", "ctrl+j")
        await settle(pilot)
        assert app.sent(PostMessage) == []


async def test_switching_visits_keeps_each_text_and_changes_the_recipient():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await type_in(pilot, "Till Karin")
        await pilot.press("f3")
        await settle(pilot)
        assert _("To") + " Omar Haddad, 9 år" in text_of(app)
        assert area(app).text == ""
        await type_in(pilot, "Till Omar")
        await pilot.press("f3")
        await settle(pilot)
        assert area(app).text == "Till Karin"
        await pilot.press("shift+f3")
        await settle(pilot)
        assert area(app).text == "Till Omar"


async def test_text_typed_right_before_the_switch_is_not_lost():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("a", "b", "f3", "c", "f3")
        await settle(pilot)
        assert area(app).text == "ab"
        await pilot.press("f3")
        await settle(pilot)
        assert area(app).text == "c"


async def test_a_click_on_a_tab_opens_that_visit():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.click(VisitTabs, offset=(24, 0))
        await settle(pilot)
        assert app.place.current_visit == case_id(2)


async def test_unread_stands_on_the_tab_and_on_screen_it_is_marked_as_read_once():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "9 ☺  1" in app.screen.query_one(VisitTabs).text
        assert app.sent(MarkRead) == []
        await pilot.press("f3")
        await settle(pilot)
        assert [(one.case_id, one.seq) for one in app.sent(MarkRead)] == [(case_id(2), 1)]
        app.happen(ResidentPresence(case_id=case_id(2), presence="typing"))
        await settle(pilot)
        assert len(app.sent(MarkRead)) == 1


async def test_a_message_below_the_reader_is_marked_as_read_when_it_is_reached():
    many = tuple(said(seq, f"rad {seq}") for seq in range(1, 40))
    app = VisitStage(visits(visit_detail(karin(unread=0), many)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+up", "home")
        await settle(pilot)
        row = app.row_after(case_id(1), unread=1)
        app.happen(
            MessageChanged(message=said(40, "ny", sent_at=NOW)), CaseChanged(case=row, cause="message.sent")
        )
        await settle(pilot)
        assert "↓" in text_of(app)
        assert app.sent(MarkRead) == []
        await pilot.press("ctrl+down")
        await settle(pilot)
        assert [one.seq for one in app.sent(MarkRead)] == [40]


async def test_presence_and_typing_are_shown():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "● " + _("{name} is here").format(name="Karin") in text_of(app)
        app.happen(ResidentPresence(case_id=case_id(1), presence="typing"))
        await settle(pilot)
        assert _("{name} is writing …").format(name="Karin") in text_of(app)
        app.happen(ResidentPresence(case_id=case_id(1), presence="off"))
        await settle(pilot)
        assert _("{name} is writing …").format(name="Karin") not in text_of(app)
        assert "○ " + _("{name} is not here now").format(name="Karin") in text_of(app)


async def test_the_backend_is_told_what_is_on_screen_and_that_one_types():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.watched == [(case_id(1), False)]
        await type_in(pilot, "ab")
        assert app.watched == [(case_id(1), False), (case_id(1), True)]
        await pilot.press("ctrl+j")
        await settle(pilot)
        assert app.watched[-1] == (case_id(1), False)
        await pilot.press("f3")
        await settle(pilot)
        assert app.watched[-1] == (case_id(2), False)


async def test_before_the_visit_a_sentence_does_nothing_and_a_key_starts_it():
    app = VisitStage(visits(visit_detail(karin("accepted"))))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        shown = text_of(app)
        assert _("{resident} · the visit has not started").format(resident="Karin Lindström, 71 år") in shown
        assert _("In their own words") in shown
        assert shown.count(_("Start visit")) == 2
        await pilot.press(*"hej tusb3/", "question_mark")
        await settle(pilot)
        assert (app.asked.commands, app.asked.performed, app.saved) == ([], [], [])
        said = _("The visit has not started. {key} starts it.").format(key="Ctrl+S")
        assert said in text_of(app)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert len(app.sent(StartVisit)) == 1
        assert area(app).has_focus
        assert _("The visit started") + " 10:00" in text_of(app)
        await type_in(pilot, "su")
        assert area(app).text == "su"


async def test_a_case_that_is_put_back_is_asked_for_once():
    app = VisitStage(visits(visit_detail(karin("accepted"))))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+g", "u", "u")
        await settle(pilot)
        assert len(app.sent(ReleaseCase)) == 1


async def test_letters_of_the_queue_do_nothing_here():
    app = VisitStage(visits(visit_detail(karin("accepted"))))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("t", "o", "r", "j", "k", "f", "backspace")
        await settle(pilot)
        assert app.asked.commands == []
        assert app.asked.performed == []


async def test_the_panel_shows_every_page_by_key_and_by_click():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+t")
        await settle(pilot)
        assert "19550302-2384" in text_of(app)
        assert area(app).has_focus
        await pilot.press("ctrl+t")
        await settle(pilot)
        assert pgettext("event", "Came into the queue") in text_of(app)
        await pilot.press("ctrl+t")
        await settle(pilot)
        shown = text_of(app)
        places = [
            shown.index(_(t)) for t in ("In their own words", "Answers after the triage", "Warning signs")
        ]
        assert places == sorted(places)
        await pilot.click(app.screen.query_one(SidePanel).query_one("#panel-tabs", Bar), offset=(10, 0))
        await settle(pilot)
        assert app.screen.query_one(SidePanel).page == "note"


async def test_on_a_narrow_screen_chat_and_panel_take_turns_and_escape_goes_back_to_the_chat():
    app = VisitStage()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await type_in(pilot, "Hej")
        await pilot.press("ctrl+t")
        await settle(pilot)
        assert _("In their own words") in text_of(app)
        assert not app.screen.query_one("#chat").display
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen.query_one("#chat").display
        assert area(app).text == "Hej"
        assert area(app).has_focus


async def test_growing_wide_shows_both_again():
    app = VisitStage()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.resize_terminal(140, 40)
        await settle(pilot)
        assert app.screen.query_one("#chat").display
        assert "Kontaktorsak" in text_of(app)


async def test_a_message_is_copied_by_key():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+up", "c")
        await settle(pilot)
        await pilot.press("up", "up", "c")
        await settle(pilot)
        assert app.copied == ["Tack. Har du kunnat ta tempen i dag?", talk()[2].body]


async def test_a_long_message_is_shown_whole_on_request():
    long = said(1, "\n".join(f"rad {number}" for number in range(600)))
    app = VisitStage(visits(visit_detail(karin(), (long,))))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "[…]" in text_of(app)
        await pilot.press("ctrl+up", "x")
        await settle(pilot)
        log = app.screen.query_one(ChatLog)
        assert not log.chat.block(log.source.position("m1-1")).cut


async def test_page_keys_scroll_the_chat_while_one_writes():
    many = tuple(said(seq, f"rad {seq}") for seq in range(1, 60))
    app = VisitStage(visits(visit_detail(karin(), many)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        log = app.screen.query_one(ChatLog)
        before = log.scroll_y
        await pilot.press("pageup")
        await settle(pilot)
        assert log.scroll_y < before
        assert area(app).has_focus


async def test_escape_walks_from_the_log_to_the_composer_and_then_out():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+up", "escape")
        await settle(pilot)
        assert area(app).has_focus
        await pilot.press("escape")
        await settle(pilot)
        assert app.asked.performed == ["app.back"]


async def test_a_visit_taken_over_by_a_colleague_is_closed_for_writing_and_the_text_stays():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await type_in(pilot, "Hej")
        app.happen(CaseChanged(case=app.row_after(case_id(1), assignee=EBBA), cause="case.taken_over"))
        await settle(pilot)
        assert _("{name} has {resident} now.").format(
            name="Ebba Nyman", resident="Karin Lindström, 71 år"
        ) in text_of(app)
        assert app.saved[-1] == (case_id(1), "message", "Hej")
        assert not app.screen_under_test.may("visit.note"), "nor does a key promise that one can write there"
        await pilot.press(*"bhu5/")
        await settle(pilot)
        assert (app.asked.performed, app.place.current_visit) == ([], case_id(1)), "the sentence goes on"
        await pilot.press("ctrl+w")
        await settle(pilot)
        assert (app.asked.performed, app.place.current_visit) == (["app.back"], None)


async def test_a_leading_key_and_a_digit_go_to_a_view_while_one_types_and_the_menu_dims_its_digits():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await type_in(pilot, "Ta 2")
        assert app.screen.query_one(SideMenu).dimmed
        await pilot.press("ctrl+g", "4")
        await settle(pilot)
        assert app.asked.performed == ["go.chats"]
        await pilot.press("ctrl+g", "escape", "ctrl+g", "y", "0")
        await settle(pilot)
        assert app.asked.performed == ["go.chats"]
        assert area(app).text == "Ta 20"


async def test_no_visit_comes_up_by_itself_where_the_one_on_screen_is_gone():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.place.current_visit = None
        app.screen_under_test.show_all()
        await settle(pilot)
        await pilot.press(*"hej5")
        await settle(pilot)
        assert app.place.current_visit is None
        assert _("No visit is shown. {key} goes to the next one.").format(key="F3") in text_of(app)
        assert (app.saved, app.asked.performed) == ([], [])
        await pilot.press("f3")
        await settle(pilot)
        assert app.place.current_visit == case_id(1)


async def test_without_open_visits_the_way_to_the_queue_is_shown():
    app = VisitStage(visits())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert _("You have no open visits. {key} shows the queue.").format(key="Ctrl+G 2") in text_of(app)


async def test_many_tabs_show_how_many_more_there_are():
    details = [
        visit_detail(omar(id=case_id(n), revision=n, accepted_at=NOW + timedelta(n))) for n in range(2, 20)
    ]
    app = VisitStage(visits(visit_detail(karin()), *details))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "›" in app.screen.query_one(VisitTabs).text


async def test_hostile_messages_neither_act_nor_hide():
    texts = [safe_text(one.text) for one in load_hostile()]
    messages = tuple(said(seq, text) for seq, text in enumerate(texts, start=1))
    app = VisitStage(visits(visit_detail(karin(), messages)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        log = app.screen.query_one(ChatLog)
        while log.scroll_y > 0:
            assert not bad_code_points(text_of(app))
            log.action_page(-1)
            await pilot.pause()


async def test_hostile_text_in_composer_name_and_history_neither_acts_nor_hides():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for one in CORE:
            text, line = safe_text(one.text), safe_line(one.text)[:100]
            resident = msgspec.structs.replace(KARIN, name=line)
            row = app.row_after(case_id(1), resident=resident, reason=line, acting_proxy=line)
            app.happen(CaseChanged(case=row, cause="case.changed"))
            area(app).replace_text(text)
            app.screen_under_test.panel.note.area.replace_text(text)
            await pilot.pause()
            assert not bad_code_points(text_of(app)), one.name
            await pilot.press("ctrl+t")
            await pilot.pause()
            assert not bad_code_points(text_of(app)), one.name


async def test_a_snapshot_that_comes_again_keeps_what_is_written():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await type_in(pilot, "Hej")
        app.change(app.desk.load(two_visits()))
        await settle(pilot)
        assert area(app).text == "Hej"
        assert area(app).has_focus
