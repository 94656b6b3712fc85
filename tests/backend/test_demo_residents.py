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
from clinic_tui.state.visit import Visit
from tests.backend.workstation import CALM, PATIENT, Workstation

SPEED = 60.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def speed() -> float:
    """How many of the demo's seconds pass in each of ours."""
    return SPEED


@pytest.fixture
async def nurse(speed: float) -> AsyncIterator[Workstation]:
    full = load()
    waiting = next(
        c for c in full.cases if c.state == "waiting" and c.unit == "eken" and c.queue_role == "nurse"
    )
    dataset = replace(full, cases=(waiting,))
    async with demo(dataset, speed) as url_and_crowd:
        url, crowd = url_and_crowd
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


@asynccontextmanager
async def demo(dataset: Dataset, speed: float) -> AsyncIterator[tuple[str, Crowd]]:
    options = argparse.Namespace(
        now="2026-03-10T09:12:00+01:00", speed=speed, empty=False, lang=Language.SWEDISH
    )
    async with (
        open_backend(options, dataset) as (backend, secret),
        listening(create_app(backend), tcp_socket("127.0.0.1", 0)) as server,
    ):
        url = address_of(server.servers[0].sockets[0])
        yield url, Crowd(url, secret, dataset, speed=speed)


async def start_visit(nurse: Workstation) -> str:
    """Take the first case and start its visit; the case's id."""
    row = next(iter(nurse.desk.rows))
    taken = await nurse.call(
        nurse.link.send(AcceptCase(command_id=new_id(), case_id=row.id, version=row.version))
    )
    nurse.desk.absorb(taken)
    command = StartVisit(command_id=new_id(), case_id=row.id, version=taken.detail.row.version)
    nurse.desk.absorb(await nurse.call(nurse.link.send(command)))
    return row.id


async def ask(nurse: Workstation, case_id: str, text: str) -> PostMessage:
    """Write to the resident."""
    question = PostMessage(command_id=new_id(), case_id=case_id, body=text)
    nurse.desk.absorb(await nurse.call(nurse.link.send(question)))
    return question


@pytest.mark.anyio
async def test_a_resident_reads_types_and_answers(nurse: Workstation) -> None:
    case_id = await start_visit(nurse)
    question = await ask(nurse, case_id, "Hej! Har du tagit tempen i dag?")
    visit = nurse.desk.visits[case_id]
    answer = await nurse.until(lambda: next((m for m in visit.messages if m.author != "staff"), None))
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
    row = await nurse.until(lambda: next((r for r in nurse.desk.rows if r.id not in before), None))
    assert row is not None
    assert row.state == "waiting"
    assert row.id != identifier("")


@pytest.mark.anyio
@pytest.mark.parametrize("speed", [0.0])
async def test_where_time_stands_people_answer_and_do_nothing_unasked(nurse: Workstation) -> None:
    before = {row.id for row in nurse.desk.rows}
    case_id = await start_visit(nurse)
    visit = nurse.desk.visits[case_id]
    for number in range(1, 5):
        await ask(nurse, case_id, f"Har du tagit tempen i dag? Fråga {number}")
        await nurse.until(lambda number=number: _answers(visit) == number, 30)  # type: ignore[misc]
    assert {row.id for row in nurse.desk.rows} == before
    assert {one.sent_at for one in visit.messages} == {visit.messages[0].sent_at}


def _answers(visit: Visit) -> int:
    return sum(one.author != "staff" for one in visit.messages)
