"""Lines of the access log in plain words (domain.md 7.3)."""

from datetime import datetime

from clinic_tui.i18n import _, pgettext
from clinic_tui.protocol.patients import AccessEntry
from clinic_tui.widgets.chat_rows import day_or_clock
from clinic_tui.widgets.texts import clock


def access_text(entry: AccessEntry) -> str:
    """What was done, by whom and where, such as `Read the case · Anna Ek, nurse · Ekens health centre`."""
    who = ", ".join(part for part in (entry.who or _("The system"), entry.title) if part)
    deed = deed_text(entry.action, entry.code)
    return " · ".join(part for part in (deed[:1].upper() + deed[1:], who, entry.unit_name) if part)


def access_time(entry: AccessEntry, now: datetime) -> str:
    """When: HH:MM today, else the day and HH:MM."""
    day, time = day_or_clock(entry.at, now), clock(entry.at)
    return time if day == time else f"{day} {time}"


def deed_text(action: str, code: str) -> str:
    """What was done, as the end of a sentence; a code without words of its own is told by its kind.

    What was refused is told as that: its code says what was asked for, which did not happen.
    """
    if action == "DENIED":
        return _by_action()[action]
    return _of_case().get(code) or _of_rest().get(code) or _by_action().get(action, code)


def _of_case() -> dict[str, str]:
    """What is done with the case itself."""
    return {
        "read": pgettext("access", "read the case"),
        "opened": pgettext("access", "opened the case"),
        "case_opened": pgettext("access", "opened the case"),
        "accepted": pgettext("access", "took the case"),
        "released": pgettext("access", "put the case back in the queue"),
        "started": pgettext("access", "started the visit"),
        "taken_over": pgettext("access", "took the case over"),
        "assigned": pgettext("access", "gave the case to a colleague"),
        "invited": pgettext("access", "invited a colleague into the case"),
        "left": pgettext("access", "left the case"),
        "hand_over_offered": pgettext("access", "offered the case to a colleague"),
        "hand_over_declined": pgettext("access", "declined to take the case over"),
        "hand_over_returned": pgettext("access", "got the case back"),
        "handed_over": pgettext("access", "took over a case that was offered"),
        "note_handed_on": pgettext("access", "let the unsigned note go along with the case"),
        "ended": pgettext("access", "ended the case"),
        "ended_no_answer": pgettext("access", "ended the visit without an answer"),
        "done": pgettext("access", "marked the chat as done"),
        "chat_created": pgettext("access", "started a chat"),
        "chat_continued": pgettext("access", "started a new chat after this one"),
        "chat_closed": pgettext("access", "ended the chat"),
        "closed": pgettext("access", "ended the chat"),
        "read_case": pgettext("access", "read the case"),
        "answer_repeated": pgettext("access", "was shown the case again"),
        "replayed": pgettext("access", "was shown the case again"),
        "desk": pgettext("access", "saw the case in a list"),
        "ended_chats": pgettext("access", "saw the case in a list"),
        "marked_done": pgettext("access", "marked the chat as done"),
        "undone": pgettext("access", "undid what they had just done"),
        "priority_changed": pgettext("access", "changed the priority"),
        "redirected": pgettext("access", "ended the case, with a ticket to another queue"),
    }


def _of_rest() -> dict[str, str]:
    """What is done with the resident, messages, notes, tickets, visits."""
    return {
        "profile_opened": pgettext("access", "opened the profile"),
        "resident_found": pgettext("access", "searched by number and opened the profile"),
        "resident_created": pgettext("access", "added the resident"),
        "ground_stated": pgettext("access", "stated why the resident is contacted"),
        "contact_saved": pgettext("access", "changed the mobile number"),
        "hand_over_withdrawn": pgettext("access", "took the offer of the case back"),
        "conversation_started": pgettext("access", "began to talk with colleagues about the case"),
        "conversation_read": pgettext("access", "read what colleagues say about the case"),
        "conversation_closed": pgettext("access", "ended a conversation with colleagues"),
        "said_to_staff": pgettext("access", "wrote to colleagues about the case"),
        "left_unfinished": pgettext("access", "left the case unfinished at the end of the shift"),
        "messages": pgettext("access", "read the messages"),
        "messages_read": pgettext("access", "read the messages"),
        "signed": pgettext("access", "signed the note"),
        "signed_for_colleague": pgettext("access", "signed the note for a colleague"),
        "ended_released": pgettext("access", "let go of an ended visit"),
        "amended": pgettext("access", "corrected the note"),
        "documented": pgettext("access", "copied the note for the record"),
        "ticket_issued": pgettext("access", "issued a drop-in ticket"),
        "ticket_cancelled": pgettext("access", "called a ticket back"),
        "ticket_reinstated": pgettext("access", "made a ticket valid again"),
        "booked": pgettext("access", "booked a visit"),
        "rebooked": pgettext("access", "moved a visit"),
        "cancelled": pgettext("access", "cancelled a visit"),
        "no_show": pgettext("access", "noted that the resident did not come"),
        "meeting_opened": pgettext("access", "began a call"),
        "meeting_changed": pgettext("access", "changed a call"),
        "meeting_closed": pgettext("access", "ended a call"),
        "verification_asked": pgettext("access", "asked that the note be verified"),
        "verification_verified": pgettext("access", "verified it"),
        "verification_returned": pgettext("access", "returned it"),
        "verification_settled": pgettext("access", "took what came back off the list"),
        "message_sent": pgettext("access", "wrote to the resident"),
        "posted": pgettext("access", "wrote to the resident"),
        "one_way": pgettext("access", "sent a one-way message"),
    }


def _by_action() -> dict[str, str]:
    return {
        "READ": pgettext("access", "read"),
        "LIST": pgettext("access", "saw the case in a list"),
        "CREATE": pgettext("access", "made a new entry"),
        "UPDATE": pgettext("access", "changed something"),
        "SEND": pgettext("access", "wrote to the resident"),
        "SIGN": pgettext("access", "signed the note"),
        "SEARCH": pgettext("access", "searched"),
        "COPY": pgettext("access", "copied the note"),
        "DENIED": pgettext("access", "was refused"),
    }
