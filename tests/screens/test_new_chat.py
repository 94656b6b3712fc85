"""What is started from a profile: a chat, a one-way message, a ticket, another mobile number."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Static

from clinic_tui.client.errors import Offline, Rejected
from clinic_tui.domain.roles import Permission
from clinic_tui.protocol.chat_commands import ChatAnswer, CreateChat, IssueTicket, SendOneWay, TicketAnswer
from clinic_tui.protocol.command import DetailAnswer
from clinic_tui.protocol.commands import Command
from clinic_tui.protocol.patient_commands import ProfileOpened, SaveContact
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.problems import Problem
from clinic_tui.resident_room import ResidentRoom
from clinic_tui.widgets.clinic_screen import ClinicScreen
from clinic_tui.widgets.workplace import Workplace
from screens.dialogs.mobile import MobileDialog
from screens.dialogs.new_chat import ChatStarted, NewChatDialog
from screens.dialogs.one_way import OneWayDialog
from screens.dialogs.ticket import TicketDialog
from tests.desks import NOW, detail, row
from tests.profiles import ELSA, KARIN, PHRASES, UNITS, profile, ticket
from tests.screens.stage import StageApp, desk_snapshot, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("english")]

CHAT = row(50, kind="async", state="awaiting_resident", resident=KARIN)


def stage(*allowed: Permission) -> StageApp:
    app = StageApp(shown=desk_snapshot(units=UNITS, phrases=PHRASES, permissions=allowed))

    def answer(command: Command) -> Any:
        match command:
            case CreateChat():
                return DetailAnswer(detail=detail(CHAT))
            case SendOneWay():
                return ChatAnswer(case=CHAT, texted=not command.without_channel)
            case IssueTicket():
                return TicketAnswer(ticket=ticket(7))
            case _:
                return ProfileOpened(profile=profile())

    app.asked.answer = answer
    return app


async def press(pilot: Pilot[Any], *keys: str) -> None:
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()


async def test_a_chat_is_started_with_subject_days_and_first_message() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = NewChatDialog(app.place, profile())
        await app.show(dialog)
        await press(pilot, *"Prov", "enter", *"Hej", "ctrl+s")
        (command,) = app.asked.commands
        assert isinstance(command, CreateChat)
        assert (command.unit_id, command.queue_role, command.subject) == ("ekens", "nurse", "Prov")
        assert (command.days, command.body, command.mark_done) == (10, "Hej", False)
        assert not command.without_channel
        assert isinstance(app.result, ChatStarted)
        assert app.result.text == "The chat is started. An SMS tells the resident of it."


async def test_a_chat_can_be_marked_as_done_at_once_without_a_message() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = NewChatDialog(app.place, profile())
        await app.show(dialog)
        await press(pilot, *"Prov")
        dialog.after.focus()
        await press(pilot, "right", "ctrl+s")
        (command,) = app.asked.commands
        assert isinstance(command, CreateChat)
        assert command.mark_done
        assert command.body == ""
        assert app.result.done


async def test_the_unit_has_its_own_days_and_roles() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = NewChatDialog(app.place, profile())
        await app.show(dialog)
        await press(pilot, "up", "up", "up", "right")
        assert dialog.address.unit_id == "backby"
        assert dialog.address.role == "nurse"
        assert "Jourmottagningen" not in text_of(app)


async def test_days_step_and_say_when_the_chat_closes() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = NewChatDialog(app.place, profile())
        await app.show(dialog)
        dialog.days.focus()
        await press(pilot, "minus")
        assert dialog.days.days == 9
        assert "closes 11 March 10:00" in text_of(app)
        await press(pilot, "backspace", *"31")
        assert dialog.days.days is None
        dialog.letter.subject_field.value = "Prov"
        await press(pilot, "ctrl+s")
        assert "Choose 1 to 30 days." in text_of(app)
        assert app.asked.commands == []


async def test_it_says_that_an_sms_goes_without_giving_its_words() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(NewChatDialog(app.place, profile()))
        await pilot.pause()
        assert "An SMS tells the resident of it, with nothing of the matter in it." in text_of(app)


FOR_A_CHILD: dict[str, Callable[[Workplace, ResidentProfile], ModalScreen[Any]]] = {
    "chat": NewChatDialog,
    "one_way": OneWayDialog,
    "ticket": lambda place, child: TicketDialog(
        place, child.resident, can_be_reached=child.can_be_reached, guardian=child.guardian
    ),
}


@pytest.mark.parametrize("reached", [True, False])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("made", FOR_A_CHILD)
async def test_with_a_child_the_guardian_who_reads_it_is_named(
    made: str, size: tuple[int, int], reached: bool
) -> None:
    app = stage()
    async with app.run_test(size=size) as pilot:
        child = profile(resident=ELSA, guardian=KARIN, can_be_reached=reached)
        await app.show(FOR_A_CHILD[made](app.place, child))
        await pilot.pause()
        note = str(app.screen.query_one("#form-notes", Static).content)
        assert "Karin Lindström" in note
        assert "for the child" in note
        assert ("o mobile number" in note) is not reached
        assert "Karin" in text_of(app)


async def test_without_a_number_one_must_say_twice_that_it_goes_all_the_same() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(NewChatDialog(app.place, profile(can_be_reached=False)))
        await press(pilot, *"Prov", "ctrl+s")
        assert app.asked.commands == []
        assert "Ctrl+S once" in text_of(app)
        await press(pilot, "ctrl+s")
        (command,) = app.asked.commands
        assert isinstance(command, CreateChat)
        assert command.without_channel
        assert "No SMS was sent" in app.result.text


async def test_a_number_that_is_gone_meanwhile_is_told_of_before_it_goes() -> None:
    app = stage()
    problem = Problem(
        type="about:blank", title="", status=409, code="blocked_by_rule", rule="async.no_channel"
    )
    app.asked.refuse = Rejected(problem)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(NewChatDialog(app.place, profile()))
        await press(pilot, *"Prov", "ctrl+s")
        assert "! No mobile number" in text_of(app)
        app.asked.refuse = None
        await press(pilot, "ctrl+s")
        assert [getattr(one, "without_channel", None) for one in app.asked.commands] == [False, True]


async def test_phrases_fill_themselves_and_a_blank_must_be_filled() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = NewChatDialog(app.place, profile())
        await app.show(dialog)
        await press(pilot, *"Prov", "f4")
        await press(pilot, *"Prov", "enter")
        assert dialog.letter.body == "Hej Karin, ring 021-17 00 00."
        dialog.letter.area.load_text("")
        dialog.letter.area.focus()
        await press(pilot, *"tid", "enter")
        assert dialog.letter.body == "Kom kl {tid?}."
        await press(pilot, "ctrl+s")
        assert app.asked.commands == []
        assert "Fill in {tid?} first." in text_of(app)
        await press(pilot, *"14", "ctrl+s")
        (command,) = app.asked.commands
        assert isinstance(command, CreateChat)
        assert command.body == "Kom kl 14."


async def test_what_is_missing_is_said_in_place() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(NewChatDialog(app.place, profile()))
        await press(pilot, "ctrl+s")
        assert "Write in a few words what it is about." in text_of(app)
        assert app.asked.commands == []


async def test_escape_asks_once_before_it_throws_text_away() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(NewChatDialog(app.place, profile()))
        await press(pilot, *"Prov", "escape")
        assert "Esc once more throws away" in text_of(app)
        await press(pilot, "escape")
        assert app.result is None
        await app.show(NewChatDialog(app.place, profile()))
        await press(pilot, "escape")
        assert app.result is None


async def test_a_lost_answer_does_not_start_the_chat_twice() -> None:
    app = stage()
    app.asked.refuse = Offline(maybe_done=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(NewChatDialog(app.place, profile()))
        await press(pilot, *"Prov", "ctrl+s")
        await press(pilot, "ctrl+s")
        first, second = app.asked.commands
        assert first == second


async def test_a_one_way_message_needs_its_text_and_says_that_nobody_can_answer() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(OneWayDialog(app.place, profile()))
        await press(pilot, *"Info", "ctrl+s")
        assert "Write the message." in text_of(app)
        assert "The resident can read it and cannot answer." in text_of(app)
        await press(pilot, *"Stängt", "ctrl+s")
        (command,) = app.asked.commands
        assert isinstance(command, SendOneWay)
        assert (command.subject, command.body) == ("Info", "Stängt")
        assert app.result == "The message is sent. An SMS tells the resident of it."


async def test_a_one_way_message_with_a_blank_is_not_sent() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = OneWayDialog(app.place, profile())
        await app.show(dialog)
        await press(pilot, *"Info", "enter")
        dialog.letter.area.load_text("Ring {phone}")
        await press(pilot, "ctrl+s")
        assert "Fill in {phone} first." in text_of(app)
        assert app.asked.commands == []


async def test_a_ticket_holds_seven_days_and_its_priority_is_not_to_be_set() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(TicketDialog(app.place, KARIN))
        await press(pilot)
        text = text_of(app)
        assert "3, as for every ticket" in text
        assert "valid until 9 March 10:00" in text
        await press(pilot, *"Sår", "ctrl+s")
        (command,) = app.asked.commands
        assert isinstance(command, IssueTicket)
        assert (command.unit_id, command.role, command.days) == ("ekens", "nurse", 7)
        assert (command.reason, command.case_id) == ("Sår", None)
        assert app.result == ticket(7)


async def test_a_ticket_from_a_case_starts_from_its_queue_and_reason() -> None:
    case = row(60, resident=KARIN, unit_id="backby", reason="Hosta")
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show(TicketDialog(app.place, KARIN, case=case))
        await press(pilot, "ctrl+s")
        (command,) = app.asked.commands
        assert isinstance(command, IssueTicket)
        assert (command.unit_id, command.reason, command.case_id) == ("backby", "Hosta", case.id)


@pytest.mark.parametrize(
    ("kind", "queue", "role"),
    [
        ("drop_in", "nurse", "doctor"),
        ("drop_in", "doctor", "nurse"),
        ("async", "doctor", "doctor"),
        ("async", "medical_admin", "nurse"),
    ],
)
async def test_the_proposed_queue_is_not_the_cases_own_and_a_nurses_for_an_administrative_one(
    kind: str, queue: str, role: str
) -> None:
    app = stage()
    async with app.run_test(size=(120, 40)):
        dialog = TicketDialog(app.place, KARIN, case=row(60, kind=kind, unit_id="ekens", queue_role=queue))
        await app.show(dialog)
        assert (dialog.address.unit_id, dialog.address.role) == ("ekens", role)


async def test_the_refusal_of_a_second_ticket_names_who_issued_the_first_and_when() -> None:
    app = stage()
    app.asked.refuse = Rejected(
        Problem(
            code="blocked_by_rule",
            title="no",
            status=409,
            rule="ticket.already_issued",
            who="Ebba Nyman",
            at=NOW,
        )
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await app.show(TicketDialog(app.place, KARIN))
        await press(pilot, *"Sår", "ctrl+s")
        assert "Ebba Nyman issued a ticket to that queue 2 March 10:00, and it still holds." in text_of(app)


@pytest.mark.parametrize(
    ("allowed", "keys"),
    [((), ["ekens", "backby"]), ((Permission.ISSUE_TICKET_OTHER_UNIT,), ["ekens", "backby", "akuten"])],
)
async def test_other_units_are_offered_to_those_who_may_send_there(
    allowed: tuple[Permission, ...], keys: list[str]
) -> None:
    app = stage(*allowed)
    async with app.run_test(size=(120, 40)):
        dialog = TicketDialog(app.place, KARIN)
        await app.show(dialog)
        assert dialog.address._unit.keys == keys  # pyright: ignore[reportPrivateUsage]


async def test_the_mobile_number_is_looked_at_before_it_is_saved() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = MobileDialog(app.place, profile())
        await app.show(dialog)
        dialog.field.value = "070"
        await press(pilot, "ctrl+s")
        assert "Write a mobile number" in text_of(app)
        dialog.field.value = "070-174 06 05"
        await press(pilot, "ctrl+s")
        (command,) = app.asked.commands
        assert isinstance(command, SaveContact)
        assert command.mobile == "070-174 06 05"
        assert app.result == ProfileOpened(profile=profile())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("kind", [NewChatDialog, OneWayDialog, MobileDialog])
async def test_a_reason_is_asked_for_where_nothing_else_is_ground(
    kind: type[Any], size: tuple[int, int]
) -> None:
    app = stage()
    async with app.run_test(size=size) as pilot:
        dialog = kind(app.place, profile(at_hand=False))
        await app.show(dialog)
        _fill(dialog)
        await press(pilot, "ctrl+s")
        assert "Write why you contact the resident." in text_of(app)
        assert app.asked.commands == []
        assert dialog.ground.field.has_focus
        await press(pilot, *"Ring upp", "ctrl+s")
        (command,) = app.asked.commands
        assert isinstance(command, SaveContact | CreateChat | SendOneWay)
        assert command.ground == "Ring upp"


@pytest.mark.parametrize("kind", [NewChatDialog, OneWayDialog, MobileDialog])
async def test_no_reason_is_asked_for_where_a_case_is_at_hand(kind: type[Any]) -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = kind(app.place, profile())
        await app.show(dialog)
        assert not dialog.query("#ground")
        _fill(dialog)
        await press(pilot, "ctrl+s")
        (command,) = app.asked.commands
        assert isinstance(command, SaveContact | CreateChat | SendOneWay)
        assert command.ground == ""


def _fill(dialog: Any) -> None:
    if isinstance(dialog, MobileDialog):
        dialog.field.value = "070-174 06 05"
    else:
        dialog.letter.subject_field.value = "Prov"
        dialog.letter.area.text = "Hej."


class Hall(StageApp):
    """Has what the room of residents' deeds asks of the application."""

    said: str = ""
    clinic_screen: ClinicScreen | None = None

    def say(self, text: str, *, warning: bool = False) -> None:
        self.said = text


