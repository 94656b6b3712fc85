"""The start page: every figure is right, and opens its view."""

from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.protocol.care import Booking, HandOver, Verification
from clinic_tui.protocol.resources import CaseRow, DeskSnapshot, Draft
from clinic_tui.protocol.team import Colleague, Conversation
from clinic_tui.widgets.menu_counts import menu_counts
from clinic_tui.widgets.verify_rows import tab_counts
from clinic_tui.widgets.workplace import Choice, Question
from screens.chats import ChatsScreen
from screens.dialogs.question import QuestionDialog
from screens.drop_in import DropInScreen
from screens.mine import MineScreen
from screens.start import StartScreen
from tests.desks import EBBA, ME, NOW, case_id, event, row, taken
from tests.screens.stage import StageApp, desk_snapshot, text_of
from tests.screens.test_end_shift import ticket

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]
HOUR = timedelta(hours=1)


def chat(number: int, state: str = "new", **changes: Any) -> CaseRow:
    values: dict[str, Any] = {
        "kind": "async",
        "state": state,
        "unit_id": "ekens",
        "priority": None,
        "assignee": None if state == "new" else ME,
        "last_resident_at": NOW - HOUR,
        "expires_at": NOW + 100 * HOUR,
    }
    return row(number, **(values | changes))


def work(**changes: Any) -> DeskSnapshot:
    cases = (
        row(1, unit_id="ekens", priority=2, waited=47),
        row(2, unit_id="ekens", priority=3, waited=12),
        row(3, unit_id="ekens", priority=3, waited=20),
        taken(4, unit_id="ekens", state="ended_unsigned"),
        chat(5),
        chat(6, "awaiting_staff"),
        chat(7, "awaiting_resident", expires_at=NOW + 3 * HOUR),
        chat(8, "awaiting_staff", assignee=EBBA),
        row(
            9,
            kind="scheduled",
            state="booked",
            unit_id="ekens",
            booking=Booking(starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR, mode="video"),
        ),
        taken(
            10,
            unit_id="ekens",
            by=EBBA,
            hand_over=HandOver(sender=EBBA, receiver=ME, reason="x", at=NOW, returns_at=NOW + HOUR),
        ),
    )
    values: dict[str, Any] = {
        "colleagues": (
            Colleague(staff=EBBA, unit_id="ekens", role="nurse", presence="online", since=NOW),
            Colleague(staff=ME, unit_id="ekens", role="nurse", presence="online", since=NOW),
        ),
        "verifications": (
            Verification(
                id="v1", kind="sms_failed", state="open", unit_id="ekens", case_id=None, asked_at=NOW
            ),
        ),
        "conversations": (
            Conversation(
                id="c1",
                kind="direct",
                unit_id="ekens",
                asked_by=EBBA,
                members=(EBBA, ME),
                started_at=NOW,
                last_at=NOW,
                count=2,
                read=1,
            ),
        ),
    }
    return desk_snapshot(*cases, **(values | changes))


async def opened(app: StageApp, pilot: Pilot[None]) -> StartScreen:
    screen = StartScreen(app.place)
    await app.show(screen)
    await pilot.pause()
    return screen


def figure(app: StageApp, title: str) -> str:
    """The line of a figure, without what stands in the menu beside it."""
    line = next(line for line in text_of(app).splitlines() if title in line)
    return line[line.index(title) + len(title) :].strip()


async def test_each_figure_counts_what_is_on_the_desk() -> None:
    app = StageApp(shown=work())
    async with app.run_test(size=(140, 50)) as pilot:
        await opened(app, pilot)
        assert figure(app, "Waiting now").startswith("3  oldest 0:47")
        assert figure(app, "Skyndsam").startswith("1  oldest 0:47")
        assert figure(app, " 3   Snart").startswith("2  oldest 0:20")
        assert figure(app, "Taken by nobody").startswith("1")
        assert figure(app, "Wait for my answer").startswith("1  oldest 1:00")
        assert figure(app, "Run out within 48 hours").startswith("1  first 3:00")
        assert figure(app, "Notes to sign").startswith("1")
        assert figure(app, "Offered to me").endswith("1")
        assert figure(app, "Scheduled visits to come").startswith("1  11:00 Omar Haddad, 9 B")
        assert figure(app, "Text messages that did not arrive").startswith("1")
        assert figure(app, "On shift").startswith("1  Ebba Nyman")
        assert figure(app, "Conversations that wait for me").startswith("1")


