"""Deeds between colleagues: hand over, invite, assign, leave, and talk beside the case (slides 36-40)."""

from clinic_tui.case_deeds.part import Part, is_open_chat, is_under_way
from clinic_tui.domain.cases import CaseState
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _
from clinic_tui.protocol.care import HandOver
from clinic_tui.protocol.command import CaseAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.limits import LINE_LIMIT
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.team_commands import (
    AnswerHandOver,
    AssignCase,
    HandOverCase,
    InviteColleague,
    LeaveCase,
    WithdrawHandOver,
)
from clinic_tui.widgets.modal import Way
from clinic_tui.widgets.next_waiting import next_offer
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.workplace import Choice, Question
from screens.dialogs.colleague_picker import ColleaguePicker
from screens.dialogs.hand_over import Handing, HandOverDialog, answer_dialog
from screens.dialogs.words import WordsDialog


class PeopleDeeds(Part):
    """Who has the case, who takes part in it."""

    def may_case_hand_over(self, row: CaseRow) -> bool:
        """One's own case, or one that a colleague offers."""
        return self.desk.is_offered(row) or (self.desk.is_mine(row) and is_under_way(row))

    def do_case_hand_over(self, row: CaseRow) -> None:
        """Answer an offer, take one's own back, or make one."""
        offer = row.hand_over
        if offer is not None and offer.receiver.id == self.me:
            self._answer(row, offer)
        elif offer is not None:
            self._withdraw(row, offer)
        else:
            text = _("Hand over {resident}").format(resident=resident_with_age(row.resident))
            picker = ColleaguePicker(
                self.place,
                text,
                unit_id=row.unit_id,
                among=lambda staff: self.desk.people.takes(staff.id, row),
            )
            self.ask(picker, lambda staff: self._hand_over(row, staff))

    def _hand_over(self, row: CaseRow, staff: StaffRef) -> None:
        unit = self.unit(row)
        resident = resident_with_age(row.resident)

        def made(handing: Handing) -> HandOverCase:
            return HandOverCase(
                command_id=new_id(),
                case_id=row.id,
                version=self.newest(row).version,
                staff_id=staff.id,
                reason=handing.reason,
                summary=handing.summary,
            )

        text = _("{name} is asked to take over {resident}.").format(name=staff.name, resident=resident)
        dialog = HandOverDialog(resident, staff, unit.hand_over_minutes if unit else 15)
        self.write(dialog, made, lambda _answer: self.say(text))

    def _answer(self, row: CaseRow, offer: HandOver) -> None:
        resident = resident_with_age(row.resident)
        dialog = answer_dialog(resident, offer)

        def made(comment: str) -> AnswerHandOver:
            return AnswerHandOver(
                command_id=new_id(),
                case_id=row.id,
                version=self.newest(row).version,
                accept=dialog.taken == "f9",
                comment=comment,
            )

        def done(_answer: object) -> None:
            if dialog.taken == "f9":
                self.place.open_case(row.id)
                self.say(_("You have {resident} now.").format(resident=resident))
            else:
                self.say(_("{name} keeps {resident}.").format(name=offer.sender.name, resident=resident))

        self.write(dialog, made, done)

    def _withdraw(self, row: CaseRow, offer: HandOver) -> None:
        resident = resident_with_age(row.resident)

        def withdraw() -> None:
            command = WithdrawHandOver(command_id=new_id(), case_id=row.id, version=self.newest(row).version)
            text = _("You keep {resident}.").format(resident=resident)
            self.send(command, lambda _answer: self.say(text))

        self.place.ask(
            Question(
                title=_("{name} has not answered yet").format(name=offer.receiver.name),
                text=_("You have asked {name} to take over {resident}: {reason}").format(
                    name=offer.receiver.name, resident=resident, reason=offer.reason
                ),
                choices=(Choice("w", _("Take it back"), withdraw), Choice("escape", _("Wait"))),
                warning=False,
            )
        )

    def may_case_invite(self, row: CaseRow) -> bool:
        """Into one's own case while it goes on."""
        return self.desk.is_mine(row) and is_under_way(row)

    def do_case_invite(self, row: CaseRow) -> None:
        """Pick a colleague, and a word to them."""
        resident = resident_with_age(row.resident)
        inside = {one.id for one in row.participants}
        picker = ColleaguePicker(
            self.place,
            _("Invite a colleague to {resident}").format(resident=resident),
            (_("They read the whole case and may write. The resident sees their name when they write."),),
            unit_id=row.unit_id,
            among=lambda staff: staff.id not in inside,
            choose=_("Invite"),
        )
        self.ask(picker, lambda staff: self._invite(row, staff))

    def _invite(self, row: CaseRow, staff: StaffRef) -> None:
        dialog = WordsDialog(
            _("Invite {name}").format(name=staff.name),
            ways=(Way("ctrl+s", _("Invite")),),
            label=_("What you want help with (may be left empty)"),
            required=False,
            limit=LINE_LIMIT,
        )

        def made(note: str) -> InviteColleague:
            return InviteColleague(command_id=new_id(), case_id=row.id, staff_id=staff.id, note=note)

        self.write(dialog, made, lambda _answer: self.say(_("{name} is invited.").format(name=staff.name)))

    def may_case_leave(self, row: CaseRow) -> bool:
        """Where one was invited; in one's own case, where somebody else was."""
        takes_part = self.desk.takes_part(row)
        return takes_part and bool(row.participants) and row.closed_at is None

    def do_case_leave(self, row: CaseRow) -> None:
        """End one's own part, or a colleague's in one's own case."""
        resident = resident_with_age(row.resident)
        if not self.desk.is_mine(row):
            text = _("You can no longer read or write with {resident}, until you are invited again.")
            leave = Choice("l", _("Leave the case"), lambda: self._end_part(row, None))
            choices = (leave, Choice("escape", _("Cancel")))
            self.place.ask(
                Question(_("Leave the case"), text.format(resident=resident), choices, warning=False)
            )
            return
        inside = {one.id for one in row.participants}
        picker = ColleaguePicker(
            self.place,
            _("End whose part in {resident}").format(resident=resident),
            unit_id=row.unit_id,
            among=lambda staff: staff.id in inside,
            choose=_("End their part"),
        )
        self.ask(picker, lambda staff: self._end_part(row, staff))

    def _end_part(self, row: CaseRow, staff: StaffRef | None) -> None:
        command = LeaveCase(command_id=new_id(), case_id=row.id, staff_id=staff.id if staff else None)

        def done(_answer: object) -> None:
            if staff is not None:
                self.say(_("{name} no longer takes part.").format(name=staff.name))
                return
            self.desk.close(row.id)
            screen = self._hall.clinic_screen
            if self.place.current_visit == row.id:
                # Keys meant for the case that was left must not act on another one: none is shown.
                self.place.current_visit = None
                if screen is not None and screen.is_mounted:
                    screen.show_all()
            text = _("You have left {resident}.").format(resident=resident_with_age(row.resident))
            self.tell(text, *next_offer(self.place, row.id))

        self.send(command, done)

    def may_case_assign(self, row: CaseRow) -> bool:
        """A chat that is open, or a booked visit, of one's own units and roles."""
        needed = Permission.ANSWER_ASYNC if is_open_chat(row) else Permission.ACCEPT_DROP_IN
        state = is_open_chat(row) or row.state == CaseState.BOOKED
        return state and row.hand_over is None and self.is_ours(row) and self.desk.people.allowed(needed)

    def do_case_assign(self, row: CaseRow) -> None:
        """Pick who gets it."""
        resident = resident_with_age(row.resident)
        holder = row.assignee.id if row.assignee else ""
        picker = ColleaguePicker(
            self.place,
            _("Give {resident} to a colleague").format(resident=resident),
            (_("The colleague is told, and has the case at once."),),
            unit_id=row.unit_id,
            among=lambda staff: staff.id != holder and self.desk.people.takes(staff.id, row),
        )

        def chosen(staff: StaffRef) -> None:
            command = AssignCase(
                command_id=new_id(), case_id=row.id, version=self.newest(row).version, staff_id=staff.id
            )
            text = _("{name} has {resident} now.").format(name=staff.name, resident=resident)

            def done(answer: CaseAnswer) -> None:
                self.tell(text, undo_id=answer.undo_id)

            self.send(command, done)

        self.ask(picker, chosen)

    def may_case_staff_chat(self, row: CaseRow) -> bool:
        """Beside a case one takes part in."""
        return self.desk.takes_part(row)

    def do_case_staff_chat(self, row: CaseRow) -> None:
        """Open the case with its staff chat in front."""
        self.place.staff_side.add(row.id)
        self.place.open_case(row.id)
