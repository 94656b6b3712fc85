"""One key undoes what one has just done: the whole workstation against the real backend."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.snapshot import case_detail
from clinic_tui.domain.undoing import UNDO_KEPT
from tests.backend.desktop import Desktop, desktop
from tests.backend.served import Served, served
from tests.backend.town import BO_CASE, Person, staff
from tests.steady import steady_pauses

pytestmark = pytest.mark.anyio
KEY = "Shift+F12"


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quiet pauses; and the offer stands long enough for a machine that works on something else."""
    steady_pauses(monkeypatch)
    monkeypatch.setattr("clinic_tui.undo.UNDO_SHOWN", timedelta(hours=1))


@pytest.fixture
async def town(memory_backend: Backend) -> AsyncIterator[Served]:
    async with served(memory_backend) as running:
        yield running


async def row(person: Person, case_id: str) -> Any:
    return (await query(person.backend, person.token, "case", lambda tx: case_detail(tx, case_id))).row


async def released(nora: Desktop) -> None:
    """Take the first case of the queue and put it back."""
    await nora.sees("Bo Ek")
    await nora.press("t")
    await nora.sees("Du har tagit emot Bo Ek")
    await nora.press("u")
    await nora.sees("Tillbaka i kön", KEY, "Ångra")


async def test_a_case_that_was_put_back_is_mine_again(town: Served) -> None:
    async with desktop(town, "nora") as nora:
        await released(nora)
        await nora.press("shift+f12")
        await nora.sees("Ångrat: du har Bo Ek, 40 år som förut.")
        assert (await row(await staff(town.backend, "nora"), BO_CASE)).assignee.id == "s-nora"
        await nora.press("ctrl+z")
        await nora.sees("Det finns inget att ångra.")


async def test_ctrl_z_undoes_where_nothing_is_written_and_never_in_a_field(town: Served) -> None:
    async with desktop(town, "nora") as nora:
        await released(nora)
        await nora.press("6", "1", "9", "ctrl+z")
        await nora.sees("Skriv hela numret")
        await nora.press("2")
        assert (await row(await staff(town.backend, "nora"), BO_CASE)).state == "waiting"
        await nora.press("shift+f12")
        await nora.sees("Ångrat: du har Bo Ek")


async def test_who_presses_too_late_is_told(town: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clinic_tui.undo.UNDO_SHOWN", timedelta(milliseconds=1))
    async with desktop(town, "nora") as nora:
        await nora.sees("Bo Ek")
        await nora.press("t")
        await nora.sees("Du har tagit emot Bo Ek")
        await nora.press("u")
        await nora.sees("Tillbaka i kön")
        await nora.until(lambda: KEY not in nora.text)
        await nora.sees("Tillbaka i kön")
        await nora.press("shift+f12")
        await nora.sees("Det är för sent att ångra.")
        assert (await row(await staff(town.backend, "nora"), BO_CASE)).state == "waiting"


async def test_the_backends_no_is_told_with_who_was_there_first(town: Served) -> None:
    async with desktop(town, "nora") as nora:
        await released(nora)
        nils = await staff(town.backend, "nils")
        now = await row(nils, BO_CASE)
        await nils.send("accept_case", case_id=BO_CASE, version=now.version)
        await nora.press("shift+f12")
        await nora.sees("Något har hänt sedan dess", "(Nils ")
        clock: Any = town.backend.clock
        clock.move(UNDO_KEPT * 2)
        assert (await row(nils, BO_CASE)).assignee.id == "s-nils"


async def test_a_chat_marked_as_done_is_on_the_list_again(town: Served) -> None:
    nora_s = await staff(town.backend, "nora")
    made = await nora_s.send(
        "create_chat",
        resident_id="r-anna",
        unit_id="north",
        queue_role="nurse",
        subject="Provsvar",
        days=5,
        body="Hej",
    )
    chat = made.detail.row
    async with desktop(town, "nora") as nora:
        await nora.press("4", "right")
        await nora.sees("Provsvar")
        await nora.press("enter")
        await nora.sees("Hej", "Till Anna Berg")
        await nora.press("f12")
        await nora.sees("är klar.", KEY, "Ångra")
        assert (await row(nora_s, chat.id)).state == "handled"
        await nora.press("shift+f12")
        await nora.sees("Ångrat: du har Anna Berg, 36 år som förut.")
        assert (await row(nora_s, chat.id)).state == "awaiting_resident"
