"""The demo's data in a store."""

import time
from datetime import UTC, datetime

import pytest

from clinic_tui.backend.audit import verify_chain
from clinic_tui.backend.clock import SettableClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.seed import insert_seed
from clinic_tui.backend.snapshot import desk_snapshot
from clinic_tui.backend.store import create_schema, open_store
from clinic_tui.demo.dataset import load
from clinic_tui.demo_host import identifier, seed_from_dataset, seed_of
from clinic_tui.domain.region import load_profile
from tests.backend.town import PASSWORD, staff

pytestmark = pytest.mark.anyio
_NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


async def test_everybody_in_the_demo_can_sign_in_and_see_their_desk() -> None:
    dataset = load()
    store = await open_store("sqlite://")
    await create_schema(store)
    await seed_from_dataset(store, dataset, _NOW, PASSWORD)
    backend = Backend(store=store, clock=SettableClock(_NOW, speed=0), region=load_profile("vastmanland"))
    for member in dataset.staff:
        person = await staff(backend, member.username)
        if len(member.assignments) == 1:
            desk = await query(backend, person.token, "desk", desk_snapshot)
            assert desk.assignment.unit_id == member.assignments[0].unit
            mine = {identifier(case.id) for case in dataset.cases if case.assignee == member.id}
            assert mine <= {detail.row.id for detail in desk.mine}
    assert await store.read(verify_chain) is None
    await store.close()


async def test_the_demo_data_goes_in_at_once() -> None:
    store = await open_store("sqlite://")
    await create_schema(store)
    seed = seed_of(load(), _NOW)
    before = time.process_time()
    await store.write(lambda conn: insert_seed(conn, seed, "x"))
    assert time.process_time() - before < 0.4
    await store.close()
