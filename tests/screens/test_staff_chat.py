"""A conversation between staff: its own surface, prompt and text; nothing of it goes the wrong way."""

from typing import Any

import pytest
from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from clinic_tui.client.errors import Rejected
from clinic_tui.protocol.commands import MarkRead, PostMessage
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Conversation, StaffMessage
from clinic_tui.protocol.team_commands import ReadConversation, SayToStaff, StartConversation
from clinic_tui.storage.config import Config, UiSettings
from clinic_tui.widgets.composer import Composer
from clinic_tui.widgets.staff_chat import HOLD_SECONDS, StaffChat
from tests.desks import EBBA, ME, NOW, case_id
from tests.screens.deeds_stage import DeedsStage, chat, chat_detail, everything, staff_chat
from tests.screens.stage import StageApp, text_of
from tests.screens.visit_stage import settle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]


def conversation(*bodies: str, **changes: Any) -> Conversation:
    values: dict[str, Any] = {
        "id": "c1",
        "kind": "staff_chat",
        "unit_id": "ekens",
        "asked_by": ME,
        "members": (ME, EBBA),
        "started_at": NOW,
        "last_at": NOW,
        "count": len(bodies),
    }
    messages = tuple(
        StaffMessage(id=f"m{number}", conversation_id="c1", seq=number, author=EBBA, body=body, sent_at=NOW)
        for number, body in enumerate(bodies, start=1)
    )
    values["messages"] = messages
    return Conversation(**(values | changes))


class ChatScreen(Screen[None]):
    def __init__(self) -> None:
        super().__init__()
        self.chat = StaffChat()
        self.said: list[tuple[str, str | None]] = []
        self.refused: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.chat

    @on(StaffChat.Said)
    def _said(self, event: StaffChat.Said) -> None:
        self.said.append((event.body, event.conversation_id))

    @on(StaffChat.Refused)
    def _refused(self, event: StaffChat.Refused) -> None:
        self.refused.append(event.reason)


async def test_it_says_that_the_resident_sees_nothing_and_who_reads_it() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = ChatScreen()
        await app.show(screen)
        screen.chat.show(conversation("Look at [bold]the rash"), "anna")
        await pilot.pause()
        shown = text_of(app)
        for text in ("STAFF CHAT – not seen by residents", "To colleagues:", EBBA.name, "[bold]the rash"):
            assert text in shown


async def test_the_send_key_gives_the_text_and_empties_the_field() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = ChatScreen()
        await app.show(screen)
        screen.chat.show(conversation(), "anna")
        screen.chat.focus_text()
        await pilot.press(*"hi", "ctrl+j")
        await pilot.pause()
        assert screen.said == [("hi", "c1")]
        assert screen.chat.text == ""


async def test_nothing_is_not_sent() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = ChatScreen()
        await app.show(screen)
        screen.chat.show(None, "anna", key="case", to="Omar")
        screen.chat.focus_text()
        await pilot.press("space", "ctrl+j")
        await pilot.pause()
        assert screen.said == []
        assert screen.refused == ["There is nothing to send"]


async def test_enter_sends_nothing_just_after_the_side_was_changed() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = ChatScreen()
        await app.show(screen)
        now = [100.0]
        screen.chat.area.now = lambda: now[0]
        screen.chat.show(conversation(), "anna", send_key="enter")
        screen.chat.focus_text()
        await pilot.press("a", "enter")
        await pilot.pause()
        assert screen.said == []
        assert screen.chat.text == "a\n"
        now[0] += HOLD_SECONDS
        await pilot.press("b", "enter")
        await pilot.pause()
        assert screen.said == [("a\nb", "c1")]


async def test_each_conversation_keeps_its_own_text() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = ChatScreen()
        await app.show(screen)
        screen.chat.show(conversation(), "anna")
        screen.chat.focus_text()
        await pilot.press(*"one")
        other = conversation(id="c2", members=(ME, StaffRef(id="omar", name="Omar Berg")))
        screen.chat.show(other, "anna")
        assert screen.chat.text == ""
        assert screen.chat.draft("c1") == "one"
        screen.chat.give_back("c1", "lost")
        screen.chat.show(conversation(), "anna")
        assert screen.chat.text == "lost\n\none"


async def test_a_closed_conversation_is_read_only() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = ChatScreen()
        await app.show(screen)
        screen.chat.show(conversation("Bye", state="closed"), "anna")
        screen.chat.focus_text()
        await pilot.press(*"hi", "ctrl+j")
        await pilot.pause()
        assert screen.said == []
        assert "this conversation is closed" in text_of(app)


