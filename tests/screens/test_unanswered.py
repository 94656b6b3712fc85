"""Every dialog in which one writes: it stays, with its text, until the backend has what was written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from clinic_tui.client.errors import ClientError, Offline, Rejected, ServerBroken
from clinic_tui.protocol.chat_commands import ChatAnswer, TicketAnswer
from clinic_tui.protocol.command import CaseAnswer, Command, DetailAnswer
from clinic_tui.protocol.limits import NOTE_LIMIT, REASON_LIMIT
from clinic_tui.protocol.patient_commands import ProfileOpened
from clinic_tui.protocol.resources import Note
from clinic_tui.protocol.team_commands import ConversationAnswer, LeaveCase, SetPresence
from clinic_tui.protocol.unit_commands import SaveHours
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.workplace import Done, Failed
from clinic_tui.widgets.writing_dialog import SendingDialog, WritingDialog
from screens.dialogs.amend import AmendDialog
from screens.dialogs.booking import BookingDialog
from screens.dialogs.consult import ConsultDialog
from screens.dialogs.fields import Field, FieldsDialog
from screens.dialogs.hand_over import HandOverDialog
from screens.dialogs.mobile import MobileDialog
from screens.dialogs.new_chat import NewChatDialog
from screens.dialogs.new_resident import NewResidentDialog
from screens.dialogs.one_way import OneWayDialog
from screens.dialogs.phrase_form import PhraseForm
from screens.dialogs.priority import PriorityDialog
from screens.dialogs.ticket import TicketDialog
from screens.dialogs.unit_forms import UnitPhraseForm
from screens.dialogs.words import WordsDialog
from tests.desks import EBBA, ME, NOW, detail, row, taken
from tests.profiles import UNITS, profile, ticket
from tests.screens.deeds_stage import staff_chat
from tests.screens.stage import StageApp, desk_snapshot
from tests.screens.visits_stage import clinic
from tests.screens.visits_stage import profile as patient

pytestmark = pytest.mark.anyio

NOTE = Note(id="n1", case_id="c1", number=1, body="Vänster.", source="manual", signed_by=ME, signed_at=NOW)


@dataclass
class Line:
    """Where commands wait for the outcome the test gives them."""

    sent: list[Command] = field(default_factory=list[Command])
    answers: list[tuple[Done, Failed]] = field(default_factory=list[tuple[Done, Failed]])

    def submit(self, command: Command, done: Done, failed: Failed) -> None:
        self.sent.append(command)
        self.answers.append((done, failed))

    def fail(self, error: ClientError) -> None:
        self.answers[-1][1](error)


def made(command: type[Command]) -> Callable[[Any], Command]:
    from clinic_tui.protocol.ids import new_id

    return lambda _written: command(command_id=new_id(), **_FIELDS[command])


_FIELDS: dict[type[Command], dict[str, Any]] = {
    LeaveCase: {"case_id": "c1"},
    SetPresence: {"presence": "busy"},
    SaveHours: {"unit_id": "ekens", "hours": (), "exceptions": ()},
}


def by(line: Line, dialog: WritingDialog[Any]) -> WritingDialog[Any]:
    dialog.deliver_by(made(LeaveCase), line.submit, lambda _answer: None)
    return dialog


def amend(app: StageApp, line: Line) -> SendingDialog[Any]:
    dialog = AmendDialog(NOTE, "Karin")
    dialog.deliver_by(lambda command: command, line.submit, lambda _answer: None)
    return dialog


def priority(app: StageApp, line: Line) -> SendingDialog[Any]:
    return by(line, PriorityDialog("Karin", app.desk.people.region.priorities, 3))


def fields(app: StageApp, line: Line) -> SendingDialog[Any]:
    lines = (Field("reason", "Varför"),)
    return FieldsDialog("Tider", lines, lambda _values: None, made(SaveHours), line.submit)


@dataclass(frozen=True)
class Kind:
    """A dialog, how it is filled in, the way that sends it, and what it is answered with."""

    make: Callable[[StageApp, Line], SendingDialog[Any]]
    text: dict[str, str]
    key: str = "ctrl+s"
    answer: Any = None


KINDS = {
    "amend": Kind(amend, {"amend-body": "Höger.", "amend-reason": "Fel sida"}, "f9"),
    "words": Kind(lambda _app, line: by(line, WordsDialog("Varför")), {"words-line": "Sjuk"}),
    "hand over": Kind(
        lambda _app, line: by(line, HandOverDialog("Karin", EBBA, 15)),
        {"hand-over-reason": "Går hem", "hand-over-summary": "Provsvar i morgon"},
    ),
    "priority": Kind(priority, {"priority-reason": "Sämre"}),
    "consultation": Kind(
        lambda app, _line: ConsultDialog(app.place, EBBA),
        {"consult-subject": "Utslag", "consult-body": "Vad tror du?"},
        answer=ConversationAnswer(conversation=staff_chat()),
    ),
    "phrase": Kind(
        lambda app, _line: PhraseForm(app.place, None), {"form-title": "Hälsning", "form-body": "Hej"}
    ),
    "unit's phrase": Kind(
        lambda app, _line: UnitPhraseForm(app.place, "ekens", None),
        {"form-title": "Hälsning", "form-body": "Hej"},
    ),
    "fields": Kind(fields, {"field-reason": "Julafton"}),
    "one-way": Kind(
        lambda app, _line: OneWayDialog(app.place, profile()),
        {"letter-subject": "Svar", "letter-body": "Allt var bra."},
        answer=ChatAnswer(case=row(50), texted=True),
    ),
    "new chat": Kind(
        lambda app, _line: NewChatDialog(app.place, profile()),
        {"letter-subject": "Uppföljning", "letter-body": "Hur går det?"},
        answer=DetailAnswer(detail=detail(row(50))),
    ),
    "ticket": Kind(
        lambda app, _line: TicketDialog(app.place, profile().resident),
        {"ticket-reason": "Feber"},
        answer=TicketAnswer(ticket=ticket(7)),
    ),
    "new resident": Kind(
        lambda app, _line: NewResidentDialog(app.place, "191212121212"),
        {"resident-name": "Tolvan", "resident-mobile": "070-174 06 05"},
        answer=ProfileOpened(profile=profile()),
    ),
    "mobile": Kind(
        lambda app, _line: MobileDialog(app.place, profile()),
        {"mobile-number": "070-174 06 06"},
        answer=ProfileOpened(profile=profile()),
    ),
    "booking": Kind(
        lambda app, _line: BookingDialog(app.place, patient=patient(1)),
        {"booking-reason": "Kontroll"},
        answer=CaseAnswer(case=row(50)),
    ),
}


def told(dialog: SendingDialog[Any]) -> str:
    return str(dialog.query_one("#dialog-problem", Static).render())


def standing(dialog: SendingDialog[Any], kind: Kind) -> dict[str, str]:
    """What stands in the fields."""
    found: dict[str, str] = {}
    for name in kind.text:
        widget = dialog.query_one("#" + name)
        found[name] = widget.text if isinstance(widget, WritingArea) else widget.value  # type: ignore[attr-defined]
    return found


async def opened(app: StageApp, line: Line, pilot: Pilot[Any], kind: Kind) -> SendingDialog[Any]:
    dialog = kind.make(app, line)
    dialog.QUIET = 0.0  # type: ignore[misc]
    await app.show(dialog)
    await pilot.pause()
    for name, text in kind.text.items():
        widget = dialog.query_one("#" + name)
        if isinstance(widget, WritingArea):
            widget.load_text(text)
        elif isinstance(widget, Input):
            widget.value = text
    dialog.listening = True
    await pilot.pause()
    return dialog


def stage(line: Line) -> StageApp:
    shown = {**clinic(), "units": UNITS}
    app = StageApp(shown=desk_snapshot(taken(1, by=ME), **shown))
    app.place.submit = line.submit
    return app


@pytest.mark.parametrize("name", KINDS)
async def test_it_stays_with_its_text_until_there_is_an_answer(name: str) -> None:
    kind, line = KINDS[name], Line()
    app = stage(line)
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, line, pilot, kind)
        await pilot.press(kind.key)
        await pilot.pause()
        assert told(dialog) == "Skickas …"
        await pilot.press("x", kind.key, "escape", "escape")
        assert len(line.sent) == 1
        line.fail(Offline(maybe_done=True))
        await pilot.pause()
        assert "Inget svar" in told(dialog)
        await pilot.press("x")
        assert standing(dialog, kind) == kind.text
        await pilot.press(kind.key)
        line.fail(ServerBroken())
        await pilot.press(kind.key)
        assert line.sent == [line.sent[0]] * 3
        line.fail(Rejected())
        await pilot.pause()
        assert "går inte" in told(dialog)
        assert standing(dialog, kind) == kind.text
        assert not dialog.query_one("#dialog-body").disabled
        await pilot.press(kind.key)
        assert len({one.command_id for one in line.sent}) == 2
        assert app.result == "nothing yet"
        line.answers[-1][0](kind.answer)
        await pilot.pause()
        assert app.screen is not dialog


async def test_what_never_left_can_be_changed_and_sent_anew() -> None:
    line = Line()
    app = stage(line)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, line, pilot, KINDS["words"])
        await pilot.press("ctrl+s")
        line.fail(Offline())
        await pilot.pause()
        assert "Ingen kontakt" in told(dialog)
        await pilot.press("!")
        assert dialog.query_one(Input).value == "Sjuk!"
        await pilot.press("ctrl+s")
        assert len({one.command_id for one in line.sent}) == 2


async def test_what_may_be_done_is_left_only_after_a_warning() -> None:
    line = Line()
    app = stage(line)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, line, pilot, KINDS["words"])
        await pilot.press("ctrl+s")
        line.fail(Offline(maybe_done=True))
        await pilot.press("escape")
        assert told(dialog).startswith("Det kan vara gjort.")
        assert app.screen is dialog
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is not dialog


async def test_what_is_acknowledged_behind_another_dialog_closes_when_that_is_gone() -> None:
    line = Line()
    app = stage(line)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, line, pilot, KINDS["words"])
        await pilot.press("ctrl+s")
        front = WordsDialog("Framför")
        await app.push_screen(front)
        line.answers[-1][0](None)
        await pilot.pause()
        assert app.screen is front
        front.dismiss(None)
        await pilot.pause()
        assert dialog not in app.screen_stack


async def test_a_text_that_is_too_long_says_so_while_one_writes_and_is_not_sent() -> None:
    line = Line()
    app = stage(line)
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, line, pilot, KINDS["amend"])
        area = dialog.query_one(WritingArea)
        area.load_text("x" * NOTE_LIMIT)
        await pilot.pause()
        assert told(dialog) == "0 tecken kvar"
        await pilot.press("y")
        await pilot.pause()
        assert told(dialog) == "Texten är 1 tecken för lång"
        await pilot.press("f9")
        assert line.sent == []
        assert len(area.text) == NOTE_LIMIT + 1


async def test_what_does_not_fit_in_a_line_is_told() -> None:
    line = Line()
    app = stage(line)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, line, pilot, KINDS["words"])
        field = dialog.query_one(Input)
        field.post_message(events.Paste("å" * REASON_LIMIT))
        await pilot.pause()
        assert len(field.value) == REASON_LIMIT
        assert told(dialog) == f"Högst {REASON_LIMIT} tecken får plats på raden."
        dialog.tell("")
        await pilot.press("x")
        await pilot.pause()
        assert told(dialog) == f"Högst {REASON_LIMIT} tecken får plats på raden."
