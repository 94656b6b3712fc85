"""Colleagues: who is here, conversations beside the list, consultations, presence."""

from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from clinic_tui.client.errors import Rejected
from clinic_tui.protocol.events import ColleagueChanged, ConversationChanged
from clinic_tui.protocol.problems import Code, Problem
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import DeskSnapshot
from clinic_tui.protocol.team import Colleague, Conversation, PresenceState, StaffMessage
from clinic_tui.protocol.team_commands import (
    CloseConversation,
    ReadConversation,
    SayToStaff,
    SetPresence,
    StartConversation,
)
from clinic_tui.widgets.check_list import CheckGroup
from screens.dialogs.colleague_picker import ColleaguePicker
from screens.dialogs.consult import ConsultDialog
from screens.team import TeamScreen
from tests.desks import EBBA, ME, NOW, event, taken
from tests.hostile import CORE
from tests.screens.stage import StageApp, desk_snapshot, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]
OLLE = StaffRef(id="olle", name="Olle Berg", title="läkare")


def colleague(who: StaffRef, presence: PresenceState = "online", **changes: Any) -> Colleague:
    values: dict[str, Any] = {"unit_id": "ekens", "role": "nurse", "since": NOW - timedelta(hours=1)}
    return Colleague(staff=who, presence=presence, **(values | changes))


def said(seq: int, body: str, by: StaffRef = EBBA, talk: str = "talk") -> StaffMessage:
    return StaffMessage(id=f"{talk}-{seq}", conversation_id=talk, seq=seq, author=by, body=body, sent_at=NOW)


def talk(conversation_id: str = "talk", *bodies: str, read: int = 0, **changes: Any) -> Conversation:
    messages = tuple(
        said(seq, body, talk=conversation_id) for seq, body in enumerate(bodies or ("Har du tid?",), start=1)
    )
    values: dict[str, Any] = {
        "kind": "direct",
        "unit_id": "ekens",
        "asked_by": EBBA,
        "members": (EBBA, ME),
        "started_at": NOW,
        "last_at": NOW,
        "last_body": messages[-1].body,
        "messages": messages,
        "count": len(messages),
        "read": read,
    }
    return Conversation(id=conversation_id, **(values | changes))


def question(**changes: Any) -> Conversation:
    values: dict[str, Any] = {
        "kind": "consultation",
        "role": "nurse",
        "subject": "Remiss",
        "urgent": True,
        "members": (EBBA,),
        "read": 1,
    }
    return talk("ask", **(values | changes))


def team(**changes: Any) -> DeskSnapshot:
    values: dict[str, Any] = {
        "colleagues": (
            colleague(OLLE, "off"),
            colleague(EBBA, "busy", visits=2),
            colleague(ME),
        ),
        "conversations": (talk(), question()),
    }
    return desk_snapshot(taken(1, unit_id="ekens"), **(values | changes))


async def opened(app: StageApp, pilot: Pilot[None]) -> TeamScreen:
    screen = TeamScreen(app.place)
    await app.show(screen)
    await pilot.pause()
    return screen


async def test_who_is_here_stands_before_who_is_not() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        text = text_of(app)
        assert text.index("Anna Lind (you)") < text.index("Ebba Nyman") < text.index("Olle Berg, läkare")
        line = next(line for line in text.splitlines() if "Ebba Nyman" in line)
        assert "Nurse" in line
        assert "busy" in line
        assert "since 09:00" in line
        assert "2 visits" in line


async def test_presence_changes_in_place_and_the_selection_stays() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("down")
        assert screen.lines.selected == "ebba ekens"
        app.change(app.desk.fold(event(11, ColleagueChanged(colleague=colleague(OLLE, revision=2)))))
        await pilot.pause()
        assert screen.lines.selected == "ebba ekens"
        text = text_of(app)
        assert text.index("Olle Berg") < text.index("Ebba Nyman")


async def test_enter_on_a_colleague_opens_the_direct_chat_that_there_is_and_marks_it_as_read() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "Har du tid?" in text_of(app)
        assert "DIRECT CHAT – not seen by residents" in text_of(app)
        read = app.asked.commands
        assert [type(one) for one in read] == [ReadConversation]
        await pilot.press(*"Ja", "ctrl+j")
        await pilot.pause()
        command = app.asked.commands[-1]
        assert isinstance(command, SayToStaff)
        assert (command.conversation_id, command.body) == ("talk", "Ja")


async def test_the_first_message_to_a_colleague_starts_the_direct_chat() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("end", "enter")
        await pilot.pause()
        assert app.asked.commands == []
        assert "Olle Berg" in text_of(app)
        await pilot.press(*"Hej", "ctrl+j")
        await pilot.pause()
        command = app.asked.commands[0]
        assert isinstance(command, StartConversation)
        assert (command.kind, command.staff_ids, command.body) == ("direct", ("olle",), "Hej")


