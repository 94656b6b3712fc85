"""What is refused, with which answer, the same on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from clinic_tui.backend.auth import sign_in, sign_out
from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import dispatch, query
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.snapshot import case_detail
from clinic_tui.protocol.codec import encode
from clinic_tui.protocol.commands import AcceptCase, PostMessage, SignIn
from clinic_tui.protocol.ids import new_id
from tests.backend.town import (
    ANNA_CASE,
    BO_CASE,
    CLARA_CASE,
    REHAB_CASE,
    SOUTH_CASE,
    case_id,
    in_progress,
    resident,
    staff,
)

pytestmark = pytest.mark.anyio


async def test_another_units_case_and_no_case_have_the_same_answer(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    other = await nora.refused("read_case", case_id=SOUTH_CASE)
    nothing = await nora.refused("read_case", case_id=case_id(999))
    assert other.status == 404
    assert encode(other) == encode(nothing)


async def test_a_queue_the_role_does_not_see_is_forbidden(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    assert (await nora.refused("read_case", case_id=REHAB_CASE)).status == 403
    assert (await nora.refused("accept_case", case_id=REHAB_CASE, version=1)).status == 403


@pytest.mark.parametrize("name", ["maja", "axel"])
async def test_managers_and_auditors_take_no_cases(backend: Backend, name: str) -> None:
    problem = await (await staff(backend, name)).refused("accept_case", case_id=ANNA_CASE, version=1)
    assert problem.status == 403


async def test_who_comes_second_is_told_who_was_first_and_when(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    problem = await nils.refused("accept_case", case_id=ANNA_CASE, version=1)
    assert (problem.status, problem.code, problem.who) == (409, "already_taken", "Nora")
    assert problem.at == backend.clock.now()


async def test_an_old_version_is_told_who_changed_the_case(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    await nora.send("release_case", case_id=ANNA_CASE, version=2)
    problem = await nils.refused("accept_case", case_id=ANNA_CASE, version=1)
    assert (problem.code, problem.who, problem.current_version) == ("stale_version", "Nora", 3)


async def test_a_case_keeps_its_place_when_it_is_given_back(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    taken = await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    released = await nora.send("release_case", case_id=ANNA_CASE, version=2)
    assert released.case.queued_at == taken.detail.row.queued_at
    assert released.case.assignee is None


async def test_a_case_is_not_given_back_once_it_has_begun(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    started = await in_progress(nora)
    await nora.send("post_message", case_id=ANNA_CASE, body="Hello")
    problem = await nora.refused("release_case", case_id=ANNA_CASE, version=started.case.version)
    assert (problem.status, problem.code) == (409, "blocked_by_rule")


async def test_taking_over_needs_a_yes_and_tells_the_one_who_had_it(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    started = await in_progress(nora)
    version = started.case.version
    problem = await nils.refused("take_over_case", case_id=ANNA_CASE, version=version)
    assert problem.rule == "case.take_over_unconfirmed"
    taken = await nils.send("take_over_case", case_id=ANNA_CASE, version=version, confirmed=True)
    assert taken.detail.row.assignee.name == "Nils"
    late = await nora.refused("post_message", case_id=ANNA_CASE, body="Still me")
    assert (late.rule, late.who) == ("case.not_assignee", "Nils")


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("Hi {resident_first_name}", "phrase.unresolved"),
        ("At {time?}", "phrase.unresolved"),
        (" \u200b", "message.empty"),
    ],
)
async def test_a_message_that_is_not_ready_is_refused(backend: Backend, body: str, rule: str) -> None:
    nora = await staff(backend, "nora")
    await in_progress(nora)
    problem = await nora.refused("post_message", case_id=ANNA_CASE, body=body)
    assert (problem.status, problem.field, problem.rule) == (422, "body", rule)


async def test_nobody_writes_before_the_visit_or_after_it(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    taken = await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    assert (await nora.refused("post_message", case_id=ANNA_CASE, body="Hi")).rule == "case.not_started"
    assert (await anna.refused("resident_says", case_id=ANNA_CASE, body="Hi")).rule == "case.not_started"
    started = await nora.send("start_visit", case_id=ANNA_CASE, version=taken.detail.row.version)
    await nora.send("end_visit", case_id=ANNA_CASE, version=started.case.version)
    assert (await anna.refused("resident_says", case_id=ANNA_CASE, body="Hi")).rule == "case.finished"


async def test_a_resident_sees_only_their_own_case(backend: Backend) -> None:
    await in_progress(await staff(backend, "nora"), BO_CASE)
    anna = await resident(backend, "anna")
    assert (await anna.refused("resident_says", case_id=BO_CASE, body="Hi")).status == 404


async def test_a_resident_gives_no_staff_commands_nor_the_other_way(backend: Backend) -> None:
    anna, nora = await resident(backend, "anna"), await staff(backend, "nora")
    assert (await anna.refused("accept_case", case_id=ANNA_CASE, version=1)).status == 403
    assert (await nora.refused("resident_says", case_id=ANNA_CASE, body="Hi")).status == 403


async def test_the_same_command_again_gives_the_first_answer_and_changes_nothing(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await in_progress(nora)
    body = encode(PostMessage(command_id=new_id(), case_id=ANNA_CASE, body="Hello"))
    first = await dispatch(backend, nora.token, "post_message", body)
    again = await dispatch(backend, nora.token, "post_message", body)
    assert first == again
    detail = await query(backend, nora.token, "case", lambda tx: case_detail(tx, ANNA_CASE))
    assert len(detail.messages) == 1


async def test_a_command_id_used_for_something_else_is_a_conflict(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    one = new_id()
    await nora.send("accept_case", command_id=one, case_id=ANNA_CASE, version=1)
    problem = await nora.refused("accept_case", command_id=one, case_id=BO_CASE, version=1)
    assert (problem.status, problem.code) == (409, "idempotency_mismatch")


async def test_the_same_command_at_the_same_moment_is_carried_out_once(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    body = encode(AcceptCase(command_id=new_id(), case_id=ANNA_CASE, version=1))
    answers = await asyncio.gather(
        *(dispatch(backend, nora.token, "accept_case", body) for _ in range(8)), return_exceptions=True
    )
    assert len({answer for answer in answers if isinstance(answer, tuple)}) == 1
    assert all(isinstance(answer, tuple) for answer in answers)


async def test_a_session_ends_with_the_sign_out_and_after_a_shift(backend: Backend) -> None:
    clock: Any = backend.clock
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    await sign_out(backend, nora.token)
    assert (await nora.refused("read_case", case_id=ANNA_CASE)).status == 401
    clock.move(timedelta(hours=11, minutes=59))
    await nils.send("read_case", case_id=ANNA_CASE)
    clock.move(timedelta(minutes=1))
    assert (await nils.refused("read_case", case_id=ANNA_CASE)).status == 401


@pytest.mark.parametrize("who", ["nora", "nobody"])
async def test_a_wrong_password_and_a_wrong_name_have_the_same_answer(backend: Backend, who: str) -> None:
    with pytest.raises(Refused) as caught:
        await sign_in(backend, SignIn(username=who, password="wrong"))
    assert caught.value.problem.status == 401
    assert caught.value.problem.detail == "The user name or the password is wrong."


async def test_without_an_assignment_there_is_nothing_to_do(backend: Backend) -> None:
    disa = await staff(backend, "disa")
    assert (await disa.refused("read_case", case_id=ANNA_CASE)).rule == "session.no_assignment"
    at_north = await staff(backend, "disa", "north")
    await at_north.send("read_case", case_id=ANNA_CASE)
    assert (await at_north.refused("read_case", case_id=SOUTH_CASE)).status == 404


async def test_a_protected_resident_has_no_name_in_the_list(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    shown = await nora.send("read_case", case_id=CLARA_CASE)
    assert shown.detail.row.resident.name == ""
    assert shown.detail.contact.person_number == "19900816-••••"
    assert shown.detail.contact.listed_unit == ""
    assert shown.detail.contact.mobile == ""
