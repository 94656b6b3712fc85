"""Draws the chat log's lines as strips."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from rich.cells import cell_len, split_text
from rich.segment import Segment
from textual.strip import Strip

from clinic_tui.i18n import N_, _
from clinic_tui.protocol.text import safe_line
from clinic_tui.widgets.chat_layout import Block, Geometry, Kind
from clinic_tui.widgets.chat_message import ChatMessage
from clinic_tui.widgets.palette import Palette
from clinic_tui.widgets.texts import month

STATUS_SIGNS = {"queued": "…", "sent": "·", "delivered": "✓", "read": "✓✓", "failed": "✗"}

_BAR, _CURSOR_BAR = "▎ ", "▌ "
_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
Chosen = tuple[int, int] | None
"""The part of a line that the mouse has selected, in characters of its text."""


def day_text(day: date) -> str:
    """A day in words, with its year."""
    return _("{weekday} {day} {month} {year}").format(
        weekday=_(_WEEKDAYS[day.weekday()]), day=day.day, month=month(day.month), year=day.year
    )


@lru_cache(maxsize=256)
def _head_parts(message: ChatMessage, width: int) -> tuple[str, str, str]:
    """The author, the time, and the status of a message, in at most this many cells."""
    status = ""
    if message.status:
        status = f"{STATUS_SIGNS[message.status]} {safe_line(message.status_text)}".rstrip()
    author = safe_line(message.author)
    room = max(4, width - 7 - (cell_len(status) + 2 if status else 0))
    if cell_len(author) > room:
        author = split_text(author, room - 1)[0] + "…"
    return author, f"  {message.at:%H:%M}", f"  {status}" if status else ""


def line_text(block: Block, line: int, geometry: Geometry) -> str:
    """What a line says, as it is copied: the author line or the text, nothing for the lines between."""
    kind = block.kind(line)
    if kind is Kind.HEAD:
        return "".join(_head_parts(block.message, geometry.text_width))
    return block.text(line) if kind is Kind.BODY else ""


class ChatPainter:
    """Turns lines of messages into strips for one palette and one width."""

    def __init__(self, palette: Palette, geometry: Geometry) -> None:
        self.palette = palette
        self.geometry = geometry

    def line(self, block: Block, line: int, on: str, chosen: Chosen = None) -> Strip:
        """One line of a message; ``on`` names the cursor style it lies on, or is empty."""
        kind = block.kind(line)
        if kind is Kind.DAY and block.day:
            return self._centred(f"── {day_text(block.day)} ──")
        if block.message.side == "system" and kind is Kind.BODY:
            return self._system(block, line)
        if kind is Kind.HEAD:
            return self._head(block.message, on, chosen)
        if kind is Kind.BODY:
            return self._barred(block.message, [(block.text(line), "text")], on, chosen)
        if kind is Kind.MORE:
            count = len(block.message.body)
            more = _("[…] Show all ({count} characters)").format(count=count)
            return self._barred(block.message, [(more, "more")], on, None)
        return self.blank()

    def prefix(self, block: Block, line: int) -> int:
        """How many characters the strip of a line has before its text."""
        column = self.geometry.bar_column(block.message)
        return column if block.kind(line) is Kind.HEAD else column + len(_BAR)

    def blank(self) -> Strip:
        """An empty line."""
        return Strip.blank(self.geometry.width, self.palette.style("text"))

    def typing(self, text: str) -> Strip:
        """The line that says who is writing."""
        return self._pad([Segment(" " + safe_line(text), self.palette.style("typing"))], "")

    def marked(self, strip: Strip, mark: str) -> Strip:
        """The strip with a mark over its right end."""
        end = Strip([Segment(f" {mark} ", self.palette.style("marker"))])
        return Strip.join([strip.crop(0, max(0, self.geometry.width - end.cell_length)), end])

    def _side(self, message: ChatMessage) -> str:
        if message.side == "resident":
            return "resident"
        return "staff-chat" if message.thread == "staff" else "staff"

    def _head(self, message: ChatMessage, on: str, chosen: Chosen) -> Strip:
        author, clock, status = _head_parts(message, self.geometry.text_width)
        side = self._side(message)
        status_style = "failed" if message.status == "failed" else "muted"
        texts = [(author, f"{side}-name"), (clock, "muted"), (status, status_style)]
        column = self.geometry.bar_column(message)
        segments = [self._margin(column, on)]
        segments += self._texts(texts, on, chosen)
        return self._pad(segments, on)

    def _barred(self, message: ChatMessage, texts: list[tuple[str, str]], on: str, chosen: Chosen) -> Strip:
        """Text behind its side's bar: nothing in the text can pass for an author line (security.md, R5)."""
        segments = [self._margin(self.geometry.bar_column(message), on)]
        segments.append(Segment(_BAR, self.palette.style(self._side(message), on)))
        segments += self._texts(texts, on, chosen)
        return self._pad(segments, on)

    def _margin(self, width: int, on: str) -> Segment:
        if on and width:
            return Segment("▌" + " " * (width - 1), self.palette.style("cursor-bar", on))
        return Segment(" " * width, self.palette.style("text", on))

    def _texts(self, texts: Iterable[tuple[str, str]], on: str, chosen: Chosen) -> list[Segment]:
        """The texts as segments, the chosen part of them in the selection's colours."""
        segments: list[Segment] = []
        at = 0
        for text, name in texts:
            style = self.palette.style(name, on)
            if chosen is None:
                segments.append(Segment(text, style))
                continue
            first = min(max(chosen[0] - at, 0), len(text))
            last = min(max(chosen[1] - at, first), len(text))
            pieces = (
                (text[:first], style),
                (text[first:last], self.palette.style("chosen")),
                (text[last:], style),
            )
            segments += [Segment(piece, piece_style) for piece, piece_style in pieces if piece]
            at += len(text)
        return [segment for segment in segments if segment.text]

    def _system(self, block: Block, line: int) -> Strip:
        text = block.text(line)
        number = line - block.before_text
        if number == 0:
            text = f"── {text}"
        if number == len(block.spans) - 1:
            text = f"{text} {block.message.at:%H:%M} ──"
        return self._centred(text)

    def _centred(self, text: str) -> Strip:
        g = self.geometry
        column = min(g.width, g.left + g.indent + 2 + g.text_width)
        lead = max(g.left, (column - cell_len(text)) // 2)
        return self._pad([Segment(" " * lead + text, self.palette.style("muted"))], "")

    def _pad(self, segments: list[Segment], on: str) -> Strip:
        strip = Strip(segments).adjust_cell_length(self.geometry.width, self.palette.style("text", on))
        return strip.simplify()
