"""What is done with a case from the visit screen and from lists: dialogs, commands, what is said."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from clinic_tui.client.errors import Rejected
from clinic_tui.domain.refusals import REASONS
from clinic_tui.protocol.care import HandOver
from clinic_tui.protocol.chat_commands import ContinueChat, ProlongChat
from clinic_tui.protocol.commands import SignNote
from clinic_tui.protocol.patient_commands import (
    AskToVerify,
    ChangePriority,
    CloseMeeting,
    MarkDocumented,
    OpenMeeting,
)
from clinic_tui.protocol.problems import Problem
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.team_commands import (
    AnswerHandOver,
    AssignCase,
    HandOverCase,
    InviteColleague,
    LeaveCase,
    WithdrawHandOver,
)
from clinic_tui.widgets.bar import Bar
from screens.dialogs.hand_over import HandOverDialog
from screens.dialogs.meeting import MeetingDialog
from tests.desks import EBBA, ME, NOW, case_id
from tests.screens.deeds_stage import MEETING, OLLE, DeedsStage, booked, chat, chat_detail, everything
from tests.screens.stage import text_of
from tests.screens.visit_stage import karin, listening, settle, visit_detail

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

C3 = case_id(3)


def offer(**changes: Any) -> HandOver:
    values: dict[str, Any] = {
        "sender": EBBA,
        "receiver": ME,
        "reason": "My shift ends",
        "summary": "Waits for [b]blood tests",
        "at": NOW,
        "returns_at": NOW + timedelta(minutes=15),
    }
    return HandOver(**(values | changes))


def stage(row: CaseRow | None = None, **changes: Any) -> DeedsStage:
    row = row or chat(**changes)
    return DeedsStage(everything(chat_detail(row)), first=row.id)


async def test_a_case_is_handed_over_with_a_reason_and_a_summary() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f6")
        await settle(pilot)
        await pilot.press(*"ebba", "enter")
        await settle(pilot)
        await pilot.press("ctrl+s")
        assert app.asked.commands == []
        await pilot.press(*"late", "enter", *"waits", "ctrl+s")
        await settle(pilot)
        sent = app.last
        assert isinstance(sent, HandOverCase)
        assert (sent.staff_id, sent.reason, sent.summary, sent.version) == ("ebba", "late", "waits", 3)
        assert "offered to Ebba Nyman" in app.screen_under_test.query_one("#case-line", Bar).text


@pytest.mark.parametrize("key", ["f6", "shift+f6"])
async def test_only_colleagues_who_can_are_offered(key: str) -> None:
    signed = DeedsStage(everything(visit_detail(karin("closed"))))
    signed.desk.visits[case_id(1)].put_note(signed.note(case_id(1), "Hosta."))
    app = stage() if key == "f6" else signed
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        assert "Ebba Nyman" in text_of(app)
        assert "Olle Berg" not in text_of(app)
        await pilot.press(*"olle")
        await settle(pilot)
        assert "No colleague by that name." in text_of(app)


async def test_nobody_who_can_is_said() -> None:
    app = DeedsStage(everything(chat_detail(chat()), abilities=()), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f6")
        await settle(pilot)
        assert "There is no colleague here who can." in text_of(app)


async def test_what_was_written_stays_where_the_backend_says_no() -> None:
    app = stage()
    app.asked.refuse = Rejected(
        Problem(code="blocked_by_rule", title="no", status=409, rule="case.target_lacks_role")
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f6")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press(*"late", "enter", *"waits", "ctrl+s")
        await settle(pilot)
        dialog = app.screen
        assert isinstance(dialog, HandOverDialog)
        assert (dialog.reason.value, dialog.summary.text) == ("late", "waits")
        assert REASONS["case.target_lacks_role"] in text_of(app)
        app.asked.refuse = None
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert app.screen is app.screen_under_test
        assert "offered to Ebba Nyman" in app.screen_under_test.query_one("#case-line", Bar).text


async def test_an_offer_is_taken_back() -> None:
    app = stage(hand_over=offer(sender=ME, receiver=EBBA))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f6")
        await settle(pilot)
        await listening(pilot)
        await pilot.press("w")
        await settle(pilot)
        assert isinstance(app.last, WithdrawHandOver)


@pytest.mark.parametrize(("key", "accept"), [("f9", True), ("f8", False)])
async def test_an_offer_is_answered_with_a_comment(key: str, accept: bool) -> None:
    app = stage(assignee=EBBA, hand_over=offer())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        shown = app.screen_under_test.query_one("#case-line", Bar).text
        assert "Ebba Nyman hands the case over to you: F6" in shown
        await pilot.press("f6")
        await settle(pilot)
        assert "Waits for [b]blood tests" in text_of(app)
        await pilot.press(*"ok", key)
        await settle(pilot)
        sent = app.last
        assert isinstance(sent, AnswerHandOver)
        assert (sent.accept, sent.comment) == (accept, "ok")


async def test_a_colleague_is_invited_and_those_inside_are_not_offered() -> None:
    app = stage(participants=(OLLE,))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f5")
        await settle(pilot)
        assert text_of(app).count("Olle Berg") == 1, "he stands above the chat, and is not offered"
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press(*"rash", "ctrl+s")
        await settle(pilot)
        sent = app.last
        assert isinstance(sent, InviteColleague)
        assert (sent.staff_id, sent.note) == ("ebba", "rash")


async def test_one_leaves_a_case_one_was_invited_into() -> None:
    app = stage(assignee=EBBA, participants=(ME,))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.deeds.begin("case.leave", C3)
        await settle(pilot)
        await listening(pilot)
        await pilot.press("l")
        await settle(pilot)
        assert isinstance(app.last, LeaveCase)
        assert app.place.current_visit is None, "no key must write in another case that comes up"
        assert app.last.staff_id is None


async def test_a_chat_is_assigned() -> None:
    app = stage(state="new")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+g", "a")
        await settle(pilot)
        await pilot.press(*"ebba", "enter")
        await settle(pilot)
        assert isinstance(app.last, AssignCase)
        assert app.last.staff_id == "ebba"


async def test_a_priority_is_changed_with_its_reason_and_both_are_shown() -> None:
    app = DeedsStage(everything(visit_detail(karin())))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("shift+f8")
        await settle(pilot)
        assert "2 Skyndsam → 1 Omedelbar" in text_of(app)
        await pilot.press("4")
        await pilot.press("ctrl+s")
        assert app.asked.commands == []
        await pilot.press(*"better", "ctrl+s")
        await settle(pilot)
        sent = app.last
        assert isinstance(sent, ChangePriority)
        assert (sent.priority, sent.reason) == (4, "better")
        assert "priority 2 → 4" in app.screen_under_test.query_one("#case-line", Bar).text


async def test_video_is_opened_and_its_address_is_shown_as_a_code() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("shift+f7")
        await settle(pilot)
        await listening(pilot)
        await pilot.press("v")
        await settle(pilot)
        await listening(pilot)
        shown = text_of(app)
        assert isinstance(app.last, OpenMeeting)
        assert shown.count("█") > 50
        assert "https://meet." in shown
        for label in ("Copy the address", "End the call", "Let it go on"):
            assert label in shown
        await pilot.press("c")
        await settle(pilot)
        assert app.copied == [MEETING]


async def in_call(app: DeedsStage, pilot: Pilot[None]) -> None:
    """Open a video call, and have its dialog in front."""
    await settle(pilot)
    await pilot.press("shift+f7")
    await settle(pilot)
    await listening(pilot)
    await pilot.press("v")
    await settle(pilot)
    await listening(pilot)
    assert isinstance(app.screen, MeetingDialog)


@pytest.mark.parametrize("way", [("e",), ("escape", "f10")])
async def test_how_a_call_and_its_visit_end_is_asked_together(way: tuple[str, ...]) -> None:
    app = DeedsStage(everything(visit_detail(karin())))
    async with app.run_test(size=(120, 40)) as pilot:
        await in_call(app, pilot)
        await pilot.press(*way)
        await settle(pilot)
        await listening(pilot)
        assert isinstance(app.last, OpenMeeting)
        shown = text_of(app)
        for label in ("End both and sign now", "End both without signing", "End only the call"):
            assert label in shown
        await pilot.press("e")
        await settle(pilot)
        assert type(app.last).__name__ == "EndVisit"
        assert app.visit.row.state == "ended_unsigned"


async def test_a_visit_booked_by_video_opens_it_without_asking_which() -> None:
    row = booked("in_progress")
    app = DeedsStage(everything(visit_detail(row)), first=row.id)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "Shift+F7  Video" in text_of(app).splitlines()[-1]
        await pilot.press("shift+f7")
        await settle(pilot)
        assert isinstance(app.last, OpenMeeting)
        assert app.last.mode == "video"
        assert isinstance(app.screen, MeetingDialog)


async def test_in_a_visit_by_phone_the_number_is_in_sight_and_copied() -> None:
    row = booked("in_progress")
    assert row.booking is not None
    row = replace(row, booking=replace(row.booking, mode="phone"))
    app = DeedsStage(everything(visit_detail(row)), first=row.id)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "070-174 06 05" in app.screen_under_test.query_one("#case-line", Bar).text
        assert "Shift+F7  Phone" in text_of(app).splitlines()[-1]
        await pilot.press("shift+f7")
        await settle(pilot)
        await listening(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert app.copied == ["070-174 06 05"]


async def test_the_call_in_a_visit_can_end_alone() -> None:
    app = DeedsStage(everything(visit_detail(karin())))
    async with app.run_test(size=(120, 40)) as pilot:
        await in_call(app, pilot)
        await pilot.press("e")
        await settle(pilot)
        await listening(pilot)
        await pilot.press("c")
        await settle(pilot)
        assert isinstance(app.last, CloseMeeting)
        assert app.visit.row.state == "in_progress"
        assert "The visit goes on." in text_of(app)


async def test_the_call_in_a_chat_ends_at_once_and_the_chat_goes_on() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await in_call(app, pilot)
        await pilot.press("e")
        await settle(pilot)
        assert isinstance(app.last, CloseMeeting)
        assert "The chat goes on." in app.told[-1]


async def test_a_chat_goes_on_in_a_new_one_of_so_many_days() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("shift+f5")
        await settle(pilot)
        await pilot.press("up", "ctrl+s")
        await settle(pilot)
        assert isinstance(app.last, ContinueChat)
        assert app.last.days == 11
        assert app.asked.performed == ["open:" + case_id(8)]


async def test_nobody_prolongs_a_chat_and_the_way_on_is_offered() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.asked.refuse = Rejected(
            Problem(code="blocked_by_rule", title="no", status=409, rule="async.no_extension")
        )
        app.deeds.begin("case.prolong", C3)
        await settle(pilot)
        await listening(pilot)
        assert isinstance(app.last, ProlongChat)
        assert "Nobody can prolong a chat" in text_of(app)
        app.asked.refuse = None
        await pilot.press("n")
        await settle(pilot)
        assert "Days, 1 to 30" in text_of(app)


async def test_a_signed_note_is_copied_for_the_record_and_marked() -> None:
    app = DeedsStage(everything(visit_detail(karin("closed"))))
    app.desk.visits[case_id(1)].put_note(app.note(case_id(1), "Hosta. Åter vid feber."))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("shift+f9")
        await settle(pilot)
        assert app.copied == [
            "Skriftlig distanskontakt\n\nKontaktorsak\n\nAnteckning\nHosta. Åter vid feber.\n\nÅtgärd\n"
        ]
        assert "documented in the record" in app.screen_under_test.query_one("#case-line", Bar).text


async def test_a_note_is_signed_and_copied_for_the_record_with_one_key() -> None:
    app = DeedsStage(everything(visit_detail(karin("ended_unsigned"))))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f9")
        await listening(pilot)
        await pilot.press("c")
        await settle(pilot)
        assert [type(one) for one in app.asked.commands] == [SignNote, MarkDocumented]
        assert len(app.copied) == 1
        assert app.told == ["Copied for the record: Karin Lindström, 71 years. Paste it and check."]


async def test_after_signing_one_is_asked_who_is_to_countersign() -> None:
    app = DeedsStage(everything(visit_detail(karin("ended_unsigned"))))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f9")
        await listening(pilot)
        await pilot.press("v")
        await settle(pilot)
        assert len(app.sent(SignNote)) == 1
        assert "Ask to countersign the note for Karin Lindström" in text_of(app)
        assert "Signed: Karin Lindström" in app.screen_under_test.query_one("#notice", Bar).text


async def test_anybody_can_be_asked_to_countersign() -> None:
    app = DeedsStage(everything(visit_detail(karin("closed"))))
    app.desk.visits[case_id(1)].put_note(app.note(case_id(1), "Hosta."))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("shift+f6")
        await settle(pilot)
        await pilot.press("ctrl+a")
        await settle(pilot)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert isinstance(app.last, AskToVerify)
        assert (app.last.staff_id, app.last.note_id) == (None, "note-1")


async def test_the_residents_profile_is_one_key_away() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("shift+f2")
        assert app.asked.performed == ["resident:karin"]


async def test_letters_act_after_the_leading_key_and_nowhere_else() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("d", "h", "e")
        await settle(pilot)
        assert app.asked.commands == []
        await pilot.press("ctrl+g", "h")
        await settle(pilot)
        assert "Hand over Karin" in text_of(app)


@pytest.mark.parametrize(
    ("row", "may", "may_not"),
    [
        (
            chat(),
            ("done", "end", "prolong", "continue", "invite", "assign", "meeting"),
            ("leave", "priority"),
        ),
        (chat("new"), ("assign", "end"), ("done", "invite", "hand_over", "continue", "meeting")),
        (chat("handled"), ("end", "hand_over"), ("done",)),
        (chat(assignee=EBBA), ("end", "assign", "resident"), ("done", "hand_over", "invite", "staff_chat")),
        (chat(assignee=EBBA, participants=(ME,)), ("leave", "staff_chat"), ("done", "hand_over", "invite")),
        (karin(), ("priority", "invite", "hand_over", "meeting"), ("done", "end", "assign", "record")),
        (replace(karin(), state="closed", closed_at=NOW), ("resident",), ("invite", "hand_over", "priority")),
    ],
)
async def test_what_is_offered_is_what_can_be_done(
    row: CaseRow, may: tuple[str, ...], may_not: tuple[str, ...]
) -> None:
    app = DeedsStage(everything(chat_detail(row)), first=row.id)
    async with app.run_test(size=(120, 40)):
        assert {one for one in may if app.deeds.may("case." + one, row)} == set(may)
        assert {one for one in may_not if app.deeds.may("case." + one, row)} == set()
