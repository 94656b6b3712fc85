"""The same person at two terminals: the whole workstation, another one, and the real backend between them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from clinic_tui.backend.context import Backend
from clinic_tui.protocol.commands import AcceptCase, PostMessage, SignNote, StartVisit
from clinic_tui.widgets.composer import Composer
from tests.backend.desktop import Desktop, desktop
from tests.backend.served import served
from tests.backend.town import ANNA_CASE
from tests.backend.workstation import Workstation, workstation
from tests.steady import steady_pauses

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    steady_pauses(monkeypatch)


@asynccontextmanager
async def both(backend: Backend) -> AsyncGenerator[tuple[Desktop, Workstation]]:
    """Nora's screen with Anna's visit on it, and another terminal where she is signed in too."""
    async with served(backend) as running, workstation(running.url) as other:
        taken = await other.send(AcceptCase, case_id=ANNA_CASE, version=1)
        await other.send(StartVisit, case_id=ANNA_CASE, version=taken.detail.row.version)
        async with desktop(running, "nora") as nora:
            await nora.press("f3")
            await nora.sees("Till Anna Berg")
            yield nora, other


def composer(nora: Desktop) -> Composer:
    return nora.app.screen.query_one(Composer)


async def test_signed_at_one_terminal_the_words_at_the_other_stay_and_command_nothing(
    memory_backend: Backend,
) -> None:
    async with both(memory_backend) as (nora, other):
        await nora.press(*"Ring mig")
        version = other.desk.visits[ANNA_CASE].row.version
        await other.send(SignNote, case_id=ANNA_CASE, version=version, body="Hosta, egenvård.")
        await nora.sees("Signerat i ett annat fönster", "Det du har skrivit är kvar här.", "Ring mig")
        await nora.press("e", "b", "1", "enter")
        assert composer(nora).area.has_focus
        assert (composer(nora).text, nora.app.current_mode) == ("Ring mig", "visit")
        assert len(nora.app.screen_stack) == 1
        await nora.press("escape")
        assert not composer(nora).area.has_focus
        assert "Ring mig" in nora.text


async def test_what_one_terminal_sent_the_other_does_not_send_again(memory_backend: Backend) -> None:
    async with both(memory_backend) as (nora, other):
        await nora.press(*"Hej")
        await other.send(PostMessage, case_id=ANNA_CASE, body="Hej")
        await nora.sees("Skickat från ett annat fönster")
        assert composer(nora).text == ""
        await nora.press("ctrl+j")
        await nora.press(*"Mer")
        await other.send(PostMessage, case_id=ANNA_CASE, body="Annat")
        await nora.sees("Du skickade ett meddelande från ett annat fönster")
        assert composer(nora).text == "Mer"
        bodies = [one.body for one in nora.app.room.desk.visits[ANNA_CASE].messages]
        assert bodies == ["Hej", "Annat"]
