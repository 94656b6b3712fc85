"""The patients view: finding by number, the profile, and what is begun from it."""

from typing import Any

import pytest
from msgspec.structs import replace

from clinic_tui.client.errors import Offline
from clinic_tui.protocol.chat_commands import CancelTicket, TicketAnswer
from clinic_tui.protocol.commands import Command
from clinic_tui.protocol.patient_commands import CreateResident, FindResident, ProfileOpened, ResidentFound
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.resources import Contact, ResidentRef
from clinic_tui.widgets.bar import Bar
from screens.dialogs.new_resident import NewResidentDialog
from screens.patients import PatientsScreen
from tests.desks import NOW, case_id, detail, row
from tests.hostile import CORE, bad_code_points
from tests.profiles import ELSA, UNITS, profile, ticket
from tests.screens.stage import StageApp, desk_snapshot, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

NUMBER = "550205-2656"


def app_with(known: ResidentProfile | None = None) -> StageApp:
    app = StageApp(shown=desk_snapshot(units=UNITS))

    def answer(command: Command) -> Any:
        if isinstance(command, FindResident):
            return ResidentFound(profile=known, person_number=command.person_number)
        return ProfileOpened(profile=profile())

    app.asked.answer = answer
    return app


async def opened(app: StageApp, shown: ResidentProfile | None = None) -> PatientsScreen:
    app.place.patient = shown
    screen = PatientsScreen(app.place)
    await app.show(screen)
    return screen


async def select(pilot: Any, screen: PatientsScreen, line: str) -> None:
    assert screen.list.select(line)
    await pilot.pause()


async def test_the_full_number_and_enter_find_the_resident() -> None:
    app = app_with(profile())
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.press(*NUMBER)
        assert app.asked.commands == []
        await pilot.press("enter")
        await pilot.pause()
        (command,) = app.asked.commands
        assert isinstance(command, FindResident)
        assert command.person_number == "195502052656"
        assert app.place.patient is not None
        assert screen.number_field.value == ""
        assert screen.focused is screen.list
        text = text_of(app)
        assert "Karin Lindström, 71 years" in text
        assert NUMBER in text


@pytest.mark.parametrize("number", ["22800101AB12", "00252555AB12", "991234567890", "1985020312B4"])
async def test_a_reserve_number_is_looked_up_too(number: str) -> None:
    app = app_with(profile())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app)
        await pilot.press(*number.lower(), "enter")
        await pilot.pause()
        assert [getattr(one, "person_number", "") for one in app.asked.commands] == [number]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("550205-2657", "The check digit does not match"),
        ("551311-2382", "There is no such birth date"),
        ("Karin", "That is not a personal number"),
        ("", "That is not a personal number"),
    ],
)
async def test_what_is_no_number_is_told_in_place_and_not_sent(number: str, reason: str) -> None:
    app = app_with()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app)
        await pilot.press(*number, "enter")
        await pilot.pause()
        assert app.asked.commands == []
        assert reason in text_of(app)


async def test_one_who_is_not_found_can_be_added() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app)
        await pilot.press(*NUMBER, "enter")
        await pilot.pause()
        assert isinstance(app.screen, NewResidentDialog)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "Write the resident's name." in text_of(app)
        await pilot.press(*"Karin", "enter", *"12", "ctrl+s")
        await pilot.pause()
        assert "Write a mobile number" in text_of(app)
        await pilot.press("backspace", "backspace", *"0701740605", "ctrl+s")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, CreateResident)
        assert (command.person_number, command.name, command.mobile) == (
            "195502052656",
            "Karin",
            "0701740605",
        )
        assert app.place.patient == profile()


async def test_one_who_was_there_already_is_shown_as_by_a_search_and_told_so() -> None:
    app = app_with()
    find = app.asked.answer
    assert find is not None

    def answer(command: Command) -> Any:
        if isinstance(command, CreateResident):
            return ProfileOpened(profile=profile(), already_there=True)
        return find(command)

    app.asked.answer = answer
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app)
        await pilot.press(*NUMBER, "enter")
        await pilot.pause()
        await pilot.press(*"Karin", "enter", *"0701740605", "ctrl+s")
        await pilot.pause()
        assert app.place.patient == profile()
        assert "was here already; what you wrote was not saved" in text_of(app)


