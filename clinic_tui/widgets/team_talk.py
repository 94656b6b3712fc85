"""The conversation that is open among colleagues: what is written is sent, what is seen is marked as read."""

from collections.abc import Callable

from textual import on
from textual.message import Message

from clinic_tui.client.errors import ClientError
from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Conversation
from clinic_tui.protocol.team_commands import (
    ConversationAnswer,
    ReadConversation,
    SayToStaff,
    StartConversation,
)
from clinic_tui.widgets.staff_chat import StaffChat
from clinic_tui.widgets.team_lines import about_text, heading_text, talks
from clinic_tui.widgets.workplace import Workplace


class TeamTalk(StaffChat):
    """Shows one conversation at a time, or the beginning of a direct chat with a colleague."""

    class Told(Message):
        """Something to say in the notice line."""

        def __init__(self, text: str, *, warning: bool = False) -> None:
            super().__init__()
            self.text, self.warning = text, warning

    def __init__(self, place: Workplace) -> None:
        super().__init__(id="team-chat")
        self._place = place
        self.open_id: str | None = None
        """The conversation that is open."""
        self.to: StaffRef | None = None
        """Whom one writes to where there is no conversation yet."""
        self._marked: dict[str, int] = {}

    @property
    def shown(self) -> Conversation | None:
        """The open conversation, as it now is."""
        return self._place.desk.team.conversations.get(self.open_id or "")

    @property
    def is_open(self) -> bool:
        """Whether there is anything to show."""
        return self.shown is not None or self.to is not None

    def open(self, conversation_id: str | None) -> None:
        """Have a conversation open; None for none."""
        self.open_id, self.to = conversation_id, None
        self.refresh_talk()

    def write_to(self, staff: StaffRef) -> None:
        """Have the direct chat with a colleague open; it begins with the first message."""
        self.open_id, self.to = self._direct_with(staff), staff
        self.refresh_talk()

    def refresh_talk(self) -> None:
        """Show the open conversation as it now is, and mark what is on the screen as read."""
        self.display = self.is_open
        one = self.shown
        me, send_key = self._place.desk.people.staff_id, self._place.config.ui.send_key
        if one is not None:
            about = one.subject or about_text(self._place.desk, one)
            waiting = self._place.desk.letters.into(one)
            self.show(
                one,
                me,
                heading=heading_text(one),
                beside=about,
                send_key=send_key,
                waiting=waiting,
                my_name=self._my_name,
            )
            self._mark_read(one)
        elif self.to is not None:
            key = f"new:{self.to.id}"
            self.show(
                None,
                me,
                key=key,
                heading=_("DIRECT CHAT"),
                to=self.to.name,
                send_key=send_key,
                waiting=self._place.desk.letters.beginning(staff_id=self.to.id),
                my_name=self._my_name,
            )

    @property
    def _my_name(self) -> str:
        profile = self._place.desk.people.profile
        return profile.display_name if profile is not None else ""

    def _mark_read(self, one: Conversation) -> None:
        if one.count <= max(one.read, self._marked.get(one.id, 0)) or not self.screen.is_current:
            return
        self._marked[one.id] = one.count
        command = ReadConversation(command_id=new_id(), conversation_id=one.id, seq=one.count)
        self._place.submit(command, lambda _answer: None, lambda _error: None)

    def _direct_with(self, staff: StaffRef) -> str | None:
        """Id of the open direct chat with a colleague."""
        pair = {staff.id, self._place.desk.people.staff_id}
        for one in talks(self._place.desk):
            if one.kind == "direct" and {member.id for member in one.members} == pair:
                return one.id
        return None

    @on(StaffChat.Said)
    def _said(self, event: StaffChat.Said) -> None:
        """Send what was written; it is given back where that fails."""
        event.stop()
        body, known, to = event.body, event.conversation_id, self.to
        if known is not None:
            command = SayToStaff(command_id=new_id(), conversation_id=known, body=body)
            self._place.send_letter(command, lambda _answer: None, self._not_sent(known, body))
        elif to is not None:
            start = StartConversation(command_id=new_id(), kind="direct", staff_ids=(to.id,), body=body)
            failed = self._not_sent(f"new:{to.id}", body)
            self._place.send_letter(start, lambda answer: self._started(answer, to), failed)

    def _started(self, answer: object, to: StaffRef) -> None:
        if isinstance(answer, ConversationAnswer) and self.to == to:
            self.go_on_as(answer.conversation.id)
            self.open(answer.conversation.id)

    def _not_sent(self, key: str, body: str) -> Callable[[ClientError], None]:
        def failed(error: ClientError) -> None:
            self.give_back(key, body)
            self.post_message(self.Told(error.user_text(), warning=True))

        return failed

    @on(StaffChat.Copied)
    def _copied(self, event: StaffChat.Copied) -> None:
        event.stop()
        self.post_message(self.Told(self._place.copy(event.body)))

    @on(StaffChat.Refused)
    def _not_sendable(self, event: StaffChat.Refused) -> None:
        event.stop()
        self.post_message(self.Told(event.reason, warning=True))
