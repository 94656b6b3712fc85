"""Before a conversation is closed it is said that the resident wrote last, and answering comes first."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from clinic_tui.protocol.chat_commands import CloseChat, MarkDone
from clinic_tui.protocol.commands import EndVisit, SignNote
from clinic_tui.protocol.events import CaseChanged
from clinic_tui.protocol.resources import CaseDetail
from clinic_tui.resident_room import ResidentRoom
from clinic_tui.state.unfinished import unfinished
from clinic_tui.widgets.modal import WayRow
from screens.dialogs.end_visit import EndVisitDialog
from screens.dialogs.one_way import OneWayDialog
from screens.dialogs.question import QuestionDialog
from screens.dialogs.sign import SignDialog
from tests.desks import ME, NOW, case_id
from tests.profiles import profile
from tests.screens.deeds_stage import DeedsStage, chat, chat_detail, everything
from tests.screens.stage import text_of
from tests.screens.visit_stage import karin, listening, omar, said, settle, talk, visit_detail

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

QUESTION = "Ska jag börja med kuren eller?"


def waits(**changes: Any) -> CaseDetail:
    """A visit in progress in which Karin wrote last."""
    return visit_detail(karin(**changes), (*talk(), said(5, QUESTION)))


def child_waits() -> CaseDetail:
    """A child's visit in which the guardian wrote last."""
    last = said(1, "Han vill bara ha glass", number=2, author="proxy", author_name="Lejla Haddad")
    return visit_detail(omar(), (last,))


async def asked(app: DeedsStage, pilot: Pilot[Any], key: str) -> None:
    await settle(pilot)
    await pilot.press(key)
    await settle(pilot)
    await listening(pilot)
    await settle(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(("key", "dialog"), [("f9", SignDialog), ("f10", EndVisitDialog)])
async def test_signing_and_ending_quote_the_last_line_and_offer_to_answer_it(
    key: str, dialog: type[Any], size: tuple[int, int]
) -> None:
    app = DeedsStage(everything(waits()))
    async with app.run_test(size=size) as pilot:
        await asked(app, pilot, key)
        assert isinstance(app.screen, dialog)
        assert "The resident wrote last, 09:59, and waits for an answer" in text_of(app)
        assert QUESTION in text_of(app)
        focused = app.screen.focused
        assert isinstance(focused, WayRow)
        assert focused.way.label == "Answer first"
        assert focused is app.screen.query(WayRow).first()
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press(*"Ja")
        await settle(pilot)
        assert app.screen_under_test.talk.composer.text == "Ja"
        assert (app.sent(SignNote), app.sent(EndVisit)) == ([], [])


async def test_a_guardian_is_named() -> None:
    app = DeedsStage(everything(child_waits()), first=case_id(2))
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(app, pilot, "f9")
        assert "Lejla, guardian, wrote last, 09:58, and waits for an answer" in text_of(app)
        assert "Han vill bara ha glass" in text_of(app)


async def test_from_the_note_one_comes_to_where_one_writes_to_the_resident() -> None:
    app = DeedsStage(everything(waits()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n")
        await asked(app, pilot, "f9")
        await pilot.press("r")
        await settle(pilot)
        assert app.screen_under_test.talk.composer.area.has_focus


@pytest.mark.parametrize("key", ["f9", "f10"])
async def test_where_nothing_is_unanswered_nothing_is_said_and_the_harmless_way_has_the_focus(
    key: str,
) -> None:
    app = DeedsStage(everything(visit_detail(karin(), talk())))
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(app, pilot, key)
        assert "wrote last, " not in text_of(app)
        assert "Answer first" not in text_of(app)
        focused = app.screen.focused
        assert isinstance(focused, WayRow)
        assert focused.way.harmless


async def test_a_message_that_is_on_its_way_is_an_answer() -> None:
    app = DeedsStage(everything(waits()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"Ja", "ctrl+j")
        await asked(app, pilot, "f9")
        assert "Answer first" not in text_of(app)


@pytest.mark.parametrize(("key", "choice", "command"), [("f12", "d", MarkDone), ("f10", "e", CloseChat)])
async def test_a_chat_that_waits_is_not_done_or_ended_unasked(
    key: str, choice: str, command: type[Any]
) -> None:
    app = DeedsStage(everything(chat_detail()), first=case_id(3))
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(app, pilot, key)
        assert isinstance(app.screen, QuestionDialog)
        assert "The resident wrote last" in text_of(app)
        assert "Kan ni förnya mitt recept?" in text_of(app)
        await pilot.press("r", *"Ja")
        await settle(pilot)
        assert app.screen_under_test.talk.composer.text == "Ja"
        await pilot.press("backspace", "backspace")
        await asked(app, pilot, key)
        await pilot.press(choice)
        await settle(pilot)
        assert [one.case_id for one in app.sent(command)] == [case_id(3)]


async def test_a_chat_that_was_answered_is_done_with_one_key() -> None:
    app = DeedsStage(everything(chat_detail(chat("awaiting_resident"))), first=case_id(3))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f12")
        await settle(pilot)
        assert len(app.sent(MarkDone)) == 1


def test_what_was_closed_unanswered_stands_among_what_is_left_until_a_chat_follows_it() -> None:
    app = DeedsStage(everything(waits()))
    late = {"last_resident_at": NOW, "last_staff_at": NOW - timedelta(minutes=1)}
    over = app.row_after(case_id(1), state="closed", closed_at=NOW, **late)
    app.happen(CaseChanged(case=over, cause="case.signed"))
    assert [(one.kind, one.id, one.must_decide) for one in unfinished(app.desk)] == [
        ("unanswered", case_id(1), False)
    ]
    follows = chat("awaiting_resident", 8, parent_id=case_id(1), assignee=ME, revision=900)
    app.happen(CaseChanged(case=follows, cause="case.created"))
    assert unfinished(app.desk) == []


def test_a_chat_that_was_marked_as_done_unanswered_stands_among_what_is_left() -> None:
    row = chat("handled", last_resident_at=NOW, last_staff_at=NOW - timedelta(days=1))
    answered = replace(chat("handled", 5), last_resident_at=NOW - timedelta(days=1), last_staff_at=NOW)
    app = DeedsStage(everything(chat_detail(row), chat_detail(answered)))
    assert [(one.kind, one.id) for one in unfinished(app.desk)] == [("unanswered", case_id(3))]


async def test_before_a_one_way_message_the_chat_that_waits_is_named_and_led_to() -> None:
    app = DeedsStage(everything(chat_detail()))
    room = ResidentRoom(app)
    waiting = profile(cases=(chat(last_resident_at=NOW, last_staff_at=None),))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        room.begin("patient.one_way", waiting)
        await listening(pilot)
        await settle(pilot)
        assert "It is about: Förnya recept." in text_of(app)
        assert "The resident wrote last" in text_of(app)
        await pilot.press("enter")
        await settle(pilot)
        assert not isinstance(app.screen, OneWayDialog)
        room.begin("patient.one_way", waiting)
        await listening(pilot)
        await pilot.press("m")
        await settle(pilot)
        assert isinstance(app.screen, OneWayDialog)


async def test_a_one_way_message_to_whom_nobody_owes_an_answer_asks_nothing() -> None:
    app = DeedsStage(everything(chat_detail(chat("awaiting_resident"))))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        ResidentRoom(app).begin("patient.one_way", profile(cases=(chat("awaiting_resident"),)))
        await settle(pilot)
        assert isinstance(app.screen, OneWayDialog)
