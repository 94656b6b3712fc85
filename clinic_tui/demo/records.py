"""The records that the demo's data files hold."""

from datetime import date
from typing import Literal

import msgspec

from clinic_tui.domain.hours import OpeningHours, parse_hours
from clinic_tui.domain.person_id import PersonId, parse
from clinic_tui.domain.tables import Table


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all records share: they never change, and a misspelt field is refused."""


class CareProvider(Record, frozen=True, kw_only=True):
    """The legal provider that the units belong to."""

    id: str
    hsa_id: str
    name: str


class WeekHours(Record, frozen=True, kw_only=True):
    """Weekly hours from one date on, in the form that `domain.hours` reads."""

    valid_from: date
    week: dict[str, str]
    """Days such as `mon-fri` to hours such as `08:00-17:00`."""
    closed_dates: str = "closed"
    """Hours on red days: `closed`, `as_usual`, or hours."""


class Unit(Record, frozen=True, kw_only=True):
    """A unit that takes cases (domain.md 2.10)."""

    id: str
    hsa_id: str
    name: str
    kind: Literal["health_centre", "branch", "advice_line", "contact_centre", "youth_clinic"]
    parent: str | None = None
    """The unit whose queue takes a branch's cases (domain.md 4.1 row 15)."""
    phone: str
    address: str
    hours: tuple[WeekHours, ...]
    services: tuple[str, ...]
    roles: tuple[str, ...]
    """Queue roles that cases can stand in."""
    no_answer_minutes: int
    no_answer_text: str
    """What the resident gets when the chat is ended without an answer; has placeholders."""
    meeting_url: str = ""
    """Address of audio and video meetings, with `{room}`; empty where there are none."""

    def opening_hours(self) -> OpeningHours:
        """The hours as the routing rules use them. Raises `BadTable` where they are wrong."""
        rows = [{"valid_from": h.valid_from, "closed_dates": h.closed_dates, **h.week} for h in self.hours]
        return parse_hours(Table(row, f"{self.id}.hours[{place}]") for place, row in enumerate(rows))


class Region(Record, frozen=True, kw_only=True):
    """The region with its units."""

    id: str
    name: str
    care_provider: CareProvider
    units: tuple[Unit, ...]


class Assignment(Record, frozen=True, kw_only=True):
    """A staff mission: one unit, one role, and queue roles covered beside it (domain.md 2.11)."""

    unit: str
    role: str
    covers: tuple[str, ...] = ()


def assignment_id(staff_id: str, given: Assignment) -> str:
    """What the wire calls an assignment of a staff member."""
    return f"{staff_id}.{given.unit}.{given.role}"


class Staff(Record, frozen=True, kw_only=True):
    """A staff member (domain.md 2.11). The first assignment is the usual one."""

    id: str
    username: str
    hsa_id: str
    name: str
    display_name: str
    title: str
    mobile: str | None
    assignments: tuple[Assignment, ...]

    @property
    def usual(self) -> str:
        """The wire's id of the usual assignment."""
        return assignment_id(self.id, self.assignments[0])


class Resident(Record, frozen=True, kw_only=True):
    """A resident (domain.md 2.12). The number is one of the tax agency's official test identities."""

    id: str
    personal_number: str
    given_name: str
    family_name: str
    listed_unit: str | None = None
    mobile: str | None = None
    protected: Literal["none", "marked", "relocated"] = "none"
    language: str = "sv"
    guardians: tuple[str, ...] = ()
    """Residents who may act for this child (domain.md 2.12)."""

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def person(self) -> PersonId:
        """The checked identifier, with birth date and sex. Raises `InvalidPersonId`."""
        return parse(self.personal_number)


class Answer(Record, frozen=True, kw_only=True):
    """A question of the interview with the resident's answer."""

    question: str
    answer: str


class RedFlag(Answer, frozen=True, kw_only=True):
    """A red-flag question, and whether the answer is a warning sign."""

    positive: bool


