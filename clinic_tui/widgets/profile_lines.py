"""A resident's profile as lines: who they are, relatives, cases, tickets, and who has looked."""

from collections.abc import Iterator
from datetime import datetime

from textual.content import Content

from clinic_tui.i18n import _, ngettext, pgettext
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.patients import AccessEntry, ResidentProfile
from clinic_tui.protocol.refs import ResidentRef
from clinic_tui.protocol.resources import CaseRow, EarlierCase
from clinic_tui.state.issued import ticket_open
from clinic_tui.widgets.access_text import access_text, access_time
from clinic_tui.widgets.chat_rows import day_or_clock
from clinic_tui.widgets.line_list import Cell, Column, Line, heading
from clinic_tui.widgets.plain import joined, plain
from clinic_tui.widgets.texts import (
    clock,
    day,
    hidden_cases_text,
    kind_text,
    language_text,
    resident_short,
    resident_with_age,
    role_text,
    state_text,
)
from clinic_tui.widgets.ticket_deeds import ticket_queue
from clinic_tui.widgets.workplace import Workplace

COLUMNS = (Column(most=14), Column(flex=True, most=90), Column(rank=1, most=24))
"""When, what, and how it stands."""


def who(profile: ResidentProfile) -> Content:
    """Name, age and number, how they can be reached, and what one must know of them."""
    known = profile.contact
    lines = [joined((resident_with_age(profile.resident), "bold"), ("   " + known.person_number, "$muted"))]
    if profile.resident.protected != "none":
        lines.append(plain("▲ " + _("Protected identity: weigh every disclosure"), "$warning"))
    parts = [
        _("Mobile {number}").format(number=known.mobile) if known.mobile else "",
        _("listed at {unit}").format(unit=known.listed_unit) if known.listed_unit else "",
        _("speaks {language}").format(language=language_text(known.language)) if known.language else "",
    ]
    lines.append(plain(" · ".join(part for part in parts if part), "$muted"))
    if not profile.can_be_reached:
        lines.append(plain(_("! No mobile number: no SMS can tell of messages and visits."), "$warning"))
    if profile.elsewhere:
        text = ngettext(
            "{count} open case at another unit.", "{count} open cases at other units.", profile.elsewhere
        )
        lines.append(plain(text.format(count=profile.elsewhere), "$muted"))
    return Content("\n").join(lines)


def profile_lines(place: Workplace, profile: ResidentProfile) -> list[Line]:
    """Every line of the profile, in groups with headings; those that can be opened have an id."""
    now = place.now()
    groups: list[tuple[str, list[Line], str]] = [
        (_("Open cases"), [_case(place, row, now) for row in _cases(place, profile)], _("None")),
        (_("Tickets"), [_ticket(one, now) for one in profile.tickets], ""),
        (_("Relatives"), list(_relatives(profile)), ""),
        (_("Earlier cases"), _earlier_cases(place, profile, now), _("None here")),
        (_("Who has opened this resident’s cases"), list(_access(profile, now)), _("Nobody yet")),
    ]
    lines: list[Line] = []
    for title, found, none in groups:
        if not found and not none:
            continue
        lines += [*([Line()] if lines else []), heading(title)]
        lines += found or [Line(cells=(Cell("  " + none, "$muted"),))]
    return lines


def line_detail(place: Workplace, profile: ResidentProfile, selected: str) -> Content:
    """What the line with this id holds: a case, a note, a ticket, or who did what; empty for others."""
    kind, _colon, found = selected.partition(":")
    for row in _cases(place, profile) if kind == "case" else ():
        if row.id == found:
            return _case_detail(place, row)
    case = earlier_case(profile, selected)
    ticket = next((one for one in profile.tickets if kind == "ticket" and one.id == found), None)
    if case is not None:
        return _earlier_detail(place, case)
    if ticket is not None:
        queue = _("Ticket to {role}, {unit}").format(role=role_text(ticket.role), unit=ticket.unit_name)
        by = _("by {name} {day}").format(name=ticket.issuer.name, day=day(ticket.issued_at))
        state = ticket_state(ticket, place.now())
        return joined((queue, "bold"), (f"   {state} · {by}", "$muted"), "\n", ticket.reason)
    if kind == "access" and found.isdecimal() and int(found) < len(profile.access):
        return _access_detail(profile.access[int(found)], place.now())
    return Content("")


def _cases(place: Workplace, profile: ResidentProfile) -> list[CaseRow]:
    """The open cases, each as new as it is known on the desk."""
    found: list[CaseRow] = []
    for row in profile.cases:
        known = place.desk.rows.get(row.id)
        found.append(known if known is not None and known.revision > row.revision else row)
    return [row for row in found if row.closed_at is None]


