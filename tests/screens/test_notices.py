"""The list behind the bell: what happened to me, read by being shown, and the way to each."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.notice_board import NoticeBoard
from clinic_tui.protocol.events import NoticeAdded
from clinic_tui.protocol.refs import ResidentRef, StaffRef
from clinic_tui.protocol.team import Notice, NoticeKind
from clinic_tui.protocol.team_commands import ReadNotices
from clinic_tui.widgets.bar import Bar
from clinic_tui.widgets.notice_texts import kind_words, notice_text
from clinic_tui.widgets.texts import clock
from screens.dialogs.notices import NoticesDialog
from screens.drop_in import DropInScreen
from tests.desks import EBBA, NOW, case_id, event
from tests.hostile import CORE
from tests.screens.stage import StageApp, desk_snapshot, text_of
from tests.screens.visit_stage import settle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]
KARIN = ResidentRef(id="karin", name="Karin Lindström", birth_date=None, age=71, sex="female")
KINDS: tuple[NoticeKind, ...] = (
    "new_async",
    "new_drop_in",
    "scheduled",
    "visit_moved",
    "visit_cancelled",
    "assigned",
    "assigned_back",
    "invited",
    "handed_over",
    "hand_over_answered",
    "hand_over_returned",
    "taken_over",
    "async_expiring",
    "async_ended",
    "ticket_expired",
    "ticket_cancelled",
    "ticket_reinstated",
    "verification",
    "verified",
    "returned",
    "sms_failed",
    "conversation",
    "day_end",
)


def notice(number: int, kind: NoticeKind = "assigned", **changes: Any) -> Notice:
    values: dict[str, Any] = {
        "at": NOW - timedelta(minutes=30 - number),
        "case_id": case_id(1),
        "who": EBBA,
        "resident": KARIN,
    }
    return Notice(id=f"n{number:02}", kind=kind, **(values | changes))


async def opened(app: StageApp, pilot: Pilot[None]) -> NoticesDialog:
    dialog = NoticesDialog(app.place)
    await app.show(dialog)
    await settle(pilot)
    return dialog


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_who_what_whom_and_when_newest_first(size: tuple[int, int]) -> None:
    shown = desk_snapshot(notices=(notice(1, "invited"), notice(2, "handed_over", detail="Går hem")))
    app = StageApp(shown=shown)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        text = text_of(app)
        first, second = text.index("Ebba Nyman wants to hand over"), text.index("Ebba Nyman invited you")
        assert first < second
        assert "Karin Lindström, 71 W" in text
        assert "09:32" in text


async def test_a_chat_that_ends_is_told_with_the_moment_and_one_that_has_ended_as_ended() -> None:
    ends = NOW + timedelta(hours=26)
    soon = notice(1, "async_expiring", who=None, detail=ends.isoformat())
    app = StageApp(shown=desk_snapshot(notices=(soon, notice(2, "async_ended", who=None))))
    async with app.run_test(size=(140, 40)) as pilot:
        await opened(app, pilot)
        ended, runs_out = (line for line in text_of(app).splitlines() if "A chat of yours" in line)
        assert "A chat of yours has ended by itself" in ended
        assert f"ends 3 March {clock(ends)}" in runs_out


async def test_which_text_did_not_arrive_is_said_in_the_workstations_language() -> None:
    app = StageApp(shown=desk_snapshot(notices=(notice(1, "sms_failed", who=None, detail="ticket_issued"),)))
    async with app.run_test(size=(140, 40)) as pilot:
        await opened(app, pilot)
        assert "SMS: a drop-in ticket" in text_of(app)


async def test_all_are_read_by_being_shown_and_what_comes_meanwhile_too() -> None:
    app = StageApp(shown=desk_snapshot(notices=(notice(1), notice(2))))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        app.change(app.desk.fold(event(11, NoticeAdded(notice=notice(3, "taken_over")), "staff:anna")))
        await settle(pilot)
        assert "Ebba Nyman took over from you" in text_of(app)
        read = [one.notice_id for one in app.asked.commands if isinstance(one, ReadNotices)]
        assert read == ["n02", "n03"]


async def test_enter_gives_the_selected_notice_and_escape_none() -> None:
    app = StageApp(shown=desk_snapshot(notices=(notice(1), notice(2))))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "enter")
        assert app.result.id == "n01"
        await opened(app, pilot)
        await pilot.press("escape")
        assert app.result is None


async def test_an_empty_list_says_what_comes_here() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "What colleagues do with your cases is told here." in text_of(app)
        assert app.asked.commands == []


async def test_the_bell_with_its_count_stands_in_the_top_line_and_leads_here() -> None:
    app = StageApp(shown=desk_snapshot(notices=(notice(1, read=True), notice(2), notice(3))))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = DropInScreen(app.place)
        await app.show(screen)
        await settle(pilot)
        assert "◔ 2" in screen.query_one("#top", Bar).text
        await pilot.press("ctrl+l")
        assert app.asked.performed == ["notices.show"]


def test_every_kind_has_words_with_and_without_a_name() -> None:
    for kind in KINDS:
        assert kind_words(kind)
        assert "Ebba" not in kind_words(kind)
        assert notice_text(notice(1, kind))
        assert "Ebba" not in notice_text(notice(1, kind, who=None))


async def test_hostile_names_and_details_act_on_nothing() -> None:
    notices = tuple(
        notice(n, who=StaffRef(id="x", name=one.text), detail=one.text) for n, one in enumerate(CORE, start=1)
    )
    app = StageApp(shown=desk_snapshot(notices=notices))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        assert "\x1b" not in text_of(app)


@pytest.mark.parametrize(
    ("kind", "view", "tab"),
    [
        ("verification", "verify", "to_verify"),
        ("verified", "verify", "asked"),
        ("returned", "verify", "asked"),
        ("sms_failed", "verify", "texts"),
        ("ticket_expired", "tickets", "unused"),
    ],
)
def test_a_notice_leads_to_the_list_it_is_about(kind: NoticeKind, view: str, tab: str) -> None:
    app: Any = StageApp()
    app.navigation = SimpleNamespace(show=app.asked.performed.append)
    NoticeBoard(app).go_to(notice(1, kind))
    assert app.place.wanted_tab == {view: tab}
    assert app.asked.performed == ["tickets.show" if view == "tickets" else view]
