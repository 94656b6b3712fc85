"""Assigning, handing over, inviting and leaving, on both databases (slides 36-40)."""

from datetime import timedelta
from typing import Any

import pytest

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.jobs import run_due
from clinic_tui.backend.seed import seed_store
from clinic_tui.backend.snapshot import case_detail, desk_snapshot
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import AssignmentLost, NoticeAdded
from clinic_tui.protocol.team import Notice
from tests.backend.town import ANNA_CASE, BO_CASE, Person, in_progress, resident, staff
from tests.backend.town_team import CHAT, VISIT, team_town

pytestmark = pytest.mark.anyio


@pytest.fixture
async def clinic(backend: Backend) -> Backend:
    await seed_store(backend.store, team_town(backend.clock.now()), "")
    return backend


async def told(backend: Backend, name: str) -> list[Notice]:
    found = await backend.store.read(lambda conn: events_after(conn, f"staff:s-{name}", 0, 200))
    return [e.event.notice for e in found if isinstance(e.event, NoticeAdded)]


async def lost(backend: Backend, name: str) -> list[str]:
    found = await backend.store.read(lambda conn: events_after(conn, f"staff:s-{name}", 0, 200))
    return [e.event.case_id for e in found if isinstance(e.event, AssignmentLost)]


async def offer(nora: Person, to: str = "s-nils", **more: Any) -> Any:
    started = (await in_progress(nora)).case
    given: dict[str, Any] = {"reason": "My day ends", "summary": "Cough, no fever", **more}
    asked = await nora.send(
        "hand_over_case", case_id=ANNA_CASE, version=started.version, staff_id=to, **given
    )
    return asked.case


