"""Parts of the lists that the start page counts, and that a view shows alone when one comes from there."""

from collections.abc import Mapping

from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import CaseState, queue_key
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.desk import Desk
from clinic_tui.state.lists import ListName
from clinic_tui.state.queue_view import QueueView

WAITING, ANSWERS, OFFERED, COMING = "waiting", "answers", "offered", "coming"
"""Who waits in the drop-in queue, chats of mine that wait for me, cases that colleagues offer me, and the
day's scheduled visits that nobody has taken yet, which the day's own view finds."""


def is_part(name: str) -> bool:
    """Whether a part goes by this name; a priority's is its number."""
    return name in {WAITING, ANSWERS, OFFERED, COMING} or name.isdecimal()


def part_rows(desk: Desk, lists: Mapping[ListName, QueueView], name: str) -> list[CaseRow]:
    """The cases of a part, in the order of their list; what colleagues offer no filter hides."""
    if name == OFFERED:
        rows = filter(desk.is_offered, desk.rows.involved)
        return sorted(rows, key=lambda row: queue_key(row.priority, row.queued_at, row.id))
    if name == ANSWERS:
        return [row for row in _rows(desk, lists["my_chats"]) if row.state == AsyncState.AWAITING_STAFF]
    waiting = [row for row in _rows(desk, lists["drop_in"]) if row.state == CaseState.WAITING]
    return waiting if name == WAITING else [row for row in waiting if row.priority == int(name)]


def _rows(desk: Desk, view: QueueView) -> list[CaseRow]:
    return list(filter(None, map(desk.rows.get, view.ids())))
