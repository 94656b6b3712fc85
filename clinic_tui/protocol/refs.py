"""People as every other thing on the wire refers to them."""

from datetime import date, datetime
from typing import Literal

from clinic_tui.protocol.wire import Wire

Sex = Literal["female", "male", "unknown"]
Protection = Literal["none", "marked", "relocated"]
Author = Literal["resident", "proxy", "staff", "system"]
Availability = Literal["off", "present", "typing"]


class StaffRef(Wire, frozen=True, kw_only=True):
    """A staff member as colleagues see them."""

    id: str
    name: str
    """Display name, as residents see it too."""
    title: str = ""


class Reader(Wire, frozen=True, kw_only=True):
    """Somebody who is reading up on a waiting case right now."""

    staff: StaffRef
    since: datetime


class ResidentRef(Wire, frozen=True, kw_only=True):
    """A resident as a work list shows them; masked when the identity is protected."""

    id: str
    name: str
    """Full name, or an empty string when the identity is protected."""
    birth_date: date | None
    age: int | None
    """Whole years at the time of the snapshot."""
    sex: Sex
    protected: Protection = "none"
