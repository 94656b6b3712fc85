"""Asynchronous chats and one-way messages, from both sides, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.snapshot import case_detail, desk_snapshot, ended_chats, resident_home
from clinic_tui.backend.store.tables import cases, residents, sms_outbox
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import CaseChanged, MessageChanged
from clinic_tui.protocol.resources import CaseRow
from tests.backend.town import ANNA_CASE, Person, in_progress, resident, staff

pytestmark = pytest.mark.anyio
PLACE: dict[str, Any] = {"unit_id": "north", "queue_role": "nurse", "subject": "Your test results"}


async def _texts(backend: Backend, kind: str = "") -> list[str]:
    found = await backend.store.read(
        lambda conn: conn.execute(
            select(sms_outbox.c.kind, sms_outbox.c.body).order_by(sms_outbox.c.id)
        ).all()
    )
    return [row.body for row in found if row.kind == kind or not kind]


async def _events(backend: Backend, stream: str) -> list[Any]:
    found = await backend.store.read(lambda conn: events_after(conn, stream, 0, 1000))
    return [envelope.event for envelope in found]


async def _no_mobile(backend: Backend, who: str) -> None:
    change = update(residents).where(residents.c.id == who).values(mobile="")
    await backend.store.write(lambda conn: conn.execute(change))


async def _started(nurse: Person, body: str = "Your results are fine.") -> CaseRow:
    made = await nurse.send("create_chat", resident_id="r-anna", **PLACE, days=5, body=body)
    return made.detail.row


async def _asked(anna: Person, body: str = "May I have more of my medicine?") -> str:
    asked = await anna.send("ask_question", service_code="renew_prescription", body=body)
    return asked.case.id


async def _row(person: Person, case_id: str) -> CaseRow:
    return (await query(person.backend, person.token, "case", lambda tx: case_detail(tx, case_id))).row


async def test_a_chat_goes_from_a_question_to_an_answer_and_its_end(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    case_id = await _asked(anna)
    row = await _row(nora, case_id)
    assert (row.kind, row.state, row.unit_id, row.queue_role) == ("async", "new", "north", "nurse")
    assert row.expires_at == backend.clock.now() + timedelta(days=10)
    assert row.unread == 1
    taken = await nora.send("accept_case", case_id=case_id, version=row.version)
    assert (taken.detail.row.state, taken.detail.row.assignee.name) == ("awaiting_staff", "Nora")
    assert await _texts(backend) == []
    sent = await nora.send("post_message", case_id=case_id, body="It is renewed.")
    assert (sent.message.seq, sent.case.state) == (2, "awaiting_resident")
    assert len(await _texts(backend, "staff_wrote")) == 1
    await anna.send("resident_says", case_id=case_id, body="Thanks")
    row = await _row(nora, case_id)
    assert row.state == "awaiting_staff"
    done = await nora.send("mark_done", case_id=case_id, version=row.version)
    assert done.case.state == "handled"
    ended = await nora.send("close_chat", case_id=case_id, version=done.case.version)
    assert (ended.case.state, ended.case.close_reason) == ("closed", "ended")
    assert (await anna.refused("resident_says", case_id=case_id, body="Again")).rule == "case.finished"
    home = await query(backend, anna.token, "home", resident_home)
    read = next(case for case in home.cases if case.id == case_id)
    assert [message.body for message in read.messages][1:] == ["It is renewed.", "Thanks"]


async def test_their_next_message_brings_a_chat_back_that_was_done(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    made = await nora.send("create_chat", resident_id="r-anna", **PLACE, days=5, body="Hi", mark_done=True)
    row = made.detail.row
    assert row.state == "handled"
    await anna.send("resident_says", case_id=row.id, body="One more thing")
    back = await _row(nora, row.id)
    assert (back.state, back.unread) == ("awaiting_staff", 1)
    late = await nora.refused("mark_done", case_id=row.id, version=row.version)
    assert late.code == "stale_version"


async def test_nobody_marks_a_message_as_done_that_came_meanwhile(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    case_id = await _asked(anna)
    taken = await nora.send("accept_case", case_id=case_id, version=(await _row(nora, case_id)).version)
    await anna.send("resident_says", case_id=case_id, body="It is urgent")
    problem = await nora.refused("mark_done", case_id=case_id, version=taken.detail.row.version)
    assert problem.code == "stale_version"


async def test_who_starts_a_chat_has_it_and_its_days_are_fixed(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await _started(nora)
    assert (row.state, row.assignee and row.assignee.name) == ("awaiting_resident", "Nora")
    assert row.expires_at == backend.clock.now() + timedelta(days=5)
    problem = await nora.refused("prolong_chat", case_id=row.id, version=row.version)
    assert (problem.status, problem.rule) == (409, "async.no_extension")
    assert "new chat" in problem.detail
    assert (await _row(nora, row.id)).expires_at == row.expires_at
    empty = await nora.send("create_chat", resident_id="r-bo", **PLACE, days=30)
    assert empty.detail.row.state == "awaiting_staff"
    assert empty.detail.messages == ()


async def test_the_resident_is_told_once_of_a_new_chat_and_of_nothing_in_it(backend: Backend) -> None:
    await _started(await staff(backend, "nora"))
    (text,) = await _texts(backend)
    assert "North health centre" in text
    for secret in ("Anna", "results", "fine", "Nora", "://"):
        assert secret not in text


async def test_no_sms_while_the_chat_is_on_screen_and_one_after(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await _started(nora)
    backend.in_chat = lambda case_id, _who: case_id == row.id
    await nora.send("post_message", case_id=row.id, body="Are you there?")
    assert await _texts(backend, "staff_wrote") == []
    backend.in_chat = lambda _case_id, _who: False
    await nora.send("post_message", case_id=row.id, body="Still there?")
    assert len(await _texts(backend, "staff_wrote")) == 1


@pytest.mark.parametrize("command", ["create_chat", "send_one_way"])
async def test_staff_are_told_before_they_write_to_one_without_a_mobile(
    backend: Backend, command: str
) -> None:
    nora = await staff(backend, "nora")
    await _no_mobile(backend, "r-anna")
    fields: dict[str, Any] = {"resident_id": "r-anna", **PLACE, "body": "Hello"}
    if command == "create_chat":
        fields["days"] = 5
    problem = await nora.refused(command, **fields)
    assert (problem.status, problem.rule) == (409, "async.no_channel")
    await nora.send(command, **fields, without_channel=True)
    assert await _texts(backend) == []


async def test_a_protected_residents_text_names_no_unit(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.send("create_chat", resident_id="r-clara", **PLACE, days=5, body="Hi")
    (text,) = await _texts(backend)
    assert "North" not in text


async def test_a_one_way_message_can_be_read_and_never_answered(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    sent = await nora.send("send_one_way", resident_id="r-anna", **PLACE, body="Closed on Friday.")
    assert sent.texted
    row = sent.case
    assert (row.state, row.close_reason, row.reply_allowed) == ("closed", "one_way", False)
    problem = await anna.refused("resident_says", case_id=row.id, body="But")
    assert (problem.status, problem.rule) == (403, "async.no_reply")
    changes = [e.case for e in await _events(backend, "unit:north") if isinstance(e, CaseChanged)]
    assert {(case.state, case.reply_allowed) for case in changes if case.id == row.id} == {("closed", False)}
    home = await query(backend, anna.token, "home", resident_home)
    (read,) = [case for case in home.cases if case.id == row.id]
    assert not read.reply_allowed
    assert [message.body for message in read.messages] == ["Closed on Friday."]
    clock: Any = backend.clock
    clock.move(timedelta(days=31))
    anna = await resident(backend, "anna")
    home = await query(backend, anna.token, "home", resident_home)
    assert row.id not in {case.id for case in home.cases}


async def test_an_unsent_draft_holds_the_end_until_it_is_let_go(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    row = await _started(nora)
    await nora.send("save_draft", case_id=row.id, kind="message", body="I forgot", revision=0)
    await nora.send("save_draft", case_id=row.id, kind="note", body="A note", revision=0)
    problem = await nora.refused("close_chat", case_id=row.id, version=row.version)
    assert problem.rule == "async.draft_unsent"
    await nora.send("close_chat", case_id=row.id, version=row.version, discard_draft=True)
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert [(draft.kind, draft.body) for draft in desk.drafts] == [("note", "A note")]
    other = await _started(nora)
    await nora.send("save_draft", case_id=other.id, kind="message", body="Wait", revision=0)
    closed = await nils.send("close_chat", case_id=other.id, version=other.version)
    assert closed.case.state == "closed"


async def test_chats_are_in_the_lists_and_ended_ones_apart(backend: Backend) -> None:
    nora, rolf = await staff(backend, "nora"), await staff(backend, "rolf")
    kept, ended = await _started(nora), await _started(nora)
    await nora.send("close_chat", case_id=ended.id, version=ended.version)
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert kept.id in {case.id for case in desk.cases}
    assert ended.id not in {case.id for case in desk.cases}
    assert desk.mine == ()
    page = await query(backend, nora.token, "ended", ended_chats)
    assert [case.id for case in page.cases] == [ended.id]
    assert (await query(backend, rolf.token, "ended", ended_chats)).cases == ()


async def test_a_chat_goes_on_in_a_new_one_that_quotes_it(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    old = await _started(nora, "First " + "long " * 200)
    await anna.send("resident_says", case_id=old.id, body="And then?")
    row = await _row(nora, old.id)
    await nora.send("close_chat", case_id=old.id, version=row.version)
    went = (await nora.send("continue_chat", case_id=old.id, days=3)).detail
    assert (went.row.parent_id, went.row.reason, went.row.state) == (old.id, old.reason, "awaiting_staff")
    (quote,) = went.messages
    assert quote.author == "system"
    assert "And then?" in quote.body
    assert "Nora" in quote.body
    assert len(quote.body) < 800
    again = await nora.refused("continue_chat", case_id=old.id, days=3)
    assert again.rule == "async.has_successor"
    assert (await nora.refused("continue_chat", case_id=ANNA_CASE, days=3)).rule == "async.not_chat"


async def test_a_visit_goes_over_to_a_chat_when_its_note_is_signed(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    started = await in_progress(nora)
    backend.in_chat = lambda case_id, _who: case_id == ANNA_CASE
    fields: dict[str, Any] = {"case_id": ANNA_CASE, "version": started.case.version, "to_async_days": 14}
    empty = await nora.refused("sign_note", **fields, body=" ")
    assert empty.rule == "note.empty"
    signed = await nora.send("sign_note", **fields, body="Cough. Follow up in the chat.")
    assert (signed.case.state, signed.case.close_reason) == ("closed", "converted")
    child = signed.successor.row
    assert (child.kind, child.parent_id, child.assignee.name) == ("async", ANNA_CASE, "Nora")
    assert child.expires_at == backend.clock.now() + timedelta(days=14)
    assert await _texts(backend, "chat_created") == []
    await anna.send("resident_says", case_id=child.id, body="Good")
    said = [e.message.body for e in await _events(backend, "staff:s-nora") if isinstance(e, MessageChanged)]
    assert said[-1] == "Good"


async def test_a_note_is_signed_in_a_chat_that_goes_on(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    row = await _started(nora)
    await nora.send("save_draft", case_id=row.id, kind="message", body="More", revision=0)
    problem = await nils.refused("sign_note", case_id=row.id, version=row.version, body="Ok")
    assert problem.rule == "case.not_assignee"
    problem = await nora.refused("sign_note", case_id=row.id, version=row.version, body="Ok", to_async_days=3)
    assert problem.rule == "async.is_chat"
    signed = await nora.send("sign_note", case_id=row.id, version=row.version, body="Told of results.")
    assert (signed.case.state, signed.case.closed_at) == ("awaiting_resident", None)
    detail = await query(backend, nora.token, "case", lambda tx: case_detail(tx, row.id))
    assert [note.body for note in detail.notes] == ["Told of results."]
    assert [draft.body for draft in detail.drafts] == ["More"]


async def test_a_colleague_takes_a_chat_over_and_writes_on(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    row = await _started(nora)
    assert (await nils.refused("post_message", case_id=row.id, body="Hi")).rule == "case.not_assignee"
    taken = await nils.send("take_over_case", case_id=row.id, version=row.version, confirmed=True)
    assert taken.detail.row.state == "awaiting_resident"
    await nils.send("post_message", case_id=row.id, body="Hi, I am Nils")
    assert (await nora.refused("post_message", case_id=row.id, body="Hi")).who == "Nils"


async def test_a_chat_never_keeps_its_resident_from_drop_in(backend: Backend) -> None:
    nora, eva = await staff(backend, "nora"), await resident(backend, "eva")
    await eva.send("ask_question", service_code="invoice", body="I have paid already")
    assert not (await query(backend, eva.token, "home", resident_home)).blocked
    found = await eva.send("seek_care", reason="Sore throat", priority=3)
    assert found.case.state == "waiting"
    taken = await nora.send("accept_case", case_id=found.case.id, version=1)
    assert taken.detail.row.blocks_resident
    assert (await eva.send("ask_question", service_code="other", body="And?")).case.state == "new"


async def test_what_belongs_to_drop_in_is_refused_in_a_chat(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    row = await _started(nora)
    for name in ("start_visit", "end_visit", "end_no_answer", "release_case"):
        assert (await nora.refused(name, case_id=row.id, version=row.version)).rule == "case.not_possible"
    assert (await anna.refused("leave_queue", case_id=row.id)).rule == "case.not_possible"
    for name in ("mark_done", "close_chat"):
        assert (await nora.refused(name, case_id=ANNA_CASE, version=1)).rule == "case.not_possible"


async def test_who_may_not_start_a_chat_or_not_there(backend: Backend) -> None:
    maja, nora, sara = [await staff(backend, name) for name in ("maja", "nora", "sara")]
    fields: dict[str, Any] = {"resident_id": "r-anna", **PLACE, "days": 5, "body": "Hi"}
    assert (await maja.refused("create_chat", **fields)).status == 403
    assert (await nora.refused("create_chat", **{**fields, "unit_id": "south"})).status == 404
    assert (await nora.refused("create_chat", **{**fields, "queue_role": "rehab"})).status == 403
    assert (await nora.refused("create_chat", **{**fields, "resident_id": "r-nobody"})).status == 404
    assert (await sara.refused("create_chat", **{**fields, "unit_id": "south"})).status == 404
    assert (await nora.refused("create_chat", **{**fields, "subject": " \u200b"})).field == "subject"
    unfilled = await nora.refused("create_chat", **{**fields, "body": "Hi {resident_first_name}"})
    assert unfilled.rule == "phrase.unresolved"


async def test_a_guardian_reads_and_answers_for_a_child(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    asked = await anna.send("ask_question", service_code="child_health", body="When?", child_id="r-dan")
    row = await _row(nora, asked.case.id)
    assert (row.child, row.acting_proxy, row.resident.id) == (True, "Anna Berg", "r-dan")
    made = await nora.send("create_chat", resident_id="r-dan", **PLACE, days=5, body="On Friday")
    assert made.detail.row.acting_proxy == "Anna Berg"
    said = await anna.send("resident_says", case_id=made.detail.row.id, body="Thanks")
    assert said.message.author == "proxy"
    texted = select(sms_outbox.c.resident_id)
    found = await backend.store.read(lambda conn: conn.execute(texted).scalars().all())
    assert list(found) == ["r-anna"]


async def test_an_unknown_service_and_an_empty_question_are_refused(backend: Backend) -> None:
    fia = await resident(backend, "fia")
    assert (await fia.refused("ask_question", service_code="magic", body="Hi")).rule == "service.unknown"
    assert (await fia.refused("ask_question", service_code="invoice", body=" ")).rule == "message.empty"
    problem = await fia.refused("ask_question", service_code="invoice", body="Why?")
    assert problem.rule == "service.nowhere"


async def test_another_unit_sees_no_ended_chat_and_cannot_go_on_in_one(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    row = await _started(nora)
    await nora.send("close_chat", case_id=row.id, version=row.version)
    assert (await query(backend, sara.token, "ended", ended_chats)).cases == ()
    assert (await sara.refused("continue_chat", case_id=row.id, days=3)).status == 404


async def test_the_time_that_is_out_stops_both_sides_before_the_system_does(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    row = await _started(nora)
    past = update(cases).where(cases.c.id == row.id).values(expires_at=backend.clock.now())
    await backend.store.write(lambda conn: conn.execute(past))
    assert (await nora.refused("post_message", case_id=row.id, body="Hi")).rule == "async.time_is_out"
    assert (await anna.refused("resident_says", case_id=row.id, body="Hi")).rule == "async.time_is_out"
    went = await nora.send("continue_chat", case_id=row.id, days=3)
    assert went.detail.row.parent_id == row.id


async def test_what_was_shared_is_not_in_the_units_stream(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await _started(nora, "A secret")
    assert not [e for e in await _events(backend, "unit:north") if isinstance(e, MessageChanged)]


async def test_whether_an_sms_reaches_the_one_who_writes_is_known_before_one_writes(backend: Backend) -> None:
    nora, eva = await staff(backend, "nora"), await resident(backend, "eva")
    case_id = (await eva.send("ask_question", service_code="invoice", body="Why?")).case.id

    async def reached() -> bool:
        detail = await query(backend, nora.token, "case", lambda tx: case_detail(tx, case_id))
        return detail.contact.reachable

    assert await reached()
    await _no_mobile(backend, "r-eva")
    assert not await reached()