async def test_the_menu_and_the_page_agree_with_the_tabs_of_the_verification_view() -> None:
    items = (
        Verification(id="v1", kind="sms_failed", state="open", unit_id="ekens", case_id=None, asked_at=NOW),
        Verification(
            id="v2",
            kind="note_countersign",
            state="open",
            unit_id="ekens",
            case_id=None,
            asked_at=NOW,
            asked_by=EBBA,
        ),
        Verification(
            id="v3",
            kind="note_countersign",
            state="returned",
            unit_id="ekens",
            case_id=None,
            asked_at=NOW,
            asked_by=ME,
        ),
        Verification(
            id="v4",
            kind="note_countersign",
            state="open",
            unit_id="ekens",
            case_id=None,
            asked_at=NOW,
            asked_by=ME,
        ),
    )
    app = StageApp(shown=work(verifications=items))
    async with app.run_test(size=(140, 50)) as pilot:
        await opened(app, pilot)
        tabs = tab_counts(app.desk)
        assert menu_counts(app.place)["go.verify"] == (sum(tabs.values()), True)
        for title, tab in (
            ("Notes to sign", "unsigned"),
            ("To verify", "to_verify"),
            ("Returned to me", "asked"),
            ("Text messages that did not arrive", "texts"),
        ):
            assert figure(app, title).split()[0] == str(tabs[tab])


async def test_unsent_drafts_are_those_of_the_tab_and_not_the_notes() -> None:
    message = Draft(case_id=case_id(6), kind="message", body="x", revision=1, saved_at=NOW)
    note = Draft(case_id=case_id(4), kind="note", body="y", revision=1, saved_at=NOW)
    app = StageApp(shown=work(drafts=(message, note)))
    async with app.run_test(size=(140, 50)) as pilot:
        await opened(app, pilot)
        assert figure(app, "Unsent drafts").startswith("1")


@pytest.mark.parametrize(
    ("line", "asked", "tab"),
    [
        ("drop_in:waiting", "go.drop_in", {"drop_in": "waiting"}),
        ("drop_in:2", "go.drop_in", {"drop_in": "2"}),
        ("chats:unassigned", "go.chats", {"chats": "unassigned"}),
        ("chats:answers", "go.chats", {"chats": "answers"}),
        ("chats:expiring", "go.chats", {"chats": "expiring"}),
        ("mine", "go.mine", {}),
        ("mine:offered", "go.mine", {"mine": "offered"}),
        ("tickets:open", "tickets.show", {"tickets": "open"}),
        ("tickets:unused", "tickets.show", {"tickets": "unused"}),
        ("verify:unsigned", "go.verify", {"verify": "unsigned"}),
        ("booked:coming", "go.booked", {"booked": "coming"}),
        ("verify:to_verify", "go.verify", {"verify": "to_verify"}),
        ("verify:texts", "go.verify", {"verify": "texts"}),
        ("team", "go.team", {}),
        ("team:conversations", "go.team", {"team": "conversations"}),
    ],
)
async def test_a_figure_opens_its_view(line: str, asked: str, tab: dict[str, str]) -> None:
    expired = ticket(51, state="expired", valid_until=NOW - HOUR)
    app = StageApp(shown=work(tickets=(ticket(), expired)))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        assert screen.figures.select(line)
        await pilot.press("enter")
        assert app.asked.performed == [asked]
        assert app.place.wanted_tab == tab


