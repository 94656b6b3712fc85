"""A titled group of values to mark: any number of them, or exactly one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from clinic_tui.widgets.badges import BADGE_WIDTH, PRIORITIES
from clinic_tui.widgets.following import keep_in_sight
from clinic_tui.widgets.shade import cursor_shade
from clinic_tui.widgets.wrapping import fit


@dataclass(frozen=True)
class CheckItem:
    """One value of a group."""

    key: str
    label: str
    note: str = ""
    """Muted text at the right, such as how many cases have the value."""
    badge: int | None = None
    """The priority whose badge stands before the label."""


class CheckGroup(Widget, can_focus=True):
    """Marks values with Space or a click; arrows walk through the values and on to the next group."""

    DEFAULT_CSS = "CheckGroup { height: auto; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("right,l", "leave(1)", show=False),
        Binding("left,h", "leave(-1)", show=False),
        Binding("space", "mark", show=False),
    ]

    class Changed(Message):
        """What is marked has changed."""

        def __init__(self, group: "CheckGroup") -> None:
            super().__init__()
            self.group = group

    def __init__(
        self,
        title: str,
        *,
        single: bool = False,
        none_text: str = "",
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self.group_title = title
        self.single = single
        """Whether exactly one value is marked at a time."""
        self.none_text = none_text
        """What stands beside the title while nothing is marked."""
        self.chosen: frozenset[str] = frozenset()
        """Keys of the marked values."""
        self._items: tuple[CheckItem, ...] = ()
        self._cursor = 0

    def show(self, items: Sequence[CheckItem], chosen: Iterable[str]) -> None:
        """Show these values with these of them marked."""
        self._items, self.chosen = tuple(items), frozenset(chosen)
        if self.single:
            marked = (index for index, item in enumerate(self._items) if item.key in self.chosen)
            self._cursor = next(marked, 0)
        self._cursor = min(self._cursor, max(0, len(self._items) - 1))
        self.refresh(layout=True)

    def mark(self, chosen: Iterable[str]) -> None:
        """Mark these values and no others, without a message."""
        self.chosen = frozenset(chosen)
        self.refresh()

    @property
    def items(self) -> tuple[CheckItem, ...]:
        """The values."""
        return self._items

    def render(self) -> Content:
        """The title and a line for each value."""
        width = self.content_size.width or 30
        title = Content.styled(fit(self.group_title, min(cell_len(self.group_title), width)), "bold")
        if self.none_text and not self.chosen:
            title = Content.assemble(title, ("  " + self.none_text, "$muted"))
        lines = [title, *(self._line(index, item, width) for index, item in enumerate(self._items))]
        return Content("\n").join(lines)

    def _line(self, index: int, item: CheckItem, width: int) -> Content:
        here = self.has_focus and index == self._cursor
        marked = item.key in self.chosen
        shade = cursor_shade(self) if here else ""
        sign = ("●" if marked else "○") if self.single else ("■" if marked else "□")
        badge = _badge(item.badge) if item.badge is not None else Content("")
        rest = width - 4 - (BADGE_WIDTH + 1 if item.badge is not None else 0) - cell_len(item.note)
        rest -= 1 if item.note else 0
        return Content.assemble(
            ("▌" if here else " ", "$accent" + shade),
            (sign + " ", ("$accent bold" if marked else "$muted") + shade),
            badge,
            ((" " if item.badge is not None else "") + fit(item.label, rest), _label(marked, here) + shade),
            ((" " if item.note else "") + item.note + " ", "$muted" + shade),
        )

    def action_move(self, by: int) -> None:
        """Move the cursor; from an end it goes on to the next group, or to a field above or below."""
        to = self._cursor + by
        if 0 <= to < len(self._items):
            self._put(to)
            return
        chain = self.screen.focus_chain
        at = chain.index(self) + by
        following = chain[at] if 0 <= at < len(chain) else self
        if isinstance(following, CheckGroup) and following is not self:
            following.enter(by)
        elif self._is_beyond(following, by):
            following.focus()

    def enter(self, by: int) -> None:
        """Take the focus, coming from above (1) or from below (-1)."""
        self.focus()
        self._put(0 if by > 0 else max(0, len(self._items) - 1))

    def _put(self, at: int) -> None:
        self._cursor = at
        self.refresh()
        keep_in_sight(self, at + 1)

    def _is_beyond(self, other: Widget, by: int) -> bool:
        """Whether a widget stands wholly below this one, or above it."""
        if by > 0:
            return other.region.y >= self.region.bottom
        return other.region.bottom <= self.region.y

    def action_leave(self, by: int) -> None:
        """Move the focus to the next or the previous field."""
        if by > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def action_mark(self) -> None:
        """Mark the value under the cursor, or unmark it."""
        if not self._items:
            return
        key = self._items[self._cursor].key
        chosen = frozenset({key}) if self.single else self.chosen ^ {key}
        if chosen != self.chosen:
            self.chosen = chosen
            self.refresh()
            self.post_message(self.Changed(self))

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Mark the value under the pointer."""
        event.stop()
        if 0 < event.y <= len(self._items):
            self._cursor = event.y - 1
            self.action_mark()
            self.refresh()


def _label(marked: bool, here: bool) -> str:
    return "bold" if here else "$foreground" if marked else "$muted"


def _badge(priority: int) -> Content:
    name = f"prio-{priority}" if priority in PRIORITIES else "prio-other"
    return Content.styled(f"{priority:^{BADGE_WIDTH}}"[:BADGE_WIDTH], f"${name}-text on ${name}")
