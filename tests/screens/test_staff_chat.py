"""A conversation between staff: its own surface, prompt and text; nothing of it goes the wrong way."""

from typing import Any

import pytest
from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Conversation, StaffMessage
from clinic_tui.widgets.staff_chat import HOLD_SECONDS, StaffChat
from tests.desks import EBBA, ME, NOW
from tests.screens.stage import StageApp, text_of

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
    return Conversation(**(values | {"messages": messages} | changes))


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
        for text in ("STAFF CHAT – the resident sees nothing", "To colleagues:", EBBA.name, "[bold]the rash"):
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
