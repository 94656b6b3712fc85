"""The first screen: who signs in, where, and for which assignment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Static

from clinic_tui.client.errors import ClientError, Rejected, TooMany, Unauthorised
from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.resources import Assignment, SignedIn
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.choice_list import ChoiceItem, ChoiceList
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.plain import plain, plain_line
from clinic_tui.widgets.texts import role_text
from clinic_tui.widgets.wrapping import fit
from styles import css_paths

NAME_LIMIT, PASSWORD_LIMIT = 80, 512
"""Characters that the backend takes (protocol/commands.py, SignIn)."""
_NAME_SHOWN = 40
"""Cells of one's own name in the welcome."""

Failed = Callable[[ClientError], None]


@dataclass(frozen=True)
class SignInPorts:
    """What the sign-in may ask of the application."""

    server: str
    """The server's address, shown in full so that nobody gives a password to another one."""
    submit: Callable[[str, str, Callable[[SignedIn], None], Failed], None]
    """Sign in with user name and password; exactly one of the two callables is called."""
    choose: Callable[[str, Failed], None]
    """Work under this assignment (its id); when it goes well the application shows the queue."""
    quit: Callable[[], None]
    username: str = ""
    """The user name of the last sign-in on this device."""
    last_assignment: str = ""
    """Id of the assignment chosen last on this device; it is offered first."""
    notice: str = ""
    """Why one is here again, such as that the session ran out; empty at the first start."""
    token_note: str = ""
    """Why the session will not outlive the program; empty when the keyring keeps it."""


