"""Undoing what one has just done, on both databases."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.jobs import purge, run_due
from clinic_tui.backend.seed import seed_store
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.sms.outbox import inbox
from clinic_tui.backend.snapshot import case_detail, desk_snapshot, resident_home
from clinic_tui.backend.store.tables import audit, sms_outbox
from clinic_tui.backend.store.team_tables import participants, undoable_actions
from clinic_tui.backend.streams import events_after
from clinic_tui.domain.undoing import UNDO_KEPT
from clinic_tui.protocol.events import AssignmentLost, CaseChanged, NoticeAdded, ResidentCaseChanged
from clinic_tui.protocol.ids import new_id
from tests.backend.conftest import NOON
from tests.backend.town import ANNA_CASE, Person, resident, staff
from tests.backend.town_team import team_town

pytestmark = pytest.mark.anyio


async def act(person: Person, name: str, **fields: Any) -> tuple[str, Any]:
    """Send a command; its id and its answer."""
    command_id = new_id()
    answer = await person.send(name, command_id=command_id, **fields)
    assert getattr(answer, "undo_id", None) in (None, command_id)
    return command_id, answer


async def row(person: Person, case_id: str) -> Any:
    return (await query(person.backend, person.token, "case", lambda tx: case_detail(tx, case_id))).row


async def heard(backend: Backend, stream: str, kind: type[Any]) -> list[Any]:
    found = await backend.store.read(lambda conn: events_after(conn, stream, 0, 1000))
    return [one.event for one in found if isinstance(one.event, kind)]


async def texts(backend: Backend) -> list[tuple[str, str]]:
    wanted = select(sms_outbox.c.kind, sms_outbox.c.state).order_by(sms_outbox.c.id)
    return [tuple(one) for one in await backend.store.read(lambda conn: conn.execute(wanted).all())]


async def chat_of(nurse: Person, body: str = "Hello") -> Any:
    made = await nurse.send(
        "create_chat",
        resident_id="r-anna",
        unit_id="north",
        queue_role="nurse",
        subject="Results",
        days=5,
        body=body,
    )
    return made.detail.row


def without_gateway_demo(backend: Backend) -> Backend:
    """The same backend as a real one: its texts wait in the outbox before anybody has them."""
    return dataclasses.replace(backend, settings=Settings(demo_data=False))


async def test_a_chat_marked_as_done_is_on_the_list_again(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    chat = await chat_of(nora)
    done, answer = await act(nora, "mark_done", case_id=chat.id, version=chat.version)
    assert (answer.case.state, answer.undo_id) == ("handled", done)
    back = (await nora.send("undo_action", undoes=done)).case
    assert (back.state, back.assignee.id, back.version) == ("awaiting_resident", "s-nora", chat.version + 2)
    assert (await row(nora, chat.id)) == back
    codes = await backend.store.read(
        lambda conn: (
            conn.execute(select(audit.c.code).where(audit.c.object_id == chat.id, audit.c.action == "UPDATE"))
            .scalars()
            .all()
        )
    )
    assert list(codes)[-2:] == ["marked_done", "undone"]
    causes = [one.cause for one in await heard(backend, "unit:north", CaseChanged)]
    assert causes[-2:] == ["case.handled", "case.undone"]
    told = await heard(backend, "resident:r-anna", ResidentCaseChanged)
    assert [one.case.state for one in told][-2:] == ["handled", "awaiting_resident"]


async def test_it_is_undone_once_and_a_repeated_undo_has_the_first_answer(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    chat = await chat_of(nora)
    done, _answer = await act(nora, "mark_done", case_id=chat.id, version=chat.version)
    undo, first = await act(nora, "undo_action", undoes=done)
    again = await nora.send("undo_action", command_id=undo, undoes=done)
    assert again == first
    assert (await nora.refused("undo_action", undoes=done)).rule == "undo.already"


async def test_nobody_undoes_what_another_did_nor_what_never_was(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    chat = await chat_of(nora)
    done, _answer = await act(nora, "mark_done", case_id=chat.id, version=chat.version)
    other = await nils.refused("undo_action", undoes=done)
    assert (other.status, other) == (404, await nils.refused("undo_action", undoes=new_id()))
    posted, _answer = await act(nora, "post_message", case_id=chat.id, body="More")
    assert (await nora.refused("undo_action", undoes=posted)).status == 404


@pytest.mark.parametrize(("late", "rule"), [(0, None), (1, "undo.too_late")])
async def test_the_backends_clock_decides_how_long(backend: Backend, late: int, rule: str | None) -> None:
    nora = await staff(backend, "nora")
    chat = await chat_of(nora)
    done, _answer = await act(nora, "mark_done", case_id=chat.id, version=chat.version)
    clock: Any = backend.clock
    clock.move(UNDO_KEPT + timedelta(seconds=late))
    if rule is None:
        assert (await nora.send("undo_action", undoes=done)).case.state == "awaiting_resident"
    else:
        assert (await nora.refused("undo_action", undoes=done)).rule == rule
    clock.move(timedelta(hours=2))
    await purge(backend, clock.now())
    assert await backend.store.read(lambda conn: conn.execute(select(undoable_actions)).all()) == []


async def test_what_the_resident_wrote_meanwhile_is_not_undone(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    chat = await chat_of(nora)
    done, _answer = await act(nora, "mark_done", case_id=chat.id, version=chat.version)
    await anna.send("resident_says", case_id=chat.id, body="One more thing")
    no = await nora.refused("undo_action", undoes=done)
    assert (no.status, no.rule) == (409, "undo.changed")
    assert (await row(nora, chat.id)).state == "awaiting_staff"


async def test_a_released_case_is_mine_again_unless_somebody_took_it(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    taken = (await nora.send("accept_case", case_id=ANNA_CASE, version=1)).detail.row
    released, answer = await act(nora, "release_case", case_id=ANNA_CASE, version=taken.version)
    assert (answer.case.state, answer.case.assignee) == ("waiting", None)
    await nils.send("read_case", case_id=ANNA_CASE)
    back = (await nora.send("undo_action", undoes=released)).case
    assert (back.state, back.assignee.id, back.readers) == ("accepted", "s-nora", ())
    assert (back.accepted_at, back.queued_at) == (taken.accepted_at, taken.queued_at)
    second, _answer = await act(nora, "release_case", case_id=ANNA_CASE, version=back.version)
    waiting = await row(nora, ANNA_CASE)
    await nils.send("accept_case", case_id=ANNA_CASE, version=waiting.version)
    no = await nora.refused("undo_action", undoes=second)
    assert (no.rule, no.who) == ("undo.changed", "Nils")
    assert (await row(nils, ANNA_CASE)).assignee.id == "s-nils"


async def test_those_who_took_part_in_a_released_case_do_so_again(backend: Backend) -> None:
    nora, disa = await staff(backend, "nora"), await staff(backend, "disa", "north")
    await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-disa")
    talk = (
        await nora.send("start_conversation", kind="staff_chat", case_id=ANNA_CASE, body="What now?")
    ).conversation
    before = await row(nora, ANNA_CASE)
    released, _answer = await act(nora, "release_case", case_id=ANNA_CASE, version=before.version)
    assert (await disa.refused("say_to_staff", conversation_id=talk.id, body="Wait")).status in {
        403,
        404,
        409,
    }
    back = (await nora.send("undo_action", undoes=released)).case
    assert [one.id for one in back.participants] == ["s-disa"]
    rows = await backend.store.read(
        lambda conn: conn.execute(select(participants.c.staff_id, participants.c.invited_by)).all()
    )
    assert [tuple(one) for one in rows] == [("s-disa", "s-nora")]
    said = await disa.send("say_to_staff", conversation_id=talk.id, body="Wait")
    assert said.conversation.last_body == "Wait"
    assert (await heard(backend, "staff:s-disa", CaseChanged))[-1].case == await row(nora, ANNA_CASE)


async def test_a_visit_whose_resident_came_after_all_is_booked_again(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    booked = await nora.send(
        "book_visit",
        resident_id="r-anna",
        unit_id="north",
        role="nurse",
        mode="phone",
        minutes=30,
        starts_at=NOON + timedelta(minutes=5),
        reason="Check",
    )
    visit = booked.detail.row
    clock: Any = backend.clock
    clock.move(timedelta(minutes=6))
    gone, answer = await act(nora, "mark_no_show", case_id=visit.id, version=visit.version)
    assert (answer.case.state, answer.case.close_reason) == ("no_show", "no_show")
    back = (await nora.send("undo_action", undoes=gone)).case
    assert (back.state, back.close_reason, back.closed_at, back.booking) == (
        "booked",
        None,
        None,
        visit.booking,
    )
    taken = (await nora.send("accept_case", case_id=visit.id, version=back.version)).detail.row
    gone, _answer = await act(nora, "mark_no_show", case_id=visit.id, version=taken.version)
    mine = (await nora.send("undo_action", undoes=gone)).case
    assert (mine.state, mine.assignee.id) == ("accepted", "s-nora")


async def test_an_assigned_chat_is_back_in_its_queue_or_with_me(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    await staff(backend, "nils")
    asked = await anna.send("ask_question", service_code="renew_prescription", body="More medicine?")
    new = await row(nora, asked.case.id)
    given, answer = await act(nora, "assign_case", case_id=new.id, version=new.version, staff_id="s-nils")
    assert answer.case.assignee.id == "s-nils"
    back = (await nora.send("undo_action", undoes=given)).case
    assert (back.state, back.assignee, back.accepted_at) == ("new", None, None)
    assert back.queued_at == new.queued_at
    kinds = [one.notice.kind for one in await heard(backend, "staff:s-nils", NoticeAdded)]
    assert kinds == ["assigned", "assigned_back"]
    assert [one.case_id for one in await heard(backend, "staff:s-nils", AssignmentLost)] == [new.id]
    taken = (await nora.send("accept_case", case_id=new.id, version=back.version)).detail.row
    given, _answer = await act(nora, "assign_case", case_id=new.id, version=taken.version, staff_id="s-nils")
    mine = (await nora.send("undo_action", undoes=given)).case
    assert (mine.state, mine.assignee.id, mine.accepted_at) == ("awaiting_staff", "s-nora", taken.accepted_at)


async def test_what_the_new_holder_did_stands(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    for wrote in ({"name": "post_message", "body": "I am here now"}, {"name": "offer"}):
        chat = await chat_of(nora)
        given, answer = await act(
            nora, "assign_case", case_id=chat.id, version=chat.version, staff_id="s-nils"
        )
        if wrote["name"] == "offer":
            version = answer.case.version
            fields = {"case_id": chat.id, "version": version, "staff_id": "s-sigrid", "reason": "Lunch"}
            await nils.send("hand_over_case", **fields)
        else:
            await nils.send("post_message", case_id=chat.id, body=wrote["body"])
        assert (await nora.refused("undo_action", undoes=given)).rule == "undo.changed"
        assert (await row(nils, chat.id)).assignee.id == "s-nils"


async def test_a_visit_given_to_a_colleague_is_booked_as_before(backend: Backend) -> None:
    await seed_store(backend.store, team_town(backend.clock.now()), "")
    nora = await staff(backend, "nora")
    booked = await nora.send(
        "book_visit",
        resident_id="r-anna",
        unit_id="north",
        role="nurse",
        mode="phone",
        minutes=30,
        starts_at=NOON + timedelta(hours=1),
        reason="Check",
        staff_id="s-nora",
    )
    visit = booked.detail.row
    given, answer = await act(nora, "assign_case", case_id=visit.id, version=visit.version, staff_id="s-nils")
    assert answer.case.booking.staff.id == "s-nils"
    back = (await nora.send("undo_action", undoes=given)).case
    assert (back.state, back.booking) == ("booked", visit.booking)
    kinds = [one.notice.kind for one in await heard(backend, "staff:s-nils", NoticeAdded)]
    assert kinds == ["assigned", "assigned_back"]
    assert await heard(backend, "staff:s-nils", AssignmentLost) == []


async def _profile_with_texts(person: Person, name: str) -> None:
    await person.send(
        "save_profile",
        display_name=name,
        title="Nurse",
        mobile="+46701740605",
        notify=({"kind": "assigned", "sms": True},),
    )


async def test_the_colleagues_sms_is_stopped_or_followed_by_another(backend: Backend) -> None:
    real = without_gateway_demo(backend)
    nora, nils = await staff(real, "nora"), await staff(real, "nils")
    await _profile_with_texts(nils, "Nils")
    chat = await chat_of(nora, body="")
    given, _answer = await act(nora, "assign_case", case_id=chat.id, version=chat.version, staff_id="s-nils")
    await run_due(real, real.clock.now())
    assert ("assigned", "queued") in await texts(real)
    back = (await nora.send("undo_action", undoes=given)).case
    assert [one for one in await texts(real) if one[0].startswith("assigned")] == [("assigned", "withdrawn")]
    given, _answer = await act(nora, "assign_case", case_id=chat.id, version=back.version, staff_id="s-nils")
    gone = update(sms_outbox).where(sms_outbox.c.state == "queued").values(state="sent")
    await real.store.write(lambda conn: conn.execute(gone))
    await nora.send("undo_action", undoes=given)
    assert [one for one in await texts(real) if one[0].startswith("assigned")] == [
        ("assigned", "withdrawn"),
        ("assigned", "sent"),
        ("assigned_back", "queued"),
    ]


async def _ticket(nora: Person) -> Any:
    await nora.send("find_resident", person_number="19650102-2773")
    fields = {"resident_id": "r-eva", "unit_id": "north", "role": "nurse", "reason": "Mood"}
    return (await nora.send("issue_ticket", **fields)).ticket


async def test_a_ticket_called_back_by_mistake_holds_and_its_sms_never_goes(backend: Backend) -> None:
    real = without_gateway_demo(backend)
    nora, nils = await staff(real, "nora"), await staff(real, "nils")
    ticket = await _ticket(nora)
    await run_due(real, real.clock.now())
    called, _answer = await act(nils, "cancel_ticket", ticket_id=ticket.id)
    await run_due(real, real.clock.now())
    assert await texts(real) == [("ticket_issued", "sent"), ("ticket_cancelled", "queued")]
    answer = await nils.send("undo_action", undoes=called)
    assert (answer.ticket.state, answer.ticket.ended_at, answer.texted) == ("issued", None, False)
    clock: Any = real.clock
    clock.move(UNDO_KEPT * 2)
    await run_due(real, clock.now())
    assert await texts(real) == [("ticket_issued", "sent"), ("ticket_cancelled", "withdrawn")]
    kinds = [one.notice.kind for one in await heard(real, "staff:s-nora", NoticeAdded)]
    assert kinds == ["ticket_cancelled", "ticket_reinstated"]
    (shown,) = await real.store.read(lambda conn: inbox(conn, "r-eva"))
    assert "2026-03-17" in shown[1]
    eva = await resident(backend, "eva")
    assert (await eva.send("redeem_ticket", ticket_id=ticket.id)).case.state == "waiting"


async def test_a_resident_who_was_told_is_told_again(backend: Backend) -> None:
    real = without_gateway_demo(backend)
    nora = await staff(real, "nora")
    ticket = await _ticket(nora)
    called, _answer = await act(nora, "cancel_ticket", ticket_id=ticket.id)
    gone = update(sms_outbox).where(sms_outbox.c.state == "queued").values(state="sending")
    await real.store.write(lambda conn: conn.execute(gone))
    assert (await nora.send("undo_action", undoes=called)).texted
    kinds = [kind for kind, _state in await texts(real)]
    assert kinds == ["ticket_issued", "ticket_cancelled", "ticket_issued"]


async def test_the_text_of_a_ticket_called_back_goes_once_it_cannot_be_undone(backend: Backend) -> None:
    real = without_gateway_demo(backend)
    nora = await staff(real, "nora")
    ticket = await _ticket(nora)
    await act(nora, "cancel_ticket", ticket_id=ticket.id)
    clock: Any = real.clock
    clock.move(UNDO_KEPT)
    await run_due(real, clock.now())
    assert ("ticket_cancelled", "sent") in await texts(real)


async def test_a_ticket_that_was_issued_anew_is_not_doubled(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    called, _answer = await act(nora, "cancel_ticket", ticket_id=(await _ticket(nora)).id)
    again = await _ticket(nora)
    assert (await nora.refused("undo_action", undoes=called)).rule == "ticket.already_issued"
    eva = await resident(backend, "eva")
    home = await query(backend, eva.token, "home", resident_home)
    assert [one.id for one in home.tickets] == [again.id]


async def test_what_was_done_under_one_assignment_is_not_undone_under_another(backend: Backend) -> None:
    disa = await staff(backend, "disa", "north")
    chat = (
        await disa.send(
            "create_chat",
            resident_id="r-anna",
            unit_id="north",
            queue_role="doctor",
            subject="Results",
            days=5,
            body="Hello",
        )
    ).detail.row
    done, _answer = await act(disa, "mark_done", case_id=chat.id, version=chat.version)
    south = await staff(backend, "disa", "south")
    assert (await south.refused("undo_action", undoes=done)).status == 404
    north = await staff(backend, "disa", "north")
    assert (await north.send("undo_action", undoes=done)).case.state == "awaiting_resident"


async def test_the_desk_after_an_undo_is_the_desk_before(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    taken = (await nora.send("accept_case", case_id=ANNA_CASE, version=1)).detail.row
    before = await query(backend, nora.token, "desk", desk_snapshot)
    released, _answer = await act(nora, "release_case", case_id=ANNA_CASE, version=taken.version)
    await nora.send("undo_action", undoes=released)
    after = await query(backend, nora.token, "desk", desk_snapshot)

    def plain(snapshot: Any) -> list[tuple[Any, ...]]:
        return sorted((one.id, one.state, one.assignee, one.accepted_at) for one in snapshot.cases)

    assert plain(after) == plain(before)
