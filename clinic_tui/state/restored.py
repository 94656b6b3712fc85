"""What an earlier run of the program left unsent, until its case is open on the desk."""

from dataclasses import replace

from clinic_tui.client.errors import ClientError
from clinic_tui.client.link_events import DraftRestored, MessageRestored, SendState
from clinic_tui.protocol.commands import PostMessage
from clinic_tui.state.visit import Pending, Visit


class Restored:
    """Messages and drafts by case. A case takes them along when it is opened; those of others wait."""

    def __init__(self) -> None:
        self._messages: dict[str, tuple[Pending, ...]] = {}
        self._drafts: dict[str, tuple[DraftRestored, ...]] = {}

    def message(self, command: PostMessage, event: MessageRestored) -> bool:
        """Keep it until its case is open; whether it is the first of its case."""
        first = self._is_first(command.case_id)
        state: SendState = "queued" if event.error is None else "failed"
        pending = Pending(command.command_id, command.body, event.at, command.phrase_id, state, event.error)
        others = (one for one in self._messages.get(command.case_id, ()) if one.id != pending.id)
        self._messages[command.case_id] = (*others, pending)
        return first

    def draft(self, draft: DraftRestored) -> bool:
        """Keep it until its case is open; whether it is the first of its case."""
        first = self._is_first(draft.case_id)
        others = (one for one in self._drafts.get(draft.case_id, ()) if one.kind != draft.kind)
        self._drafts[draft.case_id] = (*others, draft)
        return first

    def _is_first(self, case_id: str) -> bool:
        return case_id not in self._messages and case_id not in self._drafts

    def mark(self, case_id: str, message_id: str, state: SendState, error: ClientError | None) -> None:
        """Take in how sending goes; one that is sent needs no place here any more."""
        marked = tuple(
            replace(one, state=state, error=error) if one.id == message_id else one
            for one in self._messages.get(case_id, ())
            if one.id != message_id or state not in {"sent", "withdrawn"}
        )
        if marked:
            self._messages[case_id] = marked
        else:
            self._messages.pop(case_id, None)

    def into(self, visit: Visit) -> None:
        """Hand over what there is of this case."""
        for pending in self._messages.pop(visit.case_id, ()):
            if visit.message(pending.id) is None:
                visit.pending = (*(one for one in visit.pending if one.id != pending.id), pending)
        for draft in self._drafts.pop(visit.case_id, ()):
            visit.restored[draft.kind] = draft
