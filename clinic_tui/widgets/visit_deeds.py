"""What is done with a scheduled visit from the day's list."""

from collections.abc import Callable

from msgspec.structs import replace

from clinic_tui.client.errors import ClientError, Conflict, Rejected
from clinic_tui.domain.cases import CaseState
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _
from clinic_tui.protocol.command import Command
from clinic_tui.protocol.commands import AcceptCase, CaseAnswer, ReleaseCase
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import CancelVisit, MarkNoShow
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.day_book import booked_call, starts_at
from clinic_tui.widgets.deeds import CaseDeeds
from clinic_tui.widgets.outcome import Outcome
from clinic_tui.widgets.texts import clock, resident_with_age
from clinic_tui.widgets.visit_texts import visit_state, when_text
from clinic_tui.widgets.workplace import Choice, Done, Failed, Question, Workplace
from clinic_tui.widgets.writing_dialog import WritingDialog

_CHANGES = frozenset({"booking.move", "booking.cancel"})


def number_to_phone(place: Workplace, row: CaseRow) -> str:
    """The resident's number in a phone visit that is mine; empty otherwise, as it is private."""
    visit = place.desk.visits.get(row.id)
    if visit is None or booked_call(row) != "phone" or not place.desk.is_mine(row):
        return ""
    return visit.contact.mobile


class VisitDeeds(CaseDeeds):
    """The commands on one visit, with what to say of their outcome."""

    @property
    def may_book(self) -> bool:
        """Whether the role books visits: those who may start chats."""
        return self.place.desk.people.allowed(Permission.CREATE_ASYNC)

    def may(self, action_id: str, row: CaseRow | None) -> bool:
        """Whether the action can be done with this visit now."""
        if row is None:
            return False
        people, mine = self.place.desk.people, self.place.desk.is_mine(row)
        match action_id:
            case "case.take":
                return row.state == CaseState.BOOKED and people.allowed(Permission.ACCEPT_DROP_IN)
            case "booking.move" | "booking.cancel":
                return row.state == CaseState.BOOKED and self.may_book
            case "booking.no_show":
                open_to = row.state == CaseState.BOOKED or (mine and row.state == CaseState.ACCEPTED)
                return open_to and starts_at(row) <= self.place.now()
            case "booking.copy_number":
                return bool(self.number(row))
            case _:
                return super().may(action_id, row)

    def why_not(self, action_id: str, row: CaseRow | None) -> str:
        """Why the visit cannot be moved, cancelled, taken or marked now."""
        if row is None or self.may(action_id, row):
            return ""
        if action_id == "booking.no_show" and row.state in {CaseState.BOOKED, CaseState.ACCEPTED}:
            if starts_at(row) > self.place.now():
                return _("The visit starts {time}. Before that nobody is late.").format(
                    time=clock(starts_at(row))
                )
            return self._who_has(row)
        if action_id in _CHANGES and row.state == CaseState.ACCEPTED:
            if self.place.desk.is_mine(row):
                key = self.key_of("case.release")
                return _("You have taken the visit. Put it back first: {key}.").format(key=key)
            return self._who_has(row)
        if action_id in _CHANGES and not self.may_book:
            return _("Your role does not book visits.")
        if action_id in {*_CHANGES, "booking.no_show"}:
            return _("That cannot be done now: {state}.").format(state=visit_state(row).lower())
        if action_id == "case.start" and row.state == CaseState.BOOKED:
            return _("Take the case first: {key}.").format(key=self.key_of("case.take"))
        return super().why_not(action_id, row)

    def _who_has(self, row: CaseRow) -> str:
        return _("{name} has {resident} now.").format(
            name=row.assignee.name if row.assignee else "", resident=resident_with_age(row.resident)
        )

    def number(self, row: CaseRow) -> str:
        """The resident's number in a phone visit that is mine; empty otherwise, as it is private."""
        return number_to_phone(self.place, row)

    def copy_number(self, row: CaseRow) -> None:
        """Copy the number, where the settings allow it."""
        self.say(self.place.copy(self.number(row)), False)

    def take(self, row: CaseRow, lost: Callable[[CaseRow | None], None]) -> None:
        """Take a booked visit; `lost` is called when a colleague was first."""

        def failed(error: ClientError) -> None:
            if isinstance(error, Conflict):
                lost(None)
            self.refused(error)

        def done(_answer: object) -> None:
            text = _("You have taken {resident}. {key} starts the visit.").format(
                resident=resident_with_age(row.resident), key=self.key_of("case.start")
            )
            self.say(text, False)

        self.place.submit(AcceptCase(command_id=new_id(), case_id=row.id, version=row.version), done, failed)

    def release(self, row: CaseRow) -> None:
        """Give a taken visit back: it is booked again, and anybody with the role may take it."""

        def done(answer: CaseAnswer) -> None:
            text = _("{resident} is booked again, and taken by nobody.")
            text = text.format(resident=resident_with_age(row.resident))
            self.place.tell(Outcome(text, undo_id=answer.undo_id))

        command = ReleaseCase(command_id=new_id(), case_id=row.id, version=row.version)
        self.place.submit(command, done, self.refused)

    def cancel(self, row: CaseRow, dialog: WritingDialog[str], then: Callable[[object], None]) -> None:
        """Let the dialog's reason cancel the visit, asked about where no SMS can tell the resident of it.

        `then` is called with the answer.
        """

        def made(reason: str) -> CancelVisit:
            return CancelVisit(command_id=new_id(), case_id=row.id, version=row.version, reason=reason)

        def submit(command: Command, done: Done, failed: Failed) -> None:
            def no_channel(error: ClientError) -> None:
                if not isinstance(error, Rejected) or error.rule != "async.no_channel":
                    failed(error)
                    return
                silent = replace(command, command_id=new_id(), without_channel=True)
                choices = (
                    Choice(
                        "x",
                        _("Cancel the visit all the same"),
                        lambda: self.place.submit(silent, done, failed),
                    ),
                    Choice("escape", _("Keep the visit"), lambda: failed(error)),
                )
                text = error.user_text() + "\n\n" + _("Tell the resident yourself.")
                self.place.ask(Question(_("No SMS can be sent"), text, choices))

            self.place.submit(command, done, no_channel)

        def cancelled(answer: object) -> None:
            then(answer)
            text = _("Cancelled: {resident}, {time}.")
            when = when_text(starts_at(row))
            self.say(text.format(resident=resident_with_age(row.resident), time=when), False)

        dialog.deliver_by(made, submit, cancelled, self.refused)

    def no_show(self, row: CaseRow, then: Callable[[object], None]) -> None:
        """Ask, then note that the resident did not come; `then` is called with the answer."""
        resident = resident_with_age(row.resident)

        def done(answer: CaseAnswer) -> None:
            then(answer)
            text = _("{resident} did not come.").format(resident=resident)
            self.place.tell(Outcome(text, undo_id=answer.undo_id))

        def go() -> None:
            command = MarkNoShow(command_id=new_id(), case_id=row.id, version=row.version)
            self.place.submit(command, done, self.refused)

        text = _("{resident} was booked {time}. The visit is closed; that can be undone for ten seconds.")
        self.place.ask(
            Question(
                title=_("Did not come"),
                text=text.format(resident=resident, time=when_text(starts_at(row))),
                choices=(Choice("w", _("Did not come"), go), Choice("escape", _("Cancel"))),
            )
        )
