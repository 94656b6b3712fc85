"""Text selected with the mouse in a chat log, by message and not by line of the screen."""

from textual.geometry import Offset
from textual.selection import Selection

from clinic_tui.widgets.chat_layout import Block, ChatLayout, Kind
from clinic_tui.widgets.chat_paint import Chosen, line_text

_LINES = 1 << 20
_END = 1 << 30


def line_key(index: int, line: int) -> int:
    """The vertical place of a message's line in a selection: the same wherever the log is scrolled."""
    return index * _LINES + line


def chosen_part(selection: Selection | None, index: int, line: int) -> Chosen:
    """Which characters of a line are selected."""
    if selection is None:
        return None
    key = line_key(index, line)
    first, last = 0, _END
    if selection.start is not None:
        if key < selection.start.y:
            return None
        if key == selection.start.y:
            first = max(0, selection.start.x)
    if selection.end is not None:
        if key > selection.end.y:
            return None
        if key == selection.end.y:
            last = max(0, selection.end.x)
    return (first, last) if first < last else None


def whole_message(index: int, block: Block) -> Selection:
    """A selection of a message's text, without its author line."""
    first = line_key(index, block.before_text)
    return Selection(Offset(0, first), Offset(_END, first + len(block.spans) - 1))


def selected_text(chat: ChatLayout, count: int, selection: Selection) -> str:
    """The selected text; lines that were only wrapped come out as they were written."""
    if not count:
        return ""
    first = max(0, selection.start.y // _LINES) if selection.start else 0
    last = min(count - 1, selection.end.y // _LINES) if selection.end else count - 1
    chat.reach(first)
    parts: list[str] = []
    for index in range(first, last + 1):
        parts += _of_message(chat, index, selection)
    return "\n".join(parts)


def _of_message(chat: ChatLayout, index: int, selection: Selection) -> list[str]:
    block = chat.block(index)
    parts: list[str] = []
    start = end = -1
    for line in range(block.height):
        chosen = chosen_part(selection, index, line)
        if chosen is None:
            continue
        kind = block.kind(line)
        if kind is Kind.HEAD:
            parts.append(line_text(block, line, chat.geometry)[chosen[0] : chosen[1]])
        elif kind is Kind.BODY:
            span = block.spans[line - block.before_text]
            if start < 0:
                start = min(span[0] + chosen[0], span[1])
            end = min(span[0] + chosen[1], span[1])
    if start >= 0:
        parts.append(block.body[start:end])
    return parts
