"""A unit as its administrator sees it: settings, hours, roles and phrases (slide 27, domain.md 2.10)."""

from datetime import date, datetime

from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.protocol.wire import Wire


class HoursRow(Wire, frozen=True, kw_only=True):
    """Weekly hours from one date on."""

    valid_from: date
    week: dict[str, str]
    """Days such as `mon-fri` to hours such as `08:00-17:00`."""
    closed_dates: str = "closed"
    """Hours on red days: `closed`, `as_usual`, or hours."""


class HoursException(Wire, frozen=True, kw_only=True):
    """Other hours on one date."""

    on: date
    hours: str
    """`closed`, or hours such as `08:00-12:00`."""
    reason: str = ""


class StaffRole(Wire, frozen=True, kw_only=True):
    """A staff member's assignment at the unit."""

    assignment_id: str
    staff: StaffRef
    username: str
    role: str
    ended_at: datetime | None = None
    signs_for_colleagues: bool = False
    """The unit has named them to see to colleagues' ended visits under this role."""


class UnitSettings(Wire, frozen=True, kw_only=True):
    """Everything a unit's administrator may change."""

    unit_id: str
    name: str
    phone: str
    no_answer_minutes: int
    no_answer_text: str
    hand_over_minutes: int
    async_days: int
    meeting_url: str
    """https address of a meeting with `{room}` where its own name goes; empty where there is none."""
    keyword_template: str
    """The headings of a note for the record, one `{note}` among them (slide 77)."""
    hours: tuple[HoursRow, ...] = ()
    exceptions: tuple[HoursException, ...] = ()
    phrases: tuple[PhraseInfo, ...] = ()
    """The unit's own phrases, inactive ones too."""
    staff: tuple[StaffRole, ...] = ()
    revision: int = 1
