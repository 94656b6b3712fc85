"""Messages to colleagues that are on their way: where each is shown, and when it no longer is."""

from msgspec.structs import replace

from clinic_tui.client.errors import Offline
from clinic_tui.client.link_events import OutboxChanged
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Conversation, StaffMessage
from clinic_tui.protocol.team_commands import SayToStaff, StartConversation
from clinic_tui.state.desk import Desk
from clinic_tui.state.staff_letters import StaffLetters
from tests.desks import EBBA, ME, NOW, case_id


def conversation(number: str = "c1", **changes: object) -> Conversation:
    values: dict[str, object] = {"kind": "direct", "unit_id": "ekens", "asked_by": ME, "members": (ME, EBBA)}
    values |= {"started_at": NOW, "last_at": NOW}
    return Conversation(id=number, **(values | changes))  # type: ignore[arg-type]


def said(number: str, body: str, to: str = "c1") -> SayToStaff:
    return SayToStaff(command_id=number, conversation_id=to, body=body)


def bodies(found: list[object]) -> list[str]:
    return [one.command.body for one in found]  # type: ignore[attr-defined]


def test_what_is_on_its_way_stands_in_its_own_conversation_in_order() -> None:
    letters = StaffLetters()
    for command in (said("1", "one"), said("2", "elsewhere", "c2"), said("3", "three")):
        letters.queue(command, NOW)
    assert bodies([*letters.into(conversation())]) == ["one", "three"]
    assert bodies([*letters.into(conversation("c2"))]) == ["elsewhere"]


def test_what_begins_a_conversation_is_shown_before_and_after_there_is_one() -> None:
    letters = StaffLetters()
    beside = StartConversation(command_id="1", kind="staff_chat", case_id=case_id(3), body="beside")
    direct = StartConversation(command_id="2", kind="direct", staff_ids=(EBBA.id,), body="direct")
    letters.queue(beside, NOW)
    letters.queue(direct, NOW)
    assert bodies([*letters.beginning(case_id=case_id(3))]) == ["beside"]
    assert bodies([*letters.beginning(staff_id=EBBA.id)]) == ["direct"]
    assert letters.beginning(staff_id="omar") == letters.beginning(case_id=case_id(4)) == []
    assert bodies([*letters.into(conversation(kind="staff_chat", case_id=case_id(3)))]) == ["beside"]
    assert bodies([*letters.into(conversation())]) == ["direct"]
    omar = StaffRef(id="omar", name="Omar Berg")
    assert letters.into(conversation(members=(ME, omar))) == []


def test_a_message_that_came_back_is_shown_once() -> None:
    letters = StaffLetters()
    letters.queue(said("1", "one"), NOW)
    there = StaffMessage(id="1", conversation_id="c1", seq=1, author=ME, body="one", sent_at=NOW)
    assert letters.into(replace(conversation(), messages=(there,))) == []


def test_the_desk_tells_of_every_step() -> None:
    desk = Desk()
    command = said("1", "one")
    assert desk.queue_letter(command, NOW).team == {"conversations"}
    assert [one.state for one in desk.letters.into(conversation())] == ["queued"]
    error = Offline(maybe_done=True)
    assert desk.outbox(OutboxChanged(command, "unknown", error)).team == {"conversations"}
    assert not desk.outbox(OutboxChanged(command, "unknown", error))
    assert [(one.state, one.error) for one in desk.letters.into(conversation())] == [("unknown", error)]
    assert desk.settle_letter("1").team == {"conversations"}
    assert not desk.settle_letter("1")
    assert len(desk.letters) == 0