def _case(place: Workplace, row: CaseRow, now: datetime) -> Line:
    when = row.booking.starts_at if row.booking is not None and row.kind == "scheduled" else row.queued_at
    time = day_or_clock(when, now)
    if row.booking is not None and row.kind == "scheduled" and time != clock(when):
        time += " " + clock(when)
    state = state_text(row)
    if row.assignee is not None:
        name = _("You") if row.assignee.id == place.desk.people.staff_id else row.assignee.name
        state = f"{name} · {state.lower()}"
    about = " · ".join(part for part in (kind_text(row.kind), row.reason) if part)
    return Line(f"case:{row.id}", (Cell(time, "$muted"), Cell(about, "$foreground"), Cell(state, "$muted")))


def _case_detail(place: Workplace, row: CaseRow) -> Content:
    unit = place.desk.people.all_units.get(row.unit_id)
    queue = _("{role}, {unit}").format(
        role=role_text(row.queue_role), unit=unit.name if unit else row.unit_id
    )
    title = joined((row.reason, "bold"), (f"   {state_text(row)} · {queue}", "$muted"))
    return joined(title, "\n", _open_hint(place))


def _ticket(ticket: Ticket, now: datetime) -> Line:
    queue = ticket_queue(ticket)
    about = " · ".join(part for part in (ticket.reason, queue) if part)
    state, style = ticket_state(ticket, now), "$foreground" if ticket_open(ticket, now) else "$muted"
    cells = (Cell(day_or_clock(ticket.issued_at, now), "$muted"), Cell(about, style), Cell(state, "$muted"))
    return Line(f"ticket:{ticket.id}", cells)


def ticket_state(ticket: Ticket, now: datetime) -> str:
    """How a ticket stands, in words."""
    if ticket_open(ticket, now):
        return _("valid until {day}").format(day=day(ticket.valid_until).rsplit(" ", 1)[0])
    return {
        "redeemed": pgettext("ticket", "used"),
        "cancelled": pgettext("ticket", "called back"),
    }.get(ticket.state, pgettext("ticket", "ran out unused"))


def _relatives(profile: ResidentProfile) -> Iterator[Line]:
    for title, people in ((_("Guardian"), profile.guardian_refs), (_("Child"), profile.children)):
        for one in people:
            yield _relative(title, one)
    if not profile.guardian_refs:
        for name in profile.contact.guardians:
            yield Line(cells=(Cell(f"  {_('Guardian')}  {name}"),))


def _relative(title: str, one: ResidentRef) -> Line:
    return Line(f"person:{one.id}", (Cell(title, "$muted"), Cell(resident_short(one))))


def _earlier_cases(place: Workplace, profile: ResidentProfile, now: datetime) -> list[Line]:
    lines = [_earlier(place, one, now) for one in profile.earlier]
    if profile.earlier_hidden:
        lines.append(Line(cells=(Cell("  " + hidden_cases_text(profile.earlier_hidden), "$muted"),)))
    return lines


def _earlier(place: Workplace, case: EarlierCase, now: datetime) -> Line:
    about = " · ".join(part for part in (kind_text(case.kind), case.reason) if part)
    by = " · ".join(part for part in (case.staff_name, case.unit_name) if part)
    if _documented_at(place, case) is not None:
        by = f"✓ {by}"
    when = day_or_clock(case.closed_at, now)
    if case.closed_at.year != now.year:
        when += f" {case.closed_at.year}"
    return Line(f"earlier:{case.id}", (Cell(when, "$muted"), Cell(about), Cell(by, "$muted")))


def earlier_case(profile: ResidentProfile, selected: str) -> EarlierCase | None:
    """The earlier case whose line has this id."""
    kind, _colon, found = selected.partition(":")
    return next((one for one in profile.earlier if kind == "earlier" and one.id == found), None)


def _earlier_detail(place: Workplace, case: EarlierCase) -> Content:
    """The note, whether it is in the record, and how the whole case is read."""
    title = joined((case.reason, "bold"), ("   " + day(case.closed_at), "$muted"))
    documented_at = _documented_at(place, case)
    if documented_at is not None:
        time = day_or_clock(documented_at, place.now())
        mark = plain("   " + _("✓ documented in the record {time}").format(time=time), "$success")
    else:
        mark = plain("   " + _("not copied for the record") if case.note else "", "$muted")
    note = plain(case.note.strip()) if case.note else plain(_("No signed note"), "$muted")
    return joined(title, mark, "\n", *((_open_hint(place), "\n") if case.may_read else ()), note)


def _documented_at(place: Workplace, case: EarlierCase) -> datetime | None:
    """When it came into the record, as new as it is known on the desk."""
    opened = place.desk.visits.get(case.id)
    return opened.row.documented_at if opened is not None else case.documented_at


def _open_hint(place: Workplace) -> Content:
    key = place.keymap.shown("patient.open")
    return plain(_("{key} opens the case. The reading is logged.").format(key=key), "$muted")


def _access(profile: ResidentProfile, now: datetime) -> Iterator[Line]:
    for number, entry in enumerate(profile.access):
        yield Line(f"access:{number}", (Cell(access_time(entry, now), "$muted"), Cell(access_text(entry))))


def _access_detail(entry: AccessEntry, now: datetime) -> Content:
    return joined((access_text(entry), "bold"), ("\n" + access_time(entry, now), "$muted"))
