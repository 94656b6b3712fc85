"""Chats, the patients view, what is started there, and the search."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.patients import AccessEntry
from clinic_tui.protocol.resources import CaseRow, Draft, ResidentRef
from screens.chats import ChatsScreen
from screens.dialogs.mobile import MobileDialog
from screens.dialogs.new_chat import NewChatDialog
from screens.dialogs.new_resident import NewResidentDialog
from screens.dialogs.one_way import OneWayDialog
from screens.dialogs.search import SearchDialog
from screens.dialogs.ticket import TicketDialog
from screens.drop_in import DropInScreen
from screens.patients import PatientsScreen
from tests.desks import EBBA, ME, NOW, detail, message, row
from tests.profiles import KARIN, PHRASES, UNITS, profile
from tests.screens.stage import StageApp
from tests.snapshots.conftest import Snap
from tests.snapshots.scenes import MIDDLE, SIZES, SMALL, morning, press, queue_app

every_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
small_and_middle = pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=lambda size: f"{size[0]}x{size[1]}")

ALLOWED = tuple(Permission)
_CHATS: tuple[tuple[str, int, str, str, str, timedelta, dict[str, Any]], ...] = (
    ("Hans Bergman", 64, "male", "invoice", "Fakturafråga", timedelta(days=9, hours=4), {}),
    ("Sven-Olof Lind", 78, "male", "renew_prescription", "Enalapril", timedelta(hours=47, minutes=20), {}),
    (
        "Maria Öberg",
        61,
        "female",
        "renew_prescription",
        "Förnya recept",
        timedelta(hours=3, minutes=12),
        {"state": "awaiting_staff", "assignee": ME, "unread": 2},
    ),
    (
        "Elsa Åkerlund",
        4,
        "female",
        "child_health",
        "Utslag efter vaccination",
        timedelta(days=6, hours=11),
        {"state": "awaiting_resident", "assignee": ME, "child": True},
    ),
    ("", 40, "unknown", "x", "Intyg", timedelta(days=2), {"state": "handled", "assignee": ME}),
    (
        "Johan Ström",
        27,
        "male",
        "x",
        "Provsvar",
        timedelta(hours=19),
        {"state": "awaiting_staff", "assignee": EBBA, "unread": 1},
    ),
)


def chats() -> list[CaseRow]:
    rows: list[CaseRow] = []
    for number, (name, age, sex, service, reason, left, changes) in enumerate(_CHATS, start=41):
        who = ResidentRef(
            id=f"r{number}",
            name=name,
            birth_date=None,
            age=age,
            sex=sex,  # type: ignore[arg-type]
            protected="none" if name else "marked",
        )
        values: dict[str, Any] = {
            "kind": "async",
            "state": "new",
            "resident": who,
            "service_code": service,
            "reason": reason,
            "priority": None,
            "unit_id": "ekens",
            "expires_at": NOW + left,
            "waited": number * 31,
        }
        rows.append(row(number, **(values | changes)))
    return rows


def chats_app(theme: str = "dark") -> StageApp:
    drafts = (
        Draft(
            case_id=chats()[3].id, kind="message", body="Hej, ta gärna ett kort på", revision=1, saved_at=NOW
        ),
    )
    shown = morning(permissions=ALLOWED, drafts=drafts, units=UNITS, phrases=PHRASES)
    return queue_app(theme, replace(shown, cases=(*shown.cases, *chats())))


@every_size
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_my_chats(snap: Snap, size: tuple[int, int], theme: str) -> None:
    if theme == "light" and size != MIDDLE:
        pytest.skip("one light picture is enough")
    app = chats_app(theme)

    async def show(pilot: Any) -> None:
        await app.show(ChatsScreen(app.place))
        await press(pilot, "right")

    snap(app, size, show)


@every_size
def test_a_chat_that_is_read_up_on(snap: Snap, size: tuple[int, int]) -> None:
    app = chats_app()
    words = "Mina blodtryckstabletter räcker en vecka till. Kan ni förnya Enalapril 10 mg?"

    async def show(pilot: Any) -> None:
        screen = ChatsScreen(app.place)
        await app.show(screen)
        await press(pilot)
        row = screen.selected
        assert row is not None
        said = message(
            1, number=42, body=words, author_name="Sven-Olof Lind", sent_at=NOW - timedelta(hours=5)
        )
        app.desk.open(detail(row, (said,)))
        screen.open_reading(row.id)

    snap(app, size, show)


@small_and_middle
@pytest.mark.parametrize("tab", ["drafts", "ended", "by_expiry"])
def test_a_tab_of_the_chats(snap: Snap, size: tuple[int, int], tab: str) -> None:
    app = chats_app()
    app.ended = tuple(
        row(
            60 + n,
            kind="async",
            state="closed",
            service_code="x",
            assignee=ME,
            reason="Intyg",
            close_reason=reason,
            closed_at=NOW - timedelta(days=n),
        )
        for n, reason in enumerate(("ended", "one_way", "expired"))
    )

    async def show(pilot: Any) -> None:
        screen = ChatsScreen(app.place)
        await app.show(screen)
        await press(pilot)
        screen.show_tab(tab)  # type: ignore[arg-type]

    snap(app, size, show)


@every_size
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_profile(snap: Snap, size: tuple[int, int], theme: str) -> None:
    if theme == "light" and size != MIDDLE:
        pytest.skip("one light picture is enough")
    app = chats_app(theme)

    async def show(pilot: Any) -> None:
        app.place.patient = profile()
        screen = PatientsScreen(app.place)
        await app.show(screen)
        await press(pilot, "down", "down")

    snap(app, size, show)


@small_and_middle
def test_the_number_is_wrong(snap: Snap, size: tuple[int, int]) -> None:
    app = chats_app()

    async def show(pilot: Any) -> None:
        await app.show(PatientsScreen(app.place))
        await press(pilot, *"550205-2657", "enter")

    snap(app, size, show)


DIALOGS: dict[str, Callable[[StageApp], Any]] = {
    "new_chat": lambda app: NewChatDialog(app.place, profile()),
    "new_chat_without_sms": lambda app: NewChatDialog(app.place, profile(can_be_reached=False)),
    "one_way": lambda app: OneWayDialog(app.place, profile()),
    "ticket": lambda app: TicketDialog(app.place, KARIN),
    "mobile": lambda app: MobileDialog(app.place, profile()),
    "new_resident": lambda app: NewResidentDialog(app.place, "195502052656"),
}


@small_and_middle
@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog(snap: Snap, size: tuple[int, int], name: str) -> None:
    app = chats_app()

    async def show(pilot: Any) -> None:
        app.place.patient = profile()
        await app.push_screen(PatientsScreen(app.place))
        await press(pilot)
        await app.show(DIALOGS[name](app))
        await press(pilot)

    snap(app, size, show)


@small_and_middle
def test_the_search(snap: Snap, size: tuple[int, int]) -> None:
    app = chats_app()

    async def show(pilot: Any) -> None:
        screen = DropInScreen(app.place)
        await app.push_screen(screen)
        await press(pilot)
        await app.show(SearchDialog(app.place, tuple(screen.actions_now())))
        await press(pilot, *"an")

    snap(app, size, show)


@small_and_middle
def test_a_search_that_finds_much(snap: Snap, size: tuple[int, int]) -> None:
    app = chats_app()

    async def show(pilot: Any) -> None:
        screen = DropInScreen(app.place)
        await app.push_screen(screen)
        await press(pilot)
        await app.show(SearchDialog(app.place, tuple(screen.actions_now())))
        await press(pilot, *"er", "down", "down")

    snap(app, size, show)


@small_and_middle
def test_who_has_looked(snap: Snap, size: tuple[int, int]) -> None:
    app = chats_app()
    deeds = (("READ", "resident_found"), ("UPDATE", "left_unfinished"), ("SEND", "one_way"))
    entries = tuple(
        AccessEntry(
            at=NOW - timedelta(hours=n * 7),
            who="Ebba Nyman",
            title="leg. specialistläkare",
            unit_name="Ekens vårdcentral",
            action=action,
            code=code,
        )
        for n, (action, code) in enumerate(deeds)
    )

    async def show(pilot: Any) -> None:
        app.place.patient = profile(access=entries)
        await app.show(PatientsScreen(app.place))
        await press(pilot, "end")

    snap(app, size, show)
