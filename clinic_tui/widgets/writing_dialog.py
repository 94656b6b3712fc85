"""Dialogs in which one writes: what is written stays until the backend has it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from clinic_tui.actions.keymap import shown_key
from clinic_tui.client.errors import ClientError
from clinic_tui.i18n import _
from clinic_tui.protocol.command import Command
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import ClinicDialog
from clinic_tui.widgets.plain import plain
from clinic_tui.widgets.text_area import WritingArea
from clinic_tui.widgets.workplace import Done, Failed

T = TypeVar("T")
Submit = Callable[[Command, Done, Failed], None]


@dataclass(frozen=True)
class _Sent:
    """What was sent, kept until its outcome is known."""

    key: str
    """The way that sent it."""
    command: Command
    submit: Submit
    done: Done
    failed: Failed


class SendingDialog(ClinicDialog[T | None], Generic[T]):
    """Sends what is written in it, and stays until there is an answer.

    While it is sent, and while it is not known what came of it, nothing can be changed: the same way sends
    the very same command once more. A refusal is said in place, and one writes on. Esc asks once more where
    text would go. Somewhere in it stands a line `#dialog-problem`.
    """

    QUIET = 0.0

    def __init__(self) -> None:
        super().__init__()
        self._sent: _Sent | None = None
        self._sending = self._leaving = False
        self._key = ""
        self._focus: Widget | None = None

    @property
    def written(self) -> bool:
        """Whether anything would be lost by leaving."""
        raise NotImplementedError

    def act(self, key: str, /) -> None:
        """A way other than leaving was taken, and nothing is being sent."""
        raise NotImplementedError

    def refused(self, error: ClientError) -> None:
        """The backend said no; one may write on."""
        self.tell(error.user_text())

    def leave_text(self) -> str:
        """What is said before something written is thrown away."""
        return _("Esc once more throws away what you have written.")

    def tell(self, text: str, style: str = "$warning") -> None:
        """Say what is wrong; an empty text clears it."""
        for line in self.query("#dialog-problem").results(Static):
            line.update(plain(text, style))

    def take(self, key: str) -> None:
        """Send, send once more, or leave only what may be lost."""
        if self._sending:
            return
        if key == "escape":
            self._leave()
        elif self._sent is None:
            self._key, self._leaving = key, False
            self.act(key)
        elif key == self._sent.key:
            self._go(self._sent)
        else:
            self._tell_unknown(self._sent)

    def send(self, command: Command, submit: Submit, done: Done, failed: Failed | None = None) -> None:
        """Send it; `done` is called with the answer, and closes the dialog.

        `failed` is called with a refusal instead of `refused`.
        """
        self._go(_Sent(self._key, command, submit, done, failed or self.refused))

    @on(WritingArea.Changed)
    @on(Input.Changed)
    def _written(self) -> None:
        if self._sent is None:
            self._leaving = False
            texts = (area.room_text for area in self.query(WritingArea))
            self.tell(next((text for text in texts if text), ""))

    @on(LineInput.Full)
    def _full(self, event: LineInput.Full) -> None:
        event.stop()
        self.tell(_("At most {count} characters fit in the line.").format(count=event.limit))

    def _leave(self) -> None:
        if (self.written or self._sent is not None) and not self._leaving:
            self._leaving = True
            text = self.leave_text()
            if self._sent is not None:
                text = _("It may have been done.") + " " + text
            self.tell(text)
        else:
            self.dismiss(None)

    def _go(self, sent: _Sent) -> None:
        self._sent, self._sending, self._leaving = sent, True, False
        self._lock()
        self.tell(_("Being sent …"), "$muted")
        sent.submit(sent.command, self._acknowledged, self._failed)

    def _acknowledged(self, answer: Any) -> None:
        sent, self._sent, self._sending = self._sent, None, False
        if sent is not None:
            sent.done(answer)

    def _failed(self, error: ClientError) -> None:
        sent, self._sending = self._sent, False
        if sent is None:
            return
        if error.outcome_known:
            self._sent = None
            if self.is_attached:
                self._unlock()
            sent.failed(error)
        elif self.is_attached:
            self._tell_unknown(sent)
        else:
            sent.failed(error)

    def _tell_unknown(self, sent: _Sent) -> None:
        text = _("No answer: it is not known whether it was done. {key} asks again, and does it only once.")
        self.tell(text.format(key=shown_key(sent.key)))

    def _lock(self) -> None:
        """Let nothing be changed; the ways stay where they are."""
        body = self.query_one("#dialog-body")
        if not body.disabled:
            self._focus = self.focused
            body.disabled = True

    def _unlock(self) -> None:
        self.query_one("#dialog-body").disabled = False
        if self._focus is not None and self._focus.is_attached and self.focused is None:
            self._focus.focus()


class WritingDialog(SendingDialog[T], Generic[T]):
    """Gives what was written by `give`: to `deliver`, which sends it; without that it closes with it."""

    def __init__(self) -> None:
        super().__init__()
        self.deliver: Callable[[T], None] | None = None

    def deliver_by(
        self, make: Callable[[T], Command], submit: Submit, done: Done, failed: Failed | None = None
    ) -> None:
        """Have what is written sent as the command it makes; `done` is called once the dialog is closed.

        `failed` is called with a refusal that comes when the dialog is gone.
        """

        def arrived(answer: Any) -> None:
            self.dismiss(None)
            done(answer)

        def refused(error: ClientError) -> None:
            if self.is_attached or failed is None:
                self.refused(error)
            else:
                failed(error)

        self.deliver = lambda written: self.send(make(written), submit, arrived, refused)

    def give(self, result: T) -> None:
        """Have it delivered, or close with it."""
        if self.deliver is None:
            self.dismiss(result)
        else:
            self.deliver(result)
