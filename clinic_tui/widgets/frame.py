"""What the frame's lines say: who and where I am, what is filtered, which views there are."""

from clinic_tui.domain.filters import GlobalFilter, Owner
from clinic_tui.i18n import _, ngettext, pgettext
from clinic_tui.state.selectors import is_overdue, tabs
from clinic_tui.widgets.bar import Piece
from clinic_tui.widgets.menu_counts import NONE, menu_counts
from clinic_tui.widgets.presence import presence_sign, presence_word
from clinic_tui.widgets.side_menu import MenuItem
from clinic_tui.widgets.texts import (
    clock,
    kind_text,
    resident_initial,
    resident_letters,
    role_text,
    service_text,
    waited,
)
from clinic_tui.widgets.workplace import Workplace

STALE_SECONDS = 15
"""From this age on, what is shown is said to be old."""

Line = tuple[list[Piece], list[Piece]]


def top_pieces(place: Workplace) -> Line:
    """The top line: unit and role, connection, oldest wait, presence, shift, the bell, who I am."""
    people = place.desk.people
    left = [Piece("Clinic", "$accent bold")]
    if people.assignment:
        left.append(Piece(people.assignment.unit_name, "$foreground", gap=3))
        left.append(Piece("· " + role_text(people.assignment.role), rank=4))
    right = [_connection(place)]
    oldest = place.drop_in.oldest_waiting
    if oldest is not None:
        now = place.now()
        style = "$warning bold" if is_overdue(place.desk, oldest, now) else "$foreground"
        right.append(Piece(_("oldest in queue"), gap=3, rank=2))
        right.append(Piece(waited(oldest.queued_at, now), style, rank=1))
    right += _presence(place)
    if people.shift_ends_at:
        right.append(Piece(_("shift until {time}").format(time=clock(people.shift_ends_at)), gap=3, rank=5))
    unread = place.desk.team.unread_notices
    if unread:
        right.append(Piece(f"◔ {unread}", "$accent bold", "notices.show", gap=3, rank=1))
    if people.profile:
        name = people.profile.display_name
        title = ", " + people.profile.title if people.profile.title else ""
        right.append(Piece(name, "$foreground", gap=3, rank=3))
        if title:
            right.append(Piece(title.lstrip(), "$foreground", gap=0, rank=6))
    return left, right


def _presence(place: Workplace) -> list[Piece]:
    """How colleagues see me; that I am free is taken for granted."""
    me, assignment = place.desk.people.staff_id, place.desk.people.assignment
    own = place.desk.team.colleagues.get((me, assignment.unit_id)) if assignment else None
    if own is None or own.presence == "online":
        return []
    return [Piece(f"{presence_sign(own.presence)} {presence_word(own.presence)}", gap=3, rank=4)]


def _connection(place: Workplace) -> Piece:
    status = place.desk.connection
    if status.state == "live":
        return Piece("● " + _("connected"), "$success")
    age = status.age()
    if status.state == "ended":
        return Piece("○ " + _("signed out"), "$warning bold")
    if age is None or (status.state == "connecting" and age < STALE_SECONDS):
        return Piece("○ " + _("connecting"), "$muted")
    seconds = int(age)
    ago = (
        ngettext("{count} s", "{count} s", seconds).format(count=seconds)
        if seconds < 60
        else ngettext("{count} min", "{count} min", seconds // 60).format(count=seconds // 60)
    )
    return Piece("○ " + _("no contact for {time}").format(time=ago), "$warning bold")


def filter_pieces(place: Workplace) -> Line:
    """The filter line: what is filtered, how much of it is shown, how many waiting cases are hidden."""
    view = place.drop_in
    left = [Piece(_("Filter"), "$accent bold", "filter.edit")]
    words = filter_words(place, view.filter)
    for index, word in enumerate(words):
        left.append(Piece(("· " if index else "") + word, "$foreground", "filter.edit", rank=3))
    if not words:
        left.append(Piece(_("none, everything is shown"), "$muted", "filter.edit", rank=3))
    counts = view.counts
    shown = _("{shown} of {total} shown").format(shown=counts.shown, total=counts.total)
    right = [Piece(shown, "$foreground", "filter.edit", rank=2)]
    hidden = view.hidden_waiting
    if hidden:
        text = ngettext("{count} waiting hidden", "{count} waiting hidden", hidden).format(count=hidden)
        right.append(Piece(text, "$warning bold", "filter.edit", gap=2))
    right.append(
        Piece(_("{key} change").format(key=place.keymap.shown("filter.edit")), "$muted", "filter.edit", 4, 2)
    )
    return left, right


def filter_words(place: Workplace, chosen: GlobalFilter) -> list[str]:
    """The filter in words, a dimension a word; empty when it hides nothing."""
    units = place.desk.people.units
    words: list[str] = []
    if chosen.units:
        words.append(", ".join(sorted(units[u].name if u in units else u for u in chosen.units)))
    if chosen.roles:
        words.append(", ".join(sorted(role_text(role) for role in chosen.roles)))
    if chosen.kinds:
        words.append(", ".join(sorted(kind_text(kind) for kind in chosen.kinds)))
    if chosen.services:
        words.append(", ".join(sorted(service_text(service) for service in chosen.services)))
    if chosen.priorities:
        words.append(_("prio {numbers}").format(numbers=_ranges(sorted(chosen.priorities))))
    if chosen.owner is Owner.ME:
        words.append(_("mine"))
    elif chosen.owner is Owner.NOBODY:
        words.append(_("taken by nobody"))
    if chosen.text.strip():
        words.append(f"”{chosen.text.strip()}”")
    return words


def _ranges(numbers: list[int]) -> str:
    """Numbers with runs drawn together, such as `2–4, 12`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def menu_items(place: Workplace, current: str) -> tuple[list[MenuItem], list[MenuItem]]:
    """The views with their counts, and my open visits with what is unread in each."""
    counts = menu_counts(place)
    views = [
        MenuItem(
            action,
            place.keymap.shown(action),
            title,
            counts.get(action, NONE).number,
            counts.get(action, NONE).alert,
            current == action,
        )
        for action, title in _views()
        if action != "go.unit" or place.app_may(action)
    ]
    visits = [
        MenuItem(
            f"open:{visit.case_id}",
            "▸",
            resident_initial(visit.row.resident) + (" ☺" if visit.row.child else ""),
            place.unread(visit),
            alert=True,
            current=place.current_visit == visit.case_id and current == "visit",
            letters=resident_letters(visit.row.resident),
        )
        for visit in tabs(place.desk)
        if place.desk.is_mine(visit.row)
    ]
    return views, visits


def _views() -> tuple[tuple[str, str], ...]:
    """The views in the order of their keys."""
    return (
        ("go.start", pgettext("menu", "Start")),
        ("go.drop_in", _("Drop-in")),
        ("go.booked", _("Scheduled visits")),
        ("go.chats", _("Messages")),
        ("go.team", _("Colleagues")),
        ("go.patients", _("Patients")),
        ("go.verify", _("Verification")),
        ("go.settings", _("Settings")),
        ("go.mine", _("My cases")),
        ("go.unit", _("The unit")),
    )
