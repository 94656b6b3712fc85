"""What a nurse writes at a terminal whose answers are lost: each is stored once, and none is thrown away."""

import pytest
from textual.widgets import Static

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.snapshot import case_detail
from clinic_tui.widgets.staff_chat import StaffChat
from screens.dialogs.amend import AmendDialog
from tests.backend.seat import seated
from tests.backend.town import ANNA_CASE, in_progress, staff
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
