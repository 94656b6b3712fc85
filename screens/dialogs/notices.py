"""What happened to me: the list behind the bell (slide 16)."""

from collections.abc import Iterable, Sequence

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.team import Notice
from clinic_tui.protocol.team_commands import ReadNotices
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.line_list import Cell, Column, Line, LineList
from clinic_tui.widgets.modal import ClinicDialog, Way
from clinic_tui.widgets.notice_texts import notice_detail, notice_text
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.team_lines import short_time
from clinic_tui.widgets.texts import resident_short
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths

COLUMNS = (Column(), Column(most=52), Column(flex=True, person=True, most=34), Column(rank=1, most=60))
"""When, what, about whom, and what was written with it."""


class NoticesDialog(ClinicDialog[Notice | None]):
    """Shows the notices, newest first, and gives the one to go to; all of them are read by being shown."""

    CSS_PATH = css_paths("base", "dialogs", "team_dialogs")
    QUIET = 0.0

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place = place
        self.lines = LineList(COLUMNS)
        self._new = {one.id for one in place.desk.team.notices.values() if not one.read}
        self._marked = ""

    def heading(self) -> str:
        """What it is."""
        return _("What has happened")

    def compose_body(self) -> Iterable[Widget]:
        """The list."""
        yield self.lines
        yield Static(id="notices-empty")

    def on_mount(self) -> None:
        """Show them, and mark them as read."""
        super().on_mount()
        self._show()

    def first_focus(self) -> Widget | None:
        """The list."""
        return self.lines

    def ways(self) -> Sequence[Way]:
        """Go there, or leave."""
        return (Way("enter", _("Go there"), bool(self.place.desk.team.notices)), Way("escape", _("Close")))

    def show_changes(self, changes: Changes) -> None:
        """What comes while one looks is shown, and read, too."""
        if changes.everything or "notices" in changes.team:
            self._new |= {one.id for one in changes.noticed}
            self._show()

    def _show(self) -> None:
        notices = list(self.place.desk.team.notices.values())
        self.lines.show([self._line(one) for one in reversed(notices)])
        text = "" if notices else _("Nothing yet. What colleagues do with your cases is told here.")
        put(self.query_one("#notices-empty", Static), text)
        self.show_ways()
        unread = [one.id for one in notices if not one.read]
        if unread and unread[-1] != self._marked:
            self._marked = unread[-1]
            command = ReadNotices(command_id=new_id(), notice_id=unread[-1])
            self.place.submit(command, lambda _answer: None, lambda _error: None)

    def _line(self, one: Notice) -> Line:
        style = "bold" if one.id in self._new else "$foreground"
        resident = resident_short(one.resident) if one.resident else ""
        return Line(
            one.id,
            (
                Cell(short_time(one.at, self.place.now()), "$muted"),
                Cell(notice_text(one), style),
                Cell(resident),
                Cell(notice_detail(one), "$muted"),
            ),
        )

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.take("enter")

    def take(self, key: str) -> None:
        """Close, with the notice to go to."""
        chosen = self.place.desk.team.notices.get(self.lines.selected or "")
        self.dismiss(chosen if key == "enter" else None)
