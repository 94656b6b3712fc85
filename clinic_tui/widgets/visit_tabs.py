"""The open visits as tabs on one line, each with what is unread in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events

from clinic_tui.i18n import _
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.view_tabs import window


@dataclass(frozen=True)
class VisitTab:
    """One open visit."""

    case_id: str
    title: str
    short: str
    """For a narrow line."""
    unread: int = 0
    mark: str = ""
    """What needs the user in it, in a word, such as that it is not signed."""
    closed: bool = False
    current: bool = False

    def pieces(self, *, short: bool) -> list[Piece]:
        """The tab as pieces of a bar; a click opens the visit."""
        action = f"open:{self.case_id}"
        style = "$on-accent on $accent bold" if self.current else "$muted" if self.closed else "$foreground"
        title = ("✓ " if self.closed else "") + (self.short if short else self.title)
        pieces = [Piece(f" {title} ", style, action)]
        if self.mark:
            pieces.append(Piece(self.mark, "$warning", action, gap=1))
        if self.unread:
            pieces.append(Piece(str(self.unread), "$warning bold", action, gap=0 if not self.mark else 1))
        return pieces


class VisitTabs(Bar):
    """Shows as many tabs as fit around the current one, and how many more there are at each end."""

    DEFAULT_CSS = "VisitTabs { background: $chrome; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._tabs: tuple[VisitTab, ...] = ()
        self._end: tuple[Piece, ...] = ()

    def show_tabs(self, tabs: Sequence[VisitTab], end: Sequence[Piece] = ()) -> None:
        """Show these tabs, and these pieces at the right."""
        self._tabs, self._end = tuple(tabs), tuple(end)
        self._fit()

    def on_resize(self, _event: events.Resize) -> None:
        """Fit the tabs to the new width."""
        self._fit()

    def _fit(self) -> None:
        width = self.size.width
        if not width:
            return
        room = width - 1 - sum(piece.width for piece in self._end)
        shown = [tab.pieces(short=False) for tab in self._tabs]
        if sum(piece.width for pieces in shown for piece in pieces) > room:
            shown = [tab.pieces(short=True) for tab in self._tabs]
        here = next((index for index, tab in enumerate(self._tabs) if tab.current), 0)
        widths = [sum(piece.width for piece in pieces) for pieces in shown]
        first, last = window(widths, here, room)
        left: list[Piece] = []
        if first:
            left.append(Piece(f"‹ +{first}", "$muted", f"open:{self._tabs[first - 1].case_id}"))
        for pieces in shown[first:last]:
            left += pieces
        after = len(shown) - last
        if after:
            hidden = sum(tab.unread for tab in self._tabs[last:])
            style = "$warning bold" if hidden else "$muted"
            left.append(Piece(f"+{after} ›", style, f"open:{self._tabs[last].case_id}"))
        self.show(left, self._end)


def presence_piece(name: str, presence: str) -> Piece:
    """Whether the resident is in the chat now."""
    if presence == "off":
        return Piece("○ " + _("{name} is not here now").format(name=name), "$muted", rank=2)
    return Piece("● " + _("{name} is here").format(name=name), "$success", rank=2)
