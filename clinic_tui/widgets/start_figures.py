"""The figures of the start page: what waits, by view, and where each figure leads."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.issued import open_tickets, unused_tickets
from clinic_tui.state.parts import ANSWERS, COMING, OFFERED, WAITING, part_rows
from clinic_tui.state.selectors import is_overdue
from clinic_tui.state.verifying import failed_texts, returned, to_verify, unsigned
from clinic_tui.widgets.badges import PRIORITIES
from clinic_tui.widgets.chat_rows import drafts
from clinic_tui.widgets.line_list import Cell, Column, Line, heading
from clinic_tui.widgets.menu_counts import EXPIRY_WARNING, booked_on, conversations_for_me, start_of
from clinic_tui.widgets.texts import clock, part_text, priority_text, resident_short, waited
from clinic_tui.widgets.workplace import Workplace

COLUMNS = (Column(), Column(flex=True, most=44), Column(right=True), Column(rank=1, most=70))
"""Badge, what it is, how many, and what is most urgent in it."""


class Figure(NamedTuple):
    """One figure: where it leads, what it counts, how many, and a note."""

    id: str
    """The view and, after a colon, the tab or the priority to show in it."""
    title: str
    number: int
    note: str = ""
    alert: bool = False
    priority: int | None = None


def lines(place: Workplace, *, airy: bool) -> list[Line]:
    """All figures under their headings; `airy` puts an empty line between the groups."""
    found: list[Line] = []
    for title, figures in _groups(place):
        if found and airy:
            found.append(Line())
        found.append(heading(title))
        found += [_line(figure) for figure in figures]
    return found


def _groups(place: Workplace) -> Iterable[tuple[str, list[Figure]]]:
    now = place.now()
    yield _("Drop-in"), _drop_in(place, now)
    yield _("Messages"), _chats(place, now)
    yield _("Mine"), _mine(place, now)
    yield _("Today"), _today(place, now)
    yield _("Colleagues"), _colleagues(place)


def _line(figure: Figure) -> Line:
    empty = not figure.number
    style = "$muted" if empty else "$warning bold" if figure.alert else "bold"
    badge = Cell("")
    if figure.priority is not None:
        name = f"prio-{figure.priority}" if figure.priority in PRIORITIES else "prio-other"
        badge = Cell(f" {figure.priority} ", f"${name}-text on ${name}")
    title = Cell(figure.title, "$muted" if empty else "$foreground")
    note = "$warning" if figure.alert and not empty else "$muted"
    return Line(figure.id, (badge, title, Cell(str(figure.number), style), Cell(figure.note, note)))


def _drop_in(place: Workplace, now: datetime) -> list[Figure]:
    view, desk = place.drop_in, place.desk
    waiting = part_rows(desk, place.lists, WAITING)
    oldest: dict[int | None, CaseRow] = {}
    for row in waiting:
        known = oldest.setdefault(row.priority, row)
        if row.queued_at < known.queued_at:
            oldest[row.priority] = row
    first = view.oldest_waiting
    title = part_text(WAITING)
    figures = [Figure(f"drop_in:{WAITING}", title, len(waiting), _since(first, now), _overdue(place, first))]
    counts = Counter(row.priority for row in waiting)
    for priority in sorted(one for one in counts if one is not None):
        row = oldest[priority]
        name = priority_text(desk.people.region, priority) or part_text(str(priority))
        note, late = _since(row, now), _overdue(place, row)
        figures.append(Figure(f"drop_in:{priority}", name, counts[priority], note, late, priority))
    if view.hidden_waiting:
        figures.append(Figure("filter", _("Hidden by the filter"), view.hidden_waiting, alert=True))
    return figures


def _chats(place: Workplace, now: datetime) -> list[Figure]:
    unassigned = place.lists["unassigned"]
    expiring = [
        row
        for row in filter(None, map(place.desk.rows.get, place.lists["by_expiry"].ids()))
        if row.expires_at is not None and row.expires_at < now + EXPIRY_WARNING
    ]
    waiting = part_rows(place.desk, place.lists, ANSWERS)
    soonest = ""
    if expiring and expiring[0].expires_at:
        soonest = _("first {time}").format(time=waited(now, expiring[0].expires_at))
    longest = waiting[0].last_resident_at if waiting else None
    return [
        Figure(
            "chats:unassigned",
            _("Taken by nobody"),
            unassigned.waiting,
            _since(unassigned.oldest_waiting, now),
        ),
        Figure(
            f"chats:{ANSWERS}",
            part_text(ANSWERS),
            len(waiting),
            _("oldest {time}").format(time=waited(longest, now)) if longest else "",
        ),
        Figure("chats:expiring", _("Run out within 48 hours"), len(expiring), soonest, alert=True),
    ]


def _mine(place: Workplace, now: datetime) -> list[Figure]:
    desk = place.desk
    rows = list(filter(None, map(desk.rows.get, place.mine.ids())))
    live = sum(row.kind != CaseKind.ASYNC and row.state == CaseState.IN_PROGRESS for row in rows)
    offered = len(part_rows(desk, place.lists, OFFERED))
    figures = [
        Figure(
            "mine",
            _("My unfinished cases"),
            len(rows),
            ngettext("{count} visit in progress", "{count} visits in progress", live).format(count=live)
            if live
            else "",
        ),
        Figure("verify:unsigned", _("Notes to sign"), len(unsigned(desk))),
    ]
    if offered:
        figures.append(Figure(f"mine:{OFFERED}", part_text(OFFERED), offered, alert=True))
    unsent = drafts(place)
    if unsent:
        figures.append(Figure("chats:drafts", _("Unsent drafts"), len(unsent)))
    for name, title, tickets in (
        ("open", _("Tickets not used yet"), open_tickets(desk, now)),
        ("unused", _("Tickets that nobody used"), unused_tickets(desk, now)),
    ):
        if tickets:
            figures.append(Figure(f"tickets:{name}", title, len(tickets)))
    return figures


def _today(place: Workplace, now: datetime) -> list[Figure]:
    rows = booked_on(place, now)
    coming = [row for row in rows if row.state == CaseState.BOOKED]
    late = [row for row in coming if start_of(row) < now]
    following = (late or coming)[:1]
    note = ""
    for row in following:
        note = _("{time} {resident}").format(time=clock(start_of(row)), resident=resident_short(row.resident))
    desk = place.desk
    return [
        Figure(f"booked:{COMING}", part_text(COMING), len(coming), note, bool(late)),
        Figure("verify:to_verify", _("To verify"), len(to_verify(desk))),
        Figure("verify:asked", _("Returned to me"), returned(desk), alert=True),
        Figure("verify:texts", _("Text messages that did not arrive"), len(failed_texts(desk)), alert=True),
    ]


def _colleagues(place: Workplace) -> list[Figure]:
    me = place.desk.people.staff_id
    here = {
        one.staff.id: one.staff.name
        for one in place.desk.team.colleagues.values()
        if one.presence != "off" and one.staff.id != me
    }
    waiting = len(conversations_for_me(place.desk))
    names = ", ".join(sorted(here.values(), key=str.casefold))
    return [
        Figure("team", _("On shift"), len(here), names),
        Figure("team:conversations", _("Conversations that wait for me"), waiting),
    ]


def _since(row: CaseRow | None, now: datetime) -> str:
    return _("oldest {time}").format(time=waited(row.queued_at, now)) if row is not None else ""


def _overdue(place: Workplace, row: CaseRow | None) -> bool:
    return row is not None and is_overdue(place.desk, row, place.now())
