from datetime import timedelta

import pytest
from msgspec.structs import replace

from clinic_tui.client.errors import Conflict
from clinic_tui.i18n import _, pgettext
from clinic_tui.protocol.commands import AmendNote, EndNoAnswer, EndVisit, SignNote, StartVisit
from clinic_tui.protocol.resources import Region
from clinic_tui.storage.config import PrivacySettings
from clinic_tui.widgets.composer import Composer
from clinic_tui.widgets.modal import WayRow
from clinic_tui.widgets.note_editor import NoteEditor
from clinic_tui.widgets.visit_tabs import VisitTabs
from screens.dialogs.sign import SignDialog
from tests.desks import NOW, case_id
from tests.screens.stage import text_of
from tests.screens.visit_stage import (
    AUTO_HISTORY,
    VisitStage,
    karin,
    listening,
    omar,
    settle,
    talk,
    two_visits,
    visit_detail,
    visits,
)

pytestmark = pytest.mark.anyio


WHO = "Karin Lindström, 71 år"


def ended_text() -> str:
    return _("{resident} · ended, not signed").format(resident=WHO)


def locked_text() -> str:
    return _("Until the note is signed, {resident} cannot use the rest of the service.").format(resident=WHO)


def ended() -> VisitStage:
    return VisitStage(visits(visit_detail(karin("ended_unsigned"), talk())))