async def test_without_contact_the_number_stays() -> None:
    app = app_with()
    app.asked.refuse = Offline()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.press(*NUMBER, "enter")
        await pilot.pause()
        assert "No contact with the server." in text_of(app)
        assert screen.number_field.value == NUMBER


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_profile_tells_what_one_may_know(size: tuple[int, int]) -> None:
    app = app_with()
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, profile())
        await pilot.pause()
        text = "\n".join(
            "  ".join(cell.text for cell in line.cells)
            for line in screen.list._lines  # pyright: ignore
        )
        for part in (
            "Messages · Fakturafråga",
            "Ebba Nyman · in progress",
            "Såromläggning · Nurse, Ekens vårdcentral",
            "Child  Elsa Lindström, 4 G",
            "Drop-in · Yrsel",
            "Read the case · Anna Ek, sjuksköterska · Ekens vårdcentral",
            "Changed something · The system",
        ):
            assert part in text
        shown = text_of(app)
        assert "Mobile +46701740605" in shown
        assert "1 open case at another unit." in shown


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_relatives_and_who_has_looked_are_told_where_there_is_nothing_else(
    size: tuple[int, int],
) -> None:
    app = app_with()
    async with app.run_test(size=size) as pilot:
        await opened(app, profile(cases=(), earlier=(), tickets=()))
        await pilot.pause()
        shown = text_of(app)
        assert "Elsa Lindström, 4 G" in shown
        assert "Read the case · Anna Ek, sjuksköterska" in shown


async def test_that_no_sms_can_be_sent_is_warned_of() -> None:
    known = Contact(person_number=NUMBER, listed_unit="", mobile="", language="")
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, profile(can_be_reached=False, contact=known))
        await pilot.pause()
        assert "! No mobile number" in text_of(app)


async def test_enter_opens_cases_and_relatives() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.press("enter")
        await select(pilot, screen, "person:elsa")
        await pilot.press("enter")
        assert app.asked.performed == [f"open:{case_id(31)}", "resident:elsa"]


def earlier(**changes: Any) -> ResidentProfile:
    return profile(earlier=tuple(replace(one, **changes) for one in profile().earlier))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_earlier_case_shows_its_note_and_is_opened_to_be_read(size: tuple[int, int]) -> None:
    app = app_with()
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, earlier(may_read=True, note="Kontaktorsak\nBenign lägesyrsel."))
        await select(pilot, screen, f"earlier:{case_id(90)}")
        text = text_of(app)
        assert "Benign lägesyrsel." in text
        assert "not copied for the record" in text
        await pilot.press("enter")
        await pilot.pause()
        assert app.asked.performed == [f"open:{case_id(90)}"]


async def test_earlier_cases_one_may_not_read_are_counted_and_nothing_else() -> None:
    app = app_with()
    known = profile(cases=(), tickets=(), earlier=(), earlier_hidden=2)
    async with app.run_test(size=(120, 40)):
        screen = await opened(app, known)
        assert "2 earlier cases that your role may not read" in text_of(app)
        assert not screen.list.select("earlier:")


async def test_an_earlier_case_says_that_it_is_in_the_record() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, earlier(documented_at=NOW))
        await select(pilot, screen, f"earlier:{case_id(90)}")
        text = text_of(app)
        assert "✓ documented in the record" in text
        assert "✓ Ebba Nyman" in text


async def test_an_earlier_case_that_was_just_copied_for_the_record_says_so() -> None:
    app = app_with()
    case = row(90, state="closed", resident=profile().resident, documented_at=NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, earlier(may_read=True))
        app.desk.open(detail(case))
        screen.on_screen_resume()
        await select(pilot, screen, f"earlier:{case_id(90)}")
        assert "✓ documented in the record" in text_of(app)


async def test_an_earlier_case_that_one_may_not_read_is_not_offered() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await select(pilot, screen, f"earlier:{case_id(90)}")
        assert not screen.may("patient.open")
        assert "opens the case" not in text_of(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.asked.performed == []


@pytest.mark.parametrize(
    ("texted", "told"),
    [(True, "An SMS tells the resident of it."), (False, "No SMS was sent: tell the resident yourself.")],
)
async def test_an_open_ticket_is_called_back_once_one_says_so(texted: bool, told: str) -> None:
    app = app_with()
    app.asked.answer = lambda _command: TicketAnswer(ticket=ticket(1), texted=texted)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.press("x")
        assert app.asked.questions == []
        await select(pilot, screen, f"ticket:{ticket(2).id}")
        await pilot.press("x")
        assert app.asked.questions == []
        await select(pilot, screen, f"ticket:{ticket(1).id}")
        await pilot.press("x")
        (question,) = app.asked.questions
        assert app.asked.commands == []
        act = question.choices[0].act
        assert act is not None
        act()
        await pilot.pause()
        (command,) = app.asked.commands
        assert isinstance(command, CancelTicket)
        assert command.ticket_id == ticket(1).id
        assert f"The ticket is called back. {told}" in text_of(app)
        assert app.asked.performed == ["resident:karin"]


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("n", "patient.chat"),
        ("m", "patient.one_way"),
        ("b", "patient.ticket"),
        ("v", "patient.book"),
        ("t", "patient.mobile"),
    ],
)
async def test_a_key_begins_what_is_done_for_the_resident(key: str, action: str) -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, profile())
        await pilot.press(key)
        assert app.asked.performed == [f"{action}:karin"]


async def test_without_a_profile_the_keys_are_letters_of_the_field() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.press("n", "1", "x")
        assert screen.number_field.value == "n1x"
        assert app.asked.performed == []


