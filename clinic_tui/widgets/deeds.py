"""What can be done with a case from a list or from its visit: take, start, put back, take over, read."""

from collections.abc import Callable

from clinic_tui.client.errors import ClientError, Conflict
from clinic_tui.domain.async_chats import ASYNC_HELD, AsyncState
from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import (
    AcceptCase,
    CaseAnswer,
    ReadCase,
    ReleaseCase,
    StartVisit,
    StopReading,
    TakeOverCase,
)
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.selectors import next_case_after
from clinic_tui.widgets.outcome import Outcome
from clinic_tui.widgets.texts import clock, resident_with_age
from clinic_tui.widgets.workplace import Choice, Question, Workplace

Say = Callable[[str, bool], None]
"""Shows a text in the notice line; the second argument marks a warning."""
Then = Callable[[], None]


class CaseDeeds:
    """The commands on one case, with what to say of their outcome."""

    def __init__(self, place: Workplace, say: Say, key_of: Callable[[str], str] | None = None) -> None:
        """`key_of` names the key of an action as it acts where the outcome is told; by default its first."""
        self.place = place
        self.say = say
        self._key_of = key_of

    def key_of(self, action_id: str) -> str:
        """The key that performs an action here, as people write it."""
        return self._key_of(action_id) if self._key_of is not None else self.place.keymap.shown(action_id)

    def may(self, action_id: str, row: CaseRow | None) -> bool:
        """Whether the action can be done with this case now."""
        if row is None:
            return False
        mine = self.place.desk.is_mine(row)
        people = self.place.desk.people
        match action_id:
            case "case.read":
                return mine or people.allowed(Permission.PREVIEW_CASE)
            case "case.take" if row.kind == CaseKind.ASYNC:
                return row.state == AsyncState.NEW and people.allowed(Permission.ANSWER_ASYNC)
            case "case.take_over" if row.kind == CaseKind.ASYNC:
                held = row.state in ASYNC_HELD and not mine
                return held and people.allowed(Permission.ANSWER_ASYNC)
            case "case.take":
                return row.state == CaseState.WAITING and people.allowed(Permission.ACCEPT_DROP_IN)
            case "case.start":
                return mine and row.state in {CaseState.ACCEPTED, CaseState.IN_PROGRESS}
            case "case.release":
                others = people.allowed(Permission.RELEASE_FOR_OTHERS)
                return row.state == CaseState.ACCEPTED and (mine or others)
            case "case.take_over":
                taken = row.state in {CaseState.ACCEPTED, CaseState.IN_PROGRESS} and not mine
                return taken and people.allowed(Permission.TAKE_OVER)
            case _:
                return True

    def why_not(self, action_id: str, row: CaseRow | None) -> str:
        """Who has the case, to one who would take it; that it must be taken, to one who would start."""
        if row is None or self.may(action_id, row):
            return ""
        if self.place.desk.is_mine(row):
            return _("You already have the case.") if action_id == "case.take" else ""
        if action_id in {"case.take", "case.start"} and row.assignee is not None:
            return _("{name} has {resident} now.").format(
                name=row.assignee.name, resident=resident_with_age(row.resident)
            )
        if action_id == "case.start" and row.state == CaseState.WAITING:
            return _("Take the case first: {key}.").format(key=self.key_of("case.take"))
        return ""

    def take(self, row: CaseRow, lost: Callable[[CaseRow | None], None]) -> None:
        """Take a waiting case; `lost` is called with the next case to offer when a colleague was first."""

        def failed(error: ClientError) -> None:
            text = error.user_text()
            queue = self.place.lists["unassigned"] if row.kind == CaseKind.ASYNC else self.place.drop_in
            following = next_case_after(queue, row.id)
            if isinstance(error, Conflict):
                lost(following)
                if following is not None:
                    text += " " + _("Next: {resident}").format(resident=resident_with_age(following.resident))
            self.say(text, True)

        def done(_answer: object) -> None:
            text = _("You have taken {resident}. {key} starts the visit.")
            following = "case.start"
            if row.kind == CaseKind.ASYNC:
                text, following = _("You have taken the chat with {resident}. {key} goes to it."), "case.read"
            key = self.key_of(following)
            self.say(text.format(resident=resident_with_age(row.resident), key=key), False)

        self.place.submit(AcceptCase(command_id=new_id(), case_id=row.id, version=row.version), done, failed)

    def start(self, row: CaseRow) -> None:
        """Start the visit and go to it; a started one is only gone to."""
        if row.state == CaseState.IN_PROGRESS:
            self.place.open_case(row.id)
            return
        arrived = self.place.arrival()
        command = StartVisit(command_id=new_id(), case_id=row.id, version=row.version)
        self.place.submit(command, lambda _answer: arrived(row.id), self.refused)

    def release(self, row: CaseRow) -> None:
        """Put the case back in the queue with its old queue time."""

        def done(answer: CaseAnswer) -> None:
            text = _("{resident} is back in the queue, since {time}.").format(
                resident=resident_with_age(row.resident), time=clock(row.queued_at)
            )
            self.place.tell(Outcome(text, undo_id=answer.undo_id))

        self.place.submit(
            ReleaseCase(command_id=new_id(), case_id=row.id, version=row.version), done, self.refused
        )

    def take_over(self, row: CaseRow) -> None:
        """Ask, then take the case from the colleague who has it."""
        name = row.assignee.name if row.assignee else ""

        def go() -> None:
            arrived = self.place.arrival()
            command = TakeOverCase(command_id=new_id(), case_id=row.id, version=row.version, confirmed=True)
            self.place.submit(command, lambda _answer: arrived(row.id), self.refused)

        self.place.ask(
            Question(
                title=_("Take over from {name}").format(name=name),
                text=_("{name} has {resident}. If you take over, {name} is told at once.").format(
                    name=name, resident=resident_with_age(row.resident)
                ),
                choices=(Choice("o", _("Take over"), go), Choice("escape", _("Cancel"))),
            )
        )

    def read(self, row: CaseRow, then: Then) -> None:
        """Read up on a case without taking it; the reading is logged, and colleagues see it."""
        command = ReadCase(command_id=new_id(), case_id=row.id)
        self.place.submit(command, lambda _answer: then(), self.refused)

    def stop_reading(self, case_id: str) -> None:
        """No longer be shown as a reader."""
        row = self.place.desk.rows.get(case_id)
        if row is not None and row.state in {CaseState.WAITING, AsyncState.NEW}:
            command = StopReading(command_id=new_id(), case_id=case_id)
            self.place.submit(command, lambda _answer: None, lambda _error: None)

    def refused(self, error: ClientError) -> None:
        """Say why a command came to nothing, in place."""
        self.say(error.user_text(), True)
