"""A region's profile: routing, hours, priorities and limits as data, read from TOML."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from itertools import product
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clinic_tui.domain.hours import OpeningHours, parse_hours
from clinic_tui.domain.note import NOTE_HERE, is_keyword_template
from clinic_tui.domain.person_id import REGIONAL_FORMATS, IdType, ReserveFormat
from clinic_tui.domain.proxy import ChildLimits, Limit
from clinic_tui.domain.roles import Role
from clinic_tui.domain.routing import ArrivalKind, Door, RoutingRow, RoutingRules, Shown, Target, find_row
from clinic_tui.domain.tables import BadTable, Table

BUNDLED = ("vastmanland", "jonkoping")
"""The profiles that come with the package."""


class UnitKind(StrEnum):
    """The kinds of unit that have hours of their own in a profile."""

    HEALTH_CENTRE = "health_centre"
    ADVICE_LINE = "advice_line"
    CONTACT_CENTRE = "contact_centre"


class ServiceTarget(StrEnum):
    """Where an admin service goes (domain.md 4.2)."""

    LISTED_CENTRE = "listed_centre"
    CONTACT_CENTRE = "contact_centre"
    YOUTH_CLINIC = "youth_clinic"


class ReserveName(StrEnum):
    """Regional reserve numbers that a profile may take."""

    STOCKHOLM = "stockholm"
    SKANE = "skane"


class Language(StrEnum):
    """Languages that there are texts in."""

    SWEDISH = "sv"
    ENGLISH = "en"


@dataclass(frozen=True, kw_only=True)
class Priority:
    """What a priority means in a region; the same number differs between regions (domain.md 3)."""

    number: int
    sv: str
    en: str
    target_minutes: int
    """How soon a waiting case should be taken."""

    def name(self, language: Language) -> str:
        """The name in a language."""
        return self.en if language is Language.ENGLISH else self.sv


@dataclass(frozen=True, kw_only=True)
class RegionProfile:
    """Everything that differs between regions (design: data, never code)."""

    name: str
    title: str
    language: Language
    """In which the backend speaks: SMS, what the system writes in chats, priorities' names."""
    time_zone: str
    unsigned_blocks: bool
    """Whether a visit that is ended but not signed still blocks its resident (slide 55)."""
    no_answer_minutes: int
    async_days: int
    ticket_days: int
    admin_answer_days: int
    """Working days within which an admin question should be answered."""
    child_limits: ChildLimits
    resident_id_types: frozenset[IdType]
    reserve_formats: tuple[ReserveFormat, ...]
    priorities: Mapping[int, Priority]
    queues_seen: Mapping[Role, frozenset[str]]
    """The queue roles whose cases a role sees."""
    hours: Mapping[UnitKind, OpeningHours]
    """Hours of a unit that has none of its own."""
    services: Mapping[str, ServiceTarget]
    routing: RoutingRules
    contact_type: str
    """What a chat is called in the record; empty where the region does not say."""
    keyword_template: str
    """The headings of a note for the record, with `{note}` where the note goes, of a unit without its own."""


def load_profile(source: str) -> RegionProfile:
    """A bundled profile by name, or one from TOML text. Raises `BadTable` with the place of the fault."""
    if "\n" in source or "=" in source:
        return parse(source)
    if source not in BUNDLED:
        raise BadTable(f"no region profile is called {source!r}; there are {', '.join(BUNDLED)}")
    file = resources.files("clinic_tui.domain").joinpath("profiles", f"{source}.toml")
    return parse(file.read_text(encoding="utf-8"))


