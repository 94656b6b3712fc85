"""Notes that several had begun in one case, before a note was the case's: none is lost by the step."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from clinic_tui.backend.note_drafts import note_draft_of
from clinic_tui.backend.store import open_store, upgrade
from clinic_tui.backend.store.tables import cases, drafts, residents, staff, units
from tests.backend.older import step_to

pytestmark = pytest.mark.anyio
AT = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'a.db'}"
    postgres: Any = request.getfixturevalue("postgres")
    return postgres.url(postgres.database())


def _up_to_the_step_before(conn: Connection) -> None:
    step_to(conn, "0007")


def _as_it_was(conn: Connection) -> None:
    conn.execute(insert(units).values(id="north"))
    for name in ("Nora", "Nils"):
        low = name.lower()
        conn.execute(
            insert(staff).values(
                id=low, hsa_id=low, username=low, name=name, display_name=name, disabled=False
            )
        )
    conn.execute(insert(residents).values(id="anna", person_number="191212121212"))
    for number, holder in (("c1", "nils"), ("c2", "nora")):
        conn.execute(
            insert(cases).values(
                id=number,
                kind="drop_in",
                origin="resident_triage",
                state="in_progress",
                unit_id="north",
                queue_role="nurse",
                resident_id="anna",
                queued_at=AT,
                assignee_id=holder,
                child=False,
                from_ticket=False,
                free_text=False,
            )
        )
    for number, who, kind, body in (
        ("c1", "nils", "note", "Lungor ua."),
        ("c1", "nora", "note", "Hosta i en vecka."),
        ("c1", "nora", "message", "Hej Anna"),
        ("c2", "nora", "note", ""),
    ):
        minutes = timedelta(minutes=1 if who == "nora" else 0)
        values = {"staff_id": who, "case_id": number, "kind": kind, "body": body, "saved_at": AT + minutes}
        conn.execute(insert(drafts).values(**values, revision=3))


async def test_what_each_had_written_stands_in_the_cases_note(url: str) -> None:
    store = await open_store(url)
    await store.write(_up_to_the_step_before)
    await store.write(_as_it_was)
    await store.close()
    await asyncio.to_thread(upgrade, url)
    store = await open_store(url)
    found = await store.read(lambda conn: note_draft_of(conn, "c1"))
    assert found is not None
    assert found.body == "Nora:\nHosta i en vecka.\n\nLungor ua."
    assert (found.author and found.author.name, found.revision) == ("Nils", 4)
    assert [(part.author.name, part.body) for part in found.parts] == [("Nora", "Hosta i en vecka.")]
    assert await store.read(lambda conn: note_draft_of(conn, "c2")) is None
    left = await store.read(lambda conn: conn.exec_driver_sql("SELECT kind, body FROM drafts").all())
    assert [tuple(row) for row in left] == [("message", "Hej Anna")]
    await store.close()