def beside(*conversations: Conversation, **changes: Any) -> DeedsStage:
    shown = everything(chat_detail(chat(participants=(EBBA,), **changes)), conversations=conversations)
    return DeedsStage(shown, first=case_id(3))


def resident_text(app: DeedsStage) -> str:
    return app.screen_under_test.query_one(Composer).text


def staff_side(app: DeedsStage) -> StaffChat:
    return app.screen_under_test.query_one(StaffChat)


async def test_f7_goes_to_the_staff_chat_and_back_and_each_side_keeps_its_text() -> None:
    app = beside()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*"to Karin", "f7", *"to Ebba")
        await settle(pilot)
        assert "STAFF CHAT" in text_of(app)
        assert staff_side(app).text == "to Ebba"
        assert resident_text(app) == "to Karin"
        await pilot.press("f7")
        await settle(pilot)
        assert "STAFF CHAT" not in text_of(app)
        assert resident_text(app) == "to Karin"
        await pilot.press("f7")
        await settle(pilot)
        assert staff_side(app).text == "to Ebba"


async def test_what_is_written_to_staff_is_never_sent_to_the_resident() -> None:
    app = beside()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*"half", "f7", *"secret", "ctrl+j")
        await settle(pilot)
        sent = app.last
        assert isinstance(sent, StartConversation)
        assert (sent.kind, sent.case_id, sent.body) == ("staff_chat", case_id(3), "secret")
        await pilot.press(*"more", "ctrl+j")
        await settle(pilot)
        assert isinstance(app.last, SayToStaff)
        app.screen_under_test.query_one("#staff-log").focus()
        await pilot.press("ctrl+j", "ctrl+r", "f4")
        await settle(pilot)
        assert app.sent(PostMessage) == []
        assert resident_text(app) == "half"


async def test_esc_does_not_lead_to_the_residents_side() -> None:
    app = beside()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f7", "ctrl+up", "escape")
        await settle(pilot)
        assert staff_side(app).area.has_focus
        await pilot.press("escape")
        assert app.asked.performed == ["app.back"]
        assert "STAFF CHAT" in text_of(app)


async def test_enter_sends_nothing_on_either_side_just_after_a_switch() -> None:
    app = beside()
    app.place.config = Config(ui=UiSettings(send_key="enter"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f7", "a", "enter", "f7", "b", "enter")
        await settle(pilot)
        assert app.sent(PostMessage) == []
        assert app.sent(StartConversation) == []
        assert (staff_side(app).text, resident_text(app)) == ("a\n", "b\n")


async def test_new_staff_messages_are_counted_and_read_when_shown() -> None:
    first = StaffMessage(id="m1", conversation_id="c1", seq=1, author=EBBA, body="Recept?", sent_at=NOW)
    app = beside(staff_chat(first))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "F7: 1 from colleagues" in text_of(app)
        assert app.sent(ReadConversation) == []
        await pilot.press("f7")
        await settle(pilot)
        assert [one.seq for one in app.sent(ReadConversation)] == [1]
        await pilot.press("f7")
        await settle(pilot)
        assert "from colleagues" not in text_of(app)


async def test_a_refused_message_to_staff_is_given_back() -> None:
    app = beside()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.asked.refuse = Rejected()
        await pilot.press("f7", *"secret", "ctrl+j")
        await settle(pilot)
        assert staff_side(app).text == "secret"
        assert "Not sent to colleagues" in text_of(app)


async def test_alone_in_a_case_one_is_asked_whom_it_is_for() -> None:
    app = DeedsStage(everything(chat_detail(chat())), first=case_id(3))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f7", *"help", "ctrl+j")
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert staff_side(app).text == "help"
        await pilot.press("ctrl+j")
        await settle(pilot)
        await pilot.press(*"ebba", "enter")
        await settle(pilot)
        assert isinstance(app.last, StartConversation)
        assert app.last.staff_ids == ("ebba",)


async def test_the_residents_messages_are_not_read_while_the_staff_side_is_shown() -> None:
    app = beside(unread=2)
    app.place.staff_side.add(case_id(3))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.sent(MarkRead) == []
        assert "2 new from the resident" in text_of(app)
        await pilot.press("f7")
        await settle(pilot)
        assert len(app.sent(MarkRead)) == 1
