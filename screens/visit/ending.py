"""How a visit ends on the visit screen: ended, signed, corrected, closed."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from clinic_tui.client.errors import ClientError
from clinic_tui.domain.async_chats import ASYNC_HELD
from clinic_tui.domain.cases import CaseKind, CaseState, silent_since
from clinic_tui.domain.phrases import fill
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import EndNoAnswer, EndVisit, NoteAnswer, SignNote
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import CloseMeeting
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.answer_first import who_waits
from clinic_tui.widgets.modal import show_dialog
from clinic_tui.widgets.next_waiting import next_offer
from clinic_tui.widgets.outcome import Outcome
from clinic_tui.widgets.texts import resident_with_age
from screens.dialogs.amend import AmendDialog
from screens.dialogs.end_visit import EndChoice, EndRequest, EndVisitDialog
from screens.dialogs.sign import SignChoice, SignDialog, SignRequest
from screens.visit.placeholders import placeholder_values

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen


class Ending:
    """Performs what ends a visit, each after its dialog."""

    def __init__(self, screen: "VisitScreen") -> None:
        self._screen = screen
        self._place = screen.place
        self._signing = False
        """Whether a signature is on its way: it is not asked for twice."""

    def may(self, action_id: str, visit: Visit) -> bool:
        """Whether an ending action can be performed now."""
        mine = self._place.desk.is_mine(visit.row)
        state = visit.row.state
        chat = visit.row.kind == CaseKind.ASYNC
        match action_id:
            case "visit.sign":
                if not self._place.desk.people.allowed(Permission.SIGN_NOTE):
                    return False
                if visit.notes:
                    return True
                signable = ASYNC_HELD if chat else {CaseState.IN_PROGRESS, CaseState.ENDED_UNSIGNED}
                return self.late(visit) or (mine and state in signable)
            case "visit.end":
                if chat:
                    return self._place.may_begin("case.end", visit.row)
                return mine and state == CaseState.IN_PROGRESS
            case _:
                return (chat or not mine) and not self._screen.writing_now

    def note_is_mine(self, visit: Visit) -> bool:
        """Whether the note is mine to write."""
        return self._place.desk.is_mine(visit.row) or self.late(visit)

    def late(self, visit: Visit) -> bool:
        """Whether the note of a chat that has ended is still mine to sign."""
        row = visit.row
        me = self._place.desk.people.staff_id
        mine = row.assignee is not None and row.assignee.id == me
        return row.kind == CaseKind.ASYNC and row.closed_at is not None and mine and not visit.notes

    def do_visit_end(self) -> None:
        """Ask how the visit ends; a chat is ended as from any list."""
        visit = self._screen.visit
        if visit is None:
            return
        self._screen.keep()
        if visit.row.kind == CaseKind.ASYNC:
            self._place.begin("case.end", visit.case_id)
            return
        row, people = visit.row, self._place.desk.people
        unit = people.units.get(row.unit_id)
        minutes = unit.no_answer_minutes if unit else 10
        since = silent_since(row.started_at, row.last_resident_at, row.last_staff_at)
        request = EndRequest(
            resident=resident_with_age(row.resident),
            blocks=people.region.unsigned_blocks and row.kind == CaseKind.DROP_IN,
            no_answer_from=since and since + timedelta(minutes=minutes),
            no_answer_minutes=minutes,
            no_answer_text=fill(unit.no_answer_text if unit else "", placeholder_values(self._place, visit)),
            unsent=bool(self._screen.drafts.text(visit, "message").strip()),
            unanswered=who_waits(self._place, row),
            call=row.booking is not None and row.booking.meeting_since is not None,
        )

        def chosen(choice: EndChoice | None) -> None:
            self._end(visit.case_id, choice)

        show_dialog(self._screen, EndVisitDialog(request, self._place.now), chosen)

    def _end(self, case_id: str, choice: EndChoice | None) -> None:
        visit = self._place.desk.visits.get(case_id)
        if visit is None or choice is None or not self._screen.belongs(case_id):
            return
        if choice == "answer":
            self._place.answer(case_id)
            return
        if choice == "call":
            self._end_call(visit)
            return
        if choice == "sign":
            self.ask_to_sign(visit)
            return
        kind = EndVisit if choice == "end" else EndNoAnswer
        command = kind(command_id=new_id(), case_id=case_id, version=visit.row.version)

        def done(_answer: object) -> None:
            self._screen.show_all()
            text = _("The visit with {resident} has ended. {key} signs the note.").format(
                resident=resident_with_age(visit.row.resident), key=self._place.keymap.shown("visit.sign")
            )
            self._tell(case_id, text)

        self._place.submit(command, done, self._refused)

    def _end_call(self, visit: Visit) -> None:
        """End the call alone; where the visit ends, the call ends with it."""
        text = _("The call with {resident} has ended. The visit goes on.")
        text = text.format(resident=resident_with_age(visit.row.resident))
        command = CloseMeeting(command_id=new_id(), case_id=visit.case_id)
        self._place.submit(command, lambda _answer: self._screen.say(text), self._refused)

    def do_visit_sign(self) -> None:
        """Sign the note, or correct a signed one."""
        visit = self._screen.visit
        if visit is None or self._signing:
            return
        self._screen.keep()
        if visit.notes:
            self._correct(visit)
            return
        refusal = self._screen.panel.note.refusal()
        if refusal:
            self._screen.say(refusal, warning=True)
            return
        self.ask_to_sign(visit)

    def ask_to_sign(self, visit: Visit) -> None:
        """Show what is signed and for whom, and sign it when that is chosen."""
        chat = visit.row.kind == CaseKind.ASYNC
        ends = visit.row.state == CaseState.IN_PROGRESS and not chat
        unit = self._place.desk.people.units.get(visit.row.unit_id)
        blocks = visit.row.kind == CaseKind.DROP_IN and (
            self._place.desk.people.region.unsigned_blocks if ends else visit.row.blocks_resident
        )
        request = SignRequest(
            resident=resident_with_age(visit.row.resident),
            body=self._screen.drafts.text(visit, "note"),
            auto_history=visit.history.auto_history,
            ends_visit=ends,
            unanswered=who_waits(self._place, visit.row) if ends else None,
            blocks=blocks,
            unsent=bool(self._screen.drafts.text(visit, "message").strip()) and ends,
            other=self._screen.drafts.has_other(visit, "note"),
            waiting=sum(pending.state != "sent" for pending in visit.pending),
            may_copy=self._place.config.privacy.copy_allowed,
            stays_open=chat and visit.row.closed_at is None,
            reachable=visit.contact.reachable,
            async_days=None if chat or unit is None or not self._may_go_on() else unit.async_days,
        )
        dialog = SignDialog(request)

        def chosen(choice: SignChoice | None) -> None:
            if choice == "answer":
                self._place.answer(visit.case_id)
            elif choice == "write":
                self._screen.panes.do_visit_note()
            elif choice == "auto_history":
                self._sign(visit.case_id, request.auto_history)
            elif choice is not None:
                days = dialog.days if choice == "to_async" else None
                self._sign(visit.case_id, request.body, choice, to_async_days=days)

        show_dialog(self._screen, dialog, chosen)

    def _may_go_on(self) -> bool:
        return self._place.desk.people.allowed(Permission.CREATE_ASYNC)

    def _sign(
        self, case_id: str, body: str, choice: SignChoice = "sign", *, to_async_days: int | None = None
    ) -> None:
        visit = self._place.desk.visits.get(case_id)
        if visit is None or self._signing or not self._screen.belongs(case_id):
            return
        self._signing = True
        arrived = self._place.arrival()

        def done(answer: NoteAnswer | None) -> None:
            self._signing = False
            self._screen.drafts.forget(case_id, *(("note",) if visit.row.kind == CaseKind.ASYNC else ()))
            if choice == "sign_and_copy":
                self._place.begin("case.record", case_id)
            if answer is not None and answer.successor is not None:
                self._go_over(visit, answer.successor.row.id, arrived)
            else:
                self._signed(visit)
            if choice == "sign_and_ask":
                self._place.later(lambda: self._place.begin("case.verify", case_id))

        def refused(error: ClientError) -> None:
            self._signing = False
            self._refused(error)

        command = SignNote(
            command_id=new_id(),
            case_id=case_id,
            version=visit.row.version,
            body=body,
            acknowledged=choice == "sign_anyway",
            to_async_days=to_async_days,
            draft_revision=self._screen.drafts.revision(visit, "note"),
        )
        self._place.submit(command, done, refused)

    def _go_over(self, visit: Visit, chat_id: str, arrived: Callable[[str], None]) -> None:
        """Go over to the same resident's chat, as was chosen with the signature."""
        arrived(chat_id)
        if self._place.current_visit == chat_id:
            text = _("Signed: {resident}. You go on here, in messages.")
            self._screen.say_in_front(text.format(resident=resident_with_age(visit.row.resident)))

    def _signed(self, visit: Visit) -> None:
        """Tell what was signed. One stays on the case, which shows its note and takes no more text."""
        self._screen.show_all()
        goes_on = visit.row.kind == CaseKind.ASYNC and visit.row.closed_at is None
        text = _("Signed: {resident}. The chat goes on.") if goes_on else _("Signed: {resident}.")
        self._tell(visit.case_id, text.format(resident=resident_with_age(visit.row.resident)))

    def _tell(self, case_id: str, text: str) -> None:
        """Tell what was done, with the next case of mine that waits as a key."""
        self._place.tell(Outcome(text, offers=tuple(next_offer(self._place, case_id))))

    def _correct(self, visit: Visit) -> None:
        """Write a new version of the signed note."""
        resident = resident_with_age(visit.row.resident)

        def done(_answer: object) -> None:
            self._screen.show_all()
            self._screen.say(_("The note for {resident} is corrected.").format(resident=resident))

        dialog = AmendDialog(visit.notes[-1], resident)
        dialog.deliver_by(lambda command: command, self._place.submit, done, self._refused)
        show_dialog(self._screen, dialog, lambda _nothing: None)

    def do_visit_close(self) -> None:
        """Take a chat, or a visit that is not mine, off the tabs, and leave it; what is written is kept."""
        visit = self._screen.visit
        if visit is None:
            return
        self._screen.keep()
        self._place.desk.close(visit.case_id)
        if self._place.current_visit == visit.case_id:
            self._place.current_visit = None
            self._place.app_perform("app.back")

    def _refused(self, error: ClientError) -> None:
        self._screen.say(error.user_text(), warning=True)
        self._screen.show_all()
