"""Signing in: the fields, what goes wrong in place, and the choice of assignment."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from clinic_tui.client.errors import ClientError, Offline, TooMany, Unauthorised
from clinic_tui.protocol.problems import Code, Problem
from clinic_tui.protocol.resources import Assignment, SignedIn, StaffRef
from clinic_tui.widgets.choice_list import ChoiceList
from screens.sign_in import SignInPorts, SignInScreen
from tests.desks import NOW
from tests.hostile import CORE, bad_code_points
from tests.screens.stage import StageApp, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

EKENS = Assignment(id="a1", unit_id="ekens", unit_name="Ekens vårdcentral", role="nurse")
BACKBY = Assignment(id="a2", unit_id="backby", unit_name="Bäckby vårdcentral", role="manager")
SERVER = "https://clinic.region.example:8443/a/rather/long/path"


class Door:
    """The application's side of the sign-in: it keeps what it was asked, and answers when told."""

    def __init__(self, **ports: Any) -> None:
        self.tried: list[tuple[str, str]] = []
        self.chosen: list[str] = []
        self.left = 0
        self.answer: Callable[[SignedIn], None] = print
        self.refuse: Callable[[ClientError], None] = print
        self.screen = SignInScreen(
            SignInPorts(server=SERVER, submit=self._submit, choose=self._choose, quit=self._quit, **ports)
        )

    def _submit(self, name: str, password: str, done: Any, failed: Any) -> None:
        self.tried.append((name, password))
        self.answer, self.refuse = done, failed

    def _choose(self, assignment: str, failed: Any) -> None:
        self.chosen.append(assignment)
        self.refuse = failed

    def _quit(self) -> None:
        self.left += 1

    @property
    def password(self) -> Input:
        return self.screen.query_one("#password", Input)

    async def write(self, pilot: Pilot[None]) -> None:
        await pilot.press(*"anna", "enter", *"hemligt", "enter")


def signed_in(*assignments: Assignment, name: str = "Anna Ek") -> SignedIn:
    return SignedIn(token="t", staff=StaffRef(id="anna", name=name), assignments=assignments, expires_at=NOW)


def too_many(seconds: float) -> TooMany:
    return TooMany(Problem(title="", status=429, code=Code.RATE_LIMITED, retry_after=seconds))


async def test_name_and_password_are_sent_and_the_password_is_kept_nowhere() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        assert door.tried == [("anna", "hemligt")]
        assert door.password.value == ""
        assert "hemligt" not in repr(vars(door.screen))
        assert "hemligt" not in text_of(app)


async def test_the_password_is_never_shown_while_it_is_written() -> None:
    door, app = Door(username="anna"), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await pilot.press(*"hemligt")
        assert door.password.value == "hemligt"
        assert "hemligt" not in text_of(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_whole_address_of_the_server_is_shown_with_the_keys(size: tuple[int, int]) -> None:
    app = StageApp()
    async with app.run_test(size=size) as pilot:
        await app.show(Door().screen)
        await pilot.pause()
        assert SERVER in text_of(app).replace("\n", "")
        assert all(word in text_of(app) for word in ("Clinic", "User name", "Password", "Ctrl+Q"))


async def test_a_known_user_starts_at_the_password() -> None:
    door, app = Door(username="anna.ek"), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await pilot.press("x", "enter")
        assert door.tried == [("anna.ek", "x")]


async def test_nothing_is_sent_without_a_name_or_a_password() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await pilot.press("enter", "x", "enter")
        assert door.screen.message == "Write your user name."
        await pilot.press("a", "enter")
        door.password.value = ""
        await pilot.press("enter")
        assert door.screen.message == "Write your password."
        assert door.tried == []


async def test_a_wrong_password_is_said_in_place_and_can_be_tried_again() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        door.refuse(Unauthorised())
        await pilot.pause()
        assert "The user name or the password is wrong." in text_of(app)
        await pilot.press("y", "enter")
        assert door.tried[-1] == ("anna", "y")


async def test_a_second_enter_while_one_waits_sends_nothing() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        await pilot.press("x", "enter")
        assert len(door.tried) == 1


async def test_no_contact_is_said_as_what_it_is() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        door.refuse(Offline())
        assert door.screen.message == "No contact with the server."


async def test_after_too_many_attempts_the_wait_is_counted_down_and_nothing_is_sent() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        door.refuse(too_many(30))
        assert door.screen.message == "Too many attempts. You can try again in 30 seconds."
        await pilot.press("x", "enter")
        assert len(door.tried) == 1
        door.screen._wait(1)
        door.screen._second_passed()
        assert door.screen.message == "You can try again now."
        await pilot.press("enter")
        assert len(door.tried) == 2


async def test_the_only_assignment_is_taken_without_asking() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        door.answer(signed_in(EKENS))
        assert door.chosen == ["a1"]


async def test_somebody_without_an_assignment_is_told_whom_to_ask() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        door.answer(signed_in())
        assert "Ask whoever administers your unit" in door.screen.message
        assert door.chosen == []


async def test_the_assignment_chosen_last_time_comes_first() -> None:
    door, app = Door(last_assignment="a1"), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        door.answer(signed_in(BACKBY, EKENS))
        await pilot.pause()
        assert "Hello Anna Ek" in text_of(app)
        await pilot.press("enter")
        assert door.chosen == ["a1"]


async def test_another_assignment_is_reached_by_arrow_or_by_click() -> None:
    for way in ("arrow", "click"):
        door, app = Door(), StageApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await app.show(door.screen)
            await door.write(pilot)
            door.answer(signed_in(BACKBY, EKENS))
            await pilot.pause()
            if way == "arrow":
                await pilot.press("down", "enter")
            else:
                await pilot.click(ChoiceList, offset=(4, 1))
                assert door.chosen == []
                await pilot.click(ChoiceList, offset=(4, 1))
            assert door.chosen == ["a1"]


async def test_escape_leads_from_the_assignments_back_to_the_password() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        door.answer(signed_in(BACKBY, EKENS))
        await pilot.pause()
        await pilot.press("escape")
        await pilot.press("z", "enter")
        assert door.tried[-1] == ("anna", "z")


async def test_a_refused_assignment_can_be_chosen_again() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        door.answer(signed_in(BACKBY, EKENS))
        await pilot.pause()
        await pilot.press("enter")
        door.refuse(Offline())
        await pilot.press("down", "enter")
        assert door.chosen == ["a2", "a1"]


async def test_why_one_is_here_again_and_where_the_token_is_are_said() -> None:
    door = Door(notice="The session has expired.", token_note="The key ring is locked.")
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await pilot.pause()
        assert "The session has expired." in text_of(app)
        assert "The key ring is locked." in text_of(app)


async def test_the_key_bar_can_be_clicked() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        await door.write(pilot)
        door.answer(signed_in(BACKBY, EKENS))
        await pilot.pause()
        line = text_of(app).split("\n")[-1]
        await pilot.click("#keys", offset=(line.index("Choose"), 0))
        assert door.chosen == ["a2"]
        await pilot.click("#keys", offset=(line.index("Quit"), 0))
        assert door.left == 1


async def test_a_hostile_unit_or_name_does_nothing_but_stand_there() -> None:
    door, app = Door(), StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(door.screen)
        for hostile in CORE:
            bad = Assignment(id="a3", unit_id="x", unit_name=hostile.text[:300], role=hostile.text[:40])
            door.screen._signed_in(signed_in(bad, EKENS, name=hostile.text[:300]))
            await pilot.pause()
            assert "Hello" in text_of(app)
            assert bad_code_points(text_of(app)) == []
