"""A scroll bar that is drawn in whole cells, and only when it looks another way than it did."""

from functools import lru_cache
from math import ceil
from typing import Literal, Self

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip

Part = Literal["scroll_up", "grab", "scroll_down"]
Look = tuple[range, int, Color, Color]


@lru_cache(maxsize=64)
def _strip(part: Part, color: Color, width: int) -> Strip:
    """A cell of the bar; the mouse finds in it what a press on it does."""
    style = Style(bgcolor=color.rich_color, meta={"@mouse.down": part})
    return Strip([Segment(" " * width, style)], width)


def thumb(size: int, lines: float, window: float, position: float) -> range:
    """Which cells of a bar are its thumb; none when everything is in view."""
    if not size or not window or lines <= window:
        return range(0)
    length = min(size, max(1, round(size * window / lines)))
    first = ceil((size - length) * position / (lines - window))
    first = min(max(first, 0), size - length)
    return range(first, first + length)


class PlainScrollBar(ScrollBar):
    """Textual's vertical scroll bar, without its eighths of cells: a tenth of the time to draw."""

    _drawn: Look | None = None

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Repaint if the bar would look another way."""
        if (
            repaint
            and not layout
            and not recompose
            and self._drawn is not None
            and self._look() == self._drawn
        ):
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the bar."""
        look = self._drawn = self._look()
        cells, width, color, ground = look
        strips: list[Strip] = []
        for y in crop.line_range:
            if y in cells:
                strips.append(_strip("grab", color, width))
            else:
                strips.append(_strip("scroll_up" if y < cells.start else "scroll_down", ground, width))
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, ground) for strip in strips]
        return strips

    def _look(self) -> Look:
        """All that decides what is drawn."""
        size = self.region.size
        cells = thumb(size.height, self.window_virtual_size, self.window_size, self.position)
        styles = (self.parent or self).styles
        if self.grabbed:
            color, ground = styles.scrollbar_color_active, styles.scrollbar_background_active
        elif self.mouse_over:
            color, ground = styles.scrollbar_color_hover, styles.scrollbar_background_hover
        else:
            color, ground = styles.scrollbar_color, styles.scrollbar_background
        return cells, size.width, color, ground
