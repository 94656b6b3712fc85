"""The no of the backend: an exception that carries the problem to answer with."""

from datetime import datetime

from clinic_tui.domain.refusals import N_, REASONS, Refusal
from clinic_tui.protocol.problems import STATUS, Code, Problem
from clinic_tui.protocol.resources import StaffRef

_TITLES = {
    Code.UNAUTHENTICATED: "Sign in first",
    Code.FORBIDDEN: "Not allowed",
    Code.NOT_FOUND: "Not found",
    Code.ALREADY_TAKEN: "Already taken",
    Code.STALE_VERSION: "Changed meanwhile",
    Code.IDEMPOTENCY_MISMATCH: "The command id was used for something else",
    Code.INVALID: "Not acceptable",
    Code.BLOCKED_BY_RULE: "A rule says no",
    Code.RATE_LIMITED: "Too often",
    Code.UNAVAILABLE: "Not available now",
    Code.CONFLICT: "Conflict",
}


TEXTS: dict[str, str] = {
    **REASONS,
    "case.already_waiting": N_("You are already in the queue."),
    "case.unfinished": N_("You have a visit that is not finished yet."),
    "routing.call_112": N_("Call 112 now."),
    "routing.phone_1177": N_("The chat is closed. Phone 1177."),
    "routing.phone_1177_or_112": N_("The chat is closed. Phone 1177, or 112 if it is an emergency."),
    "unit.own_role": N_("You cannot change your own roles."),
    "service.nowhere": N_("No unit answers this in the service. Phone 1177."),
    "session.no_assignment": N_("Choose an assignment first."),
    "session.not_resident": N_("Only a resident can do this."),
    "session.not_staff": N_("Only staff can do this."),
    "session.not_your_assignment": N_("That assignment is not yours."),
}
"""English text by rule id; a client shows its own language by the rule."""


class Refused(Exception):  # noqa: N818 - a name others rely on
    """A command or a query is refused; nothing of it was stored."""

    def __init__(self, problem: Problem, *, object_id: str = "") -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.object_id = object_id
        """What access was refused to, for the access log; empty where nothing is to be logged."""


def refused(
    code: Code,
    detail: str,
    *,
    object_id: str = "",
    field: str | None = None,
    rule: str | None = None,
    who: str | None = None,
    at: datetime | None = None,
    current_version: int | None = None,
    retry_after: float | None = None,
) -> Refused:
    """The exception for a code; the text is English, and a client shows its own by code and rule."""
    problem = Problem(
        title=_TITLES.get(code, code.value),
        status=STATUS[code],
        code=code.value,
        detail=detail,
        field=field,
        rule=rule,
        who=who,
        at=at,
        current_version=current_version,
        retry_after=retry_after,
    )
    return Refused(problem, object_id=object_id)


def unauthenticated() -> Refused:
    """The token is missing, unknown, ended or expired."""
    return refused(Code.UNAUTHENTICATED, "Sign in again.")


def not_found(object_id: str = "") -> Refused:
    """There is no such thing, or it belongs to another unit: the answer is the same (security.md 4.5)."""
    return refused(Code.NOT_FOUND, "There is no such thing here.", object_id=object_id)


def forbidden(rule: str = "case.not_for_role", object_id: str = "") -> Refused:
    """The session's role does not allow it."""
    return refused(Code.FORBIDDEN, TEXTS.get(rule, "Not allowed."), rule=rule, object_id=object_id)


def invalid(field: str, rule: str, detail: str) -> Refused:
    """A field of the command breaks a rule."""
    return refused(Code.INVALID, detail, field=field, rule=rule)


def blocked(rule: str, who: StaffRef | None = None, at: datetime | None = None) -> Refused:
    """A rule of the domain says no to the state the case is in."""
    return refused(
        Code.BLOCKED_BY_RULE,
        TEXTS.get(rule, "A rule says no."),
        rule=rule,
        who=who.name if who else None,
        at=at,
    )


def by_rule(refusal: Refusal, who: StaffRef | None = None, at: datetime | None = None) -> Refused:
    """The answer to a domain refusal: lack of a role is 403, everything else 409."""
    if refusal.rule in {"case.not_for_role", "async.no_reply"}:
        return forbidden(refusal.rule)
    if refusal.rule == "case.already_taken":
        return already_taken(who, at)
    return blocked(refusal.rule, who, at)


def already_taken(who: StaffRef | None, at: datetime | None) -> Refused:
    """Somebody else was first; says who and when (slide 52)."""
    name = who.name if who else "A colleague"
    return refused(
        Code.ALREADY_TAKEN, f"{name} has already taken the case.", who=who.name if who else None, at=at
    )


def stale(who: StaffRef | None, at: datetime | None, current_version: int) -> Refused:
    """The case changed after the user saw it; says who changed it and when."""
    return refused(
        Code.STALE_VERSION,
        f"{who.name if who else 'The system'} has changed the case since you saw it.",
        who=who.name if who else None,
        at=at,
        current_version=current_version,
    )
