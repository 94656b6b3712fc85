"""A case that was not begun ends when its resident goes on with a ticket (slide 60), on both databases."""

import pytest

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import query
from clinic_tui.backend.snapshot import case_detail, resident_home
from clinic_tui.protocol.resources import CaseRow
from tests.backend.town import ANNA_CASE, Person, case_id, resident, staff

pytestmark = pytest.mark.anyio


async def _issue(nurse: Person, *, role: str = "doctor") -> None:
    place = {"unit_id": "north", "role": role, "reason": "Wrong queue"}
    await nurse.send("issue_ticket", resident_id="r-anna", case_id=ANNA_CASE, **place)


async def _row(backend: Backend, nurse: Person) -> CaseRow:
    return (await query(backend, nurse.token, "case", lambda tx: case_detail(tx, ANNA_CASE))).row


async def test_a_waiting_case_ends_and_its_resident_uses_the_ticket(backend: Backend) -> None:
    nora, anna = await staff(backend, "nora"), await resident(backend, "anna")
    await anna.send("leave_queue", case_id=case_id(4))
    await _issue(nora)
    row = (await nora.send("redirect_case", case_id=ANNA_CASE, version=1)).case
    assert (row.state, row.close_reason, row.closed_at) == ("closed", "redirected", backend.clock.now())
    home = await query(backend, anna.token, "home", resident_home)
    assert ANNA_CASE not in {case.id for case in home.cases}
    used = await anna.send("redeem_ticket", ticket_id=home.tickets[0].id)
    assert used.case.state == "waiting"


async def test_one_who_has_taken_it_ends_it_and_nobody_else_does(backend: Backend) -> None:
    nora, nils = await staff(backend, "nora"), await staff(backend, "nils")
    await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    version = (await _row(backend, nora)).version
    await _issue(nora)
    refused = await nils.refused("redirect_case", case_id=ANNA_CASE, version=version)
    assert (refused.status, refused.rule, refused.who) == (409, "case.not_assignee", "Nora")
    assert (await nora.send("redirect_case", case_id=ANNA_CASE, version=version)).case.state == "closed"


async def test_without_a_ticket_from_it_or_once_begun_a_case_does_not_end_so(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    assert (await nora.refused("redirect_case", case_id=ANNA_CASE, version=1)).rule == "case.no_ticket"
    await _issue(nora)
    await nora.send("accept_case", case_id=ANNA_CASE, version=1)
    started = (await nora.send("start_visit", case_id=ANNA_CASE, version=2)).case
    problem = await nora.refused("redirect_case", case_id=ANNA_CASE, version=started.version)
    assert problem.rule == "case.not_possible"
    assert (await _row(backend, nora)).state == "in_progress"


async def test_a_ticket_that_was_called_back_ends_nothing(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    await _issue(nora)
    anna = await resident(backend, "anna")
    (ticket,) = (await query(backend, anna.token, "home", resident_home)).tickets
    await nora.send("cancel_ticket", ticket_id=ticket.id)
    assert (await nora.refused("redirect_case", case_id=ANNA_CASE, version=1)).rule == "case.no_ticket"
