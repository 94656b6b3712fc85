"""A scrolling view of equally high rows under a fixed header, drawn line by line."""

from textual.geometry import Region

from clinic_tui.widgets.line_view import LineView

_TALL = 14


class RowView(LineView):
    """Knows which row stands on which line; a subclass draws them and says how many there are."""

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    @property
    def header_height(self) -> int:
        """Lines above the rows: the column names, and an empty line where there is room."""
        return 2 if self.size.height >= _TALL else 1

    @property
    def body_height(self) -> int:
        """Lines that rows may fill."""
        return max(1, self.size.height - self.header_height)

    @property
    def top_row(self) -> int:
        """The index of the topmost row in view."""
        return round(self.scroll_y)

    @property
    def rows_in_view(self) -> range:
        """The indexes of the rows in view."""
        return range(self.top_row, min(self.top_row + self.body_height, self.row_count))

    def row_at(self, y: int) -> int | None:
        """The index of the row on this line of the view, if there is one."""
        index = y - self.header_height + self.top_row
        return index if y >= self.header_height and index < self.row_count else None

    def refresh_row(self, index: int) -> None:
        """Repaint one row, if it is in view."""
        if index in self.rows_in_view:
            y = index - self.top_row + self.header_height
            self.refresh(Region(0, y, self.size.width, 1))

    def fit_height(self) -> None:
        """Tell the scroll bar how many rows there are."""
        self.set_line_count(self.row_count + self.header_height)

    def scroll_to_row(self, index: int) -> None:
        """Make this the topmost row, as far as the list allows."""
        self.scroll_y = self.scroll_target_y = index

    def scroll_into_view(self, index: int) -> None:
        """Scroll no more than it takes to see this row."""
        if index < self.top_row:
            self.scroll_to_row(index)
        elif index >= self.top_row + self.body_height:
            self.scroll_to_row(index - self.body_height + 1)
