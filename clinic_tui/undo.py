"""Undoing what one has just done: what it was, until when it is offered, and what came of it."""

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from clinic_tui.client.errors import ClientError, Rejected
from clinic_tui.domain.cases import CaseState
from clinic_tui.domain.undoing import UNDO_SHOWN
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import PostMessage, UndoAction, UndoAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.widgets.outcome import Outcome
from clinic_tui.widgets.texts import clock, resident_with_age

if TYPE_CHECKING:
    from clinic_tui.app import ClinicApp


@dataclass(frozen=True)
class _Done:
    """What was done last that can be undone, on the backend, until a moment of `time.monotonic`."""

    undo_id: str
    until: float


class Undo:
    """Knows what the user did last that can be undone, and undoes it: one step, for ten seconds.

    A message is taken back for as long as it waits here, whatever else was said meanwhile.
    """

    def __init__(self, app: "ClinicApp") -> None:
        self._app = app
        self._last: _Done | PostMessage | None = None

    def offer(self, outcome: Outcome) -> Outcome:
        """Take in that something was done, in place of what was done before; its line with the key.

        The key leaves the line when its time is out.
        """
        if outcome.undo_id is None:
            return outcome
        shown = outcome.undoable()
        self._last = _Done(outcome.undo_id, monotonic() + UNDO_SHOWN.total_seconds())
        self._app.set_timer(UNDO_SHOWN.total_seconds(), lambda: self._over(shown))
        return shown

    def _over(self, shown: Outcome) -> None:
        """It is too late: the line, where it still stands, no longer names the key."""
        screen = self._app.clinic_screen
        if screen is not None and screen.is_mounted and screen.outcome is shown:
            screen.tell(shown.settled())

    def sent(self, command: PostMessage) -> None:
        """A message was sent: it can be taken back while it waits."""
        self._last = command

    def perform(self) -> None:
        """Undo it, or say why not."""
        last, self._last = self._last, None
        if isinstance(last, PostMessage):
            self._take_back(last)
        elif last is None:
            self._app.say(_("There is nothing to undo."))
        elif monotonic() > last.until:
            self._app.say(_("It is too late to undo that."), warning=True)
        else:
            self._undo(last)

    def _undo(self, last: _Done) -> None:
        def failed(error: ClientError) -> None:
            if not error.refuses:
                self._last = last
            self._app.say(_why_not(error), warning=True)

        command = UndoAction(command_id=new_id(), undoes=last.undo_id)
        self._app.submit(command, self._undone, failed)

    def _undone(self, answer: UndoAnswer) -> None:
        if answer.case is not None:
            self._app.say(self._as_it_was(answer.case))
        elif answer.ticket is not None:
            text = _("Undone: the ticket of {resident} is valid again.")
            text = text.format(resident=resident_with_age(answer.ticket.resident))
            if answer.texted:
                text += " " + _("An SMS tells the resident of it.")
            self._app.say(text)

    def _as_it_was(self, row: CaseRow) -> str:
        text = _("Undone: {name} has {resident}, as before.")
        if row.state == CaseState.BOOKED:
            text = _("Undone: {resident} is booked, as before.")
        elif row.assignee is None:
            text = _("Undone: {resident} waits in the queue, as before.")
        elif row.assignee.id == self._app.room.desk.people.staff_id:
            text = _("Undone: you have {resident}, as before.")
        name = row.assignee.name if row.assignee else ""
        return text.format(name=name, resident=resident_with_age(row.resident))

    def _take_back(self, command: PostMessage) -> None:
        """Take a message back that has not left; its text stands before what is written now."""

        def done(taken_back: bool) -> None:
            if not taken_back:
                self._app.say(_("The message has gone, so it cannot be taken back."), warning=True)
                return
            self._app.place.give_back(command.case_id, command.body)
            self._app.say(_("The message is not sent. Its text is back where it was written."))

        self._app.fetch(self._app.link.withdraw(command.command_id), done)


def _why_not(error: ClientError) -> str:
    """Why it was not undone, and who was there first where the backend says so."""
    text = error.user_text()
    problem = error.problem
    if isinstance(error, Rejected) and problem is not None and problem.who and problem.at:
        return f"{text} ({problem.who} {clock(problem.at)})"
    return text
