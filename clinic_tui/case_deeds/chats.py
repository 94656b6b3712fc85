"""Deeds on asynchronous chats: done, end, go on in a new one; and tickets (slides 24, 32, 40, 60)."""

from collections.abc import Callable

from clinic_tui.case_deeds.part import Part, is_chat, is_open_chat
from clinic_tui.client.errors import ClientError, Rejected
from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.chat_commands import CloseChat, ContinueChat, MarkDone, ProlongChat, RedirectCase
from clinic_tui.protocol.command import CaseAnswer, DetailAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.widgets.answer_first import answer_choice, who_waits
from clinic_tui.widgets.next_waiting import next_offer
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.workplace import Choice, Question, Waiting
from screens.dialogs.days import DaysDialog

_TO_DO = frozenset({AsyncState.AWAITING_STAFF, AsyncState.AWAITING_RESIDENT})


class ChatDeeds(Part):
    """What moves a chat on."""

    def may_case_done(self, row: CaseRow) -> bool:
        """One's own chat that is on the to-do list."""
        return is_chat(row) and self.desk.is_mine(row) and row.state in _TO_DO

    def do_case_done(self, row: CaseRow) -> None:
        """Take it off the to-do list; what is unread or not sent is asked about."""
        text, waiting = self._not_done_with(row), who_waits(self.place, row)
        if not text and waiting is None:
            self._mark_done(row)
            return
        choices = (
            *self._answer_first(row, waiting),
            Choice("d", _("Mark as done"), lambda: self._mark_done(row)),
            Choice("escape", _("Cancel")),
        )
        title = _("Is {resident} done?").format(resident=resident_with_age(row.resident))
        self.place.ask(Question(title, text, choices, waiting=waiting))

    def _answer_first(self, row: CaseRow, waiting: Waiting | None) -> tuple[Choice, ...]:
        """The way back to the chat, where somebody waits in it and I may write there."""
        if waiting is None or not self.desk.takes_part(row):
            return ()
        return (answer_choice(lambda: self.place.answer(row.id)),)

    def _not_done_with(self, row: CaseRow) -> str:
        unread = ngettext("{count} message is unread.", "{count} messages are unread.", row.unread)
        reasons = (
            (row.unread > 0, unread.format(count=row.unread)),
            (self._unsent(row), _("What you have written is not sent. It is kept as a draft.")),
        )
        return " ".join(text for holds, text in reasons if holds)

    def _unsent(self, row: CaseRow) -> bool:
        """Whether something is written in the case and not sent."""
        return self.place.writing.get(row.id, self.desk.drafts.get(row.id, "message") is not None)

    def _mark_done(self, row: CaseRow) -> None:
        """Take it off the list; one stays with it, and the next that waits for me is a key in the line."""
        resident = resident_with_age(row.resident)
        command = MarkDone(command_id=new_id(), case_id=row.id, version=self.newest(row).version)

        def done(answer: CaseAnswer) -> None:
            detail = _("It comes back when the resident writes.")
            self.tell(
                _("{resident} is done.").format(resident=resident),
                *next_offer(self.place, row.id),
                detail=detail,
                undo_id=answer.undo_id,
            )

        self.send(command, done)

    def may_case_end(self, row: CaseRow) -> bool:
        """One's own chat, or one of a queue of one's own."""
        allowed = self.is_ours(row) and self.desk.people.allowed(Permission.ANSWER_ASYNC)
        return is_open_chat(row) and (self.desk.is_mine(row) or allowed)

    def do_case_end(self, row: CaseRow) -> None:
        """Ask, and end it; what is written and not sent is named first."""
        unsent = self._unsent(row)
        resident = resident_with_age(row.resident)
        text = _("{resident} can read the chat afterwards, and not write in it. Nobody can open it again.")
        text = text.format(resident=resident)
        if unsent:
            text += "\n\n" + _("What you have written and not sent is thrown away.")
        label = _("End the chat and throw the draft away") if unsent else _("End the chat")
        waiting = who_waits(self.place, row)
        choices = (
            *self._answer_first(row, waiting),
            Choice("e", label, lambda: self.close_chat(row)),
            Choice("escape", _("Cancel")),
        )
        title = _("End the chat with {resident}").format(resident=resident)
        warning = unsent or waiting is not None
        self.place.ask(Question(title, text, choices, warning=warning, waiting=waiting))

    def close_chat(self, row: CaseRow) -> None:
        """End the chat; the user has seen that an unsent text goes."""
        command = CloseChat(
            command_id=new_id(), case_id=row.id, version=self.newest(row).version, discard_draft=True
        )
        text = _("The chat with {resident} has ended.").format(resident=resident_with_age(row.resident))
        self.send(command, lambda _answer: self.tell(text, *next_offer(self.place, row.id)))

    def may_case_prolong(self, row: CaseRow) -> bool:
        """Asked of any open chat of one's own; the answer is always no."""
        return is_open_chat(row) and self.desk.is_mine(row)

    def do_case_prolong(self, row: CaseRow) -> None:
        """Show why not, and how to go on instead (slide 40)."""

        def refused(error: ClientError) -> None:
            follow = Choice("n", _("New chat after it"), lambda: self.do_case_continue(row))
            choices = (follow, Choice("escape", _("Close")))
            self.place.ask(
                Question(_("A chat cannot be prolonged"), error.user_text(), choices, warning=False)
            )

        command = ProlongChat(command_id=new_id(), case_id=row.id, version=self.newest(row).version)
        self.send(command, lambda _answer: None, refused)

    def may_case_continue(self, row: CaseRow) -> bool:
        """After any chat that one may start another for."""
        ours = row.unit_id in self.desk.people.units
        return is_chat(row) and row.state != AsyncState.NEW and ours and self._may_create()

    def _may_create(self) -> bool:
        return self.desk.people.allowed(Permission.CREATE_ASYNC)

    def do_case_continue(self, row: CaseRow) -> None:
        """Choose its days, and open the new chat."""
        unit = self.unit(row)
        dialog = DaysDialog(
            _("New chat after the one with {resident}").format(resident=resident_with_age(row.resident)),
            (_("It quotes the last messages. Its days are chosen now and cannot be changed afterwards."),),
            days=unit.async_days if unit else 10,
            choose=_("Start the chat"),
        )
        self.ask(dialog, lambda days: self._continue(row, days))

    def _continue(self, row: CaseRow, days: int, *, without_channel: bool = False) -> None:
        arrived = self.place.arrival()

        def done(answer: DetailAnswer) -> None:
            arrived(answer.detail.row.id)

        def refused(error: ClientError) -> None:
            if isinstance(error, Rejected) and error.rule == "async.no_channel" and not without_channel:
                go = Choice(
                    "s", _("Start it all the same"), lambda: self._continue(row, days, without_channel=True)
                )
                choices = (go, Choice("escape", _("Cancel")))
                self.place.ask(Question(_("No SMS can be sent"), error.user_text(), choices))
            else:
                self.refused(error)

        command = ContinueChat(
            command_id=new_id(), case_id=row.id, days=days, without_channel=without_channel
        )
        self.send(command, done, refused)

    def may_case_ticket(self, row: CaseRow) -> bool:
        """For the resident of any case one may issue tickets from."""
        return bool(row.resident.id) and self.desk.people.allowed(Permission.ISSUE_TICKET_OWN_UNIT)

    def do_case_ticket(self, row: CaseRow) -> None:
        """Issue a ticket, then offer to end the case it was issued from (slide 60)."""
        from screens.dialogs.ticket import TicketDialog

        def issued(_ticket: object) -> None:
            self._offer_end(self.newest(row))

        self.ask(TicketDialog(self.place, row.resident, case=row), issued)

    def _offer_end(self, row: CaseRow) -> None:
        resident = resident_with_age(row.resident)
        end = self._way_to_end(row)
        if end is None:
            self.say(_("{resident} has a drop-in ticket.").format(resident=resident))
            return
        choices = (Choice("e", *end), Choice("escape", _("Let it stay open")))
        text = _("{resident} has a drop-in ticket. Is this case done with?").format(resident=resident)
        self.place.ask(Question(_("The ticket is issued"), text, choices, warning=False))

    def _way_to_end(self, row: CaseRow) -> tuple[str, Callable[[], None]] | None:
        """How a case is ended whose resident goes on with a ticket; None where it is not for me to end."""
        if is_chat(row):
            asks = self._unsent(row) or who_waits(self.place, row) is not None
            end = self.do_case_end if asks else self.close_chat
            return (_("End the chat"), lambda: end(row)) if self.may_case_end(row) else None
        if self.desk.is_mine(row) and row.state == CaseState.IN_PROGRESS:
            return _("End the visit"), lambda: self._end_visit(row)
        allowed = self.is_ours(row) and self.desk.people.allowed(Permission.ACCEPT_DROP_IN)
        waits = row.state == CaseState.WAITING and allowed
        taken = row.state == CaseState.ACCEPTED and self.desk.is_mine(row)
        if row.kind != CaseKind.DROP_IN or not (waits or taken):
            return None
        return _("End the case"), lambda: self._redirect(row)

    def _redirect(self, row: CaseRow) -> None:
        """End a case nobody began; only then can its resident use the ticket."""
        command = RedirectCase(command_id=new_id(), case_id=row.id, version=self.newest(row).version)
        text = _("The case has ended. {resident} can use the ticket.")
        text = text.format(resident=resident_with_age(row.resident))
        self.send(command, lambda _answer: self.say(text))

    def _end_visit(self, row: CaseRow) -> None:
        self.place.open_case(row.id)

        def end() -> None:
            screen = self._hall.clinic_screen
            if screen is not None and screen.VIEW == "visit":
                screen.action_perform("visit.end")

        self.place.later(end)
