"""Countersigning, changed priorities and notes copied for the record, on both databases."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.snapshot import case_detail, desk_snapshot
from clinic_tui.backend.store.tables import audit
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import NoticeAdded, VerificationChanged
from clinic_tui.protocol.ids import new_id
from tests.backend.town import ANNA_CASE, BO_CASE, REHAB_CASE, SOUTH_CASE, Person, in_progress, staff

pytestmark = pytest.mark.anyio


async def _signed(person: Person, case: str = ANNA_CASE) -> Any:
    started = await in_progress(person, case)
    return (await person.send("sign_note", case_id=case, version=started.case.version, body="Rest.")).note


async def _told(backend: Backend, stream: str, kind: Any) -> list[Any]:
    found = await backend.store.read(lambda conn: events_after(conn, stream, 0, 1000))
    return [one.event for one in found if isinstance(one.event, kind)]


async def _desk(backend: Backend, person: Person) -> Any:
    return await query(backend, person.token, "desk", desk_snapshot)


async def _asked(person: Person, note: Any, **fields: Any) -> Any:
    given = {"case_id": note.case_id, "note_id": note.id, **fields}
    return (await person.send("ask_to_verify", **given)).verification


async def _decide(person: Person, item: Any, verdict: str, comment: str = "") -> Any:
    given = {"verification_id": item.id, "verdict": verdict, "comment": comment}
    return (await person.send("decide_verification", **given)).verification


async def test_a_note_goes_to_a_doctor_and_comes_back_verified(backend: Backend) -> None:
    nora, disa = await staff(backend, "nora"), await staff(backend, "disa", "north")
    note = await _signed(nora)
    item = await _asked(nora, note, staff_id="s-disa", comment="Dose?")
    assert (item.kind, item.state, item.asked_by.name, item.asked_of.name) == (
        "note_countersign",
        "open",
        "Nora",
        "Disa",
    )
    assert (item.detail, item.resident.name, item.unit_id) == ("Dose?", "Anna Berg", "north")
    assert [one.id for one in (await _desk(backend, disa)).verifications] == [item.id]
    (told,) = await _told(backend, "staff:s-disa", NoticeAdded)
    assert (told.notice.kind, told.notice.who.name) == ("verification", "Nora")
    done = await _decide(disa, item, "verified")
    assert (done.state, done.decided_by.name, done.revision) == ("verified", "Disa", 2)
    for stream in ("unit:north", "staff:s-nora"):
        seen = [event.verification for event in await _told(backend, stream, VerificationChanged)]
        assert [one.state for one in seen] == ["open", "verified"]
    (back,) = await _told(backend, "staff:s-nora", NoticeAdded)
    assert (back.notice.kind, back.notice.who.name) == ("verified", "Disa")
    assert (await _desk(backend, disa)).verifications == ()
    assert [one.state for one in (await _desk(backend, nora)).verifications] == ["verified"]


async def test_a_returned_note_needs_a_comment_and_may_be_asked_for_again(backend: Backend) -> None:
    nora, disa = await staff(backend, "nora"), await staff(backend, "disa", "north")
    note = await _signed(nora)
    item = await _asked(nora, note)
    twice = await nora.refused("ask_to_verify", case_id=ANNA_CASE, note_id=note.id)
    assert twice.rule == "verification.already_asked"
    silent = await disa.refused(
        "decide_verification", verification_id=item.id, verdict="returned", comment=" "
    )
    assert (silent.status, silent.field) == (422, "comment")
    returned = await _decide(disa, item, "returned", "Which dose?")
    assert (returned.state, returned.comment) == ("returned", "Which dose?")
    (back,) = await _told(backend, "staff:s-nora", NoticeAdded)
    assert (back.notice.kind, back.notice.detail) == ("returned", "Which dose?")
    amended = await nora.send(
        "amend_note", case_id=ANNA_CASE, corrects=note.id, body="Rest, 5 mg.", reason="Dose"
    )
    old = await nora.refused("ask_to_verify", case_id=ANNA_CASE, note_id=note.id)
    assert old.rule == "note.superseded"
    assert (await _asked(nora, amended.note)).state == "open"


async def test_what_came_back_goes_when_it_is_asked_for_anew(backend: Backend) -> None:
    nora, disa = await staff(backend, "nora"), await staff(backend, "disa", "north")
    note = await _signed(nora)
    first = await _asked(nora, note)
    await _decide(disa, first, "returned", "Which dose?")
    assert [one.state for one in (await _desk(backend, nora)).verifications] == ["returned"]
    again = await _asked(nora, note)
    assert [(one.id, one.state) for one in (await _desk(backend, nora)).verifications] == [(again.id, "open")]
    seen = [one.verification for one in await _told(backend, "staff:s-nora", VerificationChanged)]
    assert [(one.id, one.state, one.revision) for one in seen] == [
        (first.id, "open", 1),
        (first.id, "returned", 2),
        (first.id, "settled", 3),
        (again.id, "open", 1),
    ]
    assert (seen[2].comment, seen[2].decided_by.name) == ("Which dose?", "Disa")


async def test_what_came_back_is_taken_off_the_list_by_its_asker_alone(backend: Backend) -> None:
    nora, nils, disa = [
        await staff(backend, "nora"),
        await staff(backend, "nils"),
        await staff(backend, "disa", "north"),
    ]
    item = await _asked(nora, await _signed(nora))
    early = await nora.refused("settle_verification", verification_id=item.id)
    assert early.rule == "verification.not_returned"
    await _decide(disa, item, "returned", "Which dose?")
    assert (await nils.refused("settle_verification", verification_id=item.id)).status == 404
    settled = (await nora.send("settle_verification", verification_id=item.id)).verification
    assert (settled.state, settled.comment, settled.revision) == ("settled", "Which dose?", 3)
    assert (await _desk(backend, nora)).verifications == ()
    found = select(audit.c.staff_id, audit.c.resident_id).where(audit.c.code == "verification_settled")
    logged = await backend.store.read(lambda conn: [tuple(one) for one in conn.execute(found)])
    assert logged == [("s-nora", "r-anna")]


async def test_nobody_verifies_their_own(backend: Backend) -> None:
    disa = await staff(backend, "disa", "north")
    note = await _signed(disa)
    assert (
        await disa.refused("ask_to_verify", case_id=ANNA_CASE, note_id=note.id, staff_id="s-disa")
    ).rule == "verification.own"
    item = await _asked(disa, note)
    own = await disa.refused("decide_verification", verification_id=item.id, verdict="verified")
    assert (own.status, own.rule) == (409, "verification.own")
    maja = await staff(backend, "maja")
    assert (await _decide(maja, item, "verified")).decided_by.name == "Maja"


async def test_an_item_is_decided_once(backend: Backend) -> None:
    nora, disa, maja = (
        await staff(backend, "nora"),
        await staff(backend, "disa", "north"),
        await staff(backend, "maja"),
    )
    item = await _asked(nora, await _signed(nora))
    await _decide(disa, item, "verified")
    late = await maja.refused(
        "decide_verification", verification_id=item.id, verdict="returned", comment="No"
    )
    assert (late.status, late.rule, late.who) == (409, "verification.decided", "Disa")


async def test_one_named_colleague_is_asked_and_the_manager_may_step_in(backend: Backend) -> None:
    rolf, disa, maja = [
        await staff(backend, "rolf"),
        await staff(backend, "disa", "north"),
        await staff(backend, "maja"),
    ]
    item = await _asked(rolf, await _signed(rolf, REHAB_CASE), staff_id="s-maja")
    hidden = await disa.refused("decide_verification", verification_id=item.id, verdict="verified")
    assert (hidden.status, hidden.rule) == (403, "case.not_for_role")
    assert (await _decide(maja, item, "verified")).state == "verified"


async def test_what_one_colleague_was_asked_to_verify_no_other_does(backend: Backend) -> None:
    nora, disa = await staff(backend, "nora"), await staff(backend, "disa", "north")
    item = await _asked(nora, await _signed(nora), staff_id="s-maja")
    no = await disa.refused("decide_verification", verification_id=item.id, verdict="verified")
    assert no.rule == "verification.for_other"


async def test_only_who_may_verify_is_asked_and_decides(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    note = await _signed(nora)
    for colleague, rule in (("s-nils", "case.target_lacks_role"), ("s-sara", "case.target_lacks_role")):
        no = await nora.refused("ask_to_verify", case_id=ANNA_CASE, note_id=note.id, staff_id=colleague)
        assert (no.field, no.rule) == ("staff_id", rule)
    assert (await nils.refused("ask_to_verify", case_id=ANNA_CASE, note_id=note.id)).rule == "note.not_yours"
    assert (
        await nora.refused("ask_to_verify", case_id=ANNA_CASE, note_id=new_id())
    ).rule == "note.not_signed"
    item = await _asked(nora, note)
    assert (
        await nils.refused("decide_verification", verification_id=item.id, verdict="verified")
    ).status == 403
    south = await staff(backend, "disa", "south")
    assert (
        await south.refused("decide_verification", verification_id=item.id, verdict="verified")
    ).status == 404
    assert (
        await nora.refused("decide_verification", verification_id=new_id(), verdict="verified")
    ).status == 404


async def test_who_reads_no_cases_sees_nothing_to_verify(backend: Backend) -> None:
    nora, axel = await staff(backend, "nora"), await staff(backend, "axel")
    await _asked(nora, await _signed(nora))
    assert len((await _desk(backend, nora)).verifications) == 1
    assert (await _desk(backend, axel)).verifications == ()


async def test_a_decided_item_is_kept_thirty_days_for_who_asked(backend: Backend) -> None:
    clock: Any = backend.clock
    nora, disa = await staff(backend, "nora"), await staff(backend, "disa", "north")
    await _decide(disa, await _asked(nora, await _signed(nora)), "verified")
    clock.move(timedelta(days=30))
    nora = await staff(backend, "nora")
    assert len((await _desk(backend, nora)).verifications) == 1
    clock.move(timedelta(seconds=1))
    assert (await _desk(backend, nora)).verifications == ()


async def test_a_priority_is_changed_with_a_reason_and_both_are_shown(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = (
        await nora.send(
            "change_priority", case_id=ANNA_CASE, version=1, priority=2, reason="Worse  since\nmorning"
        )
    ).case
    assert (row.priority, row.priority_before, row.priority_source, row.version) == (2, 3, "manual", 2)
    assert row.priority_reason == "Worse  since\nmorning"
    (item,) = (await _desk(backend, nora)).verifications
    assert (item.kind, item.detail, item.case_id) == (
        "priority_change",
        "3 → 2: Worse since morning",
        ANNA_CASE,
    )
    found = select(audit.c.record).where(audit.c.code == "priority_changed")
    record = json.loads(await backend.store.read(lambda conn: conn.execute(found).scalar_one()))
    assert (record["resident_id"], record["reason"]) == ("r-anna", item.detail)
    detail = await query(backend, nora.token, "case", lambda tx: case_detail(tx, ANNA_CASE))
    assert (detail.events[-1].action, detail.events[-1].detail) == ("priority_changed", item.detail)
    disa = await staff(backend, "disa", "north")
    assert (
        await nora.refused("decide_verification", verification_id=item.id, verdict="verified")
    ).status == 403
    assert (await _decide(disa, item, "verified")).state == "verified"


@pytest.mark.parametrize(
    ("fields", "status", "field", "rule"),
    [
        ({"priority": 3}, 422, "priority", "case.priority_same"),
        ({"priority": 9}, 422, "priority", "case.priority_unknown"),
        ({"reason": " \u2800"}, 422, "reason", "case.reason_missing"),
        ({"case_id": SOUTH_CASE}, 404, None, None),
        ({"version": 2}, 409, None, None),
    ],
)
async def test_a_priority_is_not_changed_so(
    backend: Backend, fields: dict[str, Any], status: int, field: str | None, rule: str | None
) -> None:
    nora = await staff(backend, "nora")
    given = {"case_id": ANNA_CASE, "version": 1, "priority": 2, "reason": "Worse", **fields}
    no = await nora.refused("change_priority", **given)
    assert (no.status, no.field, no.rule) == (status, field, rule)


async def test_a_priority_is_for_an_unfinished_drop_in_and_the_right_role(backend: Backend) -> None:
    nora, rolf, maja = [await staff(backend, name) for name in ("nora", "rolf", "maja")]
    given = {"case_id": REHAB_CASE, "version": 1, "priority": 2, "reason": "Worse"}
    assert (await rolf.refused("change_priority", **given)).status == 403
    assert (await maja.refused("change_priority", **given)).status == 403
    started = await in_progress(nora)
    row = (
        await nora.send(
            "change_priority", case_id=ANNA_CASE, version=started.case.version, priority=1, reason="Worse"
        )
    ).case
    ended = (await nora.send("end_visit", case_id=ANNA_CASE, version=row.version)).case
    no = await nora.refused(
        "change_priority", case_id=ANNA_CASE, version=ended.version, priority=2, reason="x"
    )
    assert no.rule == "case.not_possible"


async def test_a_changed_priority_moves_the_case_in_the_queue(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.send("change_priority", case_id=BO_CASE, version=1, priority=5, reason="Better")
    cases = {row.id: row.priority for row in (await _desk(backend, nora)).cases}
    assert (cases[ANNA_CASE], cases[BO_CASE]) == (3, 5)


async def test_a_copied_note_is_marked_and_logged_and_a_correction_takes_the_mark_away(
    backend: Backend,
) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    early = await nora.refused("mark_documented", case_id=ANNA_CASE, note_id=new_id())
    assert early.rule == "note.not_signed"
    note = await _signed(nora)
    row = (await nils.send("mark_documented", case_id=ANNA_CASE, note_id=note.id)).case
    assert row.documented_at == backend.clock.now()
    found = select(audit.c.code, audit.c.staff_id, audit.c.resident_id).where(audit.c.action == "COPY")
    logged = await backend.store.read(lambda conn: [tuple(one) for one in conn.execute(found)])
    assert logged == [("documented", "s-nils", "r-anna")]
    amended = await nora.send(
        "amend_note", case_id=ANNA_CASE, corrects=note.id, body="Rest well.", reason="More"
    )
    assert amended.case.documented_at is None
    assert (
        await nils.refused("mark_documented", case_id=ANNA_CASE, note_id=note.id)
    ).rule == "note.superseded"
    maja = await staff(backend, "maja")
    assert (await maja.refused("mark_documented", case_id=ANNA_CASE, note_id=amended.note.id)).status == 403


async def test_who_is_to_verify_may_read_what_it_is_about(backend: Backend) -> None:
    rolf, disa = await staff(backend, "rolf"), await staff(backend, "disa", "north")
    item = await _asked(rolf, await _signed(rolf, REHAB_CASE))
    detail = await query(backend, disa.token, "case", lambda tx: case_detail(tx, REHAB_CASE))
    assert detail.notes[0].body == "Rest."
    await _decide(disa, item, "verified")
    assert (await disa.refused("read_case", case_id=REHAB_CASE)).status == 403
