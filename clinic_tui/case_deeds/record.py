"""Deeds on what is kept of a case: priority, the record, countersigning, the resident's profile."""

from clinic_tui.case_deeds.part import Part
from clinic_tui.domain.async_chats import AsyncState
from clinic_tui.domain.cases import FINISHED
from clinic_tui.domain.record import for_the_record
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _
from clinic_tui.protocol.command import CaseAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.limits import LINE_LIMIT
from clinic_tui.protocol.patient_commands import AskToVerify, ChangePriority, MarkDocumented
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import CaseRow, Note
from clinic_tui.widgets.modal import Way
from clinic_tui.widgets.texts import resident_with_age
from screens.dialogs.colleague_picker import ANYBODY, ColleaguePicker
from screens.dialogs.priority import NewPriority, PriorityDialog
from screens.dialogs.words import WordsDialog

_OVER = FINISHED | {AsyncState.CLOSED}


class RecordDeeds(Part):
    """What is kept, and who confirms it."""

    def may_case_resident(self, row: CaseRow) -> bool:
        """For any case."""
        return bool(row.resident.id)

    def do_case_resident(self, row: CaseRow) -> None:
        """Show the resident's profile; the reading is logged."""
        self.place.open_resident(row.resident.id)

    def may_case_priority(self, row: CaseRow) -> bool:
        """Of a case that has one and is not finished."""
        allowed = self.desk.people.allowed(Permission.CHANGE_PRIORITY)
        return allowed and row.priority is not None and row.state not in _OVER

    def do_case_priority(self, row: CaseRow) -> None:
        """Ask for the new one and the reason."""
        resident = resident_with_age(row.resident)
        dialog = PriorityDialog(resident, self.desk.people.region.priorities, row.priority)

        def made(new: NewPriority) -> ChangePriority:
            return ChangePriority(
                command_id=new_id(),
                case_id=row.id,
                version=self.newest(row).version,
                priority=new.priority,
                reason=new.reason,
            )

        def done(answer: CaseAnswer) -> None:
            text = _("{resident}: priority {old} → {new}.")
            self.say(text.format(resident=resident, old=row.priority, new=answer.case.priority))

        self.write(dialog, made, done)

    def _note(self, row: CaseRow) -> Note | None:
        """The newest version of the signed note, where the case is on the desk."""
        visit = self.visit(row)
        return visit.notes[-1] if visit is not None and visit.notes else None

    def may_case_record(self, row: CaseRow) -> bool:
        """Of a signed note."""
        return self._note(row) is not None

    def do_case_record(self, row: CaseRow) -> None:
        """Copy it, and mark the case as documented."""
        note, unit = self._note(row), self.unit(row)
        if note is None:
            return
        contact_type = self.desk.people.region.contact_type
        told = self.place.copy(for_the_record(note.body, unit.keyword_template if unit else "", contact_type))
        if not self.place.config.privacy.copy_allowed:
            self.say(told, warning=True)
            return
        command = MarkDocumented(command_id=new_id(), case_id=row.id, note_id=note.id)
        text = _("Copied for the record: {resident}. Paste it and check.")
        text = text.format(resident=resident_with_age(row.resident))
        self.send(command, lambda _answer: self.say(text))

    def may_case_verify(self, row: CaseRow) -> bool:
        """Of one's own signed note."""
        note = self._note(row)
        allowed = self.desk.people.allowed(Permission.SIGN_NOTE)
        return allowed and note is not None and note.signed_by.id == self.me

    def do_case_verify(self, row: CaseRow) -> None:
        """Ask one colleague, or anybody who may, to countersign (domain.md 2.9)."""
        picker = ColleaguePicker(
            self.place,
            _("Ask to countersign the note for {resident}").format(resident=resident_with_age(row.resident)),
            (_("To verify is to confirm that one has seen the note and stands behind it."),),
            unit_id=row.unit_id,
            among=lambda staff: self.desk.people.verifies(staff.id, row.unit_id),
            anybody=_("Anybody at the unit who may verify"),
            choose=_("Ask"),
        )
        self.ask(picker, lambda staff: self._verify(row, staff))

    def _verify(self, row: CaseRow, staff: StaffRef) -> None:
        note = self._note(row)
        if note is None:
            return
        dialog = WordsDialog(
            _("Ask to countersign"),
            ways=(Way("ctrl+s", _("Ask")),),
            label=_("What to look at (may be left empty)"),
            required=False,
            limit=LINE_LIMIT,
        )

        def made(comment: str) -> AskToVerify:
            return AskToVerify(
                command_id=new_id(),
                case_id=row.id,
                note_id=note.id,
                staff_id=None if staff == ANYBODY else staff.id,
                comment=comment,
            )

        who = _("Colleagues at the unit") if staff == ANYBODY else staff.name
        text = _("{name} can see that the note is to be countersigned.").format(name=who)
        self.write(dialog, made, lambda _answer: self.say(text))
