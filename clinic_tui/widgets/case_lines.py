"""What is special about a case, in short pieces: for the line above a chat and for the reading pane."""

from collections.abc import Iterable
from datetime import datetime

from clinic_tui.domain.cases import CaseKind
from clinic_tui.i18n import _
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.widgets.bar import Piece
from clinic_tui.widgets.chat_rows import chat_service, day_or_clock, left_alarm, left_text
from clinic_tui.widgets.texts import clock
from clinic_tui.widgets.visit_texts import mode_short, span_text
from clinic_tui.widgets.wrapping import cut

_SUBJECT_CELLS = 30
"""So much of the subject stands beside the time that is left in the narrowest chat; the panel has it all."""
_QUIET, _PLAIN, _WARN = "$muted", "$foreground", "$warning bold"


def case_pieces(
    row: CaseRow, me: str, now: datetime, *, answer_key: str = "", number: str = ""
) -> list[Piece]:
    """What needs the user first, then what frames the case.

    `answer_key` answers a hand-over; `number` is what one phones in a visit by phone.
    """
    return [
        *_hand_over(row, me, answer_key),
        *_whose(row, me),
        *_subject(row),
        *_time(row, now, number),
        *_call(row),
        *_priority(row),
        *_invited(row, me),
        *_documented(row, now),
    ]


def _hand_over(row: CaseRow, me: str, key: str) -> Iterable[Piece]:
    offer = row.hand_over
    if offer is None:
        return
    until = clock(offer.returns_at)
    if offer.receiver.id == me:
        text = _("{name} hands the case over to you").format(name=offer.sender.name)
        yield Piece(f"{text}: {key}" if key else text, _WARN, "case.hand_over", gap=2)
    else:
        text = _("offered to {name}, until {time}").format(name=offer.receiver.name, time=until)
        yield Piece(text, _PLAIN, "case.hand_over", rank=1, gap=2)


def _whose(row: CaseRow, me: str) -> Iterable[Piece]:
    """Whose case it is, to one who was invited into it."""
    offered = row.hand_over is not None and row.hand_over.receiver.id == me
    invited = any(one.id == me for one in row.participants) and not offered
    if invited and row.assignee is not None and row.assignee.id != me:
        text = _("{name}'s case · you are invited").format(name=row.assignee.name)
        yield Piece(text, _PLAIN, gap=2)


def _subject(row: CaseRow) -> Iterable[Piece]:
    """What a chat is about; a visit says so in its history."""
    if row.kind == CaseKind.ASYNC:
        yield Piece(cut(chat_service(row), _SUBJECT_CELLS), _PLAIN, rank=4, gap=2)


def _time(row: CaseRow, now: datetime, number: str) -> Iterable[Piece]:
    if row.booking is not None and row.kind == CaseKind.SCHEDULED:
        text = f"{day_or_clock(row.booking.starts_at, now)} " if not _today(row, now) else ""
        yield Piece(_("booked {time}").format(time=text + span_text(row.booking)), _PLAIN, rank=1, gap=2)
        yield Piece(mode_short(row.booking.mode), _QUIET, rank=2, gap=2)
    if number:
        yield Piece(number, "$foreground bold", "case.meeting", gap=1)
    if row.kind != CaseKind.ASYNC:
        return
    if not row.reply_allowed:
        yield Piece(_("one-way message"), _QUIET, rank=2, gap=2)
    left = left_text(row.expires_at, now) if row.closed_at is None else ""
    if left:
        alarm = left_alarm(row.expires_at, now)
        sign = "‼ " if alarm == 2 else ""
        text = _("{time} left").format(time=left)
        yield Piece(sign + text, _WARN if alarm else _QUIET, rank=0 if alarm else 1, gap=2)
        if row.expires_at is not None:
            day, time = day_or_clock(row.expires_at, now), clock(row.expires_at)
            text = _("closes {time}").format(time=time if day == time else f"{day} {time}")
            yield Piece(text, _QUIET, rank=4, gap=2)


def _today(row: CaseRow, now: datetime) -> bool:
    return row.booking is not None and day_or_clock(row.booking.starts_at, now) == clock(
        row.booking.starts_at
    )


def _call(row: CaseRow) -> Iterable[Piece]:
    booking = row.booking
    if booking is not None and booking.meeting_since is not None:
        since = clock(booking.meeting_since)
        text = _("{mode} since {time}").format(mode=mode_short(booking.mode), time=since)
        yield Piece(text, "$accent bold", "case.meeting", rank=1, gap=2)


def _priority(row: CaseRow) -> Iterable[Piece]:
    if row.priority_before is not None:
        text = _("priority {old} → {new}").format(old=row.priority_before, new=row.priority)
        yield Piece(text, _PLAIN, rank=2, gap=2)


def _invited(row: CaseRow, me: str) -> Iterable[Piece]:
    others = [one.name for one in row.participants if one.id != me]
    if others:
        text = _("invited: {names}").format(names=", ".join(others))
        yield Piece(text, _QUIET, rank=3, gap=2)


def _documented(row: CaseRow, now: datetime) -> Iterable[Piece]:
    if row.documented_at is not None:
        text = _("✓ documented in the record {time}").format(time=day_or_clock(row.documented_at, now))
        yield Piece(text, "$success", rank=2, gap=2)
