"""Outgoing messages and drafts: order, repeats with the same id, and what is given up."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from clinic_tui.client.drafts import Drafts
from clinic_tui.client.errors import (
    ClientError,
    Conflict,
    Offline,
    Rejected,
    ServerBroken,
    TooMany,
    Unauthorised,
    Withdrawn,
)
from clinic_tui.client.keeper import Keeper
from clinic_tui.client.link_events import DraftNotSaved, DraftSaved, OutboxChanged
from clinic_tui.client.outbox import Outbox
from clinic_tui.protocol.commands import DraftAnswer, MessageAnswer, PostMessage, SaveDraft
from clinic_tui.protocol.problems import Problem
from clinic_tui.protocol.resources import DeviceKey, Draft
from tests.desks import NOW, message

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Wire:
    """The other end: gives the outcomes it is told to, then success."""

    def __init__(self, *outcomes: ClientError | None) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[Any] = []
        self.told: list[Any] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def post(self, command: PostMessage) -> MessageAnswer:
        await self._outcome(command)
        return MessageAnswer(message=message(len(self.sent), id=command.command_id, body=command.body))

    async def save(self, command: SaveDraft) -> DraftAnswer:
        await self._outcome(command)
        draft = Draft(
            case_id=command.case_id,
            kind=command.kind,
            body=command.body,
            revision=command.revision + 1,
            saved_at=NOW,
        )
        return DraftAnswer(draft=draft)

    async def _outcome(self, command: Any) -> None:
        self.sent.append(command)
        await self.gate.wait()
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome

    def states(self, number: int | None = None) -> list[str]:
        return [
            one.state
            for one in self.told
            if isinstance(one, OutboxChanged) and number in (None, int(one.message_id))
        ]


def command(number: int, case: str = "a") -> PostMessage:
    return PostMessage(command_id=str(number), case_id=case, body=f"text {number}")


def outbox(wire: Wire) -> Outbox:
    return Outbox(wire.post, wire.told.append)


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - one turn of the loop at a time
            await asyncio.sleep(0)


async def test_messages_of_a_case_go_one_after_the_other() -> None:
    wire = Wire()
    box = outbox(wire)
    wire.gate.clear()
    done = [box.put(command(number)) for number in range(3)]
    await eventually(lambda: wire.sent)
    assert len(wire.sent) == 1
    wire.gate.set()
    await asyncio.gather(*done)
    assert [one.command_id for one in wire.sent] == ["0", "1", "2"]
    assert wire.states(2) == ["queued", "sending", "sent"]
    assert box.waiting == 0


async def test_cases_do_not_wait_for_each_other() -> None:
    wire = Wire()
    box = outbox(wire)
    wire.gate.clear()
    done = [box.put(command(1, "a")), box.put(command(2, "b"))]
    await eventually(lambda: len(wire.sent) == 2)
    wire.gate.set()
    await asyncio.gather(*done)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Offline(), "queued"),
        (Offline(maybe_done=True), "unknown"),
        (ServerBroken(), "unknown"),
        (TooMany(Problem(title="", status=429, code="rate_limited", retry_after=0.01)), "queued"),
    ],
)
async def test_without_an_answer_the_same_command_is_sent_again(error: ClientError, state: str) -> None:
    wire = Wire(error)
    box = outbox(wire)
    done = box.put(command(1))
    await eventually(lambda: state in wire.states()[2:])
    box.wake()
    assert (await done).message.id == "1"
    assert wire.sent == [command(1), command(1)]
    assert wire.states() == ["queued", "sending", state, "sending", "sent"]


async def test_a_refusal_is_final_and_does_not_hold_up_the_next() -> None:
    wire = Wire(Rejected())
    box = outbox(wire)
    first, second = box.put(command(1)), box.put(command(2))
    with pytest.raises(Rejected):
        await first
    await second
    assert wire.states(1)[-1] == "failed"
    assert wire.states(2)[-1] == "sent"


async def test_after_the_session_ended_messages_wait_for_the_next_one() -> None:
    wire = Wire(Unauthorised())
    box = outbox(wire)
    done = box.put(command(1))
    await eventually(lambda: wire.states() == ["queued", "sending", "queued"])
    assert box.waiting == 1
    box.resume()
    await done


async def test_a_message_taken_back_while_nobody_is_signed_in_leaves_nothing_to_wait_for() -> None:
    wire = Wire()
    box = outbox(wire)
    box.pause()
    first, second = box.put(command(1)), box.put(command(2))
    await asyncio.sleep(0)
    assert box.withdraw("1")
    with pytest.raises(Withdrawn):
        await first
    box.resume()
    await second
    await box.drain()
    assert [one.command_id for one in wire.sent] == ["2"]
    box.pause()
    third = box.put(command(3))
    await asyncio.sleep(0)
    assert box.withdraw("3")
    with pytest.raises(Withdrawn):
        await third
    await box.drain()


async def test_what_an_earlier_run_left_goes_before_what_is_new() -> None:
    wire = Wire()
    box = outbox(wire)
    box.pause()
    box.put(command(3))
    await asyncio.sleep(0)
    box.put_before([command(1), command(2)])
    box.resume()
    await box.drain()
    assert [one.command_id for one in wire.sent] == ["1", "2", "3"]


async def test_what_is_given_up_fails_with_the_reason() -> None:
    wire = Wire()
    box = outbox(wire)
    box.pause()
    done = box.put(command(1))
    box.let_go(Unauthorised())
    with pytest.raises(Unauthorised):
        await done
    await box.drain()
    assert wire.sent == []


async def test_a_message_behind_another_is_taken_back_before_it_leaves() -> None:
    wire = Wire()
    box = outbox(wire)
    wire.gate.clear()
    first, second, third = (box.put(command(number)) for number in range(3))
    await eventually(lambda: wire.sent)
    assert box.withdraw("1")
    assert not box.withdraw("1")
    wire.gate.set()
    await asyncio.gather(first, third)
    with pytest.raises(Withdrawn):
        await second
    assert [one.command_id for one in wire.sent] == ["0", "2"]
    assert wire.states(1) == ["queued", "withdrawn"]


async def test_what_is_on_its_way_or_was_once_unanswered_is_not_taken_back() -> None:
    wire = Wire(Offline(maybe_done=True), Offline(), Unauthorised())
    box = outbox(wire)
    wire.gate.clear()
    done = box.put(command(1))
    await eventually(lambda: wire.sent)
    assert not box.withdraw("1")
    wire.gate.set()
    for answered in (2, 3):
        await eventually(
            lambda number=answered: len(wire.sent) == number - 1 and wire.states()[-1] == "unknown"
        )
        assert not box.withdraw("1")
        box.wake()
    await eventually(lambda: len(wire.sent) == 3 and wire.states()[-1] == "unknown")
    assert not box.withdraw("1")
    box.resume()
    await done
    assert wire.states()[-1] == "sent"


@pytest.mark.parametrize(
    "error",
    [
        Offline(),
        TooMany(Problem(title="", status=429, code="rate_limited", retry_after=30.0)),
        Unauthorised(),
    ],
)
async def test_what_is_known_not_to_be_stored_is_taken_back_and_the_next_goes_on(error: ClientError) -> None:
    wire = Wire(error)
    box = outbox(wire)
    first, second = box.put(command(1)), box.put(command(2))
    await eventually(lambda: wire.states(1) == ["queued", "sending", "queued"])
    assert box.withdraw("1")
    box.resume()
    await second
    with pytest.raises(Withdrawn):
        await first
    assert [one.command_id for one in wire.sent] == ["1", "2"]
    assert box.waiting == 0


async def test_the_only_message_of_a_case_is_taken_back_and_nothing_waits() -> None:
    wire = Wire()
    box = outbox(wire)
    box.pause()
    done = box.put(command(1))
    assert box.withdraw("1")
    with pytest.raises(Withdrawn):
        await done
    assert box.waiting == 0
    await box.drain()
    assert wire.sent == []
    box.resume()
    await box.put(command(3))
    assert [one.command_id for one in wire.sent] == ["3"]


def keeper() -> Keeper:
    """One that keeps in memory alone."""

    async def no_key(device_id: str) -> DeviceKey:
        raise AssertionError(device_id)

    return Keeper("https://clinic.example", None, no_key, lambda _told: None)


async def test_the_newest_text_of_a_draft_is_saved_and_builds_on_the_last_revision() -> None:
    wire = Wire()
    drafts = Drafts(wire.save, wire.told.append, keeper())
    for text in ("H", "He", "Hej"):
        drafts.put("a", "note", text, 4)
    await drafts.drain()
    assert [(one.body, one.revision) for one in wire.sent] == [("Hej", 4)]
    drafts.put("a", "note", "Hej du", 4)
    await drafts.drain()
    assert [(one.body, one.revision) for one in wire.sent][1:] == [("Hej du", 5)]
    assert all(isinstance(one, DraftSaved) for one in wire.told)
    assert drafts.unsaved == 0


async def test_text_typed_during_a_save_is_saved_after_it() -> None:
    wire = Wire()
    drafts = Drafts(wire.save, wire.told.append, keeper())
    wire.gate.clear()
    drafts.put("a", "message", "H", 0)
    draining = asyncio.create_task(drafts.drain())
    await eventually(lambda: wire.sent)
    drafts.put("a", "message", "Hej", 0)
    wire.gate.set()
    await draining
    assert [(one.body, one.revision) for one in wire.sent] == [("H", 0), ("Hej", 1)]


async def test_a_draft_that_got_no_answer_is_sent_again_with_the_same_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("clinic_tui.client.drafts._TRY_AGAIN", 0.01)
    wire = Wire(Offline(maybe_done=True))
    drafts = Drafts(wire.save, wire.told.append, keeper())
    drafts.put("a", "note", "text", 0)
    await drafts.drain()
    assert wire.sent[0] == wire.sent[1]
    assert [type(one) for one in wire.told] == [DraftNotSaved, DraftSaved]


async def test_a_stale_draft_is_told_and_the_next_text_builds_on_what_is_stored() -> None:
    stale = Conflict(Problem(title="", status=409, code="stale_version", current_version=7))
    wire = Wire(stale)
    drafts = Drafts(wire.save, wire.told.append, keeper())
    drafts.put("a", "note", "text", 2)
    await drafts.drain()
    assert wire.told == [DraftNotSaved("a", "note", stale)]
    drafts.put("a", "note", "text!", 2)
    await drafts.drain()
    assert wire.sent[-1].revision == 7


async def test_forgotten_drafts_are_not_saved() -> None:
    wire = Wire()
    drafts = Drafts(wire.save, wire.told.append, keeper())
    drafts.put("a", "note", "text", 0)
    drafts.let_go()
    await drafts.drain()
    assert wire.sent == []
