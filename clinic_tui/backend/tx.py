"""One transaction as a handler sees it: the connection, the moment, who asks, and what is to be told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NoReturn

from sqlalchemy import Connection

from clinic_tui.backend.access import Guarded, Viewer
from clinic_tui.backend.audit import Actor, AuditEntry
from clinic_tui.backend.delivery import Committed
from clinic_tui.backend.event_access import committed
from clinic_tui.backend.journal import Answered, Emitted, write_journal
from clinic_tui.backend.refused import forbidden, not_found
from clinic_tui.backend.sessions import ActiveAssignment, Session, StaffMember, units_elsewhere
from clinic_tui.backend.settings import Settings
from clinic_tui.domain.region import RegionProfile
from clinic_tui.domain.roles import Grant, Permission, allows
from clinic_tui.protocol.events import Event
from clinic_tui.protocol.refs import Availability


def nobody_in_chat(_case_id: str, _resident_id: str) -> bool:
    """The answer of a backend without live connections."""
    return False


def nobody_there(_case_id: str, _resident_id: str) -> Availability:
    """The same of whether a resident is in a case's chat."""
    return "off"


@dataclass(kw_only=True)
class Tx:
    """A running transaction. What is emitted and audited is written when the handler is done."""

    conn: Connection
    now: datetime
    session: Session | None
    region: RegionProfile
    settings: Settings
    request_id: str = ""
    in_chat: Callable[[str, str], bool] = nobody_in_chat
    """Whether a resident has a case's chat on screen right now (slide 35)."""
    availability: Callable[[str, str], Availability] = nobody_there
    """Whether a resident is in a case's chat right now, and types (slide 53)."""
    emitted: list[Emitted] = field(default_factory=list[Emitted])
    audits: list[AuditEntry] = field(default_factory=list[AuditEntry])
    left: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Staff who no longer take part in a case, by its id: they are told once more that it changed."""
    known: dict[str, Guarded] = field(default_factory=dict[str, Guarded])
    """The cases that were loaded or changed, by id, as they are now: what decides who is told of them."""

    texts: list[str] = field(default_factory=list[str])
    """The ids of the SMS texts queued so far."""

    @property
    def staff(self) -> StaffMember:
        """The staff member who asks; refused for anybody else."""
        if self.session is None or self.session.staff is None:
            raise forbidden("session.not_staff")
        return self.session.staff

    @property
    def assignment(self) -> ActiveAssignment:
        """The assignment in force; refused where none was chosen, or it is no longer valid."""
        if self.session is None or self.session.assignment is None:
            raise forbidden("session.no_assignment")
        return self.session.assignment

    @property
    def resident_id(self) -> str:
        """The resident who asks; refused for anybody else."""
        if self.session is None or self.session.resident_id is None:
            raise forbidden("session.not_resident")
        return self.session.resident_id

    @cached_property
    def viewer(self) -> Viewer:
        """What decides what the session may be shown; nothing where nobody is signed in."""
        return Viewer() if self.session is None else Viewer.of(self.session)

    @cached_property
    def desk_viewer(self) -> Viewer:
        """The same, with the units of the staff member's other assignments, for what a desk shows."""
        if self.session is None:
            return Viewer()
        return Viewer.of(self.session, units_elsewhere(self.conn, self.session, self.now))

    @property
    def roles_seen(self) -> tuple[str, ...]:
        """The queue roles whose cases the session sees."""
        return self.session.roles_seen if self.session else ()

    def allows(self, permission: Permission) -> Grant:
        """How far a permission reaches."""
        return self.session.allows(permission) if self.session else Grant.NONE

    def require(self, permission: Permission, object_id: str = "") -> None:
        """Refused with 403 where the role lacks the permission."""
        if not allows(self.assignment.role, permission, self.assignment.extra):
            raise forbidden(object_id=object_id)

    def emit(self, stream: str, event: Event) -> None:
        """Tell those who follow a stream, once this is committed."""
        self.emitted.append(Emitted(stream, event))

    def audit(self, entry: AuditEntry) -> None:
        """Write a row to the access log, in this transaction."""
        self.audits.append(entry)

    def missing(self, object_id: str = "") -> NoReturn:
        """Answer that there is no such thing."""
        raise not_found(object_id)

    @property
    def actor(self) -> Actor:
        """Who the access log says did it."""
        session = self.session
        if session is None:
            return Actor()
        member, assignment = session.staff, session.assignment
        return Actor(
            hsa_id=member.hsa_id if member else "",
            staff_id=member.id if member else None,
            assignment_id=assignment.id if assignment else "",
            role=assignment.role.value if assignment else "",
            party=session.party,
            session_id=session.id,
        )

    def finish(self, answered: Answered | None = None) -> tuple[Committed, ...]:
        """Write events, access log and answer; the events with their places, and who may see them."""
        envelopes = write_journal(
            self.conn,
            self.now,
            emitted=self.emitted,
            audits=self.audits,
            actor=self.actor,
            correlation_id=self.request_id,
            answered=answered,
        )
        return committed(self, envelopes, self.known) if envelopes else ()