async def test_f_goes_to_the_number_and_escape_back() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.pause()
        assert screen.focused is screen.list
        await pilot.press("f")
        assert screen.focused is screen.number_field
        await pilot.press("escape")
        assert screen.focused is screen.list


def keys_of(screen: PatientsScreen) -> str:
    return screen.query_one("#keys", Bar).text


@pytest.mark.parametrize("way", ["escape", "down"])
async def test_who_comes_to_find_somebody_writes_above_the_profile_that_is_shown(way: str) -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.pause()
        assert screen.focused is screen.list
        app.place.wanted_tab["patients"] = "number"
        screen.on_screen_resume()
        await pilot.pause()
        await pilot.press(*"1912")
        assert screen.number_field.value == "1912"
        assert app.asked.performed == []
        assert "Karin Lindström, 71 years" not in text_of(app)
        assert keys_of(screen).strip().startswith("Esc  To the profile")
        assert "New chat" not in keys_of(screen)
        await pilot.press(way)
        await pilot.pause()
        assert screen.focused is screen.list
        assert "New chat" in keys_of(screen)
        assert "To the profile" not in keys_of(screen)
        assert "Karin Lindström, 71 years" in text_of(app)
        await pilot.press("up", "n")
        assert app.asked.performed == ["patient.chat:karin"]


async def test_the_views_own_key_goes_to_the_number() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.pause()
        await pilot.press("6")
        await pilot.pause()
        assert screen.focused is screen.number_field
        assert app.asked.performed == []


async def test_a_dialog_that_closes_leaves_the_focus_where_it_was() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.press("f")
        screen.on_screen_resume()
        await pilot.pause()
        assert screen.focused is screen.number_field


async def test_a_profile_that_comes_while_one_writes_a_number_leaves_the_digits_there() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.press("f", "1")
        app.place.patient = profile()
        screen.show_all()
        await pilot.pause()
        await pilot.press("9")
        assert screen.number_field.value == "19"


async def test_a_profile_opened_from_another_view_has_the_keys_and_no_old_number_beside_it() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.press("f", "1", "9")
        app.place.patient = profile(resident=ELSA)
        app.place.wanted_tab["patients"] = "profile"
        screen.show_all()
        await pilot.pause()
        assert screen.focused is screen.list
        assert screen.number_field.value == ""


async def test_the_same_residents_profile_opened_again_has_the_keys() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.press("f")
        app.place.patient = profile()
        screen.show_all()
        await pilot.pause()
        assert screen.focused is screen.list


async def test_a_profile_opened_elsewhere_is_shown() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        app.place.patient = profile(resident=ELSA)
        screen.show_all()
        await pilot.pause()
        assert "Elsa Lindström, 4 years" in text_of(app)
        assert screen.focused is screen.list


async def test_nothing_hostile_reaches_the_terminal() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        for hostile in CORE:
            bad = hostile.text
            who = ResidentRef(id="karin", name=bad, birth_date=None, age=4, sex="male", protected="marked")
            known = Contact(person_number=NUMBER, listed_unit=bad, mobile=bad, language=bad, guardians=(bad,))
            earlier = tuple(replace(one, note=bad, reason=bad) for one in profile().earlier)
            tickets = (ticket(1, reason=bad, unit_name=bad),)
            app.place.patient = profile(resident=who, contact=known, tickets=tickets, earlier=earlier)
            screen.show_all()
            for line in (f"ticket:{ticket(1).id}", f"earlier:{case_id(90)}"):
                await select(pilot, screen, line)
                assert not bad_code_points(text_of(app))


async def test_an_unknown_number_leaves_nobody_to_act_on() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.pause()
        assert "Karin Lindström" in text_of(app)
        await pilot.press("f", *NUMBER, "enter")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is screen
        assert (screen.profile, app.place.patient) == (None, None)
        assert "Karin Lindström" not in text_of(app)
        await pilot.press("down", "n", "m", "b")
        assert app.asked.performed == []


async def test_while_a_number_is_written_nobody_is_shown_and_an_empty_one_shows_the_person_again() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, profile())
        await pilot.pause()
        await pilot.press("f", "1", "9")
        await pilot.pause()
        assert "Karin Lindström" not in text_of(app)
        await pilot.press("down", "tab", "n", "b")
        assert app.asked.performed == []
        screen.number_field.focus()
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert screen.number_field.value == ""
        assert "Karin Lindström" in text_of(app)


async def test_an_answer_for_a_number_that_is_no_longer_written_shows_nobody() -> None:
    app = app_with(profile())
    waiting: list[Any] = []
    app.place.submit = lambda command, done, _failed: waiting.append((command, done))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app)
        await pilot.press(*NUMBER, "enter", "backspace")
        await pilot.pause()
        command, done = waiting[0]
        done(ResidentFound(profile=profile(), person_number=command.person_number))
        await pilot.pause()
        assert screen.profile is None
        assert "Karin Lindström" not in text_of(app)
