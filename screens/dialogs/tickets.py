"""The tickets I have issued that are open, and those that nobody used (slide 60)."""

from collections.abc import Iterable, Sequence
from typing import Literal

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.care import Ticket
from clinic_tui.state.changes import Changes
from clinic_tui.state.issued import open_tickets, ticket_open, unused_tickets
from clinic_tui.widgets.line_list import Cell, Column, Line, LineList, heading
from clinic_tui.widgets.modal import ClinicDialog, Way
from clinic_tui.widgets.plain import plain, put
from clinic_tui.widgets.team_lines import short_time
from clinic_tui.widgets.texts import resident_short
from clinic_tui.widgets.ticket_deeds import call_back, ticket_queue
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths

TicketPart = Literal["open", "unused", ""]
COLUMNS = (
    Column(person=True, most=30),
    Column(flex=True, most=34),
    Column(rank=3, most=34),
    Column(rank=2, most=24),
    Column(most=34),
)
"""Whose, for which queue, why, when it was issued, and until when it is or was valid."""


class TicketsDialog(ClinicDialog[str | None]):
    """Lists them, and gives the id of the resident to go to; an open one can be called back from here."""

    CSS_PATH = css_paths("base", "dialogs", "team_dialogs")
    QUIET = 0.0

    def __init__(self, place: Workplace, part: TicketPart = "") -> None:
        """`part` shows the open ones, or those that ran out, alone."""
        super().__init__()
        self.place = place
        self.part: TicketPart = part
        self.lines = LineList(COLUMNS)

    @property
    def selected(self) -> Ticket | None:
        """The ticket under the cursor."""
        return self.place.desk.team.tickets.get(self.lines.selected or "")

    def heading(self) -> str:
        """Which tickets they are."""
        return _("Tickets that nobody used") if self.part == "unused" else _("Tickets you have issued")

    def compose_body(self) -> Iterable[Widget]:
        """The list, and a word about what was done."""
        yield self.lines
        yield Static(id="dialog-problem")

    def on_mount(self) -> None:
        """Fill the list."""
        super().on_mount()
        self._show()

    def first_focus(self) -> Widget | None:
        """The list."""
        return self.lines

    def ways(self) -> Sequence[Way]:
        """Go to the resident, call it back, leave."""
        ticket = self.selected
        is_open = ticket is not None and ticket_open(ticket, self.place.now())
        return (
            Way("enter", _("Show the resident"), ticket is not None),
            Way("x", _("Call the ticket back"), is_open),
            Way("escape", _("Close")),
        )

    def show_changes(self, changes: Changes) -> None:
        """A ticket was used, called back or ran out."""
        if changes.everything or "tickets" in changes.team:
            self._show()

    def _show(self) -> None:
        desk, now = self.place.desk, self.place.now()
        groups = (
            ("open", _("Can still be used"), open_tickets(desk, now)),
            ("unused", _("Ran out unused"), unused_tickets(desk, now)),
        )
        lines: list[Line] = []
        for name, title, tickets in groups:
            if tickets and self.part in {"", name}:
                lines += [] if self.part else [heading(title)]
                lines += map(self._line, tickets)
        self.lines.show(lines)
        self.lines.display = bool(lines)
        if not lines:
            put(self.query_one("#dialog-problem", Static), _("There are none."))
        self.show_ways()

    def _line(self, one: Ticket) -> Line:
        now = self.place.now()
        until = _("valid until {day}") if ticket_open(one, now) else _("ran out {day}")
        return Line(
            one.id,
            (
                Cell(resident_short(one.resident)),
                Cell(ticket_queue(one), "$muted"),
                Cell(one.reason, "$muted"),
                Cell(_("issued {day}").format(day=short_time(one.issued_at, now)), "$muted"),
                Cell(until.format(day=short_time(one.valid_until, now))),
            ),
        )

    @on(LineList.Moved)
    def _moved(self) -> None:
        self.show_ways()

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.take("enter")

    def take(self, key: str) -> None:
        """Close with the resident to go to, or ask whether to call the ticket back."""
        ticket = self.selected
        if key == "x" and ticket is not None:
            call_back(self.place, ticket, self._say)
        elif key != "x":
            self.dismiss(ticket.resident.id if key == "enter" and ticket is not None else None)

    def _say(self, text: str, warning: bool) -> None:
        put(self.query_one("#dialog-problem", Static), plain(text, "$warning" if warning else "$foreground"))
