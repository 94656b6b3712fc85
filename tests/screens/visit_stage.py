"""A small app around the visit screen: a real desk, and ports that answer as the backend would."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from textual.pilot import Pilot

from clinic_tui.client.errors import ClientError
from clinic_tui.client.link_events import OutboxChanged, SendState
from clinic_tui.protocol.commands import (
    AmendNote,
    CaseAnswer,
    Command,
    EndNoAnswer,
    EndVisit,
    MarkRead,
    NoteAnswer,
    PhraseAnswer,
    PostMessage,
    ReleaseCase,
    SavePhrase,
    SignNote,
    StartVisit,
)
from clinic_tui.protocol.events import DraftChanged, Envelope, Event
from clinic_tui.protocol.resources import (
    Answer,
    CaseDetail,
    CaseEvent,
    CaseRow,
    Contact,
    DeskSnapshot,
    Draft,
    EarlierCase,
    History,
    Message,
    Note,
    PhraseInfo,
    ResidentRef,
    UnitInfo,
)
from clinic_tui.protocol.team_commands import AssignCase
from clinic_tui.protocol.wire import Wire
from clinic_tui.state.changes import Changes
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.workplace import DraftKind, Workplace
from screens.visit.screen import VisitScreen
from tests.desks import ME, NOW, case_id, message, taken
from tests.screens.stage import StageApp, desk_snapshot

AUTO_HISTORY = """Kontaktorsak
Hosta 7 dygn, feber 1 dygn.

Aktuellt
Gulgrön upphostning. Högsta temp 38,9.
Andningskorrelerad smärta höger sida.
Ej andfådd i vila. Kärlkramp sedan tidigare.

