"""The apps and the morning's work that the pictures show."""

from datetime import timedelta
from typing import Any

from textual.pilot import Pilot

from clinic_tui.client.link_events import LinkStatus
from clinic_tui.protocol.resources import (
    CaseEvent,
    CaseRow,
    DeskSnapshot,
    EarlierCase,
    PriorityInfo,
    Reader,
    Region,
    ResidentRef,
)
from clinic_tui.storage.config import Config, UiSettings
from tests.desks import EBBA, ME, NOW, row, taken
from tests.screens.stage import NAMES, StageApp
from tests.screens.visit_stage import (
    VisitStage,
    karin,
    listening,
    omar,
    said,
    settle,
    talk,
    visit_detail,
    visits,
)

SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)
SIZES = (SMALL, MIDDLE, LARGE)
THEMES = ("dark", "light")

TARGETS = {1: 10, 2: 30, 3: 60, 4: 240, 5: 480}
"""Minutes that each priority should wait at most."""
_PEOPLE = (
    ("Berit Aronsson", 83, "female", "Yr sedan i morse", 1, 6),
    ("Yusuf Demir", 47, "male", "Tryck över bröstet i går", 2, 21),
    ("Lina Bergqvist", 33, "female", "Utslag på båda underarmarna", 3, 39),
    ("Per-Olov Sjö", 58, "male", "Ryggsmärta", 3, 72),
    ("", 40, "unknown", "Halsbränna", 4, 123),
    ("Elsa Åkerlund", 4, "female", "Feber och hosta", 3, 12),
    ("Johan Ström", 27, "male", "Vårtor på foten", 4, 75),
    ("Maria Öberg", 61, "female", "Förnya recept på blodtrycksmedicin", 5, 33),
    ("Tove Lindqvist", 19, "female", "Sveda när jag kissar", 3, 8),
    ("Gunnar Wikström", 76, "male", "Sår på underbenet som inte läker", 4, 51),
)


def waiting() -> list[CaseRow]:
    """Ten who wait, one of whom Ebba reads up on and one whom she sees to."""
    rows: list[CaseRow] = []
    for number, (name, age, sex, reason, priority, waited) in enumerate(_PEOPLE, start=11):
        values: dict[str, Any] = {
            "waited": waited,
            "unit_id": "ekens",
            "reason": reason,
            "priority": priority,
            "service_code": "ticket" if number == 17 else "seek_care",
            "resident": ResidentRef(
                id=f"r{number}",
                name=name,
                birth_date=None,
                age=age,
                sex=sex,  # type: ignore[arg-type]
                protected="none" if name else "marked",
            ),
            "child": age < 18,
            "acting_proxy": "Sara Åkerlund" if age < 18 else None,
            "free_text": number % 3 == 0,
            "from_ticket": number == 17,
            "queue_role": "doctor" if number == 18 else "nurse",
            "readers": (Reader(staff=EBBA, since=NOW),) if number == 14 else (),
        }
        rows.append(taken(number, by=EBBA, **values) if number == 17 else row(number, **values))
    return rows


def morning(**changes: Any) -> DeskSnapshot:
    """Karin in her visit, Omar with a new message, Tage ended and unsigned, and ten in the queue."""
    tage = ResidentRef(id="tage", name="Tage Holm", birth_date=None, age=66, sex="male")
    unsigned = karin("ended_unsigned", id=row(3).id, resident=tage, reason="Sår i munnen", priority=4)
    mine = (
        visit_detail(karin(), talk(), events=happened(), earlier=earlier()),
        visit_detail(omar(unread=2), (said(1, "Det gör ont i örat", number=2),)),
        visit_detail(unsigned, (said(1, "Tack för hjälpen.", number=3, author_name="Tage Holm"),)),
    )
    rows = (*(one.row for one in mine), *waiting())
    priorities = tuple(
        PriorityInfo(priority=one, name=NAMES[one], target_minutes=minutes)
        for one, minutes in TARGETS.items()
    )
    region = Region(name="Västmanland", priorities=priorities)
    values: dict[str, Any] = {"cases": rows, "region": region, "shift_ends_at": NOW + timedelta(hours=6)}
    return visits(*mine, **(values | changes))


def happened() -> tuple[CaseEvent, ...]:
    """What happened in Karin's case."""
    return (
        CaseEvent(at=NOW - timedelta(minutes=50), action="queued"),
        CaseEvent(at=NOW - timedelta(minutes=20), action="read", staff=EBBA),
        CaseEvent(at=NOW - timedelta(minutes=4), action="accepted", staff=ME),
        CaseEvent(at=NOW - timedelta(minutes=2), action="started", staff=ME),
    )


def earlier() -> tuple[EarlierCase, ...]:
    """What Karin sought care for before."""
    return (
        EarlierCase(
            id="e1",
            kind="drop_in",
            reason="Yrsel",
            closed_at=NOW - timedelta(days=90),
            close_reason="treated",
            unit_name="Ekens vårdcentral",
            staff_name="Ebba Nyman",
            note="Benign lägesyrsel.",
        ),
    )


def themed(app: StageApp, theme: str) -> StageApp:
    """The app in a theme, connected."""
    app.place.config = Config(ui=UiSettings(theme=theme))
    app.desk.connection = LinkStatus(state="live")
    return app


def queue_app(theme: str = "dark", shown: DeskSnapshot | None = None) -> StageApp:
    """An app without a screen yet."""
    return themed(StageApp(shown=shown or morning()), theme)


def visit_app(
    theme: str = "dark", shown: DeskSnapshot | None = None, *, first: str | None = None
) -> VisitStage:
    """An app that shows a visit."""
    app = VisitStage(shown or morning(), first=first)
    themed(app, theme)
    return app


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys once the dialog in front listens, and wait until all is drawn."""
    await settle(pilot)
    await listening(pilot)
    for key in keys:
        await pilot.press(key)
        await listening(pilot)
    await settle(pilot)
