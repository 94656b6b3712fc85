"""A number of days on one line of a form."""

from textual import events

from clinic_tui.widgets.line_input import LineInput


class DaysField(LineInput):
    """Days from 1 up to `most`; left and right of an end of the text are the field's own, ± steps."""

    def __init__(self, days: int, most: int, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(str(days), limit=2, select=True, id=id)
        self.most = most

    @property
    def days(self) -> int | None:
        """The number; None for one that may not be chosen."""
        text = self.value.strip()
        number = int(text) if text.isascii() and text.isdigit() else 0
        return number if 1 <= number <= self.most else None

    def on_key(self, event: events.Key) -> None:
        """Plus and minus step."""
        by = {"plus": 1, "minus": -1}.get(event.key)
        if by is not None:
            event.stop()
            event.prevent_default()
            self.value = str(min(max((self.days or 0) + by, 1), self.most))
            self.select_all()
