"""A colleague's ended visit: signed for them, taken over or let go of, so that nobody stays locked out."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.audit import verify_chain
from clinic_tui.backend.context import Backend
from clinic_tui.backend.store.tables import audit
from tests.backend.town import ANNA_CASE, CLARA_CASE, Person, in_progress, resident, staff

pytestmark = pytest.mark.anyio
SEEK = {"reason": "Cough again", "priority": 3}


async def _ended(nurse: Person, case: str = ANNA_CASE) -> Any:
    started = await in_progress(nurse, case)
    return (await nurse.send("end_visit", case_id=case, version=started.case.version)).case


async def _codes(backend: Backend, case: str = ANNA_CASE) -> list[tuple[str, str, str]]:
    wanted = select(audit.c.record).where(audit.c.object_id == case).order_by(audit.c.n)
    rows = await backend.store.read(lambda conn: [json.loads(r) for r in conn.execute(wanted).scalars()])
    return [(row["code"], row["staff_id"], row["reason"]) for row in rows if row["action"] != "READ"]


@pytest.mark.parametrize("name", ["maja", "sigrid"])
async def test_a_manager_and_whom_the_unit_names_sign_for_a_colleague(backend: Backend, name: str) -> None:
    nora, other = await staff(backend, "nora"), await staff(backend, name)
    ended = await _ended(nora)
    signed = await other.send("sign_note", case_id=ANNA_CASE, version=ended.version, body="Rest.")
    assert (signed.case.state, signed.note.signed_by.id) == ("closed", f"s-{name}")
    assert (signed.note.signed_for.id, signed.note.signed_for.name) == ("s-nora", "Nora")
    kept = (await nora.send("read_case", case_id=ANNA_CASE)).detail
    assert kept.notes == (signed.note,)
    assert kept.events[-1].detail == "Nora"
    assert ("signed_for_colleague", f"s-{name}", "s-nora") in await _codes(backend)
    notices = (await nora.send("read_notices", notice_id=await _newest_notice(nora))).notices
    assert [(one.kind, one.who.id) for one in notices if one.kind == "signed_for"] == [
        ("signed_for", f"s-{name}")
    ]
    assert await backend.store.read(verify_chain) is None


async def _newest_notice(person: Person) -> str:
    from clinic_tui.backend.dispatch import query
    from clinic_tui.backend.snapshot import desk_snapshot

    desk = await query(person.backend, person.token, "desk", desk_snapshot)
    return desk.notices[0].id


@pytest.mark.parametrize(("name", "status"), [("nils", 409), ("axel", 403), ("sara", 404)])
async def test_nobody_else_does(backend: Backend, name: str, status: int) -> None:
    nora, other = await staff(backend, "nora"), await staff(backend, name)
    at = {"case_id": ANNA_CASE, "version": (await _ended(nora)).version}
    for command, more in (
        ("sign_note", {"body": "x"}),
        ("release_case", {}),
        ("take_over_case", {"confirmed": True}),
    ):
        assert (await other.refused(command, **at, **more)).status == status, command


async def test_ones_own_note_names_nobody_else(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    ended = await _ended(nora)
    signed = await nora.send("sign_note", case_id=ANNA_CASE, version=ended.version, body="Rest.")
    assert signed.note.signed_for is None


async def test_nobody_decides_for_a_colleague_that_the_visit_goes_on_as_a_chat(backend: Backend) -> None:
    nora, maja = await staff(backend, "nora"), await staff(backend, "maja")
    at = {"case_id": ANNA_CASE, "version": (await _ended(nora)).version, "body": "Rest."}
    assert (await maja.refused("sign_note", **at, to_async_days=5)).rule == "case.not_assignee"
    assert (await maja.send("sign_note", **at)).successor is None


async def test_a_live_visit_is_not_signed_for_a_colleague(backend: Backend) -> None:
    nora, maja = await staff(backend, "nora"), await staff(backend, "maja")
    started = await in_progress(nora)
    no = await maja.refused("sign_note", case_id=ANNA_CASE, version=started.case.version, body="x")
    assert no.rule == "case.not_assignee"


async def test_a_manager_takes_an_ended_visit_over_and_signs_it(backend: Backend) -> None:
    nora, maja = await staff(backend, "nora"), await staff(backend, "maja")
    at = {"case_id": ANNA_CASE, "version": (await _ended(nora)).version}
    assert (await maja.refused("take_over_case", **at)).rule == "case.take_over_unconfirmed"
    taken = (await maja.send("take_over_case", **at, confirmed=True)).detail.row
    assert (taken.state, taken.assignee.id) == ("ended_unsigned", "s-maja")
    assert (await nora.refused("sign_note", case_id=ANNA_CASE, version=taken.version, body="x")).status == 409
    signed = await maja.send("sign_note", case_id=ANNA_CASE, version=taken.version, body="Rest.")
    assert (signed.case.state, signed.note.signed_for) == ("closed", None)


async def test_an_ended_visit_let_go_of_frees_its_resident_and_is_signed_by_whoever_takes_it(
    backend: Backend,
) -> None:
    nora, maja, nils = [await staff(backend, name) for name in ("nora", "maja", "nils")]
    clara = await resident(backend, "clara")
    ended = await _ended(nora, CLARA_CASE)
    assert ended.blocks_resident
    assert (await clara.refused("seek_care", **SEEK)).rule == "case.unfinished"
    gone = (await maja.send("release_case", case_id=CLARA_CASE, version=ended.version)).case
    assert (gone.state, gone.assignee, gone.blocks_resident) == ("ended_unsigned", None, False)
    await clara.send("seek_care", **SEEK)
    assert (await nora.refused("sign_note", case_id=CLARA_CASE, version=gone.version, body="x")).status == 409
    taken = (await nils.send("take_over_case", case_id=CLARA_CASE, version=gone.version)).detail.row
    signed = await nils.send("sign_note", case_id=CLARA_CASE, version=taken.version, body="Rest.")
    assert (signed.case.state, signed.note.signed_for) == ("closed", None)
    codes = await _codes(backend, CLARA_CASE)
    assert ("ended_released", "s-maja", "s-nora") in codes
    assert ("taken_over", "s-nils", "") in codes


async def test_a_manager_corrects_their_own_words_and_no_colleagues(backend: Backend) -> None:
    nora, maja, sigrid = [await staff(backend, name) for name in ("nora", "maja", "sigrid")]
    ended = await _ended(nora)
    signed = await nora.send("sign_note", case_id=ANNA_CASE, version=ended.version, body="Rest.")
    more = {"case_id": ANNA_CASE, "corrects": signed.note.id, "reason": "Left arm"}
    assert (await maja.refused("amend_note", **more, body="Rest, left.")).status == 409
    assert (await sigrid.send("amend_note", **more, body="Rest, left.")).note.number == 2
