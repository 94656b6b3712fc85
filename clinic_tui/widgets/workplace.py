"""What a screen is given: the desk, and the few things it may ask of the application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from clinic_tui.actions.keymap import Keymap
from clinic_tui.client.errors import ClientError
from clinic_tui.client.link_events import StaffLetter
from clinic_tui.domain.filters import GlobalFilter
from clinic_tui.protocol.commands import Command, PostMessage
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.desk import Desk
from clinic_tui.state.lists import ListName
from clinic_tui.state.own_steps import OwnSteps
from clinic_tui.state.queue_view import QueueView
from clinic_tui.state.visit import Visit
from clinic_tui.storage.config import Config
from clinic_tui.widgets.outcome import Outcome

Done = Callable[[Any], object]
"""Called with the command's answer, after the desk has taken it in."""
Failed = Callable[[ClientError], None]
"""Called with the reason a command came to nothing."""
DraftKind = Literal["message", "note"]


@dataclass(frozen=True)
class Choice:
    """One way out of a question."""

    key: str
    """The key that chooses it."""
    label: str
    act: Callable[[], None] | None = None
    """What it does; None only closes the question."""
    note: str = ""
    """Muted text after the label."""
    first: bool = False
    """Whether it has the focus, in place of the harmless one."""


@dataclass(frozen=True)
class Waiting:
    """A resident who wrote last and has no answer, in words: said before a conversation is closed."""

    text: str
    """Who wrote last, and when, without a full stop."""
    quoted: str = ""
    """What was written, shortened; empty where the conversation is not on the desk."""


@dataclass(frozen=True)
class Question:
    """What a dialog asks: what is wrong, why, and the ways out as keys. Esc is always the harmless one."""

    title: str
    text: str
    choices: tuple[Choice, ...] = field(default_factory=tuple)
    warning: bool = True
    waiting: Waiting | None = None
    """Who waits for an answer in the conversation that is to be closed."""


@dataclass
class Workplace:
    """The ports between the screens and the application: plain values and callables."""

    desk: Desk
    lists: dict[ListName, QueueView]
    """Every work list under the global filter, by name."""
    keymap: Keymap
    config: Config
    server: str
    now: Callable[[], datetime]
    """The backend's clock, as well as it is known (UTC)."""
    submit: Callable[[Command, Done, Failed], None]
    """Send a command; exactly one of the two is called, on the application's own loop."""
    send_message: Callable[[PostMessage], None]
    """Send a message through the outbox: it is on the log at once and never lost on the way."""
    discard_message: Callable[[str, str], None]
    """Take a message that was refused off its case: its text is given up, or stands in a draft already."""
    send_letter: Callable[[StaffLetter, Done, Failed], None]
    """Send a message to colleagues through the outbox: shown at once, and sent until there is an answer.

    Where it is refused for good, the second is called; whoever sent it gives the text back.
    """
    save_draft: Callable[[str, DraftKind, str], None]
    """Keep a draft of a case on the backend, soon and again until it is there."""
    app_may: Callable[[str], bool]
    app_perform: Callable[[str], None]
    open_case: Callable[[str], None]
    """Show the visit screen of a case that is mine."""
    arrival: Callable[[], Callable[[str], None]]
    """Remember where the user stands; what it gives shows a case once an answer has come.

    Where the user has gone elsewhere meanwhile, or writes, the view stays and the case is offered as a key.
    """
    begin: Callable[[str, str], None]
    """Begin a deed on a case by the action's id and the case's id, with the dialogs it needs."""
    in_visit: Callable[[str, str], None]
    """Show a case on the visit screen and perform an action of that screen there, by both their ids."""
    answer: Callable[[str], None]
    """Show a case with the focus where one writes to its resident; what stands in front gives way."""
    may_begin: Callable[[str, CaseRow], bool]
    """Whether `begin` would do anything with this case now."""
    begin_resident: Callable[[str, ResidentProfile], None]
    """Begin a deed for a resident by the action's id, with the dialogs it needs."""
    may_begin_resident: Callable[[str, ResidentProfile], bool]
    """Whether `begin_resident` would do anything for this resident now."""
    open_resident: Callable[[str], None]
    """Show a resident's profile by their id; the reading is logged."""
    fetch_ended: Callable[[Done, Failed], None]
    """Ask for the newest ended chats: `CasePage`."""
    fetch_day: Callable[[date, Done, Failed], None]
    """Ask for every scheduled visit of a day (Swedish time), finished ones too: `CasePage`."""
    renew: Callable[[str], None]
    """Fetch a case that is on the desk again; this, too, is a reading that is logged."""
    ask: Callable[[Question], None]
    tell: Callable[[Outcome], None]
    """Tell what came of an action, with the keys that may follow, in the line of the view in front."""
    set_filter: Callable[[GlobalFilter], None]
    """Use this global filter in every view and keep it on the device."""
    set_option: Callable[[str, str], str]
    """Change a setting of config.toml by its dotted name; returns what is wrong with it, or nothing."""
    copy: Callable[[str], str]
    """Copy a text to the clipboard; returns what to tell the user."""
    watch: Callable[[str | None, bool], None]
    """Tell the backend which case is on screen, and whether one types in it."""
    current_visit: str | None = None
    """The case shown on the visit screen."""
    read_here: str | None = None
    """The case whose newest message is on screen: what comes in it is read at once, and counts nowhere."""
    ended: dict[str, CaseRow] = field(default_factory=dict[str, CaseRow])
    """Ended chats by id as they were last fetched, the newest first; the desk has those that are open."""
    patient: ResidentProfile | None = None
    """The resident whose profile is shown."""
    wanted_tab: dict[str, str] = field(default_factory=dict[str, str])
    """The tab, or the line, that a view shows first the next time it is shown; the view takes it out."""
    writing: dict[str, bool] = field(default_factory=dict[str, bool])
    """Whether something is written to the resident and not sent, by case, where that is known here."""
    staff_side: set[str] = field(default_factory=set[str])
    """Cases whose staff chat stands where the resident's chat would."""
    steps: OwnSteps = field(default_factory=OwnSteps)
    """Which steps on cases were taken here, and not at another terminal."""
    give_back: Callable[[str, str], None] = lambda _case_id, _body: None
    """Put a text that was not sent back where one writes in its case; the visit screen sets it."""
    later: Callable[[Callable[[], None]], object] = lambda act: act()
    """Do something once what happens now is done, such as in the view that is just being shown."""
    client: str = ""
    """What this workstation calls itself in the drafts it saves."""
    token_note: str = ""
    """Why the session token is in memory only; empty when the keyring keeps it."""

    @property
    def drop_in(self) -> QueueView:
        """The drop-in queue."""
        return self.lists["drop_in"]

    @property
    def mine(self) -> QueueView:
        """My own unfinished cases."""
        return self.lists["mine"]

    def unread(self, visit: Visit) -> int:
        """Messages of my visit that nobody has read; none where they are read as they come."""
        mine = self.desk.is_mine(visit.row) and visit.case_id != self.read_here
        return visit.unread if mine else 0
