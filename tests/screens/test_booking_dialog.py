"""The booking dialog: its fields, what it warns of, what it refuses, and what it sends."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.client.errors import ClientError, Offline, Rejected
from clinic_tui.protocol.patient_commands import BookVisit, RebookVisit
from clinic_tui.protocol.problems import Code, Problem
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.widgets.booking_form import BookingForm
from clinic_tui.widgets.line_choice import LineChoice
from clinic_tui.widgets.line_input import LineInput
from screens.dialogs.booking import Booked, BookingDialog
from screens.dialogs.calendar import CalendarDialog
from screens.dialogs.colleague_picker import ColleaguePicker
from tests.desks import EBBA, ME
from tests.hostile import CORE, bad_code_points
from tests.screens.stage import StageApp, desk_snapshot, text_of
from tests.screens.visits_stage import clinic, local, profile, resident, visit

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]


def stage(*day: CaseRow, **changes: Any) -> StageApp:
    app = StageApp(shown=desk_snapshot(*day, **clinic(**changes)))
    app.day = day
    return app


async def opened(app: StageApp, pilot: Pilot[Any], **what: Any) -> BookingDialog:
    dialog = BookingDialog(app.place, **(what or {"patient": profile(1)}))
    await app.show(dialog)
    await pilot.pause()
    return dialog


async def write(pilot: Pilot[Any], dialog: BookingDialog, **fields: str) -> None:
    names = {"day": "when-day", "time": "when-time", "minutes": "when-minutes", "reason": "booking-reason"}
    for name, value in fields.items():
        dialog.query_one("#" + names[name], LineInput).value = value
    await pilot.pause()


async def choose(pilot: Pilot[Any], dialog: BookingDialog, name: str, *keys: str) -> None:
    dialog.query_one("#booking-" + name, LineChoice).focus()
    await pilot.press(*keys)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_everything_that_is_chosen_is_in_sight(size: tuple[int, int]) -> None:
    app = stage()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, patient=profile(2, guardian_refs=(resident(1), resident(3))))
        shown = text_of(app)
        for text in (
            "Book a visit for Omar Haddad, 9 years",
            "2026-03-02",
            "10:15",
            "until 10:45",
            "Video",
            "Ekens vårdcentral",
            "Doctor",
            "Anybody with the role",
            "Karin Lindström",
            "A text message goes now.",
            "Ctrl+S",
        ):
            assert text in shown


async def test_a_visit_is_booked_as_it_was_written() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await write(pilot, dialog, day="9/3", time="1330", minutes="45", reason=" Blodtryck ")
        await choose(pilot, dialog, "mode", "right")
        await pilot.press("ctrl+s")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, BookVisit)
        assert command.starts_at == local("2026-03-09 13:30")
        assert (command.minutes, command.mode, command.reason) == (45, "phone", "Blodtryck")
        assert (command.unit_id, command.role, command.staff_id) == ("ekens", "nurse", ME.id)
        assert (command.resident_id, command.guardian_id, command.without_channel) == ("r1", None, False)
        assert isinstance(app.result, Booked)
        assert app.result.text == "Booked: Karin Lindström, 71 years, Monday 9 March 2026 13:30."


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"day": "soon"}, "Write the day as 2026-03-09 or 9/3."),
        ({"time": "25:00"}, "Write the time as 09:30."),
        ({"minutes": "4"}, "A visit takes 5 to 480 minutes."),
        ({"minutes": "x"}, "A visit takes 5 to 480 minutes."),
        ({"time": "09:45"}, "That time has passed."),
        ({"day": "2026-03-01"}, "That time has passed."),
        ({"day": "2030-01-01"}, "A visit is booked at most two years ahead."),
        ({"day": "2026-03-29", "time": "02:30"}, "02:30 does not exist that night"),
        ({"reason": "   "}, "Write in a few words what the visit is about."),
    ],
)
async def test_what_cannot_be_booked_is_said_and_not_sent(fields: dict[str, str], said: str) -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await write(pilot, dialog, **({"reason": "Blodtryck"} | fields))
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert said in text_of(app)
        assert not app.asked.commands


async def test_the_doubled_hour_books_the_first_one_and_tells() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await write(pilot, dialog, day="2026-10-25", time="02:30", reason="Blodtryck")
        assert "02:30 comes twice that night." in text_of(app)
        await pilot.press("ctrl+s")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, BookVisit)
        assert command.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


async def test_arrow_keys_step_day_time_and_length() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await pilot.press("up", "tab", "up", "up", "down", "tab", "up", "up", "up", "down")
        await pilot.pause()
        assert dialog.when.values == ("2026-03-03", "10:30", "45")


async def test_what_is_typed_in_a_filled_field_takes_its_place() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await pilot.press(*"2026-03-09", "tab", *"17:36", "tab", "up", *"20")
        assert dialog.when.values == ("2026-03-09", "17:36", "20")
        await pilot.press("shift+tab", "end", "backspace", "5")
        assert dialog.when.values[1] == "17:35"


async def test_enter_on_the_day_and_f4_open_the_calendar() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        for key in ("enter", "f4"):
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(app.screen, CalendarDialog)
            await pilot.press("down", "enter")
            await pilot.pause()
        assert dialog.when.day == date(2026, 3, 16)


async def test_a_colleague_is_booked_by_name_in_their_role() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await pilot.press("f5")
        await pilot.pause()
        assert isinstance(app.screen, ColleaguePicker)
        await pilot.press("enter")
        await pilot.pause()
        form = dialog.query_one(BookingForm)
        assert (form.staff_id, form.role) == (EBBA.id, "doctor")
        await choose(pilot, dialog, "role", "right")
        assert form.staff_id is None


async def test_i_am_offered_for_my_own_role_alone() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        whom = dialog.query_one("#booking-whom", LineChoice)
        assert whom.keys == ["", ME.id]
        await choose(pilot, dialog, "role", "right")
        assert whom.keys == [""]


async def test_another_unit_offers_its_own_roles() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await choose(pilot, dialog, "unit", "right")
        assert dialog.query_one("#booking-role", LineChoice).keys == ["nurse"]
        assert "The unit has no meeting address" in text_of(app)


async def test_a_collision_warns_and_does_not_hinder() -> None:
    app = stage(visit(2, 15, reason="Astma"), visit(1, 20, staff=EBBA), visit(3, 15, staff=EBBA))
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        shown = text_of(app)
        assert "Anna Lind already has a visit 10:15–10:45, video: Astma." in shown
        assert "The resident already has a visit 10:20–10:50, video." in shown
        assert "Ebba Nyman already" not in shown
        await write(pilot, dialog, reason="Blodtryck")
        await pilot.press("ctrl+s")
        assert isinstance(app.asked.commands[-1], BookVisit)


async def test_another_day_is_fetched_for_its_collisions() -> None:
    app = stage()
    asked: list[date] = []
    app.place.fetch_day = lambda day, _done, _failed: asked.append(day)
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await write(pilot, dialog, day="9/3")
        await write(pilot, dialog, day="9/")
        assert asked == [date(2026, 3, 2), date(2026, 3, 9)]


async def test_without_a_number_one_is_told_before_booking() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, patient=profile(1, can_be_reached=False))
        assert "There is no mobile number, so no text message is sent." in text_of(app)
        await write(pilot, dialog, reason="Blodtryck")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert not app.asked.commands
        assert "Ctrl+S once more books all the same." in text_of(app)
        await pilot.press("ctrl+s")
        command = app.asked.commands[-1]
        assert isinstance(command, BookVisit)
        assert command.without_channel


@pytest.mark.parametrize(
    ("day", "time", "note"),
    [
        ("3/3", "09:00", "Text messages go now, the same morning and 15 minutes before."),
        ("2/3", "11:00", "Text messages go now and 15 minutes before."),
        ("2/3", "10:10", "A text message goes now."),
        ("x", "10:10", "Text messages go at booking, the same morning and 15 minutes before."),
    ],
)
async def test_it_says_which_text_messages_go(day: str, time: str, note: str) -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await write(pilot, dialog, day=day, time=time)
        assert note in text_of(app)


async def test_a_small_child_comes_with_a_guardian() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, patient=profile(2, guardian_refs=(resident(1), resident(3))))
        await choose(pilot, dialog, "guardian", "right")
        await write(pilot, dialog, reason="Astma")
        await pilot.press("ctrl+s")
        command = app.asked.commands[-1]
        assert isinstance(command, BookVisit)
        assert command.guardian_id == "r3"


async def test_a_visit_is_moved_with_its_version() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, visit=visit(2, 30, length=20, version=7))
        assert dialog.when.values == ("2026-03-02", "10:30", "20")
        assert "Move the visit for Omar Haddad" in text_of(app)
        await write(pilot, dialog, time="11:00")
        await pilot.press("ctrl+s")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, RebookVisit)
        assert (command.version, command.minutes, command.mode) == (7, 20, "video")
        assert command.starts_at == local("2026-03-02 11:00")


async def test_a_visit_without_a_number_is_moved_once_one_has_been_told() -> None:
    app = stage()
    problem = Problem(title="x", status=409, code=Code.BLOCKED_BY_RULE, rule="async.no_channel")
    app.asked.refuse = Rejected(problem)
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, visit=visit(2, 30))
        assert "If there is no mobile number, you are told first." in text_of(app)
        await write(pilot, dialog, time="11:00")
        await pilot.press("ctrl+s")
        await pilot.pause()
        shown = text_of(app)
        assert "Ctrl+S once more moves it all the same." in shown
        assert "Text messages go now" not in shown
        assert "Tell the resident yourself." in shown
        app.asked.refuse = None
        await pilot.press("ctrl+s")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, RebookVisit)
        assert command.without_channel


async def test_a_moved_visit_does_not_collide_with_itself() -> None:
    one = visit(2, 30)
    app = stage(one)
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, visit=one)
        assert not dialog.warnings()


async def test_the_same_booking_again_after_no_answer_keeps_its_id() -> None:
    app = stage()
    app.asked.refuse = Offline(maybe_done=True)
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await write(pilot, dialog, reason="Blodtryck")
        await pilot.press("ctrl+s", "ctrl+s")
        first, second = app.asked.commands
        assert first == second
        app.asked.refuse = Rejected()
        await pilot.press("ctrl+s")
        await write(pilot, dialog, reason="Blodtryck igen")
        await pilot.press("ctrl+s")
        assert app.asked.commands[-1].command_id != first.command_id


@pytest.mark.parametrize("error", [Rejected(), Offline()])
async def test_a_refusal_keeps_what_was_written(error: ClientError) -> None:
    app = stage()
    app.asked.refuse = error
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await write(pilot, dialog, reason="Blodtryck")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.screen is dialog
        assert error.user_text() in text_of(app)
        assert "Blodtryck" in text_of(app)


async def test_escape_asks_once_more_where_something_was_written() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await write(pilot, dialog, reason="Blodtryck")
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is dialog
        await pilot.press("escape")
        await pilot.pause()
        assert app.result is None


async def test_escape_leaves_an_untouched_dialog_at_once() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert app.result is None


async def test_a_click_chooses_how_one_meets() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await pilot.click("#booking-mode", offset=(3, 0))
        assert dialog.query_one("#booking-mode", LineChoice).value == "chat"


async def test_many_values_are_turned_through_one_at_a_time() -> None:
    roles = ("nurse", "doctor", "rehab", "psychosocial", "medical_admin", "advice_nurse", "contact_centre")
    app = stage()
    unit = app.desk.people.units["ekens"]
    app.desk.people.units["ekens"] = type(unit)(
        id="ekens", name="Ekens vårdcentral", kind="health_centre", roles=roles, meetings=True
    )
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, pilot)
        await choose(pilot, dialog, "role", "left")
        await pilot.pause()
        assert "‹ Contact centre ›  7/7" in text_of(app)


async def test_hostile_texts_are_shown_as_text() -> None:
    for one in CORE[:25]:
        app = stage(visit(2, 15, reason=one.text))
        async with app.run_test(size=(120, 50)) as pilot:
            await opened(app, pilot)
            assert not bad_code_points(text_of(app))
