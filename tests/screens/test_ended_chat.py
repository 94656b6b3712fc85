"""An ended chat on the visit screen: its own lines, its late signature, and what became of the draft."""

from datetime import timedelta
from typing import Any

import pytest

from clinic_tui.protocol.commands import SignNote
from clinic_tui.protocol.events import CaseChanged
from clinic_tui.protocol.resources import CaseEvent, Note
from clinic_tui.widgets.bar import Bar
from tests.desks import EBBA, ME, NOW, case_id
from tests.screens.deeds_stage import DeedsStage, chat, chat_detail, everything
from tests.screens.stage import text_of
from tests.screens.visit_stage import listening, settle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

C3 = case_id(3)
BY_ME = {"close_reason": "ended", "changed_by": ME, "changed_at": NOW}


def ended(detail: dict[str, Any] | None = None, **changes: Any) -> DeedsStage:
    row = chat("closed", closed_at=NOW, **(BY_ME | changes))
    return DeedsStage(everything(chat_detail(row, **(detail or {}))), first=C3)


def hint(app: DeedsStage) -> str:
    return app.screen_under_test.query_one("#composer-hint", Bar).text


def own_lines(app: DeedsStage) -> list[tuple[str, str]]:
    """The visit's own lines in the log, with their time."""
    shown = app.screen_under_test.talk.log.source.messages
    return [(one.body, f"{one.at:%H:%M}") for one in shown if one.side == "system"]


def note(number: int = 1, **changes: Any) -> Note:
    values: dict[str, Any] = {
        "id": f"n{number}",
        "case_id": C3,
        "number": number,
        "body": "Receptet är förnyat.",
        "source": "manual",
        "signed_by": ME,
        "signed_at": NOW + timedelta(minutes=3),
    }
    return Note(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "You ended the chat"),
        ({"changed_by": EBBA}, "Ebba Nyman ended the chat"),
        ({"close_reason": "expired", "changed_by": None}, "The time of the chat ran out"),
        ({"changed_by": ME, "changed_at": NOW + timedelta(minutes=3)}, "The chat ended"),
    ],
)
async def test_the_log_tells_how_a_chat_ended_and_of_no_note_that_was_not_signed(
    changes: dict[str, Any], text: str
) -> None:
    app = ended(**changes)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert own_lines(app) == [("The case was taken", "08:00"), (text, "10:00")]


async def test_who_ended_a_chat_that_was_signed_afterwards_is_told_by_its_events() -> None:
    closed = CaseEvent(at=NOW, action="chat_closed", staff=EBBA)
    later = {"changed_by": ME, "changed_at": NOW + timedelta(minutes=3)}
    app = ended({"events": (closed,), "notes": (note(),)}, **later)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert own_lines(app)[1:] == [
            ("Ebba Nyman ended the chat", "10:00"),
            ("The note was signed", "10:03"),
        ]


async def test_a_note_stands_at_its_own_time_and_so_does_its_correction() -> None:
    corrected = note(2, corrects="n1", signed_at=NOW - timedelta(minutes=5))
    app = ended({"notes": (note(signed_at=NOW - timedelta(minutes=9)), corrected)})
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert own_lines(app)[1:] == [
            ("The note was signed", "09:51"),
            ("The note was corrected", "09:55"),
            ("You ended the chat", "10:00"),
        ]


async def test_a_one_way_message_was_never_a_chat_that_ended() -> None:
    app = ended(origin="staff", accepted_at=NOW, queued_at=NOW, close_reason="one_way", reply_allowed=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert own_lines(app) == []


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"origin": "staff"}, []),
        ({"origin": "converted"}, []),
        ({"origin": "staff", "accepted_at": NOW}, [("The case was taken", "10:00")]),
        ({}, [("The case was taken", "08:00")]),
    ],
)
async def test_a_chat_that_staff_began_was_not_taken_until_a_colleague_takes_it_over(
    changes: dict[str, Any], lines: list[tuple[str, str]]
) -> None:
    begun = NOW - timedelta(hours=2)
    row = chat(**({"queued_at": begun, "accepted_at": begun} | changes))
    app = DeedsStage(everything(chat_detail(row)), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert own_lines(app) == lines


async def test_a_late_signature_says_nothing_of_a_chat_that_goes_on() -> None:
    app = ended()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        shown = next(one for one in text_of(app).split("\n") if "New chat after it" in one)
        assert " F9  Sign" in shown
        assert "Ctrl+W" not in shown, "what does not fit is left out whole"
        app.clock = NOW + timedelta(minutes=3)
        await pilot.press("ctrl+n", *"Ok", "f9")
        await settle(pilot)
        await listening(pilot)
        assert "The chat goes on" not in text_of(app)
        await pilot.press("s")
        await settle(pilot)
        assert len(app.sent(SignNote)) == 1
        text = text_of(app)
        assert "Signed: Karin Lindström, 71" in text
        assert "The chat goes on" not in text
        assert own_lines(app)[-1] == ("The note was signed", "10:03")
        assert "Correct" in hint(app)
        assert own_lines(app)[-2] == ("You ended the chat", "10:00")


async def test_of_a_draft_that_was_thrown_away_nothing_is_left() -> None:
    app = DeedsStage(everything(chat_detail(chat())), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"Hm")
        app.draft_arrives("message", "Hm", 1, number=3)
        await settle(pilot)
        assert "Draft saved" in hint(app)
        await pilot.press("f10")
        await settle(pilot)
        await listening(pilot)
        await pilot.press("e")
        await settle(pilot)
        assert "Draft saved" not in text_of(app)
        assert "New chat after it" in hint(app)
        assert app.saved[-1] == (C3, "message", "")
        assert app.place.writing[C3] is False


async def test_a_text_that_a_colleagues_ending_stopped_is_kept() -> None:
    app = DeedsStage(everything(chat_detail(chat())), first=C3)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"Hm")
        over = {**BY_ME, "changed_by": EBBA, "closed_at": NOW}
        app.happen(CaseChanged(case=app.row_after(C3, state="closed", **over), cause="case.closed"))
        await settle(pilot)
        assert app.saved[-1] == (C3, "message", "Hm")
