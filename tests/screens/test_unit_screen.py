"""The unit's administration: who sees what, every tab saved by its commands, errors in place."""

from datetime import date
from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.client.errors import ClientError, Rejected
from clinic_tui.protocol.command import Command
from clinic_tui.protocol.problems import Code, Problem
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.protocol.unit import HoursException, HoursRow, StaffRole, UnitSettings
from clinic_tui.protocol.unit_commands import (
    OpenUnit,
    SaveHours,
    SaveRole,
    SaveSigner,
    SaveUnit,
    SaveUnitPhrase,
    UnitAnswer,
)
from clinic_tui.widgets.bar import Bar
from clinic_tui.widgets.unit_hours import as_week, by_day
from screens.dialogs.colleague_picker import ColleaguePicker
from screens.dialogs.fields import FieldsDialog
from screens.dialogs.unit_forms import UnitPhraseForm
from screens.drop_in import DropInScreen
from screens.unit import UnitScreen
from tests.desks import EBBA
from tests.hostile import CORE
from tests.screens.stage import StageApp, desk_snapshot, text_of
from tests.screens.visit_stage import listening, settle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]
TEMPLATE = "Kontaktorsak\n{note}\nÅtgärd"


def unit(**changes: Any) -> UnitSettings:
    values: dict[str, Any] = {
        "unit_id": "ekens",
        "name": "Ekens vårdcentral",
        "phone": "021-17 40 00",
        "no_answer_minutes": 10,
        "no_answer_text": "Du svarade inte.",
        "hand_over_minutes": 15,
        "async_days": 10,
        "meeting_url": "",
        "keyword_template": TEMPLATE,
        "hours": (HoursRow(valid_from=date(2026, 1, 1), week={"mon-fri": "08:00-17:00"}),),
        "exceptions": (HoursException(on=date(2026, 4, 30), hours="08:00-12:00", reason="Valborg"),),
        "phrases": (
            PhraseInfo(
                id="p-1", scope="unit", unit_id="ekens", shortcut="hej", title="Hälsning", body="Hej."
            ),
        ),
        "staff": (StaffRole(assignment_id="a-1", staff=EBBA, username="ebba.nyman", role="nurse"),),
    }
    return UnitSettings(**(values | changes))


class UnitStage(StageApp):
    """Answers the unit's commands with the unit."""

    def __init__(self, permission: str = "administer_unit", **changes: Any) -> None:
        super().__init__(shown=desk_snapshot(permissions=(permission,)))
        self.unit = unit(**changes)

    def _submit(self, command: Command, done: Any, failed: Any) -> None:
        refuse = self.asked.refuse if not isinstance(command, OpenUnit) else None
        self.asked.commands.append(command)
        if refuse is not None:
            failed(refuse)
        else:
            done(UnitAnswer(settings=self.unit))

    @property
    def saved(self) -> list[Command]:
        """What was sent beside the reading."""
        return [one for one in self.asked.commands if not isinstance(one, OpenUnit)]


async def opened(app: UnitStage, pilot: Pilot[None], tab: int = 0) -> UnitScreen:
    screen = UnitScreen(app.place)
    await app.show(screen)
    await settle(pilot)
    for _step in range(tab):
        await pilot.press("ctrl+t")
    await settle(pilot)
    return screen


def refusal(field: str) -> ClientError:
    return Rejected(Problem(title="Not so", status=422, code=Code.INVALID, field=field))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_tab_can_be_reached_and_read(size: tuple[int, int]) -> None:
    app = UnitStage()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        for text in ("Hälsning", "Mon–Fri 08:00-17:00", "ebba.nyman", "Telephone"):
            assert text in text_of(app)
            await pilot.press("ctrl+t")
            await settle(pilot)
        assert isinstance(app.asked.commands[0], OpenUnit)


async def test_a_manager_sees_the_hours_alone() -> None:
    app = UnitStage("administer_hours")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        text = text_of(app)
        assert "Mon–Fri 08:00-17:00" in text
        assert "Hälsning" not in text
        assert "Roles" not in text


