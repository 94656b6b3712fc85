"""The line above the chat: what is special about the case on screen."""

from typing import TYPE_CHECKING

from clinic_tui.actions.keymap import shown_key
from clinic_tui.i18n import ngettext
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.case_lines import case_pieces
from clinic_tui.widgets.visit_deeds import number_to_phone
from screens.visit.staff_talk import unread_of

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen


class CaseLine:
    """Shows whose case it is, its time, what was offered, and what colleagues have written."""

    def __init__(self, screen: "VisitScreen") -> None:
        self._screen = screen
        self._place = screen.place

    def show(self, visit: Visit) -> None:
        """Show the line; where there is nothing special, it takes no room."""
        place = self._place
        pieces = case_pieces(
            visit.row,
            place.desk.people.staff_id,
            place.now(),
            answer_key=shown_key(self._typing_key("case.hand_over")),
            number=number_to_phone(place, visit.row),
        )
        right: list[Piece] = []
        unread = unread_of(place, visit.case_id)
        if unread and not self._screen.beside.open:
            text = ngettext("{key}: {count} from colleagues", "{key}: {count} from colleagues", unread)
            text = text.format(key=place.keymap.shown("case.staff_chat"), count=unread)
            right.append(Piece(text, "$staff-chat bold", "case.staff_chat", gap=2))
        waiting = place.unread(visit)
        if waiting and self._screen.beside.open:
            text = ngettext("{count} new from the resident", "{count} new from the resident", waiting)
            right.append(Piece(text.format(count=waiting), "$warning bold", "case.staff_chat", gap=2))
        line = self._screen.query_one("#case-line", Bar)
        line.show(pieces, right)
        line.display = bool(pieces or right)

    def _typing_key(self, action_id: str) -> str:
        """The first of an action's keys that works while one types."""
        keys = [key.strip() for key in self._place.keymap.keys(action_id).split(",")]
        return next((key for key in keys if len(key) > 1), keys[0])
