"""What can be done with the visit on screen now, and what it is called there."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.registry import ACTIONS
from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.i18n import _
from clinic_tui.protocol.care import VisitMode
from clinic_tui.state.day_book import booked_call
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.visit_texts import mode_text
from screens.visit.tab_line import open_visits

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen

LETTERS = frozenset({"case.start", "case.release", "case.take", "case.take_over"})
"""Actions of the lists that work here too, where one does not type."""


WEIGHT_OF_THE_WAY_BACK = 11
"""In the staff chat, the key that leads back to the resident stands right after the one that sends."""
WEIGHT_OF_AN_OFFER = 9
"""What a colleague waits for stands first."""
WEIGHT_OF_A_BOOKED_CALL = 9
"""A visit that is booked as one begins with its call."""
WEIGHTS_IN_A_CHAT = {"visit.close": 51, "visit.end": 52}
"""A chat is seldom ended, as it closes by itself: first comes what one does with colleagues."""


class Permits:
    """Asks the part whose matter an action is."""

    def __init__(self, screen: "VisitScreen") -> None:
        self._screen = screen
        self._place = screen.place

    def may(self, action_id: str) -> bool | None:
        """Whether the action can be performed with the visit on screen; None where it is no matter of it."""
        visit = self._screen.visit
        area = action_id.partition(".")[0]
        if ACTIONS[action_id].scope is Scope.CASE:
            return visit is not None and self._case(visit, action_id)
        if area in {"list", "filter", "case"} and action_id not in {"filter.edit", *LETTERS}:
            return False
        if area in {"message", "chat", "visit", "draft", "case"}:
            return visit is not None and self._in(visit, action_id)
        shown = 0 if visit is None else 1
        return len(open_visits(self._place)) > shown if action_id == "go.visit" else None

    def _case(self, visit: Visit, action_id: str) -> bool:
        if action_id == "case.staff_chat":
            return self._screen.beside.may(visit)
        return self._place.may_begin(action_id, visit.row)

    def _in(self, visit: Visit, action_id: str) -> bool:
        screen = self._screen
        if action_id in LETTERS:
            started = visit.row.state == CaseState.IN_PROGRESS and action_id == "case.start"
            return not started and screen.deeds.may(action_id, visit.row)
        if action_id in {"visit.sign", "visit.end", "visit.close"}:
            return screen.ending.may(action_id, visit)
        if action_id == "visit.previous":
            return len(open_visits(self._place)) > 1
        if action_id == "draft.other":
            return screen.panes.other_kind(visit) is not None
        if action_id == "visit.note":
            return bool(visit.notes) or screen.ending.note_is_mine(visit)
        if action_id in {"visit.panel", "visit.chat"}:
            return True
        if action_id.startswith("message."):
            return screen.sending.may(action_id, visit)
        return screen.talk.may(action_id, visit)

    def ordered(self, actions: Iterable[Action]) -> list[Action]:
        """The actions for the bar: one key for the end of a chat, the way back from staff near the front."""
        weights = dict(WEIGHTS_IN_A_CHAT) if self._is_chat else {}
        if self._is_offered:
            weights["case.hand_over"] = WEIGHT_OF_AN_OFFER
        if self._booked_call:
            weights["case.meeting"] = WEIGHT_OF_A_BOOKED_CALL
        if self._screen.beside.open:
            weights["case.staff_chat"] = WEIGHT_OF_THE_WAY_BACK
        left_out = {"case.end", "visit.write"} if self._screen.types else {"case.end"}
        shown = [
            replace(one, weight=weights.get(one.id, one.weight)) for one in actions if one.id not in left_out
        ]
        return sorted(shown, key=lambda one: one.weight)

    @property
    def _is_chat(self) -> bool:
        """Whether an asynchronous chat is on screen."""
        visit = self._screen.visit
        return visit is not None and visit.row.kind == CaseKind.ASYNC

    @property
    def _booked_call(self) -> VisitMode | None:
        """The call that the visit on screen is booked as."""
        visit = self._screen.visit
        return booked_call(visit.row) if visit is not None else None

    @property
    def _is_offered(self) -> bool:
        """Whether a colleague offers me the case on screen."""
        visit = self._screen.visit
        return visit is not None and self._place.desk.is_offered(visit.row)

    def title(self, action: Action) -> str:
        """What the action is called in this visit; empty where its own title will do."""
        visit, beside = self._screen.visit, self._screen.beside.open
        match action.id:
            case "visit.sign" if visit is not None and visit.notes:
                return _("Correct")
            case "go.visit":
                return _("Next visit")
            case "case.staff_chat" if beside:
                return _("Back to the resident")
            case "message.send" if beside:
                return _("Send to colleagues")
            case "case.hand_over" if self._is_offered:
                return _("Answer")
            case "case.meeting" if (call := self._booked_call) is not None:
                return mode_text(call)
            case "visit.end" if self._is_chat:
                return _("End chat")
            case _:
                return ""
