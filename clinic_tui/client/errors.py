"""What can go wrong between workstation and backend; nothing of the transport leaves the client package."""

# ruff: noqa: N818 - they are named for what happened

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from clinic_tui.domain.refusals import REASONS
from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.problems import Code, Problem

_SHOWN_ZONE: Final = "Europe/Stockholm"


class ClientError(Exception):
    """Something the backend, or the way to it, did not do; `user_text` says what, for people."""

    def __init__(self, problem: Problem | None = None) -> None:
        super().__init__(problem.code if problem else type(self).__name__)
        self.problem = problem
        """The backend's own words, where there are any."""
        self.unsettled = False
        """Whether the same command was sent before without an answer, and its outcome is still not known."""

    @property
    def refuses(self) -> bool:
        """Whether the backend looked at the request and said no: it is not done, and was not before."""
        return True

    @property
    def outcome_known(self) -> bool:
        """Whether it is known that the request was not carried out."""
        return not self.unsettled

    def user_text(self) -> str:
        """One line for the user, in the language in use."""
        return _("Something went wrong. Try again.")


class Offline(ClientError):
    """No answer came: no connection, or it broke or took too long."""

    def __init__(self, *, maybe_done: bool = False, certificate: bool = False) -> None:
        super().__init__()
        self.maybe_done = maybe_done
        """The request may have reached the backend all the same."""
        self.certificate = certificate
        """The server could not prove who it is."""

    @property
    def refuses(self) -> bool:
        """No: nobody looked at it."""
        return False

    @property
    def outcome_known(self) -> bool:
        """Whether it never reached the backend."""
        return not self.maybe_done and not self.unsettled

    def user_text(self) -> str:
        """Says whether it is known that nothing was done."""
        if self.maybe_done:
            return _("No answer from the server. It is not known whether it was done; try again.")
        if self.certificate:
            return _("The server could not prove who it is, so nothing was sent.")
        return _("No contact with the server.")


class Withdrawn(ClientError):
    """A message was taken back before any of it had left."""

    def user_text(self) -> str:
        """Says that it was not sent."""
        return _("The message was taken back. It is not sent.")


class TooOld(ClientError):
    """A message has waited so long on the device that its author must look at it before it is sent."""

    def user_text(self) -> str:
        """Says that it was long ago."""
        return _("It was written many days ago. Look at it, and send it again or take it back.")


class Unauthorised(ClientError):
    """The session is over, or the user name or password was wrong (401)."""

    @property
    def refuses(self) -> bool:
        """No: what an earlier try came to is not told to a stranger."""
        return False

    def user_text(self) -> str:
        """Asks for a new sign-in."""
        return _("Sign in again.")


class Forbidden(ClientError):
    """The role does not let one do this (403)."""

    def user_text(self) -> str:
        """Says that it is the role."""
        return _("Your role does not let you do this.")


class NotFound(ClientError):
    """There is no such thing, or not for this session (404)."""

    def user_text(self) -> str:
        """Says that it is gone."""
        return _("It is no longer here.")


class Conflict(ClientError):
    """Somebody else was first (409)."""

    @property
    def code(self) -> str:
        """Which kind: already_taken, stale_version, idempotency_mismatch or conflict."""
        return self.problem.code if self.problem else Code.CONFLICT

    @property
    def who(self) -> str | None:
        """The name of the one who was first."""
        return self.problem.who if self.problem else None

    @property
    def at(self) -> datetime | None:
        """When that was."""
        return self.problem.at if self.problem else None

    @property
    def current_version(self) -> int | None:
        """The version to read again."""
        return self.problem.current_version if self.problem else None

    def user_text(self) -> str:
        """Says who and when, where that is known."""
        if self.who is None or self.at is None:
            return _("Somebody else changed this first.")
        time = self.at.astimezone(ZoneInfo(_SHOWN_ZONE)).strftime("%H:%M")
        if self.code == Code.ALREADY_TAKEN:
            return _("{name} took the case {time}.").format(name=self.who, time=time)
        return _("{name} changed the case {time}.").format(name=self.who, time=time)


class Rejected(ClientError):
    """A rule says no, or a field cannot be taken (409 blocked_by_rule, 413, 422)."""

    @property
    def rule(self) -> str | None:
        """The rule that blocks, a key of `domain.refusals.REASONS` or newer."""
        return self.problem.rule if self.problem else None

    def user_text(self) -> str:
        """The rule's own text; else the backend's, in the language in use where it is a known one."""
        if self.rule in REASONS:
            return _(REASONS[self.rule])
        if self.problem is None or self.problem.code == Code.TOO_LARGE:
            return _("The text is too long.") if self.problem else _("That cannot be done.")
        text = self.problem.detail or self.problem.title
        return _(text) if text else _("That cannot be done.")


class TooMany(ClientError):
    """Too much at once (429)."""

    @property
    def refuses(self) -> bool:
        """No: it was not looked at."""
        return False

    @property
    def retry_after(self) -> float:
        """Seconds to wait."""
        return self.problem.retry_after or 1.0 if self.problem else 1.0

    def user_text(self) -> str:
        """Says how long to wait."""
        seconds = max(1, round(self.retry_after))
        return ngettext(
            "Too many at once. Wait {count} second.", "Too many at once. Wait {count} seconds.", seconds
        ).format(count=seconds)


class ServerBroken(ClientError):
    """The backend failed or is away for a while (5xx)."""

    def __init__(self, problem: Problem | None = None, *, incident: str = "") -> None:
        super().__init__(problem)
        self.incident = incident
        """What to tell support; empty where the backend gave nothing."""

    @property
    def refuses(self) -> bool:
        """No: it may have failed after it was done."""
        return False

    @property
    def outcome_known(self) -> bool:
        """Never."""
        return False

    def user_text(self) -> str:
        """Names the incident where there is one."""
        if self.incident:
            return _("The server has a fault. Incident {number}.").format(number=self.incident)
        return _("The server has a fault. Try again in a while.")


class ProtocolMismatch(ClientError):
    """Client and backend do not understand each other: one of them is too old, or it is no backend."""

    @property
    def refuses(self) -> bool:
        """No: the answer may be a yes that is not understood."""
        return False

    @property
    def outcome_known(self) -> bool:
        """Never."""
        return False

    def user_text(self) -> str:
        """Points at the versions."""
        return _("The server and this program do not understand each other. Update the program.")
