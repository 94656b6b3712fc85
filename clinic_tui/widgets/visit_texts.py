"""Words and signs of scheduled visits and dates: mode, state, weekday, week."""

from datetime import date, datetime, timedelta

from clinic_tui.domain.cases import CaseState
from clinic_tui.domain.local_time import local_day, week
from clinic_tui.i18n import _, ngettext, pgettext
from clinic_tui.protocol.care import Booking, VisitMode
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.day_book import is_late
from clinic_tui.widgets.texts import clock, month, role_text

MODES: tuple[VisitMode, ...] = ("chat", "audio", "video", "phone")
_SIGNS: dict[VisitMode, str] = {"chat": "≡", "audio": "♪", "video": "◉", "phone": "☏"}


def mode_text(mode: VisitMode) -> str:
    """How one meets, in a word."""
    return {
        "chat": pgettext("mode", "Chat"),
        "audio": pgettext("mode", "Audio"),
        "video": pgettext("mode", "Video"),
        "phone": pgettext("mode", "Phone"),
    }[mode]


def mode_short(mode: VisitMode) -> str:
    """Its sign and its word."""
    return f"{_SIGNS[mode]} {mode_text(mode)}"


def mode_sentence(mode: VisitMode) -> str:
    """How the visit is held, as a sentence."""
    return {
        "chat": _("The visit is held in the chat."),
        "audio": _("The visit is held by audio; the call opens in your browser."),
        "video": _("The visit is held by video; it opens in your browser."),
        "phone": _("You call the resident by phone."),
    }[mode]


def weekday(day: date) -> str:
    """The weekday's name."""
    return (
        pgettext("weekday", "Monday"),
        pgettext("weekday", "Tuesday"),
        pgettext("weekday", "Wednesday"),
        pgettext("weekday", "Thursday"),
        pgettext("weekday", "Friday"),
        pgettext("weekday", "Saturday"),
        pgettext("weekday", "Sunday"),
    )[day.weekday()]


def weekday_short(number: int) -> str:
    """A weekday in two letters, Monday is 0."""
    return (
        pgettext("weekday in short", "Mo"),
        pgettext("weekday in short", "Tu"),
        pgettext("weekday in short", "We"),
        pgettext("weekday in short", "Th"),
        pgettext("weekday in short", "Fr"),
        pgettext("weekday in short", "Sa"),
        pgettext("weekday in short", "Su"),
    )[number]


def date_text(day: date) -> str:
    """A date such as `Monday 2 March 2026`."""
    return _("{weekday} {day} {month} {year}").format(
        weekday=weekday(day), day=day.day, month=month(day.month), year=day.year
    )


def date_title(day: date) -> str:
    """The same where a line starts with it."""
    text = date_text(day)
    return text[:1].upper() + text[1:]


def week_text(day: date) -> str:
    """The date's week."""
    return _("week {number}").format(number=week(day))


def near_text(day: date, today: date) -> str:
    """Today, tomorrow or yesterday; empty for other days."""
    return {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get((day - today).days, "")


def span_text(booking: Booking) -> str:
    """From when to when, such as `09:00–09:30`."""
    return f"{clock(booking.starts_at)}–{clock(booking.ends_at)}"


def when_text(at: datetime) -> str:
    """A day and a time, such as `Monday 2 March 2026 09:00`."""
    return f"{date_text(local_day(at))} {clock(at)}"


def for_whom(row: CaseRow) -> str:
    """Whom the visit is booked for: a colleague, or a role."""
    booking = row.booking
    return booking.staff.name if booking is not None and booking.staff else role_text(row.queue_role)


def visit_state(row: CaseRow) -> str:
    """The visit's state in a word or two."""
    return {
        CaseState.BOOKED: pgettext("visit", "Booked"),
        CaseState.ACCEPTED: pgettext("visit", "Taken"),
        CaseState.IN_PROGRESS: pgettext("visit", "In progress"),
        CaseState.ENDED_UNSIGNED: pgettext("visit", "Not signed"),
        CaseState.CLOSED: pgettext("visit", "Done"),
        CaseState.CANCELLED: pgettext("visit", "Cancelled"),
        CaseState.NO_SHOW: pgettext("visit", "Did not come"),
    }.get(CaseState(row.state), row.state)


def late_text(row: CaseRow, now: datetime) -> str:
    """How late a visit is that should have started; empty where it is not."""
    if not is_late(row, now) or row.booking is None:
        return ""
    minutes = int((now - row.booking.starts_at) // timedelta(minutes=1))
    if minutes < 1:
        return ""
    if minutes < 60:
        return ngettext("{count} min late", "{count} min late", minutes).format(count=minutes)
    hours = minutes // 60
    return ngettext("{count} h late", "{count} h late", hours).format(count=hours)


def moment_text(at: datetime | None, now: datetime) -> str:
    """An instant in few cells: the time today, day and month and time on other days."""
    if at is None:
        return ""
    day = local_day(at)
    if day == local_day(now):
        return clock(at)
    return f"{day.day} {month(day.month)[:3]} {clock(at)}"
