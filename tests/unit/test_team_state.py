"""Folding what is told to one staff member: a notice is news once, and is read once."""

from msgspec.structs import replace

from clinic_tui.protocol.events import NoticeAdded, NoticesRead
from clinic_tui.protocol.team import Notice
from clinic_tui.state.desk import Desk
from tests.desks import NOW, event, snapshot


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
