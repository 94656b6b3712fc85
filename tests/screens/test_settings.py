"""The settings: every choice acts at once and is kept, the profile is saved, keys are changed."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.actions.registry import ACTIONS
from clinic_tui.client.errors import Offline, Rejected
from clinic_tui.protocol.commands import SaveProfile
from clinic_tui.protocol.events import ProfileChanged
from clinic_tui.protocol.problems import Code, Problem
from clinic_tui.protocol.resources import Profile
from clinic_tui.widgets.profile_form import ProfileForm
from clinic_tui.widgets.settings_parts import SECTIONS
from screens.settings import SettingsScreen
from tests.desks import event
from tests.hostile import CORE, bad_code_points
from tests.screens.stage import StageApp, desk_snapshot, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]


@pytest.fixture
def app(tmp_path: Path) -> StageApp:
    return StageApp(tmp_path / "config.toml")


async def opened(app: StageApp, pilot: Pilot[None], section: str = "profile") -> SettingsScreen:
    screen = SettingsScreen(app.place)
    await app.show(screen)
    await pilot.pause()
    await pilot.press(*["down"] * SECTIONS.index(section))
    if section != "profile":
        await pilot.press("enter")
    await pilot.pause()
    return screen


def written(app: StageApp) -> str:
    file: Path = app._config_file
    return file.read_text() if file.exists() else ""


def stored(revision: int, **changes: str) -> Profile:
    values: dict[str, Any] = {"display_name": "Anna Ek", "title": "leg. sjuksköterska"}
    values |= {"mobile": "070-174 06 05", **changes}
    return Profile(staff_id="anna", username="anna.ek", revision=revision, **values)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_section_can_be_reached_and_read(app: StageApp, size: tuple[int, int]) -> None:
    texts = ("Mobile", "By text message", "High contrast", "Send a message with", "Anywhere", "Sign out")
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        for text in texts:
            assert text in text_of(app)
            await pilot.press("down")
            await pilot.pause()


async def test_single_keys_lead_on_while_no_field_has_the_focus(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("2", "f2", "question_mark")
        assert app.asked.performed == ["go.drop_in", "filter.edit", "app.help"]
        await pilot.press("enter", "2")
        assert app.asked.performed[3:] == []


async def test_escape_leads_from_a_field_to_the_sections_and_then_to_the_queue(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("enter", "x", "escape")
        assert screen.focused is screen.query_one("#sections")
        assert screen.form.values["display_name"] == "Anna Ekx"
        await pilot.press("escape")
        assert app.asked.performed == ["app.back"]


async def test_the_profile_is_saved_and_seen_as_the_resident_sees_it(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("enter", *" S", "tab", *"x")
        await pilot.pause()
        assert "Anna Ek S, leg. sjuksköterskax" in text_of(app)
        await pilot.press("ctrl+s")
        command = app.asked.commands[0]
        assert isinstance(command, SaveProfile)
        assert (command.display_name, command.title) == ("Anna Ek S", "leg. sjuksköterskax")
        assert command.mobile == "070-174 06 05"
        await pilot.pause()
        assert "The profile is saved." in text_of(app)
        assert screen.form.changed


async def test_enter_in_a_field_saves_too(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("enter", "enter")
        assert len(app.asked.commands) == 1


async def test_an_empty_name_is_refused_in_place_and_not_sent(app: StageApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("enter", *["backspace"] * 10, "enter")
        await pilot.pause()
        assert "Write the name that residents see." in text_of(app)
        assert app.asked.commands == []
        await pilot.press("A")
        await pilot.pause()
        assert "Write the name that residents see." not in text_of(app)


async def test_a_number_that_the_backend_refuses_is_said_at_its_field(app: StageApp) -> None:
    app.asked.refuse = Rejected(
        Problem(title="", status=422, code=Code.INVALID, field="mobile", rule="profile.mobile")
    )
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "This is not a phone number." in text_of(app)
        assert screen.focused is not None
        assert screen.focused.id == "mobile"


async def test_without_contact_what_was_written_stays(app: StageApp) -> None:
    app.asked.refuse = Offline()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("enter", "x", "ctrl+s")
        await pilot.pause()
        assert "No contact with the server." in text_of(app)
        assert screen.form.values["display_name"] == "Anna Ekx"


async def test_a_profile_changed_elsewhere_is_shown_but_not_over_what_is_being_written(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("enter", "x")
        profile = stored(7, display_name="Anna E.", title="sjuksköterska")
        app.change(app.desk.fold(event(11, ProfileChanged(profile=profile), "staff:anna")))
        assert screen.form.values["display_name"] == "Anna Ekx"
        assert screen.form.values["title"] == "sjuksköterska"


async def test_a_theme_is_used_at_once_and_kept(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "look")
        await pilot.press("down", "space")
        assert app.theme == "clinic-light"
        assert 'theme = "light"' in written(app)
        await pilot.press("up", "space")
        assert app.theme == "clinic-dark"
        assert app.asked.options == [("ui.theme", "light"), ("ui.theme", "dark")]


async def test_the_send_key_is_chosen_from_those_that_work(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "writing")
        await pilot.press("down", "space")
        assert 'send_key = "enter"' in written(app)
        assert app.place.keymap.keys("message.send") == "enter"


async def test_copying_can_be_switched_off(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "writing")
        await pilot.press("tab", "space")
        assert "copy_allowed = false" in written(app)
        await pilot.press("space")
        assert app.place.config.privacy.copy_allowed


async def test_bell_title_and_desktop_can_be_switched_off(app: StageApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "notifications")
        await pilot.press("tab", "tab", "space", "down", "space", "down", "space")
        for name in ("bell", "title", "desktop"):
            assert f"{name} = false" in written(app)
        await pilot.press("space")
        assert app.place.config.notifications.desktop


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_arrows_go_box_by_box_through_the_groups_and_stop_at_the_ends(
    app: StageApp, size: tuple[int, int]
) -> None:
    def marked() -> str:
        return next(line for line in text_of(app).splitlines() if "▌□" in line or "▌■" in line).strip()

    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot, "notifications")
        seen: list[str] = []
        for _step in range(14):
            seen.append(marked())
            await pilot.press("down")
            await pilot.pause()
        assert len(set(seen)) == 11
        assert seen[10:] == [seen[10]] * 4
        assert screen.section == "notifications"
        back: list[str] = []
        for _step in range(14):
            back.append(marked())
            await pilot.press("up")
            await pilot.pause()
        assert [*reversed(seen[:11])] == back[:11]
        assert back[11:] == [seen[0]] * 3


async def test_each_kind_is_told_as_one_chooses_and_saved_at_once(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "notifications")
        await pilot.press("space", "tab", "down", "space")
        first, second = app.asked.commands
        assert isinstance(first, SaveProfile)
        assert isinstance(second, SaveProfile)
        assert first.notify is not None
        assert [one.kind for one in first.notify if not one.terminal] == ["new_async"]
        assert second.notify is not None
        assert [one.kind for one in second.notify if one.sms] == ["new_drop_in"]
        assert second.display_name == "Anna Ek"


async def test_text_messages_need_a_mobile_number(app: StageApp) -> None:
    app.desk.people.profile = stored(3, mobile="")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "notifications")
        assert "need a mobile number" in text_of(app)


async def test_a_choice_that_is_refused_is_shown_as_it_was(app: StageApp) -> None:
    app.asked.refuse = Offline()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "notifications")
        await pilot.press("space")
        await pilot.pause()
        assert "■ New chats" in text_of(app)
        assert "No contact with the server." in text_of(app)


async def test_a_key_is_changed_by_pressing_the_new_one(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "keys")
        screen.key_list.select("case.take")
        await pilot.press("enter")
        await pilot.pause()
        assert "press a key" in text_of(app)
        await pilot.press("f11")
        await pilot.pause()
        assert app.place.keymap.keys("case.take") == "f11"
        assert "Take is now F11." in text_of(app)
        assert "changed" in text_of(app)
        assert '"case.take" = "f11"' in written(app)


async def test_a_key_that_another_action_has_is_refused_with_its_name(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "keys")
        screen.key_list.select("case.take")
        await pilot.press("enter", "f2")
        await pilot.pause()
        assert "Filter has that key" in text_of(app)
        assert app.place.keymap.keys("case.take") == "t"
        assert app.asked.performed == []


@pytest.mark.parametrize("key", ["tab", "up", "ctrl+c", "alt+a"])
async def test_a_key_that_cannot_be_given_away_is_refused(app: StageApp, key: str) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "keys")
        screen.key_list.select("case.take")
        await pilot.press("enter", key)
        await pilot.pause()
        assert app.place.keymap.keys("case.take") == "t"


async def test_where_one_types_no_letter_becomes_a_key(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "keys")
        screen.key_list.select("visit.sign")
        await pilot.press("enter", "g")
        await pilot.pause()
        assert "one types" in text_of(app)
        assert app.place.keymap.keys("visit.sign") == "f9"


async def test_escape_leaves_the_key_as_it_is(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "keys")
        await pilot.press("enter", "escape")
        assert not screen.key_list.listening
        assert screen.focused is screen.key_list
        assert app.asked.options == []


async def test_backspace_gives_an_action_its_own_key_back(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "keys")
        screen.key_list.select("case.take")
        await pilot.press("enter", "f11", "backspace")
        assert app.place.keymap.keys("case.take") == "t"
        assert "case.take" not in written(app)


async def test_an_own_key_that_another_action_took_is_not_given_back(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, "keys")
        screen.key_list.select("case.take")
        await pilot.press("enter", "f11")
        screen.key_list.select("case.start")
        await pilot.press("enter", "t")
        assert app.place.keymap.keys("case.start") == "t"
        screen.key_list.select("case.take")
        await pilot.press("backspace")
        await pilot.pause()
        assert app.place.keymap.keys("case.take") == "f11"
        assert "Start visit has that key" in text_of(app)


async def test_every_action_is_reached_and_stays_in_sight(app: StageApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, "keys")
        seen = {screen.key_list.selected.id}
        for _step in range(len(ACTIONS)):
            await pilot.press("down")
            seen.add(screen.key_list.selected.id)
        await pilot.pause()
        assert "▌As it was" in text_of(app)
        assert {"go.mine", "case.take", "visit.sign", "chat.copy", "keys.reset"} <= seen


async def test_the_key_bar_tells_what_works_in_each_section(app: StageApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        assert "Save" in text_of(app).split("\n")[-1]
        await pilot.press("down", "down", "down", "down", "enter")
        await pilot.pause()
        last = text_of(app).split("\n")[-1]
        assert "New key" in last
        assert "Save" not in last


async def test_a_file_that_cannot_be_written_is_said_in_place(tmp_path: Path) -> None:
    app = StageApp(tmp_path / "config.toml")
    app._config_file.write_text("this is no = = toml")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "look")
        await pilot.press("down", "space")
        await pilot.pause()
        assert "config.toml is not readable as settings." in text_of(app)
        assert app.theme == "clinic-dark"
        assert "● Dark" in text_of(app)


async def test_the_session_says_who_where_and_how_it_is_kept_and_ends_by_enter(app: StageApp) -> None:
    app.place.token_note = "The key ring is locked: the session is in memory."
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "session")
        shown = text_of(app)
        assert "anna.ek" in shown
        assert "clinic.region.example" in shown
        assert "in memory" in shown
        await pilot.press("enter", "tab", "enter")
        assert app.asked.performed == ["app.sign_out", "shift.end"]


async def test_a_hostile_profile_does_nothing_but_stand_there(app: StageApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        for revision, hostile in enumerate(CORE, 10):
            text = hostile.text[:200]
            screen.query_one(ProfileForm).show(stored(revision, display_name=text, title=text, mobile=text))
            await pilot.pause()
            assert bad_code_points(text_of(app)) == []


async def test_before_the_first_snapshot_it_is_already_there(tmp_path: Path) -> None:
    app = StageApp(tmp_path / "config.toml", desk_snapshot())
    app.desk.people.profile = None
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "Name" in text_of(app)
