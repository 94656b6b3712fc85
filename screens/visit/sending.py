"""What is sent from the visit screen, and what becomes of a message that could not be."""

from typing import TYPE_CHECKING

from clinic_tui.i18n import _
from clinic_tui.protocol.commands import PostMessage
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.state.visit import Pending, Visit
from clinic_tui.widgets.outcome import Offer, Outcome
from clinic_tui.widgets.texts import resident_name

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen


class Sending:
    """Sends what stands in the composer. Nothing is lost: what fails can be sent again or taken back."""

    def __init__(self, screen: "VisitScreen") -> None:
        self._screen = screen
        self._talk = screen.talk
        self._place = screen.place
        self._told: set[str] = set()
        """Messages whose failure was said."""
        self._waiting: set[str] = set()
        """Messages of which it was said that they wait."""
        self._phrases: dict[str, str] = {}
        """Id of the phrase last inserted, by case."""
        self._refused = False
        """Whether the notice line says why the text cannot be sent."""
        self._place.give_back = self.give_back

    def edited(self) -> None:
        """The text is another: what was said against the old one is settled."""
        if self._refused:
            self._refused = False
            self._screen.say("")

    def may(self, action_id: str, visit: Visit) -> bool:
        """Whether something can be sent now."""
        beside = self._screen.beside
        if action_id == "message.send":
            area = beside.chat.area if beside.open else self._talk.composer.area
            return self.has_field(visit) and self._screen.focused is area
        return self._talk.writable(visit) and not beside.open and bool(failed(visit))

    def has_field(self, visit: Visit) -> bool:
        """Whether the side in front has a field to write in."""
        beside = self._screen.beside
        if beside.open:
            return self._screen.query_one("#chat").display and not beside.chat.area.disabled
        return self._talk.composes(visit) and self._screen.writes_to_resident

    def tell_failures(self) -> None:
        """Say once of every message that could not be sent what is wrong and what to do."""
        for visit in self._place.desk.visits.values():
            for pending in failed(visit):
                if pending.id not in self._told:
                    self._told.add(pending.id)
                    self._screen.say(self._failure(visit, pending), warning=True)
        self._tell_waiting()

    def _tell_waiting(self) -> None:
        """Say once of the message on screen that waits without contact that it can still be taken back."""
        visit = self._screen.visit
        for pending in visit.pending if visit is not None else ():
            if pending.state == "queued" and pending.error is not None and pending.id not in self._waiting:
                self._waiting.add(pending.id)
                text = _("Not sent yet: {reason}").format(reason=pending.error.user_text())
                self._screen.tell(Outcome(text, offers=(Offer("app.undo", _("Take it back")),), warning=True))

    def _failure(self, visit: Visit, pending: Pending) -> str:
        reason = pending.error.user_text() if pending.error else ""
        if not self._talk.writable(visit):
            return _("Not sent to {resident}: {reason} {key} copies it from the chat.").format(
                resident=resident_name(visit.row.resident),
                reason=reason,
                key=self._place.keymap.shown("chat.copy"),
            )
        return _("Not sent to {resident}: {reason} {again} sends again, {back} takes it back.").format(
            resident=resident_name(visit.row.resident),
            reason=reason,
            again=self._place.keymap.shown("message.retry"),
            back=self._place.keymap.shown("message.take_back"),
        )

    def do_message_send(self) -> None:
        """Send what is written, unless something is missing in it."""
        visit = self._screen.visit
        if self._screen.beside.open:
            self._screen.beside.chat.send()
            return
        if visit is None or not self._talk.composes(visit):
            return
        if not self._screen.belongs(self._talk.composer.case_id):
            return
        refusal = self._talk.composer.refusal()
        if refusal:
            self._refused = True
            self._screen.say(refusal, warning=True)
            self._talk.composer.area.focus()
            self._talk.composer.area.select_blank(stay=True)
            return
        self._screen.say("")
        self._post(visit, self._talk.composer.text)
        self._talk.composer.clear()
        self._screen.drafts.clear(visit, "message")
        self._talk.watch(visit.case_id, typing=False)

    def _post(self, visit: Visit, body: str) -> None:
        phrase = self._phrases.pop(visit.case_id, None)
        self._place.send_message(
            PostMessage(command_id=new_id(), case_id=visit.case_id, body=body, phrase_id=phrase)
        )

    def do_message_retry(self) -> None:
        """Send what failed once more, under a new id: the backend has refused the old one for good."""
        visit = self._screen.visit
        if visit is None:
            return
        for pending in failed(visit):
            self._post(visit, pending.body)
            self._place.discard_message(visit.case_id, pending.id)
        self._screen.show_current()

    def do_message_take_back(self) -> None:
        """Take the last message that failed back into the composer, before what stands there."""
        visit = self._screen.visit
        if visit is None:
            return
        lost = failed(visit)
        if not lost:
            return
        self.give_back(visit.case_id, lost[-1].body)
        self._place.discard_message(visit.case_id, lost[-1].id)
        self._screen.show_current()
        self._talk.composer.area.focus()

    def give_back(self, case_id: str, body: str) -> None:
        """Put a text that was not sent back into a case's message, before what is written there."""
        visit = self._place.desk.visits.get(case_id)
        if visit is None:
            return
        self._screen.keep()
        written = self._screen.drafts.text(visit, "message")
        self._screen.drafts.edit(visit, "message", body + ("\n\n" + written if written else ""))
        if self._screen.visit is visit:
            self._talk.show_composer(visit, anew=True)

    def insert(self, visit: Visit, phrase: PhraseInfo) -> None:
        """Insert a phrase where the cursor stands."""
        self._phrases[visit.case_id] = phrase.id
        self._talk.composer.area.focus()
        self._talk.composer.area.insert_phrase(phrase)


def failed(visit: Visit) -> list[Pending]:
    """The messages of a visit that were refused for good."""
    return [pending for pending in visit.pending if pending.state == "failed"]
