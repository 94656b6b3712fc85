"""A scrolling view of one chat that stays where its reader is."""

from textual.geometry import Region

from clinic_tui.widgets.chat_layout import Block, ChatLayout, geometry_for
from clinic_tui.widgets.chat_source import ChatSource, Reading, SourceChange
from clinic_tui.widgets.line_view import LineView

_TALL = 16


class LogView(LineView):
    """Holds a source, its lines at the present width, and the reader's place; a subclass draws the lines."""

    def __init__(
        self,
        source: ChatSource | None = None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._source = ChatSource() if source is None else source
        self._moving = False

    @property
    def source(self) -> ChatSource:
        """The chat that is shown. Setting another one shows it where it was last read."""
        return self._source

    @source.setter
    def source(self, source: ChatSource) -> None:
        if source is self._source:
            return
        self._stop_listening()
        self._source = source
        self._listen()
        self.settle()
        self.unseen_changed()

    @property
    def chat(self) -> ChatLayout:
        """The lines of the source at the present width."""
        return self._source.layout(geometry_for(self.size.width))

    @property
    def tail(self) -> int:
        """Lines kept below the last message, so that nothing moves when somebody starts to write."""
        return 2 if self.size.height >= _TALL else 1

    @property
    def following(self) -> bool:
        """The reader is at the end, and the view follows what comes."""
        return self._source.reading is None

    def unseen_changed(self) -> None:
        """Called when the number of messages below the reader may have changed."""
        raise NotImplementedError

    def settle(self) -> None:
        """Fit the scroll bar to the lines, put the reader back in place, and repaint."""
        if not self.is_mounted or not self.size:
            return
        chat = self.chat
        reading = self._source.reading
        index = self._source.position(reading.message_id) if reading else None
        if index is not None:
            chat.reach(index)
        self._fit_height(chat)
        if reading is None or index is None:
            self._scroll(self.max_scroll_y)
        else:
            line = min(reading.line, chat.block(index).height - 1)
            self._scroll(chat.start(index) + line)
        self.refresh()

    def scroll_to_line(self, line: int) -> None:
        """Make this the topmost line, as far as there are lines; the reader is then there."""
        chat = self.chat
        if line < chat.estimated:
            line = self._reach_line(chat, line)
        self._scroll(line)
        self._note_reading()

    def scroll_to_end(self) -> None:
        """Go to the newest message and follow from there."""
        self._source.reading = None
        self._source.unseen = 0
        self.settle()
        self.unseen_changed()

    def show_message(self, index: int) -> Block:
        """Scroll no more than it takes to see a message: whole if it fits, else its beginning."""
        chat = self.chat
        moved = chat.reach(index)
        self._fit_height(chat)
        top = round(self.scroll_y) + moved
        block, start = chat.block(index), chat.start(index)
        first, last = start + 1, start + block.height
        if first < top or block.height > self.size.height:
            top = first
        elif last > top + self.size.height:
            top = last - self.size.height
        self.scroll_to_line(top)
        return block

    def block_lines(self, index: int) -> Region:
        """The part of the view that a message covers."""
        chat = self.chat
        return Region(0, chat.start(index) - round(self.scroll_y), self.size.width, chat.block(index).height)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Repaint after a scroll, wrap what has come into view, and note where the reader is."""
        super().watch_scroll_y(old_value, new_value)
        if self._moving or not self.is_mounted:
            return
        chat = self.chat
        line = round(new_value)
        if line < chat.estimated:
            self._scroll(self._reach_line(chat, line))
        self._note_reading()

    def on_mount(self) -> None:
        """Start to follow the source."""
        self._listen()

    def on_unmount(self) -> None:
        """Stop following the source."""
        self._stop_listening()

    def on_resize(self) -> None:
        """Wrap to the new width around the reader's place."""
        self.settle()

    def _listen(self) -> None:
        if self.is_attached and self._source_changed not in self._source.listeners:
            self._source.listeners.append(self._source_changed)

    def _stop_listening(self) -> None:
        if self._source_changed in self._source.listeners:
            self._source.listeners.remove(self._source_changed)

    def _source_changed(self, change: SourceChange) -> None:
        """Take in a change of the source, moving nothing that is being read."""
        if any(message.me and message.status == "queued" for message in change.added):
            self._source.reading = None
            self._source.unseen = 0
        self.settle()
        if change.added:
            self.unseen_changed()

    def _reach_line(self, chat: ChatLayout, line: int) -> int:
        """Wrap back to a line of the estimated part; returns where that line now is."""
        if chat.estimated - line <= 2 * self.size.height:
            line += chat.reach(chat.first - 1)
        else:
            index = chat.guess(line)
            chat.reach(index)
            line = chat.start(index)
        self._fit_height(chat)
        return line

    def _fit_height(self, chat: ChatLayout) -> None:
        """Tell the scroll bar how many lines there are."""
        self.set_line_count(chat.height + self.tail)

    def _scroll(self, line: int) -> None:
        self._moving = True
        try:
            self.scroll_y = self.scroll_target_y = line
        finally:
            self._moving = False

    def _note_reading(self) -> None:
        """Remember which line is the topmost in view; at the end, that the reader follows."""
        source = self._source
        found = self.chat.find(round(self.scroll_y))
        if self.is_vertical_scroll_end or found is None:
            source.reading = None
            if source.unseen:
                source.unseen = 0
                self.unseen_changed()
        else:
            index, line = found
            source.reading = Reading(source.messages[index].id, line)
