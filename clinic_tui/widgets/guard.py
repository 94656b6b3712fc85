"""The second wall between text and terminal, and a crash that tells nothing about patients."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Generic

from rich.console import RenderableType
from rich.segment import Segment
from rich.text import Text
from textual.app import App, ReturnType, SystemCommand
from textual.color import Color
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.worker import WorkerFailed

from clinic_tui.i18n import _
from clinic_tui.protocol.text import safe_line, safe_text
from clinic_tui.storage.incidents import new_incident, record_incident

WINDOW_TITLE: Final = "clinic-tui"
"""The only title the terminal's window ever gets: never a name (security.md 2.3 R8)."""

_ACTS_OR_HIDES: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\uf8ff\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U0010ffff]"
)


class TerminalGuard(LineFilter):
    """Takes everything that could act on the terminal out of every line that is about to be painted.

    What a widget shows is already clean; this holds where one was forgotten (security.md 2.3 R2). Links go
    too (R7); click actions stay, for they are the program's own and never reach the terminal. A line keeps
    its width: what becomes visible is paid for at the line's end.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The line with visible signs for what could act; the very same list where there is nothing to do."""
        if not any(_needs_guarding(segment) for segment in segments):
            return segments
        guarded = [_guarded(segment) if _needs_guarding(segment) else segment for segment in segments]
        width = sum(segment.cell_length for segment in segments)
        return Segment.adjust_line_length(guarded, width, pad=False)


def _needs_guarding(segment: Segment) -> bool:
    text, style, _control = segment
    if style is not None and style.link:
        return True
    return not (text.isascii() and text.isprintable()) and _ACTS_OR_HIDES.search(text) is not None


def _guarded(segment: Segment) -> Segment:
    text, style, control = segment
    clean = _ACTS_OR_HIDES.sub(lambda found: safe_line(found.group()), text)
    return Segment(clean, style.update_link(None) if style is not None and style.link else style, control)


class GuardedApp(App[ReturnType], Generic[ReturnType]):
    """An app whose every line passes the guard, and whose crash shows an incident number and nothing else.

    `incident_log` is the file that crashes are recorded in. This leans on parts of Textual that are not
    public (`_handle_exception`, `_fatal_error`): the tests must hold before another version is allowed.
    Notifications are literal text, and the palette has no commands but the program's own, so that none
    writes a picture of the screen to disk.
    """

    TITLE = WINDOW_TITLE

    incident_log: Path | None = None
    incident: str | None = None
    """The number of the crash that ended the app, if one did."""

    _guard: Final = TerminalGuard()
    _crash: BaseException | None = None

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, then the guard: nothing is painted after it."""
        return [*super().get_line_filters(), self._guard]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """None of Textual's own commands: one of them is a screenshot."""
        return ()

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 - never
    ) -> None:
        """Show a notification, its text and title as they are written."""
        clean_title = safe_line(title)
        super().notify(
            safe_text(message), title=clean_title, severity=severity, timeout=timeout, markup=False
        )

    def exit(
        self,
        result: ReturnType | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """End the app; a text to leave behind is cleaned, for no guard stands before it."""
        shown = Text(safe_text(message)) if isinstance(message, str) else message
        super().exit(result, return_code, shown)

    def _handle_exception(self, error: Exception) -> None:
        self._crash = error.error if isinstance(error, WorkerFailed) else error
        super()._handle_exception(error)

    def panic(self, *renderables: RenderableType) -> None:  # noqa: ARG002
        """End the app; what Textual wants shown may quote a patient, so only the incident number is."""
        self._fatal_error()

    def _fatal_error(self) -> None:
        message = self._record_crash()
        if message is not None:
            self._exit_renderables.insert(0, message)
            del self._exit_renderables[1:]
        self._close_messages_no_wait()

    def _record_crash(self) -> Text | None:
        """Put the crash on record; the text to show, or None where a crash before it is already shown."""
        error = self._crash or RuntimeError()
        written = False
        incident = new_incident()
        if self.incident_log is not None:
            incident, written = record_incident(error, self.incident_log)
        if self.incident is not None:
            return None
        self.incident = incident
        text = _("The program had to stop. Incident {incident}.").format(incident=incident)
        if written:
            where = safe_line(str(self.incident_log))
            text += "\n" + _("What happened is on record, without patient data, in {file}").format(file=where)
        return Text(text)
