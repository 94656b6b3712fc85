"""Closing an account hands on what it holds, so that no case and no resident waits for who is gone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.admin import AdminError
from clinic_tui.backend.audit import verify_chain
from clinic_tui.backend.closing import close_account, held_by
from clinic_tui.backend.context import Backend
from clinic_tui.backend.store.tables import cases, sessions, staff
from tests.backend.town import ANNA_CASE, BO_CASE, CLARA_CASE, Person, in_progress, resident
from tests.backend.town import staff as signed_in

pytestmark = pytest.mark.anyio
TEN_TOMORROW = timedelta(days=1)


async def _busy(backend: Backend) -> dict[str, str]:
    """Nora with one of each; the ids by kind."""
    nora, nils = await signed_in(backend, "nora"), await signed_in(backend, "nils")
    started = await in_progress(nora, CLARA_CASE)
    await nora.send("end_visit", case_id=CLARA_CASE, version=started.case.version)
    live = (await in_progress(nora)).case
    await nora.send("post_message", case_id=ANNA_CASE, body="Hello")
    offered = (await in_progress(nils, BO_CASE)).case
    chat: dict[str, Any] = {
        "unit_id": "north",
        "queue_role": "nurse",
        "subject": "Results",
        "days": 5,
        "body": "Well.",
    }
    chat["ground"] = "Her results came"
    await nora.send("find_resident", person_number="196501022773")
    begun = (await nora.send("create_chat", resident_id="r-eva", **chat)).detail.row
    booked = await nora.send(
        "book_visit",
        resident_id="r-eva",
        unit_id="north",
        role="nurse",
        staff_id="s-nora",
        starts_at=backend.clock.now() + TEN_TOMORROW,
        minutes=30,
        mode="phone",
        reason="Check",
    )
    place = {"unit_id": "north", "role": "doctor", "reason": "Knee"}
    ticket = (await nora.send("issue_ticket", resident_id="r-eva", **place)).ticket
    handing = {"case_id": BO_CASE, "version": offered.version, "staff_id": "s-nora", "reason": "Lunch"}
    await nils.send("hand_over_case", **handing)
    return {
        "visit": live.id,
        "unsigned_visit": CLARA_CASE,
        "chat": begun.id,
        "booking": booked.detail.row.id,
        "hand_over": BO_CASE,
        "ticket": ticket.id,
    }


async def _close(backend: Backend, to: str = "") -> dict[str, tuple[str, str]]:
    went = await close_account(backend.store, backend.region, "nora", to)
    return {one.kind: (one.id, one.to) for one in went}


async def _case(backend: Backend, case_id: str) -> Any:
    wanted = select(cases).where(cases.c.id == case_id)
    return await backend.store.read(lambda conn: conn.execute(wanted).one())


async def _row(person: Person, case_id: str) -> Any:
    return (await person.send("read_case", case_id=case_id)).detail.row


async def test_what_an_account_holds_is_listed_and_nothing_happens(backend: Backend) -> None:
    ids = await _busy(backend)
    held = await held_by(backend.store, backend.region, "nora", "nils")
    assert {one.kind: one.id for one in held} == ids
    to = {one.kind: one.to for one in held}
    assert {kind for kind, who in to.items() if who == "s-nils"} == {
        "visit",
        "unsigned_visit",
        "chat",
        "booking",
    }
    assert (await _case(backend, ANNA_CASE)).assignee_id == "s-nora"
    assert await signed_in(backend, "nora")


async def test_a_closed_account_leaves_everything_to_its_queue(backend: Backend) -> None:
    ids = await _busy(backend)
    clara, nils = await resident(backend, "clara"), await signed_in(backend, "nils")
    assert await _close(backend) == {kind: (which, "") for kind, which in ids.items()}
    found = {kind: await _case(backend, which) for kind, which in ids.items() if kind != "ticket"}
    assert {kind: (row.state, row.assignee_id) for kind, row in found.items()} == {
        "visit": ("waiting", None),
        "unsigned_visit": ("ended_unsigned", None),
        "chat": ("new", None),
        "booking": ("booked", None),
        "hand_over": ("in_progress", "s-nils"),
    }
    assert (found["booking"].booked_id, found["hand_over"].hand_over) == (None, "")
    await clara.send("seek_care", reason="Again", priority=3)
    for name, kind in (
        ("accept_case", "visit"),
        ("take_over_case", "unsigned_visit"),
        ("accept_case", "chat"),
    ):
        version = (await _case(backend, ids[kind])).version
        assert (await nils.send(name, case_id=ids[kind], version=version)).detail.row.assignee.id == "s-nils"
    assert await backend.store.read(verify_chain) is None


async def test_a_named_colleague_gets_what_they_take_and_the_queue_the_rest(backend: Backend) -> None:
    ids = await _busy(backend)
    went = await _close(backend, "nils")
    assert {kind for kind, (_id, to) in went.items() if to == "s-nils"} == {
        "visit",
        "unsigned_visit",
        "chat",
        "booking",
    }
    nils = await signed_in(backend, "nils")
    for kind in ("visit", "unsigned_visit", "chat"):
        assert (await _row(nils, ids[kind])).assignee.id == "s-nils"
    assert (await _row(nils, ids["visit"])).state == "in_progress"
    assert (await _case(backend, ids["booking"])).booked_id == "s-nils"
    version = (await _case(backend, CLARA_CASE)).version
    signed = await nils.send("sign_note", case_id=CLARA_CASE, version=version, body="Rest.")
    assert signed.case.state == "closed"


async def test_one_who_does_not_take_them_gets_none(backend: Backend) -> None:
    await _busy(backend)
    went = await _close(backend, "rolf")
    assert {to for _id, to in went.values()} == {""}


async def test_a_closed_account_lets_nobody_in_and_is_off_shift(backend: Backend) -> None:
    nora, nils = await signed_in(backend, "nora"), await signed_in(backend, "nils")
    await _close(backend)
    assert (await nora.refused("read_notices", notice_id=ANNA_CASE)).status == 401
    wanted = select(staff.c.disabled).where(staff.c.id == "s-nora")
    assert await backend.store.read(lambda conn: conn.execute(wanted).scalar_one())
    open_ones = select(sessions.c.id).where(sessions.c.staff_id == "s-nora", sessions.c.ended_at.is_(None))
    assert await backend.store.read(lambda conn: conn.execute(open_ones).all()) == []
    from clinic_tui.backend.dispatch import query
    from clinic_tui.backend.snapshot import desk_snapshot

    desk = await query(backend, nils.token, "desk", desk_snapshot)
    assert {one.presence for one in desk.colleagues if one.staff.id == "s-nora"} <= {"off"}


@pytest.mark.parametrize(("name", "to"), [("nobody", ""), ("nora", "nobody"), ("nora", "nora")])
async def test_who_is_not_there_is_told_and_nothing_is_closed(backend: Backend, name: str, to: str) -> None:
    with pytest.raises(AdminError):
        await close_account(backend.store, backend.region, name, to)
    assert await signed_in(backend, "nora")


async def test_a_role_that_ends_gives_its_cases_back_unless_another_takes_them(backend: Backend) -> None:
    from clinic_tui.backend.unit_tool import set_role

    nora = await signed_in(backend, "nora")
    await in_progress(nora)
    await set_role(backend.store, backend.region, "north", "nora", "doctor", ended=False)
    await set_role(backend.store, backend.region, "north", "nora", "nurse", ended=True)
    assert (await _case(backend, ANNA_CASE)).assignee_id == "s-nora"
    await set_role(backend.store, backend.region, "north", "nora", "doctor", ended=True)
    row = await _case(backend, ANNA_CASE)
    assert (row.state, row.assignee_id) == ("waiting", None)