class Section(Record, frozen=True, kw_only=True):
    """A heading of the generated history with its text."""

    heading: str
    text: str


class Triage(Record, frozen=True, kw_only=True):
    """Where the priority came from: an outside triage service, never this program (domain.md 2.1)."""

    ruleset: str
    advice_code: str
    provider: str = "Triagetjänsten"
    version: str = "4.2"


class Ticket(Record, frozen=True, kw_only=True):
    """The drop-in ticket that a case was redeemed from (domain.md 2.3)."""

    issuer: str
    days_ago: int
    reason: str


class Message(Record, frozen=True, kw_only=True):
    """A message already written when the demo starts; staff messages are the assignee's."""

    author: Literal["resident", "proxy", "staff"]
    minutes_ago: int
    body: str


class Rule(Record, frozen=True, kw_only=True):
    """What to answer to a message in which any of the keywords starts a word.

    The answer `{closing}` stands for the script's closing words.
    """

    keywords: tuple[str, ...]
    """Lower case; may be several words."""
    answer: str


class RuleSet(Record, frozen=True, kw_only=True):
    """Answers that many scripts share, such as those to the usual questions about fever."""

    id: str
    rules: tuple[Rule, ...]


class Script(Record, frozen=True, kw_only=True):
    """How a simulated resident behaves in the chat."""

    speed: Literal["fast", "normal", "slow"]
    """How fast they type."""
    manner: Literal["calm", "casual", "chatty", "formal", "terse", "worried"]
    emoji: bool = False
    opening: str | None = None
    """What they write by themselves when the visit starts."""
    uses: tuple[str, ...]
    """Shared rule sets, tried in this order after the script's own rules."""
    rules: tuple[Rule, ...] = ()
    fallback: tuple[str, ...] = ()
    """What they answer when no rule fits."""
    asks: tuple[str, ...] = ()
    """Questions they ask back, each once."""
    patience_minutes: int
    """How long they stay without hearing from staff."""
    closing: str
    """What they write last, when thanked or said goodbye to."""


class Case(Record, frozen=True, kw_only=True):
    """A drop-in case (domain.md 2.1). Minutes count back from the start of the demo."""

    id: str
    resident: str
    proxy: str | None = None
    """The guardian who writes for a child."""
    unit: str
    queue_role: str
    priority: int
    service_code: str = "seek_care"
    language: str = "sv"
    reason: str
    waited_minutes: int = 0
    """Since it was queued; 0 in an arrival, which comes later."""
    state: Literal["waiting", "accepted", "in_progress", "ended_unsigned"] = "waiting"
    assignee: str | None = None
    accepted_minutes: int | None = None
    started_minutes: int | None = None
    ended_minutes: int | None = None
    ticket: Ticket | None = None
    triage: Triage | None = None
    """None in a case from a ticket, which always has priority 3 (slide 60)."""
    free_text: str
    post_triage_answers: tuple[Answer, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    answers: tuple[Answer, ...] = ()
    auto_history: tuple[Section, ...]
    messages: tuple[Message, ...] = ()
    script: Script

    @property
    def note_text(self) -> str:
        """The generated history as the text that is preloaded in the note (slide 55)."""
        return "\n\n".join(f"{section.heading}\n{section.text}" for section in self.auto_history)


class EarlierCase(Record, frozen=True, kw_only=True):
    """A closed case with its signed note, for a resident's history."""

    id: str
    resident: str
    unit: str
    kind: Literal["drop_in", "async"]
    service_code: str
    reason: str
    days_ago: int
    staff: str
    close_reason: str
    note: str


class Phrase(Record, frozen=True, kw_only=True):
    """A canned text of the region, a unit or one staff member (domain.md 2.8)."""

    id: str
    scope: Literal["region", "unit", "personal"]
    unit: str | None = None
    owner: str | None = None
    shortcut: str
    title: str
    category: str
    body: str
