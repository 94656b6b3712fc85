"""Drop-in tickets, from issuing to use, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.snapshot import case_detail, desk_snapshot, resident_home
from clinic_tui.backend.store.tables import residents, sms_outbox
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.events import ResidentTicketChanged, TicketChanged
from tests.backend.town import ANNA_CASE, Person, case_id, resident, staff

pytestmark = pytest.mark.anyio
NIGHT = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
REASON = "Needs to talk about her mood"


async def _issue(nurse: Person, who: str = "r-eva", **more: Any) -> Ticket:
    fields = {"resident_id": who, "unit_id": "north", "role": "nurse", "reason": REASON, **more}
    return (await nurse.send("issue_ticket", **fields)).ticket


async def _refused(nurse: Person, who: str = "r-eva", **more: Any) -> Any:
    fields = {"resident_id": who, "unit_id": "north", "role": "nurse", "reason": REASON, **more}
    return await nurse.refused("issue_ticket", **fields)


async def _nora_who_knows_eva(backend: Backend) -> Person:
    nora = await staff(backend, "nora")
    await nora.send("find_resident", person_number="19650102-2773")
    return nora


async def _events(backend: Backend, stream: str) -> list[Any]:
    found = await backend.store.read(lambda conn: events_after(conn, stream, 0, 1000))
    return [envelope.event for envelope in found]


async def test_a_ticket_lets_its_resident_into_the_queue_with_priority_three(backend: Backend) -> None:
    nora, eva = await _nora_who_knows_eva(backend), await resident(backend, "eva")
    ticket = await _issue(nora)
    assert ticket.valid_until == backend.clock.now() + timedelta(days=7)
    home = await query(backend, eva.token, "home", resident_home)
    assert [(one.id, one.unit_name) for one in home.tickets] == [(ticket.id, "North health centre")]
    used = (await eva.send("redeem_ticket", ticket_id=ticket.id)).case
    assert (used.state, used.queue_position is not None) == ("waiting", True)
    assert REASON not in used.reason
    row = (await query(backend, nora.token, "case", lambda tx: case_detail(tx, used.id))).row
    assert (row.priority, row.priority_source, row.origin) == (3, "ticket", "ticket")
    assert (row.from_ticket, row.queue_role, row.reason) == (True, "nurse", REASON)
    told = [e.ticket for e in await _events(backend, "staff:s-nora") if isinstance(e, TicketChanged)]
    assert [(one.state, one.redeemed_case_id) for one in told] == [("issued", None), ("redeemed", used.id)]
    assert told[1].revision > told[0].revision
    seen = [
        e.ticket for e in await _events(backend, "resident:r-eva") if isinstance(e, ResidentTicketChanged)
    ]
    assert [one.state for one in seen] == ["issued", "redeemed"]
    again = await eva.refused("redeem_ticket", ticket_id=ticket.id)
    assert (again.status, again.rule) == (409, "ticket.redeemed")
    assert (await query(backend, eva.token, "home", resident_home)).tickets == ()


async def test_the_sms_tells_of_the_ticket_and_not_why(backend: Backend) -> None:
    await _issue(await _nora_who_knows_eva(backend), role="nurse")
    bodies = await backend.store.read(lambda conn: conn.execute(select(sms_outbox.c.body)).scalars().all())
    (text,) = bodies
    assert "2026-03-17 12:00" in text
    for secret in ("mood", "Eva", "nurse", "Nora", "://"):
        assert secret not in text


@pytest.mark.parametrize(("left", "rule"), [(1, None), (0, "ticket.expired")])
async def test_a_ticket_is_used_until_its_last_second(backend: Backend, left: int, rule: str | None) -> None:
    ticket = await _issue(await _nora_who_knows_eva(backend))
    clock: Any = backend.clock
    clock.move(timedelta(days=7, seconds=-left))
    eva = await resident(backend, "eva")
    if rule is None:
        assert (await eva.send("redeem_ticket", ticket_id=ticket.id)).case.state == "waiting"
    else:
        assert (await eva.refused("redeem_ticket", ticket_id=ticket.id)).rule == rule


async def test_a_ticket_that_was_called_back_is_worth_nothing(backend: Backend) -> None:
    nora, eva = await _nora_who_knows_eva(backend), await resident(backend, "eva")
    ticket = await _issue(nora)
    ended = (await nora.send("cancel_ticket", ticket_id=ticket.id, reason="She phoned")).ticket
    assert (ended.state, ended.ended_at) == ("cancelled", backend.clock.now())
    assert (await eva.refused("redeem_ticket", ticket_id=ticket.id)).rule == "ticket.cancelled"
    assert (await nora.refused("cancel_ticket", ticket_id=ticket.id)).rule == "ticket.cancelled"
    assert (await query(backend, nora.token, "desk", desk_snapshot)).tickets == ()


async def test_calling_a_ticket_back_tells_its_resident_by_sms_and_who_issued_it(backend: Backend) -> None:
    nora, nils = await _nora_who_knows_eva(backend), await staff(backend, "nils")
    ticket = await _issue(nora)
    answer = await nils.send("cancel_ticket", ticket_id=ticket.id, reason="Her mood is better")
    assert answer.texted
    found = select(sms_outbox.c.resident_id, sms_outbox.c.kind, sms_outbox.c.body).order_by(sms_outbox.c.id)
    _issued, (receiver, kind, body) = await backend.store.read(lambda conn: conn.execute(found).all())
    assert (receiver, kind) == ("r-eva", "ticket_cancelled")
    assert body.startswith("North health centre: Din drop-in-biljett gäller inte längre.")
    for secret in ("mood", "Eva", "Nils", "://"):
        assert secret not in body
    nora = await staff(backend, "nora")
    (notice,) = (await query(backend, nora.token, "desk", desk_snapshot)).notices
    assert (notice.kind, notice.who and notice.who.id) == ("ticket_cancelled", "s-nils")
    assert (notice.resident and notice.resident.id, notice.detail) == ("r-eva", "North health centre")


async def test_calling_ones_own_ticket_back_without_a_mobile_tells_nobody(backend: Backend) -> None:
    nora = await _nora_who_knows_eva(backend)
    ticket = await _issue(nora)
    await backend.store.write(
        lambda conn: conn.execute(update(residents).where(residents.c.id == "r-eva").values(mobile=""))
    )
    assert not (await nora.send("cancel_ticket", ticket_id=ticket.id)).texted
    assert (await query(backend, nora.token, "desk", desk_snapshot)).notices == ()


async def test_one_ticket_at_a_time_and_the_refusal_names_who_issued_it(backend: Backend) -> None:
    nora, nils = await _nora_who_knows_eva(backend), await staff(backend, "nils")
    await _issue(nora)
    problem = await _refused(nils)
    assert (problem.status, problem.rule, problem.who) == (409, "ticket.already_issued", "Nora")
    assert problem.at == backend.clock.now()
    assert (await _issue(nils, role="doctor")).role == "doctor"
    clock: Any = backend.clock
    clock.move(timedelta(days=7))
    nils = await staff(backend, "nils")
    assert (await _issue(nils)).state == "issued"


async def test_of_ten_who_issue_at_once_one_does(backend: Backend) -> None:
    nurses = [await _nora_who_knows_eva(backend), await staff(backend, "nils")]
    await _issue(nurses[0], role="doctor")

    async def race(nurse: Person) -> object:
        try:
            return await _issue(nurse)
        except Refused as no:
            return no

    outcomes = await asyncio.gather(*(race(nurses[n % 2]) for n in range(10)))
    assert sum(isinstance(one, Ticket) for one in outcomes) == 1
    assert {one.problem.rule for one in outcomes if isinstance(one, Refused)} == {"ticket.already_issued"}


async def test_a_ticket_is_not_used_while_a_visit_waits_or_blocks(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    ticket = await _issue(nora, "r-anna", role="doctor", case_id=ANNA_CASE)
    assert ticket.source_case_id == ANNA_CASE
    assert (await anna.refused("redeem_ticket", ticket_id=ticket.id)).rule == "case.already_waiting"
    for waiting in (ANNA_CASE, case_id(4)):
        await anna.send("leave_queue", case_id=waiting)
    assert (await anna.send("redeem_ticket", ticket_id=ticket.id)).case.state == "waiting"


async def test_at_night_a_ticket_waits_for_the_unit_to_open(backend: Backend) -> None:
    ticket = await _issue(await _nora_who_knows_eva(backend))
    clock: Any = backend.clock
    clock.set(NIGHT)
    eva = await resident(backend, "eva")
    assert (await eva.send("redeem_ticket", ticket_id=ticket.id)).case.unit_name == "North health centre"


async def test_a_guardian_uses_a_childs_ticket_and_nobody_else_does(backend: Backend) -> None:
    anna, eva = await resident(backend, "anna"), await resident(backend, "eva")
    nora = await staff(backend, "nora")
    await nora.send("find_resident", person_number="20180220-2398")
    ticket = await _issue(nora, "r-dan")
    assert [one.id for one in (await query(backend, anna.token, "home", resident_home)).tickets] == [
        ticket.id
    ]
    assert (await eva.refused("redeem_ticket", ticket_id=ticket.id)).status == 404
    used = await anna.send("redeem_ticket", ticket_id=ticket.id)
    row = (await query(backend, nora.token, "case", lambda tx: case_detail(tx, used.case.id))).row
    assert (row.acting_proxy, row.resident.id, row.child) == ("Anna Berg", "r-dan", True)


async def test_who_may_issue_and_where_to(backend: Backend) -> None:
    nora, maja, rolf = [await staff(backend, name) for name in ("nora", "maja", "rolf")]
    assert (await _refused(nora)).status == 404
    await nora.send("find_resident", person_number="19650102-2773")
    await rolf.send("find_resident", person_number="19650102-2773")
    assert (await _refused(maja)).status == 403
    assert (await _refused(nora, unit_id="nowhere")).status == 404
    assert (await _refused(nora, role="psychosocial")).rule == "ticket.nobody_there"
    assert (await _refused(nora, role="auditor")).rule == "ticket.nobody_there"
    assert (await _refused(nora, reason=" ")).rule == "case.reason_missing"
    assert (await _refused(rolf, unit_id="south")).status == 403
    assert (await _issue(nora, unit_id="south", days=30)).valid_until.day == 9
    assert (await _issue(rolf)).issuer.name == "Rolf"
    assert (await _refused(nora, "r-eva", case_id=ANNA_CASE)).status == 404


async def test_another_unit_neither_reads_the_reason_nor_calls_it_back(backend: Backend) -> None:
    nora, tess = await _nora_who_knows_eva(backend), await staff(backend, "tess")
    sara, eva = await staff(backend, "sara"), await resident(backend, "eva")
    ticket = await _issue(nora, unit_id="south")
    assert (await tess.refused("cancel_ticket", ticket_id=ticket.id)).status == 404
    case = (await eva.send("seek_care", reason="Faint", priority=1)).case
    detail = await query(backend, tess.token, "case", lambda tx: case_detail(tx, case.id))
    assert [(one.id, one.reason) for one in detail.tickets] == [(ticket.id, "")]
    assert (await sara.send("cancel_ticket", ticket_id=ticket.id)).ticket.state == "cancelled"


async def test_a_ticket_without_a_mobile_is_issued_without_a_text(backend: Backend) -> None:
    nora = await _nora_who_knows_eva(backend)
    change = update(residents).where(residents.c.id == "r-eva").values(mobile="")
    await backend.store.write(lambda conn: conn.execute(change))
    assert (await _issue(nora)).state == "issued"
    texts = await backend.store.read(lambda conn: conn.execute(select(sms_outbox.c.id)).all())
    assert list(texts) == []
