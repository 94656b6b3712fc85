"""The chats in their tabs: what each holds, what its keys do, and how the time left is told."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.commands import AcceptCase, ReadCase, StopReading
from clinic_tui.protocol.resources import CaseRow, Draft, ResidentRef
from clinic_tui.widgets import work_list
from clinic_tui.widgets.chat_rows import chat_service, left_alarm, left_text
from clinic_tui.widgets.view_tabs import ViewTabs
from screens.chats import ChatsScreen
from screens.mine import MineScreen
from tests.desks import EBBA, ME, NOW, case_id, detail, event, row
from tests.hostile import CORE, bad_code_points
from tests.profiles import profile
from tests.screens.stage import StageApp, desk_snapshot, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

ALLOWED = (Permission.ANSWER_ASYNC, Permission.PREVIEW_CASE, Permission.CREATE_ASYNC)


def chat(number: int, state: str = "new", *, left: timedelta = timedelta(days=9), **changes: Any) -> CaseRow:
    names = ("Karin Lindström", "Omar Haddad", "Hans Bergman", "Ella Sund", "Tage Holm")
    resident = ResidentRef(
        id=f"r{number}", name=names[number % 5], birth_date=None, age=40 + number, sex="female"
    )
    values: dict[str, Any] = {
        "kind": "async",
        "state": state,
        "priority": None,
        "service_code": "invoice",
        "reason": "Fakturafråga",
        "resident": resident,
        "expires_at": NOW + left,
        "unit_id": "ekens",
        "queue_role": "nurse",
    }
    if state != "new":
        values["assignee"] = ME
    return row(number, **(values | changes))


def chats() -> tuple[CaseRow, ...]:
    return (
        chat(1),
        chat(2, waited=5, left=timedelta(hours=47, minutes=10)),
        chat(3, "awaiting_staff", unread=2, left=timedelta(hours=3, minutes=12)),
        chat(4, "awaiting_resident"),
        chat(5, "handled"),
        chat(6, "awaiting_staff", assignee=EBBA, reason="Intyg"),
    )


def app_with(*rows: CaseRow, **changes: Any) -> StageApp:
    return StageApp(shown=desk_snapshot(*(rows or chats()), permissions=ALLOWED, **changes))


async def opened(app: StageApp) -> ChatsScreen:
    screen = ChatsScreen(app.place)
    await app.show(screen)
    return screen


async def test_each_tab_holds_its_own_and_tells_how_many() -> None:
    app = app_with()
    app.ended = (chat(9, "closed", close_reason="ended", closed_at=NOW),)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        counts: dict[str, int] = {}
        for tab in screen.query_one(ViewTabs).tabs:
            assert screen.tab == tab.id
            assert len(screen.order()) == tab.count
            counts[tab.id] = tab.count
            await pilot.press("right")
        assert screen.tab == "unassigned"
        assert counts == {
            "unassigned": 2,
            "my_chats": 2,
            "colleagues_chats": 1,
            "active_chats": 6,
            "ended": 1,
            "drafts": 0,
            "by_expiry": 2,
        }
        await pilot.press("left")
        assert screen.tab == "by_expiry"


async def test_a_click_on_a_tab_shows_it() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.pause()
        line = next(line for line in text_of(app).split("\n") if "Drafts" in line)
        tabs = screen.query_one(ViewTabs)
        await pilot.click(ViewTabs, offset=(line.index("Drafts") - tabs.region.x, 0))
        await pilot.pause()
        assert screen.tab == "drafts"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_line_tells_service_resident_whom_it_waits_for_and_the_time_left(
    size: tuple[int, int],
) -> None:
    app = app_with()
    async with app.run_test(size=size) as pilot:
        await opened(app)
        await pilot.press("right")
        await pilot.pause()
        text = text_of(app)
        for part in ("Invoice", "Ella Sund", "‼ 3 h 12 min", "● 2", "the resident"):
            assert part in text


@pytest.mark.parametrize(
    ("left", "text", "alarm"),
    [
        (timedelta(days=9, hours=4, minutes=59), "9 d 4 h", 0),
        (timedelta(hours=48), "2 d 0 h", 0),
        (timedelta(hours=47, minutes=59), "47 h", 1),
        (timedelta(hours=4), "4 h", 1),
        (timedelta(hours=3, minutes=12), "3 h 12 min", 2),
        (timedelta(minutes=12, seconds=59), "12 min", 2),
        (timedelta(seconds=59), "closing now", 2),
        (timedelta(seconds=-5), "closing now", 2),
    ],
)
def test_the_time_left_is_told_more_exactly_as_it_runs_out(left: timedelta, text: str, alarm: int) -> None:
    assert left_text(NOW + left, NOW) == text
    assert left_alarm(NOW + left, NOW) == alarm


async def test_the_time_left_counts_down() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.pause()
        assert "47 h" in text_of(app)
        app.place.now = lambda: NOW + timedelta(hours=44)
        screen.tick()
        await pilot.pause()
        assert "‼ 3 h 10 min" in text_of(app)


@pytest.mark.parametrize(
    ("service", "reason", "text"),
    [
        ("invoice", "Invoice of May", "Invoice of May"),
        ("invoice", "Fakturafråga", "Invoice · Fakturafråga"),
        ("invoice", "", "Invoice"),
        ("", "Intyg", "Intyg"),
    ],
)
def test_what_a_chat_is_about_is_told_without_saying_it_twice(service: str, reason: str, text: str) -> None:
    assert chat_service(chat(1, service_code=service, reason=reason)) == text


async def test_t_takes_the_chat() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app)
        await pilot.press("t")
        await pilot.pause()
        assert [type(one) for one in app.asked.commands] == [AcceptCase]
        assert "You have taken the chat with" in text_of(app)


async def test_a_chat_that_i_take_is_followed_to_mine_where_enter_goes_to_it() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        chosen = screen.selected
        assert chosen is not None
        await pilot.press("t")
        mine = replace(chosen, state="awaiting_staff", assignee=ME, version=2, revision=9)
        app.change(app.desk.fold(event(11, mine)))
        await pilot.press("enter")
        assert screen.tab == "my_chats"
        assert app.asked.performed == ["open:" + chosen.id]
        assert [type(one) for one in app.asked.commands] == [AcceptCase]
        await pilot.press("left")
        assert screen.tab == "unassigned"
        assert screen.selected is not None
        assert screen.selected.id != chosen.id


async def test_a_chat_that_a_colleague_takes_leaves_the_tab_as_it_is() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        chosen = screen.selected
        assert chosen is not None
        theirs = replace(chosen, state="awaiting_staff", assignee=EBBA, version=2, revision=9)
        app.change(app.desk.fold(event(11, theirs)))
        await pilot.pause()
        assert screen.tab == "unassigned"


async def test_a_chat_of_a_colleague_is_read_up_on_and_then_gone_to() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.press("right", "right")
        chosen = screen.selected
        assert chosen is not None
        app.desk.open(detail(chosen))
        await pilot.press("enter")
        assert [type(one) for one in app.asked.commands] == [ReadCase]
        await pilot.pause()
        assert "Nothing has been written yet" in text_of(app)
        await pilot.press("enter")
        assert app.asked.performed == ["open:" + chosen.id]


async def test_escape_closes_the_reading_pane() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        chosen = screen.selected
        assert chosen is not None
        app.desk.open(detail(chosen))
        await pilot.press("enter")
        assert screen.reading == chosen.id
        await pilot.press("escape")
        assert screen.reading is None
        assert isinstance(app.asked.commands[-1], StopReading)
        assert chosen.id not in app.desk.visits
        assert app.asked.performed == []
        await pilot.press("escape")
        assert app.asked.performed == ["app.back"]


async def test_enter_goes_to_my_own_chat() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app)
        await pilot.press("right", "enter")
        assert app.asked.performed == ["open:" + case_id(3)]
        assert app.asked.commands == []


async def test_an_ended_chat_opens_to_be_read() -> None:
    app = app_with()
    app.ended = (chat(9, "closed", close_reason="expired", closed_at=NOW - timedelta(days=2)),)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app)
        await pilot.press("right", "right", "right", "right")
        await pilot.pause()
        assert "its time was out" in text_of(app)
        await pilot.press("t", "enter")
        assert app.asked.commands == []
        assert app.asked.performed == ["open:" + case_id(9)]


async def test_drafts_show_their_first_words_and_open_their_case() -> None:
    mine = Draft(case_id=case_id(4), kind="message", body="Hej,\nprovsvaret", revision=1, saved_at=NOW)
    lost = Draft(
        case_id=case_id(77), kind="message", body="Om intyget", revision=1, saved_at=NOW - timedelta(hours=1)
    )
    note = Draft(case_id=case_id(5), kind="note", body="Anteckning", revision=1, saved_at=NOW)
    app = app_with(drafts=(mine, lost, note))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.press("left", "left")
        assert screen.tab == "drafts"
        await pilot.pause()
        text = text_of(app)
        assert "”Hej, provsvaret”" in text
        assert "Another case" in text
        assert "Anteckning" not in text
        await pilot.press("enter", "down", "enter")
        assert app.asked.performed == ["open:" + case_id(4), "open:" + case_id(77)]


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("o", "case.take_over"),
        ("d", "case.done"),
        ("e", "case.end"),
        ("h", "case.hand_over"),
        ("a", "case.assign"),
    ],
)
async def test_what_is_done_with_a_case_has_its_key_here(key: str, action: str) -> None:
    app = app_with()
    app.may_begin = lambda _action, _row: True
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.press("right", "right", key)
        chosen = screen.selected
        assert chosen is not None
        if action == "case.take_over":
            assert [one.title for one in app.asked.questions] == ["Take over from Ebba Nyman"]
        else:
            assert app.asked.performed == [f"{action}:{chosen.id}"]


async def test_a_new_chat_begins_with_finding_the_resident() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        app.place.patient = profile()
        await opened(app)
        await pilot.press("n")
        assert app.asked.performed == ["go.patients"]
        assert app.place.patient is None


async def test_an_empty_tab_says_what_to_do() -> None:
    app = app_with(row(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app)
        said: list[str] = []
        for _tab in range(7):
            await pilot.pause()
            said.append(text_of(app))
            await pilot.press("right")
        for shown, text in zip(
            said,
            (
                "Nobody waits to be taken on.",
                "n starts one with a resident.",
                "Your colleagues have no open chats.",
                "There are no open chats.",
                "No chat has ended lately.",
                "You have no unsent messages.",
                "No chat closes by itself within 48 hours.",
            ),
            strict=True,
        ):
            assert text in shown


async def test_a_message_that_comes_moves_the_chat_and_leaves_the_cursor_on_its_case() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.press("right", "down")
        assert screen.list.selected == case_id(4)
        news = chat(4, "awaiting_staff", unread=1, revision=9, last_resident_at=NOW - timedelta(hours=2))
        app.change(app.desk.fold(event(11, news)))
        await pilot.pause()
        assert screen.order()[0] == case_id(4)
        assert screen.list.selected == case_id(4)
        assert "● 1" in text_of(app)


async def test_nothing_hostile_reaches_the_terminal() -> None:
    bad: list[CaseRow] = []
    for number, hostile in enumerate(CORE, start=1):
        name = ResidentRef(id=f"r{number}", name=hostile.text, birth_date=None, age=4, sex="male")
        bad.append(chat(number, resident=name, reason=hostile.text))
    written = tuple(
        Draft(case_id=one.id, kind="message", body=one.reason, revision=1, saved_at=NOW) for one in bad
    )
    app = app_with(*bad, drafts=written)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app)
        for _tab in range(7):
            await pilot.pause()
            assert not bad_code_points(text_of(app))
            await pilot.press("right")


async def test_among_mine_a_chat_is_called_a_chat() -> None:
    app = app_with(chat(3, "awaiting_staff"))
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(MineScreen(app.place))
        await pilot.pause()
        text = text_of(app)
        assert "Go to the chat" in text
        assert "goes to the chat." in text
        assert "Go to the visit" not in text


async def test_a_key_takes_no_chat_that_came_under_the_cursor_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work_list, "FALL_SECONDS", 3600.0)
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.pause()
        first = screen.list.selected
        assert first is not None
        row_of = app.desk.rows.get(first)
        assert row_of is not None
        gone = replace(row_of, state="awaiting_staff", assignee=EBBA, revision=row_of.revision + 1)
        app.change(app.desk.fold(event(11, gone)))
        await pilot.pause()
        assert screen.list.selected not in {None, first}
        await pilot.press("t")
        assert [type(one) for one in app.asked.commands] == []
        assert "Press the key again if you mean them." in text_of(app)
        await pilot.press("t")
        assert [type(one) for one in app.asked.commands] == [AcceptCase]


async def test_a_key_acts_at_once_on_a_chat_that_one_has_gone_to() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app)
        await pilot.pause()
        await pilot.press("down", "t")
        assert [type(one) for one in app.asked.commands] == [AcceptCase]
