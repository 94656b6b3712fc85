"""Ending a visit, signing and correcting its note, and drafts, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import convert

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.snapshot import case_detail, desk_snapshot, resident_home
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import AssignmentLost, DraftChanged, MessageChanged
from clinic_tui.protocol.team_commands import LeftItem
from tests.backend.town import ANNA_CASE, REHAB_CASE, Person, in_progress, resident, staff

pytestmark = pytest.mark.anyio


async def _events(backend: Backend, stream: str) -> list[Any]:
    found = await backend.store.read(lambda conn: events_after(conn, stream, 0, 1000))
    return [envelope.event for envelope in found]


async def _end(nurse: Person) -> int:
    started = await in_progress(nurse)
    ended = await nurse.send("end_visit", case_id=ANNA_CASE, version=started.case.version)
    assert ended.case.state == "ended_unsigned"
    return ended.case.version


@pytest.mark.parametrize("body", ["", " \n\t", "\u200b"])
async def test_an_empty_note_is_not_signed(backend: Backend, body: str) -> None:
    nora = await staff(backend, "nora")
    version = await _end(nora)
    problem = await nora.refused("sign_note", case_id=ANNA_CASE, version=version, body=body)
    assert (problem.status, problem.field, problem.rule) == (422, "body", "note.empty")


async def test_a_note_of_a_full_stop_is_signed_after_a_yes(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    version = await _end(nora)
    problem = await nora.refused("sign_note", case_id=ANNA_CASE, version=version, body=".")
    assert (problem.status, problem.rule) == (409, "note.only_punctuation")
    signed = await nora.send("sign_note", case_id=ANNA_CASE, version=version, body=".", acknowledged=True)
    assert (signed.note.body, signed.case.state) == (".", "closed")


async def test_a_colleague_signs_only_with_the_right_to(backend: Backend) -> None:
    nora, nils, sigrid = [await staff(backend, name) for name in ("nora", "nils", "sigrid")]
    version = await _end(nora)
    assert (await nils.refused("sign_note", case_id=ANNA_CASE, version=version, body="Ok")).status == 409
    signed = await sigrid.send("sign_note", case_id=ANNA_CASE, version=version, body="Ok")
    assert signed.note.signed_by.name == "Sigrid"


async def test_a_correction_keeps_what_it_corrects(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    version = await _end(nora)
    signed = await nora.send("sign_note", case_id=ANNA_CASE, version=version, body="Left knee")
    first = signed.note.id
    fields: dict[str, Any] = {"case_id": ANNA_CASE, "corrects": first}
    problem = await nora.refused("amend_note", **fields, body="Right knee", reason=" ")
    assert problem.field == "reason"
    amended = await nora.send("amend_note", **fields, body="Right knee", reason="Wrong side")
    assert (amended.note.number, amended.note.corrects) == (2, first)
    late = await nora.refused("amend_note", **fields, body="Both knees", reason="Again")
    assert (late.code, late.who) == ("stale_version", "Nora")
    detail = await query(backend, nora.token, "case", lambda tx: case_detail(tx, ANNA_CASE))
    assert [note.body for note in detail.notes] == ["Left knee", "Right knee"]


async def test_no_answer_waits_for_the_units_minutes_and_says_goodbye(backend: Backend) -> None:
    clock: Any = backend.clock
    nora = await staff(backend, "nora")
    started = await in_progress(nora)
    version = started.case.version
    clock.move(timedelta(minutes=9))
    early = await nora.refused("end_no_answer", case_id=ANNA_CASE, version=version)
    assert early.rule == "case.no_answer_too_early"
    clock.move(timedelta(minutes=1))
    ended = await nora.send("end_no_answer", case_id=ANNA_CASE, version=version)
    assert (ended.case.state, ended.case.close_reason) == ("ended_unsigned", "resident_absent")
    messages = [e.message for e in await _events(backend, "resident:r-anna") if isinstance(e, MessageChanged)]
    assert [message.author for message in messages] == ["system"]


async def test_one_who_waits_for_our_answer_is_not_told_that_they_gave_none(backend: Backend) -> None:
    clock: Any = backend.clock
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    version = (await in_progress(nora)).case.version
    await anna.send("resident_says", case_id=ANNA_CASE, body="Shall I take both?")
    clock.move(timedelta(minutes=30))
    waiting = await nora.refused("end_no_answer", case_id=ANNA_CASE, version=version)
    assert waiting.rule == "case.resident_waits"
    await nora.send("post_message", case_id=ANNA_CASE, body="Yes")
    early = await nora.refused("end_no_answer", case_id=ANNA_CASE, version=version)
    assert early.rule == "case.no_answer_too_early"
    clock.move(timedelta(minutes=10))
    assert (await nora.send("end_no_answer", case_id=ANNA_CASE, version=version)).case.ended_at


async def test_an_unsigned_visit_blocks_its_resident_and_a_signed_one_does_not(backend: Backend) -> None:
    nora, rolf = await staff(backend, "nora"), await staff(backend, "rolf")
    eva = await resident(backend, "eva")
    await rolf.send("accept_case", case_id=REHAB_CASE, version=1)
    case = (await eva.send("seek_care", reason="Sore throat", priority=3)).case
    problem = await eva.refused("seek_care", reason="Sore throat", priority=3)
    assert problem.rule == "case.already_waiting"
    taken = await nora.send("accept_case", case_id=case.id, version=1)
    started = await nora.send("start_visit", case_id=case.id, version=taken.detail.row.version)
    ended = await nora.send("end_visit", case_id=case.id, version=started.case.version)
    assert (await eva.refused("seek_care", reason="Cough", priority=3)).rule == "case.unfinished"
    assert (await query(backend, eva.token, "home", resident_home)).blocked
    await nora.send("sign_note", case_id=case.id, version=ended.case.version, body="Rest")
    assert not (await query(backend, eva.token, "home", resident_home)).blocked
    assert (await eva.send("seek_care", reason="Cough", priority=3)).case.state == "waiting"


async def test_a_draft_is_kept_and_one_from_another_device_is_not_overwritten(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await in_progress(nora)
    fields: dict[str, Any] = {"case_id": ANNA_CASE, "kind": "message"}
    first = (await nora.send("save_draft", **fields, body="Hel", revision=0)).draft
    second = (await nora.send("save_draft", **fields, body="Hello", revision=first.revision)).draft
    problem = await nora.refused("save_draft", **fields, body="Hi", revision=first.revision)
    assert (problem.code, problem.current_version) == ("stale_version", second.revision)
    detail = await query(backend, nora.token, "case", lambda tx: case_detail(tx, ANNA_CASE))
    assert [draft.body for draft in detail.drafts] == ["Hello"]


async def test_signing_removes_the_drafts_and_tells_their_author(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    version = await _end(nora)
    await nora.send("save_draft", case_id=ANNA_CASE, kind="note", body="Half a no", revision=0)
    await nora.send("sign_note", case_id=ANNA_CASE, version=version, body="A note")
    drafts = [e.draft for e in await _events(backend, "staff:s-nora") if isinstance(e, DraftChanged)]
    assert [draft.body for draft in drafts] == ["Half a no", ""]
    assert drafts[1].revision > drafts[0].revision


async def test_the_one_who_lost_the_case_is_told(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    started = await in_progress(nora)
    await nils.send("take_over_case", case_id=ANNA_CASE, version=started.case.version, confirmed=True)
    lost = [e for e in await _events(backend, "staff:s-nora") if isinstance(e, AssignmentLost)]
    assert [event.by.name for event in lost] == ["Nils"]


async def test_the_desk_holds_the_whole_of_ones_own_cases(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await in_progress(nora)
    await nora.send("post_message", case_id=ANNA_CASE, body="Hello")
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert [detail.row.id for detail in desk.mine] == [ANNA_CASE]
    assert [message.body for message in desk.mine[0].messages] == ["Hello"]
    assert {cursor.stream for cursor in desk.cursors} == {"unit:north", "staff:s-nora"}
    assert REHAB_CASE not in {case.id for case in desk.cases}


async def test_what_was_closed_unanswered_is_told_for_the_end_of_the_shift(backend: Backend) -> None:
    clock: Any = backend.clock
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    started = await in_progress(nora)
    await nora.send("post_message", case_id=ANNA_CASE, body="Take it twice a day.")
    clock.move(timedelta(minutes=1))
    await anna.send("resident_says", case_id=ANNA_CASE, body="Before food, or after?")
    ended = await nora.send("sign_note", case_id=ANNA_CASE, version=started.case.version, body="Ok")
    assert ended.case.state == "closed"
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert [row.id for row in desk.unanswered] == [ANNA_CASE]
    nils = await query(backend, (await staff(backend, "nils")).token, "desk", desk_snapshot)
    assert nils.unanswered == ()
    left = [{"kind": "unanswered", "id": ANNA_CASE, "reason": "I phone her tomorrow."}]
    await nora.send("end_shift", left=convert(left, tuple[LeftItem, ...]))
    clock.move(timedelta(hours=13))
    desk = await query(backend, (await staff(backend, "nora")).token, "desk", desk_snapshot)
    assert desk.unanswered == ()


async def test_what_was_answered_before_it_was_closed_is_not_told(backend: Backend) -> None:
    clock: Any = backend.clock
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    started = await in_progress(nora)
    await anna.send("resident_says", case_id=ANNA_CASE, body="Before food, or after?")
    clock.move(timedelta(minutes=1))
    await nora.send("post_message", case_id=ANNA_CASE, body="After.")
    await nora.send("sign_note", case_id=ANNA_CASE, version=started.case.version, body="Ok")
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert desk.unanswered == ()
