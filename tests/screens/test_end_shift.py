"""The end of the shift: what is left is listed, each line decided by a key, and then it can be ended."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from clinic_tui.client.errors import Rejected
from clinic_tui.protocol.care import HandOver, Ticket
from clinic_tui.protocol.chat_commands import CancelTicket, TicketAnswer
from clinic_tui.protocol.commands import SignNote
from clinic_tui.protocol.problems import Code, Problem
from clinic_tui.protocol.refs import ResidentRef
from clinic_tui.protocol.resources import Draft
from clinic_tui.protocol.team_commands import EndShift
from clinic_tui.state.unfinished import unfinished
from screens.dialogs.end_shift import EndShiftDialog, Outcome
from screens.dialogs.leave_reason import LeaveReasonDialog
from screens.dialogs.sign import SignDialog
from tests.desks import EBBA, ME, NOW, case_id, event, row, taken
from tests.screens.stage import StageApp, desk_snapshot, text_of
from tests.screens.visit_stage import VisitStage, karin, listening, settle, talk, visit_detail, visits

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]
KARIN = ResidentRef(id="karin", name="Karin Lindström", birth_date=None, age=71, sex="female")


def chat(number: int, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "kind": "async",
        "state": "awaiting_staff",
        "priority": None,
        "unit_id": "ekens",
    }
    return taken(number, **(values | changes))


def ticket(number: int = 50, **changes: Any) -> Ticket:
    values: dict[str, Any] = {
        "id": case_id(number),
        "resident": KARIN,
        "unit_id": "ekens",
        "unit_name": "Eken",
        "role": "doctor",
        "reason": "Hosta",
        "issuer": ME,
        "issuer_unit_id": "ekens",
        "issued_at": NOW,
        "valid_until": NOW + timedelta(days=7),
        "state": "issued",
    }
    return Ticket(**(values | changes))


def everything(**changes: Any) -> Any:
    offer = HandOver(sender=ME, receiver=EBBA, reason="x", at=NOW, returns_at=NOW)
    cases = (
        taken(1, unit_id="ekens", resident=KARIN),
        taken(2, unit_id="ekens", state="ended_unsigned"),
        chat(3),
        chat(4, state="awaiting_resident", hand_over=offer),
        chat(5, state="handled"),
        taken(6, by=EBBA, unit_id="ekens"),
        row(7, unit_id="ekens"),
    )
    values: dict[str, Any] = {
        "tickets": (ticket(), ticket(51, state="redeemed"), ticket(52, issuer=EBBA)),
        "drafts": (
            Draft(case_id=case_id(5), kind="message", body="Hej", revision=1, saved_at=NOW),
            Draft(case_id=case_id(1), kind="note", body="Hosta", revision=1, saved_at=NOW),
        ),
    }
    return desk_snapshot(*cases, **(values | changes))


def test_a_visit_of_mine_that_is_offered_is_still_to_be_decided() -> None:
    mine = HandOver(sender=ME, receiver=EBBA, reason="x", at=NOW, returns_at=NOW)
    theirs = HandOver(sender=EBBA, receiver=ME, reason="x", at=NOW, returns_at=NOW)
    cases = (
        taken(1, unit_id="ekens", hand_over=mine),
        taken(2, unit_id="ekens", by=EBBA, hand_over=theirs),
        chat(3, hand_over=mine),
    )
    app = StageApp(shown=desk_snapshot(*cases))
    assert [(one.kind, one.must_decide) for one in unfinished(app.desk)] == [
        ("hand_over", True),
        ("hand_over", False),
        ("hand_over", False),
    ]


async def opened(
    app: StageApp, pilot: Pilot[None], leave: str = "", reasons: dict[str, str] | None = None
) -> EndShiftDialog:
    dialog = EndShiftDialog(app.place, {} if reasons is None else reasons, leave)
    await app.show(dialog)
    await settle(pilot)
    await listening(pilot)
    await settle(pilot)
    return dialog


def test_each_case_is_listed_once_as_what_matters_most_in_it() -> None:
    app = StageApp(shown=everything())
    assert [one.key for one in unfinished(app.desk)] == [
        "live:" + case_id(1),
        "unsigned:" + case_id(2),
        "awaiting:" + case_id(3),
        "hand_over:" + case_id(4),
        "draft:" + case_id(5),
        "ticket:" + case_id(50),
    ]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_all_that_is_left_can_be_read_and_the_shift_not_ended_before_it_is_decided(
    size: tuple[int, int],
) -> None:
    app = StageApp(shown=everything())
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        text = text_of(app)
        for words in (
            "6 things left to decide",
            "In progress",
            "Karin Lindström, 71 W",
            "Ticket",
        ):
            assert words in text
        assert "decide what is left first" in text
        assert "Go on working" in text
        await pilot.press("s")
        assert app.asked.commands == []


async def test_one_reason_for_each_and_then_the_shift_is_ended_with_them() -> None:
    app = StageApp(shown=everything(tickets=(), drafts=()))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("l")
        await listening(pilot)
        assert isinstance(app.screen, LeaveReasonDialog)
        await pilot.press("enter")
        await pilot.pause()
        assert "3 things left to decide" in text_of(app)
        await pilot.press("a")
        await listening(pilot)
        await pilot.press("tab", *"sjuk", "enter")
        await pilot.pause()
        await pilot.press("s")
        await pilot.pause()
        command = app.asked.commands[0]
        assert isinstance(command, EndShift)
        assert [(one.kind, one.id) for one in command.left] == [
            ("live", case_id(1)),
            ("unsigned", case_id(2)),
            ("awaiting", case_id(3)),
            ("hand_over", case_id(4)),
        ]
        assert [one.reason for one in command.left][1:] == ["sjuk"] * 3
        assert app.result == Outcome(ended=True)


async def test_what_was_decided_can_be_decided_anew() -> None:
    app = StageApp(shown=everything(tickets=(), drafts=()))
    reasons = {"live:" + case_id(1): "i morgon"}
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, reasons=reasons)
        assert "is left: i morgon" in text_of(app)
        await pilot.press("l")
        assert reasons == {}


async def test_a_reason_of_ones_own_must_have_words() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(LeaveReasonDialog(1))
        await listening(pilot)
        await pilot.press("tab", "enter")
        await pilot.pause()
        assert "Write why." in text_of(app)
        await pilot.press("escape")
        assert app.result is None


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_typed_at_the_usual_reasons_goes_to_the_field(size: tuple[int, int]) -> None:
    app = StageApp()
    async with app.run_test(size=size) as pilot:
        dialog = LeaveReasonDialog(1)
        await app.show(dialog)
        await listening(pilot)
        await pilot.press("down", *"jag är", "space", *"sjuk")
        assert dialog.field.value == "jag är sjuk"
        await pilot.press("enter")
        await pilot.pause()
        assert app.result == "jag är sjuk"


async def test_a_space_at_the_usual_reasons_writes_nothing() -> None:
    app = StageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = LeaveReasonDialog(1)
        await app.show(dialog)
        await listening(pilot)
        await pilot.press("space")
        assert dialog.choices.has_focus
        assert dialog.field.value == ""


async def test_deeds_are_begun_on_the_selected_line_and_what_is_finished_leaves_the_list() -> None:
    app = StageApp(shown=everything())
    app.may_begin = lambda action, one: action == "case.hand_over" or one.kind == "async"
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await pilot.press("h", "d", "down", "down", "d", "e")
        assert app.asked.performed == [
            "case.hand_over:" + case_id(1),
            "case.done:" + case_id(3),
            "case.end:" + case_id(3),
        ]
        app.change(app.desk.fold(event(11, chat(3, state="handled", revision=9))))
        await pilot.pause()
        assert len(dialog.items) == 5
        assert "5 things left to decide" in text_of(app)


async def test_a_visit_is_signed_and_ended_on_its_own_screen() -> None:
    shown = everything(permissions=("accept_drop_in", "preview_case", "sign_note"))
    app = StageApp(shown=shown)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        assert "F9  Sign" in text_of(app)
        await pilot.press("f9", "e", "down", "f9", "e", "down", "f9", "e")
        assert app.asked.performed == [
            "visit.sign:" + case_id(1),
            "visit.end:" + case_id(1),
            "visit.sign:" + case_id(2),
        ]


def offered() -> Any:
    """A case that Ebba wants to hand over to me, and one that I want to hand over to her."""
    to_me = HandOver(sender=EBBA, receiver=ME, reason="x", at=NOW, returns_at=NOW)
    to_her = HandOver(sender=ME, receiver=EBBA, reason="x", at=NOW, returns_at=NOW)
    return desk_snapshot(
        taken(1, by=EBBA, unit_id="ekens", resident=KARIN, hand_over=to_me),
        taken(2, unit_id="ekens", hand_over=to_her),
    )


async def test_a_hand_over_without_an_answer_is_listed_for_both_and_answered_or_withdrawn_here() -> None:
    app = StageApp(shown=offered())
    app.may_begin = lambda action, _row: action == "case.hand_over"
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        assert [one.kind for one in dialog.items.values()] == ["hand_over", "hand_over"]
        assert "Offered to me" in text_of(app)
        assert "h  Answer" in text_of(app)
        await pilot.press("h", "down", "h")
        assert "h  Withdraw" in text_of(app)
        assert app.asked.performed == ["case.hand_over:" + case_id(1), "case.hand_over:" + case_id(2)]


@pytest.mark.parametrize(("body", "stays"), [("Hosta.", True), (" ", False)])
async def test_after_the_signature_one_is_back_and_to_write_the_note_one_is_there(
    body: str, stays: bool
) -> None:
    unsigned = visit_detail(karin("ended_unsigned"), talk())
    note = Draft(case_id=case_id(1), kind="note", body=body, revision=1, saved_at=NOW)
    app = VisitStage(shown=visits(msgspec.structs.replace(unsigned, drafts=(note,))))
    app.place.in_visit = lambda action, _case: app.screen_under_test.action_perform(action)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        dialog = EndShiftDialog(app.place, {})
        await app.show(dialog)
        await listening(pilot)
        await pilot.press("f9")
        await listening(pilot)
        assert isinstance(app.screen, SignDialog)
        await pilot.press("s")
        await settle(pilot)
        assert (app.screen is dialog) is stays
        assert len(app.sent(SignNote)) == stays
        assert (dialog.items == {}) is stays
        if not stays:
            await pilot.press("x")
            assert app.screen_under_test.panel.note.area.text == " x"


async def test_enter_goes_there() -> None:
    app = StageApp(shown=everything())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "enter")
        assert app.result.go_to.id == case_id(2)


async def test_an_unused_ticket_is_cancelled_from_here() -> None:
    app = StageApp(shown=everything())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("end", "e")
        act = app.asked.questions[0].choices[0].act
        assert act is not None
        app.asked.answer = lambda _command: TicketAnswer(ticket=ticket(state="cancelled"), texted=True)
        act()
        assert "An SMS tells the resident of it." in text_of(app)
        command = app.asked.commands[0]
        assert isinstance(command, CancelTicket)
        assert command.ticket_id == case_id(50)


async def test_with_nothing_left_one_key_ends_the_shift_and_escape_goes_on_working() -> None:
    app = StageApp(shown=desk_snapshot(row(7)))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "Nothing is left." in text_of(app)
        await pilot.press("s")
        assert isinstance(app.asked.commands[0], EndShift)
        assert app.result == Outcome(ended=True)


async def test_leaving_without_ending_is_possible_and_never_the_first_choice() -> None:
    app = StageApp(shown=everything())
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, leave="Quit")
        assert [way.key for way in dialog.ways()] == ["s", "a", "q", "escape"]
        assert dialog.focused is dialog.lines
        await pilot.press("q")
        assert app.result == Outcome(left=True)


async def test_a_refusal_is_said_in_place() -> None:
    app = StageApp(shown=desk_snapshot(row(7)))
    app.asked.refuse = Rejected(Problem(title="x", status=409, code=Code.INVALID, rule="shift.unfinished"))
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot)
        await pilot.press("s")
        await pilot.pause()
        assert app.screen is dialog
        assert str(dialog.query_one("#dialog-problem").visual) != ""  # type: ignore[attr-defined]
