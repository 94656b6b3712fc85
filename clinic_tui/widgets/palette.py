"""The styles that a line-drawn widget paints with, read from its style sheet."""

from collections.abc import Iterable

from rich.style import Style
from textual.widget import Widget


class Palette:
    """Styles by short name, and the same laid on the background of a cursor line."""

    def __init__(self, styles: dict[str, Style]) -> None:
        self._styles = styles
        self._on: dict[tuple[str, str], Style] = {}

    @classmethod
    def of(cls, widget: Widget, names: Iterable[str]) -> "Palette":
        """These component styles of a widget, by the part of the name after ``--``."""
        return cls({name.partition("--")[2]: widget.get_component_rich_style(name) for name in names})

    def style(self, name: str, on: str = "") -> Style:
        """The style of a name; with ``on``, upon that other style's background.

        A background that is drawn by reversing (sixteen colours) takes the text's own colour away.
        """
        if not on:
            return self._styles[name]
        key = (name, on)
        found = self._on.get(key)
        if found is None:
            ground = self._styles[on]
            found = self._styles[name] + Style(bgcolor=ground.bgcolor)
            if ground.reverse:
                found = Style(reverse=True, bold=found.bold)
            self._on[key] = found
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Palette) and self._styles == other._styles

    __hash__ = None  # pyright: ignore[reportAssignmentType]
