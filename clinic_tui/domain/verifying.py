"""Verification and changed priorities: what may be asked, by whom it is decided (domain.md 2.9, 3)."""

from collections.abc import Container

from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.domain.note import is_blank
from clinic_tui.domain.refusals import Refusal

_PRIORITY_STATES = frozenset({CaseState.WAITING, CaseState.ACCEPTED, CaseState.IN_PROGRESS})


def check_request(*, signed: bool, newest: bool, own: bool, already_asked: bool) -> Refusal | None:
    """Why a note cannot be sent to be countersigned, or None: one asks once, for one's own newest wording."""
    if not signed:
        return Refusal(rule="note.not_signed")
    if not newest:
        return Refusal(rule="note.superseded")
    if not own:
        return Refusal(rule="note.not_yours")
    return Refusal(rule="verification.already_asked") if already_asked else None


def check_decision(
    *, is_open: bool, own: bool, for_other: bool, returned: bool, comment: str
) -> Refusal | None:
    """Why an item cannot be decided by this person, or None. Nobody verifies their own (domain.md 2.9)."""
    if not is_open:
        return Refusal(rule="verification.decided")
    if own:
        return Refusal(rule="verification.own")
    if for_other:
        return Refusal(rule="verification.for_other")
    if returned and is_blank(comment):
        return Refusal(rule="verification.comment_missing")
    return None


def check_priority(
    kind: str, state: str, *, old: int | None, new: int, known: Container[int], reason: str
) -> Refusal | None:
    """Why a priority cannot be changed so, or None. Only a person changes one, and says why (domain.md 3)."""
    if kind != CaseKind.DROP_IN or state not in _PRIORITY_STATES:
        return Refusal(rule="case.not_possible")
    if new not in known:
        return Refusal(rule="case.priority_unknown")
    if new == old:
        return Refusal(rule="case.priority_same")
    return Refusal(rule="case.reason_missing") if is_blank(reason) else None


def change_text(old: int | None, new: int, reason: str) -> str:
    """A change of priority in a few words: `4 → 2: worse since morning`."""
    return f"{'–' if old is None else old} → {new}: {' '.join(reason.split())}"
