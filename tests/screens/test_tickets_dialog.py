"""The list of one's own tickets: those that can still be used, and those that nobody used."""

from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.chat_commands import CancelTicket, TicketAnswer
from clinic_tui.protocol.events import TicketChanged
from clinic_tui.protocol.refs import ResidentRef
from clinic_tui.state.issued import open_tickets, unused_tickets
from screens.dialogs.tickets import TicketPart, TicketsDialog
from tests.desks import EBBA, NOW, case_id, event, row
from tests.screens.stage import StageApp, desk_snapshot, text_of
from tests.screens.test_end_shift import ticket
from tests.screens.visit_stage import settle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]
TUVA = ResidentRef(id="tuva", name="Tuva Ekberg", birth_date=None, age=14, sex="female")
DAY = timedelta(days=1)


def ran_out(number: int = 51, **changes: Any) -> Ticket:
    values: dict[str, Any] = {"resident": TUVA, "state": "expired", "valid_until": NOW - DAY}
    return ticket(number, **(values | changes))


def stage() -> StageApp:
    tickets = (
        ticket(),
        ran_out(),
        ticket(52, state="redeemed"),
        ticket(53, state="cancelled"),
        ticket(54, issuer=EBBA),
        ran_out(55, issuer=EBBA),
    )
    return StageApp(shown=desk_snapshot(row(1), tickets=tickets))


async def opened(app: StageApp, pilot: Pilot[None], part: TicketPart = "") -> TicketsDialog:
    dialog = TicketsDialog(app.place, part)
    await app.show(dialog)
    await settle(pilot)
    return dialog


def test_only_my_own_tickets_that_nobody_used_are_listed() -> None:
    desk = stage().desk
    assert [one.id for one in open_tickets(desk, NOW)] == [case_id(50)]
    assert [one.id for one in unused_tickets(desk, NOW)] == [case_id(51)]
    assert [one.id for one in unused_tickets(desk, NOW + 8 * DAY)] == [case_id(50), case_id(51)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_both_kinds_under_their_headings_or_one_alone(size: tuple[int, int]) -> None:
    app = stage()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        text = text_of(app)
        for words in (
            "Can still be used",
            "Karin Lindström",
            "valid until 9 March",
            "Ran out unused",
            "Tuva",
        ):
            assert words in text
        await pilot.press("escape")
        await opened(app, pilot, "unused")
        text = text_of(app)
        assert "Tickets that nobody used" in text
        assert "ran out 1 March" in text
        assert "Karin" not in text


async def test_enter_gives_the_resident() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "enter")
        assert app.result == "tuva"


async def test_an_open_one_is_called_back_after_a_question_and_one_that_ran_out_is_not() -> None:
    app = stage()
    called = ticket(state="cancelled", revision=2)
    app.asked.answer = lambda _command: TicketAnswer(ticket=called, texted=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "x")
        assert not app.asked.questions
        await pilot.press("up", "x")
        (question,) = app.asked.questions
        act = question.choices[0].act
        assert act is not None
        act()
        command = app.asked.commands[0]
        assert isinstance(command, CancelTicket)
        assert command.ticket_id == case_id(50)
        app.change(app.desk.fold(event(11, TicketChanged(ticket=called))))
        await settle(pilot)
        text = text_of(app)
        assert "tell the resident yourself" in text
        assert "Karin" not in text


async def test_no_ticket_at_all_says_so() -> None:
    app = StageApp(shown=desk_snapshot(row(1)))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("x")
        assert "There are none." in text_of(app)
        await pilot.press("escape")
        assert app.result is None
