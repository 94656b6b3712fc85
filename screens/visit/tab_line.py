"""Which visits have a tab, and what it says."""

from collections.abc import Sequence

from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.i18n import ngettext, pgettext
from clinic_tui.state.selectors import tabs
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.bar import Piece
from clinic_tui.widgets.texts import resident_initial, resident_tab
from clinic_tui.widgets.visit_tabs import VisitTab, presence_piece
from clinic_tui.widgets.workplace import Workplace
from screens.visit.staff_talk import unread_of

CLOSED_KEPT = 3
"""So many visits that I have signed keep a tab, to be read or corrected."""


def open_visits(place: Workplace) -> list[Visit]:
    """My visits and the chats I opened, the last ones I signed, and one that is only looked at.

    Those I was invited into stand among my own once they are opened.
    """
    desk = place.desk
    found = [visit for visit in tabs(desk) if desk.takes_part(visit.row)]
    found += _signed(place)
    current = desk.visits.get(place.current_visit or "")
    return found if current is None or current in found else [*found, current]


def _signed(place: Workplace) -> list[Visit]:
    me = place.desk.people.staff_id

    def mine(visit: Visit) -> bool:
        row = visit.row
        live = row.kind != CaseKind.ASYNC
        return live and row.state == CaseState.CLOSED and row.assignee is not None and row.assignee.id == me

    signed = [visit for visit in place.desk.visits.values() if mine(visit)]
    return sorted(signed, key=lambda visit: (visit.row.closed_at or visit.row.queued_at, visit.case_id))[
        -CLOSED_KEPT:
    ]


def tab_of(visit: Visit, place: Workplace) -> VisitTab:
    """The visit's tab."""
    row = visit.row
    child = " ☺" if row.child else ""
    unsigned = row.state == CaseState.ENDED_UNSIGNED
    return VisitTab(
        case_id=visit.case_id,
        title=resident_tab(row.resident) + child,
        short=resident_initial(row.resident) + child,
        unread=place.unread(visit),
        mark=pgettext("tab", "not signed") if unsigned else _staff_news(visit, place),
        closed=row.state == CaseState.CLOSED,
        current=visit.case_id == place.current_visit,
    )


def _staff_news(visit: Visit, place: Workplace) -> str:
    """What colleagues have written in the staff chat and I have not read."""
    count = unread_of(place, visit.case_id)
    if not count:
        return ""
    return ngettext("{count} from colleagues", "{count} from colleagues", count).format(count=count)


def end_pieces(visit: Visit | None, visits: Sequence[Visit], place: Workplace) -> list[Piece]:
    """What stands at the right of the tabs: whether the resident is here, and the key to the next visit."""
    pieces: list[Piece] = []
    if visit is not None and visit.row.state in {CaseState.ACCEPTED, CaseState.IN_PROGRESS}:
        name = first_name(visit)
        if name:
            pieces.append(presence_piece(name, visit.presence))
    if len(visits) > 1:
        key = place.keymap.shown("go.visit")
        pieces.append(Piece(f"{key} ⇄", "$muted", "go.visit", rank=3, gap=3))
    return pieces


def first_name(visit: Visit) -> str:
    """The resident's first name; empty where the identity is protected."""
    return visit.row.resident.name.split(" ")[0]


def after(visits: Sequence[Visit], case_id: str | None, step: int) -> Visit | None:
    """The visit this many steps from another, round and round; the first when that one is not among them."""
    if not visits:
        return None
    ids = [visit.case_id for visit in visits]
    if case_id not in ids:
        return visits[0 if step > 0 else -1]
    return visits[(ids.index(case_id) + step) % len(visits)]
