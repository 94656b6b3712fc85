"""Who works here and with what: profile, assignment, units, colleagues, region and phrases."""

from datetime import datetime

from msgspec.structs import replace

from clinic_tui.domain.cases import CaseKind
from clinic_tui.protocol.resources import (
    Assignment,
    CaseRow,
    DeskSnapshot,
    PhraseInfo,
    PriorityInfo,
    Profile,
    Region,
    StaffRef,
    UnitInfo,
)
from clinic_tui.protocol.team import Abilities


class People:
    """The frame around the cases; empty until the first snapshot."""

    def __init__(self) -> None:
        self.profile: Profile | None = None
        self.assignment: Assignment | None = None
        self.region = Region(name="")
        self.units: dict[str, UnitInfo] = {}
        """The session's own units."""
        self.all_units: dict[str, UnitInfo] = {}
        """Every unit of the region, as targets of tickets."""
        self.staff: dict[str, StaffRef] = {}
        self._abilities: dict[tuple[str, str], Abilities] = {}
        self.roles_seen: frozenset[str] = frozenset()
        self.permissions: frozenset[str] = frozenset()
        self.shift_ends_at: datetime | None = None
        self._phrases: dict[str, PhraseInfo] = {}

    def load(self, snapshot: DeskSnapshot) -> None:
        """Take everything from a snapshot."""
        self.profile = snapshot.profile
        self.assignment = snapshot.assignment
        self.region = snapshot.region
        self.all_units = {unit.id: unit for unit in snapshot.units}
        self.units = {unit.id: unit for unit in snapshot.units if unit.mine}
        self.staff = {person.id: person for person in snapshot.staff}
        self._abilities = {(one.staff_id, one.unit_id): one for one in snapshot.abilities}
        self.roles_seen = frozenset(snapshot.roles_seen)
        self.permissions = frozenset(snapshot.permissions)
        self.shift_ends_at = snapshot.shift_ends_at
        self._phrases = {phrase.id: phrase for phrase in snapshot.phrases}

    @property
    def staff_id(self) -> str:
        """My own id; empty before the first snapshot."""
        return self.profile.staff_id if self.profile else ""

    @property
    def phrases(self) -> tuple[PhraseInfo, ...]:
        """The phrases in use: personal first, then the unit's, then the region's, by title."""
        order = {"personal": 0, "unit": 1, "region": 2}
        active = (phrase for phrase in self._phrases.values() if phrase.active)
        return tuple(sorted(active, key=lambda one: (order[one.scope], one.title.casefold(), one.id)))

    def allowed(self, permission: str) -> bool:
        """Whether the session has this permission (a value of `domain.roles.Permission`)."""
        return permission in self.permissions

    def takes(self, staff_id: str, row: CaseRow) -> bool:
        """Whether a colleague may be given a case."""
        known = self._abilities.get((staff_id, row.unit_id))
        if known is None:
            return False
        return row.queue_role in (known.chats if row.kind == CaseKind.ASYNC else known.visits)

    def verifies(self, staff_id: str, unit_id: str) -> bool:
        """Whether a colleague may countersign notes at a unit."""
        known = self._abilities.get((staff_id, unit_id))
        return known is not None and known.verifies

    def priority(self, number: int | None) -> PriorityInfo | None:
        """What the region calls a priority; None for one it does not know."""
        return next((one for one in self.region.priorities if one.priority == number), None)

    def put_profile(self, profile: Profile) -> bool:
        """Take in my profile; False when it is no news."""
        if self.profile is not None and profile.revision <= self.profile.revision:
            return False
        self.profile = profile
        return True

    def put_unit(self, unit: UnitInfo) -> bool:
        """Take in a unit's settings; which units are the session's own does not change."""
        known = self.all_units.get(unit.id)
        if known is None:
            return False
        news = replace(unit, mine=known.mine)
        self.all_units[unit.id] = news
        if news.mine:
            self.units[unit.id] = news
        return news != known

    def put_phrase(self, phrase: PhraseInfo) -> bool:
        """Take in a phrase; False when it is no news."""
        known = self._phrases.get(phrase.id)
        if known is not None and phrase.revision <= known.revision:
            return False
        self._phrases[phrase.id] = phrase
        return known is not None or phrase.active
