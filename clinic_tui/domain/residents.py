"""A resident that staff add, and the guardian who takes part for a child (domain.md 2.6, 2.12)."""

from clinic_tui.domain.note import is_blank
from clinic_tui.domain.refusals import Refusal


def check_new(*, name: str, mobile: str) -> Refusal | None:
    """Why a resident cannot be added, or None. `mobile` is the checked number, empty where it is none.

    Whether there is one with the number already is no part of it: only a look-up tells that.
    """
    if is_blank(name):
        return Refusal(rule="resident.name_missing")
    return None if mobile else Refusal(rule="resident.mobile")


def check_guardian(*, child: bool, given: bool, any_may: bool, allowed: bool) -> Refusal | None:
    """Why a visit cannot be booked with, or without, a guardian (domain.md 2.6).

    A child needs one where somebody may act for them; `allowed` says whether the given one may.
    """
    if not given:
        return Refusal(rule="visit.guardian_missing") if child and any_may else None
    if not child:
        return Refusal(rule="visit.guardian_not_for_adult")
    return None if allowed else Refusal(rule="proxy.no_link")
