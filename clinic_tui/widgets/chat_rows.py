"""Asynchronous chats as lines of a list: for whom each waits, and how long it still lives."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import CloseReason
from clinic_tui.i18n import _, pgettext
from clinic_tui.protocol.resources import CaseRow, Draft
from clinic_tui.widgets.table_list import Cell, CellStyle, TableColumn, TableRow
from clinic_tui.widgets.texts import ZONE, clock, month, resident_short, service_text
from clinic_tui.widgets.workplace import Workplace

SOON = timedelta(hours=48)
"""From here on the time left is marked (domain.md 2.1.2: the owner is warned then)."""
VERY_SOON = timedelta(hours=4)
"""From here on it is marked harder."""
_OWNER_FROM = 92
_NEVER = 10_000
"""No list is this wide."""


def chat_columns(*, ended: bool = False, owner: bool = True) -> tuple[TableColumn, ...]:
    """Service, resident, waiting for whom, unread, time left or how it ended, owner.

    What says the same of every line is left out: unread where all have ended, the owner unless `owner`.
    """
    return (
        TableColumn(_("Service"), 12, 44, 4),
        TableColumn(_("Resident"), 18, 32, 4, cut="person"),
        TableColumn(_("How it ended") if ended else _("Waits for"), 18 if ended else 12, 26, 1),
        TableColumn(_("Unread"), 6, from_width=_NEVER if ended else 0),
        TableColumn(_("Ended") if ended else _("Time left"), 12),
        TableColumn(_("Owner"), 10, 24, 2, from_width=_OWNER_FROM if owner else _NEVER),
    )


def draft_columns() -> tuple[TableColumn, ...]:
    """Resident, service, the draft's first words, when it was saved."""
    return (
        TableColumn(_("Resident"), 16, 30, 2, cut="person"),
        TableColumn(_("Service"), 12, 26, 2),
        TableColumn(_("Draft"), 16, 70, 5),
        TableColumn(_("Saved"), 12),
    )


