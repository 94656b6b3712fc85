"""Choosing how many days a chat lives."""

from collections.abc import Iterable, Sequence

from textual import events, on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import ClinicDialog, Way, WayRow, paragraph
from clinic_tui.widgets.plain import plain

FEWEST, MOST = 1, 30
"""Days a chat may live (domain.md 2.1.2)."""


class DaysDialog(ClinicDialog[int | None]):
    """Gives a number of days. Typed, or changed by one with the arrows up and down."""

    QUIET = 0.0

    def __init__(
        self, heading: str, paragraphs: Sequence[str] = (), *, days: int = 10, choose: str = ""
    ) -> None:
        super().__init__()
        self._title, self._paragraphs, self._choose = heading, tuple(paragraphs), choose or _("Choose")
        self.field = LineInput(str(days), limit=2, select=True, id="days")

    def heading(self) -> str:
        """What the days are for."""
        return self._title

    def compose_body(self) -> Iterable[Widget]:
        """Why, the number, and what it may be."""
        for text in self._paragraphs:
            yield paragraph(text)
        with Vertical(id="days-form"):
            text = _("Days, {fewest} to {most}; ↑ and ↓ change them").format(fewest=FEWEST, most=MOST)
            yield Static(plain(text, "$muted"))
            yield self.field
            yield Static(id="dialog-problem")

    def first_focus(self) -> Widget | None:
        """The number."""
        return self.field

    def ways(self) -> Sequence[Way]:
        """Go on, or leave."""
        return (Way("ctrl+s", self._choose), Way("escape", _("Cancel")))

    @property
    def days(self) -> int | None:
        """The number, where it is one that may be chosen."""
        text = self.field.value.strip()
        number = int(text) if text.isascii() and text.isdigit() else 0
        return number if FEWEST <= number <= MOST else None

    @on(LineInput.Submitted)
    def _submitted(self) -> None:
        self.query(WayRow).first().focus()

    def on_key(self, event: events.Key) -> None:
        """Up and down change the number while it has the focus."""
        steps = {"up": 1, "down": -1}
        if event.key in steps and self.focused is self.field:
            event.stop()
            event.prevent_default()
            self.field.value = str(min(MOST, max(FEWEST, (self.days or FEWEST) + steps[event.key])))
            self.field.select_all()

    def take(self, key: str) -> None:
        """Give the number where it will do."""
        if key == "escape":
            self.dismiss(None)
        elif self.days is None:
            text = _("Choose {fewest} to {most} days.").format(fewest=FEWEST, most=MOST)
            self.query_one("#dialog-problem", Static).update(plain(text, "$warning"))
            self.field.focus()
        else:
            self.dismiss(self.days)