Bedömning"""
KARIN = ResidentRef(id="karin", name="Karin Lindström", birth_date=None, age=71, sex="female")
OMAR = ResidentRef(id="omar", name="Omar Haddad", birth_date=None, age=9, sex="male")
PHRASES = (
    PhraseInfo(
        id="unit.hej",
        scope="unit",
        shortcut="hej",
        title="Hälsning",
        body="Hej {resident_first_name}. Jag heter {staff_name} och arbetar på {unit_name}.",
    ),
    PhraseInfo(
        id="unit.tid",
        scope="unit",
        shortcut="tid",
        title="Komma hit",
        body="Kan du komma kl. {tid?} i dag? Ring annars {phone}.",
    ),
    PhraseInfo(id="mine.tack", scope="personal", shortcut="tack", title="Tack", body="Tack för svaret."),
)


def karin(state: str = "in_progress", **changes: Any) -> CaseRow:
    values: dict[str, Any] = {
        "unit_id": "ekens",
        "resident": KARIN,
        "reason": "Hosta och feber",
        "priority": 2,
        "queued_at": NOW - timedelta(minutes=50),
        "accepted_at": NOW - timedelta(minutes=4),
        "blocks_resident": True,
        "version": 4,
    }
    if state not in {"waiting", "accepted"}:
        values["started_at"] = NOW - timedelta(minutes=2)
        values["last_resident_at"] = NOW - timedelta(minutes=1)
        values["last_staff_at"] = NOW - timedelta(minutes=1)
    if state in {"ended_unsigned", "closed"}:
        values["ended_at"] = NOW
    return taken(1, state=state, by=ME, **(values | changes))


def omar(state: str = "in_progress", **changes: Any) -> CaseRow:
    values: dict[str, Any] = {
        "unit_id": "ekens",
        "resident": OMAR,
        "reason": "Ont i örat",
        "child": True,
        "accepted_at": NOW - timedelta(minutes=3),
        "started_at": NOW - timedelta(minutes=1),
        "acting_proxy": "Lejla Haddad",
    }
    return taken(2, state=state, by=ME, **(values | changes))


def said(seq: int, body: str, *, number: int = 1, staff: bool = False, **changes: Any) -> Message:
    names = {True: ("anna", "Anna Ek"), False: ("karin", "Karin Lindström")}
    author_id, name = names[staff]
    values: dict[str, Any] = {
        "author": "staff" if staff else "resident",
        "author_id": author_id,
        "author_name": name,
        "body": body,
        "sent_at": NOW - timedelta(minutes=2) + timedelta(seconds=seq * 20),
    }
    return message(seq, number=number, **(values | changes))


def talk() -> tuple[Message, ...]:
    return (
        said(1, "Hej. Jag hostar och har feber, det hugger till i sidan när jag tar djupa andetag."),
        said(
            2,
            "Hej Karin! Jag heter Anna Ek och är sjuksköterska på Ekens vårdcentral. Hur är din andning"
            " just nu när du sitter stilla?",
            staff=True,
            delivered_at=NOW,
            read_at=NOW,
        ),
        said(3, "Den är bra när jag sitter. Lite jobbigt i trappan men det brukar det vara."),
        said(4, "Tack. Har du kunnat ta tempen i dag?", staff=True, delivered_at=NOW),
    )


def visit_detail(row: CaseRow, messages: tuple[Message, ...] = (), **changes: Any) -> CaseDetail:
    values: dict[str, Any] = {
        "row": row,
        "history": History(
            free_text="Hostat i en vecka, sedan i går 38,9 och det hugger till när jag andas djupt.",
            post_triage=(Answer(question="Vad oroar dig mest?", answer="Lunginflammation igen."),),
            red_flags=(
                Answer(question="Andningskorrelerad smärta", answer="Ja", positive=True),
                Answer(question="Andfådd i vila", answer="Nej", positive=False),
            ),
            answers=(Answer(question="Hur länge har du hostat?", answer="7 dygn"),),
            auto_history=AUTO_HISTORY,
        ),
        "contact": Contact(
            person_number="19550302-2384",
            listed_unit="Ekens vårdcentral",
            mobile="070-174 06 05",
            language="svenska",
        ),
        "earlier": (
            EarlierCase(
                id="e1",
                kind="drop_in",
                reason="Yrsel",
                closed_at=NOW - timedelta(days=90),
                close_reason="treated",
                unit_name="Ekens vårdcentral",
                staff_name="Ebba Nyman",
                note="Benign lägesyrsel.",
            ),
        ),
        "events": (
            CaseEvent(at=NOW - timedelta(minutes=50), action="queued"),
            CaseEvent(at=NOW - timedelta(minutes=4), action="accepted", staff=ME),
        ),
        "messages": messages,
        "resident_presence": "present",
    }
    return CaseDetail(**(values | changes))


def two_visits(**changes: Any) -> DeskSnapshot:
    mine = (
        visit_detail(karin(), talk()),
        visit_detail(omar(unread=1), (said(1, "Det gör ont i örat", number=2),)),
    )
    return visits(*mine, **changes)


def visits(*mine: CaseDetail, **changes: Any) -> DeskSnapshot:
    values: dict[str, Any] = {
        "mine": mine,
        "phrases": PHRASES,
        "permissions": ("accept_drop_in", "preview_case", "sign_note", "take_over"),
        "units": (
            UnitInfo(
                id="ekens",
                name="Ekens vårdcentral",
                kind="health_centre",
                phone="021-12 34 56",
                no_answer_minutes=10,
                no_answer_text="Hej {resident_first_name}. Vi har väntat på svar. /{unit_name}",
            ),
        ),
    }
    return desk_snapshot(*(one.row for one in mine), **(values | changes))


class VisitStage(StageApp):
    """The visit screen alone; its ports answer from the desk's own rows, at once."""

    def __init__(self, shown: DeskSnapshot | None = None, *, first: str | None = None) -> None:
        super().__init__(shown=shown or two_visits())
        self.place.current_visit = first or case_id(1)
        self.clock: datetime = NOW
        self.saved: list[tuple[str, DraftKind, str]] = []
        self.watched: list[tuple[str | None, bool]] = []
        self.copied: list[str] = []
        self.screen_under_test = VisitScreen(self.place)

    def _make_place(self) -> Workplace:
        place = super()._make_place()
        place.now = lambda: self.clock
        place.client = "0a"
        place.submit = self._answer
        place.send_message = self._send
        place.send_letter = self._answer
        place.save_draft = lambda case, kind, body: self.saved.append((case, kind, body))
        place.open_case = self._open
        place.watch = lambda case, typing: self.watched.append((case, typing))
        place.copy = self._copy
        return place

    async def on_mount(self) -> None:
        await self.push_screen(self.screen_under_test)

    @property
    def visit(self) -> Visit:
        found = self.screen_under_test.visit
        assert found is not None
        return found

    def _copy(self, text: str) -> str:
        self.copied.append(text)
        return "Kopierat."

    def _open(self, case: str) -> None:
        self.asked.performed.append("open:" + case)
        self.place.current_visit = case
        self.screen_under_test.show_all()

    def _send(self, command: PostMessage) -> None:
        self.asked.commands.append(command)
        self.change(self.desk.queue_message(command, self.clock))

    def _answer(self, command: Command, done: Callable[[Any], None], failed: Any) -> None:
        self.asked.commands.append(command)
        self.place.steps.begin(command)
        if self.asked.refuse is not None:
            self.place.steps.settle(command, None)
            failed(self.asked.refuse)
            return
        answer = self._answer_to(command)
        self.place.steps.settle(command, answer)
        if isinstance(answer, Wire):
            self.change(self.desk.absorb(answer))
        done(answer)

    def _answer_to(self, command: Command) -> Wire | None:
        match command:
            case AssignCase():
                return CaseAnswer(case=self.row_after(command.case_id))
            case StartVisit():
                return CaseAnswer(
                    case=self.row_after(command.case_id, state="in_progress", started_at=self.clock)
                )
            case ReleaseCase():
                return CaseAnswer(case=self.row_after(command.case_id, state="waiting", assignee=None))
            case EndVisit() | EndNoAnswer():
                return CaseAnswer(
                    case=self.row_after(command.case_id, state="ended_unsigned", ended_at=self.clock)
                )
            case MarkRead():
                return CaseAnswer(case=self.row_after(command.case_id, unread=0))
            case SignNote():
                chat = self.desk.visits[command.case_id].row.kind == "async"
                over = {} if chat else {"state": "closed", "closed_at": self.clock}
                row = self.row_after(command.case_id, **over)
                return NoteAnswer(note=self.note(command.case_id, command.body), case=row)
            case AmendNote():
                note = self.note(command.case_id, command.body, number=2)
                note = msgspec.structs.replace(note, corrects=command.corrects, reason=command.reason)
                return NoteAnswer(note=note, case=self.row_after(command.case_id))
            case SavePhrase():
                return PhraseAnswer(
                    phrase=PhraseInfo(
                        id=command.phrase_id or "mine.new",
                        scope="personal",
                        shortcut=command.shortcut,
                        title=command.title,
                        body=command.body,
                        revision=2,
                    )
                )
            case _:
                return None

    def note(self, case: str, body: str, number: int = 1) -> Note:
        return Note(
            id=f"note-{number}",
            case_id=case,
            number=number,
            body=body,
            source="manual",
            signed_by=ME,
            signed_at=self.clock,
        )

    def row_after(self, case: str, **changes: Any) -> CaseRow:
        row = self.desk.visits[case].row
        news = {"revision": row.revision + 1, "version": row.version + 1} | changes
        return msgspec.structs.replace(row, **news)

    def happen(self, *events: Event) -> None:
        """Fold events of no stream in particular, and show what they changed."""
        changes = Changes()
        for event in events:
            changes |= self.desk.fold(Envelope(stream="staff:anna", seq=0, at=NOW, event=event))
        self.change(changes)

    def sending(self, state: SendState, error: ClientError | None = None) -> None:
        """Tell how the last message that was sent fares."""
        command = next(one for one in reversed(self.asked.commands) if isinstance(one, PostMessage))
        self.change(self.desk.outbox(OutboxChanged(command, state, error)))

    def draft_arrives(
        self, kind: DraftKind, body: str, revision: int, number: int = 1, *, client: str = ""
    ) -> None:
        """A draft is saved, here or elsewhere."""
        draft = Draft(
            case_id=case_id(number), kind=kind, body=body, revision=revision, saved_at=NOW, client=client
        )
        self.happen(DraftChanged(draft=draft))

    def sent(self, kind: type[Any]) -> list[Any]:
        """The commands of a kind, in order."""
        return [command for command in self.asked.commands if isinstance(command, kind)]


async def listening(pilot: Pilot[Any]) -> None:
    """Wait until the dialog in front takes keys."""
    while not getattr(pilot.app.screen, "listening", True):
        await pilot.pause(0.02)
    await pilot.pause()


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until everything that was asked for is drawn."""
    await pilot.pause()
    await pilot.pause()
