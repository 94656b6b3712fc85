"""What one reads before verifying: the note, and the case it belongs to."""

from collections.abc import Iterable

from textual.content import Content

from clinic_tui.actions.action import Scope
from clinic_tui.i18n import _
from clinic_tui.protocol.care import Verification
from clinic_tui.protocol.resources import Note
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.note_text import signer
from clinic_tui.widgets.plain import joined, plain, plain_line
from clinic_tui.widgets.reading import reading
from clinic_tui.widgets.scope_texts import scope_note
from clinic_tui.widgets.texts import clock, day
from clinic_tui.widgets.verify_rows import Tab, item_text
from clinic_tui.widgets.workplace import Workplace


def asked_note(item: Verification, visit: Visit) -> Note | None:
    """The version that is to be verified; None where the case does not show it."""
    return next((note for note in visit.notes if note.id == item.note_id), None)


def item_reading(item: Verification, visit: Visit, me: str) -> Content:
    """The note with its corrections, or the new priority; then the case."""
    lines: list[Content] = [plain_line(item_text(item, me), "$accent bold"), *_words(item), Content("")]
    if item.kind == "note_countersign":
        note = asked_note(item, visit)
        if note is None:
            lines.append(plain_line(_("The note cannot be shown."), "$warning"))
        else:
            later = [one for one in visit.notes if one.number > note.number]
            for one in (note, *later):
                lines += _note(one, corrected=bool(later), late=one is not note)
    elif visit.row.priority_reason:
        lines += [plain_line(_("Why"), "bold"), plain(visit.row.priority_reason), Content("")]
    lines.append(reading(visit, me))
    return Content("\n").join(lines)


def ended_reading(visit: Visit, me: str) -> Content:
    """A colleague's ended visit: whose, what was written in it, then the case."""
    who = visit.row.assignee
    title = (
        _("Ended visit that nobody has") if who is None else _("Ended visit of {name}").format(name=who.name)
    )
    lines: list[Content] = [plain_line(title, "$accent bold"), Content("")]
    for message in visit.messages:
        lines.append(plain_line(f"{clock(message.sent_at)}  {message.author_name}", "$muted"))
        lines.append(plain(message.body))
    if visit.messages:
        lines.append(Content(""))
    draft = visit.draft("note")
    if draft is not None and draft.body:
        lines += [plain_line(_("The note so far"), "bold"), plain(draft.body), Content("")]
    lines.append(reading(visit, me))
    return Content("\n").join(lines)


def item_hint(place: Workplace, item: Verification | None, tab: Tab, *, unsigned: bool) -> Content:
    """What the selected line is, what its key does, and the definition; `unsigned` is a visit of mine."""
    key = place.keymap.shown("verify.open")
    lines: list[Content] = []
    if unsigned and tab == "colleagues":
        lines.append(plain(_("{key} shows the visit. The reading is logged.").format(key=key)))
    elif unsigned:
        lines.append(plain(_("{key} goes to the visit, to sign its note.").format(key=key)))
    if item is not None:
        lines.append(plain(item_text(item, place.desk.people.staff_id), "$foreground"))
        if item.comment:
            name = item.decided_by.name if item.decided_by is not None else ""
            lines.append(plain(f"{name}: ”{item.comment}”", "bold"))
        if tab == "to_verify":
            lines.append(plain(_("{key} shows it. The reading is logged.").format(key=key)))
        elif tab == "texts":
            lines.append(plain(_("{key} shows the resident and the number.").format(key=key)))
    lines += [Content("")] if lines else []
    lines.append(plain(scope_note(Scope.VERIFY), "$muted"))
    return Content("\n").join(lines)


def _words(item: Verification) -> Iterable[Content]:
    if item.detail and item.kind == "note_countersign":
        yield plain(f"”{item.detail}”", "$muted")


def _note(note: Note, *, corrected: bool, late: bool) -> Iterable[Content]:
    signed = _("signed by {name} {day} {time}").format(
        name=signer(note), day=day(note.signed_at), time=clock(note.signed_at)
    )
    title = _("Corrected note") if late else _("Note")
    if corrected and not late:
        signed += " · " + _("corrected later, see below")
    yield joined((title, "bold"), ("  " + signed, "$muted"))
    if note.reason:
        yield plain(note.reason, "$muted")
    yield plain(note.body)
    yield Content("")