async def test_a_message_that_is_refused_comes_back_to_the_text() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("down", "enter", *"Ja")
        app.asked.refuse = Rejected(Problem(title="Not now", status=422, code=Code.INVALID))
        await pilot.press("ctrl+j")
        await pilot.pause()
        assert screen.chat.text == "Ja"
        assert screen.query_one("#notice").display


async def test_what_is_written_to_one_stays_when_another_is_opened() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("down", "enter", *"Ja", "escape", "down", "enter")
        assert screen.chat.text == ""
        await pilot.press("escape", "up", "enter")
        assert screen.chat.text == "Ja"


async def test_escape_leads_from_the_text_to_the_list_to_nothing_open_to_the_queue() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("down", "enter", "escape")
        assert screen.focused is screen.lines
        assert screen.chat.is_open
        await pilot.press("escape")
        assert not screen.chat.is_open
        await pilot.press("escape")
        assert app.asked.performed == ["app.back"]


async def test_unread_conversations_stand_first_and_are_counted_on_the_tab() -> None:
    app = StageApp(shown=team(conversations=(talk("a", "nyss", read=1), talk("b", "oläst"))))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("right")
        await pilot.pause()
        assert screen.lines.selected == "b"
        assert "Conversations 1" in text_of(app).replace("  ", " ")


async def test_a_new_message_comes_into_the_open_conversation() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "enter")
        new = talk(read=1, revision=2, count=2, messages=(said(2, "Är du där?"),))
        app.change(app.desk.fold(event(11, ConversationChanged(conversation=new))))
        await pilot.pause()
        assert "Är du där?" in text_of(app)
        assert "Har du tid?" in text_of(app)
        seen = [one.seq for one in app.asked.commands if isinstance(one, ReadConversation)]
        assert seen == [1, 2]


async def test_a_question_to_my_role_waits_among_the_consultations() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("left")
        await pilot.pause()
        text = text_of(app)
        assert "Urgent: Remiss" in text
        assert "1  Ebba Nyman → Nurse" in text
        assert "Ebba Nyman → Nurse" in text
        await pilot.press("x")
        close = app.asked.questions[0]
        assert close.choices[0].label == "Mark as answered"
        close.choices[0].act()  # type: ignore[misc]
        assert isinstance(app.asked.commands[-1], CloseConversation)


async def test_the_case_of_a_conversation_can_be_opened() -> None:
    app = StageApp(shown=team(conversations=(question(case_id=taken(1).id),)))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("left", "g")
        assert app.asked.performed == ["open:" + taken(1).id]


async def test_who_is_led_to_a_conversation_can_answer_at_once() -> None:
    app = StageApp(shown=team())
    app.place.wanted_tab["team"] = "open:talk"
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press(*"nu")
        assert screen.chat.text == "nu"
        assert not app.asked.questions


async def test_several_colleagues_are_named_shortly_beside_the_send_key() -> None:
    three = talk("talk", members=(EBBA, ME, OLLE), kind="staff_chat")
    app = StageApp(shown=team(conversations=(three,)))
    app.place.wanted_tab["team"] = "open:talk"
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        prompt = next(line for line in text_of(app).splitlines() if "To colleagues:" in line)
        assert "Ebba, Olle" in prompt
        assert "sends" in prompt


async def test_busy_and_free_again() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("u")
        command = app.asked.commands[0]
        assert isinstance(command, SetPresence)
        assert command.presence == "busy"
        app.desk.fold(
            event(11, ColleagueChanged(colleague=colleague(ME, "busy", stays_busy=True, revision=2)))
        )
        await pilot.press("u")
        assert app.asked.commands[1].presence == "online"  # type: ignore[attr-defined]


async def test_in_a_visit_one_says_whether_one_stays_busy_after_it() -> None:
    app = StageApp(shown=team(colleagues=(colleague(ME, "busy", visits=1),)))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("u")
        await pilot.pause()
        assert app.asked.commands[0].presence == "busy"  # type: ignore[attr-defined]
        assert "You stay busy after your visit too" in text_of(app)
        mine = colleague(ME, "busy", visits=1, stays_busy=True, revision=2)
        app.desk.fold(event(11, ColleagueChanged(colleague=mine)))
        await pilot.press("u")
        await pilot.pause()
        assert app.asked.commands[1].presence == "online"  # type: ignore[attr-defined]
        assert "You are busy while your visit goes on, and free after it." in text_of(app)


