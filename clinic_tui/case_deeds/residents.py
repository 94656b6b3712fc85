"""Deeds for a resident: a chat, a one-way message, a ticket, another mobile number (slides 30, 42, 60)."""

from msgspec.structs import replace

from clinic_tui.case_deeds.part import Part
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _
from clinic_tui.protocol.patient_commands import ProfileOpened
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.state.selectors import waits_for_answer
from clinic_tui.widgets.answer_first import answer_choice, who_waits
from clinic_tui.widgets.modal import ClinicDialog
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.workplace import Choice, Question
from screens.dialogs.booking import Booked, BookingDialog
from screens.dialogs.mobile import MobileDialog
from screens.dialogs.new_chat import ChatStarted, NewChatDialog
from screens.dialogs.one_way import OneWayDialog
from screens.dialogs.ticket import TicketDialog


class ResidentDeeds(Part):
    """What is started from a profile; the profile is shown anew when something came of it."""

    def may_patient_chat(self, profile: ResidentProfile) -> bool:
        """Whether the role lets one start chats."""
        return bool(profile.resident.id) and self.desk.people.allowed(Permission.CREATE_ASYNC)

    def do_patient_chat(self, profile: ResidentProfile) -> None:
        """Start a chat and go to it, but where it was marked as done at once."""

        def started(chat: ChatStarted) -> None:
            self.place.patient = replace(profile, cases=(*profile.cases, chat.row))
            if chat.done:
                self._again(profile)
            else:
                self.place.open_case(chat.row.id)
            self.place.later(lambda: self.say(chat.text))

        self.ask(NewChatDialog(self.place, profile), started)

    def may_patient_one_way(self, profile: ResidentProfile) -> bool:
        """As for a chat."""
        return self.may_patient_chat(profile)

    def do_patient_one_way(self, profile: ResidentProfile) -> None:
        """Send a message that cannot be answered; a resident who waits for an answer comes first."""
        waits = next((row for row in profile.cases if waits_for_answer(self.newest(row))), None)
        if waits is None:
            self._send_one_way(profile)
            return
        answer = answer_choice(lambda: self.place.answer(waits.id))
        choices = (
            *((answer,) if self.desk.takes_part(waits) else ()),
            Choice("m", _("One-way message"), lambda: self._send_one_way(profile)),
            Choice("escape", _("Cancel")),
        )
        title = _("One-way message to {resident}").format(resident=resident_with_age(profile.resident))
        text = _("It is about: {reason}. A one-way message cannot be answered.").format(reason=waits.reason)
        self.place.ask(Question(title, text, choices, waiting=who_waits(self.place, waits)))

    def _send_one_way(self, profile: ResidentProfile) -> None:
        self._then_again(OneWayDialog(self.place, profile), profile)

    def may_patient_ticket(self, profile: ResidentProfile) -> bool:
        """Whether the role lets one issue tickets."""
        return bool(profile.resident.id) and self.desk.people.allowed(Permission.ISSUE_TICKET_OWN_UNIT)

    def do_patient_ticket(self, profile: ResidentProfile) -> None:
        """Issue a drop-in ticket."""

        def issued(_ticket: object) -> None:
            name = profile.resident.name or _("The resident")
            told = _("An SMS tells of it.") if profile.can_be_reached else _("No SMS could be sent.")
            self.say(_("{resident} has a drop-in ticket.").format(resident=name) + " " + told)
            self._again(profile)

        dialog = TicketDialog(
            self.place,
            profile.resident,
            can_be_reached=profile.can_be_reached,
            guardian=profile.guardian,
        )
        self.ask(dialog, issued)

    def may_patient_book(self, profile: ResidentProfile) -> bool:
        """Whether the role books visits: those who may start chats."""
        return self.may_patient_chat(profile)

    def do_patient_book(self, profile: ResidentProfile) -> None:
        """Book a scheduled visit."""

        def booked(visit: Booked) -> None:
            self._again(profile)
            self.place.later(lambda: self.say(visit.text))

        self.ask(BookingDialog(self.place, patient=profile), booked)

    def may_patient_mobile(self, profile: ResidentProfile) -> bool:
        """Whoever may start a chat may correct the number it is told on."""
        return self.may_patient_chat(profile)

    def do_patient_mobile(self, profile: ResidentProfile) -> None:
        """Change the mobile number."""

        def saved(news: ProfileOpened) -> None:
            self.place.patient = news.profile
            text = _("The mobile number is saved: {number}.").format(number=news.profile.contact.mobile)
            told = _("The old number is told by SMS.") if news.old_number_told else ""
            self.say(f"{text} {told}".strip())
            screen = self._hall.clinic_screen
            if screen is not None and screen.is_mounted:
                screen.show_all()

        self.ask(MobileDialog(self.place, profile), saved)

    def _then_again(self, dialog: ClinicDialog[str | None], profile: ResidentProfile) -> None:
        """Say what the dialog is closed with, and show the profile anew."""

        def done(text: str) -> None:
            self.say(text)
            self._again(profile)

        self.ask(dialog, done)

    def _again(self, profile: ResidentProfile) -> None:
        self.place.open_resident(profile.resident.id)
