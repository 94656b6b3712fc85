"""The ended chats among the messages, with the case room behind: every key that is offered acts."""

from datetime import timedelta
from typing import Any

import pytest

from clinic_tui.actions.action import Scope
from clinic_tui.case_room import CaseRoom
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.chat_commands import ContinueChat
from clinic_tui.protocol.command import DetailAnswer
from clinic_tui.protocol.commands import Command
from clinic_tui.protocol.resources import UnitInfo
from clinic_tui.widgets.clinic_screen import LAST_IN_BAR
from clinic_tui.widgets.modal import ClinicDialog
from screens.chats import ChatsScreen
from tests.desks import NOW, case_id
from tests.screens.deeds_stage import chat, chat_detail
from tests.screens.stage import StageApp, desk_snapshot, text_of
from tests.screens.visit_stage import listening, settle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

ALLOWED = (
    Permission.ANSWER_ASYNC,
    Permission.PREVIEW_CASE,
    Permission.CREATE_ASYNC,
    Permission.ISSUE_TICKET_OWN_UNIT,
)


class RoomStage(StageApp):
    """The messages; what is begun with a case is begun by the app's own case room."""

    def __init__(self) -> None:
        unit = UnitInfo(id="ekens", name="Ekens vårdcentral", kind="health_centre", roles=("nurse",))
        super().__init__(shown=desk_snapshot(permissions=ALLOWED, units=(unit,)))
        room = CaseRoom(self)
        self.place.begin, self.place.may_begin = room.begin, room.may
        self.clinic_screen = ChatsScreen(self.place)
        closed = NOW - timedelta(hours=1)
        self.ended = tuple(
            chat("closed", number, closed_at=closed, close_reason="ended") for number in (21, 22)
        )
        self.asked.answer = self._answer

    def say(self, text: str, *, warning: bool = False) -> None:
        self.clinic_screen.say(text, warning=warning)

    def _answer(self, command: Command) -> Any:
        if isinstance(command, ContinueChat):
            return DetailAnswer(detail=chat_detail(chat(number=8, parent_id=command.case_id)))
        return None


async def ended_tab(app: RoomStage, pilot: Any) -> ChatsScreen:
    await app.show(app.clinic_screen)
    app.clinic_screen.show_tab("ended")
    await settle(pilot)
    return app.clinic_screen


async def test_one_key_starts_the_chat_after_an_ended_one() -> None:
    app = RoomStage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ended_tab(app, pilot)
        await pilot.press("down")
        assert screen.list.selected == case_id(22)
        await pilot.press("shift+f5")
        await listening(pilot)
        assert "New chat after the one with Karin Lindström" in text_of(app)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert [one.case_id for one in app.asked.commands if isinstance(one, ContinueChat)] == [case_id(22)]
        assert app.asked.performed == ["open:" + case_id(8)]


async def test_every_key_that_the_bar_offers_for_an_ended_chat_acts() -> None:
    app = RoomStage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ended_tab(app, pilot)
        offered = [
            one for one in screen.actions_now() if one.scope is Scope.CASE and one.weight < LAST_IN_BAR
        ]
        assert {one.id for one in offered} >= {"case.continue", "case.ticket", "case.resident"}
        for action in offered:
            app.asked.performed.clear()
            await pilot.press(app.place.keymap.keys(action.id).split(",")[0].strip())
            await settle(pilot)
            dialog = isinstance(app.screen, ClinicDialog)
            assert (action.id, dialog or bool(app.asked.performed)) == (action.id, True)
            if dialog:
                await listening(pilot)
                await pilot.press("escape", "up")
                await settle(pilot)
