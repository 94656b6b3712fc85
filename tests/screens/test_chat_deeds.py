"""Chats that are done, and cases that end because their resident has a ticket."""

from datetime import timedelta
from typing import Any

import pytest

from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.chat_commands import CloseChat, IssueTicket, MarkDone, RedirectCase, TicketAnswer
from clinic_tui.protocol.command import CaseAnswer
from clinic_tui.protocol.commands import Command
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.wire import Wire
from tests.desks import ME, NOW, case_id
from tests.screens.deeds_stage import DeedsStage, chat, chat_detail, everything
from tests.screens.stage import text_of
from tests.screens.visit_stage import KARIN, OMAR, karin, listening, settle, visit_detail

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

C3, C5 = case_id(3), case_id(5)


class TicketStage(DeedsStage):
    """Issues every ticket that is asked for."""

    def _answer_to(self, command: Command) -> Wire | None:
        match command:
            case IssueTicket():
                ticket = Ticket(
                    id=command.command_id,
                    resident=KARIN,
                    unit_id=command.unit_id,
                    unit_name="Ekens vårdcentral",
                    role=command.role,
                    reason=command.reason,
                    issuer=ME,
                    issuer_unit_id="ekens",
                    source_case_id=command.case_id,
                    issued_at=NOW,
                    valid_until=NOW + timedelta(days=7),
                    state="issued",
                )
                return TicketAnswer(ticket=ticket)
            case RedirectCase():
                ended: dict[str, Any] = {"state": "closed", "close_reason": "redirected", "closed_at": NOW}
                return CaseAnswer(case=self.row_after(command.case_id, **ended))
            case _:
                return super()._answer_to(command)


def marked(app: DeedsStage) -> list[str]:
    return [one.case_id for one in app.asked.commands if isinstance(one, MarkDone)]


async def test_a_chat_with_something_unread_is_done_only_when_one_says_so() -> None:
    app = DeedsStage(everything(chat_detail(), chat_detail(chat(number=5, unread=2))), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.deeds.begin("case.done", C5)
        await listening(pilot)
        assert "2 messages are unread." in app.asked.questions[-1].text
        await pilot.press("escape")
        await settle(pilot)
        assert marked(app) == []
        app.deeds.begin("case.done", C5)
        await listening(pilot)
        await pilot.press("d")
        await settle(pilot)
        assert marked(app) == [C5]


async def test_what_is_written_and_not_sent_is_asked_about_before_a_chat_is_done() -> None:
    app = DeedsStage(everything(chat_detail()), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("h", "i", "f12")
        await listening(pilot)
        assert "not sent" in app.asked.questions[-1].text
        assert marked(app) == []


async def test_a_key_that_is_pressed_twice_marks_one_chat_and_the_next_is_offered_as_a_key() -> None:
    other = chat_detail(chat(number=5, resident=OMAR))
    app = DeedsStage(everything(chat_detail(chat("awaiting_resident")), other), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f12", "f12")
        await settle(pilot)
        assert marked(app) == [C3]
        assert app.place.current_visit == C3
        assert "Karin Lindström, 71 years is done." in text_of(app)
        assert "F3  Omar Haddad, 9 years" in text_of(app)
        await pilot.press("f3")
        await settle(pilot)
        assert app.place.current_visit == C5


async def test_what_is_typed_after_a_chat_is_done_is_written_nowhere_and_begins_nothing() -> None:
    other = chat_detail(chat(number=5, resident=OMAR))
    app = DeedsStage(everything(chat_detail(chat("awaiting_resident")), other), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f12", *"bah5", "f12")
        await settle(pilot)
        assert app.screen is app.screen_under_test
        assert (marked(app), app.place.current_visit, app.saved) == ([C3], C3, [])
        assert app.screen_under_test.talk.composer.has_class("-closed")


@pytest.mark.parametrize("state", ["waiting", "accepted"])
async def test_a_case_nobody_began_ends_with_its_ticket(state: str) -> None:
    row = karin(state, assignee=None if state == "waiting" else ME)
    app = await _issued(row)
    assert isinstance(app.last, RedirectCase)
    assert app.last.case_id == row.id
    assert "can use the ticket" in app.told[-1]


async def test_a_chat_ends_with_its_ticket_without_a_second_question() -> None:
    app = await _issued(chat("awaiting_resident"))
    assert isinstance(app.last, CloseChat)
    assert len(app.asked.questions) == 1


async def test_a_chat_whose_resident_waits_does_not_end_with_its_ticket_unasked() -> None:
    app = await _issued(chat())
    assert not app.sent(CloseChat)
    asked = app.asked.questions[-1]
    assert asked.waiting is not None
    assert (asked.waiting.quoted, asked.choices[0].label) == ("Kan ni förnya mitt recept?", "Answer first")


async def _issued(row: CaseRow) -> TicketStage:
    detail = chat_detail(row) if row.kind == "async" else visit_detail(row)
    app = TicketStage(everything(detail), first=row.id)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.deeds.begin("case.ticket", row.id)
        await listening(pilot)
        await pilot.press("ctrl+s")
        await listening(pilot)
        await pilot.press("e")
        await settle(pilot)
    return app


async def test_a_case_that_ended_with_a_ticket_is_not_called_signed() -> None:
    app = DeedsStage(everything(visit_detail(karin("closed", close_reason="redirected"))))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "· ended with a ticket" in text_of(app)
        assert "signed and closed" not in text_of(app)
