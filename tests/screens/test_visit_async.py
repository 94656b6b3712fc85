"""The visit screen with asynchronous chats, scheduled visits, and cases one was invited into."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from clinic_tui.protocol.chat_commands import CloseChat, MarkDone
from clinic_tui.protocol.commands import MarkRead, PostMessage, SignNote
from clinic_tui.protocol.events import CaseChanged
from clinic_tui.widgets.bar import Bar
from clinic_tui.widgets.composer import Composer
from tests.desks import EBBA, ME, NOW, case_id
from tests.screens.deeds_stage import DeedsStage, booked, chat, chat_detail, everything
from tests.screens.stage import text_of
from tests.screens.visit_stage import listening, settle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

C3 = case_id(3)


def chat_app(**values: Any) -> DeedsStage:
    return DeedsStage(everything(chat_detail(chat(**values))), first=C3)


def line(app: DeedsStage) -> str:
    return app.screen_under_test.query_one("#case-line", Bar).text


def hint(app: DeedsStage) -> str:
    return app.screen_under_test.query_one("#composer-to", Bar).text


@pytest.mark.parametrize("state", ["awaiting_staff", "awaiting_resident", "handled"])
async def test_an_open_chat_of_mine_can_be_written_in(state: str) -> None:
    app = chat_app(state=state)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"Ja", "ctrl+j")
        await settle(pilot)
        assert [one.body for one in app.sent(PostMessage)] == ["Ja"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"state": "closed", "closed_at": NOW, "close_reason": "ended"}, "ended, only to be read"),
        ({"state": "closed", "closed_at": NOW, "close_reason": "expired"}, "its time was out"),
        (
            {"state": "closed", "closed_at": NOW, "close_reason": "one_way", "reply_allowed": False},
            "one-way message: the resident cannot answer",
        ),
        ({"state": "new"}, "nobody has taken the chat"),
        ({"assignee": EBBA}, "Ebba Nyman has Karin Lindström"),
    ],
)
async def test_a_chat_that_cannot_be_written_in_says_why(changes: dict[str, Any], text: str) -> None:
    app = chat_app(**changes)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert text in hint(app)
        assert app.screen_under_test.query_one(Composer).has_class("-closed")


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=8, hours=4), "8 d 4 h left"),
        (timedelta(hours=47), "47 h left"),
        (timedelta(hours=3, minutes=12), "‼ 3 h 12 min left"),
    ],
)
async def test_the_time_left_stands_above_the_chat(left: timedelta, text: str) -> None:
    app = chat_app(expires_at=NOW + left)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert text in line(app)


async def test_what_a_chat_is_about_stands_above_it_and_in_full_among_what_is_known() -> None:
    reason = "Förnyelse av recept på blodtrycksmedicin före resan"
    app = chat_app(service_code="", reason=reason)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "Förnyelse av recept på blodtr…  8 d 4 h left" in text_of(app)
        await pilot.press("ctrl+t", "ctrl+t")
        await settle(pilot)
        assert app.screen_under_test.panel.page == "resident"
        shown = " ".join(text_of(app).split())
        assert "Subject" in shown
        assert "före resan" in shown


@pytest.mark.parametrize("over", [{}, {"notes": True}])
async def test_at_80_columns_an_ended_chat_opens_on_the_chat(over: dict[str, Any]) -> None:
    detail = chat_detail(chat("closed", closed_at=NOW, close_reason="ended"))
    if over:
        note = DeedsStage(everything(detail), first=C3).note(C3, "Klart")
        detail = chat_detail(detail.row, notes=(note,))
    app = DeedsStage(everything(detail), first=C3)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "Kan ni förnya mitt recept?" in text_of(app)


async def test_only_the_one_who_has_the_chat_marks_it_as_read() -> None:
    app = chat_app(unread=1, assignee=EBBA, participants=(ME,))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.sent(MarkRead) == []
    app = chat_app(unread=1)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert len(app.sent(MarkRead)) == 1


async def test_the_invited_may_write_and_see_whose_case_it_is() -> None:
    app = chat_app(assignee=EBBA, participants=(ME,))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "Ebba Nyman's case · you are invited" in line(app)
        await pilot.press(*"Hej", "ctrl+j")
        await settle(pilot)
        assert [one.body for one in app.sent(PostMessage)] == ["Hej"]


async def test_f12_marks_as_done_and_one_stays_with_the_chat() -> None:
    other = chat(number=5, reason="Intyg")
    app = DeedsStage(everything(chat_detail(chat("awaiting_resident")), chat_detail(other)), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f12")
        await settle(pilot)
        assert app.sent(MarkDone)[0].case_id == C3
        assert (app.asked.performed, app.place.current_visit) == ([], C3)
        assert "done until they write" in hint(app)


async def test_one_writes_again_in_a_chat_that_is_done() -> None:
    app = DeedsStage(everything(chat_detail(chat("awaiting_resident"))), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f12")
        await settle(pilot)
        await pilot.press("ctrl+e", *"Hej", "ctrl+j")
        await settle(pilot)
        assert [(one.case_id, one.body) for one in app.sent(PostMessage)] == [(C3, "Hej")]


async def test_what_the_resident_writes_moves_nobody_out_of_the_note() -> None:
    app = DeedsStage(everything(chat_detail(chat("awaiting_resident"))), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", *"Ny")
        app.happen(CaseChanged(case=app.row_after(C3, state="awaiting_staff", unread=1), cause="message"))
        await settle(pilot)
        await pilot.press(*"tt")
        await settle(pilot)
        assert app.screen_under_test.panel.note.text == "Nytt"
        assert app.screen_under_test.talk.composer.text == ""


async def test_f10_ends_a_chat_and_says_that_the_draft_goes() -> None:
    app = chat_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"Hm", "f10")
        await settle(pilot)
        await listening(pilot)
        assert "not sent is thrown away" in text_of(app)
        await pilot.press("e")
        await settle(pilot)
        assert [(one.case_id, one.discard_draft) for one in app.sent(CloseChat)] == [(C3, True)]
        assert "ended, only to be read" in hint(app)


async def test_signing_leaves_a_chat_open() -> None:
    app = chat_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", *"Receptet", "f9")
        await settle(pilot)
        await listening(pilot)
        assert "The chat goes on after the signature" in text_of(app)
        await pilot.press("s")
        await settle(pilot)
        assert [one.to_async_days for one in app.sent(SignNote)] == [None]
        assert app.asked.performed == []


async def test_a_chat_is_closed_by_ctrl_w_and_its_text_is_kept() -> None:
    app = chat_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"Hm", "ctrl+up", "ctrl+w")
        await settle(pilot)
        assert C3 not in app.desk.visits
        assert app.asked.performed == ["app.back"]
        assert app.saved[-1] == (C3, "message", "Hm")


async def test_ctrl_w_deletes_a_word_where_one_writes() -> None:
    app = chat_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"Hm", "ctrl+w")
        assert C3 in app.desk.visits
        assert app.screen_under_test.query_one(Composer).text == ""
        await pilot.press("ctrl+w")
        await settle(pilot)
        assert C3 not in app.desk.visits


async def test_a_scheduled_visit_shows_its_time_and_mode_and_starts_when_taken() -> None:
    app = DeedsStage(everything(chat_detail(booked())), first=case_id(4))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "booked 10:00–10:30" in line(app)
        assert "Video" in line(app)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert app.visit.row.state == "in_progress"


async def test_signing_can_go_over_to_a_chat_of_so_many_days() -> None:
    app = DeedsStage(everything(chat_detail(booked("in_progress"))), first=case_id(4))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", *"Ok", "f9")
        await settle(pilot)
        await listening(pilot)
        await pilot.press("plus", "plus", "minus")
        assert "go on in messages for 11 days" in text_of(app)
        await pilot.press("m")
        await settle(pilot)
        assert [one.to_async_days for one in app.sent(SignNote)] == [11]


@pytest.mark.parametrize("reachable", [True, False])
async def test_one_is_told_before_one_writes_to_somebody_no_sms_reaches(reachable: bool) -> None:
    detail = chat_detail()
    app = DeedsStage(
        everything(replace(detail, contact=replace(detail.contact, reachable=reachable))), first=C3
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert ("! No mobile number" in text_of(app)) is not reachable


async def test_a_signed_note_of_a_chat_that_goes_on_leaves_nothing_to_write_in_unasked() -> None:
    app = DeedsStage(everything(chat_detail(chat("awaiting_resident"))), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", *"Ok", "f9")
        await settle(pilot)
        await listening(pilot)
        await pilot.press("s")
        await settle(pilot)
        await pilot.press(*"hej b2")
        await settle(pilot)
        assert app.screen is app.screen_under_test
        assert app.screen_under_test.talk.composer.text == ""
        assert app.screen.focused is app.screen_under_test.talk.log
