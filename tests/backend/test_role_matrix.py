"""Every role and every command: who may send what, as the matrix of domain.md 2.11 says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from sqlalchemy import Connection, select

from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import dispatch
from clinic_tui.backend.handlers.permissions import NEEDED
from clinic_tui.backend.handlers.registry import HANDLERS
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.seed import Seed, SeedAssignment, SeedStaff, insert_seed
from clinic_tui.backend.store.tables import audit, staff
from clinic_tui.domain.roles import Permission, Role, allows
from clinic_tui.protocol.codec import encode
from clinic_tui.protocol.commands import COMMANDS, Command
from clinic_tui.protocol.ids import new_id
from tests.backend.town import ANNA_CASE, REHAB_CASE, Person, resident
from tests.backend.town import staff as signed_in

pytestmark = pytest.mark.anyio

STAFF_COMMANDS = sorted(name for name, spec in COMMANDS.items() if spec.party == "staff")
RESIDENT_COMMANDS = sorted(name for name, spec in COMMANDS.items() if spec.party == "resident")
_ANSWERS = {200, 403, 404, 409, 422}
MISSING = "01890000-0000-7000-8000-00000000dead"

_ANSWERING = {
    Role.NURSE,
    Role.DOCTOR,
    Role.REHAB,
    Role.PSYCHOSOCIAL,
    Role.MEDICAL_ADMIN,
    Role.ADVICE_NURSE,
    Role.CONTACT_CENTRE,
}
_READING = _ANSWERING | {Role.MANAGER}
_EVERYBODY = set(Role)
ALLOWED: dict[str, set[Role]] = {
    **dict.fromkeys(STAFF_COMMANDS, _ANSWERING),
    **dict.fromkeys(("read_case", "stop_reading", "find_resident", "open_resident"), _READING),
    **dict.fromkeys(
        ("start_conversation", "say_to_staff", "read_conversation", "close_conversation"), _READING
    ),
    **dict.fromkeys(("release_case", "leave_case", "decide_verification", "settle_verification"), _READING),
    "undo_action": _READING,
    **dict.fromkeys(("sign_note", "amend_note", "save_draft", "take_over_case", "mark_documented"), _READING),
    **dict.fromkeys(("save_profile", "save_phrase", "set_presence", "read_notices", "end_shift"), _EVERYBODY),
    "redirect_case": _ANSWERING - {Role.MEDICAL_ADMIN, Role.CONTACT_CENTRE},
    "change_priority": {Role.NURSE, Role.DOCTOR, Role.ADVICE_NURSE},
    "open_unit": {Role.UNIT_ADMIN, Role.MANAGER},
    "save_hours": {Role.UNIT_ADMIN, Role.MANAGER},
    "save_unit": {Role.UNIT_ADMIN},
    "save_unit_phrase": {Role.UNIT_ADMIN},
    "save_role": {Role.UNIT_ADMIN},
    "save_signer": {Role.UNIT_ADMIN},
}
"""Written by hand from domain.md 2.11, beside the table the backend uses."""


@dataclass(frozen=True)
class Town:
    """Somebody signed in for each role, and a resident."""

    backend: Backend
    people: dict[Role, Person]
    anna: Person


def _one_of_each(conn: Connection) -> None:
    hashed = conn.execute(select(staff.c.password_hash).where(staff.c.id == "s-nora")).scalar_one()
    members = tuple(
        SeedStaff(
            id=f"s-the-{role.value}",
            hsa_id=f"SE2321000016-{role.value}"[:31],
            username=f"the-{role.value}",
            display_name=role.value,
            assignments=(SeedAssignment(id=f"a-the-{role.value}", unit_id="north", role=role.value),),
        )
        for role in Role
    )
    insert_seed(conn, Seed(staff=members), hashed)


@pytest.fixture
async def town(memory_backend: Backend) -> Town:
    await memory_backend.store.write(_one_of_each)
    return Town(memory_backend, await _sign_in(memory_backend), await resident(memory_backend, "anna"))


async def _sign_in(backend: Backend) -> dict[Role, Person]:
    return {role: await signed_in(backend, f"the-{role.value}") for role in Role}


def _fields(struct: type[Command], role: Role = Role.NURSE) -> Iterator[tuple[str, Any]]:
    """A possible value for every field that must be given; ids of things that are not there."""
    hints = get_type_hints(struct)
    for field in msgspec.structs.fields(struct):
        if not field.required or field.name == "command_id":
            continue
        own_queue = field.name == "queue_role" and role in _ANSWERING
        yield field.name, role.value if own_queue else _value(field.name, hints[field.name])


def _value(name: str, kind: Any) -> Any:
    if name in {"unit_id", "target_unit_id"}:
        return "north"
    if name.endswith("_id") or name in {"corrects", "undoes"}:
        return MISSING
    if name in {"queue_role", "role"}:
        return "nurse"
    known = {"person_number": "199001012385", "starts_at": datetime(2026, 3, 11, 9, 0, tzinfo=UTC)}
    if name in known:
        return known[name]
    return _of_kind(kind)


def _of_kind(kind: Any) -> Any:
    if kind in {str, int, bool}:
        return {str: "x", int: 5, bool: True}[kind]
    if kind is date:
        return date(2026, 3, 11)
    if getattr(kind, "__origin__", None) is tuple:
        return ()
    choices = get_args(kind)
    return choices[0] if choices and isinstance(choices[0], str) else "x"


async def _status(person: Person, name: str, fields: dict[str, Any]) -> int:
    body = encode(COMMANDS[name].struct(**{"command_id": new_id(), **fields}))
    try:
        status, _answer = await dispatch(person.backend, person.token, name, body)
    except Refused as no:
        return no.problem.status
    return status


def test_every_command_has_a_handler_and_every_staff_command_a_row() -> None:
    assert set(HANDLERS) == set(COMMANDS)
    assert set(NEEDED) == set(STAFF_COMMANDS) == set(ALLOWED)


@pytest.mark.parametrize("name", STAFF_COMMANDS)
def test_the_backends_table_says_what_the_matrix_says(name: str) -> None:
    needed = NEEDED[name]
    found = {role for role in Role if needed is None or any(allows(role, one) for one in needed)}
    assert found == ALLOWED[name]


async def test_every_cell_of_the_matrix_is_as_it_says(town: Town) -> None:
    wrong: list[tuple[str, str, int]] = []
    for name in STAFF_COMMANDS:
        for role, person in town.people.items():
            status = await _status(person, name, dict(_fields(COMMANDS[name].struct, role)))
            if (status != 403) is not (role in ALLOWED[name]) or status not in _ANSWERS:
                wrong.append((name, role.value, status))
        if name == "end_shift":
            town.people.update(await _sign_in(town.backend))
    assert wrong == []


async def test_a_resident_sends_no_command_of_the_staffs_nor_staff_one_of_theirs(town: Town) -> None:
    for name in STAFF_COMMANDS:
        assert await _status(town.anna, name, dict(_fields(COMMANDS[name].struct))) == 403, name
    for name in RESIDENT_COMMANDS:
        fields = dict(_fields(COMMANDS[name].struct))
        assert {await _status(person, name, fields) for person in town.people.values()} == {403}, name
        assert await _status(town.anna, name, fields) != 403, name


async def test_without_an_assignment_only_what_is_ones_own_is_possible(memory_backend: Backend) -> None:
    disa = await signed_in(memory_backend, "disa")
    for name in STAFF_COMMANDS:
        status = await _status(disa, name, dict(_fields(COMMANDS[name].struct)))
        assert status == 403 or NEEDED[name] is None, name


async def test_a_case_that_is_there_is_taken_by_those_who_see_its_queue(town: Town) -> None:
    for role, person in town.people.items():
        if role not in {Role.NURSE, Role.DOCTOR}:
            problem = await person.refused("accept_case", case_id=ANNA_CASE, version=1)
            assert problem.status in {403, 404}, role
    await town.people[Role.REHAB].send("accept_case", case_id=REHAB_CASE, version=1)
    await town.people[Role.NURSE].send("accept_case", case_id=ANNA_CASE, version=1)


async def test_what_was_refused_is_in_the_access_log(town: Town) -> None:
    await town.people[Role.AUDITOR].refused("read_case", case_id=ANNA_CASE)
    rows = await town.backend.store.read(
        lambda conn: conn.execute(select(audit).where(audit.c.action == "DENIED")).all()
    )
    assert [(row.code, row.object_id, row.staff_id) for row in rows] == [
        ("read_case", ANNA_CASE, "s-the-auditor")
    ]


def test_signing_for_colleagues_is_the_managers_and_that_of_whom_the_unit_names() -> None:
    extra = frozenset({Permission.SIGN_FOR_COLLEAGUE})
    assert [role for role in Role if allows(role, Permission.SIGN_FOR_COLLEAGUE)] == [Role.MANAGER]
    assert allows(Role.NURSE, Permission.SIGN_FOR_COLLEAGUE, extra)
