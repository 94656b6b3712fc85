"""Things to verify as lines of a list, and in words."""

from datetime import datetime
from typing import Literal

from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _, pgettext
from clinic_tui.protocol.care import Verification
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.desk import Desk
from clinic_tui.state.verifying import failed_texts, returned, to_verify, unsigned, unsigned_of_others
from clinic_tui.widgets.notice_texts import sms_about
from clinic_tui.widgets.table_list import Cell, CellStyle, TableColumn, TableRow
from clinic_tui.widgets.texts import kind_text, resident_name, resident_short, resident_with_age
from clinic_tui.widgets.visit_texts import moment_text

Tab = Literal["unsigned", "colleagues", "to_verify", "asked", "texts"]
TABS: tuple[Tab, ...] = ("unsigned", "colleagues", "to_verify", "asked", "texts")
_WHO_FROM = 84


def tab_text(tab: Tab) -> str:
    """What a tab is called."""
    return {
        "unsigned": _("Not signed"),
        "to_verify": _("To verify"),
        "asked": _("What I asked for"),
        "texts": _("Texts that did not arrive"),
        "colleagues": _("Colleagues' unsigned visits"),
    }[tab]


def tabs_of(desk: Desk) -> tuple[Tab, ...]:
    """The tabs to show: colleagues' visits only for whoever may see to one."""
    seen = desk.people.allowed(Permission.SIGN_FOR_COLLEAGUE) or bool(unsigned_of_others(desk))
    return tuple(tab for tab in TABS if seen or tab != "colleagues")


def empty_text(tab: Tab) -> str:
    """What an empty tab says."""
    return {
        "unsigned": _("All your notes are signed."),
        "to_verify": _("Nothing waits to be verified by you."),
        "asked": _("You have asked for nothing to be verified."),
        "texts": _("All text messages have arrived."),
        "colleagues": _("All of your colleagues' notes are signed."),
    }[tab]


def tab_counts(desk: Desk) -> dict[Tab, int]:
    """How much of each tab waits for me; of what I asked for, what came back."""
    return {
        "unsigned": len(unsigned(desk)),
        "to_verify": len(to_verify(desk)),
        "asked": returned(desk),
        "texts": len(failed_texts(desk)),
        "colleagues": len(unsigned_of_others(desk)),
    }


def first_tab(desk: Desk) -> Tab:
    """The first tab that something waits in."""
    counts = tab_counts(desk)
    tab: Tab
    for tab in TABS:
        if counts[tab]:
            return tab
    return "to_verify"


def verify_columns() -> tuple[TableColumn, ...]:
    """What, whose, about what, who, when."""
    return (
        TableColumn(_("What"), 14, 18, 1),
        TableColumn(_("Resident"), 16, 30, 2, cut="person"),
        TableColumn(pgettext("column", "About"), 12, 60, 4),
        TableColumn(_("Who"), 14, 26, 2, from_width=_WHO_FROM),
        TableColumn(_("When"), 12),
    )


def kind_word(item: Verification) -> str:
    """What kind of thing it is."""
    return {
        "note_countersign": pgettext("verification", "Note"),
        "priority_change": pgettext("verification", "New priority"),
        "sms_failed": pgettext("verification", "Text message"),
    }[item.kind]


def decision_word(item: Verification) -> str:
    """What became of it."""
    return {
        "open": pgettext("verification", "Waits"),
        "verified": pgettext("verification", "Verified"),
        "returned": pgettext("verification", "Returned"),
        "settled": pgettext("verification", "Done with"),
    }[item.state]


def whose(item: Verification) -> str:
    """The resident an item is about, for a sentence; empty for none."""
    return resident_with_age(item.resident) if item.resident is not None else ""


def unsigned_line(row: CaseRow, now: datetime, me: str) -> TableRow:
    """A visit whose note is not signed, and who has it."""
    who = row.assignee
    name = _("Nobody") if who is None else _("You") if who.id == me else who.name
    return _line(
        row.id,
        Cell(kind_text(row.kind)),
        Cell(resident_short(row.resident), "selected"),
        Cell(row.reason),
        Cell(name),
        Cell(moment_text(row.ended_at, now), "warn"),
    )


def item_line(desk: Desk, item: Verification, tab: Tab, now: datetime) -> TableRow:
    """An item of one of the other tabs."""
    resident = resident_short(item.resident) if item.resident is not None else ""
    style: CellStyle = "muted" if item.state == "verified" else "text"
    if tab != "asked":
        what = Cell(kind_word(item))
        who, when = item.asked_by, item.asked_at
        about = sms_about(item.detail) if item.kind == "sms_failed" else item.detail
    else:
        what = Cell(decision_word(item), "warn" if item.state == "returned" else style)
        who, when = item.decided_by or item.asked_of, item.decided_at or item.asked_at
        about = item.comment or item.detail
    row = desk.rows.get(item.case_id or "")
    if not about and row is not None:
        about = row.reason
    anybody = _("Anybody") if tab == "asked" else _("The system")
    return _line(
        item.id,
        what,
        Cell(resident, "selected" if style == "text" else "muted"),
        Cell(about, style),
        Cell(who.name if who is not None else anybody, "muted"),
        Cell(moment_text(when, now), "muted"),
    )


def item_text(item: Verification, me: str = "") -> str:
    """An item in a sentence: who asks what, about whom. `me` is the staff id of the reader."""
    name = item.asked_by.name if item.asked_by is not None else ""
    values = {"name": name, "resident": whose(item)}
    own = item.asked_by is not None and item.asked_by.id == me
    match item.kind:
        case "note_countersign" if own:
            return _("You have asked that the note for {resident} be verified.").format(**values)
        case "priority_change" if own:
            return _("You changed the priority for {resident}: {detail}.").format(
                **values, detail=item.detail
            )
        case "note_countersign":
            return _("{name} asks that the note for {resident} be verified.").format(**values)
        case "priority_change":
            return _("{name} changed the priority for {resident}: {detail}.").format(
                **values, detail=item.detail
            )
        case "sms_failed":
            who = resident_name(item.resident) if item.resident is not None else ""
            return _("A text message to {resident} did not arrive.").format(resident=who)


def _line(key: str, *cells: Cell) -> TableRow:
    return TableRow(case_id=key, resident=cells[1].text, cells=cells)
