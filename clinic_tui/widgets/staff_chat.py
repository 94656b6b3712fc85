"""A conversation between staff: its log and where one writes, never to be taken for the resident's chat."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from clinic_tui.actions.keymap import shown_key
from clinic_tui.i18n import _
from clinic_tui.protocol.limits import MESSAGE_LIMIT
from clinic_tui.protocol.team import Conversation, StaffMessage
from clinic_tui.protocol.text import is_blank
from clinic_tui.state.staff_letters import StaffPending
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.chat_log import ChatLog
from clinic_tui.widgets.chat_message import ChatMessage
from clinic_tui.widgets.chat_source import ChatSource
from clinic_tui.widgets.composer import Composer, ComposerText
from clinic_tui.widgets.texts import ZONE
from clinic_tui.widgets.visit_log import sending_text, update_source

HOLD_SECONDS = 3.0
"""So long after the side was changed Enter alone sends nothing (domain.md 3, keyboard)."""


class StaffChat(Vertical):
    """The log of a conversation between staff, and its own text. What is written stays with its conversation.

    `show` it with the conversation, or with None and a `key` before there is one. `Said` comes when the send
    key is pressed in the text; the text is emptied by then, and `give_back` returns it where sending failed.
    """

    DEFAULT_CSS = """
    StaffChat {
        height: 1fr; width: 1fr; background: $staff-chat-surface;
        Bar { background: $staff-chat-surface; }
        #staff-bar { background: $staff-chat; }
        #staff-log { height: 1fr; background: $staff-chat-surface; }
        #staff-log > .chat-log--cursor { background: $staff-chat 30%; }
        #staff-form { height: 7; padding: 0 1; border-top: solid $staff-chat; }
        #staff-form { background: $staff-chat-surface; }
        #staff-text { height: 1fr; background: $staff-chat-surface; padding: 0 1; }
        .-short & #staff-form { height: 5; }
        &:ansi { border-left: thick $staff-chat; }
    }
    """
    OPEN: ClassVar[frozenset[str]] = frozenset({"open", "answered"})
    """States in which one can write: an answered consultation can be gone on with."""

    class Said(Message):
        """The send key was pressed: this is to be sent to the conversation, and to it alone."""

        def __init__(self, body: str, conversation_id: str | None, key: str) -> None:
            """`key` is what the text was kept apart by: of a case's own staff chat, the case's id."""
            super().__init__()
            self.body, self.conversation_id, self.key = body, conversation_id, key

    class Copied(Message):
        """The user asked to copy a message."""

        def __init__(self, body: str) -> None:
            super().__init__()
            self.body = body

    class Refused(Message):
        """The text cannot be sent as it is."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.area = ComposerText(id="staff-text")
        self.conversation: Conversation | None = None
        self._key = ""
        self._sources: dict[str, ChatSource] = {}
        self._drafts: dict[str, str] = {}
        self._to = ""

    def compose(self) -> ComposeResult:
        """The bar that says what this is, the log, the prompt, the text."""
        yield Bar(id="staff-bar")
        yield ChatLog(id="staff-log")
        with Vertical(id="staff-form"):
            yield Bar(id="staff-to")
            yield self.area

    @property
    def chat_log(self) -> ChatLog:
        """The messages."""
        return self.query_one("#staff-log", ChatLog)

    @property
    def text(self) -> str:
        """What is written and not sent."""
        return self.area.text

    def draft(self, key: str) -> str:
        """What is written for a conversation, or for a case before it has one, and not sent."""
        return self.area.text if key == self._key else self._drafts.get(key, "")

    def show(
        self,
        conversation: Conversation | None,
        me: str,
        *,
        key: str = "",
        heading: str = "",
        beside: str = "",
        to: str = "",
        send_key: str = "ctrl+j",
        pieces: Sequence[Piece] = (),
        waiting: Sequence[StaffPending] = (),
        my_name: str = "",
    ) -> None:
        """Show a conversation, or None before there is one; `waiting` is what I have on its way into it.

        `me` is my staff id; `key` keeps the text apart (the conversation's id unless given); `heading` and
        `beside` stand in the bar, `pieces` at its right, such as the way back; `to` names the colleagues
        where the conversation does not.
        """
        key = key or (conversation.id if conversation is not None else "")
        if key != self._key:
            self._drafts[self._key] = self.area.text
            self._key = key
            self.area.replace_text(self._drafts.get(key, ""))
        self.conversation = conversation
        self.area.send_key = send_key
        messages = conversation.messages if conversation is not None else ()
        shown = [_shown(one, me) for one in messages] + [_waiting(one, my_name) for one in waiting]
        source = self._sources.setdefault(key, ChatSource())
        update_source(source, shown)
        self.chat_log.source = source
        self._show_bar(heading or _("STAFF CHAT"), beside, pieces)
        members = conversation.members if conversation is not None else ()
        others = [one.name for one in members if one.id != me]
        if len(others) > 1:
            others = [name.partition(" ")[0] for name in others]
        self._to = ", ".join(others) or to
        self._show_prompt()

    def go_on_as(self, key: str) -> None:
        """What is shown has its conversation now: its text stays as it stands, and is kept under this key."""
        source = self._sources.pop(self._key, None)
        if source is not None:
            self._sources[key] = source
        self._drafts.pop(self._key, None)
        self._key = key

    def _show_bar(self, heading: str, beside: str, pieces: Sequence[Piece]) -> None:
        style = "$on-staff-chat on $staff-chat"
        notice = _("not seen by residents")
        left = [Piece(f"{heading} – {notice}", f"{style} bold")]
        if beside:
            left.append(Piece(beside, style, rank=2, gap=2))
        self.query_one("#staff-bar", Bar).show(left, pieces)

    def _show_prompt(self) -> None:
        conversation = self.conversation
        closed = conversation is not None and conversation.state not in self.OPEN
        self.area.disabled = closed
        if closed:
            right = [Piece(_("this conversation is closed"), rank=1)]
        else:
            by_enter = self.area.send_key == "enter"
            key = _("Enter") if by_enter else shown_key(self.area.send_key)
            right = [Piece(_("{key} sends").format(key=key), rank=2)]
            if self.area.room_text:
                right = [Piece(self.area.room_text, "$warning" if self.area.too_long else "", rank=2)]
        to = self._to
        whom = _("To colleagues:") if to else _("To colleagues")
        prompt = [Piece(whom, "$staff-chat bold"), Piece(to, "$foreground bold", rank=1)]
        self.query_one("#staff-to", Bar).show(prompt, right)

    def focus_text(self) -> None:
        """Move the focus to the text; Enter alone sends nothing for a moment."""
        self.area.hold_enter(HOLD_SECONDS)
        (self.chat_log if self.area.disabled else self.area).focus()

    def send(self) -> None:
        """Post what is written, unless it cannot be sent as it is."""
        body = self.area.text
        if self.area.disabled:
            return
        if is_blank(body):
            self.post_message(self.Refused(_("There is nothing to send")))
            return
        if len(body) > MESSAGE_LIMIT:
            text = _("The message is {count} characters too long").format(count=len(body) - MESSAGE_LIMIT)
            self.post_message(self.Refused(text))
            return
        self.area.replace_text("")
        conversation = self.conversation
        self.post_message(self.Said(body, conversation.id if conversation is not None else None, self._key))

    def give_back(self, key: str, body: str) -> None:
        """Put a text that could not be sent back where it was written, before what stands there now."""
        now = self.draft(key)
        before = body + ("\n\n" if now else "")
        if key == self._key:
            self.area.insert(before, (0, 0), maintain_selection_offset=bool(now))
        else:
            self._drafts[key] = before + now

    @on(Composer.SendPressed)
    def _send_pressed(self, event: Composer.SendPressed) -> None:
        event.stop()
        self.send()

    @on(Composer.Pasted)
    def _pasted(self, event: Composer.Pasted) -> None:
        event.stop()
        self.post_message(self.Refused(_("That came as fast as a paste, so nothing was sent")))

    @on(Composer.PageKey)
    def _page(self, event: Composer.PageKey) -> None:
        event.stop()
        self.chat_log.action_page(event.direction)

    @on(ChatLog.CopyRequested)
    def _copy(self, event: ChatLog.CopyRequested) -> None:
        event.stop()
        self.post_message(self.Copied(event.message.body))

    @on(ComposerText.Changed)
    def _changed(self, event: ComposerText.Changed) -> None:
        event.stop()
        self._show_prompt()

    @on(ChatLog.NewBelow)
    def _quiet(self, event: Message) -> None:
        event.stop()


def _shown(message: StaffMessage, me: str) -> ChatMessage:
    return ChatMessage(
        id=message.id,
        body=message.body,
        at=message.sent_at.astimezone(ZONE),
        side="staff",
        author=message.author.name,
        me=message.author.id == me,
        thread="staff",
    )


def _waiting(pending: StaffPending, my_name: str) -> ChatMessage:
    status, text = sending_text(pending.state)
    return ChatMessage(
        id=pending.id,
        body=pending.command.body,
        at=pending.at.astimezone(ZONE),
        side="staff",
        author=my_name,
        me=True,
        status=status,
        status_text=text,
        thread="staff",
    )
