"""Keeps a line of a high widget in sight within the pane that scrolls it."""

from textual.containers import VerticalScroll
from textual.geometry import Region, Spacing
from textual.widget import Widget


def keep_in_sight(widget: Widget, line: int, *, margin: int = 1) -> None:
    """Scroll the nearest scrolling pane no more than it takes to see this line of the widget.

    `margin` is the number of lines to see above and below it too.
    """
    pane = next((node for node in widget.ancestors if isinstance(node, VerticalScroll)), None)
    if pane is None:
        return
    top = widget.content_region.y + line - pane.content_region.y + round(pane.scroll_y)
    pane.scroll_to_region(
        Region(0, top, 1, 1), spacing=Spacing(margin, 0, margin, 0), animate=False, x_axis=False
    )
