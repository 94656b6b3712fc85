"""How the line under the cursor stands out in a list that is drawn as text."""

from textual.widget import Widget


def cursor_shade(widget: Widget) -> str:
    """What to add to every style of the line: our shade, or reversed where the terminal picks the colours."""
    if widget.has_pseudo_class("ansi"):
        return " reverse" if widget.has_focus else " underline"
    return " on $cursor" if widget.has_focus else " on $cursor-blurred"
