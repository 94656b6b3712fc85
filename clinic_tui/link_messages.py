"""What the link's thread posts to the application: news, and the outcomes of what was asked."""

from concurrent.futures import Future
from typing import Any

from textual.message import Message

from clinic_tui.client.link_events import LinkEvent
from clinic_tui.desk_room import DeskRoom
from clinic_tui.protocol.commands import Command
from clinic_tui.widgets.workplace import Done, Failed


class LinkNews(Message):
    """Something came over the link; posted from its thread."""

    def __init__(self, event: LinkEvent) -> None:
        super().__init__()
        self.event = event


class Answered(Message):
    """A request has its outcome; posted from the link's thread."""

    def __init__(
        self,
        future: "Future[Any]",
        done: Done,
        failed: Failed,
        room: DeskRoom,
        command: Command | None = None,
    ) -> None:
        super().__init__()
        self.command = command
        """The command it answers; None where something was read."""
        self.future, self.done, self.failed = future, done, failed
        self.room = room
        """Where it was asked; an answer for one that is gone goes nowhere."""
