"""Attempts: which commands keep their id, and until when."""

from typing import Any

import pytest

from clinic_tui.client.attempts import REPEATED, Attempts
from clinic_tui.client.errors import (
    ClientError,
    Conflict,
    Forbidden,
    NotFound,
    Offline,
    ProtocolMismatch,
    Rejected,
    ServerBroken,
    TooMany,
    Unauthorised,
)
from clinic_tui.protocol.chat_commands import IssueTicket
from clinic_tui.protocol.commands import COMMANDS, Command, ReadCase, SignNote
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.team_commands import SetPresence

pytestmark = pytest.mark.anyio
UNKNOWN = (Offline(maybe_done=True), ServerBroken(), ProtocolMismatch())


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Backend:
    """Notes what comes, and gives the outcomes it is told to; success after them."""

    def __init__(self, *outcomes: ClientError | None) -> None:
        self.outcomes = list(outcomes)
        self.came: list[Command] = []
        self.attempts = Attempts(self.answer)

    async def answer(self, command: Command) -> str:
        self.came.append(command)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        return f"done {command.command_id}"

    async def press(self, command: Command) -> Any:
        """Send it; the answer or the error."""
        try:
            return await self.attempts.send(command)
        except ClientError as error:
            return error

    @property
    def ids(self) -> list[str]:
        """The ids that came, each as the number of its first coming."""
        known: dict[str, str] = {}
        return [known.setdefault(one.command_id, str(len(known))) for one in self.came]


def ticket(reason: str = "feber", resident: str = "r1") -> IssueTicket:
    return IssueTicket(
        command_id=new_id(), resident_id=resident, unit_id="ekens", role="nurse", reason=reason
    )


def signing(version: int = 3) -> SignNote:
    return SignNote(command_id=new_id(), case_id="c1", version=version, body="Hosta.")


@pytest.mark.parametrize("error", UNKNOWN, ids=lambda error: type(error).__name__)
async def test_every_press_is_the_same_command_until_there_is_an_answer(error: ClientError) -> None:
    backend = Backend(error, error, None)
    for _press in range(4):
        await backend.press(ticket())
    assert backend.ids == ["0", "0", "0", "1"]


@pytest.mark.parametrize("error", [Conflict(), Rejected(), Forbidden(), NotFound()])
async def test_a_refusal_ends_the_attempt(error: ClientError) -> None:
    backend = Backend(Offline(maybe_done=True), error)
    for _press in range(3):
        await backend.press(ticket())
    assert backend.ids == ["0", "0", "1"]
    assert error.outcome_known


@pytest.mark.parametrize("error", [Offline(), TooMany(), Unauthorised()])
async def test_what_was_not_looked_at_leaves_an_earlier_loss_unknown(error: ClientError) -> None:
    backend = Backend(Offline(maybe_done=True), error)
    await backend.press(ticket())
    assert await backend.press(ticket()) is error
    assert not error.outcome_known
    await backend.press(ticket())
    assert backend.ids == ["0", "0", "0"]


async def test_what_never_left_is_known_not_to_be_done() -> None:
    backend = Backend(Offline())
    error = await backend.press(ticket())
    assert error.outcome_known
    assert "Ingen kontakt" in error.user_text()


async def test_something_else_is_another_attempt() -> None:
    backend = Backend(*(Offline(maybe_done=True) for _ in range(4)))
    await backend.press(ticket())
    await backend.press(ticket(resident="r2"))
    await backend.press(ticket("hosta"))
    await backend.press(ticket())
    await backend.press(ticket(resident="r2"))
    assert backend.ids == ["0", "1", "2", "3", "1"]


async def test_a_case_that_has_changed_since_is_asked_about_with_the_version_of_then() -> None:
    backend = Backend(Offline(maybe_done=True))
    await backend.press(signing(3))
    answer = await backend.press(signing(4))
    assert answer == f"done {backend.came[0].command_id}"
    assert backend.came[1] == backend.came[0]


async def test_where_it_turns_out_not_to_be_done_it_is_sent_as_it_is_now() -> None:
    backend = Backend(Offline(maybe_done=True), Conflict())
    await backend.press(signing(3))
    newer = signing(4)
    assert await backend.press(newer) == f"done {newer.command_id}"
    assert backend.ids == ["0", "0", "1"]
    assert backend.came[-1] == newer


@pytest.mark.parametrize(
    "make",
    [
        lambda: ReadCase(command_id=new_id(), case_id="c1"),
        lambda: SetPresence(command_id=new_id(), presence="busy"),
    ],
)
async def test_what_is_a_new_act_each_time_has_a_new_id(make: Any) -> None:
    backend = Backend(Offline(maybe_done=True))
    await backend.press(make())
    await backend.press(make())
    assert backend.ids == ["0", "1"]


async def test_another_person_begins_anew() -> None:
    backend = Backend(Offline(maybe_done=True))
    await backend.press(ticket())
    backend.attempts.give_up()
    await backend.press(ticket())
    assert backend.ids == ["0", "1"]


def test_what_is_repeated_at_will_is_known_by_name() -> None:
    repeated = {name for name, spec in COMMANDS.items() if spec.struct in REPEATED}
    reads = {"read_case", "read_conversation", "read_notices", "open_resident", "find_resident", "open_unit"}
    assert repeated - reads == {"mark_read", "stop_reading", "save_draft", "set_presence"}
