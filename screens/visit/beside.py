"""The staff chat beside the case on screen: its side of the view, its texts, what is sent and read there."""

from typing import TYPE_CHECKING

from clinic_tui.client.errors import ClientError
from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Conversation
from clinic_tui.protocol.team_commands import ReadConversation, SayToStaff, StartConversation
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.bar import Piece
from clinic_tui.widgets.modal import show_dialog
from clinic_tui.widgets.staff_chat import HOLD_SECONDS, StaffChat
from clinic_tui.widgets.texts import resident_with_age
from screens.dialogs.colleague_picker import ColleaguePicker
from screens.visit.staff_talk import conversation_of

if TYPE_CHECKING:
    from screens.visit.screen import VisitScreen


class Beside:
    """Shows the staff chat where the resident's chat stands; what is written there goes to staff only."""

    def __init__(self, screen: "VisitScreen") -> None:
        self._screen = screen
        self._place = screen.place
        self._reading: set[tuple[str, int]] = set()

    @property
    def chat(self) -> StaffChat:
        """The widget."""
        return self._screen.query_one("#staff", StaffChat)

    @property
    def open(self) -> bool:
        """Whether the staff chat stands in front for the case on screen."""
        visit = self._screen.visit
        return visit is not None and visit.case_id in self._place.staff_side and self.may(visit)

    def may(self, visit: Visit) -> bool:
        """Whether there is a staff chat here for me."""
        return self._place.may_begin("case.staff_chat", visit.row) or (
            conversation_of(self._place, visit.case_id) is not None
        )

    def show(self, visit: Visit) -> None:
        """Show one side or the other, and what is in it."""
        here = self.open
        self._screen.query_one("#chat").set_class(here, "-staff")
        if not here:
            return
        conversation = conversation_of(self._place, visit.case_id)
        key = self._place.keymap.shown("case.staff_chat").split(",")[0]
        text = _("{key} back").format(key=key)
        pieces = [Piece(text, "$on-staff-chat on $staff-chat", "case.staff_chat", rank=1, gap=2)]
        letters, profile = self._place.desk.letters, self._place.desk.people.profile
        self.chat.show(
            conversation,
            self._place.desk.people.staff_id,
            key=visit.case_id,
            beside=_("about {resident}").format(resident=resident_with_age(visit.row.resident)),
            to=", ".join(one.name for one in self._colleagues(visit)) or _("you choose when you send"),
            send_key=self._place.config.ui.send_key,
            pieces=pieces,
            my_name=profile.display_name if profile is not None else "",
            waiting=letters.into(conversation) if conversation else letters.beginning(case_id=visit.case_id),
        )
        self._read(conversation)

    def _colleagues(self, visit: Visit) -> list[StaffRef]:
        """Who takes part in the case beside me."""
        me = self._place.desk.people.staff_id
        holder = [visit.row.assignee] if visit.row.assignee is not None else []
        return [one for one in (*holder, *visit.row.participants) if one.id != me]

    def _read(self, conversation: Conversation | None) -> None:
        """What is before the user's eyes is read."""
        if conversation is None or conversation.read >= conversation.count or not self._screen.is_current:
            return
        mark = (conversation.id, conversation.count)
        if mark in self._reading:
            return
        self._reading.add(mark)
        command = ReadConversation(
            command_id=new_id(), conversation_id=conversation.id, seq=conversation.count
        )
        self._place.submit(command, lambda _answer: None, lambda _error: self._reading.discard(mark))

    def switch(self) -> None:
        """From one side to the other. Each keeps its text, and Enter alone sends nothing for a moment."""
        visit = self._screen.visit
        if visit is None:
            return
        self._screen.keep()
        if visit.case_id in self._place.staff_side:
            self._place.staff_side.discard(visit.case_id)
        else:
            self._place.staff_side.add(visit.case_id)
        self._screen.show_current()
        self.focus(visit)

    def focus(self, visit: Visit) -> None:
        """Move the focus to where one writes on the side in front."""
        self._screen.panes.to_chat()
        if self.open:
            self.chat.focus_text()
        else:
            self._screen.talk.composer.area.hold_enter(HOLD_SECONDS)
            self._screen.panes.focus(visit)

    def said(self, body: str, case_id: str) -> None:
        """Send what was written beside a case: to its staff chat, started where there is none."""
        visit = self._screen.visit
        if visit is None or not self._screen.belongs(case_id):
            self.chat.give_back(case_id, body)
            return
        conversation = conversation_of(self._place, visit.case_id)
        if conversation is not None:
            self._send(
                visit.case_id,
                body,
                SayToStaff(command_id=new_id(), conversation_id=conversation.id, body=body),
            )
        elif self._colleagues(visit):
            self._start(visit.case_id, body, ())
        else:
            self._ask_whom(visit, body)

    def _ask_whom(self, visit: Visit, body: str) -> None:
        """Nobody else is in the case yet: ask whom it is for, before anything is sent."""

        def chosen(staff: StaffRef | None) -> None:
            if staff is None:
                self.chat.give_back(visit.case_id, body)
            else:
                self._start(visit.case_id, body, (staff.id,))

        picker = ColleaguePicker(
            self._place,
            _("Whom do you want to talk with?"),
            (_("The colleague reads what you write here; the resident does not."),),
            unit_id=visit.row.unit_id,
            choose=_("Send"),
        )
        show_dialog(self._screen, picker, chosen)

    def _start(self, case_id: str, body: str, staff_ids: tuple[str, ...]) -> None:
        command = StartConversation(
            command_id=new_id(), kind="staff_chat", case_id=case_id, staff_ids=staff_ids, body=body
        )
        self._send(case_id, body, command)

    def _send(self, case_id: str, body: str, command: SayToStaff | StartConversation) -> None:
        def failed(error: ClientError) -> None:
            self.chat.give_back(case_id, body)
            self._screen.say(
                _("Not sent to colleagues: {reason}").format(reason=error.user_text()), warning=True
            )

        self._place.send_letter(command, lambda _answer: self._screen.show_current(), failed)
