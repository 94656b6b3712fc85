"""A late answer moves nobody from what they do meanwhile: what it leads to is offered as a key."""

from concurrent.futures import Future
from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.app import ClinicApp
from clinic_tui.options import Options
from clinic_tui.protocol.commands import CaseAnswer, StartVisit
from clinic_tui.protocol.patient_commands import OpenResident, ProfileOpened
from screens.visit.screen import VisitScreen
from tests.desks import case_id
from tests.profiles import profile
from tests.screens.deeds_stage import chat, chat_detail, everything
from tests.screens.stage import text_of
from tests.screens.visit_stage import karin, omar, settle, talk, visit_detail

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]


class SlowApp(ClinicApp):
    """The workstation over a link whose answers come when the test lets them."""

    def __init__(self) -> None:
        super().__init__(Options(server="https://clinic.region.example", private=True))
        self.asked: list[tuple[Any, Future[Any]]] = []
        self.link.fetch_case = self._ask  # type: ignore[method-assign]
        self.link.send = self._ask  # type: ignore[method-assign]

    def _ask(self, what: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        self.asked.append((what, future))
        return future

    def answer(self, kind: Any, answer: Any) -> None:
        """Answer what was asked last of this kind: a command, or a case by its id."""
        found = [future for what, future in self.asked if (what == kind or type(what) is kind)]
        found[-1].set_result(answer)

    @property
    def composer(self) -> str:
        """What stands where one writes to the resident."""
        screen = self.clinic_screen
        assert isinstance(screen, VisitScreen)
        return screen.talk.composer.text


async def working(app: SlowApp, pilot: Pilot[Any], *, at: str = "visit") -> None:
    """Karin's visit is open, a chat with her is not, and Omar's visit is taken and not started."""
    waiting = omar("accepted", started_at=None)
    shown = everything(visit_detail(karin(), talk()), visit_detail(waiting), cases=(karin(), waiting, chat()))
    await settle(pilot)
    app.take(app.room.desk.load(shown))
    app.place.current_visit = case_id(1)
    app.navigation.show(at)
    await settle(pilot)


async def test_a_case_that_is_fetched_while_one_writes_does_not_come_up_by_itself() -> None:
    app = SlowApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await working(app, pilot)
        app.place.open_case(case_id(3))
        await pilot.press(*"Ta ")
        app.answer(case_id(3), chat_detail())
        await settle(pilot)
        await pilot.press(*"tva")
        await settle(pilot)
        assert (app.place.current_visit, app.composer) == (case_id(1), "Ta tva")
        assert "What you asked for is ready." in text_of(app)  # type: ignore[arg-type]
        await pilot.press("f3")
        await settle(pilot)
        assert app.place.current_visit == case_id(3)


async def test_a_case_that_is_fetched_while_one_waits_for_it_comes_up() -> None:
    app = SlowApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await working(app, pilot)
        app.place.open_case(case_id(3))
        await settle(pilot)
        app.answer(case_id(3), chat_detail())
        await settle(pilot)
        assert app.place.current_visit == case_id(3)


async def test_a_visit_that_starts_late_leaves_one_who_has_gone_to_another_there() -> None:
    app = SlowApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await working(app, pilot, at="drop_in")
        screen = app.clinic_screen
        assert screen is not None
        row = app.room.desk.rows.get(case_id(2))
        assert row is not None
        screen.deeds.start(row)  # type: ignore[attr-defined]
        app.place.open_case(case_id(1))
        await settle(pilot)
        started = omar(revision=row.revision + 1, version=row.version + 1)
        app.answer(StartVisit, CaseAnswer(case=started))
        await settle(pilot)
        await pilot.press(*"Hej")
        await settle(pilot)
        assert (app.place.current_visit, app.composer) == (case_id(1), "Hej")


async def test_a_profile_that_comes_late_is_not_the_one_that_is_acted_on() -> None:
    app = SlowApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await working(app, pilot)
        app.place.open_resident("karin")
        await pilot.press(*"Ta ")
        app.answer(OpenResident, ProfileOpened(profile=profile()))
        await settle(pilot)
        assert (app.current_mode, app.place.patient, app.composer) == ("visit", None, "Ta ")
