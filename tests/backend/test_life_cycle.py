"""The life of a drop-in case through commands, on both databases."""

import asyncio

import pytest
from sqlalchemy import select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.store.tables import audit, sms_outbox
from tests.backend.town import ANNA_CASE, Person, in_progress, resident, staff

pytestmark = pytest.mark.anyio


async def test_a_case_goes_from_the_queue_to_a_signed_note(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    taken = await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    assert taken.detail.row.state == "accepted"
    assert taken.detail.row.assignee.name == "Nora"
    started = await nora.send("start_visit", case_id=ANNA_CASE, version=taken.detail.row.version)
    sent = await nora.send("post_message", case_id=ANNA_CASE, body="Hello Anna")
    assert sent.message.seq == 1
    reply = await anna.send("resident_says", case_id=ANNA_CASE, body="Hello")
    assert reply.message.seq == 2
    read = await nora.send("mark_read", case_id=ANNA_CASE, seq=2)
    assert read.case.unread == 0
    signed = await nora.send(
        "sign_note", case_id=ANNA_CASE, version=started.case.version, body="Cough since a week."
    )
    assert signed.note.source == "auto_history"
    assert signed.case.state == "closed"


async def test_fifty_who_take_the_same_case_have_one_winner_and_are_told_who(backend: Backend) -> None:
    nurses = [await staff(backend, name) for name in ("nora", "nils", "sigrid")]
    racers = [nurses[n % 3] for n in range(50)]

    async def race(nurse: Person) -> object:
        try:
            return await nurse.send("accept_case", case_id=ANNA_CASE, version=1)
        except Refused as no:
            return no

    outcomes = await asyncio.gather(*(race(nurse) for nurse in racers))
    won = [o for o in outcomes if hasattr(o, "detail")]
    lost = [o.problem for o in outcomes if hasattr(o, "problem")]
    assert len(won) == 1
    assert len(lost) == 49
    winner = won[0].detail.row.assignee.name
    assert {problem.status for problem in lost} == {409}
    assert {problem.who for problem in lost if problem.code == "already_taken"} == {winner}
    accepted = select(audit.c.n).where(audit.c.object_id == ANNA_CASE, audit.c.code == "accepted")
    assert len(await backend.store.read(lambda conn: conn.execute(accepted).all())) == 1


async def test_the_resident_gets_an_sms_when_the_case_is_taken(backend: Backend) -> None:
    await in_progress(await staff(backend, "nora"))
    bodies = await backend.store.read(lambda conn: conn.execute(select(sms_outbox.c.body)).scalars().all())
    assert len(bodies) == 1
    assert "Anna" not in bodies[0]
    assert "Cough" not in bodies[0]
