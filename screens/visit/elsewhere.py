"""What the same person sends from another terminal, seen from the text that stands in this one."""

from typing import TYPE_CHECKING

from clinic_tui.i18n import _
from clinic_tui.protocol.resources import Message
from clinic_tui.protocol.text import is_blank
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.texts import clock

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen


class Elsewhere:
    """Lets go of a text that was sent from another terminal, and tells where another one was sent."""

    def __init__(self, screen: "VisitScreen") -> None:
        self._screen = screen
        self._seen: dict[str, int] = {}
        """Number of the newest message that was looked at, by case."""

    def look(self, visit: Visit) -> None:
        """Compare the text of the visit on screen with what came since; a text that was not sent stays."""
        before = self._seen.setdefault(visit.case_id, visit.last_seq)
        self._seen[visit.case_id] = max(before, visit.last_seq)
        sent = self._sent_elsewhere(visit, before)
        if not sent:
            return
        self._screen.keep()
        text = self._screen.drafts.text(visit, "message")
        if is_blank(text):
            return
        same = next((one for one in sent if one.body.strip() == text.strip()), None)
        if same is None:
            said = _("You sent a message from another window at {time}. What you are writing here stays.")
            self._screen.say(said.format(time=clock(sent[0].sent_at)), warning=True)
            return
        self._screen.drafts.clear(visit, "message")
        self._screen.talk.show_composer(visit, anew=True)
        said = _("Sent from another window at {time}. The same text is gone from here.")
        self._screen.say(said.format(time=clock(same.sent_at)), warning=True)

    def _sent_elsewhere(self, visit: Visit, after: int) -> list[Message]:
        """My messages with a number above `after` that did not go from here, the newest first."""
        me, found = self._screen.place.desk.people.staff_id, list[Message]()
        for message in reversed(visit.messages):
            if message.seq <= after:
                break
            if message.author == "staff" and message.author_id == me and message.id not in visit.sent_here:
                found.append(message)
        return found