async def test_the_menu_shows_the_unit_only_to_those_who_may_change_it() -> None:
    for permission, shown in (("administer_unit", True), ("administer_hours", True), ("sign_note", False)):
        app = UnitStage(permission)
        async with app.run_test(size=(120, 40)) as pilot:
            screen = DropInScreen(app.place)
            await app.show(screen)
            await settle(pilot)
            assert ("0 The unit" in text_of(app)) == shown
            assert screen.query_one("#keys", Bar).display


async def test_a_phrase_is_made_changed_and_taken_away() -> None:
    app = UnitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("ctrl+n")
        await listening(pilot)
        assert isinstance(app.screen, UnitPhraseForm)
        app.screen.title_field.value, app.screen.area.text = "Ny", "Text"
        await pilot.press("ctrl+s")
        await settle(pilot)
        await pilot.press("enter")
        await listening(pilot)
        await pilot.press("ctrl+s")
        await settle(pilot)
        new, changed = app.saved
        assert isinstance(new, SaveUnitPhrase)
        assert isinstance(changed, SaveUnitPhrase)
        assert (new.phrase_id, new.title, new.body) == (None, "Ny", "Text")
        assert (changed.phrase_id, changed.title) == ("p-1", "Hälsning")
        await pilot.press("ctrl+d")
        app.asked.questions[0].choices[0].act()  # type: ignore[misc]
        gone = app.saved[-1]
        assert isinstance(gone, SaveUnitPhrase)
        assert (gone.phrase_id, gone.active) == ("p-1", False)


async def test_weekly_hours_are_changed_day_by_day() -> None:
    app = UnitStage()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, 1)
        await pilot.press("enter")
        await listening(pilot)
        dialog = app.screen
        assert isinstance(dialog, FieldsDialog)
        assert dialog.values["mon"] == "08:00-17:00"
        dialog.query_one("#field-fri").value = "sent"  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert "Write hours such as" in text_of(app)
        dialog.query_one("#field-fri").value = "08:00-15:00"  # type: ignore[attr-defined]
        dialog.query_one("#field-sat").value = "closed"  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        command = app.saved[0]
        assert isinstance(command, SaveHours)
        assert command.hours[0].week == {"mon-thu": "08:00-17:00", "fri": "08:00-15:00"}
        assert [one.reason for one in command.exceptions] == ["Valborg"]


async def test_a_date_that_differs_is_added_and_taken_away() -> None:
    app = UnitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, 1)
        await pilot.press("ctrl+n")
        app.asked.questions[0].choices[0].act()  # type: ignore[misc]
        await settle(pilot)
        await listening(pilot)
        await pilot.press(*"24/12", "ctrl+s")
        await settle(pilot)
        assert "Write the date as" in text_of(app)
        app.screen.query_one("#field-on").value = "2026-12-24"  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await settle(pilot)
        added = app.saved[0]
        assert isinstance(added, SaveHours)
        assert [(str(one.on), one.hours) for one in added.exceptions] == [
            ("2026-04-30", "08:00-12:00"),
            ("2026-12-24", "closed"),
        ]
        await pilot.press("end", "ctrl+d")
        app.asked.questions[-1].choices[0].act()  # type: ignore[misc]
        gone = app.saved[-1]
        assert isinstance(gone, SaveHours)
        assert gone.exceptions == ()


async def test_a_role_is_given_and_ended() -> None:
    app = UnitStage()
    app.desk.people.staff["olle"] = StaffRef(id="olle", name="Olle Berg")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, 2)
        await pilot.press("ctrl+n")
        await listening(pilot)
        assert isinstance(app.screen, ColleaguePicker)
        await pilot.press(*"olle", "enter")
        await settle(pilot)
        question = app.asked.questions[0]
        choice = next(one for one in question.choices if one.label == "Doctor")
        assert choice.act is not None
        choice.act()
        given = app.saved[0]
        assert isinstance(given, SaveRole)
        assert (given.staff_id, given.role, given.ended) == ("olle", "doctor", False)
        await pilot.press("ctrl+d")
        app.asked.questions[-1].choices[0].act()  # type: ignore[misc]
        ended = app.saved[-1]
        assert isinstance(ended, SaveRole)
        assert (ended.staff_id, ended.role, ended.ended) == ("ebba", "nurse", True)


