"""What is done elsewhere to a visit in which one writes: its text stays to be read, and it is said why."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.widgets import TextArea

from clinic_tui.i18n import _
from clinic_tui.protocol.text import is_blank
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.texts import clock

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen


@dataclass(frozen=True)
class Stopped:
    """Writing in a case was stopped by something that was done elsewhere; what is written stays."""

    message: bool
    note: bool
    why: str
    """What was done, by whom and when."""


class Interruptions:
    """Finds out that one can no longer write in the visit on screen, by no step of one's own.

    Whoever types then sees the text stay where it is, and why it takes no more; the focus stays too.
    """

    def __init__(self, screen: "VisitScreen") -> None:
        self._screen = screen
        self._could: dict[str, tuple[bool, bool]] = {}
        """Whether one could write the message and the note when a visit was last shown."""
        self._stopped: dict[str, Stopped] = {}

    def of(self, visit: Visit) -> Stopped | None:
        """What was stopped in a visit and still stands there to be read."""
        return self._stopped.get(visit.case_id)

    def look(self, visit: Visit) -> None:
        """Compare what one can write in the visit on screen with what one could, before it is shown anew."""
        message = self._screen.talk.composes(visit)
        note = self._screen.ending.note_is_mine(visit) and not visit.notes
        could = self._could.get(visit.case_id, (False, False))
        self._could[visit.case_id] = (message, note)
        standing = self.of(visit)
        if standing is not None:
            still = (standing.message and not message, standing.note and not note)
            self._keep(visit, replace(standing, message=still[0], note=still[1]))
        lost_message, lost_note = could[0] and not message, could[1] and not note
        if (lost_message or lost_note) and not self._screen.place.steps.led_to(visit.row):
            self._screen.keep()
            self._stop(visit, message=lost_message, note=lost_note)

    def _stop(self, visit: Visit, *, message: bool, note: bool) -> None:
        """Keep what is written, where there is something, and say what was done."""
        drafts, standing = self._screen.drafts, self.of(visit)
        if note:
            written, signed = drafts.text(visit, "note").strip(), {one.body.strip() for one in visit.notes}
            touched = drafts.touched(visit, "note") and drafts.edited(visit, "note")
            note = touched and written not in signed
        if message:
            message = not is_blank(drafts.text(visit, "message"))
        why = what_happened(visit, self._screen.place.desk.people.staff_id)
        stopped = Stopped(message, note, why)
        if standing is not None:
            stopped = replace(stopped, message=message or standing.message, note=note or standing.note)
        self._keep(visit, stopped)
        if self.of(visit) is not None:
            self._screen.say(why + " " + _("What you have written is still here."), warning=True)
        elif isinstance(self._screen.focused, TextArea):
            self._screen.say(why, warning=True)

    def _keep(self, visit: Visit, stopped: Stopped) -> None:
        if stopped.message or stopped.note:
            self._stopped[visit.case_id] = stopped
        else:
            self._stopped.pop(visit.case_id, None)


def what_happened(visit: Visit, me: str) -> str:
    """What took the case out of one's hands, by whom and when; `me` stands at another terminal."""
    row = visit.row
    note = visit.notes[-1] if visit.notes else None
    who = note.signed_by if note is not None else row.changed_by
    name = "" if who is None or who.id == me else who.name
    at = clock((note.signed_at if note is not None else row.changed_at) or row.queued_at)
    mine = who is not None and who.id == me
    if note is not None:
        text = _("Signed in another window at {time}.") if mine else _("{name} signed the note at {time}.")
    elif row.closed_at is not None or row.ended_at is not None:
        text = _("Ended in another window at {time}.") if mine else _("{name} ended it at {time}.")
        if who is None:
            text = _("It ended by itself at {time}.")
    elif row.assignee is None:
        text = (
            _("Put back in another window at {time}.") if mine else _("{name} put the case back at {time}.")
        )
    elif row.assignee.id != me:
        name = row.assignee.name
        text = _("{name} has the case since {time}.")
    else:
        text = _("Changed in another window at {time}.") if mine else _("{name} changed the case at {time}.")
    return text.format(name=name, time=at)
