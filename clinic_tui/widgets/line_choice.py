"""A choice among a few values on one line: all of them where they fit, else the current one."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from clinic_tui.widgets.wrapping import cut

Values = Sequence[tuple[str, str]]
"""Key and cleaned label of each."""


class LineChoice(Widget, can_focus=True):
    """Left, right and Space change the value; a click chooses it. The chosen one has a filled dot."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LineChoice { height: 1; width: 1fr; padding: 0 1; }
    LineChoice:focus { background: $cursor; }
    LineChoice:ansi:focus { text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "step(1)", show=False),
        Binding("left", "step(-1)", show=False),
    ]

    class Changed(Message):
        """Another value was chosen by the user."""

        def __init__(self, choice: "LineChoice", value: str) -> None:
            super().__init__()
            self.choice = choice
            self.value = value

        @property
        def control(self) -> "LineChoice":
            """Where it was chosen."""
            return self.choice

    def __init__(
        self,
        values: Values = (),
        value: str = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._values: Values = tuple(values)
        self.value = value
        """Key of the chosen value."""
        self._spans: list[tuple[int, int, str]] = []

    @property
    def keys(self) -> list[str]:
        """The keys of the values."""
        return [key for key, _label in self._values]

    def show(self, values: Values, value: str) -> None:
        """Offer these values, with this one chosen; the first where it is not among them."""
        self._values = tuple(values)
        self.value = value if value in self.keys else next(iter(self.keys), "")
        self.refresh()

    def render(self) -> Content:
        """The values, or `‹ the chosen one ›`."""
        width = self.content_size.width or 40
        self._spans = []
        wide = sum(cell_len(label) + 4 for _key, label in self._values)
        if wide - 2 > width:
            return self._turning(width)
        parts: list[tuple[str, str]] = []
        at = 0
        for key, label in self._values:
            chosen = key == self.value
            style = "bold" if chosen else "$muted"
            if at:
                parts.append(("  ", ""))
                at += 2
            parts += [("● " if chosen else "○ ", "$accent bold" if chosen else "$muted"), (label, style)]
            self._spans.append((at, at + cell_len(label) + 2, key))
            at += cell_len(label) + 2
        return Content.assemble(*parts)

    def _turning(self, width: int) -> Content:
        label = next((label for key, label in self._values if key == self.value), "")
        number = self.keys.index(self.value) + 1 if self.value in self.keys else 0
        place = f"  {number}/{len(self._values)}"
        text = cut(label, max(4, width - 4 - len(place)))
        return Content.assemble(("‹ ", "$accent"), (text, "bold"), (" ›", "$accent"), (place, "$muted"))

    def action_step(self, by: int) -> None:
        """Choose the next value, or the one before; after the last comes the first."""
        keys = self.keys
        if len(keys) > 1:
            here = keys.index(self.value) if self.value in keys else 0
            self._choose(keys[(here + by) % len(keys)])

    def on_click(self, event: events.Click) -> None:
        """Choose the value under the pointer."""
        event.stop()
        x = event.x - self.styles.padding.left
        if not self._spans:
            self.action_step(-1 if x < 2 else 1)
            return
        for start, end, key in self._spans:
            if start <= x < end:
                self._choose(key)

    def _choose(self, key: str) -> None:
        if key != self.value:
            self.value = key
            self.refresh()
            self.post_message(self.Changed(self, key))