class ChatRows(Mapping[str, TableRow]):
    """Lines by case id, made when they come into view."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._made: dict[str, tuple[CaseRow, str, TableRow]] = {}

    def row(self, case_id: str) -> CaseRow | None:
        """The row of an open chat on the desk, or of an ended one."""
        return self._place.desk.rows.get(case_id) or self._place.ended.get(case_id)

    def __getitem__(self, case_id: str) -> TableRow:
        row, now = self.row(case_id), self._place.now()
        if row is None:
            known = self._made.get(case_id)
            return known[2] if known is not None else TableRow(case_id=case_id, resident="", cells=())
        left = left_text(row.expires_at, now)
        known = self._made.get(case_id)
        if known is None or known[0] is not row or known[1] != left:
            known = self._made[case_id] = (row, left, chat_row(self._place, row, now))
        return known[2]

    def __iter__(self) -> Iterator[str]:
        return iter([*(row.id for row in self._place.desk.rows), *self._place.ended])

    def __len__(self) -> int:
        return len(self._place.desk.rows) + len(self._place.ended)


class DraftRows(Mapping[str, TableRow]):
    """My unsent messages as lines by case id."""

    def __init__(self, place: Workplace, chats: ChatRows) -> None:
        self._place, self._chats = place, chats

    def __getitem__(self, case_id: str) -> TableRow:
        draft = self._place.desk.drafts.get(case_id, "message")
        row = self._chats.row(case_id)
        words = " ".join(draft.body.split()) if draft else ""
        resident = resident_short(row.resident) if row else _("Another case")
        cells = (
            Cell(resident, "selected" if row else "muted"),
            Cell(chat_service(row) if row else "", "text"),
            Cell(f"”{words[:200]}”" if words else "", "text"),
            Cell(day_or_clock(draft.saved_at, self._place.now()) if draft else "", "muted"),
        )
        return TableRow(case_id=case_id, resident=resident, cells=cells)

    def __iter__(self) -> Iterator[str]:
        return iter([draft.case_id for draft in drafts(self._place)])

    def __len__(self) -> int:
        return len(drafts(self._place))


def drafts(place: Workplace) -> list[Draft]:
    """My unsent messages to residents, the last written first."""
    found = [draft for draft in place.desk.drafts if draft.kind == "message"]
    return sorted(found, key=lambda draft: (draft.saved_at, draft.case_id), reverse=True)


def chat_row(place: Workplace, row: CaseRow, now: datetime) -> TableRow:
    """One chat as a line."""
    mine = place.desk.is_mine(row)
    over = row.state == AsyncState.CLOSED
    style: CellStyle = "muted" if over else "text"
    unread = f"● {min(row.unread, 99)}" if row.unread else ""
    owner = row.assignee.name if row.assignee else ""
    if row.assignee is not None and row.assignee.id == place.desk.people.staff_id:
        owner = _("You")
    return TableRow(
        case_id=row.id,
        resident=resident_short(row.resident),
        cells=(
            Cell(chat_service(row), style),
            Cell(_signed_resident(row), "muted" if over else "selected"),
            Cell(ended_text(row) if over else waits_for(place, row), _waits_style(place, row)),
            Cell(unread, "warn" if mine or row.state == AsyncState.NEW else "text"),
            _time(row, now),
            Cell(owner, "muted"),
        ),
    )


def chat_service(row: CaseRow) -> str:
    """What the chat is about: the service, and the subject where that says more."""
    service = service_text(row.service_code)
    if not row.reason:
        return service
    says_it = service.casefold() in row.reason.casefold()
    return row.reason if says_it or not row.service_code else f"{service} · {row.reason}"


def waits_for(place: Workplace, row: CaseRow) -> str:
    """Who is to write next."""
    match row.state:
        case AsyncState.NEW:
            return pgettext("waits for", "one of you")
        case AsyncState.AWAITING_STAFF:
            if place.desk.is_mine(row) or row.assignee is None:
                return pgettext("waits for", "you")
            return row.assignee.name
        case AsyncState.AWAITING_RESIDENT:
            return pgettext("waits for", "the resident")
        case _:
            return pgettext("waits for", "nobody: done")


def ended_text(row: CaseRow) -> str:
    """How a chat came to its end."""
    texts: dict[str | None, str] = {
        CloseReason.ONE_WAY: pgettext("ended", "one-way message"),
        CloseReason.ENDED: pgettext("ended", "ended by staff"),
        CloseReason.EXPIRED: pgettext("ended", "its time was out"),
        CloseReason.CONVERTED: pgettext("ended", "went on elsewhere"),
    }
    return texts.get(row.close_reason, pgettext("ended", "ended"))


def left_text(expires_at: datetime | None, now: datetime) -> str:
    """How long a chat still lives: `9 d 4 h`, `47 h`, `3 h 12 min`, `12 min`; empty without an end."""
    if expires_at is None:
        return ""
    left = expires_at - now
    minutes = int(left.total_seconds() // 60)
    if minutes < 1:
        return _("closing now")
    if left >= SOON:
        return _("{days} d {hours} h").format(days=minutes // 1440, hours=minutes % 1440 // 60)
    if left >= VERY_SOON:
        return _("{hours} h").format(hours=minutes // 60)
    if minutes >= 60:
        return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
    return _("{minutes} min").format(minutes=minutes)


def left_alarm(expires_at: datetime | None, now: datetime) -> int:
    """How hard the time left is marked: 0 not at all, 1 under 48 h, 2 under 4 h."""
    if expires_at is None:
        return 0
    left = expires_at - now
    return 2 if left < VERY_SOON else 1 if left < SOON else 0


def day_or_clock(at: datetime, now: datetime) -> str:
    """An instant of today as HH:MM, else its date without the year."""
    local = at.astimezone(ZONE)
    if local.date() == now.astimezone(ZONE).date():
        return clock(at)
    return f"{local.day} {month(local.month)[:3]}"


def _time(row: CaseRow, now: datetime) -> Cell:
    if row.state == AsyncState.CLOSED:
        return Cell(day_or_clock(row.closed_at, now) if row.closed_at else "", "muted")
    alarm = left_alarm(row.expires_at, now)
    text = left_text(row.expires_at, now)
    return Cell(("‼ " if alarm == 2 else "") + text, "warn" if alarm else "text")


def _waits_style(place: Workplace, row: CaseRow) -> CellStyle:
    yours = row.state == AsyncState.NEW or (
        row.state == AsyncState.AWAITING_STAFF and place.desk.is_mine(row)
    )
    return "text" if yours else "muted"


def _signed_resident(row: CaseRow) -> str:
    signs = ("▲ " if row.resident.protected != "none" else "") + ("☺ " if row.child else "")
    return signs + resident_short(row.resident)
