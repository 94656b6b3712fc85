"""Deeds on audio and video: the call is held at the unit's meeting address, never here (slide 27)."""

from typing import Literal

from clinic_tui.case_deeds.part import Part, is_chat
from clinic_tui.domain.async_chats import ASYNC_HELD
from clinic_tui.domain.cases import CaseState
from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import CloseMeeting, OpenMeeting
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.day_book import booked_call
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.visit_deeds import number_to_phone
from clinic_tui.widgets.workplace import Choice, Question
from screens.dialogs.meeting import MeetingDialog


def call_goes_on(row: CaseRow) -> bool:
    """Whether audio or video goes on in the case now."""
    return row.booking is not None and row.booking.meeting_since is not None


class CallDeeds(Part):
    """Opens a call, shows where it is, ends it."""

    def may_case_meeting(self, row: CaseRow) -> bool:
        """In one's own case that is under way, where the unit has an address or one phones."""
        states = ASYNC_HELD if is_chat(row) else {CaseState.IN_PROGRESS}
        possible = call_goes_on(row) or self._has_address(row) or bool(number_to_phone(self.place, row))
        return possible and self.desk.is_mine(row) and row.state in states

    def _has_address(self, row: CaseRow) -> bool:
        unit = self.unit(row)
        return unit is not None and unit.meetings

    def do_case_meeting(self, row: CaseRow) -> None:
        """Open a call, or show the one that goes on; a visit booked with one has it as it is booked."""
        booked = booked_call(row)
        if call_goes_on(row):
            self._show(row)
        elif booked == "audio" or booked == "video":
            self._open(row, booked)
        else:
            self._ask_how(row, number_to_phone(self.place, row))

    def _ask_how(self, row: CaseRow, number: str) -> None:
        """Ask which call it is; in a visit by phone its number can be copied."""
        choices: list[Choice] = []
        if number:
            label = _("Copy the number, {number}").format(number=number)
            choices.append(Choice("y", label, lambda: self.say(self.place.copy(number))))
        text, resident = "", resident_with_age(row.resident)
        if self._has_address(row):
            choices.append(Choice("v", _("Video"), lambda: self._open(row, "video")))
            choices.append(Choice("a", _("Audio"), lambda: self._open(row, "audio")))
            text = _("The meeting's address goes to {resident} in the chat. The call is held in a browser.")
        choices.append(Choice("escape", _("Cancel")))
        title = _("Phone call with {resident}") if number else _("Audio or video with {resident}")
        title, text = title.format(resident=resident), text.format(resident=resident)
        self.place.ask(Question(title, text, tuple(choices), warning=False))

    def _open(self, row: CaseRow, mode: Literal["audio", "video"]) -> None:
        command = OpenMeeting(command_id=new_id(), case_id=row.id, mode=mode)
        self.send(command, lambda _answer: self._show(self.newest(row)))

    def _show(self, row: CaseRow) -> None:
        booking = row.booking
        if booking is None or not booking.meeting_url:
            return
        dialog = MeetingDialog(booking.meeting_url, resident_with_age(row.resident), booking.mode)

        def chosen(choice: str) -> None:
            if choice == "copy":
                self.say(self.place.copy(booking.meeting_url))
            elif is_chat(row):
                self._close(row)
            else:
                self.place.in_visit("visit.end", row.id)

        self.ask(dialog, chosen)

    def _close(self, row: CaseRow) -> None:
        """End the call in a chat; a visit asks whether it ends with the call."""
        command = CloseMeeting(command_id=new_id(), case_id=row.id)
        text = _("The call with {resident} has ended. The chat goes on.")
        text = text.format(resident=resident_with_age(row.resident))
        self.send(command, lambda _answer: self.say(text))
