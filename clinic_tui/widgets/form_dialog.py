"""The frame of a dialog that fills in a command and closes once the backend has done it."""

from typing import Any, Generic, TypeVar

from msgspec.structs import replace
from textual import events, on
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.client.errors import ClientError, Offline, Rejected
from clinic_tui.i18n import _
from clinic_tui.protocol.command import Command
from clinic_tui.widgets.line_choice import LineChoice
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import ClinicDialog
from clinic_tui.widgets.plain import plain, put
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.workplace import Workplace

T = TypeVar("T")
Problem = tuple[str, Widget]
"""What is wrong, and the field it is in."""


class FormDialog(ClinicDialog[T | None], Generic[T]):
    """Ctrl+S sends; Esc asks once more where text would go; a refusal is shown in place.

    A form whose resident may have no mobile number sets `reachable`; it then warns before it sends, and
    sends `without_channel` when one says so once more.
    """

    QUIET = 0.0

    def __init__(self, place: Workplace, *, reachable: bool = True) -> None:
        super().__init__()
        self.place = place
        self.reachable = reachable
        """Whether an SMS can tell the resident."""
        self._before: tuple[object, ...] = ()
        self._command: Command | None = None
        self._leaving = self._warned = self._saving = False

    def values(self) -> tuple[object, ...]:
        """What stands in the fields."""
        raise NotImplementedError

    def problem(self) -> Problem | None:
        """What is missing or wrong; None when it can be sent."""
        raise NotImplementedError

    def made(self) -> Command:
        """The command as filled in."""
        raise NotImplementedError

    def arrived(self, answer: Any) -> None:
        """The backend has done it: close."""
        raise NotImplementedError

    def changed(self) -> None:
        """Something else stands in a field."""

    def refusal(self, error: ClientError) -> str:
        """What is said where the backend says no."""
        return error.user_text()

    def unreachable_text(self) -> str:
        """What is said before something is sent that no SMS can tell of."""
        return _(
            "No SMS can be sent: there is no mobile number. {key} once more goes on all the same."
        ).format(key="Ctrl+S")

    def on_mount(self) -> None:
        """What is wrong stands above the ways, always in sight."""
        self.query_one("#dialog").mount(Static(id="dialog-problem"), before="#dialog-ways")
        self._before = self.values()
        self.call_after_refresh(self.changed)

    @on(LineChoice.Changed)
    @on(LineInput.Changed)
    @on(WritingArea.Changed)
    def _changed(self) -> None:
        self._leaving = self._warned = False
        self.tell("")
        self.changed()

    @on(LineInput.Submitted)
    def _onwards(self) -> None:
        self.focus_next()

    def on_key(self, event: events.Key) -> None:
        """Up and down go from line to line."""
        if event.key in {"up", "down"} and isinstance(self.focused, LineChoice | LineInput):
            event.stop()
            event.prevent_default()
            self.focus_next() if event.key == "down" else self.focus_previous()

    def tell(self, text: str) -> None:
        """Say what is wrong; an empty text clears it."""
        for line in self.query("#dialog-problem").results(Static):
            put(line, plain(text, "$warning"))

    def take(self, key: str) -> None:
        """Send, or leave only what may be lost."""
        if key == "ctrl+s" and not self._saving:
            self._save()
        elif key == "escape":
            if self.values() != self._before and not self._leaving:
                self._leaving = True
                self.tell(_("Esc once more throws away what you have written."))
            else:
                self.dismiss(None)

    def _save(self) -> None:
        problem = self.problem()
        if problem is not None:
            self.tell(problem[0])
            problem[1].focus()
        elif not self.reachable and not self._warned:
            self._warned = True
            self.tell(self.unreachable_text())
        else:
            self._send()

    def _send(self) -> None:
        """Send it; the same form again keeps its id, so that a lost answer never does it twice."""
        command = self.made()
        known = self._command
        if known is not None and replace(command, command_id=known.command_id) == known:
            command = known
        self._command, self._saving = command, True
        self.place.submit(command, self._done, self._refused)

    def _done(self, answer: Any) -> None:
        self._saving = False
        self.arrived(answer)

    def _refused(self, error: ClientError) -> None:
        self._saving = False
        if not isinstance(error, Offline):
            self._command = None
        if isinstance(error, Rejected) and error.rule == "async.no_channel" and self.reachable:
            self.reachable, self._warned = False, True
            self.changed()
            self.tell(self.unreachable_text())
            return
        self.tell(self.refusal(error))
