"""The same person at two terminals: what is done in one never throws away what is written in the other."""

from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.i18n import _
from clinic_tui.protocol.events import MessageChanged
from clinic_tui.widgets.composer import Composer
from tests.desks import NOW
from tests.screens.stage import text_of
from tests.screens.visit_stage import VisitStage, said, settle

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