async def write(app: VisitStage, pilot, text: str) -> None:
    app.screen_under_test.query_one(NoteEditor).area.replace_text(text)
    await settle(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_auto_history_is_signed_unchanged_with_two_keys(size):
    app = ended()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("f9")
        await listening(pilot)
        shown = text_of(app)
        assert "Karin Lindström, 71 år" in shown
        assert "Kontaktorsak" in shown
        assert _("This is the auto-history, unchanged.") in shown
        assert "Esc" in shown
        await pilot.press("s")
        await settle(pilot)
        assert [(one.body, one.version, one.acknowledged) for one in app.sent(SignNote)] == [
            (AUTO_HISTORY, 4, False)
        ]
        assert (app.asked.performed, app.place.current_visit) == ([], case_id(1))


async def test_after_signing_one_does_not_come_upon_a_visit_that_the_same_key_would_begin():
    others = visit_detail(omar("accepted", started_at=None))
    app = VisitStage(visits(visit_detail(karin("ended_unsigned"), talk()), others))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f9")
        await listening(pilot)
        await pilot.press("s", "s")
        await settle(pilot)
        assert len(app.sent(SignNote)) == 1
        assert app.sent(StartVisit) == []
        assert (app.asked.performed, app.place.current_visit) == ([], case_id(1))


async def test_the_focus_starts_on_cancel_and_enter_signs_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(SignDialog, "QUIET", 3600.0)
    app = ended()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f9", "s", "enter")
        assert app.sent(SignNote) == []
        assert isinstance(app.screen, SignDialog)
        app.screen._listen()
        await settle(pilot)
        focused = app.screen.focused
        assert isinstance(focused, WayRow)
        assert focused.way.harmless
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen is app.screen_under_test
        assert app.sent(SignNote) == []


@pytest.mark.parametrize(
    ("key", "performed"),
    [("c", [f"case.record:{case_id(1)}"]), ("v", [f"case.verify:{case_id(1)}"])],
)
async def test_one_key_signs_and_begins_what_follows_with_that_very_case(key: str, performed: list[str]):
    app = VisitStage(visits(visit_detail(karin("ended_unsigned"), talk()), visit_detail(omar())))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f9")
        await listening(pilot)
        await pilot.press(key)
        await settle(pilot)
        assert [one.case_id for one in app.sent(SignNote)] == [case_id(1)]
        assert app.asked.performed == performed


async def test_no_copy_is_offered_where_copying_is_switched_off():
    app = ended()
    app.place.config = replace(app.place.config, privacy=PrivacySettings(copy_allowed=False))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f9")
        await listening(pilot)
        assert _("Sign and copy for the record") not in text_of(app)
        await pilot.press("c")
        await settle(pilot)
        assert app.sent(SignNote) == []


async def test_a_second_click_on_the_selected_way_signs_and_the_first_does_not():
    app = ended()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f9")
        await listening(pilot)
        await pilot.click(WayRow)
        await settle(pilot)
        assert app.sent(SignNote) == []
        assert _("click again to choose") in text_of(app)
        await pilot.click(WayRow)
        await settle(pilot)
        assert len(app.sent(SignNote)) == 1


@pytest.mark.parametrize("body", ["", "   \n\t ", "\u2800\u3164 \u00a0"])
async def test_an_empty_note_is_refused_with_the_way_out(body):
    app = ended()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await write(app, pilot, body)
        await pilot.press("f9")
        await listening(pilot)
        shown = text_of(app)
        assert _("The note is empty") in shown
        assert "Karin" in shown
        assert "(9 rader)" in shown
        await pilot.press("a")
        await settle(pilot)
        assert [one.body for one in app.sent(SignNote)] == [AUTO_HISTORY]


async def test_an_empty_note_leads_to_writing_it():
    app = ended()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await write(app, pilot, " ")
        await pilot.press("f9")
        await listening(pilot)
        await pilot.press("s")
        await settle(pilot)
        assert app.sent(SignNote) == []
        assert app.screen_under_test.query_one(NoteEditor).area.has_focus


async def test_a_full_stop_alone_is_warned_of_and_signed_only_when_that_is_chosen():
    app = ended()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await write(app, pilot, ".")
        await pilot.press("f9")
        await listening(pilot)
        assert _("The note has no words") in text_of(app)
        await pilot.press("escape", "f9")
        await settle(pilot)
        await listening(pilot)
        await pilot.press("j")
        await settle(pilot)
        assert [(one.body, one.acknowledged) for one in app.sent(SignNote)] == [(".", True)]


async def test_a_full_stop_after_the_auto_history_is_signed_without_a_warning():
    app = ended()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", "full_stop", "f9")
        await listening(pilot)
        await pilot.press("s")
        await settle(pilot)
        assert [(one.body, one.acknowledged) for one in app.sent(SignNote)] == [(AUTO_HISTORY + ".", False)]


async def test_signing_a_visit_in_progress_says_that_it_ends_it_and_one_stays_with_it():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("x", "f9")
        await listening(pilot)
        shown = text_of(app)
        assert _("the chat closes for both of you") in shown
        assert _("What you have written in the chat is not sent.")[:40] in shown
        await pilot.press("s")
        await settle(pilot)
        await pilot.press(*"bs9")
        await settle(pilot)
        shown = text_of(app)
        assert app.place.current_visit == case_id(1)
        assert "Signerat: Karin Lindström, 71 år.   F3  Omar Haddad, 9 år" in shown
        assert "✓ Karin Lindström" in app.screen.query_one(VisitTabs).text
        assert len(app.sent(SignNote)) == 1


async def test_a_signature_that_is_refused_says_why_and_keeps_the_note():
    app = ended()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", "x", "f9")
        await listening(pilot)
        app.asked.refuse = Conflict()
        await pilot.press("s")
        await settle(pilot)
        assert app.screen_under_test.query_one(NoteEditor).text == AUTO_HISTORY + "x"
        assert Conflict().user_text() in text_of(app)
        app.asked.refuse = None
        await pilot.press("f9")
        await listening(pilot)
        await pilot.press("s")
        await settle(pilot)
        assert len(app.sent(SignNote)) == 2


async def test_an_ended_visit_is_marked_and_its_note_has_the_focus():
    app = ended()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        shown = text_of(app)
        assert ended_text() in shown
        assert pgettext("tab", "not signed") in app.screen.query_one(VisitTabs).text
        assert app.screen.query_one(Composer).has_class("-closed")
        assert app.screen.query_one(NoteEditor).area.has_focus


async def test_a_visit_is_ended_without_signing():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f10")
        await listening(pilot)
        assert locked_text()[:40] in text_of(app)
        await pilot.press("e")
        await settle(pilot)
        assert len(app.sent(EndVisit)) == 1
        assert ended_text() in text_of(app)


async def test_a_region_that_does_not_lock_out_says_so():
    region = Region(name="Jönköping", unsigned_blocks=False)
    app = VisitStage(two_visits(region=region))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f10")
        await listening(pilot)
        assert locked_text()[:40] not in text_of(app)


async def test_one_is_told_before_one_goes_over_to_a_chat_that_no_sms_can_tell_of():
    detail = visit_detail(karin(), talk())
    silent = replace(detail, contact=replace(detail.contact, reachable=False))
    app = VisitStage(visits(silent, permissions=("sign_note", "create_async")))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f9")
        await listening(pilot)
        assert _("no mobile number, so no SMS") in text_of(app)


async def test_a_visit_is_ended_and_signed_at_once():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f10")
        await listening(pilot)
        await pilot.press("s")
        await settle(pilot)
        await listening(pilot)
        await pilot.press("s")
        await settle(pilot)
        assert app.sent(EndVisit) == []
        assert len(app.sent(SignNote)) == 1


async def test_no_answer_can_be_chosen_once_the_units_minutes_have_passed():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f10")
        await listening(pilot)
        shown = text_of(app)
        assert "10:09" in shown
        assert "Hej Karin. Vi har väntat på svar. /Ekens vårdcentral" in shown
        await pilot.press("n")
        await settle(pilot)
        assert app.sent(EndNoAnswer) == []
        app.clock = NOW + timedelta(minutes=9)
        while "10:09" in text_of(app):
            await pilot.pause(0.05)
        await pilot.press("n")
        await settle(pilot)
        assert len(app.sent(EndNoAnswer)) == 1


async def test_one_who_waits_for_an_answer_is_not_ended_for_giving_none():
    row = karin(last_staff_at=NOW - timedelta(minutes=9), last_resident_at=NOW - timedelta(minutes=8))
    app = VisitStage(visits(visit_detail(row, talk())))
    app.clock = NOW + timedelta(minutes=30)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f10")
        await listening(pilot)
        assert _("the resident wrote last and waits for your answer")[:30] in text_of(app)
        await pilot.press("n")
        await settle(pilot)
        assert app.sent(EndNoAnswer) == []


async def signed(app: VisitStage, pilot) -> None:
    await settle(pilot)
    await pilot.press("f9")
    await listening(pilot)
    await pilot.press("s")
    await settle(pilot)


async def test_a_signed_note_can_be_read_and_not_written():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await signed(app, pilot)
        shown = text_of(app)
        assert "Signerad av" in shown
        assert _("{resident} · signed and closed").format(resident="Karin Lindström, 71 år") in shown
        await pilot.press("x", "y")
        await settle(pilot)
        assert app.desk.visits[case_id(1)].notes[0].body == AUTO_HISTORY
        assert app.saved == []


async def test_a_correction_is_a_new_version_with_a_reason():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await signed(app, pilot)
        await pilot.press("f9")
        await listening(pilot)
        await pilot.press("f9")
        await settle(pilot)
        assert app.sent(AmendNote) == []
        await pilot.press("x", "tab", "f", "e", "l", "f9")
        await settle(pilot)
        sent = app.sent(AmendNote)[0]
        assert (sent.corrects, sent.body, sent.reason) == ("note-1", AUTO_HISTORY + "x", "fel")
        shown = text_of(app)
        assert "Version 2" in shown
        assert "fel" in shown


async def test_escape_throws_a_correction_away_only_when_pressed_twice():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await signed(app, pilot)
        await pilot.press("f9")
        await listening(pilot)
        await pilot.press("x", "escape")
        await settle(pilot)
        assert app.screen is not app.screen_under_test
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is app.screen_under_test


async def test_a_signed_visit_is_taken_off_the_tabs():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await signed(app, pilot)
        await pilot.press("ctrl+w")
        await settle(pilot)
        assert case_id(1) not in app.desk.visits
        assert (app.place.current_visit, app.asked.performed) == (None, ["app.back"])


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_typed_after_the_signature_is_written_nowhere(size):
    app = VisitStage()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", "x", "f9")
        await listening(pilot)
        await pilot.press("s")
        await settle(pilot)
        saved = len(app.saved)
        await pilot.press(*"hej b2", "f10", "f12")
        await settle(pilot)
        assert app.screen is app.screen_under_test
        assert (app.place.current_visit, len(app.saved), app.asked.performed) == (case_id(1), saved, [])
        assert app.screen.focused is app.screen_under_test.talk.log
