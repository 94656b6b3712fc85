"""The demo's residents against the demo's own backend: they answer, leave and arrive through the open API."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from clinic_tui.backend.app import create_app
from clinic_tui.backend.listening import address_of, listening, tcp_socket
from clinic_tui.backend.seed import DEMO_PASSWORD
from clinic_tui.demo.crowd import Crowd
from clinic_tui.demo.dataset import Dataset, load
from clinic_tui.demo_host import identifier
from clinic_tui.demo_server import open_backend
from clinic_tui.domain.region import Language
from clinic_tui.protocol.commands import AcceptCase, PostMessage, StartVisit
from clinic_tui.protocol.ids import new_id
from tests.backend.workstation import CALM, PATIENT, Workstation

SPEED = 60.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def nurse() -> AsyncIterator[Workstation]:
    full = load()
    waiting = next(
        c for c in full.cases if c.state == "waiting" and c.unit == "eken" and c.queue_role == "nurse"
    )
    dataset = replace(full, cases=(waiting,))
    async with demo(dataset) as url_and_crowd:
        url, crowd = url_and_crowd
        station = Workstation(url, PATIENT, CALM)
        await station.call(station.link.sign_in("anna", DEMO_PASSWORD))
        await station.call(station.link.open_desk())
        await station.until(lambda: station.desk.loaded and station.link.status.state == "live", 30)
        running = asyncio.create_task(crowd.run())
        try:
            yield station
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await asyncio.to_thread(station.link.close, 1.0)


@asynccontextmanager
async def demo(dataset: Dataset) -> AsyncIterator[tuple[str, Crowd]]:
    options = argparse.Namespace(
        now="2026-03-10T09:12:00+01:00", speed=SPEED, empty=False, lang=Language.SWEDISH
    )
    async with (
        open_backend(options, dataset) as (backend, secret),
        listening(create_app(backend), tcp_socket("127.0.0.1", 0)) as server,
    ):
        url = address_of(server.servers[0].sockets[0])
        yield url, Crowd(url, secret, dataset, speed=SPEED)


@pytest.mark.anyio
async def test_a_resident_reads_types_and_answers(nurse: Workstation) -> None:
    case_id = next(iter(nurse.desk.rows)).id
    row = nurse.desk.rows.get(case_id)
    assert row is not None
    taken = await nurse.call(
        nurse.link.send(AcceptCase(command_id=new_id(), case_id=case_id, version=row.version))
    )
    nurse.desk.absorb(taken)
    command = StartVisit(command_id=new_id(), case_id=case_id, version=taken.detail.row.version)
    nurse.desk.absorb(await nurse.call(nurse.link.send(command)))
    question = PostMessage(command_id=new_id(), case_id=case_id, body="Hej! Har du tagit tempen i dag?")
    nurse.desk.absorb(await nurse.call(nurse.link.send(question)))
    visit = nurse.desk.visits[case_id]
    answer = await nurse.until(lambda: next((m for m in visit.messages if m.author != "staff"), None), 30)
    asked = visit.message(question.command_id)
    assert answer is not None
    assert answer.body.strip()
    assert asked is not None
    assert asked.delivered_at is not None
    assert asked.read_at is not None
    assert nurse.desk.visits[case_id].unread >= 1


@pytest.mark.anyio
async def test_new_residents_keep_arriving(nurse: Workstation) -> None:
    before = {row.id for row in nurse.desk.rows}
    row = await nurse.until(lambda: next((r for r in nurse.desk.rows if r.id not in before), None), 30)
    assert row is not None
    assert row.state == "waiting"
    assert row.id != identifier("")
