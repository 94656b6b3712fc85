"""The messages of one case's chat, and where in them the reader is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from clinic_tui.widgets.chat_layout import ChatLayout, Geometry
from clinic_tui.widgets.chat_message import ChatMessage

_KEPT_WIDTHS = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a reader is: this line of this message is the topmost in view."""

    message_id: str
    line: int


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What happened to a source: messages added at the end, one changed, or anything else."""

    added: tuple[ChatMessage, ...] = ()
    updated: str = ""


class ChatSource:
    """A case's messages in the order they are shown, and the place where they were last read."""

    def __init__(self, messages: Iterable[ChatMessage] = (), *, today: date | None = None) -> None:
        """``today`` is the day that needs no heading; without it the first message has none."""
        self.messages: list[ChatMessage] = list(messages)
        self.today = today
        self.listeners: list[Callable[[SourceChange], None]] = []
        self.reading: Reading | None = None
        """None when the reader is at the end and follows what comes."""
        self.unseen = 0
        """Messages that came below the reader."""
        self.selected: str | None = None
        """The message under the cursor, by id."""
        self._typing = ""
        self._expanded: set[str] = set()
        self._positions = {message.id: index for index, message in enumerate(self.messages)}
        self._layouts: dict[int, ChatLayout] = {}

    def __len__(self) -> int:
        return len(self.messages)

    @property
    def typing(self) -> str:
        """Who is writing, ready to show; empty when nobody is."""
        return self._typing

    @typing.setter
    def typing(self, text: str) -> None:
        if text != self._typing:
            self._typing = text
            self._tell(SourceChange())

    def append(self, *messages: ChatMessage) -> None:
        """Add messages at the end; one that is there already replaces its earlier self."""
        added: list[ChatMessage] = []
        for message in messages:
            if message.id in self._positions:
                self.update(message)
                continue
            self._positions[message.id] = len(self.messages)
            self.messages.append(message)
            added.append(message)
        if self.reading is not None:
            self.unseen += sum(not message.me for message in added)
        if added:
            for layout in self._layouts.values():
                layout.extend()
            self._tell(SourceChange(added=tuple(added)))

    def update(self, message: ChatMessage) -> None:
        """Put a message in place of its earlier self; an older revision or an unknown id changes nothing."""
        index = self._positions.get(message.id)
        if index is None or message.revision < self.messages[index].revision:
            return
        before, self.messages[index] = self.messages[index], message
        if replace(before, revision=message.revision) == message:
            return  # it reads the same
        for layout in self._layouts.values():
            layout.renew(index)
        self._tell(SourceChange(updated=message.id))

    def replace(self, messages: Iterable[ChatMessage]) -> None:
        """Show exactly these messages, as when older ones were fetched; the reader stays where they were."""
        self.messages = list(messages)
        self._positions = {message.id: index for index, message in enumerate(self.messages)}
        self._layouts.clear()
        self._tell(SourceChange())

    def expand(self, message_id: str) -> None:
        """Show the whole of a message that is cut for its length."""
        index = self._positions.get(message_id)
        if index is None or message_id in self._expanded:
            return
        self._expanded.add(message_id)
        for layout in self._layouts.values():
            layout.renew(index)
        self._tell(SourceChange(updated=message_id))

    def position(self, message_id: str | None) -> int | None:
        """Where a message stands in `messages`."""
        return None if message_id is None else self._positions.get(message_id)

    def layout(self, geometry: Geometry) -> ChatLayout:
        """The lines of this chat at a width; kept for the last widths used."""
        layout = self._layouts.pop(geometry.width, None)
        if layout is None:
            layout = ChatLayout(self.messages, geometry, self._expanded, self.today)
        self._layouts[geometry.width] = layout
        while len(self._layouts) > _KEPT_WIDTHS:
            del self._layouts[next(iter(self._layouts))]
        return layout

    def _tell(self, change: SourceChange) -> None:
        for listener in tuple(self.listeners):
            listener(change)
