"""Commands whose answer is lost, against the real backend: each is carried out once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.store.tables import idempotency
from clinic_tui.client.errors import Offline
from clinic_tui.client.http import Patience
from clinic_tui.client.link_events import OutboxChanged
from clinic_tui.protocol.chat_commands import IssueTicket
from clinic_tui.protocol.command import Command
from clinic_tui.protocol.commands import AcceptCase, StartVisit
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.team_commands import SayToStaff, StartConversation
from tests.backend.served import Served, served
from tests.backend.town import ANNA_CASE
from tests.backend.workstation import BadNetwork, Workstation, bad_network

pytestmark = pytest.mark.anyio
ONE_TRY = Patience(connect=15.0, read=30.0, total=60.0, attempts=1)

_ANSWERS = select(func.count()).select_from(idempotency)


@asynccontextmanager
async def nora_behind(site: Served) -> AsyncIterator[tuple[BadNetwork, Workstation]]:
    async with bad_network(site.port) as network:
        nora = Workstation(network.url, patience=ONE_TRY)
        try:
            await nora.enter("nora")
            yield network, nora
        finally:
            await asyncio.to_thread(nora.link.close, 0.5)


async def said(site: Served) -> list[str]:
    """What Nils finds among his conversations, in order."""
    desk = (await site.get("/api/v1/desk", await site.staff("nils"))).json()
    return [message["body"] for one in desk["conversations"] for message in one["messages"]]


async def carried_out(backend: Backend, count: int) -> None:
    """Wait until the backend has carried out this many commands."""
    while await backend.store.read(lambda conn: conn.execute(_ANSWERS).scalar_one()) < count:  # noqa: ASYNC110
        await asyncio.sleep(0)


def direct(body: str) -> StartConversation:
    return StartConversation(command_id=new_id(), kind="direct", staff_ids=("s-nils",), body=body)


async def test_what_is_written_to_colleagues_is_stored_once_and_in_order(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, nora_behind(site) as (network, nora):
        started = await nora.call(nora.link.send(direct("först")))
        network.mode = "swallow"
        letters: list[Command] = [
            SayToStaff(command_id=new_id(), conversation_id=started.conversation.id, body="sedan"),
            SayToStaff(command_id=new_id(), conversation_id=started.conversation.id, body="sist"),
        ]
        sent = [nora.link.send(one) for one in letters]
        await carried_out(memory_backend, 2)
        network.cut()
        await nora.until(lambda: "unknown" in [one.state for one in nora.heard(OutboxChanged)])
        network.mode = "pass"
        network.cut()
        for one in sent:
            await nora.call(one)
        assert await said(site) == ["först", "sedan", "sist"]


async def test_two_messages_that_begin_a_conversation_stand_in_one(memory_backend: Backend) -> None:
    async with served(memory_backend) as site, nora_behind(site) as (network, nora):
        network.mode = "swallow"
        sent = [nora.link.send(direct("ett")), nora.link.send(direct("två"))]
        await carried_out(memory_backend, 1)
        network.cut()
        await nora.until(lambda: "unknown" in [one.state for one in nora.heard(OutboxChanged)])
        network.mode = "pass"
        network.cut()
        first, second = [(await nora.call(one)).conversation for one in sent]
        assert first.id == second.id
        assert await said(site) == ["ett", "två"]


async def test_a_command_pressed_again_after_a_lost_answer_is_carried_out_once(
    memory_backend: Backend,
) -> None:
    def ticket() -> IssueTicket:
        return IssueTicket(
            command_id=new_id(), resident_id="r-anna", unit_id="north", role="doctor", reason="feber"
        )

    async with served(memory_backend) as site, nora_behind(site) as (network, nora):
        network.mode = "swallow"
        for _press in range(2):
            sent = nora.link.send(ticket())
            await carried_out(memory_backend, 1)
            network.cut()
            with pytest.raises(Offline) as lost:
                await nora.call(sent)
            assert not lost.value.outcome_known
        network.mode = "pass"
        answer = await nora.call(nora.link.send(ticket()))
        desk = (await site.get("/api/v1/desk", await site.staff("nora"))).json()
        assert [one["id"] for one in desk["tickets"]] == [answer.ticket.id]


async def test_a_deed_that_was_done_is_told_as_done_though_the_case_has_moved_on(
    memory_backend: Backend,
) -> None:
    async with served(memory_backend) as site, nora_behind(site) as (network, nora):
        taken = await nora.send(AcceptCase, case_id=ANNA_CASE, version=1)
        version = taken.detail.row.version
        network.mode = "swallow"
        lost = asyncio.create_task(nora.send(StartVisit, case_id=ANNA_CASE, version=version))
        await carried_out(memory_backend, 2)
        network.cut()
        with pytest.raises(Offline):
            await lost
        network.mode = "pass"
        answer = await nora.send(StartVisit, case_id=ANNA_CASE, version=version + 1)
        assert answer.case.state == "in_progress"
