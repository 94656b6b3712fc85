"""The demo's residents away from the service, and its colleagues, against the demo's own backend."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from clinic_tui.backend.app import create_app
from clinic_tui.backend.hub import Hub
from clinic_tui.backend.listening import address_of, listening, tcp_socket
from clinic_tui.backend.seed import DEMO_PASSWORD
from clinic_tui.demo.crowd import Crowd
from clinic_tui.demo.dataset import load
from clinic_tui.demo_host import identifier
from clinic_tui.demo_server import open_backend, wake
from clinic_tui.domain.region import Language
from clinic_tui.protocol.chat_commands import IssueTicket
from clinic_tui.protocol.command import Command
from clinic_tui.protocol.commands import PostMessage
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.team_commands import HandOverCase, StartConversation
from tests.backend.workstation import CALM, PATIENT, Workstation

pytestmark = pytest.mark.anyio
SPEED = 60.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def nurse() -> AsyncIterator[Workstation]:
    """Anna at her desk, with the demo's chats and colleagues and nobody in the drop-in queue."""
    full = load()
    silent = tuple(
        one.__class__(staff=one.staff, accepts=one.accepts, comment=one.comment, fallback=one.fallback)
        for one in full.colleagues
    )
    chats = tuple(chat for chat in full.chats if not chat.comes_later)
    dataset = replace(full, cases=(), arrivals=(), chats=chats, colleagues=silent)
    options = argparse.Namespace(
        now="2026-03-10T09:12:00+01:00", speed=SPEED, empty=False, lang=Language.SWEDISH
    )
    async with (
        open_backend(options, dataset) as (backend, secret),
        listening(create_app(backend), tcp_socket("127.0.0.1", 0)) as server,
    ):
        url = address_of(server.servers[0].sockets[0])
        crowd = Crowd(url, secret, dataset, speed=SPEED, password=DEMO_PASSWORD, identifier=identifier)
        assert isinstance(backend.hub, Hub)
        backend.hub.watchers.append(partial(wake, crowd))
        station = Workstation(url, PATIENT, CALM)
        await station.call(station.link.sign_in("anna", DEMO_PASSWORD))
        await station.call(station.link.open_desk())
        await station.until(lambda: station.desk.loaded and station.link.status.state == "live")
        running = asyncio.create_task(crowd.run())
        try:
            yield station
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await asyncio.to_thread(station.link.close, 1.0)


async def send(nurse: Workstation, command: Command) -> Any:
    answer = await nurse.call(nurse.link.send(command))
    nurse.desk.absorb(answer)
    return answer


async def test_a_resident_comes_back_to_a_chat_reads_and_answers(nurse: Workstation) -> None:
    case_id = identifier("ella-ombokning")
    nurse.desk.open(await nurse.call(nurse.link.fetch_case(case_id)))
    before = nurse.desk.visits[case_id].last_seq
    await send(
        nurse,
        PostMessage(command_id=new_id(), case_id=case_id, body="Du behöver inte fasta, tiden är bokad"),
    )
    visit = nurse.desk.visits[case_id]
    answer = await nurse.until(
        lambda: next((m for m in visit.messages if m.author == "resident" and m.seq > before), None), 30
    )
    assert answer is not None
    assert answer.body.strip()


async def test_a_resident_uses_a_ticket_and_stands_in_the_queue(nurse: Workstation) -> None:
    command = IssueTicket(
        command_id=new_id(), resident_id="hans-bergman", unit_id="eken", role="nurse", reason="Vårdfråga"
    )
    ticket = (await send(nurse, command)).ticket
    assert ticket.state == "issued"
    row = await nurse.until(
        lambda: next((r for r in nurse.desk.rows if r.from_ticket and r.resident.id == "hans-bergman"), None),
        30,
    )
    assert row is not None
    assert (row.kind, row.priority, row.state) == ("drop_in", 3, "waiting")


async def test_a_colleague_accepts_what_is_handed_over(nurse: Workstation) -> None:
    case_id = identifier("birgitta-sar")
    await here(nurse, "ebba-nyman")
    row = nurse.desk.rows.get(case_id)
    assert row is not None
    command = HandOverCase(
        command_id=new_id(), case_id=case_id, version=row.version, staff_id="ebba-nyman", reason="Jag slutar"
    )
    await send(nurse, command)
    taken = await nurse.until(lambda: owner(nurse, case_id) == "ebba-nyman")
    assert taken


async def test_a_colleague_answers_in_a_direct_chat(nurse: Workstation) -> None:
    await here(nurse, "farid-rostami")
    command = StartConversation(
        command_id=new_id(), kind="direct", staff_ids=("farid-rostami",), body="Har du en minut?"
    )
    conversation = (await send(nurse, command)).conversation
    answered = await nurse.until(lambda: nurse.desk.team.conversations[conversation.id].count == 2)
    assert answered


async def here(nurse: Workstation, staff_id: str) -> None:
    """Wait until a colleague is on shift."""
    found = await nurse.until(
        lambda: any(
            one.staff.id == staff_id and one.presence != "off" for one in nurse.desk.team.colleagues.values()
        ),
        30,
    )
    assert found


def owner(nurse: Workstation, case_id: str) -> str | None:
    row = nurse.desk.rows.get(case_id)
    return row.assignee.id if row is not None and row.assignee is not None else None
