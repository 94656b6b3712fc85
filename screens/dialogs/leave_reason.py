"""Why something is left unfinished at the end of a shift: one of the usual reasons, or one's own words."""

from collections.abc import Iterable, Sequence

from textual import events, on
from textual.widget import Widget
from textual.widgets import Input, Static

from clinic_tui.i18n import _
from clinic_tui.protocol.limits import REASON_LIMIT
from clinic_tui.protocol.text import is_blank, safe_line
from clinic_tui.widgets.choice_list import ChoiceItem, ChoiceList
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import ClinicDialog, Way
from clinic_tui.widgets.plain import plain
from styles import css_paths


class LeaveReasonDialog(ClinicDialog[str | None]):
    """Gives the reason, or None."""

    CSS_PATH = css_paths("base", "dialogs", "team_dialogs")
    QUIET = 0.0

    def __init__(self, count: int) -> None:
        """`count` is how many things are left for this reason."""
        super().__init__()
        self._count = count
        self._leaving = False
        self.choices = ChoiceList(id="leave-choices")
        self.field = LineInput(placeholder=_("Or write why"), limit=REASON_LIMIT, id="leave-words")

    def heading(self) -> str:
        """How much is left for this reason."""
        if self._count == 1:
            return _("Why is it left?")
        return _("Why are {count} things left?").format(count=self._count)

    def compose_body(self) -> Iterable[Widget]:
        """The usual reasons, and a field."""
        yield self.choices
        yield Static("")
        yield self.field
        yield Static(id="dialog-problem")

    def on_mount(self) -> None:
        """Show the reasons."""
        super().on_mount()
        reasons = (
            _("I go on with it on my next shift"),
            _("A colleague knows about it and goes on"),
            _("The resident has not answered"),
            _("Waits for an answer from somebody else"),
        )
        self.choices.show([ChoiceItem(reason, reason) for reason in reasons])

    def first_focus(self) -> Widget | None:
        """The usual reasons."""
        return self.choices

    def ways(self) -> Sequence[Way]:
        """Leave it so, or not."""
        return (Way("enter", _("Leave it with this reason")), Way("escape", _("Cancel")))

    def on_key(self, event: events.Key) -> None:
        """What is typed at the usual reasons is the beginning of one's own words."""
        character = event.character or ""
        if self.focused is not self.choices or not event.is_printable or is_blank(character):
            super().on_key(event)
            return
        event.stop()
        event.prevent_default()
        self.field.focus()
        self.field.insert_text_at_cursor(character)

    @on(ChoiceList.Chosen)
    @on(Input.Submitted)
    def _chosen(self, event: ChoiceList.Chosen | Input.Submitted) -> None:
        event.stop()
        self.take("enter")

    @on(Input.Changed)
    def _changed(self) -> None:
        self._leaving = False
        self._say("")

    def _say(self, text: str) -> None:
        self.query_one("#dialog-problem", Static).update(plain(text, "$warning"))

    def take(self, key: str) -> None:
        """Give the words where some are written or the field has the focus, else the chosen reason."""
        words = safe_line(self.field.value).strip()
        if key == "escape":
            if words and not self._leaving:
                self._leaving = True
                self._say(_("Esc once more throws away what you have written."))
            else:
                self.dismiss(None)
            return
        if self.field.has_focus or not is_blank(words):
            if is_blank(words):
                self._say(_("Write why."))
                return
            self.dismiss(words)
            return
        self.dismiss(self.choices.selected)
