"""A booking in words: when, how, with whom; and the number to phone, for whoever has the visit."""

from textual.content import Content

from clinic_tui.domain.cases import CaseState
from clinic_tui.domain.local_time import local_day
from clinic_tui.i18n import _
from clinic_tui.protocol.care import Booking
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.widgets.plain import joined
from clinic_tui.widgets.visit_texts import (
    date_title,
    for_whom,
    late_text,
    mode_sentence,
    mode_short,
    span_text,
    visit_state,
)
from clinic_tui.widgets.workplace import Workplace


def booking_block(place: Workplace, row: CaseRow, number: str = "") -> Content:
    """Above what one reads of a visit: its booking, how it is held, and the number where it is given."""
    booking = row.booking
    if booking is None:
        return Content("")
    late = late_text(row, place.now())
    parts: list[Content | str | tuple[str, str]] = [
        (_when(booking), "bold"),
        "\n",
        (_line(place, row), "$muted"),
    ]
    if late:
        parts.append((f" · {late}", "$warning"))
    parts += ["\n", (mode_sentence(booking.mode), "$foreground")]
    parts += _number(place, row, number)
    return joined(*parts)


def booking_hint(place: Workplace, row: CaseRow, number: str = "", *, keys: bool = True) -> Content:
    """A visit in two lines, for the empty reading pane and for dialogs; `keys` tells how to read up."""
    booking = row.booking
    if booking is None:
        return Content("")
    parts: list[Content | str | tuple[str, str]] = [
        (_when(booking), "$foreground"),
        f" · {_line(place, row)}",
    ]
    late = late_text(row, place.now())
    if late:
        parts.append((f" · {late}", "$warning"))
    if keys:
        parts.append("\n")
        key = place.keymap.shown("case.read")
        if place.desk.is_mine(row):
            parts.append(_("{key} opens the visit.").format(key=key))
            parts += _number(place, row, number)
        else:
            parts.append(_("{key} reads up on the case. The reading is logged.").format(key=key))
    return joined(*parts)


def _when(booking: Booking) -> str:
    return f"{date_title(local_day(booking.starts_at))} {span_text(booking)}"


def _line(place: Workplace, row: CaseRow) -> str:
    booking = row.booking
    mode = mode_short(booking.mode) if booking is not None else ""
    unit = place.desk.people.all_units.get(row.unit_id)
    me = place.desk.people.staff_id
    mine = booking is not None and booking.staff is not None and booking.staff.id == me
    whom = _("for you") if mine else _("for {name}").format(name=for_whom(row))
    parts = [mode, whom, unit.name if unit else "", visit_state(row)]
    if row.acting_proxy:
        parts.append(_("with {name}").format(name=row.acting_proxy))
    return " · ".join(part for part in parts if part)


def _number(place: Workplace, row: CaseRow, number: str) -> list[Content | str | tuple[str, str]]:
    booking = row.booking
    if booking is None or booking.mode != "phone" or row.state == CaseState.CANCELLED:
        return []
    if number:
        key = place.keymap.shown("booking.copy_number")
        return ["\n", (number, "bold"), ("  " + _("{key} copies it").format(key=key), "$muted")]
    if place.desk.is_mine(row):
        return ["\n", (_("There is no phone number."), "$warning")]
    return ["\n", (_("The number is shown to whoever has taken the visit."), "$muted")]
