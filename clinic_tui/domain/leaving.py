"""What becomes of the cases of a staff member who no longer works there."""

from clinic_tui.domain.async_chats import ASYNC_HELD, AsyncState
from clinic_tui.domain.cases import CaseState


def state_without_assignee(state: str, *, scheduled: bool) -> str | None:
    """The state of a case after the one who had it has left it to its queue; None where it is over.

    A visit waits anew, a booked one until its time, and a chat for somebody to take it. An ended visit stays
    ended: it blocks its resident no more (see `domain.blocking`), and whoever takes it signs the note.
    """
    if state in {CaseState.ACCEPTED, CaseState.IN_PROGRESS}:
        return (CaseState.BOOKED if scheduled else CaseState.WAITING).value
    if state in {CaseState.ENDED_UNSIGNED, CaseState.BOOKED}:
        return state
    return AsyncState.NEW.value if state in {one.value for one in ASYNC_HELD} else None
