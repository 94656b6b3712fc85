"""Folding what is told to one staff member: a notice is news once, and is read once."""

from msgspec.structs import replace

from clinic_tui.protocol.events import NoticeAdded, NoticesRead, Withheld
from clinic_tui.protocol.team import Conversation, Notice
from clinic_tui.state.desk import Desk
from tests.desks import EBBA, NOW, case_id, event, snapshot


def notice(number: int) -> Notice:
    return Notice(id=f"01890000-0000-7000-8000-{number:012d}", kind="conversation", at=NOW)


def test_a_notice_read_elsewhere_is_read_here_and_not_told_again() -> None:
    desk = Desk()
    desk.load(snapshot())
    first = desk.fold(event(0, NoticeAdded(notice=notice(1))))
    assert first.noticed == (notice(1),)
    again = desk.fold(event(0, NoticeAdded(notice=replace(notice(1), read=True))))
    assert (again.noticed, desk.team.unread_notices) == ((), 0)
    late = desk.fold(event(0, NoticeAdded(notice=notice(1))))
    assert (late.noticed, desk.team.unread_notices) == ((), 0)


def test_reading_up_to_a_notice_leaves_the_newer_ones() -> None:
    desk = Desk()
    desk.load(snapshot())
    for number in (1, 2, 3):
        desk.fold(event(0, NoticeAdded(notice=notice(number))))
    desk.fold(event(0, NoticesRead(notice_id=notice(2).id)))
    assert desk.team.unread_notices == 1


def test_a_conversation_one_was_let_out_of_is_closed_and_empty() -> None:
    desk = Desk()
    talk = Conversation(
        id="01890000-0000-7000-8000-000000000077",
        kind="staff_chat",
        unit_id="eken",
        subject="The knee",
        asked_by=EBBA,
        members=(EBBA,),
        started_at=NOW,
        last_at=NOW,
        last_body="Look",
        count=1,
    )
    desk.load(replace(snapshot(), conversations=(talk,)))
    assert desk.fold(event(0, Withheld(object_id=talk.id))).team == {"conversations"}
    left = desk.team.conversations[talk.id]
    assert (left.state, left.subject, left.last_body, left.members) == ("closed", "", "", ())


def test_notices_of_a_case_go_with_it() -> None:
    desk = Desk()
    of_case = replace(notice(1), case_id=case_id(1))
    desk.load(replace(snapshot(), notices=(of_case, notice(2))))
    assert "notices" in desk.fold(event(0, Withheld(object_id=case_id(1), revision=9))).team
    assert list(desk.team.notices.values()) == [notice(2)]