@pytest.mark.parametrize(
    ("line", "made", "numbers", "told"),
    [
        ("drop_in:waiting", DropInScreen, [1, 3, 2], "Waiting now"),
        ("drop_in:3", DropInScreen, [3, 2], "Waiting with priority 3"),
        ("chats:answers", ChatsScreen, [6], "Wait for my answer"),
        ("mine:offered", MineScreen, [10], "Offered to me by colleagues"),
    ],
)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_view_shows_just_what_the_figure_counts_until_escape(
    line: str, made: Any, numbers: list[int], told: str, size: tuple[int, int]
) -> None:
    app = StageApp(shown=work())
    async with app.run_test(size=size) as pilot:
        start = await opened(app, pilot)
        assert start.figures.select(line)
        await pilot.press("enter")
        screen = made(app.place)
        whole = len(screen.whole())
        await app.show(screen)
        await pilot.pause()
        assert screen.order() == [case_id(number) for number in numbers]
        assert screen.list.selected == case_id(numbers[0])
        assert f"{told}  Esc shows all" in text_of(app)
        assert app.asked.filters == []
        gone = app.desk.fold(event(11, row(numbers[0], unit_id="ekens", state="cancelled", revision=9)))
        app.change(gone)
        await pilot.pause()
        assert len(screen.order()) == len(numbers) - 1
        await pilot.press("escape")
        await pilot.pause()
        assert "Esc shows all" not in text_of(app)
        assert len(screen.order()) >= whole - 1


async def test_another_tab_is_shown_whole() -> None:
    app = StageApp(shown=work())
    app.place.wanted_tab["chats"] = "answers"
    async with app.run_test(size=(120, 40)) as pilot:
        screen = ChatsScreen(app.place)
        await app.show(screen)
        await pilot.press("right", "left")
        await pilot.pause()
        assert len(screen.order()) == 2
        assert "Esc shows all" not in text_of(app)


async def test_a_dialog_leaves_the_part_as_it_is_and_another_view_the_whole() -> None:
    app = StageApp(shown=work())
    app.place.wanted_tab["drop_in"] = "2"
    async with app.run_test(size=(120, 40)) as pilot:
        screen = DropInScreen(app.place)
        await app.show(screen)
        await app.show(QuestionDialog(Question("x", "y", (Choice("escape", "z"),))))
        await pilot.pause()
        assert screen.part == "2"
        await app.pop_screen()
        await pilot.pause()
        assert screen.order() == [case_id(1)]
        await app.switch_screen(StartScreen(app.place))  # pyright: ignore[reportUnknownMemberType]
        await pilot.pause()
        assert screen.part == ""


async def test_the_selection_stays_on_its_figure_when_others_come() -> None:
    app = StageApp(shown=work())
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("end")
        app.change(app.desk.fold(event(11, row(20, unit_id="ekens", priority=1))))
        await pilot.pause()
        assert screen.figures.selected == "team:conversations"
        assert figure(app, "Omedelbar").startswith("1")


async def test_cases_that_the_filter_hides_are_told_of_and_lead_to_the_filter() -> None:
    app = StageApp(shown=work())
    async with app.run_test(size=(120, 40)) as pilot:
        from clinic_tui.domain.filters import GlobalFilter

        for view in app.place.lists.values():
            view.set_filter(GlobalFilter(priorities=frozenset({2})))
        screen = await opened(app, pilot)
        assert figure(app, "Hidden by the filter").startswith("2")
        screen.figures.select("filter")
        await pilot.press("enter")
        assert app.asked.performed == ["filter.edit"]


async def test_the_page_can_be_read_at_the_smallest_size_with_the_mouse_alone() -> None:
    app = StageApp(shown=work())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("end")
        await pilot.pause()
        assert "Conversations that wait for me" in text_of(app)
        await pilot.press("home")
        await pilot.pause()
        await pilot.click(screen.figures, offset=(10, 1))
        assert app.asked.performed == ["go.drop_in"]