async def test_a_question_that_a_colleague_has_answered_waits_for_nobody() -> None:
    app = StageApp(shown=team(conversations=(question(read=0),)))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("left")
        await pilot.pause()
        assert "Consultations 1" in text_of(app).replace("  ", " ")
        assert "waits for an answer" in text_of(app)
        answer = StaffMessage(id="ask-2", conversation_id="ask", seq=2, author=OLLE, body="Ja", sent_at=NOW)
        after = question(read=0, count=2, revision=2, members=(EBBA, OLLE), messages=(answer,))
        app.change(app.desk.fold(event(11, ConversationChanged(conversation=after))))
        await pilot.pause()
        text = text_of(app)
        assert "Olle Berg answered" in text
        assert "Consultations 1" not in text.replace("  ", " ")
        await pilot.press("x")
        assert app.asked.questions[0].text.startswith("With Ebba Nyman, Olle Berg.")


async def test_my_own_question_to_a_role_is_with_that_role() -> None:
    app = StageApp(shown=team(conversations=(question(asked_by=ME, members=(ME,)),)))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("left", "x")
        await pilot.pause()
        assert app.asked.questions[0].text.startswith("With Nurse.")


async def test_enter_chooses_whom_to_ask() -> None:
    app = StageApp(shown=team())
    app.desk.people.units["ekens"] = app.desk.people.units["ekens"].__class__(
        id="ekens", name="Eken", kind="health_centre", roles=("nurse", "doctor")
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("n")
        await pilot.pause()
        whom = app.screen.query_one("#consult-whom", CheckGroup)
        whom.focus()
        await pilot.press("down", "enter")
        assert whom.chosen == {"nurse"}


async def test_a_consultation_is_asked_of_a_role_about_a_case() -> None:
    app = StageApp(shown=team())
    app.desk.people.units["ekens"] = app.desk.people.units["ekens"].__class__(
        id="ekens", name="Eken", kind="health_centre", roles=("nurse", "doctor")
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("home", "n")
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, ConsultDialog)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "Write the question." in text_of(app)
        await pilot.press(*"Ska", "tab")
        assert dialog.area.text == "Ska"
        await pilot.press("ctrl+s")
        assert app.asked.commands == []
        dialog.query_one("#consult-whom").focus()
        await pilot.press("down", "down", "space", "tab", "space", "tab", "down", "space", "ctrl+s")
        command = app.asked.commands[0]
        assert isinstance(command, StartConversation)
        assert (command.role, command.staff_ids) == ("doctor", ())
        assert (command.case_id, command.urgent, command.body) == (taken(1).id, True, "Ska")


async def test_a_consultation_is_asked_of_the_selected_colleague_or_of_another_one() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "n")
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, ConsultDialog)
        assert dialog.staff == EBBA
        dialog.area.replace_text("Fråga")
        await pilot.press("ctrl+s")
        assert app.asked.commands[0].staff_ids == ("ebba",)  # type: ignore[attr-defined]


async def test_a_consultation_is_about_a_case() -> None:
    app = StageApp(shown=desk_snapshot(taken(1, unit_id="ekens"), taken(2, unit_id="ekens")))
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = ConsultDialog(app.place, EBBA)
        await app.show(dialog)
        await pilot.pause()
        dialog.area.replace_text("Fråga")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.asked.commands == []
        assert "Choose which case it is about." in text_of(app)
        await pilot.press("space", "ctrl+s")
        assert app.asked.commands[0].case_id == taken(1).id  # type: ignore[attr-defined]


async def test_choosing_a_colleague_asks_for_one() -> None:
    app = StageApp(shown=team())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("n")
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, ConsultDialog)
        dialog.query_one("#consult-whom").focus()
        await pilot.press("space")
        await pilot.pause()
        assert isinstance(app.screen, ColleaguePicker)
        await pilot.press(*"olle", "enter")
        await pilot.pause()
        assert app.screen is dialog
        assert dialog.staff == OLLE


async def test_names_and_texts_act_on_nothing() -> None:
    people = [StaffRef(id=f"bad{n}", name=one.text, title=one.text) for n, one in enumerate(CORE)]
    talks = (
        talk(f"t{n}", one.text, subject=one.text, members=(who, ME))
        for n, (one, who) in enumerate(zip(CORE, people, strict=True))
    )
    shown = team(colleagues=tuple(map(colleague, people)), conversations=tuple(talks))
    app = StageApp(shown=shown)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        for _one in CORE[:3]:
            await pilot.press("enter", "escape", "down")
            assert "\x1b" not in text_of(app)
        await pilot.press("right")
        for _one in CORE[:6]:
            await pilot.press("enter", "escape", "down")
            assert "\x1b" not in text_of(app)