class SignInScreen(Screen[None]):
    """User name and password, then the assignment where there are several (domain.md 2.11)."""

    CSS_PATH = css_paths("base", "sign_in")
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("ctrl+q", "leave", show=False, priority=True),
        Binding("enter,tab", "next_field", show=False, priority=True),
    ]

    def __init__(self, ports: SignInPorts) -> None:
        super().__init__()
        self.ports = ports
        self.assignments: tuple[Assignment, ...] = ()
        """Those to choose from, once the password was right."""
        self.busy = False
        """Whether an answer is awaited."""
        self._notice = ports.notice
        self._ready = False
        self._message = ""
        self._wait_seconds = 0
        self._wait_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The card in the middle, and the keys below."""
        with VerticalScroll(id="ground", can_focus=False), Vertical(id="card"):
            yield Static(Content.assemble(("Clinic", "$accent bold")), id="brand")
            yield Static(_server_line(self.ports.server), id="server")
            yield Static(id="notice")
            with Vertical(id="who"):
                yield Static(_("User name"), classes="label", markup=False)
                yield LineInput(self.ports.username, limit=NAME_LIMIT, id="username")
                yield Static(_("Password"), classes="label", markup=False)
                yield LineInput(password=True, limit=PASSWORD_LIMIT, id="password")
            with Vertical(id="which"):
                yield Static(id="welcome")
                yield ChoiceList(id="assignments")
            yield Static(id="message")
            yield Static(plain(self.ports.token_note), id="token-note")
        yield Bar(id="keys")

    def on_mount(self) -> None:
        """Ask for the user name, or for the password where the name is known."""
        self._ready = True
        self.query_one("#token-note").display = bool(self.ports.token_note)
        self.start_over(self._notice)

    def start_over(self, notice: str = "") -> None:
        """Ask for the password anew, with the reason why; works before the screen is shown, too."""
        self._notice, self.assignments, self.busy = notice, (), False
        if not self._ready:
            return
        line = self.query_one("#notice", Static)
        line.update(plain(notice))
        line.display = bool(notice)
        self.query_one("#password", Input).value = ""
        self.say("")
        self._show_step()

    @property
    def message(self) -> str:
        """What is said below the fields."""
        return self._message

    def say(self, text: str, *, warning: bool = True) -> None:
        """Say something below the fields; an empty text keeps the line, so that nothing moves."""
        self._message = text
        self.query_one("#message", Static).update(plain(text, "$warning" if warning else "$muted"))

    def _show_step(self) -> None:
        choosing = bool(self.assignments)
        self.query_one("#who").display = not choosing
        self.query_one("#which").display = choosing
        if choosing:
            self.query_one(ChoiceList).focus()
        else:
            first = "#password" if self.query_one("#username", Input).value.strip() else "#username"
            self.query_one(first).focus()
        self._show_keys()

    def _show_keys(self) -> None:
        keys = [("↵", _("Choose") if self.assignments else _("Sign in"), "enter")]
        keys += [("Esc", _("Back"), "back")] if self.assignments else [("Tab", _("Next field"), "next")]
        keys.append(("Ctrl+Q", _("Quit"), "quit"))
        pieces: list[Piece] = []
        for key, label, action in keys:
            pieces.append(Piece(f" {key} ", "$on-accent on $accent bold", action))
            pieces += [Piece(label, "$muted", action), Piece("", gap=1)]
        self.query_one("#keys", Bar).show(pieces)

    @on(Input.Submitted, "#password")
    def _submit(self) -> None:
        """Send both; the password leaves its field at once and is kept nowhere."""
        field = self.query_one("#password", Input)
        username = self.query_one("#username", Input).value.strip()
        if self.busy or self._wait_seconds:
            return
        if not username:
            self.say(_("Write your user name."))
            self.query_one("#username").focus()
            return
        if not field.value:
            self.say(_("Write your password."))
            return
        password, field.value = field.value, ""
        self.busy = True
        self.say(_("Signing in …"), warning=False)
        self.ports.submit(username, password, self._signed_in, self._refused)

    def _signed_in(self, answer: SignedIn) -> None:
        self.busy = False
        if not self.is_mounted:
            return
        if not answer.assignments:
            self.say(_("You have no assignment at any unit. Ask whoever administers your unit."))
            return
        if len(answer.assignments) == 1:
            self._choose(answer.assignments[0].id)
            return
        self.assignments = tuple(sorted(answer.assignments, key=self._rank))
        self.query_one("#welcome", Static).update(_welcome(answer.staff.name))
        self.query_one(ChoiceList).show(list(self._items()))
        self.say("")
        self._show_step()

    def _rank(self, one: Assignment) -> tuple[bool, str, str]:
        return one.id != self.ports.last_assignment, one.unit_name.casefold(), one.role

    def _items(self) -> Iterable[ChoiceItem]:
        for one in self.assignments:
            last = _("last time") if one.id == self.ports.last_assignment else ""
            yield ChoiceItem(one.id, one.unit_name, role_text(one.role), last)

    @on(ChoiceList.Chosen)
    def _chosen(self, event: ChoiceList.Chosen) -> None:
        if not self.busy:
            self._choose(event.id)

    def _choose(self, assignment_id: str) -> None:
        self.busy = True
        self.say(_("Fetching the queue …"), warning=False)
        self.ports.choose(assignment_id, self._refused)

    def _refused(self, error: ClientError) -> None:
        self.busy = False
        if not self.is_mounted:
            return
        if isinstance(error, TooMany):
            self._wait(max(1, round(error.retry_after)))
        elif isinstance(error, Unauthorised | Rejected) and not self.assignments:
            self.say(_("The user name or the password is wrong."))
            self.query_one("#password").focus()
        else:
            self.say(error.user_text())

    def _wait(self, seconds: int) -> None:
        """Say how long to wait until the backend listens again, and count it down."""
        self._wait_seconds = seconds
        self._show_wait()
        if self._wait_timer is not None:
            self._wait_timer.stop()
        self._wait_timer = self.set_interval(1, self._second_passed)

    def _second_passed(self) -> None:
        self._wait_seconds = max(0, self._wait_seconds - 1)
        self._show_wait()
        if not self._wait_seconds and self._wait_timer is not None:
            self._wait_timer.stop()
            self._wait_timer = None

    def _show_wait(self) -> None:
        left = self._wait_seconds
        text = ngettext(
            "Too many attempts. You can try again in {count} second.",
            "Too many attempts. You can try again in {count} seconds.",
            left,
        )
        self.say(text.format(count=left) if left else _("You can try again now."), warning=bool(left))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a binding applies; those of the user name do so in its field alone."""
        if action == "next_field":
            return self.focused is not None and self.focused.id == "username"
        return super().check_action(action, parameters)

    def action_next_field(self) -> None:
        """To the password at once: the next key may come as fast as a machine types."""
        self.set_focus(self.query_one("#password"))

    def action_back(self) -> None:
        """From the assignments back to the password; else nothing."""
        if self.assignments and not self.busy:
            self.start_over()

    def on_bar_pressed(self, message: Bar.Pressed) -> None:
        """A click in the key bar does what the key does; the key that quits is the application's own."""
        message.stop()
        match message.action:
            case "enter" if self.assignments:
                self.query_one(ChoiceList).action_choose()
            case "enter":
                self._submit()
            case "back":
                self.action_back()
            case "next":
                self.focus_next()
            case _:
                self.ports.quit()


def _server_line(server: str) -> Content:
    return Content.assemble((_("Server") + " ", "$muted"), plain_line(server))


def _welcome(name: str) -> Content:
    short = fit(name, min(cell_len(name), _NAME_SHOWN))
    return Content.assemble((_("Hello {name}.").format(name=short), "bold"), " ", _("Where do you work now?"))
