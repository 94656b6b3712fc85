"""Which staff chat stands beside a case, and what of it is not read."""

from clinic_tui.protocol.team import Conversation
from clinic_tui.widgets.workplace import Workplace


def conversation_of(place: Workplace, case_id: str) -> Conversation | None:
    """The staff chat beside a case: the first that is open; None before there is one."""
    found = [
        one
        for one in place.desk.team.conversations.values()
        if one.kind == "staff_chat" and one.case_id == case_id
    ]
    still = [one for one in found if one.state != "closed"]
    return min(still, key=lambda one: (one.started_at, one.id)) if still else None


def unread_of(place: Workplace, case_id: str) -> int:
    """Messages of the case's staff chat that I have not read."""
    conversation = conversation_of(place, case_id)
    return max(0, conversation.count - conversation.read) if conversation is not None else 0
