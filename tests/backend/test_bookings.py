"""Scheduled visits: booking, moving, cancelling, not coming, and the visit itself, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.snapshot import desk_snapshot, resident_home
from clinic_tui.backend.store.tables import audit, sms_outbox
from clinic_tui.backend.visits import visits_on
from tests.backend.conftest import NOON
from tests.backend.served import served
from tests.backend.town import ANNA_CASE, Person, resident, staff

pytestmark = pytest.mark.anyio

ANNA = {"resident_id": "r-anna", "unit_id": "north", "role": "nurse", "mode": "video", "minutes": 30}
TEN = NOON + timedelta(days=1, hours=-2)


async def book(person: Person, **fields: Any) -> Any:
    """Book a visit for Anna the next day at ten; its row."""
    given: dict[str, Any] = {**ANNA, "starts_at": TEN, "reason": "Blood pressure", **fields}
    return (await person.send("book_visit", **given)).detail.row


async def texts(backend: Backend) -> list[str]:
    """What residents were told of their visits."""
    about_visits = select(sms_outbox.c.body).where(sms_outbox.c.kind != "old_number")
    wanted = about_visits.order_by(sms_outbox.c.queued_at, sms_outbox.c.id)
    return await backend.store.read(lambda conn: list(conn.execute(wanted).scalars()))


async def test_a_booked_visit_is_a_case_with_its_time_and_the_resident_gets_a_text(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora, staff_id="s-nils")
    assert (row.kind, row.origin, row.state, row.blocks_resident) == ("scheduled", "booking", "booked", False)
    assert (row.booking.starts_at, row.booking.ends_at) == (TEN, TEN + timedelta(minutes=30))
    assert (row.booking.mode, row.booking.staff.name, row.assignee) == ("video", "Nils", None)
    (text,) = await texts(backend)
    assert "2026-03-11 10:00" in text
    assert not any(word in text for word in ("Anna", "Blood", "http"))
    desk = await query(backend, nora.token, "desk", desk_snapshot)
    assert row in desk.cases
    anna = await resident(backend, "anna")
    home = await query(backend, anna.token, "home", resident_home)
    assert (home.blocked, TEN in {case.starts_at for case in home.cases}) == (False, True)


@pytest.mark.parametrize(
    ("fields", "status", "field", "rule"),
    [
        ({"starts_at": NOON - timedelta(seconds=1)}, 422, "starts_at", "visit.in_past"),
        ({"starts_at": NOON + timedelta(days=800)}, 422, "starts_at", "visit.too_far_ahead"),
        (
            {"starts_at": datetime.max.replace(tzinfo=UTC), "minutes": 480},
            422,
            "starts_at",
            "visit.too_far_ahead",
        ),
        ({"starts_at": datetime.min.replace(tzinfo=UTC)}, 422, "starts_at", "visit.in_past"),
        ({"reason": "\u200b "}, 422, "reason", "case.reason_missing"),
        ({"unit_id": "south"}, 422, "unit_id", "visit.unit_not_yours"),
        ({"unit_id": "nowhere"}, 422, "unit_id", "visit.unit_not_yours"),
        ({"role": "psychosocial"}, 422, "role", "visit.role_not_here"),
        ({"role": "medical_admin"}, 422, "role", "visit.role_not_here"),
        ({"role": "wizard"}, 422, "role", "visit.role_not_here"),
        ({"staff_id": "s-sara"}, 422, "staff_id", "case.target_lacks_role"),
        ({"staff_id": "s-rolf"}, 422, "staff_id", "case.target_lacks_role"),
        ({"guardian_id": "r-bo"}, 422, "guardian_id", "visit.guardian_not_for_adult"),
        ({"resident_id": "r-eva"}, 404, None, None),
        ({"resident_id": "r-nobody"}, 404, None, None),
    ],
)
async def test_a_visit_that_cannot_be_is_not_booked(
    backend: Backend, fields: dict[str, Any], status: int, field: str | None, rule: str | None
) -> None:
    nora = await staff(backend, "nora")
    no = await nora.refused("book_visit", **{**ANNA, "starts_at": TEN, "reason": "Check", **fields})
    assert (no.status, no.field, no.rule) == (status, field, rule)
    assert await texts(backend) == []


async def test_who_answers_no_cases_books_none(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora)
    for name in ("maja", "axel"):
        person = await staff(backend, name)
        no = await person.refused("book_visit", **ANNA, starts_at=TEN, reason="Check")
        assert no.status == 403
        changes = {"case_id": row.id, "version": row.version}
        again = {**changes, "starts_at": TEN, "minutes": 10, "mode": "chat"}
        assert (await person.refused("rebook_visit", **again)).status == 403
        assert (await person.refused("cancel_visit", **changes, reason="Ill")).status == 403
    sara = await staff(backend, "sara")
    assert (await sara.refused("cancel_visit", case_id=row.id, version=row.version, reason="x")).status == 404


async def test_a_child_comes_with_a_guardian_who_gets_the_text(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.send("find_resident", person_number="201802202398")
    no = await nora.refused(
        "book_visit", **{**ANNA, "resident_id": "r-dan"}, starts_at=TEN, reason="Vaccination"
    )
    assert (no.field, no.rule) == ("guardian_id", "visit.guardian_missing")
    wrong = {**ANNA, "resident_id": "r-dan", "guardian_id": "r-bo", "starts_at": TEN, "reason": "Vaccination"}
    assert (await nora.refused("book_visit", **wrong)).rule == "proxy.no_link"
    row = await book(nora, resident_id="r-dan", guardian_id="r-anna")
    assert (row.child, row.acting_proxy) == (True, "Anna Berg")
    receiver = select(sms_outbox.c.resident_id)
    assert await backend.store.read(lambda conn: conn.execute(receiver).scalar_one()) == "r-anna"


async def test_the_day_of_the_visit_decides_whether_a_guardian_takes_part(backend: Backend) -> None:
    clock: Any = backend.clock
    clock.move(datetime(2031, 2, 18, 12, tzinfo=UTC) - NOON)
    nora = await staff(backend, "nora")
    await nora.send("find_resident", person_number="201802202398")
    eve, birthday = datetime(2031, 2, 19, 9, tzinfo=UTC), datetime(2031, 2, 20, 9, tzinfo=UTC)
    row = await book(nora, resident_id="r-dan", guardian_id="r-anna", starts_at=eve)
    assert (row.child, row.acting_proxy) == (True, "Anna Berg")
    given = {**ANNA, "resident_id": "r-dan", "guardian_id": "r-anna", "reason": "Vaccination"}
    assert (
        await nora.refused("book_visit", **given, starts_at=birthday)
    ).rule == "visit.guardian_not_for_adult"
    row = await book(nora, resident_id="r-dan", starts_at=birthday)
    assert (row.child, row.acting_proxy) == (False, None)


async def test_a_text_for_a_protected_resident_does_not_name_the_unit(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora, resident_id="r-clara")
    assert row.resident.name == ""
    assert "North" not in (await texts(backend))[0]


async def test_without_a_mobile_number_staff_are_told_first(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.send("save_contact", resident_id="r-anna", mobile="")
    no = await nora.refused("book_visit", **ANNA, starts_at=TEN, reason="Check")
    assert (no.status, no.rule) == (409, "async.no_channel")
    row = await book(nora, without_channel=True)
    assert (row.state, await texts(backend)) == ("booked", [])


@pytest.mark.parametrize("command", ["rebook_visit", "cancel_visit"])
async def test_a_visit_is_moved_or_cancelled_without_a_text_only_by_one_who_knows(
    backend: Backend, command: str
) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora)
    sent = await texts(backend)
    await nora.send("save_contact", resident_id="r-anna", mobile="")
    time = {"starts_at": TEN + timedelta(hours=1), "minutes": 30, "mode": "chat"}
    fields: dict[str, Any] = {"case_id": row.id, "version": row.version}
    fields |= time if command == "rebook_visit" else {"reason": "Ill"}
    no = await nora.refused(command, **fields)
    assert (no.status, no.rule) == (409, "async.no_channel")
    after = (await nora.send(command, **fields, without_channel=True)).case
    assert after.version == row.version + 1
    assert await texts(backend) == sent


async def test_who_a_visit_is_booked_for_is_told_that_it_is_moved_or_cancelled(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora, staff_id="s-nils")
    own = await book(nora, staff_id="s-nora")
    time = {"starts_at": TEN + timedelta(days=1), "minutes": 30, "mode": "chat"}
    for one in (row, own):
        moved = (await nora.send("rebook_visit", case_id=one.id, version=one.version, **time)).case
        await nora.send("cancel_visit", case_id=one.id, version=moved.version, reason="Ill")
    nils = await staff(backend, "nils")
    notices = (await query(backend, nils.token, "desk", desk_snapshot)).notices
    assert [(one.kind, one.detail, one.who and one.who.name) for one in notices] == [
        ("visit_moved", "2026-03-12 10:00", "Nora"),
        ("visit_cancelled", "Ill", "Nora"),
    ]
    assert not (await query(backend, nora.token, "desk", desk_snapshot)).notices


async def test_a_moved_visit_has_its_new_time_and_only_one_mover(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    row = await book(nora)
    later = {"starts_at": TEN + timedelta(days=1), "minutes": 480, "mode": "phone"}
    moved = (await nora.send("rebook_visit", case_id=row.id, version=row.version, **later)).case
    assert (moved.booking.starts_at, moved.booking.mode) == (TEN + timedelta(days=1), "phone")
    assert "2026-03-12 10:00" in (await texts(backend))[-1]
    late = await nils.refused("rebook_visit", case_id=row.id, version=row.version, **later)
    assert (late.code, late.who) == ("stale_version", "Nora")
    past = {**later, "starts_at": NOON - timedelta(hours=1)}
    no = await nora.refused("rebook_visit", case_id=row.id, version=moved.version, **past)
    assert (no.field, no.rule) == ("starts_at", "visit.in_past")


async def test_a_cancelled_visit_is_over_and_the_text_keeps_the_reason_to_itself(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora)
    empty = await nora.refused("cancel_visit", case_id=row.id, version=row.version, reason=" ")
    assert empty.field == "reason"
    gone = (await nora.send("cancel_visit", case_id=row.id, version=row.version, reason="Flu at home")).case
    assert (gone.state, gone.close_reason, gone.closed_at) == ("cancelled", "cancelled", NOON)
    assert "Flu" not in (await texts(backend))[-1]
    again = await nora.refused("accept_case", case_id=row.id, version=gone.version)
    assert again.rule == "case.finished"
    found = select(audit.c.record).where(audit.c.object_id == row.id, audit.c.code == "cancelled")
    assert "Flu at home" in await backend.store.read(lambda conn: conn.execute(found).scalar_one())


async def test_nobody_failed_to_come_before_the_time_has_come(backend: Backend) -> None:
    clock: Any = backend.clock
    nora = await staff(backend, "nora")
    row = await book(nora)
    early = await nora.refused("mark_no_show", case_id=row.id, version=row.version)
    assert (early.status, early.rule) == (409, "visit.not_begun")
    clock.move(TEN - NOON)
    nora = await staff(backend, "nora")
    absent = (await nora.send("mark_no_show", case_id=row.id, version=row.version)).case
    assert (absent.state, absent.close_reason) == ("no_show", "no_show")


async def test_a_visit_is_taken_given_back_taken_started_ended_and_signed(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora)
    taken = (await nora.send("accept_case", case_id=row.id, version=row.version)).detail.row
    assert (taken.state, taken.blocks_resident, len(await texts(backend))) == ("accepted", False, 1)
    back = (await nora.send("release_case", case_id=row.id, version=taken.version)).case
    assert (back.state, back.assignee, back.accepted_at) == ("booked", None, None)
    taken = (await nora.send("accept_case", case_id=row.id, version=back.version)).detail.row
    started = (await nora.send("start_visit", case_id=row.id, version=taken.version)).case
    assert (started.state, len(await texts(backend))) == ("in_progress", 2)
    await nora.send("post_message", case_id=row.id, body="Hello")
    anna = await resident(backend, "anna")
    await anna.send("resident_says", case_id=row.id, body="Hello")
    assert not (await query(backend, anna.token, "home", resident_home)).blocked
    ended = (await nora.send("end_visit", case_id=row.id, version=started.version)).case
    signed = await nora.send("sign_note", case_id=row.id, version=ended.version, body="Well.")
    assert (signed.case.state, signed.case.booking.mode) == ("closed", "video")


async def test_a_colleague_takes_a_started_visit_over(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    row = await book(nora, staff_id="s-nora")
    taken = (await nora.send("accept_case", case_id=row.id, version=row.version)).detail.row
    started = (await nora.send("start_visit", case_id=row.id, version=taken.version)).case
    over = await nils.send("take_over_case", case_id=row.id, version=started.version, confirmed=True)
    assert (over.detail.row.assignee.name, over.detail.row.state) == ("Nils", "in_progress")


async def test_a_scheduled_visit_does_not_keep_its_resident_from_the_drop_in(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await nora.send("find_resident", person_number="196501022773")
    row = await book(nora, resident_id="r-eva")
    taken = (await nora.send("accept_case", case_id=row.id, version=row.version)).detail.row
    await nora.send("start_visit", case_id=row.id, version=taken.version)
    eva = await resident(backend, "eva")
    assert (await eva.send("seek_care", reason="Cough", priority=3)).case.state == "waiting"


async def test_fifty_rebookings_leave_one_time(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora)
    for minutes in range(10, 60):
        fields = {"starts_at": TEN, "minutes": minutes, "mode": "chat"}
        row = (await nora.send("rebook_visit", case_id=row.id, version=row.version, **fields)).case
    assert row.booking.ends_at == TEN + timedelta(minutes=59)


async def test_a_day_is_a_swedish_day_also_when_the_clock_is_changed(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    moments = [
        datetime(2026, 3, 28, 22, 59, tzinfo=UTC),
        datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
        datetime(2026, 3, 29, 21, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
    ]
    rows = [await book(nora, starts_at=at) for at in moments]
    await nora.send("cancel_visit", case_id=rows[2].id, version=1, reason="Ill")
    day = moments[2].date()
    page = await query(backend, nora.token, "visits", lambda tx: visits_on(tx, day))
    assert [row.id for row in page.cases] == [rows[1].id, rows[2].id]
    assert [row.state for row in page.cases] == ["booked", "cancelled"]
    sara = await staff(backend, "sara")
    assert (await query(backend, sara.token, "visits", lambda tx: visits_on(tx, day))).cases == ()
    listed = select(audit.c.record).where(audit.c.code == "visits").order_by(audit.c.at, audit.c.n)
    log = await backend.store.read(lambda conn: list(conn.execute(listed).scalars()))
    assert sum("r-anna" in record for record in log) == 1


async def test_the_day_list_is_read_over_http_and_only_for_a_date(memory_backend: Backend) -> None:
    nora = await staff(memory_backend, "nora")
    row = await book(nora)
    async with served(memory_backend) as site:
        token = await site.staff("nora")
        page = (await site.get("/api/v1/visits?day=2026-03-11", token)).json()
        assert [case["id"] for case in page["cases"]] == [row.id]
        for bad in ("", "?day=", "?day=2026-02-30", "?day=20260311", "?day=1999-01-01", "?day=9999-12-31"):
            assert (await site.get(f"/api/v1/visits{bad}", token)).status_code == 422
        assert (await site.get("/api/v1/visits?day=2026-03-11&day=2026-03-12", token)).status_code == 400
        axel = await site.staff("axel")
        assert (await site.get("/api/v1/visits?day=2026-03-11", axel)).status_code == 403


async def test_hostile_words_in_a_reason_stay_as_they_were_written(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    row = await book(nora, reason="[red]\x1b[31m{when} %s")
    assert row.reason == "[red]\x1b[31m{when} %s"
    assert "[red]" not in "".join(await texts(backend))


async def test_a_case_of_another_kind_is_no_booking(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    fields = {"case_id": ANNA_CASE, "version": 1}
    assert (await nora.refused("cancel_visit", **fields, reason="x")).rule == "case.not_taken"
    assert (await nora.refused("mark_no_show", **fields)).rule == "case.not_taken"
    taken = (await nora.send("accept_case", **fields)).detail.row
    again = {"case_id": ANNA_CASE, "version": taken.version}
    assert (await nora.refused("mark_no_show", **again)).rule == "case.not_possible"
