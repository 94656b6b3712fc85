"""The access log: everything is in it, and tampering shows."""

import json
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from clinic_tui.backend.audit import Broken, verify_chain
from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.snapshot import case_detail, desk_snapshot
from clinic_tui.backend.store.tables import audit
from tests.backend.town import ANNA_CASE, SOUTH_CASE, in_progress, staff

pytestmark = pytest.mark.anyio


async def _records(backend: Backend) -> list[dict[str, Any]]:
    rows = await backend.store.read(
        lambda conn: conn.execute(select(audit.c.record).order_by(audit.c.chain, audit.c.n)).scalars().all()
    )
    return [json.loads(row) for row in rows]


async def _some_work(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await in_progress(nora)
    for n in range(4):
        await nora.send("post_message", case_id=ANNA_CASE, body=f"Message {n}")


async def test_every_command_leaves_a_row_that_says_who_did_what_with_whom(backend: Backend) -> None:
    await _some_work(backend)
    found = [row for row in await _records(backend) if row["object_id"] == ANNA_CASE]
    assert [row["code"] for row in found] == ["accepted", "started"] + ["message_sent"] * 4
    for row in found:
        assert row["staff_hsa_id"] == "SE2321000016-nora"
        assert row["role"] == "nurse"
        assert row["unit_id"] == "north"
        assert row["resident_id"] == "r-anna"
    assert "Message" not in json.dumps(found)


async def test_the_desk_names_every_case_and_resident_it_showed(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    listed = next(row for row in await _records(backend) if row["action"] == "LIST")
    assert set(listed["shown"]) == {case.id for case in desk.cases}
    assert set(listed["residents"]) == {case.resident.id for case in desk.cases}


async def test_opening_a_case_is_logged_as_reading(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await query(backend, nora.token, "case", lambda tx: case_detail(tx, ANNA_CASE))
    assert [row["action"] for row in await _records(backend) if row["object_id"] == ANNA_CASE] == ["READ"]


async def test_who_reads_up_on_a_waiting_case_is_in_its_residents_access_log_with_unit_and_time(
    backend: Backend,
) -> None:
    rolf, nora = await staff(backend, "rolf"), await staff(backend, "nora")
    await nora.send("read_case", case_id=ANNA_CASE)
    opened = await rolf.send("open_resident", resident_id="r-anna")
    read = next(entry for entry in opened.profile.access if entry.code == "read")
    assert (read.action, read.who, read.unit_name) == ("READ", "Nora", "North health centre")
    assert (read.at, read.case_id) == (backend.clock.now(), ANNA_CASE)


async def test_an_attempt_at_another_units_case_is_logged(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.refused("read_case", case_id=SOUTH_CASE)
    denied = next(row for row in await _records(backend) if row["action"] == "DENIED")
    assert denied["object_id"] == SOUTH_CASE
    assert denied["staff_hsa_id"] == "SE2321000016-nora"


async def test_an_untouched_log_is_whole(backend: Backend) -> None:
    await _some_work(backend)
    assert await backend.store.read(verify_chain) is None


_CHAIN = "chain = 'audit:north'"
_TAMPERING = {
    "a changed record": (
        "UPDATE audit SET record = replace(record, 'nora', 'nils') WHERE n = 3",
        3,
        "changed",
    ),
    "a changed column": ("UPDATE audit SET resident_id = 'r-bo' WHERE n = 3", 3, "changed"),
    "a row taken out": ("DELETE FROM audit WHERE n = 3", 3, "missing"),
    "the end cut off": ("DELETE FROM audit WHERE n >= 5", 5, "cut_off"),
    "two rows exchanged": (
        "UPDATE audit SET n = CASE n WHEN 3 THEN 104 WHEN 4 THEN 103 END WHERE n IN (3, 4)",
        3,
        "changed",
    ),
}


@pytest.mark.parametrize("name", _TAMPERING)
async def test_tampering_shows_with_its_place(backend: Backend, name: str) -> None:
    await _some_work(backend)
    statement, place, why = _TAMPERING[name]

    def tamper(conn: Connection) -> None:
        _disarm(conn)
        conn.execute(text(statement.replace("WHERE", f"WHERE {_CHAIN} AND", 1)))
        conn.execute(text("UPDATE audit SET n = n - 100 WHERE n > 100"))

    await backend.store.write(tamper)
    broken = await backend.store.read(verify_chain)
    assert broken == Broken("audit:north", place, why)  # type: ignore[arg-type]


def _disarm(conn: Connection) -> None:
    """What somebody with full rights to the database could do first."""
    if conn.dialect.name == "sqlite":
        conn.execute(text("DROP TRIGGER audit_no_update"))
        conn.execute(text("DROP TRIGGER audit_no_delete"))
    else:
        conn.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
