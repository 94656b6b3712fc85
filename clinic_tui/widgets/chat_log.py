"""The log of one chat: draws the lines in view alone, and stays where its reader is."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from clinic_tui.i18n import ngettext
from clinic_tui.widgets.chat_layout import Block, geometry_for
from clinic_tui.widgets.chat_message import ChatMessage
from clinic_tui.widgets.chat_paint import ChatPainter
from clinic_tui.widgets.chat_selection import chosen_part, line_key, selected_text, whole_message
from clinic_tui.widgets.log_view import LogView
from clinic_tui.widgets.palette import Palette

_CACHED_LINES = 1024


class ChatLog(LogView, can_focus=True):
    """Shows a `ChatSource`; arrows walk from message to message, the mouse selects text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", show=False, id="log.up"),
        Binding("down", "cursor(1)", show=False, id="log.down"),
        Binding("pageup", "page(-1)", show=False, id="log.page_up"),
        Binding("pagedown", "page(1)", show=False, id="log.page_down"),
        Binding("home", "edge(-1)", show=False, id="log.home"),
        Binding("end", "edge(1)", show=False, id="log.end"),
        Binding("enter", "expand", show=False, id="log.expand"),
        Binding("c", "copy", show=False, id="log.copy"),
        Binding("escape", "leave", show=False, id="log.leave"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"chat-log--{name}"
        for name in (
            *("text", "muted", "failed", "more", "typing", "marker", "chosen"),
            *("resident", "staff", "staff-chat", "resident-name", "staff-name", "staff-chat-name"),
            *("cursor", "cursor-blurred", "cursor-bar"),
        )
    }

    DEFAULT_CSS = """
    ChatLog {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
        & > .chat-log--text { color: $foreground; }
        & > .chat-log--muted { color: $muted; }
        & > .chat-log--failed { color: $error; text-style: bold; }
        & > .chat-log--more { color: $accent; text-style: bold; }
        & > .chat-log--typing { color: $muted; text-style: italic; }
        & > .chat-log--marker { background: $warning; color: $on-warn; text-style: bold; }
        & > .chat-log--chosen { background: $selection; color: $foreground; }
        & > .chat-log--resident { color: $resident; }
        & > .chat-log--staff { color: $staff; }
        & > .chat-log--staff-chat { color: $staff-chat; }
        & > .chat-log--resident-name { color: $resident; text-style: bold; }
        & > .chat-log--staff-name { color: $staff; text-style: bold; }
        & > .chat-log--staff-chat-name { color: $staff-chat; text-style: bold; }
        & > .chat-log--cursor { background: $cursor; }
        & > .chat-log--cursor-blurred { background: $cursor-blurred; }
        & > .chat-log--cursor-bar { color: $accent; }
        &:ansi > .chat-log--muted { text-style: dim; }
        &:ansi > .chat-log--cursor { text-style: reverse; }
        &:ansi > .chat-log--chosen { color: $on-accent; }
    }
    """

    class NewBelow(Message):
        """The number of new messages below the reader is another; 0 when they have been reached."""

        def __init__(self, chat_log: "ChatLog", count: int) -> None:
            super().__init__()
            self.chat_log = chat_log
            self.count = count

        @property
        def control(self) -> "ChatLog":
            """The log in question."""
            return self.chat_log

    class CopyRequested(Message):
        """The user asked to copy the message under the cursor."""

        def __init__(self, chat_log: "ChatLog", message: ChatMessage) -> None:
            super().__init__()
            self.chat_log = chat_log
            self.message = message

        @property
        def control(self) -> "ChatLog":
            """The log it stands in."""
            return self.chat_log

    _painter: ChatPainter | None = None
    _pressed: int | None = None
    _told: int = 0

    @property
    def typing(self) -> str:
        """Who is writing, as shown under the last message; kept with the source."""
        return self.source.typing

    @typing.setter
    def typing(self, text: str) -> None:
        self.source.typing = text

    @property
    def selected_message(self) -> ChatMessage | None:
        """The message under the cursor."""
        index = self.source.position(self.source.selected)
        return None if index is None else self.source.messages[index]

    def unseen_changed(self) -> None:
        """Tell the screen how many messages wait below."""
        if self.source.unseen != self._told:
            self._told = self.source.unseen
            self.post_message(self.NewBelow(self, self._told))

    def action_cursor(self, step: int) -> None:
        """Move the cursor to another message; a message higher than the view is read through first."""
        if not self.source.messages:
            return
        index = self.source.position(self.source.selected)
        if index is None:
            found = self._last_in_view()
        elif self._read_on(index, step):
            return
        else:
            found = index + step
        found = min(max(found, 0), len(self.source.messages) - 1)
        self.source.selected = self.source.messages[found].id
        if found == len(self.source.messages) - 1 and step > 0:
            self.scroll_to_end()
        else:
            self.show_message(found)
        self.refresh()

    def action_page(self, direction: int) -> None:
        """Scroll by a view's height."""
        self.scroll_to_line(max(0, round(self.scroll_y) + direction * max(1, self.size.height - 1)))

    def action_edge(self, direction: int) -> None:
        """Go to the oldest message, or to the newest and follow from there."""
        if direction > 0:
            self.scroll_to_end()
        elif self.source.messages:
            self.chat.reach(0)
            self.scroll_to_line(0)

    def action_leave(self) -> None:
        """Take the cursor away."""
        self.source.selected = None
        self.refresh()

    def action_copy(self) -> None:
        """Ask the screen to copy the message under the cursor."""
        if self.selected_message:
            self.post_message(self.CopyRequested(self, self.selected_message))

    def action_expand(self) -> None:
        """Show all of the message under the cursor, or of the last one in view that is cut."""
        if self.selected_message:
            self.source.expand(self.selected_message.id)
            return
        for index in reversed(self._in_view()):
            if self.chat.block(index).cut:
                self.source.expand(self.source.messages[index].id)
                return

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape and copying are the log's own only while its cursor is on a message."""
        if action in {"leave", "copy"}:
            return self.source.selected is not None
        return super().check_action(action, parameters)

    def begin_frame(self) -> None:
        """Read what all the lines of a frame share."""
        super().begin_frame()
        self._frame_painter = self._current_painter()
        self._frame_chat = self.chat
        self._frame_selection = self.text_selection
        self._on = "cursor" if self.has_focus else "cursor-blurred"

    def draw_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        painter, chat = self._frame_painter, self._frame_chat
        line = self.first_line + y
        found = chat.find(line)
        if found is not None:
            strip = self._message_line(painter, chat.block(found[0]), *found)
        elif self.source.typing and line == chat.height + self.tail - 1:
            strip = painter.typing(self.source.typing)
        else:
            strip = painter.blank()
        if self.source.unseen and y == self.view_size.height - 1:
            return painter.marked(strip, self._new_text())
        return strip

    def notify_style_update(self) -> None:
        """Read the colours again; drawn lines are kept if none changed."""
        super().notify_style_update()
        if self._painter and self._painter.palette != Palette.of(self, self.COMPONENT_CLASSES):
            self._painter = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Note which message is pressed, for a double click to select."""
        found = self.chat.find(round(self.scroll_y) + event.y)
        self._pressed = found[0] if found else None

    def on_click(self, event: events.Click) -> None:
        """Go to the new messages when their mark is clicked."""
        mark = len(self._new_text()) + 2
        if self.source.unseen and event.y == self.size.height - 1 and event.x >= self.size.width - mark:
            self.scroll_to_end()

    def text_select_all(self) -> None:
        """Select the text of the message that was double clicked, not the whole chat."""
        if self._pressed is not None and self._pressed < len(self.source.messages):
            self.screen.selections = {self: whole_message(self._pressed, self.chat.block(self._pressed))}

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text selected with the mouse."""
        return selected_text(self.chat, len(self.source.messages), selection), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002
        """Repaint with the new selection."""
        self.refresh()

    def _current_painter(self) -> ChatPainter:
        geometry = geometry_for(self.size.width)
        if self._painter is None or self._painter.geometry != geometry:
            self._strips: LRUCache[tuple[Block, int, int, str], Strip] = LRUCache(_CACHED_LINES)
            self._painter = ChatPainter(Palette.of(self, self.COMPONENT_CLASSES), geometry)
        return self._painter

    def _message_line(self, painter: ChatPainter, block: Block, index: int, line: int) -> Strip:
        on = ""
        if self.source.selected == block.message.id and line > 0:
            on = self._on
        chosen = chosen_part(self._frame_selection, index, line)
        key = (block, index, line, on)
        strip = self._strips.get(key) if chosen is None else None
        if strip is None:
            strip = painter.line(block, line, on, chosen)
            strip = strip.apply_offsets(-painter.prefix(block, line), line_key(index, line))
            if chosen is None:
                self._strips[key] = strip
        return strip

    def _new_text(self) -> str:
        count = self.source.unseen
        return ngettext("{count} new ↓", "{count} new ↓", count).format(count=count)

    def _in_view(self) -> range:
        """The indexes of the messages in view."""
        top = round(self.scroll_y)
        first = self.chat.find(top)
        last = self.chat.find(min(top + self.size.height, self.chat.height) - 1)
        return range(first[0], last[0] + 1) if first and last else range(0)

    def _last_in_view(self) -> int:
        seen = self._in_view()
        return seen[-1] if seen else len(self.source.messages) - 1

    def _read_on(self, index: int, step: int) -> bool:
        """Scroll within a message that does not fit in the view; False when its end is in view."""
        self.chat.reach(index)
        part = self.block_lines(index)
        page = max(1, self.size.height // 2)
        if step > 0 and part.y <= 0 and part.bottom > self.size.height:
            self.scroll_to_line(round(self.scroll_y) + min(page, part.bottom - self.size.height))
            return True
        if step < 0 and part.y + 1 < 0 and part.bottom <= self.size.height:
            self.scroll_to_line(round(self.scroll_y) - min(page, -part.y - 1))
            return True
        return False
