"""Taking, starting and giving back the case on screen, and what is begun with it by the app."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from clinic_tui.actions.action import Scope
from clinic_tui.actions.registry import ACTIONS
from clinic_tui.i18n import _

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen


class Claims:
    """The deeds of the lists, done with the visit on screen."""

    def __init__(self, screen: "VisitScreen") -> None:
        self._screen = screen

    def what_acts(self) -> str:
        """Which keys act where nothing is written."""
        if self._screen.may("case.start"):
            return _("The visit has not started. {key} starts it.").format(
                key=self._screen.key_of("case.start")
            )
        leader = self._screen.place.keymap.shown("app.leader")
        return _("Nothing is written here. {key} and then a letter acts.").format(key=leader)

    def deed(self, action_id: str) -> Callable[[], None] | None:
        """What performs a deed on the case; None for any other action."""
        if action_id == "case.staff_chat":
            return self._screen.beside.switch
        if ACTIONS[action_id].scope is Scope.CASE:
            return lambda: self._begin(action_id)
        return None

    def _begin(self, action_id: str) -> None:
        visit = self._screen.visit
        if visit is not None:
            self._screen.keep()
            self._screen.place.begin(action_id, visit.case_id)

    def do_case_start(self) -> None:
        """Start the visit."""
        visit = self._screen.visit
        if visit is not None:
            self._screen.deeds.start(visit.row)

    def do_case_release(self) -> None:
        """Put the case back, and go to the queue."""
        visit = self._screen.visit
        if visit is not None:
            self._screen.deeds.release(visit.row)

    def do_case_take(self) -> None:
        """Take the case one looks at."""
        visit = self._screen.visit
        if visit is not None:
            self._screen.deeds.take(visit.row, lambda _following: self._screen.show_all())

    def do_case_take_over(self) -> None:
        """Take the case over from the colleague who has it."""
        visit = self._screen.visit
        if visit is not None:
            self._screen.deeds.take_over(visit.row)
