"""Who may be shown what: the rules that queries, stored answers, live streams and replays all ask.

A rule here looks at facts alone (`CaseAccess`, `TalkAccess`, `Viewer`), so it gives every way out the same
answer; reading the facts, and what the answer means there, is the caller's.
"""

from collections.abc import Set
from datetime import date, datetime
from functools import cache
from typing import Protocol, Self

import msgspec

from clinic_tui.backend.proxies import proxy_of, proxy_until
from clinic_tui.backend.sessions import Session
from clinic_tui.domain.region import RegionProfile
from clinic_tui.domain.roles import Permission, Role, allows
from clinic_tui.protocol.care import HandOver, Ticket, Verification
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Conversation

NOBODY: frozenset[str] = frozenset()
_people = msgspec.json.Decoder(tuple[StaffRef, ...])
_offer = msgspec.json.Decoder(HandOver)


def people_of(stored: str) -> tuple[StaffRef, ...]:
    """The invited, as the case's column keeps them."""
    return _people.decode(stored) if stored != "[]" else ()


def offer_of(stored: str) -> HandOver | None:
    """The pending hand-over, as the case's column keeps it."""
    return _offer.decode(stored) if stored else None


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """A session, as far as it says what it may be shown: its assignment, not all that the person has."""

    staff_id: str | None = None
    resident_id: str | None = None
    units: frozenset[str] = NOBODY
    elsewhere: frozenset[str] = NOBODY
    """Units of the staff member's other assignments: what belongs there is not shown under this one."""
    roles: frozenset[str] = NOBODY
    """Queue roles whose cases are seen."""
    reads_cases: bool = False
    verifies: bool = False

    @classmethod
    def of(cls, session: Session, elsewhere: Set[str] = NOBODY) -> Self:
        """The viewer behind a session; `elsewhere` as `sessions.units_elsewhere` reads them."""
        given = session.assignment
        if session.staff is None or given is None:
            staff_id = session.staff.id if session.staff is not None else None
            return cls(staff_id=staff_id, resident_id=session.resident_id)
        reads_cases, verifies = _reads_and_verifies(given.role, given.extra)
        units = frozenset(given.units)
        return cls(
            staff_id=session.staff.id,
            units=units,
            elsewhere=frozenset(elsewhere) - units if elsewhere else NOBODY,
            roles=frozenset(session.roles_seen),
            reads_cases=reads_cases,
            verifies=verifies,
        )


@cache
def _reads_and_verifies(role: Role, extra: frozenset[Permission]) -> tuple[bool, bool]:
    """Whether a role reads cases, and whether it verifies."""
    return bool(allows(role, Permission.PREVIEW_CASE, extra)), bool(allows(role, Permission.VERIFY, extra))


class Readable(Protocol):
    """A case, as far as it says which staff may read it: the columns of these names."""

    @property
    def id(self) -> str:
        """Which case."""
        ...

    @property
    def unit_id(self) -> str:
        """Where it is."""
        ...

    @property
    def queue_role(self) -> str:
        """In whose queue."""
        ...

    @property
    def assignee_id(self) -> str | None:
        """Who has it, or had it last."""
        ...

    @property
    def participants(self) -> str:
        """The invited."""
        ...

    @property
    def hand_over(self) -> str:
        """The pending hand-over."""
        ...


class Guarded(Readable, Protocol):
    """A case that also says which residents may read it; see `proxies.Proxied`."""

    @property
    def resident_id(self) -> str:
        """Whom it is about."""
        ...

    @property
    def acting_proxy_id(self) -> str | None:
        """The guardian who began to write for them."""
        ...

    @property
    def birth_date(self) -> date | None:
        """When the resident was born."""
        ...

    @property
    def protected(self) -> str:
        """How far the resident's identity is protected."""
        ...

    @property
    def proxy_holds(self) -> bool:
        """Whether the guardianship stands, and the guardian's identity is not protected."""
        ...


class CaseAccess(msgspec.Struct, frozen=True, kw_only=True):
    """What decides who may be told of a case."""

    unit_id: str
    queue_role: str
    assignee_id: str | None
    circle: frozenset[str] = NOBODY
    """Staff who were invited into it, and the one it is offered to."""
    readers: frozenset[str] = NOBODY
    """Residents who read it: the one it is about, and the guardian who writes for them today."""
    resident_id: str = ""
    proxy_id: str | None = None
    """That guardian."""
    proxy_until: datetime | None = None
    """When the child turns so old that the guardian no longer writes; None where that is not known."""


class TalkAccess(msgspec.Struct, frozen=True, kw_only=True):
    """What decides who may be told of a conversation between staff."""

    unit_id: str
    members: frozenset[str]
    asked_role: str = ""
    """The role whose members may read it too: that of a consultation which is put to a queue."""


