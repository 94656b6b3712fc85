"""The other screens, the visit's other states and pages, and what is unusual: themes, languages, texts."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from clinic_tui.client.errors import Unauthorised
from clinic_tui.i18n import set_language
from clinic_tui.protocol.codec import decode
from clinic_tui.protocol.resources import Assignment, DeskSnapshot, ResidentRef, SignedIn, StaffRef
from clinic_tui.widgets.settings_parts import SECTIONS
from screens.drop_in import DropInScreen
from screens.settings import SettingsScreen
from screens.sign_in import SignInPorts, SignInScreen
from tests.desks import NOW, case_id, row
from tests.hostile import CORE
from tests.screens.visit_stage import karin, said, settle, talk, visit_detail, visits
from tests.snapshots.conftest import Snap
from tests.snapshots.scenes import MIDDLE, SMALL, morning, press, queue_app, themed, visit_app

LONG = "Maria-Alexandra Wolodarski-Rosenschöld af Gyldenstierna"
ASSIGNMENTS = (
    Assignment(id="a1", unit_id="ekens", unit_name="Ekens vårdcentral", role="nurse"),
    Assignment(id="a2", unit_id="backby", unit_name="Bäckby vårdcentral", role="nurse"),
    Assignment(id="a3", unit_id="ekens", unit_name="Ekens vårdcentral", role="unit_admin"),
)


def keys(*pressed: str):
    async def show(pilot: Pilot[Any]) -> None:
        await press(pilot, *pressed)

    return show


def test_a_visit_that_is_taken_and_not_started(snap: Snap) -> None:
    snap(visit_app(shown=visits(visit_detail(karin("accepted"), resident_presence="off"))), MIDDLE)


def test_no_visit_at_all(snap: Snap) -> None:
    snap(visit_app(shown=visits()), MIDDLE)


@pytest.mark.parametrize("page", ["resident", "events"])
def test_a_page_of_the_side_panel(snap: Snap, page: str) -> None:
    times = ["resident", "events"].index(page) + 1
    snap(visit_app("light" if page == "events" else "dark"), MIDDLE, keys(*["ctrl+t"] * times))


def test_the_note_where_it_is_narrow(snap: Snap) -> None:
    snap(visit_app(), SMALL, keys("ctrl+n"))


def test_the_side_panel_at_its_narrowest(snap: Snap) -> None:
    snap(visit_app(), (100, 30))


def sign_in(**ports: Any) -> SignInScreen:
    def submit(_name: str, _password: str, done: Any, failed: Any) -> None:
        if _password == "x":
            failed(Unauthorised())
        else:
            person = StaffRef(id="anna", name="Anna Ek")
            done(SignedIn(token="t", staff=person, assignments=ASSIGNMENTS, expires_at=NOW))

    return SignInScreen(
        SignInPorts(
            server="https://clinic.region.example",
            submit=submit,
            choose=lambda _id, _failed: None,
            quit=lambda: None,
            **ports,
        )
    )


@pytest.mark.parametrize(
    ("size", "pressed"),
    [(MIDDLE, ("x", "enter")), (SMALL, ("h",)), (MIDDLE, (*"hemligt", "enter"))],
    ids=["refused", "small", "assignments"],
)
def test_the_sign_in(snap: Snap, size: tuple[int, int], pressed: tuple[str, ...]) -> None:
    app = queue_app("light" if pressed[0] == "x" else "dark")
    note = "Nyckelringen kan inte användas: du loggar in på nytt nästa gång." if size == SMALL else ""
    screen = sign_in(username="anna.ek", last_assignment="a2", token_note=note)

    async def show(pilot: Pilot[Any]) -> None:
        await app.show(screen)
        await press(pilot, *pressed)

    snap(app, size, show)


@pytest.mark.parametrize("section", ["profile", "writing", "keys"])
def test_the_settings(snap: Snap, section: str, tmp_path: Path) -> None:
    app = queue_app("light" if section == "keys" else "dark")

    async def show(pilot: Pilot[Any]) -> None:
        await app.show(SettingsScreen(app.place))
        await press(pilot, *["down"] * SECTIONS.index(section), "enter")

    snap(app, SMALL if section == "writing" else MIDDLE, show)


@pytest.mark.parametrize("theme", ["contrast", "ansi"])
def test_another_theme(snap: Snap, theme: str) -> None:
    snap(visit_app(theme), MIDDLE)


def test_no_colours(snap: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = queue_app()

    async def show(pilot: Pilot[Any]) -> None:
        await app.show(DropInScreen(app.place))
        await press(pilot, "down")

    snap(app, MIDDLE, show)


def test_english(snap: Snap) -> None:
    set_language("en")
    snap(visit_app(), MIDDLE)


def test_a_queue_with_nobody_in_it(snap: Snap) -> None:
    app = themed(queue_app(shown=visits(cases=())), "light")

    async def show(pilot: Pilot[Any]) -> None:
        await app.show(DropInScreen(app.place))
        await settle(pilot)

    snap(app, SMALL, show)


def test_long_names(snap: Snap) -> None:
    who = ResidentRef(id="long", name=LONG, birth_date=None, age=101, sex="female")
    one = karin(resident=who, reason="Jag undrar om det jag skrev i förra veckan fortfarande gäller för mig")
    other = row(9, unit_id="ekens", resident=who, reason=one.reason, free_text=True)
    detail = visit_detail(one, (said(1, "Hej.", author_name=LONG), said(2, "Hej på dig.", staff=True)))
    snap(visit_app(shown=visits(detail, cases=(one, other))), MIDDLE)


def test_wide_letters_and_emoji(snap: Snap) -> None:
    who = ResidentRef(id="wide", name="王小明 김민준", birth_date=None, age=34, sex="male")
    one = karin(resident=who, reason="头疼 🤒")
    texts = (
        "我头疼。 お腹が痛いです。",
        "👨\u200d👩\u200d👧 mår bra ❤️ 🇸🇪",
        "안녕하세요, 열이 납니다 38,5 °C 🤒",
        "سلام، حال شما چطور است؟",
    )
    messages = tuple(
        said(seq, text, author_name="王小明 김민준", author_id="wide")
        for seq, text in enumerate(texts, start=1)
    )
    snap(visit_app(shown=visits(visit_detail(one, messages), cases=(one, *morning().cases[3:]))), MIDDLE)


def test_hostile_texts(snap: Snap) -> None:
    texts = [one.text[:90] for one in CORE if not one.honest and one.name != "half pairs"][:24]
    who = ResidentRef(id="bad", name="\x1b[2JEva [b]Ek[/b]\u202e", birth_date=None, age=40, sex="female")
    one = karin(resident=who, reason="[@click=app.quit]Klicka[/]")
    messages = tuple(said(seq, text, author_name=who.name) for seq, text in enumerate(texts, start=1))
    sent = visits(visit_detail(one, messages), cases=(one,))
    snap(visit_app(shown=decode(DeskSnapshot, msgspec.json.encode(sent)), first=case_id(1)), (120, 60))


def test_the_chat_where_a_message_is_on_its_way(snap: Snap) -> None:
    waiting = visit_detail(karin(), talk()[:2])
    snap(visit_app("light", visits(waiting)), SMALL, keys(*"Hej", "ctrl+j", *"tid", "enter"))
