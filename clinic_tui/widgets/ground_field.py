"""Why a resident is contacted with whom one has nothing at hand: asked for only then."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.limits import LINE_LIMIT
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.text import is_blank, safe_line
from clinic_tui.widgets.booking_when import form_line
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.plain import plain


class GroundField(Vertical):
    """A line for the reason; nothing at all where a case, a ticket or a booking is at hand."""

    DEFAULT_CSS = "GroundField { height: auto; } GroundField .ground-note { height: auto; margin-bottom: 1; }"

    def __init__(self, profile: ResidentProfile) -> None:
        super().__init__()
        self.needed = not profile.at_hand
        self.field = LineInput(
            placeholder=_("Kept in the access log; the resident may read it"), limit=LINE_LIMIT, id="ground"
        )

    def compose(self) -> ComposeResult:
        """That there is no other ground, and the line."""
        if not self.needed:
            return
        text = _("No case, ticket or booking of the resident is at hand here. Say why you contact them.")
        yield Static(plain(text, "$warning"), classes="ground-note")
        yield form_line(_("Reason"), self.field)

    @property
    def value(self) -> str:
        """The reason; empty where none is needed."""
        return safe_line(self.field.value).strip() if self.needed else ""

    def problem(self) -> tuple[str, Widget] | None:
        """That it is missing."""
        if self.needed and is_blank(self.value):
            return _("Write why you contact the resident."), self.field
        return None