def parse(text: str) -> RegionProfile:
    """Read a profile from TOML text. Raises `BadTable` with the place of the fault."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTable(f"the region profile is not TOML: {error}") from None
    root = Table(data, "")
    zone = _zone(root)
    priorities = _priorities(root)
    profile = RegionProfile(
        name=root.text("name"),
        title=root.text("title"),
        language=root.choice("language", Language),
        time_zone=zone,
        unsigned_blocks=root.flag("unsigned_blocks"),
        no_answer_minutes=root.number("no_answer_minutes", 1, 240),
        async_days=root.number("async_days", 1, 30),
        ticket_days=root.number("ticket_days", 1, 90),
        admin_answer_days=root.number("admin_answer_days", 1, 30),
        child_limits=_child_limits(root.table("child")),
        resident_id_types=frozenset(root.choices("resident_id_types", IdType)),
        reserve_formats=tuple(
            REGIONAL_FORMATS[name] for name in root.choices("reserve_formats", ReserveName)
        ),
        priorities=priorities,
        queues_seen=_queues_seen(root.table("queues_seen")),
        hours=_hours(root.table("hours"), zone),
        services=_services(root.table("services")),
        routing=_routing(root.table("routing"), priorities),
        contact_type=root.text("contact_type") if "contact_type" in root.left else "",
        keyword_template=_keyword_template(root),
    )
    root.done()
    if not profile.resident_id_types:
        raise BadTable("resident_id_types: needs at least one kind of number")
    return profile


def _keyword_template(root: Table) -> str:
    text = root.text("keyword_template") if "keyword_template" in root.left else NOTE_HERE
    if not is_keyword_template(text):
        raise BadTable(f"keyword_template: must hold {NOTE_HERE} once")
    return text.strip() + "\n"


def _zone(root: Table) -> str:
    name = root.text("time_zone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadTable(f"time_zone: {name!r} is not a known time zone") from None
    return name


def _priorities(root: Table) -> dict[int, Priority]:
    found: dict[int, Priority] = {}
    for table in root.tables("priorities"):
        priority = Priority(
            number=table.number("number", 1, 99),
            sv=table.text("sv"),
            en=table.text("en"),
            target_minutes=table.number("target_minutes", 1, 60 * 24 * 31),
        )
        table.done()
        if priority.number in found:
            raise BadTable(f"{table.at('number')}: priority {priority.number} is there twice")
        found[priority.number] = priority
    return dict(sorted(found.items()))


def _child_limits(table: Table) -> ChildLimits:
    limits = ChildLimits(
        from_age=table.number("from_age", 0, 17),
        below_from_age=table.choice("below_from_age", Limit),
        until_age=table.number("until_age", 1, 18),
    )
    table.done()
    if limits.from_age >= limits.until_age:
        raise BadTable("child.from_age: must be lower than child.until_age")
    return limits


def _queues_seen(table: Table) -> dict[Role, frozenset[str]]:
    seen: dict[Role, frozenset[str]] = {}
    for key in table.left:
        if key not in set(Role):
            raise BadTable(f"{table.at(key)}: is no role; roles are {', '.join(Role)}")
        seen[Role(key)] = frozenset(str(role) for role in table.choices(key, Role))
    return seen


def _hours(table: Table, zone: str) -> dict[UnitKind, OpeningHours]:
    hours = {kind: parse_hours(table.tables(kind.value), zone) for kind in UnitKind}
    table.done()
    return hours


def _services(table: Table) -> dict[str, ServiceTarget]:
    return {key: table.choice(key, ServiceTarget) for key in table.left}


def _routing(table: Table, priorities: Mapping[int, Priority]) -> RoutingRules:
    last_intake_min = table.number("last_intake_min", 0, 240)
    roles = table.table("intake_roles")
    intake = {target: str(roles.choice(target.value, Role)) for target in (Target.CENTRE, Target.ADVICE_LINE)}
    roles.done()
    rows = tuple(_routing_row(row, priorities) for row in table.tables("rows"))
    table.done()
    _refuse_holes(rows, priorities)
    return RoutingRules(rows=rows, last_intake_min=last_intake_min, intake_roles=intake)


def _routing_row(table: Table, priorities: Mapping[int, Priority]) -> RoutingRow:
    listed = table.flag("listed") if "listed" in table.left else None
    row = RoutingRow(
        row=table.number("row", 1, 99),
        route=table.choice("route", Target),
        shows=table.choice("shows", Shown),
        kind=table.choice("kind", ArrivalKind, ArrivalKind.ORDINARY),
        listed=listed,
        priorities=frozenset(table.numbers("priorities", 1, 99)),
        centre=_door(table, "centre"),
        advice_line=_door(table, "advice_line"),
        ticket_unit=_door(table, "ticket_unit"),
    )
    table.done()
    if row.priorities - priorities.keys():
        raise BadTable(f"{table.at('priorities')}: names a priority that the region does not have")
    if row.route in {Target.CENTRE, Target.CHOICE} and not (row.listed or row.centre):
        raise BadTable(f"{table.at('route')}: only a listed resident can go to the centre")
    if (row.route is Target.TICKET_UNIT) != (row.kind is ArrivalKind.TICKET):
        raise BadTable(f"{table.at('route')}: a ticket, and nothing else, leads to the ticket's unit")
    return row


def _door(table: Table, key: str) -> Door | None:
    return table.choice(key, Door) if key in table.left else None


def _refuse_holes(rows: tuple[RoutingRow, ...], priorities: Mapping[int, Priority]) -> None:
    """Refuse a table in which some resident would fit no row: no dead ends (domain.md 5.25)."""
    for kind, listed, priority, centre, advice, ticket in product(
        ArrivalKind, (True, False), priorities, Door, Door, Door
    ):
        doors = {Target.ADVICE_LINE: advice}
        if listed:
            doors[Target.CENTRE] = centre
        if kind is ArrivalKind.TICKET:
            doors[Target.TICKET_UNIT] = ticket
        if find_row(rows, kind=kind, listed=listed, priority=priority, doors=doors) is None:
            who = "a listed" if listed else "an unlisted"
            where = f"centre {centre}, advice line {advice}"
            raise BadTable(f"routing.rows: no row for {who} resident, {kind}, priority {priority}, {where}")
