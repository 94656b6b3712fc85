"""Undoing what a staff member has just done: what can be undone, by whom, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clinic_tui.domain.refusals import Refusal

UNDO_SHOWN = timedelta(seconds=10)
"""How long the workstation offers to undo something."""
UNDO_KEPT = timedelta(seconds=30)
"""How long the backend undoes it, by its own clock: a key pressed in time is in time over a slow link too."""


class Undoable(StrEnum):
    """What can be undone, by the name of the command that did it; all else is final."""

    MARK_DONE = "mark_done"
    RELEASE = "release_case"
    NO_SHOW = "mark_no_show"
    ASSIGN = "assign_case"
    CANCEL_TICKET = "cancel_ticket"


@dataclass(frozen=True, kw_only=True)
class UndoFacts:
    """What the rule needs to know. Only whoever did something is asked about it: others never learn of it."""

    done_at: datetime
    is_undone: bool
    same_assignment: bool
    """The actor works under the assignment under which it was done."""
    is_untouched: bool
    """The case or ticket is as it was left: nobody has moved it, written in it or offered it since."""


def check_undo(facts: UndoFacts, now: datetime) -> Refusal | None:
    """Why something cannot be undone, or None."""
    if facts.is_undone:
        return Refusal(rule="undo.already")
    if not facts.same_assignment:
        return Refusal(rule="undo.other_assignment")
    if not facts.is_untouched:
        return Refusal(rule="undo.changed")
    return None if now - facts.done_at <= UNDO_KEPT else Refusal(rule="undo.too_late")
