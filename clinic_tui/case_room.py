"""What is done with a case from any view: each deed with its dialogs and its command."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from clinic_tui.actions.registry import ACTIONS
from clinic_tui.protocol.resources import CaseRow

if TYPE_CHECKING:
    from clinic_tui.case_deeds.part import Hall


class CaseRoom:
    """Finds the part that performs a deed: one that has `do_` and the action's id with underscores."""

    def __init__(self, hall: "Hall") -> None:
        self._hall = hall

    @cached_property
    def _parts(self) -> tuple[object, ...]:
        """The parts with their dialogs, imported when they are first asked."""
        from clinic_tui.case_deeds.calls import CallDeeds
        from clinic_tui.case_deeds.chats import ChatDeeds
        from clinic_tui.case_deeds.people import PeopleDeeds
        from clinic_tui.case_deeds.record import RecordDeeds

        return tuple(part(self._hall) for part in (PeopleDeeds, ChatDeeds, RecordDeeds, CallDeeds))

    @cached_property
    def _found(self) -> dict[str, Any]:
        """The methods that were looked for, by name."""
        return {}

    def may(self, action_id: str, row: CaseRow) -> bool:
        """Whether the deed can be done with this case now: the part's `may_…` says so."""
        asked: Callable[[CaseRow], bool] | None = self._find(action_id, "may_")
        return asked is not None and asked(row)

    def begin(self, action_id: str, case_id: str) -> None:
        """Begin the deed; it shows its own dialogs and says what came of it."""
        row = self._row(case_id)
        deed: Callable[[CaseRow], None] | None = self._find(action_id, "do_")
        if row is not None and deed is not None and self.may(action_id, row):
            deed(row)

    def _row(self, case_id: str) -> CaseRow | None:
        """The case's row: of the lists, of what is opened, or of what has ended."""
        place = self._hall.place
        visit = place.desk.visits.get(case_id)
        opened = visit.row if visit is not None else None
        ended = place.ended.get(case_id) or place.desk.unanswered.get(case_id)
        return place.desk.rows.get(case_id) or opened or ended

    def _find(self, action_id: str, prefix: str) -> Any:
        name = prefix + ACTIONS[action_id].id.replace(".", "_")
        if name not in self._found:
            self._found[name] = next(
                (getattr(part, name) for part in self._parts if hasattr(part, name)), None
            )
        return self._found[name]
