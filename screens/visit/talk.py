"""The chat side of the visit screen: the log, the composer, what is sent and what is read."""

from typing import TYPE_CHECKING

from clinic_tui.domain.async_chats import ASYNC_HELD, AsyncState
from clinic_tui.domain.cases import CaseKind, CaseState, CloseReason
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import MarkRead
from clinic_tui.protocol.ids import new_id
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.bar import Piece
from clinic_tui.widgets.chat_log import ChatLog
from clinic_tui.widgets.chat_source import ChatSource
from clinic_tui.widgets.composer import Composer
from clinic_tui.widgets.texts import ZONE, resident_name, resident_with_age
from clinic_tui.widgets.visit_log import Made, chat_messages, ended_by, new_source, update_source
from screens.visit.tab_line import first_name

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen

TYPING_SECONDS = 4.0
"""So long after the last key one is still said to be typing."""


class Talk:
    """Keeps log and composer in step with the visit on screen, and performs what is done in them."""

    def __init__(self, screen: "VisitScreen") -> None:
        self._screen = screen
        self._place = screen.place
        self._sources: dict[str, ChatSource] = {}
        self._made: dict[str, Made] = {}
        self._open: tuple[str, str] | None = None
        """Case and state that the composer was set up for."""
        self._marked: dict[str, int] = {}
        """Number of the newest message marked as read, by case."""
        self._marking: set[str] = set()
        """Cases with a mark on its way; what comes meanwhile is marked in one after it."""
        self._watched: tuple[str | None, bool] = (None, False)
        self._rests = ""
        """The chat on screen that was marked as done."""

    @property
    def log(self) -> ChatLog:
        """The chat log."""
        return self._screen.query_one("#log", ChatLog)

    @property
    def composer(self) -> Composer:
        """The composer."""
        return self._screen.query_one(Composer)

    def may(self, action_id: str, visit: Visit) -> bool:
        """Whether an action of the chat can be performed now."""
        match action_id:
            case "visit.phrases":
                return self.composes(visit) and self._screen.writes_to_resident
            case "visit.write":
                return self.writable(visit)
            case "chat.newest":
                return not self._log_in_front.following
            case _:
                return bool(visit.messages)

    def composes(self, visit: Visit) -> bool:
        """Whether the composer is open: one can write, and has not just marked the chat as done."""
        return self.writable(visit) and visit.case_id != self._rests

    @property
    def rests(self) -> bool:
        """Whether the composer is closed because the chat on screen was marked as done."""
        return bool(self._rests)

    def rest(self, case_id: str) -> None:
        """Close the composer of a chat that was marked as done, until one wants to write again."""
        self._rests = case_id

    def do_visit_write(self) -> None:
        """Write to the resident, also in a chat that is done."""
        visit = self._screen.visit
        if visit is None or not self.writable(visit):
            return
        self._rests = ""
        self._place.staff_side.discard(visit.case_id)
        self._screen.panes.to_chat()
        self._screen.show_current()
        self.composer.area.focus()

    def writable(self, visit: Visit) -> bool:
        """Whether one can write to the resident: one has the case or was invited into it, and it is open."""
        return self._place.desk.takes_part(visit.row) and goes_on(visit)

    @property
    def _log_in_front(self) -> ChatLog:
        """The log of the side that is shown."""
        beside = self._screen.beside
        return beside.chat.chat_log if beside.open else self.log

    def show(self, visit: Visit) -> None:
        """Show the visit's messages, and the composer as its state wants it."""
        people = self._place.desk.people
        my_name = people.profile.display_name if people.profile else ""
        made = self._made.setdefault(visit.case_id, {})
        shown = chat_messages(visit, people.staff_id, my_name, made)
        source = self._sources.get(visit.case_id)
        if source is None:
            source = new_source(shown, self._place.now().astimezone(ZONE).date())
            self._sources[visit.case_id] = source
        else:
            update_source(source, shown)
        typing = visit.presence == "typing" and goes_on(visit)
        name = visit.row.acting_proxy or first_name(visit) or resident_name(visit.row.resident)
        source.typing = _("{name} is writing …").format(name=name) if typing else ""
        self.log.source = source
        self.show_composer(visit)
        self._screen.elsewhere.look(visit)
        self.show_draft(visit)
        self.seen(visit)

    def show_composer(self, visit: Visit, *, anew: bool = False) -> None:
        """Open the composer with the visit's draft, or close it and say what can be done instead."""
        open_now = "open" if self.composes(visit) else f"closed, signed {bool(visit.notes)}"
        stopped = self._screen.interruptions.of(visit)
        if stopped is not None and stopped.message:
            open_now = "stopped: " + open_now
        wanted = (visit.case_id, f"{visit.row.state} {open_now} {self._place.config.ui.send_key}")
        if self._open == wanted and not anew:
            return
        if not anew:
            self._keep_filled()
        self._open = wanted
        if self.composes(visit):
            text = self._screen.drafts.text(visit, "message")
            send_key = self._place.config.ui.send_key
            who, warning = resident_with_age(visit.row.resident), _no_channel(visit)
            self.composer.open_for(who, text, send_key, case_id=visit.case_id, warning=warning)
            return
        if stopped is not None and stopped.message:
            text = self._screen.drafts.text(visit, "message")
            self.composer.stop_with(self._closed_text(visit), text, stopped.why)
            return
        self.composer.close_with(self._closed_text(visit), self._closed_deeds(visit))

    def _closed_text(self, visit: Visit) -> str:
        row = visit.row
        who = resident_with_age(row.resident)
        mine = self._place.desk.is_mine(row)
        if row.kind == CaseKind.ASYNC:
            return self._closed_chat_text(visit, who)
        if row.state == CaseState.BOOKED:
            return _("{resident} · booked, nobody has taken the visit").format(resident=who)
        if mine and row.state == CaseState.ACCEPTED:
            return _("{resident} · the visit has not started").format(resident=who)
        if mine and row.state == CaseState.ENDED_UNSIGNED:
            return _("{resident} · ended, not signed").format(resident=who)
        if row.close_reason == CloseReason.REDIRECTED:
            return _("{resident} · ended with a ticket").format(resident=who)
        if row.state == CaseState.CLOSED:
            return _("{resident} · signed and closed").format(resident=who)
        if row.assignee is not None and not mine:
            return _("{name} has {resident} now.").format(name=row.assignee.name, resident=who)
        return _("You do not have {resident}.").format(resident=who)

    def _closed_chat_text(self, visit: Visit, who: str) -> str:
        row = visit.row
        if self.writable(visit):
            return _("{resident} · done until they write").format(resident=who)
        if row.close_reason == CloseReason.ONE_WAY:
            return _("{resident} · one-way message: the resident cannot answer").format(resident=who)
        if row.close_reason == CloseReason.EXPIRED:
            return _("{resident} · ended: its time was out").format(resident=who)
        if row.state == AsyncState.CLOSED:
            return _("{resident} · ended, only to be read").format(resident=who)
        if row.assignee is None:
            return _("{resident} · nobody has taken the chat").format(resident=who)
        return _("{name} has {resident} now.").format(name=row.assignee.name, resident=who)

    def _closed_deeds(self, visit: Visit) -> list[Piece]:
        pieces: list[Piece] = []
        for action_id, title in (
            ("visit.write", _("Write again") if self.writable(visit) else ""),
            ("case.hand_over", _("Answer") if self._place.desk.is_offered(visit.row) else ""),
            ("case.take", _("Take")),
            ("case.start", _("Start visit")),
            ("case.release", _("Put back")),
            ("case.take_over", _("Take over")),
            ("case.continue", _("New chat after it") if visit.row.closed_at is not None else ""),
            ("visit.sign", _("Correct") if visit.notes else _("Sign")),
            ("visit.close", _("Close")),
        ):
            if title and self._screen.may(action_id):
                key, rank = self._screen.key_of(action_id), len(pieces)
                pieces.append(Piece(f" {key} ", "$on-accent on $accent bold", action_id, rank, leads=True))
                pieces.append(Piece(title, "$foreground", action_id, rank))
                pieces.append(Piece("", gap=1, rank=rank))
        return pieces

    def show_draft(self, visit: Visit) -> None:
        """Take in a draft from elsewhere, and say whether the draft is saved."""
        drafts = self._screen.drafts
        if self.writable(visit) and not self.composes(visit):
            return
        if not self.writable(visit):
            by = ended_by(visit)
            mine = by is not None and by.id == self._place.desk.people.staff_id
            if mine and self._place.steps.led_to(visit.row) and drafts.text(visit, "message"):
                drafts.clear(visit, "message")  # whoever ends a chat here has let go of what was not sent
            return
        self.keep(visit)
        news = drafts.take_in(visit, "message")
        if news == "loaded":
            self.show_composer(visit, anew=True)
        elif news == "other":
            self._screen.panes.tell_other("message")
        self._show_status(visit)

    def _show_status(self, visit: Visit) -> None:
        connected = self._place.desk.connection.state == "live"
        self.composer.show_status(self._screen.drafts.status(visit, "message", connected=connected))

    def keep(self, visit: Visit) -> None:
        """Take what stands in the composer into the drafts; before another visit is shown, too."""
        shown = self._open
        open_now = not self.composer.has_class("-closed")
        if shown is not None and shown[0] == visit.case_id and open_now:
            self._screen.drafts.edit(visit, "message", self.composer.text)

    def _keep_filled(self) -> None:
        """Keep what stands in the composer for the case it was filled for, whatever is shown next."""
        filled = self._place.desk.visits.get(self._open[0]) if self._open is not None else None
        if filled is not None:
            self.keep(filled)

    def edited(self, visit: Visit) -> None:
        """The user wrote in the composer."""
        self._screen.sending.edited()
        if self._screen.beside.open:
            return
        self.keep(visit)
        self._show_status(visit)
        if self.composer.text:
            self.watch(visit.case_id, typing=True)
            self._screen.stop_typing_in(TYPING_SECONDS)
        else:
            self.watch(visit.case_id, typing=False)

    def watch(self, case_id: str | None, *, typing: bool) -> None:
        """Tell the backend what is on screen and whether one types, when that is another."""
        if self._watched != (case_id, typing):
            self._watched = (case_id, typing)
            self._place.watch(case_id, typing)

    def reads(self, visit: Visit) -> bool:
        """Whether what comes in the visit is before the user's eyes at once."""
        known = self._sources.get(visit.case_id)
        return self._screen.shows_chat and (known is None or known.reading is None)

    def seen(self, visit: Visit) -> None:
        """Mark the resident's messages as read once they have been on screen, once for each newest one."""
        if not visit.unread or not self._place.desk.is_mine(visit.row) or not self._screen.shows_chat:
            return
        newest = next((m.seq for m in reversed(visit.messages) if m.author in ("resident", "proxy")), 0)
        before = self._marked.get(visit.case_id, 0)
        if newest <= before or visit.case_id in self._marking or not self.log.following:
            return
        self._marked[visit.case_id] = newest
        self._marking.add(visit.case_id)

        def done(_answer: object) -> None:
            self._marking.discard(visit.case_id)
            if self._screen.visit is visit:
                self.seen(visit)

        def failed_again(_error: object) -> None:
            self._marking.discard(visit.case_id)
            self._marked[visit.case_id] = before

        command = MarkRead(command_id=new_id(), case_id=visit.case_id, seq=newest)
        self._place.submit(command, done, failed_again)

    def do_chat_copy(self) -> None:
        """Copy the selected message, else the newest."""
        log = self._log_in_front
        message = log.selected_message
        if message is None:
            message = next((one for one in reversed(log.source.messages) if one.side != "system"), None)
        if message is not None:
            self._screen.say(self._place.copy(message.body))

    def do_chat_expand(self) -> None:
        """Show the whole of a shortened message."""
        self._log_in_front.action_expand()

    def do_chat_newest(self) -> None:
        """Go to the newest message."""
        self._log_in_front.scroll_to_end()


def goes_on(visit: Visit) -> bool:
    """Whether the chat with the resident is open."""
    row = visit.row
    return row.state in ASYNC_HELD if row.kind == CaseKind.ASYNC else row.state == CaseState.IN_PROGRESS


def _no_channel(visit: Visit) -> str:
    """That no SMS can tell of what is written in a chat; empty where one can (slide 35)."""
    silent = visit.row.kind == CaseKind.ASYNC and not visit.contact.reachable
    return _("! No mobile number: no SMS tells of what you write") if silent else ""
