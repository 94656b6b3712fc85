"""A command that comes again has its answer again, and no more of it than one may read by now."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from clinic_tui.backend.auth import choose_assignment
from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import dispatch, query
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.repeated import OWN, RENEWED
from clinic_tui.backend.snapshot import desk_snapshot
from clinic_tui.backend.store.tables import audit, guardians
from clinic_tui.protocol.codec import encode
from clinic_tui.protocol.commands import COMMANDS, ChooseAssignment
from clinic_tui.protocol.ids import new_id
from tests.backend.town import ANNA_CASE, Person, in_progress, resident, staff

pytestmark = pytest.mark.anyio
Again = Callable[[], Awaitable[dict[str, Any]]]


async def sent(person: Person, name: str, **fields: Any) -> tuple[dict[str, Any], Again]:
    """Send a command; its answer, and how to send the very same again."""
    body = encode(COMMANDS[name].struct(command_id=new_id(), **fields))

    async def send() -> dict[str, Any]:
        return json.loads((await dispatch(person.backend, person.token, name, body))[1])

    return await send(), send


async def not_there(again: Again) -> None:
    with pytest.raises(Refused) as refused:
        await again()
    assert refused.value.problem.status == 404


async def logged(backend: Backend, staff_id: str) -> list[tuple[str, str]]:
    wanted = select(audit.c.action, audit.c.code).where(audit.c.staff_id == staff_id)
    rows = await backend.store.read(lambda conn: conn.execute(wanted.order_by(audit.c.at, audit.c.n)).all())
    return [(row.action, row.code) for row in rows]


def test_every_answer_is_made_anew_or_holds_what_is_the_senders_own() -> None:
    assert {spec.answer.__name__ for spec in COMMANDS.values()} == {one.__name__ for one in RENEWED} | OWN


async def test_an_expelled_colleague_does_not_get_the_case_by_its_old_id(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    first, again = await sent(sara, "read_case", case_id=ANNA_CASE)
    assert (await again())["detail"]["history"] == first["detail"]["history"]
    assert (await logged(backend, "s-sara"))[-1] == ("READ", "answer_repeated")
    await sara.send("leave_case", case_id=ANNA_CASE)
    await not_there(again)
    assert (await logged(backend, "s-sara"))[-1][0] == "DENIED"


async def test_what_was_read_under_one_assignment_is_not_repeated_under_another(backend: Backend) -> None:
    disa = await staff(backend, "disa", "north")
    _first, again = await sent(disa, "read_case", case_id=ANNA_CASE)
    await choose_assignment(backend, disa.token, ChooseAssignment(assignment_id="a-disa-south"))
    await not_there(again)


async def test_who_left_is_told_that_they_did_and_nothing_of_the_case(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    said, say_again = await sent(sara, "post_message", case_id=ANNA_CASE, body="Hello")
    _left, leave_again = await sent(sara, "leave_case", case_id=ANNA_CASE)
    repeated = await leave_again()
    assert repeated["case"]["id"] == ANNA_CASE
    assert "Anna Berg" not in json.dumps(repeated)
    assert "Cough" not in json.dumps(repeated)
    own = await say_again()
    assert (own["message"]["body"], own["case"]) == (said["message"]["body"], None)


async def test_a_case_that_has_moved_on_is_told_as_it_is_now(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    taken, again = await sent(nora, "accept_case", case_id=ANNA_CASE, version=1)
    row = taken["detail"]["row"]
    await nora.send("start_visit", case_id=ANNA_CASE, version=row["version"])
    assert (await again())["detail"]["row"]["state"] == "in_progress"


async def test_a_colleague_who_left_a_case_does_not_reread_its_staff_chat(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    _talk, again = await sent(
        sara, "start_conversation", kind="staff_chat", case_id=ANNA_CASE, staff_ids=(), body="What now?"
    )
    await sara.send("leave_case", case_id=ANNA_CASE)
    await not_there(again)


async def test_a_profile_is_not_reread_once_the_ground_to_open_it_is_gone(backend: Backend) -> None:
    clock: Any = backend.clock
    sara = await staff(backend, "sara")
    _found, again = await sent(sara, "find_resident", person_number="196501022773")
    assert (await again())["profile"]["resident"]["name"] == "Eva Holm"
    assert (await logged(backend, "s-sara"))[-1] == ("READ", "answer_repeated")
    clock.move(timedelta(minutes=31))
    await not_there(again)


async def test_a_former_guardian_gets_no_old_answers(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    asked, ask_again = await sent(
        anna, "ask_question", service_code="child_health", body="When?", child_id="r-dan"
    )
    where = asked["case"]["id"]
    taken = await nora.send("accept_case", case_id=where, version=1)
    assert taken.detail.row.acting_proxy == "Anna Berg"
    _said, say_again = await sent(anna, "resident_says", case_id=where, body="And?")
    assert (await say_again())["message"]["body"] == "And?"
    await backend.store.write(lambda conn: conn.execute(delete(guardians)))
    await not_there(ask_again)
    await not_there(say_again)


async def test_a_notice_read_long_ago_names_nobody_of_a_case_one_has_left(backend: Backend) -> None:
    nora, sara = await staff(backend, "nora"), await staff(backend, "sara")
    await in_progress(nora)
    await nora.send("invite_colleague", case_id=ANNA_CASE, staff_id="s-sara")
    (notice,) = (await query(backend, sara.token, "desk", desk_snapshot)).notices
    read, again = await sent(sara, "read_notices", notice_id=notice.id)
    assert read["notices"][0]["resident"]["name"] == "Anna Berg"
    await sara.send("leave_case", case_id=ANNA_CASE)
    assert await again() == {"notices": []}
