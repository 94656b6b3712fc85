"""A resident's profile: their cases, tickets, relatives, and who has opened what (slide 60, domain.md 3)."""

from datetime import datetime

from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.refs import ResidentRef
from clinic_tui.protocol.resources import CaseRow, Contact, EarlierCase
from clinic_tui.protocol.wire import Wire


class AccessEntry(Wire, frozen=True, kw_only=True):
    """One line of the access log in plain parts (domain.md 7.3)."""

    at: datetime
    who: str
    """Full name of the staff member; empty for the system."""
    title: str = ""
    unit_name: str
    action: str
    """A value of `backend.audit.Action`, such as READ or UPDATE."""
    code: str
    """What was done, such as accepted or signed."""
    case_id: str | None = None


class ResidentProfile(Wire, frozen=True, kw_only=True):
    """Everything staff may see of one resident."""

    resident: ResidentRef
    contact: Contact
    at_hand: bool = True
    """Whether a case, ticket or booking is ground to contact the resident; else one says why."""
    can_be_reached: bool
    """Whether there is a mobile number for SMS; staff are told before they write (domain.md 2.1.2)."""
    children: tuple[ResidentRef, ...] = ()
    guardian_refs: tuple[ResidentRef, ...] = ()
    guardian: ResidentRef | None = None
    """Who reads what staff start with a child, and gets the texts; None for one who does so alone."""
    cases: tuple[CaseRow, ...] = ()
    """Open cases that the session may see, scheduled visits among them."""
    elsewhere: int = 0
    """How many open cases other units have: that they exist, and nothing more (domain.md 7.1)."""
    earlier: tuple[EarlierCase, ...] = ()
    earlier_hidden: int = 0
    """How many more there are that the session may not read: that they exist, and nothing else."""
    tickets: tuple[Ticket, ...] = ()
    access: tuple[AccessEntry, ...] = ()
    """The newest first, at most 100."""