async def test_an_offered_case_stays_with_its_sender_until_it_is_accepted(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    row = await offer(nora)
    assert (row.assignee.name, row.hand_over.receiver.name) == ("Nora", "Nils")
    assert row.hand_over.returns_at - row.hand_over.at == timedelta(minutes=15)
    taken = (await nils.send("answer_hand_over", case_id=ANNA_CASE, version=row.version, accept=True)).case
    assert (taken.assignee.name, taken.hand_over, taken.state) == ("Nils", None, "in_progress")
    await nils.send("post_message", case_id=ANNA_CASE, body="I go on from here")
    assert (await nora.refused("post_message", case_id=ANNA_CASE, body="x")).rule == "case.not_assignee"
    assert [notice.kind for notice in await told(clinic, "nils")] == ["handed_over"]
    assert [(n.kind, n.who and n.who.name) for n in await told(clinic, "nora")] == [
        ("hand_over_answered", "Nils")
    ]
    assert await lost(clinic, "nora") == []


async def test_what_colleagues_are_told_of_a_case_stands_in_it(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    row = await offer(nora)
    taken = (await nils.send("answer_hand_over", case_id=ANNA_CASE, version=row.version, accept=True)).case
    await nils.send("invite_colleague", case_id=taken.id, staff_id="s-sigrid", note="Look: at the rash")
    await nils.send("invite_colleague", case_id=taken.id, staff_id="s-nora")
    await nils.send("leave_case", case_id=taken.id, staff_id="s-nora")
    events = (await query(clinic, nils.token, "case", lambda tx: case_detail(tx, ANNA_CASE))).events
    assert [(event.action, event.detail) for event in events if event.detail] == [
        ("hand_over_offered", "Nils: My day ends"),
        ("handed_over", "My day ends\nCough, no fever"),
        ("invited", "Sigrid: Look: at the rash"),
        ("invited", "Nora"),
        ("left", "Nora"),
    ]


async def test_a_declined_case_stays_with_its_sender_who_reads_why(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    row = await offer(nora)
    no = {"case_id": ANNA_CASE, "version": row.version, "accept": False, "comment": "In a meeting"}
    answered = (await nils.send("answer_hand_over", **no)).case
    assert (answered.assignee.name, answered.hand_over) == ("Nora", None)
    assert [(n.kind, n.detail) for n in await told(clinic, "nora")] == [
        ("hand_over_returned", "In a meeting")
    ]
    assert (await nils.refused("answer_hand_over", **no)).rule == "hand_over.gone"


async def test_what_nobody_answers_returns_after_the_units_minutes(clinic: Backend) -> None:
    clock: Any = clinic.clock
    nora = await staff(clinic, "nora")
    await offer(nora)
    clock.move(timedelta(minutes=15) - timedelta(seconds=1))
    await run_due(clinic, clock.now())
    assert await told(clinic, "nora") == []
    clock.move(timedelta(seconds=1))
    await run_due(clinic, clock.now())
    await run_due(clinic, clock.now())
    assert [(n.kind, n.who) for n in await told(clinic, "nora")] == [("hand_over_returned", None)]
    desk = await query(clinic, nora.token, "desk", desk_snapshot)
    assert [row.hand_over for row in desk.cases if row.id == ANNA_CASE] == [None]


async def test_the_sender_takes_an_offer_back_and_nobody_else_does(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    row = await offer(nora)
    asked = {"case_id": ANNA_CASE, "version": row.version}
    assert (await nils.refused("withdraw_hand_over", **asked)).rule == "case.not_assignee"
    assert (await nora.send("withdraw_hand_over", **asked)).case.hand_over is None
    assert (await nora.refused("withdraw_hand_over", **asked)).rule == "hand_over.gone"


@pytest.mark.parametrize(
    ("to", "reason", "rule"),
    [
        ("s-nora", "Why", "case.target_has_case"),
        ("s-sara", "Why", "case.target_lacks_role"),
        ("s-rolf", "Why", "case.target_lacks_role"),
        ("s-maja", "Why", "case.target_lacks_role"),
        ("s-nils", "  ", "case.reason_missing"),
        ("s-nobody", "Why", "staff.unknown"),
    ],
)
async def test_a_case_goes_only_to_who_can_take_it_and_with_a_reason(
    clinic: Backend, to: str, reason: str, rule: str
) -> None:
    nora = await staff(clinic, "nora")
    started = (await in_progress(nora)).case
    asked = {"case_id": ANNA_CASE, "version": started.version, "staff_id": to, "reason": reason}
    assert (await nora.refused("hand_over_case", **asked)).rule == rule


async def test_the_desk_says_who_can_be_given_what(clinic: Backend) -> None:
    nora = await staff(clinic, "nora")
    desk = await query(clinic, nora.token, "desk", desk_snapshot)
    assert {one.unit_id for one in desk.abilities} == {"north"}
    able = {one.staff_id: one for one in desk.abilities}
    assert {one for one in able if "nurse" in able[one].visits} >= {"s-nora", "s-nils", "s-disa", "s-sigrid"}
    assert able["s-nora"].chats == ("medical_admin", "nurse")
    assert (able["s-rolf"].visits, able["s-rolf"].verifies) == (("rehab",), False)
    assert (able["s-maja"].visits, able["s-maja"].verifies) == ((), True)
    assert "s-axel" not in able


async def test_only_the_assignee_hands_over_and_once_at_a_time(clinic: Backend) -> None:
    nora, nils, sigrid = [await staff(clinic, name) for name in ("nora", "nils", "sigrid")]
    row = await offer(nora)
    asked = {"case_id": ANNA_CASE, "version": row.version, "staff_id": "s-sigrid", "reason": "Why"}
    assert (await nils.refused("hand_over_case", **asked)).rule == "case.not_assignee"
    assert (await nora.refused("hand_over_case", **asked)).rule == "hand_over.pending"
    accept = {"case_id": ANNA_CASE, "version": row.version, "accept": True}
    assert (await sigrid.refused("answer_hand_over", **accept)).rule == "hand_over.gone"


async def test_the_end_of_the_visit_ends_the_offer(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    row = await offer(nora)
    ended = (await nora.send("end_visit", case_id=ANNA_CASE, version=row.version)).case
    assert ended.hand_over is None
    accept = {"case_id": ANNA_CASE, "version": ended.version, "accept": True}
    assert (await nils.refused("answer_hand_over", **accept)).rule == "hand_over.gone"


async def test_messages_that_are_not_sent_survive_a_change_of_owner(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    row = await offer(nora)
    await nora.send("save_draft", case_id=ANNA_CASE, kind="message", body="Mine", revision=0)
    await nils.send("answer_hand_over", case_id=ANNA_CASE, version=row.version, accept=True)
    await nils.send("save_draft", case_id=ANNA_CASE, kind="message", body="His", revision=0)
    mine = (await nora.send("read_case", case_id=ANNA_CASE)).detail
    his = (await nils.send("read_case", case_id=ANNA_CASE)).detail
    assert [[d.body for d in detail.drafts] for detail in (mine, his)] == [["Mine"], ["His"]]
    await nils.send("sign_note", case_id=ANNA_CASE, version=his.row.version, body="Seen", acknowledged=False)
    desk = await query(clinic, nora.token, "desk", desk_snapshot)
    assert [draft.body for draft in desk.drafts] == ["Mine"]


async def test_taking_over_tells_who_had_it_in_every_kind_of_case(clinic: Backend) -> None:
    nora, nils = await staff(clinic, "nora"), await staff(clinic, "nils")
    started = (await in_progress(nora)).case
    await nils.send("take_over_case", case_id=ANNA_CASE, version=started.version, confirmed=True)
    chat = (await nora.send("accept_case", case_id=CHAT, version=1)).detail.row
    await nils.send("take_over_case", case_id=CHAT, version=chat.version, confirmed=True)
    assert [(n.kind, n.case_id) for n in await told(clinic, "nora")] == [
        ("taken_over", ANNA_CASE),
        ("taken_over", CHAT),
    ]
    assert await lost(clinic, "nora") == [ANNA_CASE, CHAT]


async def test_a_new_chat_is_assigned_by_anybody_of_its_queue_and_a_held_one_by_its_owner(
    clinic: Backend,
) -> None:
    nora, nils, sigrid = [await staff(clinic, name) for name in ("nora", "nils", "sigrid")]
    given = (await nora.send("assign_case", case_id=CHAT, version=1, staff_id="s-nils")).case
    assert (given.assignee.name, given.state) == ("Nils", "awaiting_staff")
    again = {"case_id": CHAT, "version": given.version, "staff_id": "s-sigrid"}
    assert (await nora.refused("assign_case", **again)).rule == "case.not_assignee"
    assert (await nils.send("assign_case", **again)).case.assignee.name == "Sigrid"
    assert [n.kind for n in await told(clinic, "nils")] == ["assigned"]
    assert [n.who and n.who.name for n in await told(clinic, "sigrid")] == ["Nils"]
    stale = await sigrid.refused("assign_case", **{**again, "staff_id": "s-nora"})
    assert stale.code == "stale_version"


async def test_a_booked_visit_is_assigned_to_who_has_its_role(clinic: Backend) -> None:
    nora = await staff(clinic, "nora")
    given = (await nora.send("assign_case", case_id=VISIT, version=1, staff_id="s-nils")).case
    assert (given.state, given.assignee, given.booking.staff.name) == ("booked", None, "Nils")
    again = {"case_id": VISIT, "version": given.version}
    assert (await nora.refused("assign_case", **again, staff_id="s-rolf")).rule == "case.target_lacks_role"
    assert (await nora.refused("assign_case", **again, staff_id="s-nils")).rule == "case.target_has_case"
    drop_in = await nora.refused("assign_case", case_id=BO_CASE, version=1, staff_id="s-nils")
    assert drop_in.rule == "case.not_possible"


async def test_an_invited_colleague_is_told_and_leaves_again(clinic: Backend) -> None:
    nora, disa = await staff(clinic, "nora"), await staff(clinic, "disa", "north")
    await in_progress(nora)
    asked = {"case_id": ANNA_CASE, "staff_id": "s-disa"}
    invited = (await nora.send("invite_colleague", **asked, note="The rash")).detail
    assert [person.name for person in invited.row.participants] == ["Disa"]
    assert [(n.kind, n.detail) for n in await told(clinic, "disa")] == [("invited", "The rash")]
    assert (await nora.refused("invite_colleague", **asked)).rule == "case.already_invited"
    assert (await disa.send("leave_case", case_id=ANNA_CASE)).case.participants == ()
    assert (await disa.refused("leave_case", case_id=ANNA_CASE)).status in {403, 409}


@pytest.mark.parametrize("who", ["s-axel", "s-nobody"])
async def test_nobody_is_invited_who_may_not_read_cases(clinic: Backend, who: str) -> None:
    nora = await staff(clinic, "nora")
    await in_progress(nora)
    problem = await nora.refused("invite_colleague", case_id=ANNA_CASE, staff_id=who)
    assert problem.rule in {"case.target_lacks_role", "staff.unknown"}


async def test_only_the_assignee_invites_and_ends_others_invitations(clinic: Backend) -> None:
    nora, nils, sara = [await staff(clinic, name) for name in ("nora", "nils", "sara")]
    await in_progress(nora)
    asked = {"case_id": ANNA_CASE, "staff_id": "s-sara"}
    assert (await nils.refused("invite_colleague", **asked)).rule == "case.not_assignee"
    await nora.send("invite_colleague", **asked)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-tess")
    no = await sara.refused("leave_case", case_id=ANNA_CASE, staff_id="s-tess")
    assert no.rule == "case.not_assignee"
    left = await nora.send("leave_case", **asked)
    assert [person.name for person in left.case.participants] == ["Tess"]


async def test_the_resident_sees_an_invited_colleague_when_they_write(clinic: Backend) -> None:
    nora, sara, anna = (
        await staff(clinic, "nora"),
        await staff(clinic, "sara"),
        await resident(clinic, "anna"),
    )
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    await sara.send("post_message", case_id=ANNA_CASE, body="I am a colleague")
    await anna.send("resident_says", case_id=ANNA_CASE, body="Hello Sara")
    seen = (await sara.send("read_case", case_id=ANNA_CASE)).detail
    assert [m.author_name for m in seen.messages] == ["Sara", "Anna Berg"]