async def test_texts_and_times_are_saved_with_a_preview_of_the_note() -> None:
    app = UnitStage()
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await opened(app, pilot, 3)
        assert "Cough for a week" in text_of(app)
        screen.query_one("#unit-async_days").value = "14"  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        command = app.saved[0]
        assert isinstance(command, SaveUnit)
        assert (command.async_days, command.phone, command.keyword_template) == (14, "021-17 40 00", TEMPLATE)


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("async_days", "31", "A number from 1 to 30."),
        ("no_answer_minutes", "tio", "A number from 1 to 240."),
        ("meeting_url", "http://x.se/{room}", "It starts with https:// and holds {room} once."),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(field: str, value: str, text: str) -> None:
    app = UnitStage()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, 3)
        screen.query_one(f"#unit-{field}").value = value  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert app.saved == []
        assert text in text_of(app)
        assert screen.focused is screen.query_one(f"#unit-{field}")


async def test_headings_must_hold_the_note_once() -> None:
    app = UnitStage()
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await opened(app, pilot, 3)
        screen.query_one("#unit-keyword_template").text = "Kontaktorsak"  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert "It must hold {note} once." in text_of(app)


async def test_what_the_backend_refuses_is_said_at_its_field_and_what_was_written_stays() -> None:
    app = UnitStage()
    app.asked.refuse = refusal("phone")
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await opened(app, pilot, 3)
        screen.query_one("#unit-phone").value = "123"  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert screen.query_one("#unit-phone-error").display
        app.unit = unit(revision=2)
        screen.show_all()
        assert screen.query_one("#unit-phone").value == "123"  # type: ignore[attr-defined]


def test_days_with_the_same_hours_are_drawn_together_and_apart_again() -> None:
    week = {"mon-thu": "08:00-17:00", "fri": "08:00-15:00", "sun": "10:00-12:00"}
    assert as_week(by_day(week)) == week
    assert as_week(by_day({})) == {}


async def test_hostile_phrases_and_names_act_on_nothing() -> None:
    phrases = tuple(
        PhraseInfo(id=f"p-{n}", scope="unit", shortcut=one.text, title=one.text, body=one.text)
        for n, one in enumerate(CORE)
    )
    app = UnitStage(phrases=phrases, keyword_template="{note}[/b]\x1b[2J[@click=app.quit]x[/]")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "\x1b" not in text_of(app)
        await pilot.press("ctrl+t", "ctrl+t", "ctrl+t")
        await settle(pilot)
        assert "\x1b" not in text_of(app)


async def test_a_signer_is_named_and_no_longer_by_one_key() -> None:
    app = UnitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, 2)
        await pilot.press("s")
        await pilot.pause()
        named = app.saved[-1]
        assert isinstance(named, SaveSigner)
        assert (named.staff_id, named.role, named.ended) == ("ebba", "nurse", False)
        signer = StaffRole(
            assignment_id="a-1", staff=EBBA, username="ebba", role="nurse", signs_for_colleagues=True
        )
        app.unit = unit(staff=(signer,))
        await pilot.press("s")
        await pilot.pause()
        assert "signs for colleagues" in text_of(app)
        await pilot.press("s")
        await pilot.pause()
        last = app.saved[-1]
        assert isinstance(last, SaveSigner)
        assert last.ended


@pytest.mark.parametrize("role", ["manager", "auditor"])
async def test_who_signs_nothing_is_not_named(role: str) -> None:
    one = StaffRole(assignment_id="a-1", staff=EBBA, username="ebba", role=role)
    app = UnitStage(staff=(one,))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, 2)
        assert not screen.may("unit.signer")
