"""A scrolling view that draws its own lines, and draws none of them twice."""

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

from clinic_tui.widgets.scroll_bar import PlainScrollBar


class LineView(ScrollView):
    """Draws lines without Textual's pass over each for borders and tints, which this view does not have.

    Textual keeps what it has made of a strip (filtered, cut, turned into bytes) with that strip. Its own pass
    makes a new strip of every line that is drawn again, and loses all that: a page costs several times more.
    """

    view_size: Size = Size(0, 0)
    """The content's size when the present frame was begun."""
    first_line: int = 0
    """The line at the top of the view when the present frame was begun."""

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scroll bar, made when it is first asked for."""
        if self._vertical_scrollbar is None:
            bar = PlainScrollBar(vertical=True, name="vertical", thickness=self.scrollbar_size_vertical)
            self._vertical_scrollbar = bar
            bar.display = False
            self.app._start_widget(self, bar)  # pyright: ignore
        return self._vertical_scrollbar

    def begin_frame(self) -> None:
        """Read what all the lines of a frame share."""
        self.view_size = self.size
        self.first_line = round(self.scroll_y)

    def draw_line(self, y: int) -> Strip:
        """Draw one line of the view, as wide as its content; `begin_frame` has been called."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        self.begin_frame()
        return self.draw_line(y)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines of a part of the view; Textual's own way is taken where its styles ask for more."""
        if not self._is_plain():
            return super().render_lines(crop)
        self.begin_frame()
        height, width = self.view_size.height, self.region.width
        ground, style = self.background_colors[1], self.rich_style
        strips: list[Strip] = []
        filters = self.get_line_filters()
        for y in crop.line_range:
            strip = self.draw_line(y) if y < height else Strip.blank(width, style)
            strip = strip.adjust_cell_length(width, style)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, ground)
            strips.append(strip)
        left, right = crop.column_span
        return strips if (left, right) == (0, width) else [strip.crop(left, right) for strip in strips]

    def set_line_count(self, count: int) -> None:
        """Tell the scroll bar how many lines there are, without a layout of the whole screen."""
        size = Size(self.size.width, count)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)  # pyright: ignore[reportArgumentType]
            if self.is_mounted:
                self._scroll_update(size)

    def _is_plain(self) -> bool:
        styles = self.styles
        return (
            not any(styles.gutter)
            and self.opacity == 1.0
            and styles.text_opacity == 1.0
            and not styles.tint.a
            and not styles.has_rule("hatch")
            and not styles.has_rule("outline_top")
        )
