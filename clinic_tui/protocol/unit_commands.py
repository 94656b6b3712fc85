"""Commands of a unit's administrator (slide 27, domain.md 2.10)."""

from datetime import date
from typing import Annotated

import msgspec

from clinic_tui.protocol.command import Body, Command, Line, Name, NoteBody, Slug
from clinic_tui.protocol.unit import UnitSettings
from clinic_tui.protocol.wire import StrictWire, Wire


class UnitCommand(Command, frozen=True, kw_only=True):
    """A command on one unit."""

    unit_id: Slug


class OpenUnit(UnitCommand, frozen=True, kw_only=True):
    """Read a unit's settings."""


class SaveUnit(UnitCommand, frozen=True, kw_only=True):
    """Change a unit's settings."""

    phone: Line
    no_answer_minutes: Annotated[int, msgspec.Meta(ge=1, le=240)]
    no_answer_text: Body
    hand_over_minutes: Annotated[int, msgspec.Meta(ge=1, le=240)]
    async_days: Annotated[int, msgspec.Meta(ge=1, le=30)]
    meeting_url: Line
    keyword_template: NoteBody


class WeekHours(StrictWire, frozen=True, kw_only=True):
    """Weekly hours from one date on."""

    valid_from: date
    week: dict[str, str]
    closed_dates: str = "closed"


class DayHours(StrictWire, frozen=True, kw_only=True):
    """Other hours on one date."""

    on: date
    hours: Line
    reason: Line = ""


class SaveHours(UnitCommand, frozen=True, kw_only=True):
    """Change a unit's opening hours and the dates that differ."""

    hours: tuple[WeekHours, ...]
    exceptions: tuple[DayHours, ...] = ()


class SaveUnitPhrase(UnitCommand, frozen=True, kw_only=True):
    """Make, change or take away a phrase of the unit."""

    phrase_id: Slug | None = None
    shortcut: Line
    title: Name
    body: Body
    category: Line = ""
    active: bool = True


class SaveRole(UnitCommand, frozen=True, kw_only=True):
    """Give a staff member a role at the unit, or end one; nobody is deleted (domain.md 2.11)."""

    staff_id: Slug
    role: Slug
    ended: bool = False


class SaveSigner(UnitCommand, frozen=True, kw_only=True):
    """Name whoever sees to colleagues' ended visits: signs, takes over or lets go of them; or no longer."""

    staff_id: Slug
    role: Slug
    """The role at the unit under which they do it."""
    ended: bool = False


class UnitAnswer(Wire, frozen=True, kw_only=True):
    """The unit's settings after the command."""

    settings: UnitSettings
    handed_on: int = 0
    """Cases that went back to their queues, because a role ended that took them."""


STAFF: tuple[tuple[str, type[Command], type[Wire]], ...] = (
    ("open_unit", OpenUnit, UnitAnswer),
    ("save_unit", SaveUnit, UnitAnswer),
    ("save_hours", SaveHours, UnitAnswer),
    ("save_unit_phrase", SaveUnitPhrase, UnitAnswer),
    ("save_role", SaveRole, UnitAnswer),
    ("save_signer", SaveSigner, UnitAnswer),
)
