"""What there is to read of an asynchronous chat, beside the list: the newest messages first of all."""

from collections.abc import Iterable
from datetime import datetime

from textual.content import Content

from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.resources import Message
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.chat_rows import chat_service, day_or_clock, left_alarm, left_text
from clinic_tui.widgets.reading import reading
from clinic_tui.widgets.texts import author_text, clock, resident_with_age

NEWEST = 6
"""So many messages are shown; the chat has them all."""


def chat_reading(visit: Visit, me: str, now: datetime) -> Content:
    """Who and what, the newest messages, then what the resident answered before and earlier cases."""
    blocks = [*_heading(visit, me, now), Content(""), *_messages(visit, now), Content("")]
    return Content("\n").join([*blocks, reading(visit, me, heading=False)])


def _heading(visit: Visit, me: str, now: datetime) -> Iterable[Content]:
    row = visit.row
    yield Content.assemble(
        (_("Read up"), "$accent bold"),
        "  ",
        (resident_with_age(row.resident), "bold"),
        ("   " + chat_service(row), "$foreground"),
    )
    parts = [visit.contact.person_number, visit.contact.listed_unit]
    if row.acting_proxy:
        parts.append(_("{name} writes for the child").format(name=row.acting_proxy))
    if row.assignee is not None:
        parts.append(_("You have it") if row.assignee.id == me else row.assignee.name)
    if not row.reply_allowed:
        parts.append(_("the resident cannot answer"))
    line = Content.styled(" · ".join(part for part in parts if part), "$muted")
    left = left_text(row.expires_at, now) if row.closed_at is None else ""
    if left:
        style = "$warning bold" if left_alarm(row.expires_at, now) else "$muted"
        text = " · " + _("closes by itself in {time}").format(time=left)
        line = Content.assemble(line, (text, style))
    yield line


def _messages(visit: Visit, now: datetime) -> Iterable[Content]:
    shown = visit.messages[-NEWEST:]
    older = len(visit.messages) - len(shown) + visit.before
    title = Content.styled(_("Messages"), "bold")
    if older:
        text = ngettext("{count} earlier", "{count} earlier", older).format(count=older)
        title = Content.assemble(title, ("  " + text, "$muted"))
    yield title
    if not shown:
        yield Content.styled(_("Nothing has been written yet."), "$muted")
    for message in shown:
        yield Content.assemble((author_text(message), "$accent"), ("  " + _when(message, now), "$muted"))
        yield Content(message.body)


def _when(message: Message, now: datetime) -> str:
    day = day_or_clock(message.sent_at, now)
    time = clock(message.sent_at)
    return time if day == time else f"{day} {time}"
