"""A day's visits as lines of a list."""

from datetime import datetime

from clinic_tui.domain.cases import FINISHED, CaseState
from clinic_tui.i18n import _, pgettext
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.widgets.table_list import Cell, CellStyle, TableColumn, TableRow
from clinic_tui.widgets.texts import resident_short
from clinic_tui.widgets.visit_texts import for_whom, late_text, mode_short, span_text, visit_state
from clinic_tui.widgets.workplace import Workplace

_WIDE = 84
ROOMY = 110
"""How wide a list must be for a column of its own for whom a visit is."""


def day_columns() -> tuple[TableColumn, ...]:
    """Time, mode, resident, reason, for whom, state; the signs stand between."""
    return (
        TableColumn(_("Time"), 11),
        TableColumn(_("How"), 9),
        TableColumn(_("Resident"), 15, 30, 2, cut="person"),
        TableColumn("", 2, from_width=_WIDE),
        TableColumn(_("Reason"), 8, 44, 3),
        TableColumn(_("For"), 12, 26, 2, from_width=ROOMY),
        TableColumn(_("State"), 20, 34, 2, cut="deed"),
    )


def day_row(place: Workplace, row: CaseRow, now: datetime, *, narrow: bool) -> TableRow:
    """One visit as a line; `narrow` tells that for whom it is has no column of its own."""
    late = late_text(row, now)
    done = row.state in FINISHED
    style: CellStyle = "muted" if done else "text"
    booking = row.booking
    return TableRow(
        case_id=row.id,
        resident=resident_short(row.resident),
        cells=(
            Cell(span_text(booking) if booking else "", "warn" if late else style),
            Cell(mode_short(booking.mode) if booking else "", style),
            Cell(resident_short(row.resident), "muted" if done else "selected"),
            Cell(_signs(row), "sign"),
            Cell(row.reason, style),
            Cell(_whose(place, row), "muted"),
            _state(place, row, late, narrow=narrow),
        ),
    )


def _whose(place: Workplace, row: CaseRow) -> str:
    booking = row.booking
    mine = booking is not None and booking.staff and booking.staff.id == place.desk.people.staff_id
    return _("You") if mine else for_whom(row)


def _state(place: Workplace, row: CaseRow, late: str, *, narrow: bool) -> Cell:
    state = visit_state(row)
    if late:
        return Cell(
            f"{_whose(place, row)} · {pgettext('visit', 'late')}" if narrow else f"{state}, {late}", "warn"
        )
    if row.state == CaseState.ENDED_UNSIGNED and place.desk.is_mine(row):
        return Cell(state, "warn")
    if row.state in FINISHED:
        return Cell(state, "muted")
    if row.assignee is not None:
        name = _("You") if row.assignee.id == place.desk.people.staff_id else row.assignee.name
        return Cell(f"{name} · {state.lower()}", "text" if place.desk.is_mine(row) else "muted")
    return Cell(f"{_whose(place, row)} · {state.lower()}" if narrow else state)


def _signs(row: CaseRow) -> str:
    signs = "▲" if row.resident.protected != "none" else ""
    return signs + ("☺" if row.child else "")
