"""A small town: two health centres and the advice line, a few staff and residents, and how to act as them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec

from clinic_tui.backend.auth import choose_assignment, resident_sign_in, sign_in
from clinic_tui.backend.context import Backend
from clinic_tui.backend.dispatch import dispatch
from clinic_tui.backend.refused import Refused
from clinic_tui.backend.seed import (
    Seed,
    SeedAssignment,
    SeedCase,
    SeedPhrase,
    SeedResident,
    SeedStaff,
    SeedUnit,
)
from clinic_tui.protocol import commands
from clinic_tui.protocol.codec import encode
from clinic_tui.protocol.commands import COMMANDS, ChooseAssignment, ResidentSignIn, SignIn
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.problems import Problem
from clinic_tui.protocol.resources import History

PASSWORD = "a long enough password"
T = TypeVar("T")


def case_id(number: int) -> str:
    return f"01890000-0000-7000-8000-{number:012d}"


ANNA_CASE, BO_CASE, SOUTH_CASE, REHAB_CASE, CLARA_CASE = (case_id(n) for n in range(1, 6))
_QUEUED = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)


def seed_staff(name: str, title: str, *given: tuple[str, str], extra: tuple[str, ...] = ()) -> SeedStaff:
    low = name.lower()
    assignments = tuple(
        SeedAssignment(id=f"a-{low}-{unit}", unit_id=unit, role=role, extra=extra) for unit, role in given
    )
    return SeedStaff(
        id=f"s-{low}",
        hsa_id=f"SE2321000016-{low}",
        username=low,
        display_name=name,
        title=title,
        assignments=assignments,
    )


def _resident(name: str, number: str, listed: str | None = "north", **more: Any) -> SeedResident:
    born = date(int(number[:4]), int(number[4:6]), int(number[6:8]))
    return SeedResident(
        id=f"r-{name.split(maxsplit=1)[0].lower()}",
        person_number=number,
        name=name,
        birth_date=born,
        listed_unit_id=listed,
        mobile="+46701740605",
        **more,
    )


def _waiting(identity: str, resident: str, reason: str, **more: Any) -> SeedCase:
    given: dict[str, Any] = {"unit_id": "north", "queue_role": "nurse", "priority": 3, **more}
    return SeedCase(
        id=identity, state="waiting", resident_id=resident, reason=reason, queued_at=_QUEUED, **given
    )


TOWN = Seed(
    units=(
        SeedUnit(id="north", name="North health centre", kind="health_centre", phone="021-100 00"),
        SeedUnit(id="south", name="South health centre", kind="health_centre"),
        SeedUnit(id="advice", name="1177 advice line", kind="advice_line"),
    ),
    staff=(
        seed_staff("Nora", "Nurse", ("north", "nurse")),
        seed_staff("Nils", "Nurse", ("north", "nurse")),
        seed_staff("Disa", "Doctor", ("north", "doctor"), ("south", "doctor")),
        seed_staff("Sara", "Nurse", ("south", "nurse")),
        seed_staff("Rolf", "Physiotherapist", ("north", "rehab")),
        seed_staff("Maja", "Manager", ("north", "manager")),
        seed_staff("Axel", "Auditor", ("north", "auditor")),
        seed_staff("Sigrid", "Nurse", ("north", "nurse"), extra=("sign_for_colleague",)),
        seed_staff("Tess", "Nurse", ("advice", "advice_nurse")),
    ),
    residents=(
        _resident("Anna Berg", "199001012385", sex="female"),
        _resident("Bo Ek", "198510039889"),
        _resident("Clara Lind", "199008162399", protected="marked"),
        _resident("Dan Ås", "201802202398", guardians=("r-anna",)),
        _resident("Eva Holm", "196501022773"),
        _resident("Fia Unlisted", "199910052381", None),
    ),
    cases=(
        _waiting(ANNA_CASE, "r-anna", "Cough", history=History(auto_history="Cough since a week.")),
        _waiting(BO_CASE, "r-bo", "Rash", priority=2),
        _waiting(SOUTH_CASE, "r-bo", "Fever", unit_id="south"),
        _waiting(REHAB_CASE, "r-anna", "Knee", queue_role="rehab"),
        _waiting(CLARA_CASE, "r-clara", "Headache"),
    ),
    phrases=(
        SeedPhrase(
            id="ph-hello",
            scope="unit",
            unit_id="north",
            shortcut="hi",
            title="Hello",
            body="Hi {resident_first_name}",
        ),
    ),
)


@dataclass
class Person:
    """Somebody signed in, who can send commands."""

    backend: Backend
    token: str

    async def send(self, name: str, /, **fields: Any) -> Any:
        """Send a command with a new id; its decoded answer."""
        spec = COMMANDS[name]
        command = spec.struct(**{"command_id": new_id(), **fields})
        _status, body = await dispatch(self.backend, self.token, name, encode(command))
        return msgspec.json.decode(body, type=spec.answer)

    async def refused(self, name: str, /, **fields: Any) -> Problem:
        """Send a command that is refused; the problem."""
        try:
            answer = await self.send(name, **fields)
        except Refused as no:
            return no.problem
        raise AssertionError(f"{name} was not refused: {answer}")


async def staff(backend: Backend, name: str, unit: str | None = None) -> Person:
    signed = await sign_in(backend, SignIn(username=name, password=PASSWORD))
    if unit is not None:
        await choose_assignment(backend, signed.token, ChooseAssignment(assignment_id=f"a-{name}-{unit}"))
    return Person(backend, signed.token)


async def resident(backend: Backend, name: str) -> Person:
    signed = await resident_sign_in(backend, ResidentSignIn(resident_id=f"r-{name}", secret="demo"))
    return Person(backend, signed.token)


async def in_progress(nurse: Person, case: str = ANNA_CASE) -> commands.CaseAnswer:
    """Take a waiting case and start its visit."""
    taken = await nurse.send("accept_case", case_id=case, version=1)
    return await nurse.send("start_visit", case_id=case, version=taken.detail.row.version)
