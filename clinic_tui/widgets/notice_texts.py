"""What a notice says: in the list with names, and for the terminal as its kind alone."""

from datetime import datetime

from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.team import Notice, NoticeKind
from clinic_tui.widgets.texts import clock, day, resident_with_age


def kind_words(kind: NoticeKind) -> str:
    """What happened, without any name: for the desktop, where others may look on (security.md 4.13)."""
    return {
        "new_async": _("a new chat waits"),
        "new_drop_in": _("a new drop-in case waits"),
        "scheduled": _("a scheduled visit begins soon"),
        "visit_moved": _("a visit booked for you was moved"),
        "visit_cancelled": _("a visit booked for you was cancelled"),
        "assigned": _("a case has been given to you"),
        "assigned_back": _("a case given to you was taken back"),
        "invited": _("you are invited into a case"),
        "handed_over": _("a colleague wants to hand a case over to you"),
        "hand_over_answered": _("a hand-over of yours has its answer"),
        "hand_over_returned": _("a case you handed over is back with you"),
        "taken_over": _("a case of yours was taken over"),
        "let_go": _("an ended visit of yours was let go of"),
        "signed_for": _("a note was signed for you"),
        "async_expiring": _("a chat of yours runs out soon"),
        "async_ended": _("a chat of yours has ended by itself"),
        "ticket_expired": _("a ticket of yours was never used"),
        "ticket_cancelled": _("a ticket of yours was called back"),
        "ticket_reinstated": _("a ticket of yours that was called back is valid again"),
        "verification": _("a colleague asks you to verify"),
        "verified": _("something you asked for is verified"),
        "returned": _("something you asked to be verified came back"),
        "sms_failed": _("a text message did not arrive"),
        "conversation": _("a colleague has written to you"),
        "day_end": _("the unit closes and something is not ended"),
    }[kind]


def message_words() -> str:
    """That a resident wrote, without any name."""
    return _("a resident has written")


def several_words(count: int) -> str:
    """That several things happened in one moment."""
    return ngettext("{count} thing happened", "{count} things happened", count).format(count=count)


def notice_text(notice: Notice) -> str:
    """What happened, with who did it; the resident stands beside it."""
    who = notice.who.name if notice.who else ""
    if not who:
        return _without_name(notice.kind)
    return {
        "assigned": _("{who} gave you a case"),
        "assigned_back": _("{who} took back the case you were given"),
        "invited": _("{who} invited you into a case"),
        "handed_over": _("{who} wants to hand over to you"),
        "hand_over_answered": _("{who} took the case you handed over"),
        "hand_over_returned": _("{who} said no: the case stays with you"),
        "taken_over": _("{who} took over from you"),
        "let_go": _("{who} let go of your ended visit; a colleague signs the note"),
        "signed_for": _("{who} signed the note for you"),
        "ticket_cancelled": _("{who} called a ticket of yours back"),
        "ticket_reinstated": _("{who} made a ticket of yours valid again"),
        "verification": _("{who} asks you to verify"),
        "verified": _("{who} verified what you asked for"),
        "returned": _("{who} returned what you asked to be verified"),
        "conversation": _("{who} wrote to you"),
        "visit_moved": _("{who} moved a visit booked for you"),
        "visit_cancelled": _("{who} cancelled a visit booked for you"),
    }.get(notice.kind, _without_name(notice.kind)).format(who=who)


def _without_name(kind: NoticeKind) -> str:
    words = kind_words(kind)
    return words[:1].upper() + words[1:]


def sms_about(kind: str) -> str:
    """What a kind of text to a resident is about."""
    match kind:
        case "your_turn":
            return _("SMS: it is your turn")
        case "staff_wrote":
            return _("SMS: a new message")
        case "chat_created":
            return _("SMS: a new chat")
        case "ticket_issued" | "ticket_cancelled":
            return _("SMS: a drop-in ticket")
        case "scheduled" | "visit_soon" | "meeting":
            return _("SMS: a booked visit")
        case _:
            return _("SMS to the resident")


def notice_detail(notice: Notice) -> str:
    """What a colleague wrote with it, when a chat ends, or which text did not arrive."""
    if notice.kind == "sms_failed":
        return sms_about(notice.detail)
    if notice.kind != "async_expiring":
        return notice.detail
    try:
        ends = datetime.fromisoformat(notice.detail)
    except ValueError:
        return ""
    return _("ends {day} {time}").format(day=day(ends).rsplit(" ", 1)[0], time=clock(ends))


def notice_line(notice: Notice) -> str:
    """The notice in one sentence, for the line under a view."""
    text = notice_text(notice)
    return f"{text}: {resident_with_age(notice.resident)}" if notice.resident else text
