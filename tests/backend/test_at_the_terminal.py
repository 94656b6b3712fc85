"""What a nurse writes at a terminal whose answers are lost: each is stored once, and none is thrown away."""

from datetime import timedelta
from typing import Any

import pytest
from textual.widgets import Input, Static

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.snapshot import case_detail
from clinic_tui.protocol.commands import StopReading
from clinic_tui.protocol.ids import new_id
from clinic_tui.widgets.staff_chat import StaffChat
from screens.dialogs.amend import AmendDialog
from screens.dialogs.words import WordsDialog
from tests.backend.seat import seated
from tests.backend.town import ANNA_CASE, PASSWORD, in_progress, staff
from tests.steady import steady_pauses

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    steady_pauses(monkeypatch)


async def test_a_correction_that_gets_no_answer_stays_and_is_made_once(memory_backend: Backend) -> None:
    nora = await staff(memory_backend, "nora")
    version = (await in_progress(nora)).case.version
    await nora.send("sign_note", case_id=ANNA_CASE, version=version, body="Vänster knä")
    async with seated(memory_backend) as seat:
        await seat.open(ANNA_CASE)
        await seat.until(lambda: seat.visit.visit and seat.visit.visit.notes)
        await seat.pilot.press("f9")
        await seat.until(lambda: isinstance(seat.app.screen, AmendDialog))
        dialog = seat.app.screen
        assert isinstance(dialog, AmendDialog)
        await seat.until(lambda: dialog.listening)
        dialog.area.load_text("Höger knä")
        dialog.reason.value = "Fel sida"
        await seat.pilot.pause()

        def told() -> bool:
            return "Inget svar" in str(dialog.query_one("#dialog-problem", Static).render())

        await seat.lose_answers(lambda: seat.pilot.press("f9"), told)
        assert (dialog.area.text, dialog.reason.value) == ("Höger knä", "Fel sida")
        await seat.pilot.press("f9")
        await seat.until(lambda: dialog not in seat.app.screen_stack)
        assert [note.body for note in seat.visit.visit.notes] == ["Vänster knä", "Höger knä"]  # type: ignore[union-attr]


async def test_a_message_to_a_colleague_is_stored_once_however_often_its_answer_is_lost(
    memory_backend: Backend,
) -> None:
    nora = await staff(memory_backend, "nora")
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-nils")
    async with seated(memory_backend) as seat:
        await seat.open(ANNA_CASE)
        await seat.pilot.press("f7", *"Kom", "space", *"hit")
        chat = seat.visit.query_one(StaffChat)

        def told() -> bool:
            return any("inget svar" in one.status_text for one in chat.chat_log.source.messages)

        await seat.lose_answers(lambda: seat.pilot.press("ctrl+j"), told)
        assert chat.text == ""
        await seat.until(
            lambda: (
                [one.status_text for one in chat.chat_log.source.messages] == [""]
                and not len(seat.app.room.desk.letters)
            )
        )
        detail = await query(memory_backend, nora.token, "case", lambda tx: case_detail(tx, ANNA_CASE))
        assert [one.body for talk in detail.conversations for one in talk.messages] == ["Kom hit"]


@pytest.mark.parametrize("name", ["nora", "nils"])
async def test_what_is_written_in_a_dialog_waits_for_its_writer_when_the_session_ends(
    memory_backend: Backend, name: str
) -> None:
    async with seated(memory_backend) as seat:
        app = seat.app
        dialog = WordsDialog("Varför", lines=True)
        dialog.deliver_by(
            lambda _text: StopReading(command_id=new_id(), case_id=ANNA_CASE), app.submit, print
        )
        await app.push_screen(dialog)
        await seat.pilot.press(*"abc")
        clock: Any = memory_backend.clock
        clock.move(timedelta(days=2))
        await seat.pilot.press("ctrl+s")
        await seat.until(lambda: app.current_mode == "sign_in")
        app.entrance._whose = "s-nora"
        await seat.until(lambda: app.screen.query("#username"))
        app.screen.query_one("#username", Input).value = name
        password = app.screen.query_one("#password", Input)
        password.value = PASSWORD
        password.focus()
        await seat.pilot.press("enter")
        await seat.until(lambda: app.current_mode == "drop_in")
        if name == "nora":
            assert app.screen is dialog
            assert dialog.text == "abc"
        else:
            assert dialog not in app.screen_stack
            assert not dialog.is_attached
