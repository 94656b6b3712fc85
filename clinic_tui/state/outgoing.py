"""What one writes and the backend does not have yet, as the desk shows it."""

from collections.abc import Callable
from datetime import datetime

from clinic_tui.client.link_events import DraftRestored, MessageRestored, OutboxChanged, StaffLetter
from clinic_tui.protocol.commands import PostMessage
from clinic_tui.state.changes import NOTHING, Changes
from clinic_tui.state.restored import Restored
from clinic_tui.state.staff_letters import StaffLetters
from clinic_tui.state.team import Part
from clinic_tui.state.visit import Visit


def team_changes(part: Part) -> Changes:
    """Changes of one part of what colleagues share."""
    return Changes(team=frozenset({part}))


class Outgoing:
    """The open visits with the messages on their way from each, and those to colleagues."""

    def __init__(self) -> None:
        self.visits: dict[str, Visit] = {}
        self.letters = StaffLetters()
        self.restored = Restored()

    def queue_message(self, command: PostMessage, at: datetime) -> Changes:
        """Show an outgoing message at once, before it is sent."""
        visit = self.visits.get(command.case_id)
        if visit is None:
            return NOTHING
        visit.send(command, at)
        return Changes(visits=frozenset({command.case_id}))

    def outbox(self, change: OutboxChanged) -> Changes:
        """Take in how the sending of a message goes."""
        command = change.command
        if not isinstance(command, PostMessage):
            return self._letter(change)
        if command.case_id not in self.visits:
            self.restored.mark(command.case_id, change.message_id, change.state, change.error)
            return NOTHING
        if change.state == "withdrawn":
            return self.discard_pending(command.case_id, change.message_id)
        return self.in_visit(
            command.case_id, lambda visit: visit.mark(change.message_id, change.state, change.error)
        )

    def _letter(self, change: OutboxChanged) -> Changes:
        if change.state == "withdrawn":
            return self.settle_letter(change.message_id)
        if change.state == "sent" and self.letters.is_restored(change.message_id):
            return self.settle_letter(change.message_id)
        news = self.letters.mark(change.message_id, change.state, change.error)
        return team_changes("conversations") if news else NOTHING

    def restore(self, event: MessageRestored | DraftRestored) -> Changes:
        """Show what an earlier run left; a case that is not open is fetched, once."""
        if isinstance(event, DraftRestored):
            case_id, first = event.case_id, self.restored.draft(event)
        elif isinstance(event.command, PostMessage):
            case_id, first = event.command.case_id, self.restored.message(event.command, event)
        else:
            self.letters.restore(event.command, event.at, event.error)
            return team_changes("conversations")
        if case_id not in self.visits:
            return Changes(wanted=frozenset({case_id})) if first else NOTHING
        self.restored.into(self.visits[case_id])
        return Changes(visits=frozenset({case_id}))

    def queue_letter(self, command: StaffLetter, at: datetime) -> Changes:
        """Show a message to colleagues at once, before it is sent."""
        self.letters.queue(command, at)
        return team_changes("conversations")

    def settle_letter(self, message_id: str) -> Changes:
        """A message to colleagues no longer waits: the backend has it, or its text was given back."""
        return team_changes("conversations") if self.letters.settle(message_id) else NOTHING

    def discard_pending(self, case_id: str, message_id: str) -> Changes:
        """Take a message that failed off the log; the user gave it up or edits it."""
        return self.in_visit(case_id, lambda visit: visit.settle(message_id))

    def in_visit(self, case_id: str, change: Callable[[Visit], bool]) -> Changes:
        """Change an open visit; nothing where it is not open."""
        visit = self.visits.get(case_id)
        if visit is None or not change(visit):
            return NOTHING
        return Changes(visits=frozenset({case_id}))
