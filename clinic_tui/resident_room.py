"""What is done for a resident from their profile: each deed with its dialogs and its command."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from clinic_tui.actions.registry import ACTIONS
from clinic_tui.protocol.patients import ResidentProfile

if TYPE_CHECKING:
    from clinic_tui.case_deeds.part import Hall


class ResidentRoom:
    """Finds the part that performs a deed: one that has `do_` and the action's id with underscores."""

    def __init__(self, hall: "Hall") -> None:
        self._hall = hall

    @cached_property
    def _parts(self) -> tuple[object, ...]:
        """The parts with their dialogs, imported when they are first asked."""
        from clinic_tui.case_deeds.residents import ResidentDeeds

        return (ResidentDeeds(self._hall),)

    def may(self, action_id: str, profile: ResidentProfile) -> bool:
        """Whether the deed can be done for this resident now: the part's `may_…` says so."""
        asked: Callable[[ResidentProfile], bool] | None = self._find(action_id, "may_")
        return asked is not None and asked(profile)

    def begin(self, action_id: str, profile: ResidentProfile) -> None:
        """Begin the deed; it shows its own dialogs and says what came of it."""
        deed: Callable[[ResidentProfile], None] | None = self._find(action_id, "do_")
        if deed is not None and self.may(action_id, profile):
            deed(profile)

    def _find(self, action_id: str, prefix: str) -> Any:
        name = prefix + ACTIONS[action_id].id.replace(".", "_")
        return next((getattr(part, name) for part in self._parts if hasattr(part, name)), None)
