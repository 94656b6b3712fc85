"""The frame of a dialog that fills in a command and closes once the backend has done it."""

from typing import Any, Generic, TypeVar

from textual import events, on
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.client.errors import ClientError, Rejected
from clinic_tui.i18n import _
from clinic_tui.protocol.command import Command
from clinic_tui.widgets.line_choice import LineChoice
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.workplace import Workplace
from clinic_tui.widgets.writing_dialog import SendingDialog

T = TypeVar("T")
Problem = tuple[str, Widget]
"""What is wrong, and the field it is in."""


class FormDialog(SendingDialog[T], Generic[T]):
    """Ctrl+S sends.

    A form whose resident may have no mobile number sets `reachable`; it then warns before it sends, and
    sends `without_channel` when one says so once more.
    """

    def __init__(self, place: Workplace, *, reachable: bool = True) -> None:
        super().__init__()
        self.place = place
        self.reachable = reachable
        """Whether an SMS can tell the resident."""
        self._before: tuple[object, ...] = ()
        self._warned = False

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
        self._warned = False
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

    @property
    def written(self) -> bool:
        """Whether something else stands in the fields than at first."""
        return self.values() != self._before

    def act(self, key: str, /) -> None:
        """Send what is filled in, once it can be."""
        if key != "ctrl+s":
            return
        problem = self.problem()
        if problem is not None:
            self.tell(problem[0])
            problem[1].focus()
        elif not self.reachable and not self._warned:
            self._warned = True
            self.tell(self.unreachable_text())
        else:
            self.send(self.made(), self.place.submit, self.arrived)

    def refused(self, error: ClientError) -> None:
        """Say why; where no SMS can go, sending once more goes on without."""
        if isinstance(error, Rejected) and error.rule == "async.no_channel" and self.reachable:
            self.reachable, self._warned = False, True
            self.changed()
            self.tell(self.unreachable_text())
            return
        self.tell(self.refusal(error))
