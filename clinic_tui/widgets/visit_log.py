"""What the chat log shows of a visit: messages with their state in words, and the visit's own lines."""

from datetime import date, datetime

from clinic_tui.client.link_events import SendState
from clinic_tui.domain.cases import CaseKind, CloseReason, Origin
from clinic_tui.i18n import _, pgettext
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import Message
from clinic_tui.state.visit import Pending, Visit
from clinic_tui.widgets.chat_message import ChatMessage, Status
from clinic_tui.widgets.chat_source import ChatSource
from clinic_tui.widgets.texts import ZONE, author_text, clock

Made = dict[str, tuple[Message, ChatMessage]]
"""What messages were shown as before, by id, so that a visit of many is not made anew for each that comes."""
_BEGUN_BY_STAFF = frozenset({Origin.STAFF, Origin.CONVERTED})


def chat_messages(visit: Visit, me: str, my_name: str, made: Made | None = None) -> list[ChatMessage]:
    """Everything the log of a visit shows, oldest first; `me` is my staff id, `made` is the visit's own."""
    shown = [_message(message, me, made) for message in visit.messages]
    for line in _own_lines(visit, me):
        _insert(shown, line)
    for pending in visit.pending:
        if visit.message(pending.id) is None:
            _insert(shown, _pending(pending, my_name))
    return shown


def update_source(source: ChatSource, shown: list[ChatMessage]) -> None:
    """Bring the source in step with the least change, so that the log repaints little and stays in place."""
    known = source.messages
    same_order = len(known) <= len(shown) and all(
        old.id == new.id for old, new in zip(known, shown, strict=False)
    )
    if not same_order:
        ids = {message.id for message in known}
        if source.reading is not None:
            source.unseen += sum(not new.me and new.id not in ids for new in _after_last_known(shown, ids))
        source.replace(shown)
        return
    for old, new in zip(tuple(known), shown, strict=False):
        if old is not new and old != new:
            source.update(new)
    source.append(*shown[len(known) :])


def new_source(shown: list[ChatMessage], today: date) -> ChatSource:
    """A source for a visit that is shown for the first time."""
    return ChatSource(shown, today=today)


def _after_last_known(shown: list[ChatMessage], ids: set[str]) -> list[ChatMessage]:
    last = max((index for index, message in enumerate(shown) if message.id in ids), default=-1)
    return shown[last + 1 :]


def _insert(shown: list[ChatMessage], line: ChatMessage) -> None:
    """Put a line before the first that is later than it; messages keep their own order."""
    place = len(shown)
    while place and shown[place - 1].at > line.at:
        place -= 1
    shown.insert(place, line)


def _own_lines(visit: Visit, me: str) -> list[ChatMessage]:
    """What happened in the visit itself; a chat that was never in a queue was not taken from one."""
    row = visit.row
    begun_by_staff = row.origin in _BEGUN_BY_STAFF and row.accepted_at == row.queued_at
    lines: list[tuple[str, str, datetime | None]] = [
        ("accepted", _("The case was taken"), None if begun_by_staff else row.accepted_at),
        ("started", _("The visit started"), row.started_at),
        ("ended", _("The chat ended"), row.ended_at),
    ]
    if row.kind == CaseKind.ASYNC and row.close_reason != CloseReason.ONE_WAY:
        lines.append(("closed", _how_it_ended(visit, me), row.closed_at))
    for note in visit.notes:
        signed = _("The note was signed") if note.corrects is None else _("The note was corrected")
        lines.append((f"note:{note.id}", signed, note.signed_at))
    return [
        ChatMessage(id=f"{row.id}:{name}", body=text, at=at.astimezone(ZONE), side="system")
        for name, text, at in lines
        if at is not None
    ]


def ended_by(visit: Visit) -> StaffRef | None:
    """Who ended a chat, where a colleague or I did and that is known."""
    if visit.row.close_reason != CloseReason.ENDED:
        return None
    told = (event.staff for event in visit.events if event.action == "chat_closed")
    return visit.closed_by or next(told, None)


def _how_it_ended(visit: Visit, me: str) -> str:
    if visit.row.close_reason == CloseReason.EXPIRED:
        return _("The time of the chat ran out")
    by = ended_by(visit)
    if by is None:
        return _("The chat ended")
    return _("You ended the chat") if by.id == me else _("{name} ended the chat").format(name=by.name)


def _message(message: Message, me: str, made: Made | None) -> ChatMessage:
    known = made.get(message.id) if made is not None else None
    if known is not None and known[0] is message:
        return known[1]
    shown = _shown(message, me)
    if made is not None:
        made[message.id] = (message, shown)
    return shown


def _shown(message: Message, me: str) -> ChatMessage:
    by_care = message.author in ("staff", "system")
    author = message.author_name or author_text(message)
    if message.author == "proxy" and message.author_name:
        author = _("{name}, guardian").format(name=author)
    elif message.author == "system":
        author = _("{name} · automatic").format(name=author)
    status, text = _status(message) if by_care else ("", "")
    return ChatMessage(
        id=message.id,
        body=message.body,
        at=message.sent_at.astimezone(ZONE),
        side="staff" if by_care else "resident",
        author=author,
        me=message.author == "staff" and message.author_id == me,
        status=status,
        status_text=text,
        revision=message.revision,
    )


def _status(message: Message) -> tuple[Status, str]:
    if message.read_at is not None:
        return "read", _("read {time}").format(time=clock(message.read_at))
    if message.delivered_at is not None:
        return "delivered", pgettext("message", "delivered")
    return "sent", pgettext("message", "sent")


def sending_text(state: SendState) -> tuple[Status, str]:
    """How the sending of a message goes: for its mark, and in words."""
    match state:
        case "queued":
            return "queued", pgettext("message", "queued")
        case "sending":
            return "queued", pgettext("message", "being sent")
        case "unknown":
            return "queued", _("no answer yet, sent again by itself")
        case "sent":
            return "sent", pgettext("message", "sent")
        case "failed" | "withdrawn":
            return "failed", pgettext("message", "not sent")


def _pending(pending: Pending, my_name: str) -> ChatMessage:
    status, text = sending_text(pending.state)
    return ChatMessage(
        id=pending.id,
        body=pending.body,
        at=pending.at.astimezone(ZONE),
        side="staff",
        author=my_name,
        me=True,
        status=status,
        status_text=text,
    )
