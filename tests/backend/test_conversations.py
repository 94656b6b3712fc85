"""What staff say to each other, beside cases and directly, on both databases (slide 37, domain.md 2.5)."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.snapshot import case_detail, desk_snapshot
from clinic_tui.backend.store.tables import audit
from clinic_tui.backend.store.team_tables import staff_messages
from clinic_tui.backend.streams import events_after
from clinic_tui.protocol.events import ConversationChanged, NoticeAdded
from clinic_tui.protocol.team import Conversation
from tests.backend.town import ANNA_CASE, REHAB_CASE, Person, in_progress, resident, staff

pytestmark = pytest.mark.anyio


async def told(backend: Backend, stream: str) -> list[Conversation]:
    found = await backend.store.read(lambda conn: events_after(conn, stream, 0, 200))
    return [e.event.conversation for e in found if isinstance(e.event, ConversationChanged)]


async def notices(backend: Backend, name: str) -> list[bool]:
    found = await backend.store.read(lambda conn: events_after(conn, f"staff:s-{name}", 0, 200))
    events = [e.event.notice for e in found if isinstance(e.event, NoticeAdded)]
    return [notice.read for notice in events if notice.kind == "conversation"]


async def on_desk(person: Person) -> tuple[Conversation, ...]:
    return (await query(person.backend, person.token, "desk", desk_snapshot)).conversations


async def direct(person: Person, whom: str, body: str = "Hello") -> Conversation:
    asked = {"kind": "direct", "staff_ids": (whom,), "body": body}
    return (await person.send("start_conversation", **asked)).conversation


async def test_a_direct_conversation_is_one_for_each_pair(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    first = await direct(nora, "s-sara", "One")
    again = await direct(sara, "s-nora", "Two")
    assert (again.id, [m.body for m in again.messages]) == (first.id, ["One", "Two"])
    assert [m.seq for m in again.messages] == [1, 2]
    await sara.send("close_conversation", conversation_id=first.id)
    assert (await direct(nora, "s-sara")).id != first.id
    closed = await nora.refused("say_to_staff", conversation_id=first.id, body="x")
    assert closed.rule == "conversation.closed"


async def test_each_member_hears_the_new_message_and_what_they_have_read_themselves(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    talk = await direct(nora, "s-sara", "One")
    await nora.send("say_to_staff", conversation_id=talk.id, body="Two")
    to_nora, to_sara = await told(backend, "staff:s-nora"), await told(backend, "staff:s-sara")
    assert [(c.read, c.count) for c in to_nora] == [(1, 1), (2, 2)]
    assert [(c.read, [m.body for m in c.messages]) for c in to_sara] == [(0, ["One"]), (0, ["Two"])]
    read = (await sara.send("read_conversation", conversation_id=talk.id, seq=99)).conversation
    assert (read.read, read.revision > to_sara[-1].revision) == (2, True)
    assert len(await told(backend, "staff:s-nora")) == 2


async def test_a_conversation_has_one_unread_notice_at_a_time(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    talk = await direct(nora, "s-sara", "One")
    await nora.send("say_to_staff", conversation_id=talk.id, body="Two")
    assert await notices(backend, "sara") == [False]
    await sara.send("read_conversation", conversation_id=talk.id, seq=2)
    await nora.send("say_to_staff", conversation_id=talk.id, body="Three")
    assert await notices(backend, "sara") == [False, True, False]
    assert await notices(backend, "nora") == []


async def test_nobody_else_reads_or_writes_in_a_conversation(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    talk = await direct(nora, "s-sara")
    for name, more in (
        ("say_to_staff", {"body": "x"}),
        ("read_conversation", {"seq": 1}),
        ("close_conversation", {}),
    ):
        assert (await nils.refused(name, conversation_id=talk.id, **more)).status == 404, name
    assert await on_desk(nils) == ()
    assert await told(backend, "unit:north") == []


async def test_a_staff_chat_is_for_those_who_take_part_in_its_case(backend: Backend) -> None:
    nora, nils, sara = [await staff(backend, name) for name in ("nora", "nils", "sara")]
    await in_progress(nora)
    asked = {"kind": "staff_chat", "case_id": ANNA_CASE, "body": "What do you think"}
    assert (await nora.refused("start_conversation", **asked)).rule == "conversation.nobody"
    assert (await nils.refused("start_conversation", **asked)).rule == "case.not_assignee"
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    talk = (await nora.send("start_conversation", **asked)).conversation
    assert {person.name for person in talk.members} == {"Nora", "Sara"}
    again = (await sara.send("start_conversation", **asked)).conversation
    assert (again.id, again.count) == (talk.id, 2)
    detail = await query(backend, sara.token, "case", lambda tx: case_detail(tx, ANNA_CASE))
    assert [(c.id, len(c.messages)) for c in detail.conversations] == [(talk.id, 2)]
    other = await query(backend, nils.token, "case", lambda tx: case_detail(tx, ANNA_CASE))
    assert other.conversations == ()


async def test_the_resident_never_hears_what_staff_say(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    await in_progress(nora)
    asked = {"kind": "staff_chat", "case_id": ANNA_CASE, "staff_ids": ("s-nils",), "body": "Between us"}
    talk = (await nora.send("start_conversation", **asked)).conversation
    found = await backend.store.read(lambda conn: events_after(conn, "resident:r-anna", 0, 200))
    assert "Between us" not in str(found)
    assert (await anna.refused("say_to_staff", conversation_id=talk.id, body="x")).status == 403


async def test_who_leaves_a_case_leaves_its_staff_chat_and_who_joins_is_in_it(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    await in_progress(nora)
    asked = {"kind": "staff_chat", "case_id": ANNA_CASE, "staff_ids": ("s-nils",), "body": "One"}
    talk = (await nora.send("start_conversation", **asked)).conversation
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    said = (await sara.send("say_to_staff", conversation_id=talk.id, body="Two")).conversation
    assert {person.name for person in said.members} == {"Nora", "Nils", "Sara"}
    await sara.send("leave_case", case_id=ANNA_CASE)
    assert (await sara.refused("say_to_staff", conversation_id=talk.id, body="x")).status == 404
    last = (await told(backend, "staff:s-sara"))[-1]
    assert (last.state, last.last_body) == ("closed", "")


async def test_a_case_given_back_takes_the_invited_out_of_its_staff_chat(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    taken = (await nora.send("accept_case", case_id=ANNA_CASE, version=1)).detail.row
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    asked = {"kind": "staff_chat", "case_id": ANNA_CASE, "body": "What do you think?"}
    talk = (await nora.send("start_conversation", **asked)).conversation
    await nora.send("release_case", case_id=ANNA_CASE, version=taken.version)
    assert (await sara.refused("read_conversation", conversation_id=talk.id, seq=1)).status == 404
    assert await on_desk(sara) == ()


async def test_the_desk_shows_the_newest_fifty_of_each_conversation_and_logs_whom_they_are_about(
    backend: Backend,
) -> None:
    nora, rolf = await staff(backend, "nora"), await staff(backend, "rolf")
    await in_progress(nora)
    asked = {"kind": "consultation", "case_id": ANNA_CASE, "staff_ids": ("s-rolf",), "body": "Knee too?"}
    question = (await nora.send("start_conversation", **asked)).conversation
    talk = await direct(rolf, "s-nora", "Message 1")
    for n in range(2, 53):
        await rolf.send("say_to_staff", conversation_id=talk.id, body=f"Message {n}")
    shown = {one.id: [message.body for message in one.messages] for one in await on_desk(rolf)}
    assert shown == {question.id: ["Knee too?"], talk.id: [f"Message {n}" for n in range(3, 53)]}
    lists = select(audit.c.record).where(audit.c.action == "LIST", audit.c.staff_id == "s-rolf")
    (record,) = await backend.store.read(lambda conn: list(conn.execute(lists).scalars()))
    assert "r-anna" in json.loads(record)["residents"]


async def test_a_role_is_asked_and_whoever_answers_takes_part(backend: Backend) -> None:
    nora, disa, rolf = (
        await staff(backend, "nora"),
        await staff(backend, "disa", "north"),
        await staff(backend, "rolf"),
    )
    await in_progress(nora)
    asked = {
        "kind": "consultation",
        "case_id": ANNA_CASE,
        "role": "doctor",
        "subject": "Dose",
        "urgent": True,
    }
    talk = (await nora.send("start_conversation", **asked, body="How much")).conversation
    assert [(c.id, c.urgent, c.read) for c in await on_desk(disa)] == [(talk.id, True, 0)]
    assert await on_desk(rolf) == ()
    assert (await rolf.refused("say_to_staff", conversation_id=talk.id, body="x")).status == 404
    early = await disa.refused("close_conversation", conversation_id=talk.id)
    assert early.rule == "conversation.not_member"
    answered = (await disa.send("say_to_staff", conversation_id=talk.id, body="10 mg")).conversation
    assert {person.name for person in answered.members} == {"Nora", "Disa"}
    done = (await nora.send("close_conversation", conversation_id=talk.id)).conversation
    assert done.state == "answered"
    assert await notices(backend, "nora") == [False]
    assert [c.last_body for c in await told(backend, "staff:s-disa")][:1] == ["How much"]
    assert await told(backend, "unit:north") == []


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"kind": "consultation", "role": "doctor", "body": "x"}, "conversation.no_case"),
        ({"kind": "consultation", "case_id": ANNA_CASE, "body": "x"}, "conversation.nobody"),
        ({"kind": "consultation", "case_id": ANNA_CASE, "role": "doctor"}, "message.empty"),
        (
            {"kind": "consultation", "case_id": ANNA_CASE, "role": "psychosocial", "body": "x"},
            "conversation.nobody_there",
        ),
        ({"kind": "direct", "body": "x"}, "conversation.one_colleague"),
        ({"kind": "direct", "staff_ids": ("s-nora",), "body": "x"}, "conversation.one_colleague"),
        ({"kind": "direct", "staff_ids": ("s-nils", "s-sara")}, "conversation.one_colleague"),
        ({"kind": "direct", "staff_ids": ("s-ghost",)}, "staff.unknown"),
        (
            {"kind": "consultation", "case_id": ANNA_CASE, "staff_ids": ("s-axel",), "body": "x"},
            "case.target_lacks_role",
        ),
    ],
)
async def test_a_conversation_that_cannot_be_is_refused(
    memory_backend: Backend, asked: dict[str, Any], rule: str
) -> None:
    nora = await staff(memory_backend, "nora")
    await in_progress(nora)
    assert (await nora.refused("start_conversation", **asked)).rule == rule


async def test_a_question_about_a_case_one_may_not_see_is_refused(memory_backend: Backend) -> None:
    sara = await staff(memory_backend, "sara")
    asked = {"kind": "consultation", "case_id": REHAB_CASE, "staff_ids": ("s-nora",), "body": "x"}
    assert (await sara.refused("start_conversation", **asked)).status == 404


async def test_what_was_said_is_never_changed_or_removed(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await direct(nora, "s-sara", "As it was")
    for statement in (update(staff_messages).values(body="Changed"), delete(staff_messages)):
        with pytest.raises(DBAPIError):
            await backend.store.write(lambda conn, statement=statement: conn.execute(statement))
    bodies = await backend.store.read(
        lambda conn: list(conn.execute(select(staff_messages.c.body)).scalars())
    )
    assert bodies == ["As it was"]


async def test_what_is_said_of_a_case_is_in_its_access_log(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    await in_progress(nora)
    asked = {"kind": "staff_chat", "case_id": ANNA_CASE, "staff_ids": ("s-nils",), "body": "One"}
    talk = (await nora.send("start_conversation", **asked)).conversation
    await nils.send("read_conversation", conversation_id=talk.id, seq=1)

    def look(conn: Any) -> list[tuple[str, str, str]]:
        rows = conn.execute(
            select(audit.c.staff_id, audit.c.action, audit.c.code)
            .where(
                audit.c.object_id == ANNA_CASE,
                audit.c.code.like("%conversation%") | (audit.c.action == "SEND"),
            )
            .order_by(audit.c.n)
        )
        return [tuple(row) for row in rows]

    assert await backend.store.read(look) == [
        ("s-nora", "CREATE", "conversation_started"),
        ("s-nora", "SEND", "said_to_staff"),
        ("s-nils", "READ", "conversation_read"),
    ]
