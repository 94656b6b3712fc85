"""Real-style dialogues go through the whole system and come out as they went in."""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest

from clinic_tui.backend.clock import SystemClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.seed import seed_store
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import create_schema, open_store
from clinic_tui.client.http import Http
from clinic_tui.domain.region import load_profile
from clinic_tui.protocol.commands import AcceptCase, PostMessage, ResidentSays, SignNote, StartVisit
from clinic_tui.protocol.ids import new_id
from tests.backend.served import served
from tests.backend.town import PASSWORD, TOWN, case_id
from tests.backend.workstation import Workstation, workstation

pytestmark = pytest.mark.anyio

FILE = Path(__file__).parents[1] / "data" / "dialogues.csv"
Line = tuple[str, str]


def dialogues() -> list[tuple[str, list[Line]]]:
    """The note and the lines of each dialogue; a line without a speaker belongs to the one before."""
    found: list[tuple[str, list[Line]]] = []
    with FILE.open(encoding="utf-8", newline="") as file:
        for entry in csv.DictReader(file):
            lines: list[Line] = []
            for text in entry["dialogue"].splitlines():
                who, colon, said = text.strip().partition(":")
                if colon and who in {"Doctor", "Patient", "Guest_family", "Guest_clinician"}:
                    lines.append(("staff" if who in {"Doctor", "Guest_clinician"} else "resident", said))
                elif text.strip():
                    lines[-1] = (lines[-1][0], f"{lines[-1][1]}\n{text}")
            found.append((entry["section_text"], [line for line in lines if line[1].strip()]))
    return found


DIALOGUES = dialogues()


@asynccontextmanager
async def town_of_dialogues() -> AsyncIterator[Backend]:
    """A backend with one resident and one waiting case for each dialogue, and no hurry about rates."""
    someone, case = TOWN.residents[0], TOWN.cases[0]
    residents = tuple(
        replace(someone, id=f"r-d{n}", person_number=f"T{n:011d}") for n in range(len(DIALOGUES))
    )
    cases = tuple(replace(case, id=case_id(1000 + n), resident_id=f"r-d{n}") for n in range(len(DIALOGUES)))
    store = await open_store("sqlite://")
    await create_schema(store)
    await seed_store(store, replace(TOWN, residents=residents, cases=cases), PASSWORD)
    limits = Settings(demo_data=True, commands_per_minute=1_000_000, commands_burst=1_000_000)
    yield Backend(
        store=store,
        clock=SystemClock(),
        region=load_profile("vastmanland"),
        settings=limits,
        resident_secret="demo",
    )
    await store.close()


async def converse(nurse: Workstation, url: str, number: int, busy: asyncio.Semaphore) -> None:
    """Live through one dialogue: each side writes when the other has been heard."""
    case, (note, lines) = case_id(1000 + number), DIALOGUES[number]
    async with busy:
        resident = Http(url)
        await resident.resident_sign_in(f"r-d{number}", "demo")
        taken = await nurse.send(AcceptCase, case_id=case, version=1)
        await nurse.send(StartVisit, case_id=case, version=taken.detail.row.version)
        for who, turns in groupby(lines, key=lambda line: line[0]):
            for _, text in turns:
                if who == "staff":
                    await nurse.call(
                        nurse.link.send(PostMessage(command_id=new_id(), case_id=case, body=text))
                    )
                else:
                    await resident.send(ResidentSays(command_id=new_id(), case_id=case, body=text))
        await nurse.until(lambda: nurse.desk.visits[case].last_seq == len(lines))
        version = nurse.desk.visits[case].row.version
        await nurse.send(SignNote, case_id=case, version=version, body=note)
        await resident.close()


async def read_back(colleague: Workstation, case: str) -> tuple[list[Line], list[str]]:
    """Every message of a case, oldest first, as another signed-in client fetches them."""
    detail = await colleague.call(colleague.link.fetch_case(case))
    colleague.desk.open(detail)
    visit = colleague.desk.visits[case]
    while visit.before:
        page = await colleague.call(colleague.link.fetch_messages(case, visit.messages[0].seq))
        colleague.desk.add_page(case, page)
    return [(one.author, one.body) for one in visit.messages], [one.body for one in visit.notes]


async def test_every_line_of_every_dialogue_comes_back_unchanged_and_in_order() -> None:
    assert len(DIALOGUES) == 100
    assert sum(len(lines) for _, lines in DIALOGUES) > 700
    async with (
        town_of_dialogues() as backend,
        served(backend) as site,
        workstation(site.url) as nurse,
        workstation(site.url, "nils") as colleague,
    ):
        busy = asyncio.Semaphore(8)
        await asyncio.gather(*(converse(nurse, site.url, number, busy) for number in range(len(DIALOGUES))))
        for number, (note, lines) in enumerate(DIALOGUES):
            assert await read_back(colleague, case_id(1000 + number)) == (lines, [note]), number
            live = nurse.desk.visits[case_id(1000 + number)].messages
            assert [(one.author, one.body) for one in live] == lines, number
