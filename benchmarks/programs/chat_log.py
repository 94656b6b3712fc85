"""Our chat log with two chats of that many messages: a adds one, s shows the other chat."""

import sys
from datetime import datetime, timedelta

from textual.app import ComposeResult
from textual.binding import Binding

from benchmarks.programs.ready import Measured
from clinic_tui.widgets.chat_log import ChatLog
from clinic_tui.widgets.chat_message import ChatMessage
from clinic_tui.widgets.chat_source import ChatSource

_START = datetime(2026, 3, 6, 9, 12)  # noqa: DTZ001 - shown as given
_TEXT = "Den är bra när jag sitter. Lite jobbigt i trappan men det brukar det vara, och så har jag ont här."


def message(number: int) -> ChatMessage:
    """A message of one to five lines."""
    return ChatMessage(
        id=str(number),
        side="staff" if number % 2 else "resident",
        author="Anna Ek" if number % 2 else "Karin Lindström",
        at=_START + timedelta(seconds=number),
        body=f"Message {number} {_TEXT * (number % 4 + 1)}",
        status="read" if number % 2 else "",
        status_text="läst 09:15" if number % 2 else "",
    )


COUNT = int(sys.argv[1])
SOURCES = [ChatSource(message(number) for number in range(COUNT)) for _ in range(2)]


class ChatApp(Measured):
    """The log alone."""

    BINDINGS = [Binding("a", "add"), Binding("s", "switch")]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        """The log on the first chat."""
        yield ChatLog(SOURCES[0])

    def action_add(self) -> None:
        """A message comes."""
        source = self.query_one(ChatLog).source
        source.append(message(len(source)))

    def action_switch(self) -> None:
        """Show the other chat."""
        log = self.query_one(ChatLog)
        log.source = SOURCES[log.source is SOURCES[0]]


ChatApp().run()