def hall() -> Hall:
    app = Hall(shown=desk_snapshot(units=UNITS, phrases=PHRASES, permissions=tuple(Permission)))
    app.asked.answer = stage().asked.answer
    return app


async def test_a_started_chat_is_gone_to() -> None:
    app = hall()
    async with app.run_test(size=(120, 40)) as pilot:
        ResidentRoom(app).begin("patient.chat", profile())
        await press(pilot, *"Prov", "ctrl+s")
        assert app.asked.performed == [f"open:{CHAT.id}"]
        assert app.said == "The chat is started. An SMS tells the resident of it."
        assert app.place.patient is not None
        assert app.place.patient.cases[-1] == CHAT


async def test_a_chat_that_is_done_at_once_leads_back_to_the_profile() -> None:
    app = hall()
    async with app.run_test(size=(120, 40)) as pilot:
        ResidentRoom(app).begin("patient.chat", profile())
        await press(pilot, *"Prov", "tab", "tab", "right", "ctrl+s")
        assert app.asked.performed == ["resident:karin"]


@pytest.mark.parametrize(
    ("action", "keys", "said"),
    [
        ("patient.ticket", "Sår", "Karin Lindström has a drop-in ticket. An SMS tells of it."),
        ("patient.mobile", "1", "The mobile number is saved: +46701740605."),
    ],
)
async def test_what_came_of_it_is_said(action: str, keys: str, said: str) -> None:
    app = hall()
    async with app.run_test(size=(120, 40)) as pilot:
        ResidentRoom(app).begin(action, profile())
        await press(pilot, *keys, "ctrl+s")
        assert app.said == said


async def test_what_the_role_does_not_let_one_do_is_not_begun() -> None:
    app = stage()
    room = ResidentRoom(app)  # type: ignore[arg-type]
    for action in ("patient.chat", "patient.one_way", "patient.ticket", "patient.mobile"):
        assert not room.may(action, profile())
