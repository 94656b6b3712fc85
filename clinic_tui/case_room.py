"""What is done with a case from any view: each deed with its dialogs and its command."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from clinic_tui.actions.registry import ACTIONS
from clinic_tui.protocol.resources import CaseRow

if TYPE_CHECKING:
    from clinic_tui.app import ClinicApp


class CaseRoom:
    """Finds the part that performs a deed: one that has `do_` and the action's id with underscores."""

    def __init__(self, app: "ClinicApp") -> None:
        self._app = app
        self._parts: tuple[object, ...] = ()

    def may(self, action_id: str, row: CaseRow) -> bool:
        """Whether the deed can be done with this case now: the part's `may_…` says so."""
        asked: Callable[[CaseRow], bool] | None = self._find(action_id, "may_")
        return asked is not None and asked(row)

    def begin(self, action_id: str, case_id: str) -> None:
        """Begin the deed; it shows its own dialogs and says what came of it."""
        row = self._app.room.desk.rows.get(case_id)
        visit = self._app.room.desk.visits.get(case_id)
        row = row or (visit.row if visit is not None else None)
        deed: Callable[[CaseRow], None] | None = self._find(action_id, "do_")
        if row is not None and deed is not None:
            deed(row)

    def _find(self, action_id: str, prefix: str) -> Any:
        name = prefix + ACTIONS[action_id].id.replace(".", "_")
        return next((getattr(part, name) for part in self._parts if hasattr(part, name)), None)
