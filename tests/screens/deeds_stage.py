"""The visit screen with the case room behind it: deeds and dialogs, answered as the backend would."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from clinic_tui.case_room import CaseRoom
from clinic_tui.protocol.care import Booking, HandOver
from clinic_tui.protocol.chat_commands import CloseChat, ContinueChat, MarkDone
from clinic_tui.protocol.command import CaseAnswer, DetailAnswer
from clinic_tui.protocol.commands import Command
from clinic_tui.protocol.patient_commands import ChangePriority, CloseMeeting, MarkDocumented, OpenMeeting
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import CaseDetail, CaseRow, DeskSnapshot, UnitInfo
from clinic_tui.protocol.team import Abilities, Colleague, Conversation, StaffMessage
from clinic_tui.protocol.team_commands import (
    AnswerHandOver,
    ConversationAnswer,
    HandOverCase,
    InviteColleague,
    ReadConversation,
    SayToStaff,
    StartConversation,
)
from clinic_tui.protocol.wire import Wire
from clinic_tui.widgets.clinic_screen import ClinicScreen
from clinic_tui.widgets.workplace import Question, Workplace
from screens.dialogs.question import QuestionDialog
from tests.desks import EBBA, ME, NOW, case_id
from tests.screens.visit_stage import KARIN, VisitStage, said, visit_detail, visits

OLLE = StaffRef(id="olle", name="Olle Berg")
MEETING = "https://meet.example.se/rum/8f4d2a17-3a44-4a3a-9d8c-1b2c3d4e5f60"
ALL = (
    "accept_drop_in",
    "preview_case",
    "sign_note",
    "take_over",
    "answer_async",
    "create_async",
    "issue_ticket_own_unit",
    "change_priority",
)


def chat(state: str = "awaiting_staff", number: int = 3, **changes: Any) -> CaseRow:
    """An asynchronous chat of mine with Karin."""
    values: dict[str, Any] = {
        "id": case_id(number),
        "kind": "async",
        "origin": "resident_admin",
        "state": state,
        "unit_id": "ekens",
        "queue_role": "nurse",
        "service_code": "renew_prescription",
        "resident": KARIN,
        "reason": "Förnya recept",
        "priority": None,
        "priority_source": "triage",
        "queued_at": NOW - timedelta(days=1),
        "accepted_at": NOW - timedelta(hours=2),
        "expires_at": NOW + timedelta(days=8, hours=4),
        "assignee": None if state == "new" else ME,
        "version": 3,
        "revision": 7,
    }
    return CaseRow(**(values | changes))


def chat_detail(row: CaseRow | None = None, **changes: Any) -> CaseDetail:
    row = row or chat()
    messages = (replace(said(1, "Kan ni förnya mitt recept?"), case_id=row.id, id=f"{row.id}-1"),)
    if row.state in {"awaiting_resident", "handled"}:
        answer = said(2, "Det gör vi.", staff=True)
        messages = (*messages, replace(answer, case_id=row.id, id=f"{row.id}-2"))
    values: dict[str, Any] = {"resident_presence": "off"}
    detail = visit_detail(row, messages, **(values | changes))
    return replace(detail, history=replace(detail.history, auto_history="", red_flags=(), answers=()))


def booked(state: str = "accepted", **changes: Any) -> CaseRow:
    """A scheduled visit of mine by video."""
    booking = Booking(starts_at=NOW, ends_at=NOW + timedelta(minutes=30), mode="video", staff=ME)
    values: dict[str, Any] = {"kind": "scheduled", "booking": booking, "expires_at": None, "priority": None}
    return chat(state, 4, **(values | changes))


def everything(*mine: CaseDetail, **changes: Any) -> DeskSnapshot:
    """These cases at a unit with colleagues, meetings and a template for the record."""
    people = (
        Colleague(staff=EBBA, unit_id="ekens", role="doctor", presence="online", since=NOW),
        Colleague(staff=OLLE, unit_id="ekens", role="nurse", presence="away", since=NOW),
        Colleague(staff=ME, unit_id="ekens", role="nurse", presence="online", since=NOW),
    )
    unit = UnitInfo(
        id="ekens",
        name="Ekens vårdcentral",
        kind="health_centre",
        roles=("nurse", "doctor"),
        meetings=True,
        keyword_template="Kontaktorsak\n\nAnteckning\n{note}\n\nÅtgärd",
    )
    able = Abilities(
        staff_id=EBBA.id,
        unit_id=unit.id,
        visits=("doctor", "nurse"),
        chats=("doctor", "nurse"),
        verifies=True,
    )
    values: dict[str, Any] = {
        "permissions": ALL,
        "units": (unit,),
        "colleagues": people,
        "abilities": (able, Abilities(staff_id=OLLE.id, unit_id=unit.id, chats=("medical_admin",))),
    }
    return visits(*mine, **(values | changes))


class DeedsStage(VisitStage):
    """The visit screen; deeds are begun by the app's own case room, questions are shown."""

    def __init__(self, shown: DeskSnapshot, *, first: str | None = None) -> None:
        self.deeds = CaseRoom(self)
        self.told: list[str] = []
        super().__init__(shown, first=first)

    def _make_place(self) -> Workplace:
        place = super()._make_place()
        place.begin, place.may_begin = self.deeds.begin, self.deeds.may
        place.ask = self._ask
        place.later = self.call_later
        place.in_visit = lambda action, _case: self.screen_under_test.action_perform(action)
        return place

    def _ask(self, question: Question) -> None:
        self.asked.questions.append(question)
        self.push_screen(QuestionDialog(question), lambda choice: choice and choice.act and choice.act())

    @property
    def clinic_screen(self) -> ClinicScreen | None:
        return self.screen_under_test

    def say(self, text: str, *, warning: bool = False) -> None:
        self.told.append(text)
        self.screen_under_test.say(text, warning=warning)

    @property
    def last(self) -> Command:
        """What was sent last, but for what is only read."""
        read = ("MarkRead", "ReadConversation")
        return [one for one in self.asked.commands if type(one).__name__ not in read][-1]

    def _answer_to(self, command: Command) -> Wire | None:
        match command:
            case MarkDone():
                return CaseAnswer(case=self.row_after(command.case_id, state="handled"))
            case CloseChat():
                ended = {"state": "closed", "closed_at": self.clock, "close_reason": "ended"}
                ended |= {"changed_by": ME, "changed_at": self.clock}
                return CaseAnswer(case=self.row_after(command.case_id, **ended))
            case ContinueChat():
                return DetailAnswer(detail=chat_detail(chat(number=8, parent_id=command.case_id)))
            case HandOverCase():
                offer = HandOver(
                    sender=ME,
                    receiver=EBBA,
                    reason=command.reason,
                    summary=command.summary,
                    at=self.clock,
                    returns_at=self.clock + timedelta(minutes=15),
                )
                return CaseAnswer(case=self.row_after(command.case_id, hand_over=offer))
            case AnswerHandOver():
                mine = {"assignee": ME} if command.accept else {}
                return CaseAnswer(case=self.row_after(command.case_id, hand_over=None, **mine))
            case InviteColleague():
                detail = chat_detail(self.row_after(command.case_id, participants=(EBBA,)))
                return DetailAnswer(detail=detail)
            case ChangePriority():
                return CaseAnswer(
                    case=self.row_after(
                        command.case_id,
                        priority=command.priority,
                        priority_before=2,
                        priority_reason=command.reason,
                    )
                )
            case MarkDocumented():
                return CaseAnswer(case=self.row_after(command.case_id, documented_at=self.clock))
            case OpenMeeting() | CloseMeeting():
                return CaseAnswer(case=self._after_call(command))
            case StartConversation() | SayToStaff() | ReadConversation():
                return self._talked(command)
            case _:
                return super()._answer_to(command)

    def _after_call(self, command: OpenMeeting | CloseMeeting) -> CaseRow:
        opened = isinstance(command, OpenMeeting)
        booking = Booking(
            starts_at=self.clock,
            ends_at=self.clock,
            mode=command.mode if isinstance(command, OpenMeeting) else "video",
            meeting_url=MEETING,
            meeting_since=self.clock if opened else None,
        )
        return self.row_after(command.case_id, booking=booking)

    def _talked(self, command: StartConversation | SayToStaff | ReadConversation) -> ConversationAnswer:
        known = self.desk.team.conversations.get("c1")
        if isinstance(command, ReadConversation):
            assert known is not None
            return ConversationAnswer(
                conversation=replace(known, read=command.seq, revision=known.revision + 1)
            )
        count = known.count if known else 0
        mine = StaffMessage(
            id=command.command_id,
            conversation_id="c1",
            seq=count + 1,
            author=ME,
            body=command.body,
            sent_at=self.clock,
        )
        return ConversationAnswer(
            conversation=staff_chat(mine, count=count + 1, read=count + 1, revision=count + 10)
        )


def staff_chat(*messages: StaffMessage, **changes: Any) -> Conversation:
    """The staff chat beside the chat with Karin."""
    values: dict[str, Any] = {
        "id": "c1",
        "kind": "staff_chat",
        "case_id": case_id(3),
        "unit_id": "ekens",
        "asked_by": ME,
        "members": (ME, EBBA),
        "started_at": NOW,
        "last_at": NOW,
        "messages": messages,
        "count": len(messages),
    }
    return Conversation(**(values | changes))
