"""The drop-in queue."""

from typing import ClassVar

from clinic_tui.widgets.queue_screen import QueueScreen
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths


class DropInScreen(QueueScreen):
    """Everyone who waits, by priority and then by time, and who is being seen to (slide 50)."""

    CSS_PATH = css_paths("base", "queue")
    VIEW: ClassVar[str] = "go.drop_in"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, place.drop_in)