class TicketAccess(msgspec.Struct, frozen=True, kw_only=True):
    """What decides who may be told of a ticket, or of what became of those of a resident."""

    readers: frozenset[str] = NOBODY
    """The residents who may use it."""
    units: frozenset[str] = NOBODY
    """Where it was issued."""


Access = CaseAccess | TalkAccess | TicketAccess


def circle_of(invited: str, hand_over: str) -> frozenset[str]:
    """Staff who were invited into a case, and the one it is offered to (slides 36 and 38)."""
    if invited == "[]" and not hand_over:
        return NOBODY
    found = {person.id for person in people_of(invited)}
    offer = offer_of(hand_over)
    return frozenset(found if offer is None else found | {offer.receiver.id})


def staff_access(case: Readable) -> CaseAccess:
    """What decides which staff may be told of a case."""
    return CaseAccess(
        unit_id=case.unit_id,
        queue_role=case.queue_role,
        assignee_id=case.assignee_id,
        circle=circle_of(case.participants, case.hand_over),
    )


def case_access(case: Guarded, now: datetime, region: RegionProfile) -> CaseAccess:
    """What decides who, staff or resident, may be told of a case at this moment."""
    proxy = proxy_of(case, now, region)
    return CaseAccess(
        unit_id=case.unit_id,
        queue_role=case.queue_role,
        assignee_id=case.assignee_id,
        circle=circle_of(case.participants, case.hand_over),
        readers=frozenset({case.resident_id} if proxy is None else {case.resident_id, proxy}),
        resident_id=case.resident_id,
        proxy_id=proxy,
        proxy_until=None if proxy is None else proxy_until(case, region),
    )


def receiver_at(case: CaseAccess, now: datetime) -> str:
    """Who reads and writes in a case at a moment: its resident, or the guardian who still does."""
    ended = case.proxy_until is not None and now >= case.proxy_until
    return case.resident_id if case.proxy_id is None or ended else case.proxy_id


def talk_access(talk: Conversation) -> TalkAccess:
    """What decides who may be told of a conversation that has just been read from the store."""
    asked = talk.role if talk.kind == "consultation" else ""
    members = frozenset(person.id for person in talk.members)
    return TalkAccess(unit_id=talk.unit_id, members=members, asked_role=asked)


def sees_case(viewer: Viewer, case: CaseAccess) -> bool:
    """Whether staff may read a case and talk about it (slides 36 and 38, domain.md 7.1).

    One of the assignment's units in a queue that the role sees, and one's own there; and any that one was
    invited into or is offered, from whatever unit.
    """
    if viewer.staff_id in case.circle:
        return True
    if case.unit_id not in viewer.units:
        return False
    return case.queue_role in viewer.roles or case.assignee_id == viewer.staff_id


def reads_own(viewer: Viewer, case: CaseAccess) -> bool:
    """Whether a resident may read a case: their own, or a child's they write for today (domain.md 2.12)."""
    return viewer.resident_id is not None and viewer.resident_id in case.readers


def sees_item(viewer: Viewer, item: Verification, case: CaseAccess | None) -> bool:
    """Whether an item to verify is shown: who asked, who may verify it, and who may read its case anyway.

    One about no case, such as a ticket's text that did not arrive, is a task for whoever works there. Nobody
    of another unit, and no role that reads no cases: it names a resident (domain.md 2.9).
    """
    if item.unit_id not in viewer.units or not viewer.reads_cases:
        return False
    if item.asked_by is not None and item.asked_by.id == viewer.staff_id:
        return True
    for_me = item.asked_of is None or item.asked_of.id == viewer.staff_id
    if for_me and (viewer.verifies or item.asked_of is not None):
        return True
    return item.case_id is None or (case is not None and sees_case(viewer, case))


def sees_talk(viewer: Viewer, talk: TalkAccess) -> bool:
    """Whether a conversation is shown: its members', and a question to a role that one has at its unit.

    Not that of a unit where one works under another assignment (domain.md 2.5).
    """
    here = talk.unit_id in viewer.units
    if viewer.staff_id in talk.members:
        return here or talk.unit_id not in viewer.elsewhere
    return here and bool(talk.asked_role) and talk.asked_role in viewer.roles


def sees_notice(viewer: Viewer, access: Access | None) -> bool:
    """Whether a notice is shown: that of a case, conversation or ticket which is this assignment's.

    `access` is that of what it is about; None where it is about nothing that could be secret.
    """
    match access:
        case CaseAccess():
            return sees_case(viewer, access)
        case TalkAccess():
            return sees_talk(viewer, access)
        case TicketAccess():
            return bool(access.units & viewer.units)
        case _:
            return True


def issued_here(viewer: Viewer, ticket: Ticket) -> bool:
    """Whether a ticket is on its issuer's list: that of the assignment it was issued under."""
    return ticket.issuer.id == viewer.staff_id and ticket.issuer_unit_id in viewer.units
