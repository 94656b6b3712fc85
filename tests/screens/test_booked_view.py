"""The scheduled visits: the day, the days around it, and everything that is done with a visit."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from clinic_tui.client.errors import Conflict, Offline, Rejected
from clinic_tui.client.link_events import LinkStatus
from clinic_tui.domain.filters import GlobalFilter
from clinic_tui.protocol.command import CaseAnswer
from clinic_tui.protocol.commands import AcceptCase, ReadCase, ReleaseCase, StartVisit
from clinic_tui.protocol.patient_commands import CancelVisit, MarkNoShow
from clinic_tui.protocol.problems import Code, Problem
from clinic_tui.protocol.resources import CasePage, CaseRow
from clinic_tui.widgets.menu_counts import booked_on
from screens.booked import BookedScreen
from screens.dialogs.booking import BookingDialog
from screens.dialogs.calendar import CalendarDialog
from tests.desks import EBBA, ME, NOW, event, taken
from tests.hostile import CORE, bad_code_points
from tests.screens.stage import StageApp, desk_snapshot, text_of
from tests.screens.visits_stage import clinic, phone_detail, profile, the_day, visit

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

FINISHED = {"closed", "no_show", "cancelled"}


def stage(*rows: CaseRow, **changes: Any) -> StageApp:
    day = rows or the_day()
    mine = tuple(phone_detail(row) for row in day if row.state == "accepted" and row.assignee == ME)
    shown = tuple(row for row in day if row.state not in FINISHED)
    app = StageApp(shown=desk_snapshot(*shown, **clinic(mine=mine, **changes)))
    app.day = day
    app.desk.connection = LinkStatus(state="live")
    return app


async def opened(app: StageApp, pilot: Pilot[Any], at: int | None = None) -> BookedScreen:
    screen = BookedScreen(app.place)
    await app.show(screen)
    await pilot.pause()
    if at is not None:
        screen.list.select(screen.order()[at])
        await pilot.pause()
    return screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_day_shows_what_becomes_of_each_visit(size: tuple[int, int]) -> None:
    app = stage()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        shown = text_of(app)
        for text in (
            "Monday 2 March 2026",
            "week 10",
            "today",
            "09:50–10:20",
            "Video",
            "Phone",
            "Did not come",
        ):
            assert text in shown
        assert "6 visits" in shown
        assert "late" in shown


async def test_the_cursor_starts_on_what_is_not_over() -> None:
    app = stage()
    async with app.run_test() as pilot:
        screen = await opened(app, pilot)
        assert screen.selected is not None
        assert screen.selected.state == "in_progress"


async def test_arrows_turn_the_day_and_the_full_stop_comes_back() -> None:
    app = stage()
    async with app.run_test() as pilot:
        screen = await opened(app, pilot)
        await pilot.press("right")
        assert screen.book.day == date(2026, 3, 3)
        await pilot.press("left", "left")
        assert screen.book.day == date(2026, 3, 1)
        await pilot.pause()
        assert "Sunday 1 March" in text_of(app)
        await pilot.press("full_stop")
        assert screen.book.day == date(2026, 3, 2)
        assert not screen.may("day.today")


async def test_what_is_to_come_is_shown_alone_and_today_when_another_view_asks_for_it() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        whole = len(screen.order())
        await pilot.press("right")
        app.place.wanted_tab["booked"] = "coming"
        screen.show_all()
        await pilot.pause()
        assert screen.book.day == date(2026, 3, 2)
        coming = len(menu_rows(app))
        assert [row.state for row in map(screen.row_of, screen.order()) if row] == ["booked"] * coming
        assert 0 < coming < whole
        assert "Scheduled visits to come  Esc shows all" in text_of(app)
        await pilot.press("escape")
        assert len(screen.order()) == whole


def menu_rows(app: StageApp) -> list[CaseRow]:
    return [row for row in booked_on(app.place, NOW) if row.state == "booked"]


async def test_each_day_is_fetched_once_while_it_is_shown() -> None:
    app = stage()
    asked: list[date] = []
    app.place.fetch_day = lambda day, _done, _failed: asked.append(day)
    async with app.run_test() as pilot:
        await opened(app, pilot)
        await pilot.press("right")
        assert asked == [date(2026, 3, 2), date(2026, 3, 3)]


async def test_a_day_that_cannot_be_fetched_still_shows_what_the_desk_knows() -> None:
    app = stage()
    app.place.fetch_day = lambda _day, _done, failed: failed(Offline())
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        assert len(screen.order()) == 4
        assert "No contact with the server." in text_of(app)


async def test_how_a_visit_ended_is_fetched_when_the_desk_lets_go_of_it() -> None:
    one = visit(2, 30)
    app = stage(one)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        gone = replace(one, state="cancelled", revision=9)
        app.day = (gone,)
        app.change(app.desk.fold(event(11, gone)))
        await pilot.pause()
        assert screen.selected is not None
        assert screen.selected.state == "cancelled"
        assert "Cancelled" in text_of(app)


async def test_the_calendar_picks_the_day() -> None:
    app = stage()
    async with app.run_test() as pilot:
        screen = await opened(app, pilot)
        await pilot.press("l")
        await pilot.pause()
        assert isinstance(app.screen, CalendarDialog)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert screen.book.day == date(2026, 3, 9)


async def test_a_booked_visit_is_taken() -> None:
    app = stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, 3)
        await pilot.press("t")
        await pilot.pause()
        assert isinstance(app.asked.commands[-1], AcceptCase)
        assert "You have taken Lina Bergqvist" in text_of(app)


async def test_the_pane_follows_the_selected_visit() -> None:
    one = visit(2, 30)
    app = stage(one)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, 0)
        assert "for you · Ekens vårdcentral · Booked" in text_of(app)
        app.change(app.desk.fold(event(11, replace(one, state="accepted", assignee=EBBA, revision=2))))
        await pilot.pause()
        assert "for you · Ekens vårdcentral · Taken" in text_of(app)


async def test_who_was_first_is_told_in_place() -> None:
    app = stage()
    app.asked.refuse = Conflict()
    async with app.run_test() as pilot:
        await opened(app, pilot, 3)
        await pilot.press("t")
        await pilot.pause()
        assert "Somebody else changed this first." in text_of(app)


async def test_a_taken_visit_is_started_given_back_and_gone_to() -> None:
    app = stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, 5)
        await pilot.press("s", "u", "enter")
        kinds = [type(command) for command in app.asked.commands]
        assert kinds == [StartVisit, ReleaseCase]
        assert f"open:{the_day()[5].id}" in app.asked.performed


async def test_a_visit_must_be_taken_before_it_is_started() -> None:
    app = stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, 3)
        await pilot.press("s")
        await pilot.pause()
        assert not app.asked.commands
        assert "Take the case first: t." in text_of(app)


async def test_a_colleagues_visit_is_taken_over_after_a_question() -> None:
    app = stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, 2)
        await pilot.press("o")
        assert app.asked.questions[-1].title == "Take over from Ebba Nyman"


async def test_reading_up_shows_the_booking_and_is_logged() -> None:
    app = stage()
    row = the_day()[3]
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, 3)
        app.desk.open(phone_detail(row))
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.asked.commands[-1], ReadCase)
        assert screen.reading == row.id
        shown = text_of(app)
        assert "The visit is held in the chat." in shown
        assert "for Nurse" in shown


async def test_a_visit_is_cancelled_with_a_reason() -> None:
    app = stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, 3)
        await pilot.press("x")
        await pilot.pause()
        await pilot.press("ctrl+s")
        assert not app.asked.commands
        await pilot.press(*"ill", "ctrl+s")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, CancelVisit)
        assert (command.reason, command.version) == ("ill", 1)
        assert "Cancelled: Lina Bergqvist" in text_of(app)


async def test_a_visit_whose_resident_no_sms_reaches_is_cancelled_once_one_has_been_told() -> None:
    app = stage(visit(2, 30))
    problem = Problem(title="x", status=409, code=Code.BLOCKED_BY_RULE, rule="async.no_channel")
    app.asked.refuse = Rejected(problem)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, 0)
        await pilot.press("x")
        await pilot.pause()
        assert "Keep the visit" in text_of(app)
        await pilot.press(*"ill", "ctrl+s")
        await pilot.pause()
        question = app.asked.questions[-1]
        assert "Tell the resident yourself." in question.text
        app.asked.refuse = None
        anyway = question.choices[0].act
        assert anyway is not None
        anyway()
        command = app.asked.commands[-1]
        assert isinstance(command, CancelVisit)
        assert (command.reason, command.without_channel) == ("ill", True)


async def test_the_answer_shows_the_cancelled_visit_at_once() -> None:
    app = stage(visit(2, 30))
    gone = visit(2, 30, state="cancelled", revision=8)
    app.place.submit = lambda _command, done, _failed: done(CaseAnswer(case=gone))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, 0)
        await pilot.press("x")
        await pilot.pause()
        await pilot.press(*"no", "ctrl+s")
        await pilot.pause()
        assert screen.selected == gone


async def test_nobody_stays_away_before_the_visit_starts() -> None:
    app = stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, 4)
        await pilot.press("w")
        await pilot.pause()
        assert not app.asked.questions
        assert "The visit starts 10:30." in text_of(app)


async def test_that_a_resident_did_not_come_is_noted_after_a_question() -> None:
    app = stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, 3)
        await pilot.press("w")
        question = app.asked.questions[-1]
        act = question.choices[0].act
        assert act is not None
        act()
        await pilot.pause()
        assert isinstance(app.asked.commands[-1], MarkNoShow)


@pytest.mark.parametrize("key", ["m", "x"])
async def test_a_visit_i_have_taken_is_put_back_before_it_is_changed(key: str) -> None:
    app = stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, 5)
        await pilot.press(key)
        await pilot.pause()
        assert "Put it back first: u." in text_of(app)


async def test_a_visit_is_moved_in_the_booking_dialog() -> None:
    app = stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, 4)
        await pilot.press("m")
        await pilot.pause()
        assert isinstance(app.screen, BookingDialog)
        assert app.screen.visit == the_day()[4]


@pytest.mark.parametrize("key", ["n", "m", "x"])
async def test_whoever_does_not_book_is_offered_none_of_it(key: str) -> None:
    app = stage(permissions=("accept_drop_in", "preview_case"))
    async with app.run_test() as pilot:
        screen = await opened(app, pilot, 3)
        await pilot.press(key)
        await pilot.pause()
        assert app.screen is screen
        assert not app.asked.performed


async def test_booking_without_a_resident_goes_to_find_one() -> None:
    app = stage()
    async with app.run_test() as pilot:
        await opened(app, pilot)
        await pilot.press("n")
        assert app.asked.performed == ["go.patients"]


async def test_booking_asks_for_whom_when_a_profile_was_open() -> None:
    app = stage()
    app.place.patient = profile(1)
    async with app.run_test() as pilot:
        await opened(app, pilot)
        await pilot.press("n")
        book, find, _leave = app.asked.questions[-1].choices
        assert book.act is not None
        assert find.act is not None
        find.act()
        assert app.asked.performed == ["go.patients"]
        book.act()
        await pilot.pause()
        assert isinstance(app.screen, BookingDialog)
        assert app.screen.patient == profile(1)


async def test_the_number_is_shown_and_copied_in_a_phone_visit_of_mine_alone() -> None:
    app = stage()
    copied: list[str] = []

    def copy(text: str) -> str:
        copied.append(text)
        return "Copied."

    app.place.copy = copy
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, 5)
        assert "+46701740605" in text_of(app)
        await pilot.press("y")
        assert copied == ["+46701740605"]
        screen.list.select(the_day()[3].id)
        await pilot.pause()
        assert not screen.may("booking.copy_number")
        assert "+46701740605" not in text_of(app)


async def test_a_phone_visit_that_is_not_mine_hides_the_number() -> None:
    row = visit(1, 30, mode="phone")
    app = stage(row)
    app.desk.open(phone_detail(row))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, 0)
        screen.open_reading(row.id)
        await pilot.pause()
        assert "The number is shown to whoever has taken the visit." in text_of(app)
        assert "+46701740605" not in text_of(app)


async def test_what_the_filter_hides_is_counted() -> None:
    app = stage()
    for view in app.place.lists.values():
        view.set_filter(GlobalFilter(text="sömn"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        assert len(screen.order()) == 1
        assert "6 hidden" in text_of(app)


async def test_an_empty_day_says_how_to_book() -> None:
    app = stage(taken(1, by=ME))
    app.day = ()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        assert "No visits are booked this day. n books one, l shows the calendar." in text_of(app)


async def test_a_page_that_comes_late_does_not_change_the_day_that_is_shown() -> None:
    app = stage()
    waiting: list[Any] = []
    app.place.fetch_day = lambda _day, done, _failed: waiting.append(done)
    async with app.run_test() as pilot:
        screen = await opened(app, pilot)
        await pilot.press("right")
        waiting[0](CasePage(cases=the_day()))
        await pilot.pause()
        assert screen.order() == []


async def test_a_click_on_the_day_line_turns_it() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.click("#day", offset=(1, 0))
        await pilot.pause()
        assert screen.book.day == date(2026, 3, 1)


async def test_hostile_texts_are_shown_as_text() -> None:
    rows = [visit(number + 10, number, reason=one.text) for number, one in enumerate(CORE[:30])]
    app = stage(*rows)
    async with app.run_test(size=(120, 50)) as pilot:
        await opened(app, pilot)
        for _row in rows:
            await pilot.press("down")
        assert not bad_code_points(text_of(app))
