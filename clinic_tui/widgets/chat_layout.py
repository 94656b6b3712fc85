"""Which line of which message stands where: wraps from the newest backwards, as far as one looks."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import lru_cache

from clinic_tui.protocol.text import SHOWN_CHARACTERS, SHOWN_LINES, safe_text
from clinic_tui.widgets.chat_message import ChatMessage
from clinic_tui.widgets.wrapping import Span, wrap

SYSTEM_MARGIN = 12
"""Cells that dashes and the time take from a system line."""
_MAX_TEXT_WIDTH = 90
_CHUNK = 128
_FIRST_GUESS = 5.0


class Kind(Enum):
    """What a line of a message's block is."""

    BLANK = 0
    DAY = 1
    HEAD = 2
    BODY = 3
    MORE = 4


@dataclass(frozen=True, slots=True)
class Geometry:
    """The columns of a log: where bars stand and how wide text may be, in cells."""

    width: int
    left: int
    indent: int
    text_width: int

    def bar_column(self, message: ChatMessage) -> int:
        """The column of a message's bar."""
        return self.left + (self.indent if message.indented else 0)


@lru_cache(maxsize=32)
def geometry_for(width: int) -> Geometry:
    """The columns at this width; text is never wider than 90 cells (ui.md, sizes)."""
    left = 1
    indent = min(24, width // 4) if width >= 40 else 2
    text_width = max(8, min(_MAX_TEXT_WIDTH, width - left - indent - 2 - 2))
    return Geometry(width, left, indent, text_width)


@dataclass(eq=False, slots=True)
class Block:
    """One message wrapped: an empty line, a day heading if the day is new, the author, the text."""

    message: ChatMessage
    body: str
    spans: list[Span]
    day: date | None
    cut: bool
    before_text: int = field(init=False)
    height: int = field(init=False)

    def __post_init__(self) -> None:
        head = 0 if self.message.side == "system" else 1
        self.before_text = 1 + (2 if self.day else 0) + head
        self.height = self.before_text + len(self.spans) + self.cut

    def kind(self, line: int) -> Kind:
        """What stands on a line of the block."""
        if line >= self.before_text:
            return Kind.BODY if line - self.before_text < len(self.spans) else Kind.MORE
        if line == self.before_text - 1 and self.message.side != "system":
            return Kind.HEAD
        return Kind.DAY if self.day and line == 1 else Kind.BLANK

    def text(self, line: int) -> str:
        """The wrapped text on a body line."""
        start, end = self.spans[line - self.before_text]
        return self.body[start:end]


def make_block(message: ChatMessage, geometry: Geometry, day: date | None, *, whole: bool) -> Block:
    """Wrap one message; ``whole`` lifts the limits of 8,000 characters and 400 lines (security.md, R3)."""
    cut = not whole and len(message.body) > SHOWN_CHARACTERS
    body = safe_text(message.body[:SHOWN_CHARACTERS] if cut else message.body)
    margin = SYSTEM_MARGIN if message.side == "system" else 0
    spans = wrap(body, geometry.text_width - margin)
    if not whole and len(spans) > SHOWN_LINES:
        cut = True
        spans = spans[:SHOWN_LINES]
    return Block(message, body, spans, day, cut)


class ChatLayout:
    """The lines of a list of messages at one width.

    Lines are counted from 0 at the oldest. The oldest part is only estimated until `reach` wraps it,
    and wrapping it moves all later lines by what `reach` returns.
    """

    def __init__(
        self,
        messages: Sequence[ChatMessage],
        geometry: Geometry,
        expanded: set[str],
        today: date | None,
    ) -> None:
        self.geometry = geometry
        self._messages = messages
        self._expanded = expanded
        self._today = today
        self.first: int = len(messages)
        """The index of the oldest message that is wrapped."""
        self._blocks: list[Block] = []
        self._starts: list[int] = []
        self._total = 0
        self._guessed = 0
        self.reach(len(messages) - _CHUNK)

    @property
    def estimated(self) -> int:
        """Lines at the beginning that are guessed, not wrapped."""
        return self._guessed

    @property
    def height(self) -> int:
        """All lines, the estimated ones included."""
        return self._guessed + self._total

    def reach(self, index: int) -> int:
        """Wrap back to this message at least; returns by how many lines what was wrapped before has moved."""
        index = max(0, index)
        if index >= self.first:
            return 0
        index = max(0, min(index, self.first - _CHUNK))
        blocks = [self._make(number) for number in range(index, self.first)]
        starts: list[int] = []
        total = 0
        for block in blocks:
            starts.append(total)
            total += block.height
        starts += [start + total for start in self._starts]
        before = self._guessed
        self.first = index
        self._blocks = blocks + self._blocks
        self._starts = starts
        self._total += total
        self._guessed = round(index * self._mean())
        return self._guessed + total - before

    def extend(self) -> None:
        """Wrap the messages that have been added at the end."""
        for index in range(self.first + len(self._blocks), len(self._messages)):
            block = self._make(index)
            self._blocks.append(block)
            self._starts.append(self._total)
            self._total += block.height

    def renew(self, index: int) -> None:
        """Wrap one message again, after it has changed."""
        at = index - self.first
        if at < 0:
            return
        block = self._make(index)
        growth = block.height - self._blocks[at].height
        self._blocks[at] = block
        if growth:
            self._total += growth
            for later in range(at + 1, len(self._starts)):
                self._starts[later] += growth

    def block(self, index: int) -> Block:
        """The wrapped message at this index, which must have been reached."""
        return self._blocks[index - self.first]

    def start(self, index: int) -> int:
        """The first line of a message that has been reached."""
        return self._guessed + self._starts[index - self.first]

    def find(self, line: int) -> tuple[int, int] | None:
        """The message on a line and the line within it; None in the estimated part and past the end."""
        inner = line - self._guessed
        if not 0 <= inner < self._total:
            return None
        at = bisect_right(self._starts, inner) - 1
        return self.first + at, inner - self._starts[at]

    def guess(self, line: int) -> int:
        """About which message stands on a line of the estimated part."""
        return min(self.first, int(self.first * max(0, line) / self._guessed)) if self._guessed else 0

    def _mean(self) -> float:
        return self._total / len(self._blocks) if self._blocks else _FIRST_GUESS

    def _make(self, index: int) -> Block:
        message = self._messages[index]
        day = message.at.date()
        previous = self._messages[index - 1].at.date() if index else self._today
        heading = day if previous is not None and day != previous else None
        return make_block(message, self.geometry, heading, whole=message.id in self._expanded)
